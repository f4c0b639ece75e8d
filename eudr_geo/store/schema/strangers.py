"""What does not belong into a project file: triggers of strangers, views in the place of tables.

A trigger is a program that runs when a row is written. One that is not ours is refused by name; one that has our name and
another text (GDAL writes those of the index anew) is made again before anything is written.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Connection

from eudr_geo.model.base import Base
from eudr_geo.store.schema import gpkg_schema


class _Nothing:
    """What a statement that was not run gives back."""

    def first(self) -> None:
        """No row."""

    def all(self) -> list[Any]:
        """No rows."""
        return []


class _Recorder:
    """Takes statements down instead of running them."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def exec_driver_sql(self, statement: str, *_: Any) -> _Nothing:
        """Take a statement down."""
        self.statements.append(statement)
        return _Nothing()


@cache
def _ours() -> frozenset[str]:
    """Texts of our triggers and views, as a new project has them."""
    recorder = _Recorder()
    gpkg_schema.put_up(cast("Connection", recorder))
    return frozenset(one for one in recorder.statements if one.startswith(("CREATE TRIGGER", "CREATE VIEW")))


def _programs(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Kind, name, table and text of each trigger and view."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
    return [
        (str(kind), str(name), str(table), str(sql)) for kind, name, table, sql in connection.exec_driver_sql(query)
    ]


def strangers(connection: Connection) -> list[str]:
    """Return what is not ours, like *trigger wipe_all*, sorted: on tables of ours or of the standard, or named like one.

    Triggers that somebody has on tables of their own stay: nothing that we write makes them run.
    """
    tables = {"eudr_meta", "layer_styles", *Base.metadata.tables}

    def is_ours(table: str) -> bool:
        return table in tables or table in gpkg_schema.VIEWS or table.startswith(("gpkg_", "rtree_"))

    return sorted(
        f"{kind} {name}"
        for kind, name, table, _ in _programs(connection)
        if (kind == "trigger" and is_ours(table) and not gpkg_schema.is_ours(name))
        or (kind == "view" and name in tables)
    )


def are_changed(connection: Connection) -> bool:
    """Tell whether triggers or views of ours are missing or have another text than in a new project."""
    held = {
        sql
        for kind, name, _, sql in _programs(connection)
        if (kind == "trigger" and gpkg_schema.is_ours(name)) or name in gpkg_schema.VIEWS
    }
    return held != _ours()

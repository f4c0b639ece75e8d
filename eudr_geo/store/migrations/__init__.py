"""Steps that bring an older project up to date, one function a step, in order, each in its own transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, text

SCHEMA_VERSION = 1
"""Version of the tables; raised together with a new step."""

STEPS: Mapping[int, Callable[[Connection], None]] = {}
"""Version to start from → what brings it to the next one."""


def migrate(path: Path, connection: Connection, version: int) -> Path:
    """Copy the project beside itself, then run the steps it lacks.

    Returns
    -------
    pathlib.Path
        The copy: ``name.v1.gpkg`` for a project of version 1.
    """
    copy = path.with_suffix(f".v{version}{path.suffix}")
    backup(connection, copy)
    for step in range(version, SCHEMA_VERSION):
        with connection.begin():
            STEPS[step](connection)
            connection.execute(text("UPDATE eudr_meta SET value = :to WHERE key = 'schema'"), {"to": str(step + 1)})
    return copy


def backup(connection: Connection, target: Path) -> None:
    """Copy a live project with SQLite's own backup, which sees a whole transaction or none."""
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("only an SQLite project can be copied so")
    with sqlite3.connect(target) as copy:
        raw.backup(copy)
    copy.close()

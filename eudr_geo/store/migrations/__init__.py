"""Steps that bring an older project up to date, one function a step, in order, all in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text

from eudr_geo.base.errors import StoreError
from eudr_geo.store.schema import gpkg_schema

SCHEMA_VERSION = 4
"""Version of the tables; raised together with a new step."""

STEPS: dict[int, Callable[[Connection], None]] = dict.fromkeys((1, 2, 3), gpkg_schema.catch_up)
"""Version to start from → what brings it to the next one."""


def migrate(path: Path, connection: Connection) -> Path | None:
    """Copy the project beside itself, then run the steps it lacks; inside a transaction that holds the lock.

    Returns
    -------
    pathlib.Path or None
        The copy, ``name.v1.gpkg`` for a project of version 1; None when another program was faster.

    Raises
    ------
    StoreError
        When the project is of a version that nobody can bring up to date.
    """
    stored = connection.execute(text("SELECT value FROM eudr_meta WHERE key = 'schema'")).scalar()
    version = int(str(stored)) if str(stored).isdigit() else 0
    if version >= SCHEMA_VERSION:
        return None
    if any(step not in STEPS for step in range(version, SCHEMA_VERSION)):
        raise StoreError(
            f"{path} was made by an eudr-geo that this one cannot follow",
            fix="open it with a version in between, or import its files again",
        )
    copy = _free_name(path, version)
    backup(path, copy)
    for step in range(version, SCHEMA_VERSION):
        STEPS[step](connection)
    connection.execute(text("UPDATE eudr_meta SET value = :to WHERE key = 'schema'"), {"to": str(SCHEMA_VERSION)})
    return copy


def _free_name(path: Path, version: int) -> Path:
    """A name that no file has: an earlier copy is never written over."""
    number = 1
    while True:
        suffix = f".v{version}{path.suffix}" if number == 1 else f".v{version}-{number}{path.suffix}"
        copy = path.with_suffix(suffix)
        if not copy.exists():
            return copy
        number += 1


def backup(path: Path, target: Path) -> None:
    """Copy a project page by page with SQLite's own backup, which sees a whole transaction or none.

    By a connection of its own: one that holds the lock for writing cannot be copied from.
    """
    live = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        live.backup(copy)
    finally:
        copy.close()
        live.close()

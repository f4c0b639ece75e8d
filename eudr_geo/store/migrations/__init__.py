"""Steps that bring an older project up to date: one file a version, in order, all in one transaction.

A file ``vNN_to_vMM_NAME.py`` has a function ``run(connection)`` that adds or drops in SQL of its own what version MM has
and version NN had not, and returns sentences for the user: what was lost, mostly none. It is frozen once published: it
looks at no noun of today, because those go on changing. What follows from the tables (triggers, views, styles) is made
anew after the last step, from what a new project has.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from eudr_geo.base.errors import StoreError
from eudr_geo.store.schema import gpkg_schema

Step = Callable[[Connection], tuple[str, ...]]

_NAME = re.compile(r"v(\d+)_to_v(\d+)_\w+")


def _step(name: str) -> Step:
    """The step of a file; the file is read when the step is needed."""

    def run(connection: Connection) -> tuple[str, ...]:
        found: tuple[str, ...] = importlib.import_module(f"{__name__}.{name}").run(connection)
        return found

    return run


def _steps() -> dict[int, Step]:
    names = (match for info in pkgutil.iter_modules(__path__) if (match := _NAME.fullmatch(info.name)))
    return {int(match[1]): _step(match[0]) for match in names}


STEPS: dict[int, Step] = _steps()
"""Version to start from → what brings it to the next one; as many as there are files."""

SCHEMA_VERSION = max(STEPS) + 1
"""Version of the tables: the one that the last step leads to."""


@dataclass(frozen=True)
class Migrated:
    """What bringing a project up to date has done."""

    copy: Path  # the project as it was
    version: int  # that it had
    said: tuple[str, ...] = ()  # what is no longer in it

    def sentences(self) -> tuple[str, ...]:
        """What the user is told, once."""
        where = f"The project as it was (version {self.version} of its tables) is kept in {self.copy}."
        return (*self.said, where)


def migrate(path: Path, connection: Connection) -> Migrated | None:
    """Copy the project beside itself, then run the steps it lacks; inside a transaction that holds the lock.

    Returns
    -------
    Migrated or None
        The copy, ``name.v1.gpkg`` for a project of version 1, and what the steps had to say; None when another program
        was faster.

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
    gpkg_schema.take_down(connection)
    said = [sentence for step in range(version, SCHEMA_VERSION) for sentence in STEPS[step](connection)]
    gpkg_schema.put_up(connection)
    connection.execute(text("UPDATE eudr_meta SET value = :to WHERE key = 'schema'"), {"to": str(SCHEMA_VERSION)})
    return Migrated(copy, version, tuple(said))


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

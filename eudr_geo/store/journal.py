"""Every write goes through here and leaves what it takes to take it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, delete, insert, select, text, update

from eudr_geo.errors import StoreError
from eudr_geo.model.base import Base, table_of
from eudr_geo.model.records import Journal, JournalRow

_BLOCK = 5_000  # rows of one statement


@dataclass(frozen=True)
class Step:
    """One step of a project's history."""

    fid: int
    at: str
    who: str
    action: str
    summary: str
    undone_by: int | None


class Writer:
    """Writes of one step, inside one transaction."""

    def __init__(self, connection: Connection, *, now: str, who: str, action: str, summary: str) -> None:
        self.connection = connection
        journal = table_of(Journal)
        done = connection.execute(insert(journal).values(at=now, who=who, action=action, summary=summary))
        self.step = int(_new_fid(done))
        self._next: dict[str, int] = {}
        self._rows: list[dict[str, Any]] = []

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows; each gets the next number of its table."""
        if not rows:
            return
        if table.name not in self._next:
            top = self.connection.execute(select(table.c.fid).order_by(table.c.fid.desc()).limit(1)).scalar()
            self._next[table.name] = int(top or 0) + 1
        numbered = []
        for row in rows:
            numbered.append({**row, "fid": self._next[table.name]})
            self._remember(table, self._next[table.name], None)
            self._next[table.name] += 1
        for start in range(0, len(numbered), _BLOCK):
            self.connection.execute(insert(table), numbered[start : start + _BLOCK])

    def update(self, table: Table, fid: int, values: Mapping[str, Any]) -> None:
        """Change a row."""
        self._remember(table, fid, self._before(table, fid))
        self.connection.execute(update(table).where(table.c.fid == fid).values(dict(values)))

    def delete(self, table: Table, fids: Sequence[int]) -> None:
        """Delete rows."""
        for fid in fids:
            self._remember(table, fid, self._before(table, fid))
            self.connection.execute(delete(table).where(table.c.fid == fid))

    def finish(self) -> None:
        """Write down what was changed."""
        for start in range(0, len(self._rows), _BLOCK):
            self.connection.execute(insert(table_of(JournalRow)), self._rows[start : start + _BLOCK])

    def _remember(self, table: Table, fid: int, before: str | None) -> None:
        self._rows.append({"journal_fid": self.step, "table_name": table.name, "row_fid": fid, "before": before})

    def _before(self, table: Table, fid: int) -> str:
        names = [column.name for column in table.columns]
        # As SQLite holds it, so that it comes back byte for byte.
        row = self.connection.execute(
            text(f'SELECT {", ".join(names)} FROM "{table.name}" WHERE fid = :fid'), {"fid": fid}
        ).one()
        return json.dumps(
            {
                name: {"hex": value.hex()} if isinstance(value, bytes) else value
                for name, value in zip(names, row, strict=True)
            }
        )


def steps(connection: Connection) -> list[Step]:
    """Return the history, oldest first."""
    journal = table_of(Journal)
    return [
        Step(*row)
        for row in connection.execute(
            select(
                journal.c.fid, journal.c.at, journal.c.who, journal.c.action, journal.c.summary, journal.c.undone_by
            ).order_by(journal.c.fid)
        )
    ]


def undo(connection: Connection, step: Step, *, now: str, who: str) -> None:
    """Take one step back: new rows go, changed and deleted rows are as they were."""
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    journal, rows = table_of(Journal), table_of(JournalRow)
    found = connection.execute(
        select(rows.c.table_name, rows.c.row_fid, rows.c.before)
        .where(rows.c.journal_fid == step.fid)
        .order_by(rows.c.fid.desc())
    ).all()
    for name, fid, before in found:  # backwards, one by one: a row may have been touched twice
        table = Base.metadata.tables[name]
        if before is None:
            connection.execute(delete(table).where(table.c.fid == fid))
            continue
        old = {
            key: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
            for key, value in json.loads(before).items()
        }
        names = list(old)
        connection.execute(delete(table).where(table.c.fid == fid))
        marks = ", ".join(f":{key}" for key in names)
        connection.execute(text(f'INSERT INTO "{name}" ({", ".join(names)}) VALUES ({marks})'), old)
    done = connection.execute(
        insert(journal).values(at=now, who=who, action="undo", summary=f"took back step {step.fid}: {step.summary}")
    )
    connection.execute(update(journal).where(journal.c.fid == step.fid).values(undone_by=_new_fid(done)))


def _new_fid(done: CursorResult[Any]) -> int:
    """Number that the database gave a new row."""
    key = done.inserted_primary_key
    if key is None:
        raise StoreError("the database did not number a new row", fix="please report this")
    return int(key[0])

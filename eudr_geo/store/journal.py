"""Every write goes through here and leaves what it takes to take it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from eudr_geo.base.errors import InputError, StoreError
from eudr_geo.base.said import Said
from eudr_geo.model.base import Base, table_of
from eudr_geo.model.records import Journal, JournalRow
from eudr_geo.store.schema import allocation, seals
from eudr_geo.words.saying import say

BLOCK = 5_000  # rows or codes of one statement
UNDO, FORGET, PACKAGE = "undo", "forget", "package"


class Rows(Protocol):
    """What the journal needs of a kind of store."""

    def insert(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
        """Insert rows given by column."""

    def raw_rows(self, connection: Connection, table: Table, fids: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return rows as the database holds them."""

    def restore_rows(self, connection: Connection, table: Table, names: Sequence[str], rows: list[Any]) -> None:
        """Put such rows back."""

    def defer_references(self, connection: Connection) -> None:
        """Look at references when the step ends."""


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
    """Writes of one step, inside one transaction. What writes nothing leaves no step.

    Attributes
    ----------
    now, who, action, summary
        What the log will say; the summary may be set until the step ends.
    after
        Number of the last step before this one.
    """

    def __init__(self, rows: Rows, connection: Connection, *, now: str, who: str, action: str, summary: str) -> None:
        self.now, self.who, self.action, self.summary = now, who, action, summary
        self.after = last_fid(connection)
        self._rows = rows
        self._connection = connection
        self._journal: list[tuple[str, int, int, str | None]] = []
        self._first: dict[str, int] = {}  # table → first number given in this step
        self._next: dict[str, int] = {}
        self._touched: dict[str, set[int]] = {}
        self._over_drawn = allocation.begin(connection)
        rows.defer_references(connection)  # rows of one table may name each other, in any order

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows; what a row does not state gets the column's default."""
        self.insert_columns(
            table,
            len(rows),
            {
                column.name: [row.get(column.name, getattr(column.default, "arg", None)) for row in rows]
                for column in table.columns
                if column.name != "fid"
            },
        )

    def insert_columns(self, table: Table, count: int, columns: Mapping[str, Sequence[Any]]) -> None:
        """Insert rows given by column; a column that is not given gets its default."""
        if not count:
            return
        first = self._number(table)
        self._next[table.name] = first + count
        full: dict[str, Sequence[Any]] = {"fid": range(first, first + count)}
        full |= {name: [_plain(value) for value in values] for name, values in columns.items()}
        for column in table.columns:
            if column.name == "imported_at":
                full[column.name] = [self.now] * count
            elif column.name not in full:
                full[column.name] = [getattr(column.default, "arg", None)] * count
        self._rows.insert(self._connection, table, full)
        self._journal.append((table.name, first, first + count - 1, None))

    def update(self, table: Table, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Change rows: number → the columns that change."""
        if not changes:
            return
        self._remember(table, changes)
        shape = itemgetter(0)
        ordered = sorted(((tuple(sorted(values)), fid) for fid, values in changes.items()))
        for names, group in groupby(ordered, key=shape):
            statement = update(table).where(table.c.fid == bindparam("row_fid"))
            statement = statement.values({name: bindparam(f"new_{name}") for name in names})
            self._connection.execute(
                statement,
                [{"row_fid": fid, **{f"new_{name}": _plain(changes[fid][name]) for name in names}} for _, fid in group],
            )

    def delete(self, table: Table, fids: Iterable[int]) -> None:
        """Delete rows."""
        gone = sorted(set(fids))
        self._remember(table, gone)
        for part in blocks(gone):
            self._connection.execute(delete(table).where(table.c.fid.in_(part)))

    @property
    def tables(self) -> set[str]:
        """Names of the tables this step has written to."""
        return set(self._next)

    def finish(self) -> None:
        """Write down what was changed, unless it takes more from a lot than the lot holds."""
        allocation.finish(self._connection, self._over_drawn)
        if not self._journal:
            return
        connection = self._connection
        step = self.after + 1
        _write_step(connection, step, (self.now, self.who, self.action, self.summary), self._journal)
        table = table_of(JournalRow)
        first = _top(connection, table) + 1
        names, starts, ends, before = zip(*self._journal, strict=True)
        self._rows.insert(
            connection,
            table,
            {
                "fid": range(first, first + len(names)),
                "journal_fid": [step] * len(names),
                "table_name": names,
                "row_fid": starts,
                "last_fid": ends,
                "before": before,
            },
        )

    def _number(self, table: Table) -> int:
        """The next free number; taken before anything is deleted, so that no number is used twice in a step."""
        if table.name not in self._next:
            self._first[table.name] = self._next[table.name] = _top(self._connection, table) + 1
        return self._next[table.name]

    def _remember(self, table: Table, fids: Iterable[int]) -> None:
        self._number(table)
        touched = self._touched.setdefault(table.name, set())
        old = sorted(fid for fid in set(fids) - touched if fid < self._first[table.name])  # new ones just go
        touched.update(old)
        names = [column.name for column in table.columns]
        for part in blocks(old):
            for row in self._rows.raw_rows(self._connection, table, part):
                values = dict(zip(names, row, strict=True))
                before = {key: {"hex": one.hex()} if isinstance(one, bytes) else one for key, one in values.items()}
                self._journal.append((table.name, values["fid"], values["fid"], json.dumps(before)))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def blocks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a long list into parts that one statement can name."""
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK]


def _top(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.c.fid))).scalar() or 0)


def last_fid(connection: Connection) -> int:
    """Number of the last step, 0 when there is none."""
    return _top(connection, table_of(Journal))


def _write_step(
    connection: Connection, step: int, said: tuple[str, str, str, str], rows: Sequence[tuple[str, int, int, str | None]]
) -> None:
    """Write a step down, sealed with the one before: who changes one later has to change all that follow."""
    table = table_of(Journal)
    before = connection.execute(select(table.c.sha256).where(table.c.fid == step - 1)).scalar() or ""
    at, who, action, summary = said
    seal = seals.seal_of(before, step, said, rows)
    connection.execute(insert(table).values(fid=step, at=at, who=who, action=action, summary=summary, sha256=seal))


def steps(connection: Connection) -> list[Step]:
    """Return the history, oldest first."""
    journal = table_of(Journal)
    columns = (journal.c.fid, journal.c.at, journal.c.who, journal.c.action, journal.c.summary, journal.c.undone_by)
    return [Step(*row) for row in connection.execute(select(*columns).order_by(journal.c.fid))]


def last_step(connection: Connection) -> Step | None:
    """Return the step that :func:`undo` would take back."""
    for step in reversed(steps(connection)):
        if step.action == FORGET:
            return None  # what it remembers is no longer whole, and nothing before it
        if step.action == PACKAGE:
            return None  # what a package rests on is changed by a correction with a reason, never by a step back
        if not step.undone_by and step.action != UNDO:
            return step
    return None


def undo(rows: Rows, connection: Connection, *, now: str, who: str) -> Step | None:
    """Take the last step back: new rows go, changed and deleted rows are as they were.

    Raises
    ------
    StoreError
        When rows that another program stored since depend on what would go.
    """
    step = last_step(connection)
    if step is None:
        return None
    allocation.begin(connection)
    rows.defer_references(connection)
    journal, lines = table_of(Journal), table_of(JournalRow)
    found = connection.execute(
        select(lines.c.table_name, lines.c.row_fid, lines.c.last_fid, lines.c.before)
        .where(lines.c.journal_fid == step.fid)
        .order_by(lines.c.fid)
    ).all()
    kept: dict[str, list[dict[str, Any]]] = {}
    for name, first, last, before in found:
        table = Base.metadata.tables[name]
        if before is None:
            connection.execute(delete(table).where(table.c.fid.between(first, last)))
        else:
            kept.setdefault(name, []).append(json.loads(before))
    for name, old in kept.items():  # a step remembers a row once: all go, then all come back as they were
        table = Base.metadata.tables[name]
        for part in blocks([row["fid"] for row in old]):
            connection.execute(delete(table).where(table.c.fid.in_(part)))
        names = list(old[0])
        values = [
            tuple(bytes.fromhex(row[key]["hex"]) if isinstance(row[key], dict) else row[key] for key in names)
            for row in old
        ]
        rows.restore_rows(connection, table, names, values)
    allocation.finish(connection)
    number = last_fid(connection) + 1
    summary = f"took back step {step.fid}: {step.summary}"
    _write_step(connection, number, (now, who, UNDO, summary), ())
    connection.execute(update(journal).where(journal.c.fid == step.fid).values(undone_by=number))
    return step


def cannot_undo(error: InputError) -> StoreError:
    """Say why a step cannot be taken back."""
    message = error.message
    why = message.values["said"] if isinstance(message, Said) and message.key == "errors:refused_row" else message
    return StoreError(say("errors:no_undo", why=why), fix=say("errors:no_undo.do"))

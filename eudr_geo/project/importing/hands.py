"""Plots that change hands, members their group, statements their status: what was stays known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eudr_geo.base.dates import day_before
from eudr_geo.project.importing.keys import Row


class Dated(NamedTuple):
    """A column whose earlier values are kept in a table of their own."""

    column: str
    since: str
    until: str
    kept_in: str
    code: str  # column of that table that names the row


DATED: Mapping[str, Dated] = {
    "plot": Dated("producer_code", "held_since", "held_until", "plot_holding", "plot_code"),
    "producer": Dated("collection_group", "group_since", "group_until", "group_membership", "producer_code"),
}
"""Table → the column of it that is dated."""


def past_holding(plot: str, producer: str, since: str, until_before: str) -> Row:
    """Return the row of a producer who held a plot until the day before another one does.

    Parameters
    ----------
    plot, producer
        Codes.
    since
        First day, ISO 8601; "" = always.
    until_before
        First day of the next holder, ISO 8601.

    Examples
    --------
    >>> past_holding("T-1", "H-1", "", "2026-01-20")["to_date"]
    '2026-01-19'
    """
    to_date = max(day_before(until_before), since)
    return {"plot_code": plot, "producer_code": producer, "from_date": since, "to_date": to_date}


def past_of(table: str, row: Row, changed: Row) -> tuple[str, Row] | None:
    """Return table and row that keep what a dated column said before; None where nothing of the kind changes.

    Only a change with its first day is one of hands; one without is a correction, or a question.

    Parameters
    ----------
    table, row
        The row as the project holds it.
    changed
        Columns that change.
    """
    dated = DATED.get(table)
    if dated is None or not row.get(dated.column) or not changed.get(dated.column) or not changed.get(dated.since):
        return None
    since, start = str(row.get(dated.since) or ""), str(changed[dated.since])
    last = str(row.get(dated.until) or "") or day_before(start)
    past = {
        dated.code: row["code"],
        dated.column: row[dated.column],
        "from_date": since,
        "to_date": max(min(last, day_before(start)), since),
    }
    return dated.kept_in, past


_SAYS_WHEN: Mapping[str, str] = {"submitted": "submitted_at", "available": "available_at"}


def event_of(table: str, row: Row, changed: Row) -> tuple[str, Row] | None:
    """Return table and row that keep which status a statement has from when on; None where it has no new one.

    Parameters
    ----------
    table
        The table.
    row
        The row as it will be.
    changed
        Columns that are new or change.

    Examples
    --------
    >>> row = {"code": "26BE7XTVCZAQ2S", "status": "available", "available_at": "2026-02-03", "src_file": "book.xlsx"}
    >>> event_of("statement", row, row)[1]["at"]
    '2026-02-03'
    """
    status = changed.get("status") if table == "statement" else None
    if not status:
        return None
    at = row.get("status_at") or row.get(_SAYS_WHEN.get(str(status), "")) or ""
    by = row.get("src_file") or ""
    place = {name: row[name] for name in ("src_file", "src_sheet", "src_row") if row.get(name) is not None}
    return "status_event", {"statement_code": row["code"], "at": at, "status": status, "by": by, **place}

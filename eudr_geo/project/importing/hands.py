"""Plots that change hands and members that change their group: what was stays known, with its last day."""

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

"""How a lot rule hands over what it found: one fault a row of the book, with where the row came from.

Its sentences stand in ``words/lot_findings.csv``: see :class:`eudr_geo.checks.catalogue.Problems`. What
differs from row to row, behind a colon or in brackets, is a sentence of its own (:func:`because`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eudr_geo.base.cells import fold
from eudr_geo.base.said import Said
from eudr_geo.checks.catalogue import Problems
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say


@dataclass(frozen=True)
class Fault:
    """One row of the book that fails a rule."""

    subject: str  # table: lot, delivery, process …
    code: str
    row: Mapping[str, Any] = field(default_factory=dict)  # the row itself, for its source
    why: str = ""  # a part of the sentence: of because(), a code, or a day
    values: Mapping[str, Any] = field(default_factory=dict)  # named from catalogue.MEASURES, or parts of the sentence
    severity: str = ""
    case: str = ""  # which of the rule's sentences
    column: str = ""  # of the row, where it differs from fault to fault; else the rule says which


def because(row: str, /, **values: Any) -> Said:
    """Return a part of the sentences of lot rules, as a place in one of them.

    Parameters
    ----------
    row
        Its row in ``words/lot_findings.csv``.
    values
        What stands in its places.

    Examples
    --------
    >>> because("custody-gap.why.lost", sent_kg=2000.0, received_kg=1940.0, share=0.03)
    '2,000.0 kg were sent and 1,940.0 kg arrived: 3.0% are missing'
    """
    return say(f"lot_findings:{row}", **values)


def noun(subject: str) -> Said:
    """Return the word for what a fault is about.

    Examples
    --------
    >>> noun("delivery").key
    'nouns:delivery'
    """
    return say(f"nouns:{subject}")


def problems(faults: Iterable[Fault]) -> Problems:
    """Return faults as the engine takes them, in any order; findings are sorted later."""
    found = list(faults)
    if not found:
        return Problems.none()
    names = dict.fromkeys(name for fault in found for name in fault.values)
    measured: dict[str, Any] = {name: [fault.values.get(name) for fault in found] for name in names}
    measured |= {
        "subject": [noun(fault.subject) for fault in found],
        "code": [fault.code for fault in found],
        "why": [fault.why for fault in found],
        "source": [fault.row.get("src_file") or "" for fault in found],
        "record": [fault.row.get("src_row") for fault in found],
        "src_sheet": [fault.row.get("src_sheet") or "" for fault in found],
        "held": [tuple(fault.row) for fault in found],
        "column": [fault.column for fault in found],
    }
    return Problems(
        np.arange(len(found)),
        measured=measured,
        severity=[fault.severity for fault in found] if any(fault.severity for fault in found) else "",
        case=[fault.case for fault in found],
    )


_LATEST: list[tuple[LotBook, dict[str, list[dict[str, Any]]]]] = []


def rows(book: LotBook, table: str) -> list[dict[str, Any]]:
    """Return a table's rows as plain values, None for nothing; do not change them.

    Those of the latest book are kept, because a dozen rules ask for them in turn.
    """
    if not _LATEST or _LATEST[0][0] is not book:
        _LATEST[:] = [(book, {})]
    kept = _LATEST[0][1]
    if table not in kept:
        frame = book.table(table)
        plain = frame.astype(object).where(frame.notna(), None)
        kept[table] = plain.to_dict("records")
    return kept[table]


def shipped_lots(book: LotBook) -> list[dict[str, Any]]:
    """Return one row a consignment and lot: the first line of it, with the HS code that any of them states.

    A lot in three containers is shipped once, and one fault of it is one fault.
    """
    found: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in sorted(rows(book, "consignment_line"), key=lambda row: row["container"] or ""):
        one = found.setdefault((row["consignment_code"], row["lot_code"]), {**row})
        one["hs_code"] = one["hs_code"] or row["hs_code"]
    return list(found.values())


def readings(book: LotBook, indicators: Collection[str]) -> list[dict[str, Any]]:
    """Return the measurements of some indicators that are readings.

    Not what a laboratory did not find, whose value is the limit of what it can measure, nor a count of so many.

    Parameters
    ----------
    book
        The lot book.
    indicators
        Names, folded as :func:`eudr_geo.base.cells.fold` does.
    """
    return [
        row
        for row in rows(book, "measurement")
        if row["value"] is not None
        and not row["is_below"]
        and row["out_of"] is None
        and fold(row["indicator"] or "") in indicators
    ]


def by_code(book: LotBook, table: str) -> dict[str, dict[str, Any]]:
    """Return a table's rows by their code."""
    return {row["code"]: row for row in rows(book, table)}

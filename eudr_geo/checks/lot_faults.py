"""How a lot rule hands over what it found: one fault a row of the book, with where the row came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eudr_geo.checks.catalogue import Problems
from eudr_geo.model.lot_book import LotBook


@dataclass(frozen=True)
class Fault:
    """One row of the book that fails a rule."""

    subject: str  # table: lot, delivery, process …
    code: str
    row: Mapping[str, Any] = field(default_factory=dict)  # the row itself, for its source
    why: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)  # named from catalogue.MEASURES, or parts of the sentence
    severity: str = ""
    hint: str = ""
    case: str = ""  # which of the rule's sentences


def problems(faults: Iterable[Fault], message: str = "", hint: str = "") -> Problems:
    """Return faults as the engine takes them.

    Parameters
    ----------
    faults
        In any order; findings are sorted later.
    message, hint
        Texts of all of them; ``{why}``, ``{code}``, ``{subject}`` and the measured names are filled in.
    """
    found = list(faults)
    if not found:
        return Problems.none()
    names = dict.fromkeys(name for fault in found for name in fault.values)
    measured: dict[str, Any] = {name: [fault.values.get(name) for fault in found] for name in names}
    measured |= {
        "subject": [fault.subject for fault in found],
        "code": [fault.code for fault in found],
        "why": [fault.why for fault in found],
        "source": [fault.row.get("src_file") or "" for fault in found],
        "record": [fault.row.get("src_row") for fault in found],
    }
    return Problems(
        np.arange(len(found)),
        message,
        hint,
        measured=measured,
        severity=[fault.severity for fault in found] if any(fault.severity for fault in found) else "",
        hints=[fault.hint or hint for fault in found] if any(fault.hint for fault in found) else None,
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


def by_code(book: LotBook, table: str) -> dict[str, dict[str, Any]]:
    """Return a table's rows by their code."""
    return {row["code"]: row for row in rows(book, table)}

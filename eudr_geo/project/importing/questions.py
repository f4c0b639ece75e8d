"""Questions that only a person can answer before something is stored, and the answers of a command.

A question that no answer fits keeps the whole import out of the project. Both the book and the boundaries ask this way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GONE, REUSED, CONFLICT, BACK, FROZEN = "gone", "reused", "conflict", "back", "frozen"
KINDS = (GONE, REUSED, CONFLICT, BACK, FROZEN)
"""A row is gone; a code stands for something else; another workbook says otherwise; a row is as it was before; a
shipped or packed consignment rests on it."""

REMOVE, KEEP = "remove", "keep"


@dataclass(frozen=True)
class Question:
    """What somebody has to say before the import is stored.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    source, sheet, record
        File, sheet and row that it is about.
    code
        The thing, like *delivery R1*.
    what, cure
        What was seen and what it may come from; how it is answered.
    """

    kind: str
    source: str
    sheet: str
    record: int | None
    code: str
    what: str
    cure: str


@dataclass(frozen=True)
class Answers:
    """What a person said beforehand.

    Attributes
    ----------
    missing
        Rows that no longer stand in the workbook: :data:`REMOVE`, :data:`KEEP`, or "" for nothing said.
    correction
        Reason why what differs is a correction; answers every other question.
    keeps_newer
        Rows that are as they were before an earlier correction stay corrected.
    prefix
        Put before the receipt, process and handover numbers of the workbook; None for what it had before.
    known_as
        Name of the workbook that this file is a later state of, or a new name; "" = it is told by name and rows.
    decimal
        Decimal mark of its numbers that could be two; "" = as it was answered before.
    """

    missing: str = ""
    correction: str = ""
    keeps_newer: bool = False
    prefix: str | None = None
    known_as: str = ""
    decimal: str = ""

    def answer(self, kind: str) -> bool:
        """Tell whether a kind of question is answered.

        Examples
        --------
        >>> Answers(missing=KEEP).answer(GONE), Answers(missing=KEEP).answer(REUSED)
        (True, False)
        """
        if kind == GONE:
            return bool(self.missing)
        return bool(self.correction) or (kind == BACK and self.keeps_newer)

    def left_open(self, questions: Iterable[Question]) -> list[Question]:
        """Return the questions that no answer fits."""
        return [one for one in questions if not self.answer(one.kind)]

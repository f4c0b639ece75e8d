"""The receipts of reading a workbook: what was changed, what could not be used, and how a cell is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eudr_geo.base.said import Said
from eudr_geo.model.changes import CellChange
from eudr_geo.model.findings import ERROR
from eudr_geo.model.workbook import CellIssue, ExtraColumn, LeftOut
from eudr_geo.words.saying import say


@dataclass
class Context:
    """What every sheet of a workbook shares: its name, language and country, and the two receipts."""

    name: str
    language: str
    country: str
    changes: list[CellChange]
    issues: list[CellIssue]
    left_out: list[LeftOut] = field(default_factory=list)
    fill_down: bool = False  # a blank cell of certain columns says the same as the cell above it
    extra: list[ExtraColumn] = field(default_factory=list)
    is_language_asked_for: bool = False  # a person named it for this reading; else the workbook or its headings do
    decimal: str = ""  # what a person answered that its decimal mark is
    from_1904: bool = False  # day numbers count from 1904

    def change(self, title: str, place: str, before: str, after: str, rule: str) -> None:
        """Log that a cell was understood only after a change; ``rule`` is a row of ``words/cell_changes.csv``."""
        self.changes.append(CellChange(title, place, _short(before), _short(after), say(f"cell_changes:{rule}")))

    def issue(
        self, title: str, place: str, value: str, why: str, fix: str, severity: str = ERROR, **where: Any
    ) -> None:
        """Log what could not be used; ``where`` are the issue's table, key and row."""
        self.issues.append(CellIssue(title, place, shown(value), why, fix, severity, **where))


def either(parts: Sequence[str]) -> str:
    """Return what it could be, with a word for "or" between.

    Examples
    --------
    >>> either(["Lots", "Plots", "Costs"])
    'Lots or Plots or Costs'
    """
    first, *rest = parts
    for part in rest:
        first = say("book:or", first=first, second=part)
    return first


def _short(text: str) -> str:
    return text if isinstance(text, Said) else text[:80]


def row_place(number: int) -> str:
    """Return the place of a row as a whole.

    Examples
    --------
    >>> row_place(14)
    'row 14'
    """
    return say("book:row", number=number)


def shown(value: Any) -> str:
    """Return a cell for a message: at most 80 characters, control characters as escapes; a sentence as it is."""
    if isinstance(value, Said):
        return value
    text = as_text(value)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)[:80]


def as_text(value: Any) -> str:
    """Return a cell as the text a person sees: 123 for 123.0, TRUE for true."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)

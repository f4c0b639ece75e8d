"""The log of a sheet of plots: each cell that was understood only after a change, as it was and as it became."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eudr_geo.base.cells import letters, parse_date, shown
from eudr_geo.model.changes import CellChange
from eudr_geo.model.source import RecordError
from eudr_geo.sources.records.values import clean_value

_PLAIN = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_ISO_DATES = re.compile(r"(?:(?:\d{4}-\d{2}-\d{2})?\n)*")


class CellLog:
    """What was changed in one sheet."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, str, str, str]] = []

    def add(self, row: int, place: int, before: Any, after: Any, rule: str) -> None:
        """Log one cell; rows count from 1, places from 0."""
        self._entries.append((row, place, shown(before), shown(after), rule))

    def text(self, row: int, place: int, column: str, value: Any) -> None:
        """Log a text if it had to be cleaned, a date if it was not written as ISO 8601 has it."""
        if not isinstance(value, str):
            return
        try:
            clean = clean_value(value)
        except RecordError:
            return  # the row is set aside for it, with this reason
        date = parse_date(clean) if column == "mapped_on" and clean else None
        after, rule = (date, "date") if date is not None else (clean, "text")
        if after != value:
            self.add(row, place, value, after, rule)

    def texts(self, rows: Sequence[int], place: int, column: str, values: Sequence[Any], *, is_clean: bool) -> None:
        """Log a column of texts; nothing is looked at one by one in a column without a fault."""
        if is_clean and (column != "mapped_on" or _ISO_DATES.fullmatch("\n".join([*values, ""]))):
            return
        for row, value in zip(rows, values, strict=True):
            self.text(row, place, column, value)

    def number(self, row: int, place: int, before: str, after: str, *, has_unit: bool = False) -> None:
        """Log a number that stood there with a unit, or not as a plain number with a point."""
        if has_unit:
            self.add(row, place, before, after, "unit")
        elif not _PLAIN.fullmatch(before) or float(before) != float(after):  # 1.234 beside 12,5 is a thousand and more
            self.add(row, place, before, after, "decimal-mark")

    def changes(self, sheet: str) -> list[CellChange]:
        """Return the log in the order of the sheet."""
        return [
            CellChange(sheet, f"{letters(place)}{row}", before, after, rule)
            for row, place, before, after, rule in sorted(self._entries, key=lambda entry: entry[:2])
        ]

"""Rows of the nouns as cells of a sheet: which column stands where, the noun itself says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eudr_geo.base.cells import clean_code
from eudr_geo.lots.sheets import BY_NAME, Field, sheet
from eudr_geo.model.lot_book import LotBook

if TYPE_CHECKING:
    import pandas as pd

Cells = dict[str, Any]
"""Column key → value of one row; ``_row`` is the sheet and row it came from, None for a row that came from no file."""


class Nouns:
    """The nouns of a book as cells: which column stands where, the noun itself says."""

    def __init__(self, book: LotBook) -> None:
        self.book = book
        self.names = {table: self._names(table) for table in BY_NAME}

    def _names(self, table: str) -> Mapping[str, str]:
        """Names of locations or organisations whose code the name gives back."""
        rows = self.rows(table)
        return {row["code"]: row["name"] for row in rows if row["name"] and clean_code(row["name"]) == row["code"]}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return _records(self.book.table(table))

    def cells(self, sheet_key: str, table: str, row: Mapping[str, Any], side: str = "") -> Cells:
        """Return what a row of a noun says on a sheet, on one side of it for a line of a process."""
        return {one.key: self._cell(one, row.get(one.column)) for one in sheet(sheet_key).of(table, side)}

    def _cell(self, column: Field, value: Any) -> Any:
        if column.kind == "yesno":
            yes, no = column.yes_and_no
            return "yes" if value == yes else "no" if value == no and value != column.default else None
        return self.names[column.how].get(value, value) if column.how in self.names else value

    def plain(self, sheet_key: str, table: str) -> list[Cells]:
        """Return the rows of a sheet that holds one noun."""
        return [{**self.cells(sheet_key, table, row), "_row": place(row)} for row in self.rows(table)]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; NaN is nothing."""
    rows = frame.to_dict("records")
    return [{key: None if value != value else value for key, value in row.items()} for row in rows]  # noqa: PLR0124


def place(row: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return the sheet and row that a row came from, None where it came from no file."""
    return None if row["src_row"] is None else (row["src_sheet"] or "", int(row["src_row"]))

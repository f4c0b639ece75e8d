"""One sheet of a workbook as rows: finds its headings, the unit and decimal mark of its columns, its totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from eudr_geo.base.cells import clean_text, decimal_mark, fold, letters
from eudr_geo.base.said import Said
from eudr_geo.lots.sheet_names import HEADING_ROWS, heading_row
from eudr_geo.lots.sheets import Field, Sheet
from eudr_geo.model.findings import NOTE
from eudr_geo.model.workbook import ExtraColumn, LeftOut, SheetPlace
from eudr_geo.sources.workbook.receipts import Context, as_text, either, row_place, shown
from eudr_geo.sources.workbook.sheet_columns import Columns
from eudr_geo.sources.workbook.sheet_heads import heads_of, is_counter
from eudr_geo.sources.workbook.sheet_row import AMOUNT, SLASHED, Row
from eudr_geo.sources.workbook.sums_and_days import MONTH_13
from eudr_geo.words.saying import joined, say
from eudr_geo.words.workbook import TOTAL_WORDS, not_kept, unknown_unit

_IN_BRACKETS = re.compile(r"[(\[]([^)\]]{0,200})[)\]]")
_NET = {"net", "neto", "netto", "tinh", "liquido", "bersih"}
"""Words in the brackets of a weight, folded, that are no unit."""


class SheetRows(Columns):
    """The rows of one sheet, below its headings."""

    def __init__(self, context: Context, spec: Sheet, title: str, cells: Sequence[Sequence[Any]]) -> None:
        super().__init__(context, spec, title)
        self.cells = cells
        self.unusable: set[str] = set()  # columns whose unit nobody knows
        self._above: dict[str, Any] = {}
        self.first_row = len(cells)
        self._find_headings()

    def place_of_columns(self) -> SheetPlace:
        """Return where the columns of the sheet stand in the file."""
        columns = {key: letters(column) for key, column in self.columns.items()}
        return SheetPlace(self.spec.key, columns, dict(self.written))

    def _find_headings(self) -> None:
        best = heading_row(self.spec, self.cells)
        needed = [one for one in self.spec.fields if one.required]
        if best < 0:
            if any(any(cell is not None for cell in row) for row in self.cells):
                wanted = joined([self.usual(one.key) for one in needed], ", ")
                why = say("book:no-headings", rows=HEADING_ROWS)
                self.context.issue(self.title, "A1", "", why, say("book:no-headings.do", headings=wanted))
            return
        self._heads(best)
        self.first_row = best + 1
        missing = [one for one in needed if one.key not in self.columns]
        for one in missing:
            if one.key in self.unusable:
                continue
            usual, own = self.usual(one.key), one.title(self.context.language)
            column = usual if own == one.en else Said(f"{usual} / {own}", usual.key, usual.values)
            why, fix = say("book:no-column", column=column), say("book:no-column.do")
            self.context.issue(self.title, f"A{best + 1}", "", why, fix)
        if missing:
            self._leave_out()
            return
        for one in self.spec.fields:
            if one.key in self.columns:
                self._judge_column(one)

    def _leave_out(self) -> None:
        """Keep the rows of a sheet that lacks a column as they were written: they are waited for, and come back."""
        for at, row in enumerate(self.cells[self.first_row :], start=self.first_row + 1):
            if self._is_data(row):
                self.seen += 1
                held = {key: row[column] for key, column in self.columns.items() if column < len(row)}
                values = {key: cell for key, cell in held.items() if cell is not None}
                self.context.left_out.append(LeftOut(self.spec.key, self.title, at, values))
        self.first_row = len(self.cells)

    def _heads(self, row: int) -> None:
        """Take the headings, and tell of those that are misspelt, doubtful, twice there or unknown."""
        heads, cells = heads_of(self.spec, self.cells[row]), self.cells[row]
        for key, column in sorted(heads.columns.items(), key=lambda one: one[1]):
            self._known_heading(self.spec.field(key), column, row, as_text(cells[column]))
        for column in sorted({*heads.ties, *heads.twice, *heads.unknown}):
            place, text = f"{letters(column)}{row + 1}", as_text(cells[column])
            if column in heads.ties:
                why = say("book:heading-could-be", columns=either([self.usual(key) for key in heads.ties[column]]))
                self.context.issue(self.title, place, text, why, say("book:heading-could-be.do"))
            elif column in heads.twice:
                key = heads.twice[column]
                why = say("book:column-twice", letters=letters(heads.columns[key]), column=self.usual(key))
                self.context.issue(self.title, place, text, why, say("book:column-twice.do"))
            else:
                self._unknown_heading(column, row, text)

    def _unknown_heading(self, column: int, row: int, text: str) -> None:
        place = f"{letters(column)}{row + 1}"
        if fold(text) in not_kept(self.spec.key):
            why, fix = say("book:not-kept", heading=shown(text)), say("book:not-kept.do")
            self.context.issue(self.title, place, text, why, fix, NOTE)
            return
        what = "book:counter" if is_counter(text) else "book:unknown-heading"
        why = say(what) if is_counter(text) else say(what, heading=shown(text))
        self.context.issue(self.title, place, text, why, say(f"{what}.do"), NOTE)
        below = enumerate(self.cells[row + 1 :], start=row + 2)
        values = {at: cells[column] for at, cells in below if column < len(cells) and cells[column] is not None}
        self.context.extra.append(ExtraColumn(self.spec.key, self.title, text, values))

    def _known_heading(self, known: Field, column: int, row: int, text: str) -> None:
        place = f"{letters(column)}{row + 1}"
        bare = fold(_IN_BRACKETS.sub(" ", text)).replace(" ", "")
        if bare not in {fold(name).replace(" ", "") for name in known.names()} | known.weak:
            self.context.change(self.title, place, text, self.usual(known.key), "heading")
        self.columns[known.key] = column
        self.written[known.key] = shown(clean_text(_IN_BRACKETS.sub(" ", text)).strip(" *"))
        bracket = _IN_BRACKETS.search(text)
        if known.kind == "kg" and bracket and fold(bracket[1]) and fold(bracket[1]) not in _NET:
            self.units[known.key] = bracket[1].strip()
            if self.factor(bracket[1]) is None:
                del self.columns[known.key]
                self.unusable.add(known.key)
                self.context.issue(self.title, place, text, *unknown_unit(bracket[1], self.country))

    def _judge_column(self, column_spec: Field) -> None:
        column = self.columns[column_spec.key]
        texts = [
            row[column] for row in self.cells[self.first_row :] if column < len(row) and isinstance(row[column], str)
        ]
        if column_spec.kind in {"number", "kg", "whole"}:
            amounts = [match[1] for text in texts if (match := AMOUNT.fullmatch(clean_text(text)))]
            self.marks[column_spec.key] = decimal_mark(amounts)
        if column_spec.kind == "date":
            parts = [match for text in texts if (match := SLASHED.fullmatch(clean_text(text)))]
            if any(int(match[2]) > MONTH_13 > int(match[1]) for match in parts):  # of the Ethiopian calendar it is one
                self.month_first.add(column_spec.key)

    @staticmethod
    def _is_data(row: Sequence[Any]) -> bool:
        return any(cell is not None and as_text(cell).strip() for cell in row)

    def __iter__(self) -> Iterator[Row]:
        for number in range(self.first_row, len(self.cells)):
            cells = self.cells[number]
            if not self._is_data(cells):
                continue
            if self._is_total(cells):
                first = next(as_text(cell) for cell in cells if cell is not None)
                self.context.change(self.title, row_place(number + 1), first, "", "total-row-skipped")
                continue
            self.seen += 1
            yield Row(self, self._filled(cells, number + 1) if self.context.fill_down else cells, number + 1)

    def _filled(self, cells: Sequence[Any], number: int) -> Sequence[Any]:
        """The row with what it leaves blank taken from the row above it."""
        filled = list(cells)
        for key in self.spec.filled_down:
            column = self.columns.get(key)
            if column is None:
                continue
            filled += [None] * (column + 1 - len(filled))
            if filled[column] is None or not as_text(filled[column]).strip():
                plot = self.columns.get("plot")
                own_plot = key == "producer" and plot is not None and plot < len(cells) and cells[plot] is not None
                above = self._above.get(key)
                if above is not None and not own_plot:  # a plot tells its producer better than the row above
                    filled[column] = above
                    self.context.change(self.title, f"{letters(column)}{number}", "", as_text(above), "same-as-above")
            if filled[column] is not None:
                self._above[key] = filled[column]
        return filled

    def _is_total(self, cells: Sequence[Any]) -> bool:
        first = next((fold(cell) for cell in cells if isinstance(cell, str) and cell.strip()), "")
        if not first or not (first in TOTAL_WORDS or first.startswith(("total ", "tong "))):
            return False
        needed = [self.columns[one.key] for one in self.spec.fields if one.required and one.key in self.columns]
        return any(column >= len(cells) or cells[column] is None for column in needed) or first in TOTAL_WORDS


class AllRows:
    """The rows of all sheets of one kind, one behind the other: people keep a sheet a month."""

    def __init__(self, context: Context, spec: Sheet, parts: Sequence[SheetRows]) -> None:
        self.context, self.spec, self.parts = context, spec, parts

    def __iter__(self) -> Iterator[Row]:
        for part in self.parts:
            yield from part

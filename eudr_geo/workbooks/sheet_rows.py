"""One sheet of a workbook as rows of understood values: finds headings, reads cells tolerantly, logs each change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from typing import Any

from eudr_geo.cells import clean_code, clean_text, decimal_mark, fold, match_heading, parse_date, parse_number
from eudr_geo.model.findings import ERROR, NOTE, WARNING
from eudr_geo.model.workbook import ExtraColumn, LeftOut
from eudr_geo.regulation import country_code
from eudr_geo.workbooks.receipts import Context, as_text, letters, shown
from eudr_geo.workbooks.terms import (
    ERROR_CELLS,
    FILLED_DOWN,
    TOTAL_WORDS,
    Field,
    Sheet,
    choices,
    decimal_mark_of,
    unit_kg,
    unknown_unit,
    word,
)

HEADING_ROWS = 10
"""The heading row stands among the first ten; titles and logos may stand above it."""

_GRAM = 3  # decimals of a quantity in kg
_IN_BRACKETS = re.compile(r"[(\[]([^)\]]{0,200})[)\]]")
_AMOUNT = re.compile(r"([-+]?[\d.,\s'’]{0,80}\d[.,]?)\s*([^\W\d_]*)\.?")
_SLASHED = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?:\s.*)?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class SheetRows:
    """The rows of one sheet, below its headings.

    Attributes
    ----------
    title
        Name of the sheet as in the file.
    seen, taken
        Rows with anything in them; rows that became rows of the book.
    """

    def __init__(self, context: Context, spec: Sheet, title: str, cells: Sequence[Sequence[Any]]) -> None:
        self.context, self.spec, self.title, self.cells = context, spec, title, cells
        self.seen = self.taken = 0
        self.columns: dict[str, int] = {}
        self.units: dict[str, str] = {}
        self.marks: dict[str, str] = {}
        self.month_first: set[str] = set()
        self._above: dict[str, Any] = {}
        self.first_row = len(cells)
        self._find_headings()

    def _find_headings(self) -> None:
        dictionary = self.spec.dictionary()
        best, best_score = -1, 0
        for number, row in enumerate(self.cells[:HEADING_ROWS]):
            matched = [match_heading(as_text(cell), dictionary) for cell in row if isinstance(cell, str)]
            score = len({keys for keys in matched if keys})
            if score > best_score:
                best, best_score = number, score
        needed = [one for one in self.spec.fields if one.required]
        if best < 0 or best_score < min(2, len(needed)):
            if any(any(cell is not None for cell in row) for row in self.cells):
                wanted = ", ".join(one.en for one in needed)
                why = f"no headings in the first {HEADING_ROWS} rows"
                self.context.issue(self.title, "A1", "", why, f"write the headings: {wanted}")
            return
        for column, cell in enumerate(self.cells[best]):
            if cell is not None:
                self._heading(column, best, as_text(cell), dictionary)
        self.first_row = best + 1
        missing = [one for one in needed if one.key not in self.columns]
        for one in missing:
            own = one.title(self.context.language)
            why = f"there is no column {one.en}" + ("" if own == one.en else f" / {own}")
            self.context.issue(self.title, f"A{best + 1}", "", why, "add the column, or correct its heading")
        if missing:
            self.seen = sum(self._is_data(row) for row in self.cells[self.first_row :])
            self.first_row = len(self.cells)
            return
        for one in self.spec.fields:
            if one.key in self.columns:
                self._judge_column(one)

    def _heading(self, column: int, row: int, text: str, dictionary: Mapping[str, Sequence[str]]) -> None:
        place = f"{letters(column)}{row + 1}"
        keys = match_heading(text, dictionary)
        if not keys:
            why = "nobody knows this heading; the column is not used, and kept in the corrected copy"
            self.context.issue(self.title, place, text, why, "rename it if it matters", NOTE)
            below = enumerate(self.cells[row + 1 :], start=row + 2)
            values = {at: cells[column] for at, cells in below if column < len(cells) and cells[column] is not None}
            self.context.extra.append(ExtraColumn(self.spec.key, text, values))
            return
        if len(keys) > 1:
            names = " or ".join(self.spec.field(key).en for key in keys)
            self.context.issue(self.title, place, text, f"the heading could mean {names}", "write it in full")
            return
        known = self.spec.field(keys[0])
        if known.key in self.columns:
            first = letters(self.columns[known.key])
            self.context.issue(
                self.title, place, text, f"column {first} is {known.en} already", "keep one of the two columns"
            )
            return
        bare = fold(_IN_BRACKETS.sub(" ", text)).replace(" ", "")
        if bare not in {fold(name).replace(" ", "") for name in known.names()}:
            self.context.change(self.title, place, text, known.en, "heading")
        self.columns[known.key] = column
        bracket = _IN_BRACKETS.search(text)
        if known.kind == "kg" and bracket and fold(bracket[1]):
            self.units[known.key] = bracket[1].strip()
            if self.factor(bracket[1]) is None:
                del self.columns[known.key]
                self.context.issue(self.title, place, text, *unknown_unit(bracket[1]))

    def _judge_column(self, column_spec: Field) -> None:
        column = self.columns[column_spec.key]
        texts = [
            row[column] for row in self.cells[self.first_row :] if column < len(row) and isinstance(row[column], str)
        ]
        if column_spec.kind in {"number", "kg", "whole"}:
            amounts = [match[1] for text in texts if (match := _AMOUNT.fullmatch(clean_text(text)))]
            self.marks[column_spec.key] = decimal_mark(amounts)
        if column_spec.kind == "date":
            parts = [match for text in texts if (match := _SLASHED.fullmatch(clean_text(text)))]
            if any(int(match[2]) > 12 >= int(match[1]) for match in parts):
                self.month_first.add(column_spec.key)

    @staticmethod
    def _is_data(row: Sequence[Any]) -> bool:
        return any(cell is not None and as_text(cell).strip() for cell in row)

    def factor(self, unit: str) -> float | None:
        """Kilograms in a unit of the workbook's country, None if nobody knows it there."""
        return unit_kg(unit, self.country)

    @property
    def country(self) -> str:
        """Country whose customary units count; a Vietnamese workbook without one is of Vietnam."""
        return self.context.country or ("VN" if self.context.language == "vi" else "")

    def __iter__(self) -> Iterator[Row]:
        for number in range(self.first_row, len(self.cells)):
            cells = self.cells[number]
            if not self._is_data(cells):
                continue
            if self._is_total(cells):
                first = next(as_text(cell) for cell in cells if cell is not None)
                self.context.change(self.title, f"row {number + 1}", first, "", "total-row-skipped")
                continue
            self.seen += 1
            yield Row(self, self._filled(cells, number + 1) if self.context.fill_down else cells, number + 1)

    def _filled(self, cells: Sequence[Any], number: int) -> Sequence[Any]:
        """The row with what it leaves blank taken from the row above it."""
        filled = list(cells)
        for key in FILLED_DOWN.get(self.spec.key, ()):
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


class Row:
    """One row of a sheet: each method reads a cell, logs what it changed, and returns None where nothing is stated."""

    def __init__(self, sheet: SheetRows, cells: Sequence[Any], number: int) -> None:
        self.sheet, self.cells, self.number_shown = sheet, cells, number
        self._failed = False

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the row stands."""
        return {"src_file": self.sheet.context.name, "src_sheet": self.sheet.title, "src_row": self.number_shown}

    def place(self, key: str) -> str:
        """Address of a cell, like C14; of the row where the sheet has no such column."""
        column = self.sheet.columns.get(key)
        return f"row {self.number_shown}" if column is None else f"{letters(column)}{self.number_shown}"

    def fail(self, key: str, value: Any, why: str, fix: str) -> None:
        """Say why the row cannot be used."""
        self._failed = True
        self._issue(key, value, why, fix, ERROR)

    def _issue(self, key: str, value: Any, why: str, fix: str, severity: str) -> None:
        where = {"table": self.sheet.spec.key, "key": key, "row": self.number_shown}
        self.sheet.context.issue(self.sheet.title, self.place(key), value, why, fix, severity, **where)

    def accepted(self) -> bool:
        """Count the row as taken unless something failed."""
        if self._failed:
            columns = self.sheet.columns.items()
            values = {key: self.cells[at] for key, at in columns if at < len(self.cells) and self.cells[at] is not None}
            self.sheet.context.left_out.append(LeftOut(self.sheet.spec.key, self.number_shown, values))
        else:
            self.sheet.taken += 1
        return not self._failed

    def take(self, table: MutableSequence[dict[str, Any]], record: Mapping[str, Any]) -> bool:
        """Add the record to a table unless something failed; tell whether it was added."""
        if self.accepted():
            table.append({**record, **self.provenance})
            return True
        return False

    def _raw(self, key: str, *, needed: bool) -> Any:
        column = self.sheet.columns.get(key)
        value = self.cells[column] if column is not None and column < len(self.cells) else None
        if isinstance(value, str):
            if value.strip().upper() in ERROR_CELLS:
                self._refuse(
                    key,
                    value,
                    "the formula in this cell failed",
                    "correct the formula, or type the value",
                    needed=needed,
                )
                return None
            value = value if clean_text(value) else None
        if value is None and needed:
            name = self.sheet.spec.field(key).en
            self.fail(key, "", f"{name} is empty", f"fill in {name}")
        return value

    def _refuse(self, key: str, value: Any, why: str, fix: str, *, needed: bool) -> None:
        if needed:
            self.fail(key, shown(value), why, fix)
        else:
            self._issue(key, shown(value), f"{why}; left out", fix, WARNING)

    def _changed(self, key: str, before: Any, after: Any, rule: str) -> None:
        self.sheet.context.change(self.sheet.title, self.place(key), as_text(before), as_text(after), rule)

    def states(self, key: str) -> bool:
        """Tell whether a cell says anything."""
        return self._raw(key, needed=False) is not None

    def number_given(self, key: str, number: str) -> None:
        """Log that the row got a number because it has none of its own."""
        self._changed(key, "", number, "own-number")

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """Text with plain blanks."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = clean_text(as_text(value))
        if isinstance(value, str) and text != value.strip():
            self._changed(key, value, text, "text")
        return text

    def as_written(self, key: str) -> str:
        """The cell as text, "" for nothing: for values whose digits matter."""
        return clean_text(as_text(self._raw(key, needed=False)))

    def code(self, key: str, *, needed: bool = False) -> str | None:
        """A code: upper case, no blanks at the ends or round hyphens."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        if isinstance(value, bool) or (isinstance(value, str) and _ISO_DATE.fullmatch(value)):
            why = "the spreadsheet turned the code into a date or a truth value"
            self._refuse(key, value, why, "format the cell as text and type the code again", needed=True)
            return None
        code = clean_code(as_text(value))
        if isinstance(value, str) and re.fullmatch(r"\d+\.0", code):
            code = code[:-2]
        if isinstance(value, str) and code != value.strip():
            self._changed(key, value, code, "code")
        return code

    def digits(self, key: str) -> str | None:
        """A code of digits only, like an HS code."""
        value = self._raw(key, needed=False)
        if value is None:
            return None
        text = re.sub(r"[\s.]", "", as_text(value))
        if isinstance(value, float) and len(text) in {5, 7, 9}:
            text = "0" + text  # 090111 typed as a number has lost its zero
        if not text.isdigit():
            self._refuse(
                key, value, f"{shown(value)} is no code of digits", "write digits only, like 090111", needed=False
            )
            return None
        if text != as_text(value).strip():
            self._changed(key, value, text, "digits")
        return text

    def number(self, key: str, *, needed: bool = False) -> float | None:
        """A number in the decimal mark of its column."""
        value = self._raw(key, needed=needed)
        return None if value is None else self._number(key, value, as_text(value), needed=needed)

    def _number(self, key: str, value: Any, text: str, *, needed: bool) -> float | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        mark = self.sheet.marks.get(key, "")
        number = parse_number(text, mark)
        rule = "number"
        if number is None and not mark and (usual := decimal_mark_of(self.sheet.context.language, self.sheet.country)):
            number = parse_number(text, usual)
            rule = "number-of-workbook-language"
        if number is None:
            two = parse_number(text, ".") is not None and parse_number(text, ",") is not None
            why = f"{shown(value)} can be read as two numbers" if two else f"{shown(value)} is no number"
            self._refuse(key, value, why, "write digits and one decimal mark only", needed=needed)
            return None
        self._changed(key, value, repr(number), rule)
        return number

    def whole(self, key: str) -> int | None:
        """A whole number."""
        number = self.number(key)
        if number is None:
            return None
        if not number.is_integer():
            self._refuse(key, number, f"{number} is no whole number", "write a whole number", needed=False)
            return None
        return int(number)

    def kilograms(self, key: str, *, needed: bool = False, unit: str = "") -> float | None:
        """A weight above 0 in kg, to the gram; a unit after the number, in its own column or in the heading counts."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text, own = clean_text(as_text(value)), ""
        if isinstance(value, str) and (match := _AMOUNT.fullmatch(text)):
            text, own = match[1].strip(), match[2]
        name = own or unit or self.sheet.units.get(key, "kg")
        factor = self.sheet.factor(name)
        if factor is None:
            self._refuse(key, value, *unknown_unit(name), needed=True)
            return None
        number = self._number(key, value, text, needed=needed)
        if number is None:
            return None
        kg = round(number * factor, _GRAM)
        if factor != 1:
            self._changed(key, f"{as_text(value)} {name}", repr(kg), "unit")
        elif kg != number:
            self._changed(key, value, repr(kg), "to-the-gram")
        if not 0 < kg < 1e9:
            self._refuse(key, value, f"{shown(value)} is no weight", "write a weight above 0, in kg", needed=True)
            return None
        return kg

    def date(self, key: str, *, needed: bool = False) -> str | None:
        """A date, ISO 8601."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = clean_text(as_text(value))
        day = None if isinstance(value, bool) else parse_date(text)
        slashed = _SLASHED.fullmatch(text)
        if day and slashed and key in self.sheet.month_first and slashed[1] != slashed[2]:
            why = f"{text} can be two dates: another date of this column has the month first"
            self._refuse(key, value, why, "write all dates of the column as day/month/year", needed=needed)
            return None
        if day is None:
            hint = "write day/month/year, like 15/11/2025"
            if slashed and int(slashed[2]) == 13:
                hint = "is it a date of the Ethiopian calendar? write the date of the international one"
            self._refuse(key, value, f"{shown(value)} is no date", hint, needed=needed)
            return None
        if day != text:
            self._changed(key, value, day, "excel-day" if isinstance(value, float) else "date")
        return day

    def choice(self, key: str, words: str, *, needed: bool = False) -> str | None:
        """A value of a list of words, in any language known."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = fold(as_text(value))
        for name, known in choices()[words].items():
            if text in {fold(name), *(fold(one) for one in known)}:
                return name
        expected = ", ".join(word(words, one, self.sheet.context.language) for one in choices()[words])
        self._refuse(key, value, f"{shown(value)} is not on the list", f"write one of: {expected}", needed=needed)
        return None

    def country(self, key: str) -> str | None:
        """An ISO 3166-1 alpha-2 code; names of countries are understood."""
        value = self._raw(key, needed=False)
        if value is None:
            return None
        text = clean_text(as_text(value))
        code = country_code(text)
        if not code:
            self._refuse(key, value, f"{shown(value)} is no country", "write its two letters, like VN", needed=False)
            return None
        if code != text:
            self._changed(key, value, code, "country")
        return code

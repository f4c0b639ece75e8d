"""One row of a sheet as understood values: each cell read tolerantly, each change logged, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from typing import Any

from eudr_geo.base.cells import clean_code, clean_text, excel_day, fold, letters, parse_date, parse_number
from eudr_geo.base.said import Said
from eudr_geo.base.season_codes import is_year_alone, season_code
from eudr_geo.law import country_code
from eudr_geo.lots.sheets import HIDDEN, Field
from eudr_geo.model.findings import ERROR, WARNING
from eudr_geo.model.workbook import LeftOut
from eudr_geo.sources.workbook.receipts import as_text, row_place, shown
from eudr_geo.sources.workbook.sheet_columns import Columns
from eudr_geo.sources.workbook.sums_and_days import amount_in, currency_code, date_hint, is_ethiopian
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import ERROR_CELLS, NO_VALUE, choices, unknown_unit, word

_GRAM = 3  # decimals of a quantity in kg
AMOUNT = re.compile(r"([-+]?[\d.,\s'’]{0,80}\d[.,]?)\s*([^\W\d_]*)\.?")
SLASHED = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?:\s.*)?")
_DAYS_TO_1904 = 1462
_LAST_DAY = 200_000  # as a day number; far beyond any date that is accepted
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Row:
    """One row of a sheet: each method reads a cell, logs what it changed, and returns None where nothing is stated."""

    def __init__(self, sheet: Columns, cells: Sequence[Any], number: int) -> None:
        self.sheet, self.cells, self.number_shown = sheet, cells, number
        self._failed = False

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the row stands."""
        return {"src_file": self.sheet.context.name, "src_sheet": self.sheet.title, "src_row": self.number_shown}

    def place(self, key: str) -> str:
        """Address of a cell, like C14; of the row where the sheet has no such column."""
        column = self.sheet.columns.get(key)
        return row_place(self.number_shown) if column is None else f"{letters(column)}{self.number_shown}"

    def fail(self, key: str, value: Any, why: str, fix: str) -> None:
        """Say why the row cannot be used."""
        self._failed = True
        self._issue(key, value, why, fix, ERROR)

    def _issue(self, key: str, value: Any, why: str, fix: str, severity: str) -> None:
        where = {"table": self.sheet.spec.key, "key": key, "row": self.number_shown}
        value = HIDDEN if key in self.sheet.secret and value != "" else value
        self.sheet.context.issue(self.sheet.title, self.place(key), value, why, fix, severity, **where)

    def accepted(self) -> bool:
        """Count the row as taken unless something failed."""
        if self._failed:
            columns = self.sheet.columns.items()
            values = {key: self.cells[at] for key, at in columns if at < len(self.cells) and self.cells[at] is not None}
            self.sheet.context.left_out.append(
                LeftOut(self.sheet.spec.key, self.sheet.title, self.number_shown, values)
            )
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
            if value == NO_VALUE:
                self.refuse(key, "", say("book:not-calculated"), say("book:not-calculated.do"), needed=needed)
                return None
            if value.strip().upper() in ERROR_CELLS:
                self.refuse(key, value, say("book:formula-failed"), say("book:formula-failed.do"), needed=needed)
                return None
            value = value if clean_text(value) else None
        if value is None and needed:
            may_mean_above = key in self.sheet.spec.filled_down and not self.sheet.context.fill_down
            called, do = self.sheet.called(key), "do-or-above" if may_mean_above else "do"
            self.fail(key, "", say("book:empty", column=called), say(f"book:empty.{do}", column=called))
        return value

    def refuse(self, key: str, value: Any, why: str, fix: str, *, needed: bool) -> None:
        """Say why a cell cannot be used; the row is left out with it where it is needed."""
        if needed:
            self.fail(key, shown(value), why, fix)
        else:
            self._issue(key, shown(value), say("book:left-out", why=why), fix, WARNING)

    def changed(self, key: str, before: Any, after: Any, rule: str) -> None:
        """Log that a cell was understood only after a change; ``rule`` is a row of ``words/cell_changes.csv``."""
        if key in self.sheet.secret:
            before = after = HIDDEN
        after = after if isinstance(after, Said) else as_text(after)
        self.sheet.context.change(self.sheet.title, self.place(key), as_text(before), after, rule)

    def value(self, column: Field, *, needed: bool, unit: str = "", currency: str | None = None) -> Any:
        """A cell as its column is read.

        Parameters
        ----------
        column
            The column of the sheet.
        needed
            The row is of no use without it.
        unit, currency
            What the row says of its weights and of its money.
        """
        key, (how, _, words) = column.key, column.how.partition(":")
        if how == "choice":
            return self.choice(key, words, needed=needed)
        if how == "yesno":
            said = self.choice(key, "yesno", needed=needed)
            return None if said is None else column.yes_and_no[said == "no"]
        if how == "kg":
            return self.kilograms(key, needed=needed, unit=unit)
        if how == "money":
            return self.money(key, currency=currency, needed=needed)
        plain = {
            "code": self.code, "reference": self.reference, "text": self.text, "number": self.number,
            "whole": self.whole, "date": self.date, "country": self.country, "digits": self.digits,
            "container": self.container, "location": self.text, "organisation": self.text, "season": self.season,
            "currency": self.currency,
        }  # fmt: skip
        return plain[how](key, needed=needed)

    def cell(self, key: str, *, needed: bool) -> Any:
        """The cell as it stands, None for nothing."""
        return self._raw(key, needed=needed)

    def states(self, key: str) -> bool:
        """Tell whether a cell says anything."""
        return self._raw(key, needed=False) is not None

    def number_given(self, key: str, number: str) -> None:
        """Log that the row got a number because it has none of its own."""
        self.changed(key, "", number, "own-number")

    def worked_out(self, key: str, before: str, kg: float) -> None:
        """Log that a weight was worked out from a volume."""
        self.changed(key, before, kg, "weight-of-volume")

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """Text with plain blanks."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = clean_text(as_text(value))
        if isinstance(value, str) and text != value.strip():
            self.changed(key, value, text, "text")
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
            self.refuse(key, value, say("book:code-as-date"), say("book:code-as-date.do"), needed=True)
            return None
        code = clean_code(as_text(value))
        if isinstance(value, str) and re.fullmatch(r"\d+\.0", code):
            code = code[:-2]
        if isinstance(value, str) and code != value.strip():
            self.changed(key, value, code, "code")
        return code

    def reference(self, key: str, *, needed: bool = False) -> str | None:
        """A number that the EU system gave: letters and digits as they are; small letters are asked about."""
        text = self.text(key, needed=needed)
        if text is not None and text != text.upper():
            why, do = say("book:small-letters", value=text[:40]), say("book:small-letters.do", value=text[:40].upper())
            self.refuse(key, text, why, do, needed=True)
            return None
        return self.code(key, needed=False)

    def digits(self, key: str, *, needed: bool = False) -> str | None:
        """A code of digits only, like an HS code."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = re.sub(r"[\s.]", "", as_text(value))
        if isinstance(value, float) and len(text) in {5, 7, 9}:
            text = "0" + text  # 090111 typed as a number has lost its zero
        if not text.isdigit():
            why = say("book:not-digits", value=shown(value))
            self.refuse(key, value, why, say("book:not-digits.do"), needed=needed)
            return None
        if text != as_text(value).strip():
            self.changed(key, value, text, "digits")
        return text

    def container(self, key: str, *, needed: bool = False) -> str | None:
        """The number of a container, without the blanks that people write in it."""
        text = self.text(key, needed=needed)
        return None if text is None else text.replace(" ", "").upper()

    def number(self, key: str, *, needed: bool = False) -> float | None:
        """A number in the decimal mark of its column."""
        value = self._raw(key, needed=needed)
        return None if value is None else self.number_from(key, value, as_text(value), needed=needed)

    def number_from(self, key: str, value: Any, text: str, *, needed: bool) -> float | None:
        """The number that stands in a text of a cell, in the decimal mark of its column."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        number, rule = self.number_in(key, text)
        if number is None:
            if not self.in_doubt(key, text):
                self.refuse(
                    key, value, say("book:no-number", value=shown(value)), say("book:no-number.do"), needed=needed
                )
            return None
        self.changed(key, value, repr(number), rule)
        return number

    def number_in(self, key: str, text: str) -> tuple[float | None, str]:
        """The number in a text, in the decimal mark of a column, and the rule by which it was read."""
        mark, asked = self.sheet.marks.get(key, ""), self.sheet.context.decimal
        number = parse_number(text, mark)
        if number is None and not mark and asked:
            return parse_number(text, asked), "number-as-answered"
        if number is None and not mark and (usual := self.sheet.usual_mark):
            return parse_number(text, usual), "number-of-workbook-language"
        return number, "number"

    def in_doubt(self, key: str, text: str) -> bool:
        """Tell whether a text is a number with a decimal point and another one with a comma; it is asked about then."""
        if self.sheet.marks.get(key) or parse_number(text, ".") is None or parse_number(text, ",") is None:
            return False
        self.sheet.doubts.setdefault(key, []).append((self.number_shown, self.place(key), text))
        self._failed = True  # the column is told of as a whole, when every row was read
        return True

    def money(self, key: str, *, currency: str | None = None, needed: bool = False) -> float | None:
        """A price or amount; a currency written beside it must be that of the row."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        found = amount_in(value) if isinstance(value, str) else None
        if found is None:
            return self.number_from(key, value, as_text(value), needed=needed)
        text, currencies = found
        if currency is not None and currencies - {currency.upper()}:
            why = say("book:other-currency", value=shown(value), currency=currency)
            self.refuse(key, value, why, say("book:other-currency.do"), needed=needed)
            return None
        return self.number_from(key, value, text, needed=needed)

    def currency(self, key: str, *, needed: bool = False) -> str | None:
        """A currency as its three letters."""
        return self._in_letters(key, currency_code, "currency", needed=needed)

    def whole(self, key: str, *, needed: bool = False) -> int | None:
        """A whole number."""
        number = self.number(key, needed=needed)
        if number is None:
            return None
        if not number.is_integer():
            self.refuse(key, number, say("book:not-whole", value=number), say("book:not-whole.do"), needed=needed)
            return None
        return int(number)

    def kilograms(self, key: str, *, needed: bool = False, unit: str = "") -> float | None:
        """A weight above 0 in kg, to the gram; a unit after the number, in its own column or in the heading counts."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text, own = clean_text(as_text(value)), ""
        if isinstance(value, str) and (match := AMOUNT.fullmatch(text)):
            text, own = match[1].strip(), match[2]
        name = own or unit or self.sheet.units.get(key, "kg")
        factor = self.sheet.factor(name)
        if factor is None:
            self.refuse(key, value, *unknown_unit(name, self.sheet.country), needed=True)
            return None
        number = self.number_from(key, value, text, needed=needed)
        if number is None:
            return None
        kg = round(number * factor, _GRAM)
        if factor != 1:
            self.changed(key, f"{as_text(value)} {name}", repr(kg), "unit")
        elif kg != number:
            self.changed(key, value, repr(kg), "to-the-gram")
        if not 0 < kg < 1e9:
            self.refuse(key, value, say("book:no-weight", value=shown(value)), say("book:no-weight.do"), needed=True)
            return None
        return kg

    def date(self, key: str, *, needed: bool = False) -> str | None:
        """A date, ISO 8601."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        text = clean_text(as_text(value))
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        day = None if isinstance(value, bool) else parse_date(text)
        if is_number and self.sheet.context.from_1904 and value < _LAST_DAY:
            day = excel_day(value + _DAYS_TO_1904)
        slashed = SLASHED.fullmatch(text)
        if day and slashed and key in self.sheet.month_first and slashed[1] != slashed[2]:
            self.refuse(key, value, say("book:two-dates", value=text), say("book:two-dates.do"), needed=needed)
            return None
        country, of_goods = self.sheet.country, self.sheet.spec.key not in {"producers", "plots"}
        if is_ethiopian(text, day, country, of_goods=of_goods):
            why = say("book:ethiopian", value=shown(value))
            self.refuse(key, value, why, say("book:ethiopian.do"), needed=needed)
            return None
        if day is None:
            hint = date_hint(slashed[1] if slashed else "", slashed[2] if slashed else "", country)
            self.refuse(key, value, say("book:no-date", value=shown(value)), hint, needed=needed)
            return None
        if day != text:
            self.changed(key, value, day, "excel-day" if is_number else "date")
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
        why, fix = say("book:not-on-list", value=shown(value)), say("book:not-on-list.do", words=expected)
        self.refuse(key, value, why, fix, needed=needed)
        return None

    def country(self, key: str, *, needed: bool = False) -> str | None:
        """An ISO 3166-1 alpha-2 code; names of countries are understood."""
        return self._in_letters(key, country_code, "country", needed=needed)

    def _in_letters(self, key: str, read: Callable[[str], str | None], what: str, *, needed: bool) -> str | None:
        """A code of letters, as an official list has it, from what people write."""
        if (value := self._raw(key, needed=needed)) is None:
            return None
        code = read(text := clean_text(as_text(value)))
        if not code:  # an amount in a currency that nobody can read is of no use
            why, do = say(f"book:no-{what}", value=shown(value)), say(f"book:no-{what}.do")
            self.refuse(key, value, why, do, needed=needed or (what == "currency" and self.sheet.spec.key != "seasons"))
        elif code != text:
            self.changed(key, value, code, what)
        return code or None

    def season(self, key: str, *, needed: bool = False) -> str | None:
        """A season or crop year in its one spelling."""
        value = self._raw(key, needed=needed)
        if value is None:
            return None
        code = season_code(value)
        if code is None:
            why = say("book:no-season.year" if is_year_alone(value) else "book:no-season", value=shown(value))
            self.refuse(key, value, why, say("book:no-season.do"), needed=needed)
        elif code != as_text(value):
            self.changed(key, value, code, "season")
        return code

"""Cells with what was measured: readings, counts like 18/20, and what a laboratory did not find. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from eudr_geo.base.cells import clean_text, fold, parse_number
from eudr_geo.sources.workbook.nouns import Record
from eudr_geo.sources.workbook.receipts import as_text, shown
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import choices

_NUMBER = r"[-+]?\d[\d.,\s'’]{0,30}"
_UNIT = r"[^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?|[%‰]|°C"
_BELOW = re.compile(rf"<\s?({_NUMBER})({_UNIT})?")
_BELOW_THE_LIMIT = re.compile(r"<\s?(?:LOQ|LOD|LQ|LD)", re.IGNORECASE)
_AND_LIMIT = re.compile(rf"[\s(]{{0,3}}(?:<|(?:LOQ|LOD|LQ|LD)\s?[=:<]?)\s?({_NUMBER})({_UNIT})?\)?", re.IGNORECASE)
_COUNT = re.compile(rf"({_NUMBER})/\s?({_NUMBER})")
_READING = re.compile(rf"({_NUMBER})({_UNIT})")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*")
_KNOWN_UNITS = frozenset({"%", "‰", "°C", "mg/kg", "μg/kg", "g/kg", "mg/l", "μg/l", "ppm", "ppb", "kg", "g", "ml"})


def measured(row: Row, record: Record) -> None:
    """Fill in the value of a row of tests; a cell may say that it is below a limit, or how many of how many.

    Parameters
    ----------
    row
        The row.
    record
        What its other cells say; ``value``, ``is_below``, ``out_of`` and ``unit`` are filled in.
    """
    record["value"] = None
    cell = row.cell("value", needed=not record["is_below"])
    if cell is None:
        return
    text = unicodedata.normalize("NFKC", clean_text(as_text(cell))) if isinstance(cell, str) else ""
    if _ISO_DATE.fullmatch(text):  # a spreadsheet makes a day of 3/5
        row.fail("value", cell, say("book:value-as-date", value=text), say("book:value-as-date.do"))
    elif text.startswith("<") and not _BELOW.fullmatch(text) and not _BELOW_THE_LIMIT.fullmatch(text):
        row.fail("value", shown(cell), say("book:no-limit", value=shown(cell)), say("book:no-limit.do"))
    elif (limit := _limit_of(text)) is not None:
        _below(row, record, cell, *limit)
    elif count := _COUNT.fullmatch(text):
        _count(row, record, cell, count)
    elif (reading := _READING.fullmatch(text)) and _unit(reading[2]) in {*_KNOWN_UNITS, _unit(record["unit"] or "")}:
        record["value"] = _reading(row, cell, reading[1].strip())
        _unit_beside(row, record, reading[2])
    else:
        record["value"] = _reading(row, cell, text) if text else row.number("value", needed=True)
    _out_of(row, record)


def _limit_of(text: str) -> tuple[str, str] | None:
    """The limit and its unit of what was not found, each "" where it is not stated; None for what was found."""
    if match := _BELOW.fullmatch(text):
        return match[1].strip(), match[2] or ""
    if _BELOW_THE_LIMIT.fullmatch(text):
        return "", ""
    for length in range(len(text), 0, -1):  # the longest beginning that means it: a cell is short
        if fold(text[:length]) in _not_found() and text[length - 1] not in " (":
            match = _AND_LIMIT.fullmatch(text[length:])
            if match or not text[length:]:
                return (match[1].strip(), match[2] or "") if match else ("", "")
    return None


@cache
def _not_found() -> frozenset[str]:
    return frozenset(fold(word) for word in choices()["not_detected"]["nd"])


def _below(row: Row, record: Record, cell: Any, limit: str, unit: str) -> None:
    if row.states("below") and not record["is_below"]:
        row.fail("value", shown(cell), say("book:below-and-not", value=shown(cell)), say("book:below-and-not.do"))
        return
    value = _number(row, cell, limit) if limit else None
    if limit and value is None:
        return
    if value is not None and not value > 0:
        row.fail("value", shown(cell), say("book:no-limit", value=shown(cell)), say("book:no-limit.do"))
        return
    _unit_beside(row, record, unit)
    after = say("book:not-found") if value is None else say("book:below", value=value)
    if value is not None or not record["is_below"]:
        row.changed("value", cell, after, "below-limit")
    record["value"], record["is_below"] = value, True


def _count(row: Row, record: Record, cell: Any, count: re.Match[str]) -> None:
    value, out_of = (_number(row, cell, count[place].strip()) for place in (1, 2))
    if value is None or out_of is None:
        return
    if record["out_of"] not in {None, out_of}:
        row.fail("value", shown(cell), say("book:other-count", out_of=record["out_of"]), say("book:other-count.do"))
        return
    row.changed("value", cell, say("book:count", value=value, out_of=out_of), "out-of")
    record["value"], record["out_of"] = value, out_of


def _reading(row: Row, cell: Any, text: str) -> float | None:
    number = _number(row, cell, text)
    if number is not None:
        row.changed("value", cell, repr(number), "number")
    return number


def _number(row: Row, cell: Any, text: str) -> float | None:
    """A number by itself, where it can be only one: the tests of one column come from several laboratories."""
    number = parse_number(text)
    if number is None:
        number, _ = row.number_in("value", text)
    if number is None and not row.in_doubt("value", text):
        row.fail("value", shown(cell), say("book:no-number", value=shown(cell)), say("book:no-number.do"))
    return number


def _out_of(row: Row, record: Record) -> None:
    """A count is of so many, and of no fewer; what was not found is no count."""
    value, out_of = record["value"], record["out_of"]
    if out_of is None:
        return
    if record["is_below"]:
        row.fail("out_of", out_of, say("book:below-and-count"), say("book:below-and-count.do"))
    elif not out_of > 0 or (value is not None and not 0 <= value <= out_of):
        why = say("book:no-count", value=value, out_of=out_of)
        row.fail("out_of", out_of, why, say("book:no-count.do"))


def _unit_beside(row: Row, record: Record, unit: str) -> None:
    """The unit written beside a value; it must be that of the row: nothing is converted."""
    if not unit:
        return
    stated = record["unit"]
    if not stated:
        record["unit"] = _unit(unit)
    elif _unit(stated) != _unit(unit):
        row.fail("unit", stated, say("book:other-unit", unit=unit, stated=stated), say("book:other-unit.do"))


def _unit(text: str) -> str:
    """A unit in its one spelling: ug/kg and µg/kg are the same.

    Examples
    --------
    >>> _unit("ug/kg") == _unit("µg/kg"), _unit("MG/KG")
    (True, 'mg/kg')
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    plain = plain if plain == "°C" else plain.lower()
    return re.sub(r"^(ug|mcg)(?=/)", "μg", plain)

"""What a library that reads cells does not tell of an XLSX: formulas that nobody calculated, days counted from 1904."""

from __future__ import annotations

import re

from eudr_geo.formats.archives import members
from eudr_geo.formats.hidden_cells import sheet_parts
from eudr_geo.model.source import Source

_FORMULA = re.compile(  # a cell that holds a formula and no value; t="str" without text is a formula that gave no text
    rb"<(?:\w{1,20}:)?c\s([^>]{0,200})>\s*<(?:\w{1,20}:)?f(?:\s[^>]{0,500})?(?:/>|>[^<]{0,8192}</(?:\w{1,20}:)?f>)"
    rb"\s*(?:<(?:\w{1,20}:)?v\s*/>|<(?:\w{1,20}:)?v>\s*</(?:\w{1,20}:)?v>)?\s*</(?:\w{1,20}:)?c>"
)
_PLACE = re.compile(rb"(?:^|\s)r=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_GAVE_NO_TEXT = re.compile(rb"(?:^|\s)t=[\"']str[\"']")
_FROM_1904 = re.compile(rb"<(?:\w{1,20}:)?workbookPr\s[^>]{0,1000}?date1904=[\"'](?:1|true)[\"']")
_SHEET_LIST = "xl/workbook.xml"


def uncalculated(source: Source) -> dict[str, list[tuple[int, int]]]:
    """Return the cells, row and column from 0, that hold a formula without its result, by sheet.

    A program that only writes files leaves them so; Excel and LibreOffice fill in the results when they save.
    """
    parts = members(source)
    found: dict[str, list[tuple[int, int]]] = {}
    for name, part in sheet_parts(parts, source.limits).items():
        for match in _FORMULA.finditer(parts.get(part, b"")):
            place = _PLACE.search(match[1])
            if place and not _GAVE_NO_TEXT.search(match[1]):
                found.setdefault(name, []).append((int(place[2]) - 1, column_of(place[1]) - 1))
    return found


def counts_from_1904(source: Source) -> bool:
    """Tell whether day numbers of the workbook begin in 1904, as those of old Macs do."""
    return bool(_FROM_1904.search(members(source).get(_SHEET_LIST, b"")))


def column_of(letters: bytes) -> int:
    """Return the number of a column, 1 for A.

    Examples
    --------
    >>> column_of(b"A"), column_of(b"AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

"""Cells of a workbook that show nothing to a reader: formulas that nobody calculated, and those that failed."""

from __future__ import annotations

import html
import re

from eudr_geo.formats.archives import members
from eudr_geo.formats.hidden_cells import parts_of
from eudr_geo.model.source import Source

_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s([^>]{0,500})(?<!/)>(.{0,20000}?)</(?:\w{1,20}:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_VALUE = re.compile(rb"<(?:\w{1,20}:)?v>([^<]{1,200})<")
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?:\s[^>]{0,500})?>([^<]{0,200})")
_FAILED = re.compile(rb"\bt=[\"']e[\"']")


def lost_in(source: Source) -> dict[str, dict[tuple[int, int], str]]:
    """Return what stands in such cells of an XLSX: sheet → row and column, from 0 → ``#REF!`` or ``=A1*2``."""
    parts = members(source)
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name, part in parts_of(parts, source.limits).items():
        data = parts.get(part, b"")
        if b"<f" not in data and b":f" not in data and not _FAILED.search(data):
            continue
        lost = {}
        for attributes, inside in _CELL.findall(data):
            place, value, formula = _PLACE.search(attributes), _VALUE.search(inside), _FORMULA.search(inside)
            if place is None or (value and not _FAILED.search(attributes)) or not (value or formula):
                continue
            text = value[1] if value else b"=" + formula[1] if formula else b""
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            lost[int(place[2]) - 1, column - 1] = html.unescape(text.decode("utf-8", "backslashreplace"))
        if lost:
            found[name] = lost
    return found

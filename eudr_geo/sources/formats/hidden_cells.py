"""What a workbook hides from whoever looks at it: sheets, rows, columns. They are read like all others, and told of."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from eudr_geo.base.limits import Limits
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.formats.archives import members
from eudr_geo.sources.formats.xml_stream import elements, tag_of

_TRUE = {b"1", b"true"}
_SIGNS = (b"hidden", b'ht="0', b'width="0')  # of a sheet that may hide something
_NO_SIZE = re.compile(rb"0(?:\.0{1,9})?")  # a row or column pushed together until nothing of it is left
_TAG = re.compile(rb"<(?:\w{1,20}:)?(row|col)\s([^>]{0,2000})>")
_ATTRIBUTE = re.compile(rb"([\w:]{1,40})\s{0,9}=\s{0,9}[\"']([^\"']{0,200})[\"']")
_SHEET_LIST, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass
class Hidden:
    """What one sheet hides: itself, rows and columns, both counted from 0."""

    is_sheet: bool = False
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def hidden_in(source: Source, format_: str) -> dict[str, Hidden]:
    """Return what each sheet hides, for sheets that hide something.

    Hidden rows and columns are found in XLSX only; whether a sheet is hidden, in XLSX, XLS and ODS.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    workbook = CalamineWorkbook.from_object(str(source.path))
    found = {sheet.name: Hidden(sheet.visible != SheetVisibleEnum.Visible) for sheet in workbook.sheets_metadata}
    if format_ == "XLSX":
        parts = members(source)
        for name, part in sheet_parts(parts, source.limits).items():
            if name in found and any(word in parts.get(part, b"") for word in _SIGNS):
                _rows_and_columns(parts[part], found[name], source.limits.sheet_columns)
    return {name: hidden for name, hidden in found.items() if hidden.is_sheet or hidden.rows or hidden.columns}


def sheet_parts(parts: dict[str, bytes], limits: Limits) -> dict[str, str]:
    """Return the file in the archive that holds each sheet's cells, by the sheet's name; {} where it is not told."""
    if not {_SHEET_LIST, _LINKS} <= set(parts):
        return {}
    try:
        links = {
            link["Id"]: posixpath.normpath(posixpath.join("/xl", link.get("Target", "")))[1:]
            for link in _attributes(parts[_LINKS], "Relationship", limits)
            if "Id" in link
        }
        sheets = _attributes(parts[_SHEET_LIST], "sheet", limits)
    except WholeFileError:
        return {}  # the sheets were read without it: there is only nothing to tell
    ids = {
        sheet.get("name", ""): next((value for key, value in sheet.items() if key.endswith("}id")), "")
        for sheet in sheets
    }
    return {name: links[number] for name, number in ids.items() if number in links}


def _attributes(xml: bytes, tag: str, limits: Limits) -> list[dict[str, str]]:
    """Return the attributes of every element of that name."""
    return [dict(one.attrib) for event, one in elements(xml, limits) if event == "end" and tag_of(one) == tag]


def _rows_and_columns(xml: bytes, hidden: Hidden, most_columns: int) -> None:
    """Note what the sheet hides; a span of columns may reach to the end of any sheet."""
    for kind, inside in _TAG.findall(xml):
        told = dict(_ATTRIBUTE.findall(inside))
        if told.get(b"hidden") not in _TRUE and not _NO_SIZE.fullmatch(
            told.get(b"ht" if kind == b"row" else b"width", b"")
        ):
            continue
        if kind == b"row" and told.get(b"r", b"").isdigit():
            hidden.rows.add(int(told[b"r"]) - 1)
        elif kind == b"col" and told.get(b"min", b"").isdigit() and told.get(b"max", b"").isdigit():
            hidden.columns |= set(range(int(told[b"min"]) - 1, min(int(told[b"max"]), most_columns)))

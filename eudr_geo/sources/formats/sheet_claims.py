"""What a workbook's cells claim before any library reads them: where they stand, and that a formula failed there.

Five kilobytes may name a cell in the last corner of a sheet, and libraries make room for every cell before it; some
end the process when they cannot. And they give an empty cell for ``#REF!`` and for a formula nobody has worked out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from eudr_geo.base.limits import Limits, variable_of
from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.formats.hidden_cells import sheet_parts
from eudr_geo.sources.formats.xml_stream import elements, tag_of
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import ERROR_CELLS, NO_VALUE

Failed = dict[tuple[int, int], str]
"""Cells of one sheet whose formula failed or was never worked out: row and column from 0 → what stands there."""

_OPENS = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:c|row)(?=[\s/>])")
_MORE = rb'(?: (?:[st]|[A-Za-z][\w.:]{1,60})="[^"<>]{0,200}")*\s?/?>'
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"' + _MORE)
_PLAIN_ROW = re.compile(rb'<row r="([0-9]{1,7})"' + _MORE)
_ANY = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(c|row)((?:\s+[\w:.-]{1,80}\s{0,9}=\s{0,9}(?:\"[^\"<]{0,2000}\"|'[^'<]{0,2000}'))*)\s*/?>"
)
_ATTRIBUTE = re.compile(rb"([\w:.-]{1,80})\s{0,9}=\s{0,9}[\"']([^\"']{0,2000})")
_ADDRESS = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
_FAILED_CELL = re.compile(rb"<(?:[\w.-]{1,40}:)?c\s([^<>]{0,400}\bt=[\"']e[\"'][^<>]{0,400})>")
_FORMULA_CELL = re.compile(rb"<(?:[\w.-]{1,40}:)?c\s([^<>]{0,400})>\s{0,9}(?=<(?:[\w.-]{1,40}:)?f[\s/>])")
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?c>")
_VALUE = re.compile(rb"<(?:[\w.-]{1,40}:)?v(?:\s[^<>]{0,80})?>([^<]{1,60})<")
_NEAR = (
    20_000  # bytes behind the beginning of a cell in which its end is looked for: a formula has 8 192 letters at most
)
_KNOWN_ERRORS = {b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!", b"#GETTING_DATA"}
_STANDS_FOR = b"#N/A"
_ERROR_VALUE = re.compile(rb"(<(?:[\w.-]{1,40}:)?v>)(#[A-Z_/?!0-9]{1,30})(<)")
_FROM_1904 = re.compile(rb"<(?:\w{1,20}:)?workbookPr\s[^>]{0,1000}?date1904=[\"'](?:1|true)[\"']")
_ODF_MARK = re.compile(rb">(?:#[A-Z0-9/]{1,20}[!?]?|Err:\d{3})<|formula=")


def check_reach(sheet: bytes, limits: Limits) -> None:
    """Refuse a sheet of an XLSX whose cells claim to stand beyond the limits, or nowhere.

    Raises
    ------
    WholeFileError
        With the limit and how to raise it; or because a cell is written as no spreadsheet writes it.
    """
    opened = len(_OPENS.findall(sheet))
    if not opened:
        return
    cells, rows = _PLAIN_CELL.findall(sheet), _PLAIN_ROW.findall(sheet)
    if len(cells) + len(rows) == opened:  # as nearly every program writes it: each tells its place in full
        letters, digits = ({cell[at] for cell in cells} for at in (0, 1))
        last_row = max(map(int, digits), default=0)  # a row without cells takes no room
        last_column = max(map(_column, letters), default=0)
    else:
        last_row, last_column = _walked(sheet)
    check_size(last_row, last_column, limits)


def check_size(last_row: int, last_column: int, limits: Limits) -> None:
    """Refuse a sheet whose last row and column, counted from 1, are beyond the limits."""
    if last_row > limits.sheet_rows or last_column > limits.sheet_columns:
        raise too_wide(limits)
    if last_row * last_column > limits.sheet_cells:
        raise WholeFileError(
            "unreadable-file",
            say("tables:cells", cells=last_row * last_column, most=limits.sheet_cells),
            say("tables:cells.do", variable=variable_of("sheet_cells")),
        )


def _walked(sheet: bytes) -> tuple[int, int]:
    """Go from tag to tag, as a reader does, counting those that do not tell their place."""
    rows = row = column = columns = 0
    for opening in _OPENS.finditer(sheet):
        tag = _ANY.match(sheet, opening.start())
        places = [value for name, value in _ATTRIBUTE.findall(tag[2]) if name == b"r"] if tag else []
        if tag is None or len(places) > 1:
            raise _odd()
        if tag[1] == b"row":
            if places and not places[0].isdigit():
                raise _odd()
            row, column = int(places[0][:9]) if places else row + 1, 0
            continue
        if places:
            address = _ADDRESS.fullmatch(places[0])
            if address is None:
                raise _odd()
            column, row = _column(address[1].upper()), int(address[2])
        else:
            column += 1
        rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _odd() -> WholeFileError:
    return WholeFileError(
        "unreadable-file",
        say("tables:book.place"),
        say("tables:do.save-in-excel"),
    )


def too_wide(limits: Limits) -> WholeFileError:
    """Return what is said of a sheet beyond the limits."""
    return WholeFileError(
        "unreadable-file",
        say("tables:beyond", rows=limits.sheet_rows, columns=limits.sheet_columns),
        say("tables:beyond.do"),
    )


def counts_from_1904(parts: Mapping[str, bytes]) -> bool:
    """Tell whether day numbers of an XLSX begin in 1904, as those of old Macs do."""
    return bool(_FROM_1904.search(parts.get("xl/workbook.xml", b"")))


def failed_in(parts: dict[str, bytes], format_: str, limits: Limits) -> dict[str, Failed]:
    """Return the failed cells of each sheet of a workbook, by the sheet's name; of XLSX and ODS only."""
    if format_ == "ODS":
        return failed_in_open_document(parts.get("content.xml", b""), limits)
    if format_ != "XLSX":
        return {}
    found = {name: failed_cells(parts.get(part, b"")) for name, part in sheet_parts(parts, limits).items()}
    return {name: failed for name, failed in found.items() if failed}


def failed_cells(sheet: bytes) -> Failed:
    """Return the cells of a sheet of an XLSX whose formula failed, or has no value yet.

    Examples
    --------
    >>> failed_cells(b'<row r="1"><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1"><f>1+1</f><v></v></c></row>')
    {(0, 1): '#DIV/0!', (0, 2): '#NO VALUE'}
    """
    found: Failed = {}
    if b't="e"' in sheet or b"t='e'" in sheet:
        for tag in _FAILED_CELL.finditer(sheet):
            value = _value(sheet, tag.end())
            if (place := _place(tag[1])) and value:
                found[place] = value.decode("ascii", "replace").replace("\ufffd", "?")
    if b"<f" in sheet or b":f" in sheet:
        for tag in _FORMULA_CELL.finditer(sheet):
            is_text = re.search(rb"\bt=[\"']str[\"']", tag[1])  # a formula may give a text without a letter
            if (place := _place(tag[1])) and not is_text and not _value(sheet, tag.end()):
                found[place] = NO_VALUE
    return found


def _value(sheet: bytes, at: int) -> bytes:
    end = _END.search(sheet, at, at + _NEAR)
    value = _VALUE.search(sheet, at, end.start() if end else at + _NEAR)
    return value[1].strip() if value else b""


def _place(attributes: bytes) -> tuple[int, int] | None:
    address = _ADDRESS.fullmatch(dict(_ATTRIBUTE.findall(attributes)).get(b"r", b""))
    return (int(address[2]) - 1, _column(address[1].upper()) - 1) if address else None


def with_known_errors(sheet: bytes) -> bytes:
    """Return the sheet with the errors of newer spreadsheets (``#SPILL!`` …) as one that every library knows."""

    def known(cell: re.Match[bytes]) -> bytes:
        return cell[0] if cell[2] in _KNOWN_ERRORS else cell[1] + _STANDS_FOR + cell[3]

    newer = {value for _, value, _ in _ERROR_VALUE.findall(sheet)} - _KNOWN_ERRORS if _FAILED_CELL.search(sheet) else ()
    return _ERROR_VALUE.sub(known, sheet) if newer else sheet


def failed_in_open_document(content: bytes, limits: Limits) -> dict[str, Failed]:
    """Return the same for every sheet of an ODS, by its name: its programs write the error as the cell's text."""
    found: dict[str, Failed] = {}
    if not _ODF_MARK.search(content):
        return found
    name, row, column = "", 0, 0
    for event, one in elements(content, limits):
        tag, told = tag_of(one), {key.rpartition("}")[2]: value for key, value in one.attrib.items()}
        if event == "start" and tag == "table":
            name, row = told.get("name", ""), 0
        elif event == "start" and tag == "table-row":
            column = 0
        elif event == "end" and tag == "table-row":
            row += _repeated(told, "number-rows-repeated")
            one.clear()
        elif event == "end" and tag in {"table-cell", "covered-table-cell"}:
            text = "".join(one.itertext()).strip()
            if text in ERROR_CELLS:
                found.setdefault(name, {})[row, column] = text
            elif "formula" in told and "value-type" not in told and not text:
                found.setdefault(name, {})[row, column] = NO_VALUE
            column += _repeated(told, "number-columns-repeated")
    return found


def _repeated(told: Mapping[str, str], name: str) -> int:
    number = told.get(name, "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 7 else 1

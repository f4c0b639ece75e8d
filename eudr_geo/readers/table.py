"""Tables: CSV and XLSX with latitude and longitude, projected coordinates, or WKT. Ids stay text; nothing shifts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eudr_geo.archives import members
from eudr_geo.boundaries import Shape, shape_of
from eudr_geo.cells import decimal_mark, parse_number
from eudr_geo.gathering import Gathering, shown
from eudr_geo.headings import COORDINATES, match_column
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError

FORMATS = ("CSV", "XLSX")
_HEADING_ROWS = 10  # titles and logos above the headings
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_COORDINATE = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


def sniff(head: bytes) -> str:
    """Return XLSX for a workbook, CSV for text with a separator in its first lines."""
    if head.startswith(b"PK\x03\x04"):
        return "XLSX" if b"[Content_Types].xml" in head or b"xl/" in head else ""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "CSV"
    if b"\0" in head or head.lstrip(b"\xef\xbb\xbf \r\n")[:1] in (b"<", b"{", b"["):
        return ""
    first = b"\n".join(head.splitlines()[:_HEADING_ROWS])
    return "CSV" if any(mark in first for mark in (b",", b";", b"\t")) else ""


def read(source: Source) -> Reading:
    """Read a CSV or XLSX table of plots.

    Raises
    ------
    WholeFileError
        When no sheet has headings for coordinates, or the text cannot be decoded.
    """
    with source.path.open("rb") as stream:
        is_workbook = stream.read(4) == b"PK\x03\x04"
    gathering = Gathering(source, "XLSX" if is_workbook else "CSV")
    sheets = workbook_cells(source) if is_workbook else {"": _csv_rows(source, gathering)}
    read_sheets = 0
    for name, rows in sheets.items():
        if source.layer and name != source.layer:
            continue
        if _Sheet(gathering, name, rows).read():
            read_sheets += 1
    if not read_sheets:
        raise WholeFileError(
            "unsupported-format",
            "no sheet has headings for coordinates",
            "name the columns: plot code, latitude, longitude, area_ha (or WKT for boundaries)",
        )
    if read_sheets > 1:
        gathering.note("several-layers", f"{read_sheets} sheets hold plots; all were read", "name one with --layer")
    reading = gathering.finish()
    if gathering.crs != "EPSG:4326":
        from eudr_geo.projecting import to_wgs84

        reading = reading.with_plots(
            reading.plots.with_columns(geometry=to_wgs84(reading.plots.geometry, gathering.crs))
        )
    return reading


def _csv_rows(source: Source, gathering: Gathering) -> list[list[Any]]:
    data = source.path.read_bytes()
    text, gathering.encoding, certain = decoded(data)
    if not certain:
        gathering.note(
            "unreadable-text",
            f"the text encoding is not told; read as {gathering.encoding}",
            "check the names; save as UTF-8",
        )
    if "\0" in text:
        raise WholeFileError("unreadable-file", "the text holds NUL characters", "save the table again as CSV UTF-8")
    lines = text.splitlines()
    if lines and re.fullmatch(r"sep=[,;\t]", lines[0].strip()):
        delimiter, skip = lines[0].strip()[4], 1
    else:
        sample = lines[:20]
        delimiter = max(
            ";\t,",
            key=lambda mark: (min((line.count(mark) for line in sample if line.strip()), default=0), mark == ";"),
        )
        skip = 0
    csv.field_size_limit(max(source.limits.text_length * 100, 1_000_000))
    rows: list[list[Any]] = [[] for _ in range(skip)]
    reader = csv.reader(io.StringIO("\n".join(lines[skip:])), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            # The number of a record is the line a person sees; a cell may run over several.
            while len(rows) < reader.line_num + skip - 1:
                rows.append([])
            rows.append(list(row))
            if len(row) > source.limits.sheet_columns or len(rows) > source.limits.sheet_rows:
                raise _too_wide(source)
    except csv.Error as error:
        raise WholeFileError(
            "unreadable-file", f"the table breaks at line {reader.line_num + skip} ({error})", "save it again as CSV"
        ) from error
    return rows


def decoded(data: bytes) -> tuple[str, str, bool]:
    """Return text, its encoding, and whether that is certain.

    Raises
    ------
    WholeFileError
        When no encoding fits.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"", "utf-8"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name), name.removesuffix("-sig"), True
            except UnicodeDecodeError:
                if mark:
                    break
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["cp1252", "cp1258", "latin_1", "mac_roman"]).best()
    if best is None:
        raise WholeFileError("unreadable-file", "the text encoding cannot be told", "save the table as CSV UTF-8")
    return str(best), best.encoding, False


def workbook_cells(source: Source) -> dict[str, list[list[Any]]]:
    """Return the cells of every sheet: text, numbers, true or false, dates as ISO text, None. Rows as a person counts.

    Raises
    ------
    WholeFileError
        For a damaged workbook, or one that claims more rows or columns than the limits.
    """
    _scan(source)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_object(str(source.path))
        return {
            str(name): [
                [_cell(cell) for cell in row]
                for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in workbook.sheet_names
        }
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise WholeFileError(
            "unreadable-file", f"the workbook is damaged ({shown(error)})", "open it in Excel and save it again"
        ) from error


def _scan(source: Source) -> None:
    """Look at the cell addresses before any library does: five kilobytes may claim a million rows."""
    for name, data in members(source).items():
        if b"<!DOCTYPE" in data[:2048] or b"<!ENTITY" in data[:4096]:
            raise WholeFileError(
                "unreadable-file", "the workbook has a document type definition, which none needs", "do not open it"
            )
        if name.startswith("xl/worksheets/"):
            for match in _CELL.finditer(data):
                if (
                    len(match[1]) > 2
                    or int(match[2]) > source.limits.sheet_rows
                    or _column(match[1]) > source.limits.sheet_columns
                ):
                    raise _too_wide(source)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_wide(source: Source) -> WholeFileError:
    limits = source.limits
    return WholeFileError(
        "unreadable-file",
        f"the sheet reaches beyond {limits.sheet_rows:,} rows or {limits.sheet_columns} columns",
        "copy the filled cells to a new sheet and save that",
    )


def _cell(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    return value


def text_of(value: Any) -> str:
    """Return a cell as text; whole numbers without the ``.0`` that spreadsheets keep to themselves."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


class _Sheet:
    """One sheet: its headings, then its rows."""

    def __init__(self, gathering: Gathering, name: str, rows: Sequence[Sequence[Any]]) -> None:
        self.gathering, self.name, self.rows = gathering, name, rows

    def read(self) -> bool:
        """Read the sheet; tell whether it has headings for coordinates."""
        found = self._headings()
        if found is None:
            return False
        top, columns = found
        self.columns = columns
        self.headings = [text_of(cell) for cell in self.rows[top]]
        self.width = max((place for place, heading in enumerate(self.headings) if heading), default=-1) + 1
        if {"x", "y"} <= set(columns) and self.gathering.source.crs:
            self.gathering.crs = self.gathering.source.crs
        self.marks = {
            key: self._mark(place, top) for key, place in columns.items() if key in {"lat", "lon", "x", "y", "area_ha"}
        }
        for row in range(top + 1, len(self.rows)):
            cells = list(self.rows[row])
            if any(text_of(cell) for cell in cells):
                self._row(row + 1, cells)
        return True

    def _headings(self) -> tuple[int, dict[str, int]] | None:
        for top, cells in enumerate(self.rows[:_HEADING_ROWS]):
            columns: dict[str, int] = {}
            for place, cell in enumerate(cells):
                meant = match_column(text_of(cell)) if isinstance(cell, str) else ()
                if len(meant) == 1 and meant[0] not in columns:
                    columns[meant[0]] = place
            if {"lat", "lon"} <= set(columns) or {"x", "y"} <= set(columns) or "wkt" in columns:
                return top, columns
        return None

    def _mark(self, place: int, top: int) -> str:
        values = [
            text_of(row[place]) for row in self.rows[top + 1 :] if place < len(row) and isinstance(row[place], str)
        ]
        # In a coordinate a comma can only be a decimal mark: nobody writes thousands of degrees.
        return decimal_mark(values)

    def _row(self, number: int, cells: list[Any]) -> None:
        gathering = self.gathering
        gathering.count()
        properties: dict[str, Any] = {}
        try:
            extra = [text_of(cell) for cell in cells[self.width :] if text_of(cell)]
            if extra:
                raise RecordError(
                    "unreadable-record",
                    f"the row has more cells than the table has columns: {shown(extra[0])}",
                    "put quotes round text with commas",
                )
            cells += [None] * (self.width - len(cells))
            properties = dict(self._properties(cells))
            gathering.add(number, properties, self._shape(cells), group=self.name)
        except RecordError as error:
            gathering.reject(number, error, group=self.name, properties=properties)

    def _properties(self, cells: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        places = {place: key for key, place in self.columns.items()}
        for place, heading in enumerate(self.headings):
            key = places.get(place)
            if not heading or key in COORDINATES or cells[place] is None:
                continue
            value = cells[place]
            if key == "area_ha":
                number = value if isinstance(value, (int, float)) else parse_number(str(value), self.marks["area_ha"])
                yield heading, NumberText(repr(float(number))) if number is not None else text_of(value)
            else:
                # Two columns of one name stay apart.
                yield (
                    heading if key or self.headings.count(heading) == 1 else f"{heading} ({place + 1})",
                    text_of(value),
                )

    def _shape(self, cells: Sequence[Any]) -> Shape:
        if "wkt" in self.columns and text_of(cells[self.columns["wkt"]]):
            return _from_text(text_of(cells[self.columns["wkt"]]))
        first, second = ("lon", "lat") if "lat" in self.columns and "lon" in self.columns else ("x", "y")
        if first not in self.columns or second not in self.columns:
            raise RecordError("missing-geometry", "the cell of the boundary is empty", "fill in the WKT, or the point")
        return shape_of("Point", [self._ordinate(cells, first), self._ordinate(cells, second)])

    def _ordinate(self, cells: Sequence[Any], key: str) -> NumberText:
        value = cells[self.columns[key]]
        if value is None or text_of(value) == "":
            raise RecordError(
                "missing-geometry",
                f"the cell of {self.headings[self.columns[key]]} is empty",
                "take the point of the plot",
            )
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return NumberText(repr(float(value)))
        text = text_of(value)
        if not _COORDINATE.fullmatch(text) or (text.count(",") and self.marks.get(key) == "."):
            raise RecordError(
                "not-finite",
                f"{shown(text)} stands where a coordinate belongs",
                "write decimal degrees, like 12.712345",
                text,
            )
        return NumberText(text.replace(",", "."))


def _from_text(text: str) -> Shape:
    """A boundary in a cell: WKT or GeoJSON. Digits are counted in the text, the geometry is built from it."""
    if text.startswith("{"):
        try:
            found: Mapping[str, Any] = json.loads(text, parse_float=NumberText, parse_int=NumberText)
            return shape_of(str(found.get("type")), found.get("coordinates"))
        except (ValueError, RecursionError) as error:
            raise RecordError(
                "unreadable-record", "the GeoJSON in the cell is broken", "export the table again", text
            ) from error
    body = re.sub(r"^\s*SRID=\d+;", "", text)
    match = re.fullmatch(r"\s*([A-Za-z]+)\s*(?:Z|M|ZM)?\s*(\(.*\)|EMPTY)\s*", body, re.DOTALL | re.IGNORECASE)
    kinds = {
        "POINT": "Point",
        "POLYGON": "Polygon",
        "MULTIPOLYGON": "MultiPolygon",
        "MULTIPOINT": "MultiPoint",
        "LINESTRING": "LineString",
    }
    kind = kinds.get(match[1].upper()) if match else None
    if match is None or kind is None:
        raise RecordError(
            "unreadable-record", f"{shown(text)} is no WKT of a plot", "write POLYGON((lon lat, lon lat, …))", text
        )
    if match[2].upper() == "EMPTY":
        raise RecordError("missing-geometry", "the boundary is EMPTY", "draw the plot again")
    nested = _nested(match[2])
    if kind == "LineString":
        raise RecordError("unsupported-geometry", "a LINESTRING is no plot", "close it and write POLYGON((…))", kind)
    if kind == "Point":
        nested = nested[0] if nested and isinstance(nested[0], list) else nested
    if kind == "MultiPoint":
        nested = [part[0] if part and isinstance(part[0], list) else part for part in nested]
    return shape_of(kind, nested)


def _nested(text: str) -> list[Any]:
    """Brackets of WKT as nested lists; a bare ``lon lat`` is a position."""
    stack: list[list[Any]] = [[]]
    for piece in re.findall(r"[()]|[^(),]+|,", text):
        if piece == "(":
            stack.append([])
        elif piece == ")":
            if len(stack) < 2:
                break
            done = stack.pop()
            stack[-1].append(done)
        elif piece.strip() and piece != ",":
            numbers = [NumberText(number) for number in piece.split()]
            stack[-1].append(numbers)
    if len(stack) != 1 or not stack[0]:
        raise RecordError("unreadable-record", "the brackets of the WKT do not close", "copy the whole cell", text)
    result: list[Any] = stack[0][0]
    return result

"""A sheet of plots: which row holds the headings, and what becomes of each row below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from eudr_geo.base.cells import decimal_mark, letters, shown, text_of
from eudr_geo.law import COORDINATE_DECIMALS
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.boundaries import Shape, line_fault, offered_polygon, shape_of
from eudr_geo.sources.formats.coordinate_text import Regions
from eudr_geo.sources.formats.csv_text import Torn
from eudr_geo.sources.records.areas import in_hectares, unit_of
from eudr_geo.sources.records.bare_commas import rejoined
from eudr_geo.sources.records.cell_log import CellLog
from eudr_geo.sources.records.cell_shapes import as_arrays, is_one_ring, rings_of
from eudr_geo.sources.records.corner_rows import is_by_corner, read_corners
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.headings import COORDINATES, column_of
from eudr_geo.sources.records.sheet_coordinates import SheetCoordinates, refuse_failed
from eudr_geo.sources.records.sheet_headings import find_headings
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import ERROR_CELLS

_PLAIN_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:\n[0-9]+(?:\.[0-9]+)?)*")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BLOCK = 1_000  # rows whose boundaries are decoded together
_MAY_FAIL = ("", "area_ha")  # columns whose failed formulas are kept as text: a rule names them, or nobody uses them
_CODES = ("plot_id", "producer_id")


def _kept(value: Any) -> Any:
    return value if isinstance(value, bool) else text_of(value)


class PlotSheet:
    """One sheet: its headings, then its rows."""

    def __init__(self, gathering: Gathering, name: str, rows: Sequence[Sequence[Any]], regions: Regions) -> None:
        self.gathering, self.name, self.rows, self.regions = gathering, name, rows, regions
        self.bulk: list[tuple[int, str, int]] = []  # plot, kind, region: assembled together at the end
        self.in_system: dict[str, list[int]] = {}  # code of a system -> plots whose coordinates are in it
        self.columns: dict[str, int] = {}
        self.log = CellLog()

    def read(self) -> bool:
        """Read the sheet; tell whether it has headings for coordinates."""
        is_one = self._read()
        self.gathering.changes += self.log.changes(self.name)
        return is_one

    def _read(self) -> bool:
        if (found := find_headings(self.rows)) is None:
            return False
        top, self.headings, self.columns = found
        self.top = top
        self.width = max((place for place, heading in enumerate(self.headings) if heading), default=-1) + 1
        if self.gathering.format == "CSV" and "wkt" in self.columns:
            self._put_together(top)
        self.hectares = self._unit()
        numeric = [key for key in ("lat", "lon", "x", "y", "area_ha") if key in self.columns]
        self.marks: dict[str, str] = {key: self._mark(self.columns[key], top) for key in numeric}
        # Where the coordinates have points, 1.234 in another column is a little more than one.
        self.has_points = {mark for key, mark in self.marks.items() if key != "area_ha"} == {"."}
        self.coordinates = SheetCoordinates(self.columns, self.headings, self.marks, self.rows, self.log)
        self.names = list(self._names())
        if is_by_corner(self, top):
            read_corners(self, top)
            return True
        for first in range(top + 1, len(self.rows), _BLOCK):
            block = range(first, min(first + _BLOCK, len(self.rows)))
            self._block(block, self._decoded(block))
        return True

    def _put_together(self, top: int) -> None:
        """Mend rows that a comma in a name has shifted, each with its receipt."""
        if mended := rejoined(self.rows, top, self.width, self.columns["wkt"]):
            self.rows = [mended[row][0] if row in mended else cells for row, cells in enumerate(self.rows)]
            for row, (_, joined) in mended.items():
                for place, before, after in joined:
                    self.log.add(row + 1, place, before, after, "bare-comma")

    def _block(self, block: range, decoded: dict[int, tuple[str, int]]) -> None:
        """Put the rows of a block where they belong, in their order: runs of plain ones together, the others alone."""
        run: list[int] = []
        for row in block:
            cells = self.rows[row]
            if row in decoded and len(cells) == self.width:
                run.append(row)
            elif any(text_of(cell) for cell in cells):
                self._run(run, decoded)
                run = []
                self._row(row + 1, list(cells), decoded.get(row))
        self._run(run, decoded)

    def _run(self, rows: list[int], decoded: dict[int, tuple[str, int]]) -> None:
        """Add plain rows column by column; what cannot be kept is set aside as it is one by one."""
        gathering = self.gathering
        columns: dict[str, list[Any]] = {}
        by_place = list(map(list, zip(*(self.rows[row] for row in rows), strict=True))) or [[] for _ in self.headings]
        codes = [value for place, key, _ in self.names if key in _CODES for value in by_place[place]]
        is_spoilt = gathering.format != "CSV" and any(self._is_spoilt(value) for value in codes)
        if is_spoilt or not all(
            ERROR_CELLS.isdisjoint(by_place[place]) for place, key, _ in self.names if key not in _MAY_FAIL
        ):
            for row in rows:
                self._row(row + 1, list(self.rows[row]), decoded[row])
            return
        numbers = [row + 1 for row in rows]
        for place, key, name in self.names:
            values = by_place[place]
            if key == "area_ha":
                columns[name] = self._areas(values, numbers)
            elif gathering.format == "CSV":  # text already, and cleaned further on
                columns[name] = values
            else:
                columns[name] = [None if value is None else text_of(value) if key else _kept(value) for value in values]
            if key != "area_ha":
                self.log.texts(numbers, place, key, values, is_clean=gathering.properties.is_clean(values))
        for _ in rows:
            gathering.count()
        first = len(gathering.shapes)
        faults = gathering.add_many(numbers, columns, [None] * len(rows), group=self.name)
        for at, error in faults.items():
            properties = {name: values[at] for name, values in columns.items()}
            gathering.reject(rows[at] + 1, error, group=self.name, properties=properties)
        added = [decoded[row] for at, row in enumerate(rows) if at not in faults]
        self.bulk += [(first + at, *one) for at, one in enumerate(added)]
        if gathering.source.crs and added:
            gathering.crs = gathering.source.crs
            self.in_system.setdefault(gathering.crs, []).extend(range(first, first + len(added)))

    def _decoded(self, block: range) -> dict[int, tuple[str, int]]:
        """Boundaries of these rows that are plain WKT: row → kind and region; the others are looked at one by one."""
        place = self.columns.get("wkt")
        if place is None:
            return {}
        whole = [row for row in block if place < len(self.rows[row]) and not isinstance(self.rows[row], Torn)]
        cells = {row: self.rows[row][place] for row in whole}
        texts = {row: cell.strip() if cell.__class__ is str else text_of(cell) for row, cell in cells.items()}
        most = self.gathering.source.limits.ring_vertices
        before, first = self.regions.positions, self.regions.total
        decoded: dict[int, tuple[str, int]] = {}
        rows = [row for row, text in texts.items() if is_one_ring(text)]
        if rows and self.regions.add_rings(rings_of([texts[row] for row in rows]), len(rows), most, b" ,"):
            decoded = {row: ("Polygon", first + at) for at, row in enumerate(rows)}
        found = [(row, one) for row, text in texts.items() if row not in decoded and (one := as_arrays(text))]
        kinds = [kind for _, (kind, _) in found]
        numbers = self.regions.decode(kinds, [array for _, (_, array) in found], most)
        self.gathering.hold_all(self.regions.positions - before)
        decoded |= {row: (kind, number) for (row, (kind, _)), number in zip(found, numbers, strict=True) if number >= 0}
        return decoded

    def _mark(self, place: int, top: int) -> str:
        different = {row[place] for row in self.rows[top + 1 :] if place < len(row)}
        return decimal_mark(text_of(cell) for cell in different if isinstance(cell, str))

    def _unit(self) -> float:
        """Hectares in one unit of the area column; an unknown unit makes it an ordinary column."""
        factor = unit_of(self.headings[self.columns["area_ha"]]) if "area_ha" in self.columns else 1.0
        if factor is None:
            del self.columns["area_ha"]
        return factor or 1.0

    def _row(self, number: int, cells: list[Any], decoded: tuple[str, int] | None) -> None:
        gathering = self.gathering
        gathering.count()
        properties: dict[str, Any] = {}
        offer: Shape | None = None
        try:
            if isinstance(self.rows[number - 1], Torn):
                raise RecordError(
                    "unreadable-record",
                    say("tables:torn"),
                    say("tables:torn.do"),
                    ",".join(cells),
                )
            if len(cells) > self.width and (extra := [text for cell in cells[self.width :] if (text := text_of(cell))]):
                raise RecordError(
                    "unreadable-record",
                    say("tables:more-cells", text=shown(extra[0])),
                    say("tables:more-cells.do"),
                )
            cells += [None] * (self.width - len(cells))
            properties = dict(self.properties_of(cells, number))
            self.coordinates.start_row()
            if decoded:
                gathering.add(number, properties, None, group=self.name)
                self.bulk.append((len(gathering.shapes) - 1, *decoded))
                self.convert(in_named_system=True)
                return
            kind, nested, in_named_system = self.coordinates.place(cells, number)
            if kind == "LineString" and isinstance(nested, list):
                offer = offered_polygon(nested)
            if kind == "Point" and isinstance(nested, list) and len(nested) == 1 and isinstance(nested[0], list):
                offer = shape_of("Point", nested[0])
            if "String" in kind:
                raise line_fault(kind, say("shapes:no-plot", kind=kind), offer, say("tables:line.do"))
            shape = shape_of(kind, nested)
            properties |= self.coordinates.as_written  # what a person or device wrote stays with the plot
            if decimals := self.coordinates.decimals:
                shape.short_lons = int(decimals.get("lon", COORDINATE_DECIMALS) < COORDINATE_DECIMALS)
                shape.short_lats = int(decimals.get("lat", COORDINATE_DECIMALS) < COORDINATE_DECIMALS)
                shape.decimals = max(decimals.values())
            gathering.add(number, properties, shape, group=self.name)
            self.convert(in_named_system=in_named_system)
        except RecordError as error:
            is_offered = error.code in {"nested-point", "unsupported-geometry"}
            gathering.reject(number, error, group=self.name, properties=properties, offer=offer if is_offered else None)

    def convert(self, *, in_named_system: bool) -> None:
        """Remember that the plot just added is in the system that its row or the user named."""
        if code := self.coordinates.told_system or (self.gathering.source.crs if in_named_system else ""):
            self.gathering.crs = code
            self.in_system.setdefault(code, []).append(len(self.gathering.shapes) - 1)

    def _names(self) -> Iterator[tuple[int, str, str]]:
        """Place, column and name of what is kept of a row beside its coordinates."""
        places = {place: key for key, place in self.columns.items()}
        for place, heading in enumerate(self.headings):
            key = places.get(place, "")
            if key == "wkt" or (key in COORDINATES and "wkt" not in self.columns):
                continue
            if key in COORDINATES:  # the point beside a boundary
                yield place, "", heading
            elif not heading:
                if place < self.width and self._says_anything(place):
                    yield place, "", f"column {letters(place)}"
            elif key:
                yield place, key, heading if column_of(heading) == key else key
            else:  # two columns of one name stay apart
                yield place, "", heading if self.headings.count(heading) == 1 else f"{heading} ({place + 1})"

    def _says_anything(self, place: int) -> bool:
        return any(place < len(row) and text_of(row[place]) for row in self.rows[self.top + 1 :])

    def properties_of(self, cells: Sequence[Any], number: int) -> Iterator[tuple[str, Any]]:
        """Names and values of a row that belong to the plot; the row's number is for the log."""
        for place, key, name in self.names:
            value = cells[place]
            if value is None:
                continue
            if key == "area_ha":
                yield name, self._area(value, number)
                continue
            self.log.text(number, place, key, value)
            if key:
                refuse_failed(value, self.headings[place])
                if key in _CODES and self._is_spoilt(value):
                    raise RecordError(
                        "unreadable-record",
                        say("tables:spoilt", heading=shown(self.headings[place]), text=text_of(value)),
                        say("tables:spoilt.do"),
                        text_of(value),
                    )
                yield name, text_of(value)
            else:
                yield name, _kept(value)

    def _is_spoilt(self, value: Any) -> bool:
        is_date = isinstance(value, str) and self.gathering.format != "CSV" and bool(_ISO_DATE.fullmatch(value))
        return isinstance(value, bool) or is_date

    def _areas(self, values: list[Any], numbers: Sequence[int]) -> list[Any]:
        """Areas of many rows; a column of plain numbers in hectares is taken as it is written."""
        is_plain = (
            self.hectares == 1 and self.marks["area_ha"] == "." and all(value.__class__ is str for value in values)
        )
        if is_plain and _PLAIN_NUMBERS.fullmatch("\n".join(values)):
            return [NumberText(value) for value in values]
        return [None if value is None else self._area(value, row) for row, value in zip(numbers, values, strict=True)]

    def _area(self, value: Any, row: int) -> Any:
        """The area in hectares as a number, or the text where it is none that is certain."""
        hectares, has_unit = in_hectares(value, self.hectares, self.marks["area_ha"], has_points=self.has_points)
        if isinstance(hectares, NumberText):
            self.log.number(row, self.columns["area_ha"], text_of(value), hectares, has_unit=has_unit)
        return hectares

"""Tables with a row for each corner: the rows of a plot are put together, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any, Protocol

from eudr_geo.base.cells import clean_code, shown, text_of
from eudr_geo.law import COORDINATE_DECIMALS
from eudr_geo.model.source import RecordError
from eudr_geo.sources.formats.boundaries import shape_of
from eudr_geo.sources.records.cell_log import CellLog
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.sheet_coordinates import SheetCoordinates
from eudr_geo.words.saying import say

_CORNERS = 3  # of a walk, at least
_FEW_ROWS = 8  # of one plot, that are named one by one


class Sheet(Protocol):
    """What is asked of a sheet whose rows are corners."""

    name: str
    rows: Sequence[Sequence[Any]]
    width: int
    headings: list[str]
    columns: dict[str, int]
    """Places of the columns that are understood, by what they mean."""
    names: list[tuple[int, str, str]]
    """Place, column and name of what is kept of a row beside its coordinates."""
    coordinates: SheetCoordinates
    gathering: Gathering
    log: CellLog

    def properties_of(self, cells: Sequence[Any], number: int) -> Iterable[tuple[str, Any]]:
        """Names and values of a row that belong to the plot."""

    def convert(self, *, in_named_system: bool) -> None:
        """Remember what system the plot just added is in."""


def is_by_corner(sheet: Sheet, top: int) -> bool:
    """Tell whether each row is one corner: corners are numbered, and plots stand on several rows.

    Without numbers, each code must stand on rows behind each other, at least three of them: a walk round the plot.
    """
    if "plot_id" not in sheet.columns or "wkt" in sheet.columns:
        return False
    filled = _filled_down(sheet, top) if "vertex" in sheet.columns else {}
    codes = [code for row in sheet.rows[top + 1 :] if (code := _code(sheet, row))]
    if "vertex" in sheet.columns:
        if not len(set(codes)) < len(codes) + len(filled):
            return False
        rows = list(sheet.rows)
        for row, code in filled.items():
            cells = [*rows[row], *[None] * (sheet.width - len(rows[row]))]
            cells[sheet.columns["plot_id"]] = code
            rows[row] = cells
            sheet.log.add(row + 1, sheet.columns["plot_id"], "", code, "same-as-above")
        sheet.rows = rows
        return True
    if len(set(codes[:_CORNERS])) != 1:  # nearly every table of points
        return False
    runs = [(code, len(list(rows))) for code, rows in groupby(codes)]
    return bool(runs) and len({code for code, _ in runs}) == len(runs) and min(n for _, n in runs) >= _CORNERS


def _filled_down(sheet: Sheet, top: int) -> dict[int, str]:
    """Rows without a code whose corner follows on that of the row above, as under a merged cell: row → code."""
    found: dict[int, str] = {}
    above, last = "", ""
    place = sheet.columns["vertex"]
    for row in range(top + 1, len(sheet.rows)):
        cells = sheet.rows[row]
        number = text_of(cells[place]) if place < len(cells) else ""
        code = _code(sheet, cells)
        follows = number.isdigit() and last.isdigit() and int(number) == int(last) + 1
        if not code and above and follows:
            found[row] = above
        else:
            above = code
        last = number
    return found


def _code(sheet: Sheet, row: Sequence[Any]) -> str:
    place = sheet.columns["plot_id"]
    return clean_code(text_of(row[place])) if place < len(row) else ""


def read_corners(sheet: Sheet, top: int) -> None:
    """Put the corners of each plot together, in the order of their numbers, wherever in the sheet they stand."""
    plots: dict[str, list[int]] = {}
    for row in range(top + 1, len(sheet.rows)):
        if any(text_of(cell) for cell in sheet.rows[row]):
            plots.setdefault(_code(sheet, sheet.rows[row]) or f"\0{row}", []).append(row)
    # Plot by plot, because each has its own rows and its own fault.
    for rows in plots.values():
        sheet.gathering.count()
        cells = [[*sheet.rows[row], *[None] * (sheet.width - len(sheet.rows[row]))] for row in rows]
        properties: dict[str, Any] = {}
        try:
            properties = _agreed(sheet, cells, rows)
            properties["rows"] = (
                ", ".join(str(row + 1) for row in rows)
                if len(rows) < _FEW_ROWS
                else (f"{rows[0] + 1} to {rows[-1] + 1}")
            )
            _corners(sheet, cells, rows, properties)
        except RecordError as error:
            sheet.gathering.reject(rows[0] + 1, error, group=sheet.name, properties=properties)


def _agreed(sheet: Sheet, cells: Sequence[Sequence[Any]], rows: Sequence[int]) -> dict[str, Any]:
    """What the rows of one plot say of it; what belongs to the plot must be the same on each."""
    if not text_of(cells[0][sheet.columns["plot_id"]]):
        raise RecordError("unreadable-record", say("tables:corner.no-plot"), say("tables:corner.no-plot.do"))
    told = [dict(sheet.properties_of(row, at + 1)) for at, row in zip(rows, cells, strict=True)]
    agreed: dict[str, Any] = {}
    known = {name for _, key, name in sheet.names if key and key != "vertex"}
    for name in dict.fromkeys(name for one in told for name in one):
        values = list(dict.fromkeys(value for one in told if (value := one.get(name)) not in (None, "")))
        if len(values) > 1 and name in known:
            raise RecordError(
                "unreadable-record",
                say("tables:corner.disagree", heading=shown(name), first=shown(values[0]), second=shown(values[1])),
                say("tables:corner.disagree.do"),
                str(values[1]),
            )
        agreed[name] = values[0] if len(values) == 1 else "; ".join(map(str, values))
    numbers = sheet.headings[sheet.columns["vertex"]] if "vertex" in sheet.columns else ""
    return {name: value for name, value in agreed.items() if name != numbers}


def _corners(sheet: Sheet, cells: Sequence[Sequence[Any]], rows: Sequence[int], properties: dict[str, Any]) -> None:
    numbers = (
        [text_of(row[sheet.columns["vertex"]]) for row in cells]
        if "vertex" in sheet.columns
        else [str(number) for number in range(1, len(cells) + 1)]
    )
    for text in numbers:
        if not text.isdigit():
            raise RecordError(
                "unreadable-record",
                say("tables:corner.number", text=shown(text) or say("tables:nothing")),
                say("tables:corner.number.do"),
                text,
            )
    order = sorted(range(len(cells)), key=lambda at: int(numbers[at]))
    found = [int(numbers[at]) for at in order]
    if twice := next((one for one, other in pairwise(found) if one == other), None):
        raise RecordError(
            "unreadable-record",
            say("tables:corner.twice", number=twice),
            say("tables:corner.twice.do"),
            str(twice),
        )
    expected = range(min(found[0], 1), min(found[0], 1) + len(found))
    if missing := sorted(set(expected) - set(found)):
        raise RecordError(
            "unreadable-record", say("tables:corner.missing", number=missing[0]), say("tables:corner.missing.do")
        )
    sheet.coordinates.start_row()
    is_degrees = {"lat", "lon"} <= set(sheet.columns)
    first, second = ("lon", "lat") if is_degrees else ("x", "y")
    ring = [[sheet.coordinates.ordinate(cells[at], key, rows[at] + 1) for key in (first, second)] for at in order]
    if len(ring) > 1 and ring[0] != ring[-1]:
        ring.append(ring[0])  # a list of corners has no need to name the first one twice
    shape = shape_of("Polygon", [ring]) if len(ring) > 1 else shape_of("Point", ring[0])
    for axis, fact in (("lon", "short_lons"), ("lat", "short_lats")):
        if sheet.coordinates.decimals.get(axis, COORDINATE_DECIMALS) < COORDINATE_DECIMALS:
            setattr(shape, fact, shape.vertices)
    sheet.gathering.add(rows[0] + 1, properties, shape, group=sheet.name)
    if "vertex" not in sheet.columns:
        code = str(properties.get("plot_id") or _code(sheet, cells[0]))
        sheet.log.add(rows[0] + 1, sheet.columns["plot_id"], f"{len(rows)} rows of {code}", "1 plot", "row-order")
    sheet.convert(in_named_system=not is_degrees)

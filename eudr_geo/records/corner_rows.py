"""Tables with a row for each corner: the rows of a plot are put together, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from eudr_geo.cells import clean_code, shown, text_of
from eudr_geo.formats.boundaries import shape_of
from eudr_geo.model.source import RecordError
from eudr_geo.regulation import COORDINATE_DECIMALS

if TYPE_CHECKING:
    from eudr_geo.records.plot_sheet import PlotSheet

_FEW_ROWS = 8  # of one plot, that are named one by one


def is_by_corner(sheet: PlotSheet, top: int) -> bool:
    """Tell whether each row is one corner: corners are numbered, and plots stand on several rows."""
    if not {"plot_id", "vertex"} <= set(sheet.columns) or "wkt" in sheet.columns:
        return False
    codes = [code for row in sheet.rows[top + 1 :] if (code := _code(sheet, row))]
    return len(set(codes)) < len(codes)


def _code(sheet: PlotSheet, row: Sequence[Any]) -> str:
    place = sheet.columns["plot_id"]
    return clean_code(text_of(row[place])) if place < len(row) else ""


def read_corners(sheet: PlotSheet, top: int) -> None:
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


def _agreed(sheet: PlotSheet, cells: Sequence[Sequence[Any]], rows: Sequence[int]) -> dict[str, Any]:
    """What the rows of one plot say of it; what belongs to the plot must be the same on each."""
    if not text_of(cells[0][sheet.columns["plot_id"]]):
        raise RecordError("unreadable-record", "the row names no plot", "write the plot code on every row")
    told = [dict(sheet.properties_of(row, at + 1)) for at, row in zip(rows, cells, strict=True)]
    agreed: dict[str, Any] = {}
    known = {name for _, key, name in sheet.names if key and key != "vertex"}
    for name in dict.fromkeys(name for one in told for name in one):
        values = list(dict.fromkeys(value for one in told if (value := one.get(name)) not in (None, "")))
        if len(values) > 1 and name in known:
            raise RecordError(
                "unreadable-record",
                f"its rows disagree about {shown(name)}: {shown(values[0])}, {shown(values[1])}",
                "correct the rows, or give the second plot a code of its own",
                str(values[1]),
            )
        agreed[name] = values[0] if len(values) == 1 else "; ".join(map(str, values))
    return {name: value for name, value in agreed.items() if name != sheet.headings[sheet.columns["vertex"]]}


def _corners(sheet: PlotSheet, cells: Sequence[Sequence[Any]], rows: Sequence[int], properties: dict[str, Any]) -> None:
    numbers = [text_of(row[sheet.columns["vertex"]]) for row in cells]
    for text in numbers:
        if not text.isdigit():
            raise RecordError(
                "unreadable-record",
                f"{shown(text) or 'nothing'} is no number of a corner",
                "number them 1, 2, 3 …",
                text,
            )
    order = sorted(range(len(cells)), key=lambda at: int(numbers[at]))
    found = [int(numbers[at]) for at in order]
    if twice := next((one for one, other in pairwise(found) if one == other), None):
        raise RecordError(
            "unreadable-record",
            f"corner {twice} stands twice",
            "number the corners in the order of the walk",
            str(twice),
        )
    expected = range(min(found[0], 1), min(found[0], 1) + len(found))
    if missing := sorted(set(expected) - set(found)):
        raise RecordError(
            "unreadable-record", f"corner {missing[0]} is missing", "add its row, or number the corners again"
        )
    sheet.as_written, sheet.decimals = {}, {}
    is_degrees = {"lat", "lon"} <= set(sheet.columns)
    first, second = ("lon", "lat") if is_degrees else ("x", "y")
    ring = [[sheet.ordinate(cells[at], key, rows[at] + 1) for key in (first, second)] for at in order]
    if len(ring) > 1 and ring[0] != ring[-1]:
        ring.append(ring[0])  # a list of corners has no need to name the first one twice
    shape = shape_of("Polygon", [ring]) if len(ring) > 1 else shape_of("Point", ring[0])
    for axis, fact in (("lon", "short_lons"), ("lat", "short_lats")):
        if sheet.decimals.get(axis, COORDINATE_DECIMALS) < COORDINATE_DECIMALS:
            setattr(shape, fact, shape.vertices)
    sheet.gathering.add(rows[0] + 1, properties, shape, group=sheet.name)
    sheet.convert(in_named_system=not is_degrees)

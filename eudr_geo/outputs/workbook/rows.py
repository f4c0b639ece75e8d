"""A lot book → the rows of the workbook's sheets: the other direction of reading it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import shapely

from eudr_geo.base.cells import clean_code
from eudr_geo.lots.sheets import BY_NAME, Field, sheet
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.plots import Plots
from eudr_geo.model.workbook import book_of

if TYPE_CHECKING:
    import pandas as pd

Cells = dict[str, Any]
"""Column key → value of one row; ``_row`` is the sheet and row it came from, None for a row that came from no file."""

_CELL_LENGTH = 32_767  # characters a cell of a spreadsheet holds


def demo_book() -> LotBook:
    """Return the example that ``--demo`` fills in: one micro-lot, its low grade going to bulk, one shipment."""
    text = resources.files("eudr_geo").joinpath("data", "workbook_demo.json").read_text(encoding="utf-8")
    return book_of(json.loads(text))


def rows_of(book: LotBook, plots: Plots | None = None) -> dict[str, list[Cells]]:
    """Return the rows of each sheet that a lot book fills.

    Parameters
    ----------
    book
        The lot book.
    plots
        Land of its plots, to be written beside them; by default the Plots sheet has codes only.
    """
    nouns = _Nouns(book)
    return {
        "producers": nouns.plain("producers", "producer"),
        "seasons": nouns.plain("seasons", "season"),
        "plots": list(_plots(nouns, plots)),
        "deliveries": nouns.plain("deliveries", "delivery"),
        "lots": list(_lots(nouns)),
        "processing": list(_processing(nouns)),
        "storage": list(_stays(nouns)),
        "handovers": nouns.plain("handovers", "handover"),
        "measurements": list(_measurements(nouns)),
        "offers": nouns.plain("offers", "offer"),
        "costs": nouns.plain("costs", "cost"),
        "shipments": list(_shipments(nouns)),
    }


class _Nouns:
    """The nouns of a book as cells: which column stands where, the noun itself says."""

    def __init__(self, book: LotBook) -> None:
        self.book = book
        self.names = {table: self._names(table) for table in BY_NAME}

    def _names(self, table: str) -> Mapping[str, str]:
        """Names of locations or organisations whose code the name gives back."""
        rows = self.rows(table)
        return {row["code"]: row["name"] for row in rows if row["name"] and clean_code(row["name"]) == row["code"]}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return _records(self.book.table(table))

    def cells(self, sheet_key: str, table: str, row: Mapping[str, Any], side: str = "") -> Cells:
        """Return what a row of a noun says on a sheet, on one side of it for a line of a process."""
        return {one.key: self._cell(one, row.get(one.column)) for one in sheet(sheet_key).of(table, side)}

    def _cell(self, column: Field, value: Any) -> Any:
        if column.kind == "yesno":
            yes, no = column.yes_and_no
            return "yes" if value == yes else "no" if value == no and value != column.default else None
        return self.names[column.how].get(value, value) if column.how in self.names else value

    def plain(self, sheet_key: str, table: str) -> list[Cells]:
        """Return the rows of a sheet that holds one noun."""
        return [{**self.cells(sheet_key, table, row), "_row": _place(row)} for row in self.rows(table)]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; NaN is nothing."""
    rows = frame.to_dict("records")
    return [{key: None if value != value else value for key, value in row.items()} for row in rows]  # noqa: PLR0124


def _place(row: Mapping[str, Any]) -> tuple[str, int] | None:
    return None if row["src_row"] is None else (row["src_sheet"] or "", int(row["src_row"]))


def _stays(nouns: _Nouns) -> Iterator[Cells]:
    """One row a stay, and beside it how its place keeps goods."""
    places = {row["code"]: row for row in nouns.rows("location")}
    for row in nouns.rows("storage_stay"):
        about = nouns.cells("storage", "location", places.get(row["location_code"], {}))
        yield {**about, **nouns.cells("storage", "storage_stay", row), "_row": _place(row)}


def _measurements(nouns: _Nouns) -> Iterator[Cells]:
    """One row a value, of a lot or of a stream."""
    for row in nouns.rows("measurement"):
        of = {"lot": row["lot_code"] or row["stream_code"], "_row": _place(row)}
        yield {**nouns.cells("measurements", "measurement", row), **of}


def _plots(nouns: _Nouns, plots: Plots | None) -> Iterator[Cells]:
    streams: dict[str, list[Cells]] = {}
    for row in nouns.rows("stream_plot"):
        streams.setdefault(row["plot_code"], []).append(row)
    land = {} if plots is None else {code: i for i, code in enumerate(plots["plot_id"])}
    for row in nouns.rows("plot"):
        cells = nouns.cells("plots", "plot", row)
        its = streams.get(row["code"], [])
        cells |= {"stream": "; ".join(one["stream_code"] for one in its), "_row": _place(row)}
        for key, column in (("stream_from", "from_date"), ("stream_to", "to_date")):
            cells[key] = next((one[column] for one in its if one[column]), None)  # one pair of days for all of them
        if plots is not None and row["code"] in land:
            cells |= _land(plots, land[row["code"]])
        yield cells


def _land(plots: Plots, row: int) -> Cells:
    geometry, area = plots.geometry[row], float(plots["area_ha"][row])
    cells: Cells = {"area_ha": None if area != area else area, "mapped_on": plots["mapped_on"][row]}  # noqa: PLR0124 (NaN)
    if isinstance(geometry, shapely.Point) and not geometry.is_empty:
        # As text: a number in a spreadsheet loses the zeros that tell how precisely it was measured.
        lon, lat = (f"{value:.{max(6, int(plots['decimals'][row]))}f}" for value in (geometry.x, geometry.y))
        return cells | {"lat": lat, "lon": lon}
    if isinstance(geometry, (shapely.Polygon, shapely.MultiPolygon)):
        text = shapely.to_wkt(geometry, rounding_precision=max(6, int(plots["decimals"][row])), trim=False)
        return cells | ({"wkt": text} if len(text) <= _CELL_LENGTH else {})
    return cells


def _lots(nouns: _Nouns) -> Iterator[Cells]:
    """One row a lot, and beside it what is said of its stream; a lot without one is bulk."""
    streams = {row["code"]: row for row in nouns.rows("stream")}
    for row in nouns.rows("lot"):
        of_stream = nouns.cells("lots", "stream", streams.get(row["stream_code"], {"type": "bulk"}))
        yield {**of_stream, **nouns.cells("lots", "lot", row), "_row": _place(row)}


def _processing(nouns: _Nouns) -> Iterator[Cells]:
    """One row a pair of lines, inputs beside outputs."""
    lines: dict[str, tuple[list[Cells], list[Cells]]] = {}
    for row in nouns.rows("process_line"):
        lines.setdefault(row["process_code"], ([], []))[row["direction"] != "in"].append(row)
    for row in nouns.rows("process"):
        ins, outs = lines.get(row["code"], ([], []))
        for first, last in zip_longest(ins, outs) if ins or outs else [(None, None)]:
            cells = {**nouns.cells("processing", "process", row), "_row": _place(first or last or row)}
            if first:
                cells |= nouns.cells("processing", "process_line", first, "in")
            if last:
                cells |= nouns.cells("processing", "process_line", last, "out")
            yield cells


def _shipments(nouns: _Nouns) -> Iterator[Cells]:
    """One row a line, the statements of a shipment beside its first lines."""
    lines: dict[str, list[Cells]] = {}
    for row in nouns.rows("consignment_line"):
        lines.setdefault(row["consignment_code"], []).append(row)
    statements: dict[str, list[Cells]] = {}
    for row in nouns.rows("dds_reference"):
        statements.setdefault(row["consignment_code"], []).append(row)
    for row in nouns.rows("consignment"):
        head = nouns.cells("shipments", "consignment", row)
        pairs = zip_longest(lines.get(row["code"], []), statements.get(row["code"], []))
        for line, statement in pairs if row["code"] in lines or row["code"] in statements else [(None, None)]:
            cells = {**head, "_row": _place(line or statement or row)}
            if line:
                cells |= nouns.cells("shipments", "consignment_line", line)
            if statement:
                cells |= nouns.cells("shipments", "dds_reference", statement)
            yield cells

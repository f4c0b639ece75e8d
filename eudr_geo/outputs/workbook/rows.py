"""A lot book → the rows of the workbook's sheets: the other direction of reading it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from itertools import zip_longest

import shapely

from eudr_geo.lots.sheets import sheet
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.plots import Plots
from eudr_geo.model.workbook import book_of
from eudr_geo.outputs.workbook.nouns import Cells, Nouns, place
from eudr_geo.outputs.workbook.shipment_rows import Statements, shipments, statement_rows

NOT_DETECTED = "nd"
"""Written for a value that was not found and whose limit nobody stated: laboratories of every language write it."""

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
    nouns = Nouns(book)
    statements = Statements(nouns)
    return {
        "organisations": nouns.plain("organisations", "organisation"),
        "producers": nouns.plain("producers", "producer"),
        "seasons": nouns.plain("seasons", "season"),
        "plots": list(_plots(nouns, plots)),
        "places": list(_places(nouns)),
        "deliveries": list(_deliveries(nouns, statements)),
        "lots": list(_lots(nouns, statements)),
        "processing": list(_processing(nouns)),
        "storage": list(_stays(nouns)),
        "handovers": nouns.plain("handovers", "handover"),
        "measurements": list(_measurements(nouns)),
        "offers": nouns.plain("offers", "offer"),
        "costs": nouns.plain("costs", "cost"),
        "shipments": list(shipments(nouns, statements)),
        "statements": list(statement_rows(nouns, statements)),
    }


def _stays(nouns: Nouns) -> Iterator[Cells]:
    """One row a stay, and beside it how its place keeps goods."""
    places = {row["code"]: row for row in nouns.rows("location")}
    for row in nouns.rows("storage_stay"):
        store = nouns.cells("storage", "location", places.get(row["location_code"], {}))
        about = {key: value for key, value in store.items() if not _is_earlier(key)}
        yield {**about, **nouns.cells("storage", "storage_stay", row), "_row": place(row)}


def _is_earlier(key: str) -> bool:
    return sheet("storage").field(key).is_earlier


def _degrees(value: float) -> str:
    return f"{value:.6f}" if round(value, 6) == value else repr(value)


def _places(nouns: Nouns) -> Iterator[Cells]:
    """One row a place, with its position as text: a number loses the zeros that tell how precisely it was measured."""
    for row in nouns.rows("location"):
        cells = {**nouns.cells("places", "location", row), "_row": place(row)}
        point = row["geometry"]
        lat, lon = (None, None) if point is None else (_degrees(point.y), _degrees(point.x))
        yield cells | {"place_code": row["code"], "lat": lat, "lon": lon}


def _measurements(nouns: Nouns) -> Iterator[Cells]:
    """One row a value, of a lot or of a stream."""
    for row in nouns.rows("measurement"):
        of = {"lot": row["lot_code"] or row["stream_code"], "_row": place(row)}
        cells = {**nouns.cells("measurements", "measurement", row), **of}
        yield cells | ({"value": NOT_DETECTED} if row["is_below"] and row["value"] is None else {})


def _plots(nouns: Nouns, plots: Plots | None) -> Iterator[Cells]:
    streams: dict[str, list[Cells]] = {}
    for row in nouns.rows("stream_plot"):
        streams.setdefault(row["plot_code"], []).append(row)
    land = {} if plots is None else {code: i for i, code in enumerate(plots["plot_id"])}
    for row in nouns.rows("plot"):
        cells = nouns.cells("plots", "plot", row)
        its = streams.get(row["code"], [])
        cells |= {"stream": "; ".join(one["stream_code"] for one in its), "_row": place(row)}
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


def _lots(nouns: Nouns, statements: Statements) -> Iterator[Cells]:
    """One row a lot, and beside it what is said of its stream; a lot without one is bulk."""
    streams = {row["code"]: row for row in nouns.rows("stream")}
    for row in nouns.rows("lot"):
        of_stream = nouns.cells("lots", "stream", streams.get(row["stream_code"], {"type": "bulk"}))
        cells = {**of_stream, **nouns.cells("lots", "lot", row), "_row": place(row)}
        yield cells | statements.beside(row["upstream_reference"], "upstream_verification")


def _deliveries(nouns: Nouns, statements: Statements) -> Iterator[Cells]:
    """One row a delivery, and beside it the verification number of the statement it was bought with."""
    for row in nouns.rows("delivery"):
        cells = {**nouns.cells("deliveries", "delivery", row), "_row": place(row)}
        yield cells | statements.beside(row["upstream_reference"], "upstream_verification")


def _processing(nouns: Nouns) -> Iterator[Cells]:
    """One row a pair of lines, inputs beside outputs."""
    lines: dict[str, tuple[list[Cells], list[Cells]]] = {}
    for row in nouns.rows("process_line"):
        lines.setdefault(row["process_code"], ([], []))[row["direction"] != "in"].append(row)
    for row in nouns.rows("process"):
        ins, outs = lines.get(row["code"], ([], []))
        for first, last in zip_longest(ins, outs) if ins or outs else [(None, None)]:
            cells = {**nouns.cells("processing", "process", row), "_row": place(first or last or row)}
            if first:
                cells |= nouns.cells("processing", "process_line", first, "in")
            if last:
                cells |= nouns.cells("processing", "process_line", last, "out")
            yield cells

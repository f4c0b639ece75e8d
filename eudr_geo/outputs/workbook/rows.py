"""A lot book → the rows of the workbook's sheets: the other direction of reading it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import shapely

from eudr_geo.base.cells import clean_code
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
    return {
        "producers": _plain(
            book.table("producer"),
            ("code", "name", "village", "country", "phone", "consent_date"),
            group="collection_group",
        ),
        "plots": list(_plots(book, plots)),
        "deliveries": _named(book, _plain(
            book.table("delivery"),
            ("form", "harvested_from", "harvested_to", "price", "tare_kg", "bags"),
            date="delivered_on", lot="lot_code", producer="producer_code", plot="plot_code", kg="quantity_kg",
            receipt="code", gross_kg="quantity_gross_kg", group="collection_group", collector="collector_code",
        ), organisation=("collector",)),
        "lots": list(_lots(book)),
        "processing": list(_processing(book)),
        "storage": _named(book, list(_stays(book)), location=("location",)),
        "handovers": _named(book, _plain(
            book.table("handover"), ("code", "date_sent", "date_received", "vehicle", "seal_received"),
            lot="lot_code", to="to_org", kg_sent="quantity_sent_kg", kg_received="quantity_received_kg",
            seal="seal_sent", signed="signed_by_receiver", signed_sender="signed_by_sender",
            moisture="moisture_percent", **{"from": "from_org"},
        ), organisation=("from", "to")),
        "measurements": [
            {**cells, "lot": cells["lot"] or cells["stream"]}
            for cells in _plain(
                book.table("measurement"), ("indicator", "value", "unit", "date", "file"),
                lot="lot_code", stream="stream_code", lab="laboratory",
            )
        ],
        "offers": _plain(
            book.table("offer"),
            (
                "code", "buyer", "date", "price", "currency", "unit", "incoterm", "status", "accepted_price",
                "accepted_on", "contract",
            ),
            lot="lot_code", kg="quantity_kg",
        ),
        "costs": list(_costs(book)),
        "shipments": list(_shipments(book)),
    }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; NaN is nothing."""
    rows = frame.to_dict("records")
    return [{key: None if value != value else value for key, value in row.items()} for row in rows]  # noqa: PLR0124


def _place(row: Mapping[str, Any]) -> tuple[str, int] | None:
    return None if row["src_row"] is None else (row["src_sheet"] or "", int(row["src_row"]))


def _plain(frame: pd.DataFrame, same: tuple[str, ...], **renamed: str) -> list[Cells]:
    taken = {**{name: name for name in same}, **renamed}
    return [{**{key: row[column] for key, column in taken.items()}, "_row": _place(row)} for row in _records(frame)]


def _stays(book: LotBook) -> Iterator[Cells]:
    """One row a stay, and beside it how its place keeps goods."""
    places = {row["code"]: row for row in _records(book.table("location"))}
    for row in _plain(
        book.table("storage_stay"), ("bags", "label", "seal"),
        lot="lot_code", location="location_code", to="to_date", kg="quantity_kg", **{"from": "from_date"},
    ):  # fmt: skip
        place = places.get(row["location"], {})
        about = {"kind": "kind", "mode": "storage_mode", "capacity": "capacity_kg", "emptied": "last_emptied"}
        yield {**row, **{key: place.get(column) for key, column in about.items()}}


def _named(book: LotBook, rows: list[Cells], **columns: tuple[str, ...]) -> list[Cells]:
    """Codes of locations and organisations as their names, where the name gives the code back."""
    for table, keys in columns.items():
        names = _names(book, table)
        for row in rows:
            row.update({key: names.get(row[key], row[key]) for key in keys})
    return rows


def _costs(book: LotBook) -> Iterator[Cells]:
    fixed = {"fixed": "yes", "variable": "no"}
    for row in _plain(
        book.table("cost"), ("code", "category", "amount", "currency", "date", "incremental", "variability"),
        stream="stream_code",
    ):  # fmt: skip
        extra = {True: "yes", False: "no"}.get(row["incremental"])
        yield {**row, "incremental": extra, "fixed": fixed.get(row["variability"])}


def _plots(book: LotBook, plots: Plots | None) -> Iterator[Cells]:
    streams: dict[str, list[str]] = {}
    for row in _records(book.table("stream_plot")):
        streams.setdefault(row["plot_code"], []).append(row["stream_code"])
    land = {} if plots is None else {code: i for i, code in enumerate(plots["plot_id"])}
    for row in _records(book.table("plot")):
        cells = {key: row[key] for key in ("code", "commodity", "country", "place", "planted_year", "tenure")}
        cells |= {
            "producer": row["producer_code"],
            "stream": "; ".join(streams.get(row["code"], [])),
            "_row": _place(row),
        }
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


def _lots(book: LotBook) -> Iterator[Cells]:
    types = {row["code"]: row["type"] for row in _records(book.table("stream"))}
    names, holders = _names(book, "location"), _names(book, "organisation")
    for row in _records(book.table("lot")):
        yield {
            "code": row["code"],
            "type": types.get(row["stream_code"], "bulk"),
            "form": row["form"],
            "created": row["created_on"],
            "kg": row["quantity_kg"],
            "stream": row["stream_code"],
            **{key: row[key] for key in ("species", "variety", "process", "status", "bags")},
            "location": names.get(row["location_code"], row["location_code"]),
            "moisture": row["moisture_percent"],
            "hs": row["hs_code"],
            "sealed": row["sealed_on"],
            "opening_stock": "yes" if row["opening_stock"] is True else None,
            **{key: row[key] for key in ("crop_year", "grade", "gtin")},
            "custodian": holders.get(row["custodian_code"], row["custodian_code"]),
            "_row": _place(row),
        }


def _names(book: LotBook, table: str) -> Mapping[str, str]:
    """Names of locations or organisations whose code the name gives back."""
    rows = _records(book.table(table))
    return {row["code"]: row["name"] for row in rows if row["name"] and clean_code(row["name"]) == row["code"]}


def _processing(book: LotBook) -> Iterator[Cells]:
    names = _names(book, "location")
    lines: dict[str, tuple[list[Cells], list[Cells]]] = {}
    for row in _records(book.table("process_line")):
        lines.setdefault(row["process_code"], ([], []))[row["direction"] != "in"].append(row)
    for row in _records(book.table("process")):
        ins, outs = lines.get(row["code"], ([], []))
        for first, last in zip_longest(ins, outs) if ins or outs else [(None, None)]:
            cells = {
                "code": row["code"],
                "step": row["type"],
                "date": row["date_start"],
                "date_to": row["date_end"],
                "location": names.get(row["location_code"], row["location_code"]),
                "moisture_in": row["moisture_in_percent"],
                "moisture_out": row["moisture_out_percent"],
                "operator": row["operator"],
                "cleaned": row["cleaned_on"],
                "equipment": row["equipment"],
                "_row": _place(first or last or row),
            }
            if first:
                cells |= {"in_lot": first["lot_code"], "in_kg": first["quantity_kg"]}
            if last:
                cells |= {"out_lot": last["lot_code"], "out_kg": last["quantity_kg"], "kind": last["direction"]}
            yield cells


def _shipments(book: LotBook) -> Iterator[Cells]:
    """One row a line, the statements of a shipment beside its first lines."""
    lines: dict[str, list[Cells]] = {}
    for row in _records(book.table("consignment_line")):
        lines.setdefault(row["consignment_code"], []).append(row)
    statements: dict[str, list[Cells]] = {}
    for row in _records(book.table("dds_reference")):
        statements.setdefault(row["consignment_code"], []).append(row)
    for row in _records(book.table("consignment")):
        head = {key: row[key] for key in ("code", "buyer", "buyer_country", "ship_date", "container", "incoterm")}
        head |= {"bl": row["bill_of_lading"], "ico": row["ico_mark"]}
        pairs = zip_longest(lines.get(row["code"], []), statements.get(row["code"], []))
        for line, statement in pairs if row["code"] in lines or row["code"] in statements else [(None, None)]:
            cells = {**head, "_row": _place(line or statement or row)}
            if line:
                cells |= {
                    "lot": line["lot_code"],
                    "kg": line["quantity_kg"],
                    "hs": line["hs_code"],
                    "sscc": line["sscc"],
                }
            if statement:
                cells |= {"dds": statement["reference"], "verification": statement["verification"]}
            yield cells

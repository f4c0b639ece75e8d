"""What tracing finds, written into the project so that QGIS can show it: kilograms of plots in lots, and ways of goods.

Made anew at the end of each step that touches lots or land, in the same transaction, so it is never older than the
rows it comes from. A lot stands for the land as it was when its goods grew, whatever is surveyed later.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from sqlalchemy import Connection, delete, select

from eudr_geo.base.errors import RefusedError
from eudr_geo.lots.attribution import Attribution
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.mixes import NO_DATE
from eudr_geo.model.attributed import LotAttribution, LotFlow
from eudr_geo.model.base import table_of
from eudr_geo.model.land import PlotVersion
from eudr_geo.model.places import Location

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook
    from eudr_geo.store.geopackage import GeoPackage

SOURCES = frozenset(
    {
        "plot",
        "plot_version",
        "plot_holding",
        "group_membership",
        "location",
        "lot",
        "delivery",
        "process",
        "process_line",
        "storage_stay",
        "producer",
    }
)
"""Tables that a derived row can come from."""

_SLACK_KG = 1e-6  # below it a weight is rounding
_ATTRIBUTION, _FLOW, _VERSION, _LOCATION = map(table_of, (LotAttribution, LotFlow, PlotVersion, Location))


def refresh(backend: GeoPackage, connection: Connection, book: LotBook) -> None:
    """Write both tables anew.

    Lots that feed each other in a circle have no origin: then both are empty, and the rules name the circle.
    """
    connection.execute(delete(_ATTRIBUTION))
    connection.execute(delete(_FLOW))
    if book.table("lot").empty:
        return
    try:
        columns = _attributed(book)
    except RefusedError:
        return
    _put(backend, connection, _ATTRIBUTION, columns)
    _put(backend, connection, _FLOW, _flows(backend, connection, book))


def _put(backend: GeoPackage, connection: Connection, table: Any, columns: dict[str, list[Any]]) -> None:
    count = len(columns["lot_code"])
    if count:
        backend.insert(connection, table, {"fid": range(1, count + 1), **columns})


def _attributed(book: LotBook) -> dict[str, list[Any]]:
    graph = graph_of(book)
    attribution = Attribution(graph)
    order = sorted(range(len(graph.lots)), key=lambda lot: graph.lots[lot])
    attribution.of(order)
    names = (
        "lot_code", "plot_code", "plot_version", "producer_code", "quantity_kg", "share", "quantity_min_kg", "quantity_max_kg",
        "evidence_class", "harvested_from", "harvested_to", "upstream_reference",
    )  # fmt: skip
    columns: dict[str, list[Any]] = {name: [] for name in names}
    dates = attribution.dates_shown
    for lot in order:  # one mix a lot: a loop over lots, arrays over plots
        mix = attribution.mixes[lot]
        held = mix.high > _SLACK_KG
        plots, total = mix.plot[held], mix.total
        first = np.where(mix.first[held] == NO_DATE, -1, mix.first[held])
        values = (
            np.full(len(plots), graph.lots[lot], dtype=object), graph.plot_codes[plots], graph.plot_versions[plots], graph.owners[plots],
            mix.kg[held].round(3), (mix.kg[held] / total if total > 0 else mix.kg[held]).round(6), mix.low[held].round(3),
            mix.high[held].round(3), attribution.words["evidence"].take(attribution.classes(mix)[held]), dates[first], dates[mix.last[held]],
            graph.references[plots],
        )  # fmt: skip
        for name, value in zip(names, values, strict=True):
            columns[name] += value.tolist()
    table = book.versions()
    keys = zip(table["plot_code"], table["version"], strict=True)
    hashes = dict(zip(keys, table["geometry_hash"], strict=True))
    pairs = zip(columns["plot_code"], columns["plot_version"], strict=True)
    columns["geometry_hash"] = [hashes.get(pair, "") for pair in pairs]
    columns["plot_version"] = [version or None for version in columns["plot_version"]]
    return columns


def _flows(backend: GeoPackage, connection: Connection, book: LotBook) -> dict[str, list[Any]]:
    """Straight lines between places whose position is known: plot → store of its lot, and from site to site."""
    sites = _sites(backend, connection)
    stores = _stated(book.table("lot"), "location_code")
    found: dict[tuple[str, str, str, str], float] = {}

    def add(lot: str, kind: str, start: str | None, end: str | None, kg: float | None) -> None:
        if lot and start and end and start != end:
            key = (lot, kind, start, end)
            found[key] = found.get(key, 0.0) + float(kg or 0.0)

    delivery = book.table("delivery")
    for lot, plot, kg in zip(delivery["lot_code"], delivery["plot_code"], delivery["quantity_kg"], strict=True):
        add(lot, "delivery", plot, stores.get(lot), kg)
    mills = _stated(book.table("process"), "location_code")
    lines = book.table("process_line")
    columns = ("process_code", "direction", "lot_code", "quantity_kg")
    for process, direction, lot, kg in zip(*(lines[name] for name in columns), strict=True):
        ways = (stores.get(lot), mills.get(process))
        add(lot, "process", *(ways if direction == "in" else ways[::-1]), kg)
    stays: dict[str, list[tuple[str, str, float | None]]] = {}
    stay = book.table("storage_stay")
    for lot, place, day, kg in zip(
        *(stay[name] for name in ("lot_code", "location_code", "from_date", "quantity_kg")), strict=True
    ):
        stays.setdefault(lot, []).append((day or "", place, kg))
    for lot, places in stays.items():
        ordered = sorted(places, key=lambda one: one[:2])
        for (_, start, _), (_, end, kg) in pairwise(ordered):
            add(lot, "storage", start, end, kg)
    points = {**_middles(backend, connection, {key[2] for key in found if key[1] == "delivery"}), **sites}
    rows = [(key, kg) for key, kg in sorted(found.items()) if key[2] in points and key[3] in sites]
    ends = [(points[key[2]] if key[1] == "delivery" else sites.get(key[2]), sites[key[3]]) for key, _ in rows]
    kept = [(row, (start, end)) for row, (start, end) in zip(rows, ends, strict=True) if start is not None]
    return {
        **{
            name: [row[0][at] for row, _ in kept]
            for at, name in enumerate(("lot_code", "kind", "from_code", "to_code"))
        },
        "quantity_kg": [round(row[1], 3) for row, _ in kept],
        "geometry": [shapely.LineString(pair) for _, pair in kept],
    }


def _stated(frame: Any, column: str) -> dict[str, str]:
    return {code: value for code, value in zip(frame["code"], frame[column], strict=True) if value}


def _sites(backend: GeoPackage, connection: Connection) -> dict[str, tuple[float, float]]:
    """Position of each location: its own, else that of what it is part of."""
    raw = backend.raw(_LOCATION.c.geometry)
    rows = list(connection.execute(select(_LOCATION.c.code, _LOCATION.c.parent_code, raw).order_by(_LOCATION.c.fid)))
    points = backend.geometries([row[2] for row in rows])
    own = {
        row[0]: (one.x, one.y) for row, one in zip(rows, points, strict=True) if one is not None and not one.is_empty
    }
    parent = {row[0]: row[1] for row in rows}
    found = {}
    for code in parent:
        place, seen = code, set[str]()
        while place and place not in own and place not in seen:
            seen.add(place)
            place = parent.get(place)
        if place in own:
            found[code] = own[place]
    return found


def _middles(backend: GeoPackage, connection: Connection, plots: set[str]) -> dict[str, tuple[float, float]]:
    """A point inside each plot as mapped last."""
    if not plots:
        return {}
    raw = backend.raw(_VERSION.c.geometry)
    query = select(_VERSION.c.plot_code, raw).order_by(_VERSION.c.plot_code, _VERSION.c.version)
    last = {row[0]: row[1] for row in connection.execute(query) if row[0] in plots}
    codes: Sequence[str] = list(last)
    points = shapely.point_on_surface(backend.geometries([last[code] for code in codes]))
    return {
        code: (one.x, one.y) for code, one in zip(codes, points, strict=True) if one is not None and not one.is_empty
    }

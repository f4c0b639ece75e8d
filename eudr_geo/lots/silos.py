"""Silos: goods poured together again and again, so that what comes out may be of anything since it was last empty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from eudr_geo.lots.graph import LotGraph, kilograms
from eudr_geo.model.lot_book import LotBook

_Stay = tuple[str, str, str, float]  # first and last day, lot code, kg

SILO_KINDS = ("silo", "tank")
"""Kinds of a location that is filled and drawn from all the time; another loose place is emptied between two lots."""
FIFO_CAPACITIES = 2.0
"""A silo that nobody saw empty holds, first in first out, at most what its capacity took in twice (good practice)."""


@dataclass(frozen=True)
class Layer:
    """Goods that lay in a silo before others were drawn from it."""

    lot: int  # position in the graph
    silo: str  # location code
    since: str  # ISO 8601: the day the silo was last empty, or the first day of its oldest layer that counts
    kg: float  # that came in since then, all layers together
    emptied: bool  # somebody saw it empty; otherwise twice its capacity is counted back


def behind_silos(book: LotBook, graph: LotGraph) -> dict[int, list[Layer]]:
    """Return the lots whose goods may be in a lot because both went through one silo.

    All layers since the silo was last empty count; where that is not recorded, the latest ones that make up twice its
    capacity; where that is not recorded either, all.

    Parameters
    ----------
    book
        The lot book: locations and stays.
    graph
        Its graph.

    Returns
    -------
    dict
        Position of a lot → layers of other lots, oldest first; lots that went through no silo are left out.
    """
    table = book.table("location")
    columns = (table[name] for name in ("code", "kind", "storage_mode", "last_emptied"))
    silos = {
        code: (emptied or "", float(capacity))
        for code, kind, mode, emptied, capacity in zip(*columns, kilograms(table["capacity_kg"]), strict=True)
        if kind in SILO_KINDS and mode != "exclusive"
    }
    stays = book.table("storage_stay")
    columns = (stays[name] for name in ("lot_code", "location_code", "from_date", "to_date"))
    kept: dict[str, list[_Stay]] = {}
    for lot, where, start, end, kg in zip(*columns, kilograms(stays["quantity_kg"]), strict=True):  # a stay a row
        if where in silos and lot in graph.position:
            position = graph.position[lot]
            stay = (
                start or "",
                end or "",
                lot,
                float(kg or graph.total_kg[position]),
            )  # by name
            kept.setdefault(where, []).append(stay)
    found: dict[int, list[Layer]] = {}
    for silo, its in sorted(kept.items()):
        for _, end, code, _ in sorted(its):
            layers = _layers([stay for stay in its if not end or stay[0] <= end], *silos[silo])
            if not layers:
                continue
            since, kg = layers[0][0], math.fsum(stay[3] for stay in layers)
            emptied = silos[silo][0]
            is_seen = bool(emptied) and (not end or emptied <= end)
            others = dict.fromkeys(graph.position[stay[2]] for stay in layers if stay[2] != code)
            found.setdefault(graph.position[code], []).extend(
                Layer(other, silo, emptied if is_seen else since, kg, is_seen) for other in others
            )
    return {lot: sorted(layers, key=_age) for lot, layers in found.items() if layers}


def _age(layer: Layer) -> tuple[str, str, float]:
    return layer.since, layer.silo, -layer.kg


def _layers(stays: list[_Stay], emptied: str, capacity_kg: float) -> list[_Stay]:
    """The stays that count, oldest first: what left before the silo was empty is gone."""
    ordered = sorted(stays)
    latest = ordered[-1][0] if ordered else ""
    if emptied and emptied <= latest:
        return [stay for stay in ordered if stay[0] >= emptied or not stay[1] or stay[1] > emptied]
    if not capacity_kg:
        return ordered
    counted: list[_Stay] = []
    kg = 0.0
    for stay in reversed(ordered):
        if kg >= FIFO_CAPACITIES * capacity_kg:
            break
        counted.insert(0, stay)
        kg += stay[3]
    return counted

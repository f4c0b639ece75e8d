"""What a commodity line states beside land and net mass: supplementary unit, species, and whether it was weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eudr_geo.law.annex import supplementary_unit
from eudr_geo.lots.commodities import commodity_of_hs
from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.package import Counted

CUBIC_METRES, ITEMS = "MTQ", "NAR"
"""Qualifiers of the EU system: cubic metres; items, which are heads of cattle and pieces of other goods."""
COLUMN_OF: Mapping[str, str] = {CUBIC_METRES: "volume_m3", ITEMS: "heads"}
"""Qualifier → the column of a lot and of a line of a shipment that states it."""
WOOD = "wood"
_GRAM = 0.001  # kg; a worked-out weight is rounded to it


def stated(value: Any) -> float | None:
    """Return a number above 0, None for anything else."""
    return float(value) if value is not None and value == value and float(value) > 0 else None  # noqa: PLR0124 (NaN)


def is_weighed(lot: Mapping[str, Any], quantity_kg: Any, volume_m3: Any) -> bool:
    """Tell whether a weight was weighed, and not worked out from a volume and what the lot says a cubic metre weighs.

    A weight that stands without a volume was weighed. One that nobody states, of a lot that says what a cubic metre
    weighs, is made of weights that may have been worked out.

    Examples
    --------
    >>> is_weighed({"kg_per_m3": 650.0}, 6500.0, 10.0), is_weighed({"kg_per_m3": 650.0}, 6420.0, 10.0)
    (False, True)
    >>> is_weighed({"kg_per_m3": 650.0}, 6500.0, None), is_weighed({"kg_per_m3": 650.0}, None, None)
    (True, False)
    """
    density, volume, kg = (stated(one) for one in (lot.get("kg_per_m3"), volume_m3, quantity_kg))
    if density is None:
        return True
    return kg is not None and (volume is None or abs(kg - volume * density) > _GRAM)


def species_pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return scientific and common names as they stand, in order; "" where one of a pair is missing.

    Examples
    --------
    >>> species_pairs({"species": "Tectona grandis; Khaya ivorensis", "common_name": "teak"})
    [('Tectona grandis', 'teak'), ('Khaya ivorensis', '')]
    """
    names, common = ([one.strip() for one in str(row.get(key) or "").split(";")] for key in ("species", "common_name"))
    length = max(len(names), len(common))
    pairs = zip(names + [""] * (length - len(names)), common + [""] * (length - len(common)), strict=True)
    return [pair for pair in pairs if any(pair)]


def species_of_lot(graph: LotGraph, lots: Mapping[str, Mapping[str, Any]], code: str) -> list[tuple[str, str]]:
    """Return the species of a lot: as it states them, else those of all lots that it came from, sorted.

    Parameters
    ----------
    graph
        The graph of the book.
    lots
        Rows of the lot table by code.
    code
        The lot.
    """
    if own := species_pairs(lots.get(code, {})):
        return own
    behind = graph.upstream([graph.position[code]]) if code in graph.position else ()
    return sorted({pair for lot in behind for pair in species_pairs(lots.get(graph.lots[lot], {}))})


def counted(book: LotBook, packed: Iterable[Mapping[str, Any]], on: str) -> dict[str, Counted]:
    """Return what the lines of some lots state; lots that state nothing beside kilograms are left out.

    Parameters
    ----------
    book
        The lot book.
    packed
        One mapping a lot: code, hs_code, quantity_kg, volume_m3, heads; of the line of a shipment, else of the lot.
    on
        Day on which the units count, ISO 8601; "" for the newest.
    """
    lots = {row["code"]: row for row in book.table("lot").to_dict("records")}
    graph, found = graph_of(book), {}
    for one in packed:
        code, hs = str(one["code"]), str(one["hs_code"] or "")
        unit = supplementary_unit(hs, on) if hs else ""
        quantity = stated(one.get(COLUMN_OF.get(unit, "")))
        names = tuple(species_of_lot(graph, lots, code)) if commodity_of_hs(hs) == WOOD else ()
        weighed = is_weighed(lots.get(code, {}), one["quantity_kg"], one.get("volume_m3"))
        if unit or names or not weighed:
            found[code] = Counted(unit, quantity, weighed, names)
    return found

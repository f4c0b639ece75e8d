"""Lots and custody: what a commodity line must state beside kilograms: supplementary units, species, a net mass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.law.annex import supplementary_unit
from eudr_geo.lots.commodities import commodity_of_hs
from eudr_geo.lots.counted import COLUMN_OF, WOOD, is_weighed, species_of_lot, species_pairs, stated
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook

_UNITS = "EU system validation rules and guidance on units of measure (2025); Annex II point 2"


@lot_rule(severity=ERROR, basis=_UNITS, ids=("D-11",))
def supplementary_unit_missing(book: LotBook) -> Problems:
    """Goods are shipped whose HS code needs cubic metres or a number of items, and nobody states them.

    **Why it matters** The EU system refuses the commodity line of an import or export without its supplementary unit.

    **Example** 12,400 kg of teak logs, HS 440342, stand in shipment EX1 without a volume.

    **How to correct it** Measure the logs or count the animals, and write the volume or the heads in the row of the
    shipment. Half an animal is no number of heads.

    **Trap** Cubic metres are not worked out from kilograms: wood of one species differs by half.
    """
    return problems(_without_unit(book))


def _without_unit(book: LotBook) -> Iterator[Fault]:
    for row, hs in _shipped(book):
        unit = supplementary_unit(hs, row["day"])
        column = COLUMN_OF.get(unit, "")
        if unit and stated(row.get(column) if column else None) is None:
            why = because(f"supplementary-unit-missing.why.{column or 'other'}", hs=hs, unit=unit)
            yield Fault("consignment", row["consignment_code"], row, why, {"other": row["lot_code"]})


@lot_rule(
    severity=ERROR,
    basis="Regulation (EU) 2023/1115, Article 9(1)(a): common name and full scientific name of the species of wood",
    ids=("D-17", "L-20"),
)
def species_missing(book: LotBook) -> Problems:
    """Wood is shipped, and its species is not stated by scientific and common name.

    **Why it matters** The EU system refuses a commodity line of wood without at least one pair of names.

    **Example** Lot SAWN-1, HS 440723, is shipped; neither it nor the logs that it was sawn from name a species.

    **How to correct it** Write the scientific name and the common name on the Lots sheet: of the lot, or of the logs.
    Several species stand one after the other with semicolons, in the same order in both columns.

    **Trap** "Mixed hardwood" is no species: every species that can be in the lot is named.
    """
    return problems(_without_species(book))


def _without_species(book: LotBook) -> Iterator[Fault]:
    graph, lots = graph_of(book), by_code(book, "lot")
    for row, hs in _shipped(book):
        if commodity_of_hs(hs) != WOOD:
            continue
        pairs = species_of_lot(graph, lots, row["lot_code"])
        if pairs and all(name and common for name, common in pairs):
            continue
        own = bool(species_pairs(lots.get(row["lot_code"], {})))
        case = "none" if not pairs else "half" if own else "half-behind"
        named = [name or common for name, common in pairs if not (name and common)]
        why = because(f"species-missing.why.{case}", names="; ".join(named))
        yield Fault("lot", row["lot_code"], lots.get(row["lot_code"], {}), why)


@lot_rule(severity=WARNING, basis="EU system validation rules; Annex II point 2: net mass in kilograms", ids=("D-09",))
def net_mass_not_weighed(book: LotBook) -> Problems:
    """The net mass of a shipment was worked out from its volume, not weighed.

    **Why it matters** An import or export needs the net mass in kilograms, and a weight out of a volume is a guess:
    the commodity line is packed without a net mass.

    **Example** 10 m³ of sawn teak at 650 kg a cubic metre stand in EX1 with 6,500 kg.

    **How to correct it** Weigh the container, and write its net weight in the row of the shipment.

    **Trap** A buyer in the country of harvest needs no net mass: there the volume alone is right.
    """
    return problems(_not_weighed(book))


def _not_weighed(book: LotBook) -> Iterator[Fault]:
    lots = by_code(book, "lot")
    for row, _ in _shipped(book):
        if row["quantity_kg"] and not is_weighed(lots.get(row["lot_code"], {}), row["quantity_kg"], row["volume_m3"]):
            values = {"quantity_kg": float(row["quantity_kg"]), "other": row["lot_code"]}
            yield Fault("consignment", row["consignment_code"], row, values=values)


def _shipped(book: LotBook) -> Iterator[tuple[dict[str, Any], str]]:
    """Lines of shipments, with the day of shipping as ``day``, and the HS code of their goods."""
    lots, ships = by_code(book, "lot"), by_code(book, "consignment")
    for row in rows(book, "consignment_line"):
        lot = lots.get(row["lot_code"] or "", {})
        day = ships.get(row["consignment_code"], {}).get("ship_date") or ""
        yield {**row, "day": day}, str(row["hs_code"] or lot.get("hs_code") or "")

"""The identity of a micro-lot: lost where its goods lay with others and nothing kept them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eudr_geo.lots.balance import kilograms
from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.silos import SILO_KINDS, Pouring
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import IdentityLoss

_FOR_EVER = "9999-12-31"
_JOINING = {"merge", "blend"}


def lost_identities(book: LotBook, graph: LotGraph, pouring: Pouring) -> Mapping[int, IdentityLoss]:
    """Return the lots of micro-lots that lay with foreign goods in a silo or loose in a store, by position.

    Foreign are goods of another stream that came from outside and are not behind the lot itself: the low grade of a
    micro-lot that lies beside it is not. In a silo all layers count that may still have been there.

    Parameters
    ----------
    book
        The lot book: places and stays.
    graph
        Its graph.
    pouring
        Its silos.
    """
    found: dict[int, IdentityLoss] = {}
    if not graph.micro_streams:
        return found
    for lot, layers in sorted(pouring.layers.items()):
        stream = _stream(graph, lot)
        foreign = [layer for layer in layers if stream in graph.micro_streams and _is_foreign(graph, lot, layer.lot)]
        if foreign:
            first = foreign[0]
            others = tuple(sorted({graph.lots[layer.lot] for layer in foreign}))
            found[lot] = IdentityLoss(
                stream, graph.lots[lot], first.silo, others, pouring.poured_kg(lot), first.since, is_silo=True
            )
    for lot, its in _loose_together(book, graph).items():
        stream = _stream(graph, lot)
        foreign_stays = [stay for stay in its if stream in graph.micro_streams and _is_foreign(graph, lot, stay[1])]
        if foreign_stays and lot not in found:
            place, _, since, _ = foreign_stays[0]
            others = tuple(sorted({graph.lots[other] for _, other, _, _ in foreign_stays}))
            kg = sum(one[3] for one in foreign_stays)
            found[lot] = IdentityLoss(stream, graph.lots[lot], place, others, kg, since, is_silo=False)
    return found


def _stream(graph: LotGraph, lot: int) -> str:
    return str(graph.lot_rows.get(graph.lots[lot], {}).get("stream", ""))


def _is_foreign(graph: LotGraph, lot: int, other: int) -> bool:
    """Tell whether a lot brings goods that are not behind another one, and belongs to another stream."""
    if _stream(graph, other) == _stream(graph, lot):
        return False
    more = graph.upstream([other]) - graph.upstream([lot])
    return any(len(graph.arrivals_by_lot[one]) or graph.brings_unknown(one) for one in more)


def _loose_together(book: LotBook, graph: LotGraph) -> dict[int, list[tuple[str, int, str, float]]]:
    """For each lot that lay loose with others at one time: place, the other lot, the first day of both, its kg."""
    table = book.table("location")
    columns = (table[name] for name in ("code", "kind", "storage_mode"))
    # An exclusive silo that held two lots at once poured them together, whatever it is called.
    loose = {
        code
        for code, kind, mode in zip(*columns, strict=True)
        if code and (mode == "loose" if kind not in SILO_KINDS else mode == "exclusive")
    }
    stays: dict[str, list[dict[str, Any]]] = {}
    for row in book.table("storage_stay").to_dict("records") if loose else ():
        if row["location_code"] in loose and row["from_date"] and row["lot_code"] in graph.position:
            stays.setdefault(row["location_code"], []).append(row)
    joined = joined_lots(graph) if stays else set()
    found: dict[int, list[tuple[str, int, str, float]]] = {}
    for place, its in sorted(stays.items()):
        weights = kilograms(row["quantity_kg"] for row in its)
        for one in its:
            for other, kg in zip(its, weights.tolist(), strict=True):
                pair = frozenset((one["lot_code"], other["lot_code"]))
                since = max(one["from_date"], other["from_date"])
                until = min(one["to_date"] or _FOR_EVER, other["to_date"] or _FOR_EVER)
                if len(pair) < 2 or pair in joined or until <= since or not both_loose(one, other):
                    continue
                lot, beside = graph.position[one["lot_code"]], graph.position[other["lot_code"]]
                found.setdefault(lot, []).append((place, beside, since, kg or float(graph.total_kg[beside])))
    return {lot: sorted(its) for lot, its in found.items()}


def both_loose(stay: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether neither of two stays was bagged or labelled: such goods are not loose, wherever they lie."""
    return not any(one["label"] or one["bags"] for one in (stay, other))


def joined_lots(graph: LotGraph) -> set[frozenset[str]]:
    """Return pairs of lots that one process joined."""
    found = set()
    for code, flow in graph.processes.items():
        if graph.process_types.get(code) in _JOINING:
            names = [graph.lots[lot] for lot, _ in flow.ins]
            found |= {frozenset((one, two)) for one in names for two in names if one < two}
    return found

"""Custody: who holds the goods of a lot, as far as receipts, processes and handovers tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.lots.balance import kilograms, tolerance_kg
from eudr_geo.lots.graph import LotGraph
from eudr_geo.model.lot_book import LotBook

_KEEPER = ""
"""Stands for the organisation that keeps the book, whatever it is called in it."""


@dataclass(frozen=True)
class Unrecorded:
    """Goods that came to somebody, and no handover says so."""

    lot: str
    holder: str  # as written in the book
    before: tuple[str, ...]  # who held them before, sorted
    place: str = ""  # the store of the holder in which they lay; "" where the Lots sheet names the holder
    handed_kg: float = 0.0  # that handovers of this lot brought to the holder
    needed_kg: float = 0.0


def unrecorded_handovers(book: LotBook, graph: LotGraph) -> Iterator[Unrecorded]:
    """Yield lots that somebody holds who never got them, or got fewer kilograms of them.

    What is delivered is with the collector named on the receipt, else with whoever keeps the book. What a process makes
    stays where its inputs were. Only a handover of the lot moves it. Where nothing tells who held a lot before, its
    holder is believed. Lots that feed each other in a circle are passed over: the rule of circles names them.

    Parameters
    ----------
    book
        The lot book: lots, receipts, handovers, stays, organisations.
    graph
        Its graph.
    """
    try:
        order = graph.order(range(len(graph.lots)))
    except CycleError:
        return
    called = _callings(book)
    lots = {row["code"]: row for row in book.table("lot").to_dict("records")}
    takers = _takers(book, called)
    first = _first_holders(book, graph, called)
    lodged, gone = _stores(book), set(book.table("consignment_line")["lot_code"])
    now: dict[int, set[str]] = {}
    for lot in order:  # each lot waits for its parents
        code = graph.lots[lot]
        before = set().union(first.get(code, set()), *(now[parent] for parent in graph.parents(lot)))
        handed = takers.get(code, {})
        stated = lots.get(code, {}).get("custodian_code") or ""
        holders = [(stated, "")] if stated else []
        holders += sorted((who, place) for who, place in lodged.get(code, ()) if who != stated)
        for holder, place in holders:
            who = called(holder)
            shown = tuple(sorted(book.keeper if one == _KEEPER else one for one in before - {who}))
            is_told = bool(handed) and not place and code not in gone  # by custody-gap: who received it last
            if not before or who in before or (is_told and who not in handed):
                continue
            if who not in handed:
                yield Unrecorded(code, holder, shown, place)
            elif not place:
                needed = float(graph.total_kg[lot]) - sum(
                    kg
                    for process in dict.fromkeys(graph.feeds[lot])
                    for one, kg in graph.processes[process].ins
                    if one == lot
                )
                if handed[who] + float(tolerance_kg(needed)) < needed:
                    yield Unrecorded(code, holder, shown, handed_kg=handed[who], needed_kg=needed)
        now[lot] = {called(stated)} if stated else {*before, *handed}


def _callings(book: LotBook) -> Any:
    """Return what tells an organisation from another: its code, but one thing for whoever keeps the book."""
    table = book.table("organisation")
    keeper = fold(book.keeper)
    own = {
        code for code, name in zip(table["code"], table["name"], strict=True) if keeper and fold(name or "") == keeper
    }

    def called(code: str) -> str:
        return _KEEPER if code in own or (keeper and fold(code) == keeper) else code

    return called


def _takers(book: LotBook, called: Any) -> dict[str, dict[str, float]]:
    """For each lot: who took it over, and how many kilograms, as sent."""
    table = book.table("handover")
    found: dict[str, dict[str, float]] = {}
    for lot, taker, kg in zip(table["lot_code"], table["to_org"], kilograms(table["quantity_sent_kg"]), strict=True):
        if lot and taker:
            its = found.setdefault(lot, {})
            its[called(taker)] = its.get(called(taker), 0.0) + float(kg)
    return found


def _first_holders(book: LotBook, graph: LotGraph, called: Any) -> dict[str, set[str]]:
    """Who took in the deliveries of each lot; who gives a lot is believed to have had it."""
    found: dict[str, set[str]] = {}
    for lot, collector in zip(graph.deliveries["lot_code"], graph.deliveries["collector_code"], strict=True):
        if lot and (collector or book.keeper):
            found.setdefault(lot, set()).add(called(collector) if collector else _KEEPER)
    handovers = book.table("handover")
    for lot, giver in zip(handovers["lot_code"], handovers["from_org"], strict=True):
        if lot and giver:
            found.setdefault(lot, set()).add(called(giver))
    return found


def _stores(book: LotBook) -> dict[str, set[tuple[str, str]]]:
    """For each lot: the stores of organisations in which it lay, as pairs of organisation and store."""
    table = book.table("location")
    owners = {code: who for code, who in zip(table["code"], table["organisation_code"], strict=True) if code and who}
    stays = book.table("storage_stay")
    found: dict[str, set[tuple[str, str]]] = {}
    for lot, place in zip(stays["lot_code"], stays["location_code"], strict=True):
        if lot and place in owners:
            found.setdefault(lot, set()).add((owners[place], place))
    return found

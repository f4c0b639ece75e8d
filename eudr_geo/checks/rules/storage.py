"""Lots and custody: what lies beside what. Judged at the smallest storage unit that the records name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.identity import both_loose, joined_lots, lost_identities
from eudr_geo.lots.silos import SILO_KINDS, Pouring
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say

_APART = "good practice: identity preserved or segregated goods (ISO 22095)"
_FOR_EVER = "9999-12-31"
_USUAL = "labelled"
"""How goods are taken to lie where nobody says: in stacks that labels tell apart, as in most warehouses."""
_SHOWN = 3  # lots named before the rest is counted


@lot_rule(severity=ERROR, basis=_APART, ids=("LOT-SEG-02",), at=("location_code",))
def shared_exclusive_storage(book: LotBook) -> Problems:
    """Two lots lay at the same time in a place that is for one lot alone.

    **Why it matters** A place is called exclusive so that nobody has to ask what lies in it. Two lots in it may have
    been mixed, and nobody can prove that they were not.

    **Example** Tank T-2 is exclusive. ML03-P lay in it until 20 November, ML05-P since 18 November.

    **How to correct it** Compare the days with the store book. If the place has parts that are kept apart (stacks,
    boxes), enter each part as a location of its own, or call the place labelled.

    **Trap** One lot may leave and the next come on the same day: that is not at the same time.
    """
    return problems(_together(book, "exclusive"))


@lot_rule(severity=ERROR, basis=_APART, ids=("LOT-SEG-03",), at=("location_code",))
def loose_co_storage(book: LotBook) -> Problems:
    """Loose goods of two lots lay together, and no process says that they were joined.

    **Why it matters** Loose heaps on one floor are mixed, whatever the book says. What is sold from them as one lot
    holds the other as well, with its plots.

    **Example** Parchment of ML03 and of the bulk lot lay on patio 1 from 3 to 6 December, without bags or labels.

    **How to correct it** If they were mixed, enter a merge: the plots of both are then declared. If they were bagged or
    kept apart by a wall, enter the bags or the label, or a location for each part.

    **Trap** A silo that is filled and drawn from all the time is no shared patio: enter its kind as silo. What lay in
    it is then declared in excess.
    """
    return problems(_together(book, "loose"))


@lot_rule(severity=WARNING, basis=_APART, ids=("LOT-SEG-04",), at=("label",))
def unlabelled_co_storage(book: LotBook) -> Problems:
    """Lots lay side by side in one store, and a label that tells them apart is missing.

    **Why it matters** Labelled stacks in one warehouse are normal practice. Without a label, or with the same one, a
    stack can be taken for its neighbour.

    **Example** ML03-G with a blue label and ML05-G without one lay in warehouse KHO 1 in January.

    **How to correct it** Note the colour or number of the label of each stack on the Storage sheet.

    **Trap** Two stacks with the same colour are not told apart by it. A store of which nobody says how goods lie in it
    is taken for one with labels.
    """
    return problems(_together(book, "labelled"))


@lot_rule(severity=ERROR, basis=_APART, at=("stream_code",))
def identity_lost(book: LotBook) -> Problems:
    """A micro-lot lay in a silo with goods of others: it is no micro-lot any more.

    **Why it matters** What comes out of a silo is what was poured together in it. The buyer of a micro-lot pays for its
    plots and no others, and nobody can say any more which kilograms are theirs.

    **Example** Parchment of ML01 lay in SILO-1 from 15 November. Bulk parchment left it on the 14th, and nobody noted
    that the silo was empty in between.

    **How to correct it** If the silo was empty before the micro-lot came, note the day on the Storage sheet. If it was
    not, the lot and everything made of it is bulk from here on: write it into a bulk stream.

    **Trap** Days that do not overlap prove nothing: a silo is rarely emptied by taking goods out of it. Goods of the
    same micro-lot, or its own low grade, are not foreign. Of loose heaps on one floor loose-co-storage speaks.
    """
    graph = graph_of(book)
    lots, faults = by_code(book, "lot"), []
    for loss in lost_identities(book, graph, Pouring(book, graph)).values():
        if loss.is_silo:
            values = {"value": loss.place, "other": _named(list(loss.others)), "quantity_kg": loss.others_kg}
            faults.append(Fault("lot", loss.lot, lots.get(loss.lot, {}), loss.stream, values))
    return problems(faults)


def _together(book: LotBook, mode: str) -> Iterator[Fault]:
    """Lots that lay in a place of this mode together with lots that came before them, each lot and place once."""
    places = {row["code"]: row for row in rows(book, "location") if (row["storage_mode"] or _USUAL) == mode}
    if not places:
        return
    stays: dict[str, list[dict[str, Any]]] = {}
    for row in rows(book, "storage_stay"):
        if row["location_code"] in places and row["from_date"] and row["lot_code"]:
            stays.setdefault(row["location_code"], []).append(row)
    joined = joined_lots(graph_of(book)) if mode == "loose" else set()
    lots = by_code(book, "lot")
    for place, its in sorted(stays.items()):
        if mode != "exclusive" and places[place]["kind"] in SILO_KINDS:
            continue
        seen: set[frozenset[str]] = set()
        here: list[dict[str, Any]] = []
        for stay in sorted(its, key=_arrival):
            here = [one for one in here if (one["to_date"] or _FOR_EVER) > stay["from_date"]]
            beside: dict[str, str] = {}  # lot that lay there before → last day of both
            for other in here:
                pair = frozenset((stay["lot_code"], other["lot_code"]))
                if len(pair) == 1 or pair in seen or pair in joined or not _matters(mode, stay, other):
                    continue
                seen.add(pair)
                beside[other["lot_code"]] = min(stay["to_date"] or _FOR_EVER, other["to_date"] or _FOR_EVER)
            if beside:
                until = max(beside.values())
                why = because(f"days.{'since' if until == _FOR_EVER else 'span'}", first=stay["from_date"], last=until)
                row = {**lots.get(stay["lot_code"], {}), **{key: stay.get(key) for key in ("src_file", "src_row")}}
                values = {"value": place, "other": _named(list(beside)), "sheet": say("sheets:storage")}
                yield Fault("lot", stay["lot_code"], row, why, values)
            here.append(stay)


def _named(codes: list[str]) -> str:
    named = ", ".join(codes[:_SHOWN])
    return because("codes.more", named=named, more=len(codes) - _SHOWN) if len(codes) > _SHOWN else named


def _arrival(stay: dict[str, Any]) -> tuple[str, str, str]:
    """The order the lots came in; by more than the day, so that the order of the rows does not count."""
    return stay["from_date"], stay["lot_code"], stay["to_date"] or _FOR_EVER


def _matters(mode: str, stay: dict[str, Any], other: dict[str, Any]) -> bool:
    labels = [one["label"] for one in (stay, other)]
    if mode == "labelled":
        return not all(labels) or labels[0] == labels[1]
    if mode == "loose":
        return both_loose(stay, other)
    return True

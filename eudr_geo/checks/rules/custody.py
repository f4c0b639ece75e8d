"""Lots and custody: who held the goods, with what they were handled, and how a day's picking was parted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.base.said import Said
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.custody import unrecorded_handovers
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say

_APART = "good practice: identity preserved or segregated goods (ISO 22095)"
TRANSIT_LOSS_SHARE = 0.01
"""Good practice: what scales and dust explain between two weighings of one load."""


@lot_rule(
    severity=(WARNING, ERROR),
    basis="good practice: unbroken chain of custody (ISO 22095)",
    ids=("LOT-SEG-06",),
    at=("quantity_received_kg",),
)
def custody_gap(book: LotBook) -> Problems:
    """A handover does not fit the one before it, or what arrived is not what was sent.

    **Why it matters** Between two hands goods are exchanged most easily. A seal that is another one, or a giver who
    never received the goods, breaks the proof for everything behind it.

    **Example** H-07: 2,000 kg left the station under seal 4471, 1,940 kg arrived: 3 % are missing.

    **How to correct it** Compare both halves of the handover form. Write a loss on the way as a loss with its reason. A
    handover that is still on its way gets its second half when it arrives.

    **Trap** Weights differ by moisture and by scale: up to 1 % is not reported, and where the moisture of the lot and
    that on receipt are noted, weights are compared at one moisture. A lot may travel in parts, and each hand may give
    what it has left.
    """
    return problems(_gaps(book))


def _gaps(book: LotBook) -> Iterator[Fault]:
    graph, lots = graph_of(book), by_code(book, "lot")
    by_lot: dict[str, list[dict[str, Any]]] = {}
    for row in rows(book, "handover"):
        if row["lot_code"]:
            by_lot.setdefault(row["lot_code"], []).append(row)
    gone = {row["lot_code"] for row in rows(book, "consignment_line")}
    for lot, its in sorted(by_lot.items()):
        its.sort(key=lambda row: (row["date_sent"] or "", row["code"]))
        own = lots.get(lot, {})
        gained = 0.0  # by all hands together, each within what scales explain
        hands = _Hands(float(graph.held_kg[graph.position[lot]]) if lot in graph.position else 0.0)
        for place, row in enumerate(its):
            is_over = lot in gone or any(later["from_org"] == row["to_org"] for later in its[place + 1 :])
            before, gained = gained, gained + _gained_kg(row, own)
            if 0 < before <= tolerance_kg(hands.total_kg) < gained:
                why = because("custody-gap.why.gained-on-the-way", gained_kg=gained)
                yield Fault("handover", row["code"], row, why, {"other": lot}, ERROR)
            for why, severity in (*hands.pass_on(row), *_faults_of(row, own, is_over=is_over)):
                yield Fault("handover", row["code"], row, why, {"other": lot}, severity)
        holder = own.get("custodian_code")
        if holder and lot not in gone and holder not in hands.holders():
            last = its[-1]
            why = because("custody-gap.why.held", last=last["to_org"], sheet=say("sheets:lots"), holder=holder)
            is_micro = graph.lot_rows.get(lot, {}).get("stream", "") in graph.micro_streams
            yield Fault("handover", last["code"], last, why, {"other": lot}, ERROR if is_micro else WARNING)


class _Hands:
    """Who holds how much of one lot; a lot may travel in parts."""

    def __init__(self, total_kg: float) -> None:
        self.total_kg = total_kg
        self.held: dict[str, float] = {}
        self.last: dict[str, Any] = {}

    def holders(self) -> set[str]:
        """Those who hold some of it."""
        return {who for who, kg in self.held.items() if kg > tolerance_kg(self.total_kg)}

    def pass_on(self, row: dict[str, Any]) -> Iterator[tuple[Said, str]]:
        """Move the goods of one handover, and say what is wrong with the giver."""
        giver, taker, sent = row["from_org"], row["to_org"], float(row["quantity_sent_kg"] or 0)
        if not self.held and giver:
            self.held[giver] = self.total_kg or sent  # whoever gives first is believed to have had the lot
        held = self.held.get(giver, 0.0)
        if giver and giver not in self.held:
            if self.last.get("to_org"):
                last, handover = self.last["to_org"], self.last["code"]
                yield because("custody-gap.why.not-the-last", giver=giver, last=last, handover=handover), ERROR
        elif giver and sent > held + tolerance_kg(self.total_kg):
            case = "less-left" if held > tolerance_kg(self.total_kg) else "nothing-left"
            yield because(f"custody-gap.why.{case}", giver=giver, sent_kg=sent, held_kg=held), ERROR
        if giver in self.held:
            self.held[giver] = max(held - sent, 0.0)
        received = row["quantity_received_kg"]
        if taker:
            self.held[taker] = self.held.get(taker, 0.0) + (sent if received is None else float(received))
        self.last = row


def _faults_of(row: dict[str, Any], lot: dict[str, Any], *, is_over: bool) -> Iterator[tuple[Said, str]]:
    if row["seal_sent"] and row["seal_received"] and fold(row["seal_sent"]) != fold(row["seal_received"]):
        yield because("custody-gap.why.seals", sent=row["seal_sent"], received=row["seal_received"]), ERROR
    if row["date_received"] and row["date_sent"] and row["date_received"] < row["date_sent"]:
        yield because("custody-gap.why.early", received=row["date_received"], sent=row["date_sent"]), ERROR
    if not row["date_received"] and is_over:
        yield because("custody-gap.why.no-arrival"), WARNING
    sent, received = row["quantity_sent_kg"], row["quantity_received_kg"]
    if sent and received is not None:
        share = 1.0 - float(received) * _dried(row, lot) / float(sent)
        weights = {"sent_kg": sent, "received_kg": received, "share": abs(share)}
        if share > TRANSIT_LOSS_SHARE:
            yield because("custody-gap.why.lost", **weights), WARNING
        elif share < -TRANSIT_LOSS_SHARE:
            yield because("custody-gap.why.gained", **weights), ERROR


def _gained_kg(row: dict[str, Any], lot: dict[str, Any]) -> float:
    """What arrived above what was sent, at one moisture, kg."""
    sent, received = row["quantity_sent_kg"], row["quantity_received_kg"]
    return max(0.0, float(received) * _dried(row, lot) - float(sent)) if sent and received is not None else 0.0


def _dried(row: dict[str, Any], lot: dict[str, Any]) -> float:
    """What a kilogram that arrived weighed when it left, by the moistures of the lot and of the receipt."""
    before, after = (float(value or 0) for value in (lot.get("moisture_percent"), row.get("moisture_percent")))
    return (100 - after) / (100 - before) if 0 < before < 100 and 0 < after < 100 else 1.0


@lot_rule(
    severity=(WARNING, ERROR), basis="good practice: unbroken chain of custody (ISO 22095)", at=("custodian_code",)
)
def unrecorded_handover(book: LotBook) -> Problems:
    """Somebody holds a lot, and no handover says that it was given to them.

    **Why it matters** Goods that change hands without a form can be exchanged on the way, and nobody would know. A
    micro-lot is sold on the promise that it was never out of sight, so for a micro-lot this is an error.

    **Example** The cooperative took in 600 kg of ML01. On the Lots sheet Exporter X holds them; there is no handover.

    **How to correct it** Enter the handover with its day and weights. Who takes in goods straight from the producers is
    the collector: write it on the deliveries.

    **Trap** A handover of another lot, or of a part of this one, does not count for all of it. A store of another
    organisation is another hand too.
    """
    graph, lots = graph_of(book), by_code(book, "lot")
    faults = []
    for one in unrecorded_handovers(book, graph):
        is_micro = graph.lot_rows.get(one.lot, {}).get("stream", "") in graph.micro_streams
        case = "store" if one.place else "part" if one.needed_kg else "holder"
        why = because(
            f"unrecorded-handover.why.{case}",
            holder=one.holder,
            before=", ".join(one.before),
            place=one.place,
            handed_kg=one.handed_kg,
            needed_kg=one.needed_kg,
        )
        faults.append(Fault("lot", one.lot, lots.get(one.lot, {}), why, severity=ERROR if is_micro else WARNING))
    return problems(faults)


@lot_rule(severity=WARNING, basis=_APART, ids=("LOT-SEG-08",), at=("cleaned_on",))
def uncleaned_equipment(book: LotBook) -> Problems:
    """A machine ran other goods before a micro-lot, or goods of unknown origin before any lot, and was not cleaned.

    **Why it matters** A dry mill holds some kilograms of the last run. Without cleaning they end in the next lot, from
    plots that nobody declared.

    **Example** Huller M-1 ran goods of unknown origin on 9 January and ML03 on 10 January; no cleaning is noted.

    **How to correct it** Enter the day of cleaning, or the number of the cleaning record, with the process.

    **Trap** A cleaning after the run does not help the run. It has to lie between the two.
    """
    return problems(_uncleaned(book))


def _uncleaned(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    runs: dict[str, list[dict[str, Any]]] = {}
    for row in rows(book, "process"):
        if row["equipment"] and (row["date_start"] or row["date_end"]) and row["code"] in graph.processes:
            runs.setdefault(fold(row["equipment"]), []).append(row)

    def streams(code: str) -> set[str]:
        return {graph.lot_rows.get(graph.lots[lot], {}).get("stream", "") for lot, _ in graph.processes[code].ins}

    for its in runs.values():
        its.sort(key=lambda row: (row["date_start"] or row["date_end"], row["code"]))
        for before, row in pairwise(its):
            ended, begins = before["date_end"] or before["date_start"], row["date_start"] or row["date_end"]
            is_clean = row["cleaned_on"] and ended <= row["cleaned_on"] <= begins
            if row["cleaning_record"] or is_clean:
                continue
            own, theirs = streams(row["code"]), streams(before["code"])
            unknown = graph.has_unknown(before["code"]) and not graph.has_unknown(row["code"])
            if unknown or (own != theirs and own & graph.micro_streams):
                case = "unknown-before-micro" if own & graph.micro_streams else "unknown-before"
                values = {"value": row["equipment"], "other": before["code"]}
                yield Fault("process", row["code"], row, values=values, case=case if unknown else "before-micro")


@lot_rule(severity=WARNING, basis=_APART, ids=("LOT-SEG-05",), at=("lot_code",))
def unrecorded_sorting(book: LotBook) -> Problems:
    """One plot delivered to a micro-lot and to bulk on one day, and no process says how the picking was sorted.

    **Why it matters** Then somebody sorted the cherry: ripe to the micro-lot, the rest to bulk. The premium is paid for
    that sorting, and it is not on record.

    **Example** T-014-1 delivered 80 kg to ML03 and 40 kg to bulk on 15 November.

    **How to correct it** Enter one delivery into a lot of its own, and a process of type grade that makes both lots. Or
    correct the lot of one of the receipts.

    **Trap** Two pickings on two days need no sorting.
    """
    return problems(_unsorted(book))


def _unsorted(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    graded = {
        lot for code, flow in graph.processes.items() if graph.process_types.get(code) == "grade" for lot, _ in flow.ins
    }
    stream_of = {row["code"]: row["stream_code"] or "" for row in rows(book, "lot")}
    known = by_code(book, "stream")
    days: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows(book, "delivery"):
        if row["plot_code"] and row["delivered_on"] and graph.position.get(row["lot_code"], -1) not in graded:
            days.setdefault((row["plot_code"], row["delivered_on"]), []).append(row)
    for (plot, day), its in days.items():
        micro = [row for row in its if stream_of.get(row["lot_code"], "") in graph.micro_streams]
        bulk = [row for row in its if known.get(stream_of.get(row["lot_code"], ""), {}).get("type") == "bulk"]
        if micro and bulk:
            stream = stream_of[micro[0]["lot_code"]]
            values = {"value": plot, "other": stream}
            why = because("unrecorded-sorting.why", day=day, delivery=bulk[0]["code"])
            yield Fault("delivery", micro[0]["code"], micro[0], why, values)

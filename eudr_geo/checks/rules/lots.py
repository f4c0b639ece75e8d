"""Lots and custody: how lots hang together. Codes that exist, flows that run one way, forms that follow each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eudr_geo.base.cells import clean_code
from eudr_geo.checks.catalogue import ERROR, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, noun, problems, rows
from eudr_geo.checks.rules.balance import processes_that_gain
from eudr_geo.checks.rules.declared import regional_deliveries
from eudr_geo.lots.gains import gains
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.origins import UNKNOWN
from eudr_geo.model.forms import can_become
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import joined
from eudr_geo.words.workbook import say_word

_TRACEABLE = "EUDR Article 9(1)(d): geolocation of all plots where the products were produced"

REFERENCES = (
    ("plot", "code", "producer_code", "producer", "plot"),
    ("stream_plot", "stream_code", "plot_code", "plot", "stream"),
    ("stream_plot", "plot_code", "stream_code", "stream", "plot"),
    ("stream", "code", "season_code", "season", "stream"),
    ("location", "code", "parent_code", "location", "location"),
    ("location", "code", "organisation_code", "organisation", "location"),
    ("lot", "code", "stream_code", "stream", "lot"),
    ("lot", "code", "location_code", "location", "lot"),
    ("lot", "code", "custodian_code", "organisation", "lot"),
    ("delivery", "code", "lot_code", "lot", "delivery"),
    ("delivery", "code", "producer_code", "producer", "delivery"),
    ("delivery", "code", "plot_code", "plot", "delivery"),
    ("delivery", "code", "collector_code", "organisation", "delivery"),
    ("process", "code", "location_code", "location", "process"),
    ("process_line", "process_code", "lot_code", "lot", "process"),
    ("process_line", "process_code", "process_code", "process", "process"),
    ("consignment_line", "consignment_code", "lot_code", "lot", "consignment"),
    ("consignment_line", "consignment_code", "consignment_code", "consignment", "consignment"),
    ("delivery", "code", "upstream_reference", "statement", "delivery"),
    ("lot", "code", "upstream_reference", "statement", "lot"),
    ("statement_lot", "statement_code", "statement_code", "statement", "statement"),
    ("statement_lot", "statement_code", "consignment_code", "consignment", "statement"),
    ("statement_lot", "statement_code", "lot_code", "lot", "statement"),
    ("storage_stay", "location_code", "lot_code", "lot", "location"),
    ("storage_stay", "lot_code", "location_code", "location", "lot"),
    ("handover", "code", "lot_code", "lot", "handover"),
    ("handover", "code", "from_org", "organisation", "handover"),
    ("handover", "code", "to_org", "organisation", "handover"),
    ("measurement", "indicator", "lot_code", "lot", "measurement"),
    ("measurement", "indicator", "stream_code", "stream", "measurement"),
    ("offer", "code", "lot_code", "lot", "offer"),
    ("offer", "code", "stream_code", "stream", "offer"),
    ("cost", "code", "stream_code", "stream", "cost"),
)
"""Table, its own code, the column that refers, the table referred to, whom a finding is about."""


@lot_rule(severity=ERROR, basis=_TRACEABLE, ids=("LOT-STR-01",))
def unknown_reference(book: LotBook) -> Problems:
    """A row names a lot, plot, producer or other record that does not exist.

    **Why it matters** The chain from the lot back to the land ends here: nobody can say which plot or producer is
    meant.

    **Example** Delivery PN-014 names plot T-041-1; the Plots sheet has T-014-1.

    **How to correct it** Correct the code, or enter the missing record on its sheet. Choose codes from the drop-down
    lists rather than typing them.

    **Trap** Entering a new plot under the mistyped code: then one piece of land has two codes, and the kilograms are
    counted for the wrong one.
    """
    return problems(fault for reference in REFERENCES for fault in _dangling(book, *reference))


def _dangling(book: LotBook, table: str, own: str, column: str, target: str, subject: str) -> Iterator[Fault]:
    known = set(book.table(target)["code"])
    frame = book.table(table)
    missing = [bool(value) and value == value and value not in known for value in frame[column]]  # noqa: PLR0124 (NaN)
    for row in frame[missing].to_dict("records"):
        yield Fault(subject, row[own] or "", row, noun(target), {"value": row[column]}, column=column)


@lot_rule(
    severity=ERROR,
    basis="good practice: a code names one thing (GS1 Global Traceability Standard)",
    ids=("LOT-STR-03",),
)
def duplicate_code(book: LotBook) -> Problems:
    """Two records have the same code, or codes that differ only by case, blanks or O and 0.

    **Why it matters** Kilograms that belong to one of them will be counted for the other.

    **Example** Lots ``DL25-ML03-G`` and ``DL25 - ML03-G``; producers ``NH-O14`` and ``NH-014``.

    **How to correct it** Give one of them another code, and correct the rows that mean it. If it is the same thing
    entered twice, delete one row.

    **Trap** Never give a code that was used before to something new, even years later.
    """
    faults = []
    for table in ("producer", "plot", "stream", "location", "lot", "delivery", "process", "consignment"):
        first: dict[str, Any] = {}
        for row in rows(book, table):
            plain = re.sub(r"\s", "", clean_code(str(row["code"]))).replace("O", "0")
            if plain in first:
                faults.append(Fault(table, row["code"], row, values={"other": first[plain]}))
            else:
                first[plain] = row["code"]
    return problems(faults)


@lot_rule(severity=ERROR, basis=_TRACEABLE, ids=("LOT-STR-02",))
def lot_cycle(book: LotBook) -> Problems:
    """A lot feeds itself: following the processes leads back to it.

    **Why it matters** Such a lot has no beginning, so its origin cannot be computed.

    **Example** Lot A is milled into lot B, and lot B is blended back into lot A.

    **How to correct it** What comes back into a lot makes a new lot: give it a new code on the Processing sheet.

    **Trap** Deleting one of the processes breaks the circle and loses its kilograms.
    """
    graph = graph_of(book)
    known = by_code(book, "lot")
    return problems(
        Fault(
            "lot",
            circle[0],
            known.get(circle[0], {}),
            why=" → ".join([*circle, circle[0]]),
            case="itself" if len(circle) == 1 else "",
        )
        for circle in graph.cycles()
    )


@lot_rule(severity=ERROR, basis=_TRACEABLE, ids=("LOT-STR-04",))
def orphan_lot(book: LotBook) -> Problems:
    """A lot into which nothing ever came.

    **Why it matters** Its goods have no origin in the records, so no plot can be declared for them.

    **Example** Lot DL25-BULK-X holds 400 kg, but no delivery and no process names it as its destination.

    **How to correct it** Enter the deliveries or the process that made it. Stock from before the records began is
    marked as opening stock.

    **Trap** Opening stock is not an answer to a missing delivery: what is so marked cannot go to the EU.
    """
    graph = graph_of(book)
    faults = []
    for row in rows(book, "lot"):
        lot = graph.position.get(row["code"], -1)
        if lot >= 0 and graph.inflow_kg[lot] <= 0 and not graph.opening[lot] and lot not in graph.referenced.of_stock:
            faults.append(Fault("lot", row["code"], row, values={"quantity_kg": float(graph.total_kg[lot])}))
    return problems(faults)


@lot_rule(severity=ERROR, basis=_TRACEABLE, at=("plot_code", "quantity_kg"))
def unknown_origin(book: LotBook) -> Problems:
    """Goods come in whose plots nobody knows.

    **Why it matters** Compliant goods must not be mixed with goods of unknown origin; one such delivery makes the
    whole lot, and everything made from it, unfit for the EU market.

    **Example** A delivery names neither a plot nor a producer with known plots; a lot is opening stock; a process has
    outputs but no input; a lot is entered with 1,015 kg although 800 kg came in, a little more at each of four steps.

    **How to correct it** Ask who delivered and from which plot, and enter it. Keep goods that nobody can place apart,
    in a lot and a store of their own. Weigh a lot again that grew.

    **Trap** A delivery with its producer but without a plot is not unknown: every plot of the producer is then
    declared, in excess. Goods bought with a supplier's statement are not unknown: write its reference number. And what
    scales explain, 1 kg or 0.5 %, is allowed once for the whole chain, not at each step.
    """
    return problems(_unknown(book))


def _unknown(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    unplaced = set(graph.arrivals.delivery[graph.arrivals.evidence == UNKNOWN].tolist())
    regional = {fault.code for fault in regional_deliveries(book)}  # one fault, one name: regional-declaration
    for number, row in enumerate(rows(book, "delivery")):
        if number in unplaced and row["code"] not in regional:
            case = "producer" if row["producer_code"] else "group" if row["collection_group"] else "nobody"
            why = because(f"unknown-origin.why.{case}", producer=row["producer_code"] or "")
            yield Fault("delivery", row["code"], row, why, {"quantity_kg": row["quantity_kg"] or 0.0})
    for row in rows(book, "lot"):
        lot = graph.position.get(row["code"], -1)
        if lot >= 0 and graph.opening[lot] and graph.unknown_kg[lot] > 0:
            why = because("unknown-origin.why.opening-stock")
            yield Fault("lot", row["code"], row, why, {"quantity_kg": float(graph.unknown_kg[lot])})
    told = {lot for code in processes_that_gain(book) for lot, _ in graph.processes[code].outs}
    for gain in gains(book, graph):
        if graph.position.get(gain.code, -1) in told and gain.subject == "lot":
            continue  # one fault, one name: the process, by process-gains-mass or implausible-outturn
        why = because("unknown-origin.why.gained", most_kg=gain.most_kg)
        yield Fault(
            gain.subject, gain.code, by_code(book, gain.subject).get(gain.code, {}), why, {"quantity_kg": gain.kg}
        )
    for code, row in by_code(book, "process").items():
        flow = graph.processes.get(code)
        if flow is not None and flow.outs and not flow.ins:
            why = because("unknown-origin.why.no-input")
            yield Fault("process", code, row, why, {"quantity_kg": flow.out_kg})


_KEEPS_FORM = {"merge", "split", "blend", "repack", "grade"}


@lot_rule(
    severity=ERROR,
    basis="good practice: a lot never changes its form; another form is another lot",
    ids=("LOT-STR-06",),
    at=("form", "type"),
)
def form_mismatch(book: LotBook) -> Problems:
    """The forms along a process or delivery cannot follow each other.

    **Why it matters** Kilograms of cherry and of green coffee cannot be added. A wrong form makes every weight behind
    it wrong by a factor of up to six.

    **Example** A process turns green coffee into cherry; a delivery of parchment goes into a lot of cherry; a merge
    joins parchment and green coffee.

    **How to correct it** Correct the form of the lot or delivery. Where goods of another form really came in, give
    them a lot of their own, and mill it first.

    **Trap** Wet-hulled coffee goes from wet parchment to green directly; that is right, and not reported.
    """
    return problems(_forms(book))


def _forms(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    form = {row["code"]: row["form"] or "" for row in rows(book, "lot")}
    for row in rows(book, "delivery"):
        wanted = form.get(row["lot_code"], "")
        if row["form"] and wanted and row["form"] != wanted:
            came, holds = say_word("form", row["form"]), say_word("form", wanted)
            why = because("form-mismatch.why.delivered", form=came, lot=row["lot_code"], own=holds)
            yield Fault("delivery", row["code"], row, why, {"value": row["form"], "other": wanted})
    for code, row in by_code(book, "process").items():
        flow = graph.processes.get(code)
        if flow is None:
            continue
        ins = sorted({form.get(graph.lots[lot], "") for lot, _ in flow.ins} - {""})
        outs = sorted({form.get(graph.lots[lot], "") for lot, _ in flow.outs} - {""})
        wrong = _wrong_step(row["type"] or "", ins, outs)
        if wrong:
            yield Fault("process", code, row, wrong, {"value": "; ".join(ins), "other": "; ".join(outs)})


def _wrong_step(kind: str, ins: list[str], outs: list[str]) -> str:
    """Say what is wrong with the forms of a process, "" if nothing is."""
    if kind in _KEEPS_FORM and len({*ins, *outs} - {"other"}) > 1:
        named = joined([say_word("form", name) for name in dict.fromkeys(ins + outs)], ", ")
        return because("form-mismatch.why.kept", kind=say_word("process_type", kind), forms=named)
    for start in ins:
        for end in outs:
            if start != end and not can_become(start, end):
                made, source = say_word("form", end), say_word("form", start)
                return because("form-mismatch.why.made", made=made, source=source)
    return ""

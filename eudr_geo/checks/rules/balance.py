"""Lots and custody: the weights. What comes out of a lot or a process cannot be more than what went in."""

from __future__ import annotations

import numpy as np

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems
from eudr_geo.lots.balance import LOST, is_over_drawn, moved_kg, tolerance_kg
from eudr_geo.lots.flows import ProcessFlow, is_waste
from eudr_geo.lots.graph import UNEXPLAINED_SHARE, LotGraph, graph_of
from eudr_geo.lots.outturn import at_one_moisture, outturn_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.workbook import say_word

MISMATCH_SHARE = 0.01
"""Good practice: a lot whose weight differs by more than this from what came in is worth a second weighing."""


@lot_rule(
    severity=ERROR,
    basis="EUDR Article 9(1)(b) and (d): quantity and origin of what is placed on the market",
    ids=("LOT-MB-01",),
    at=("quantity_kg",),
)
def over_draw(book: LotBook) -> Problems:
    """More was taken out of a lot than it holds.

    **Why it matters** The kilograms that are not in the lot came from somewhere: from another lot, or from plots that
    nobody declared. A buyer who adds up the papers finds it at once.

    **Example** Lot ML03-G holds 105 kg; 90 kg were shipped and 40 kg went into another process.

    **How to correct it** Compare the bin card with the Processing and Shipments rows of the lot. Usually a weight was
    entered twice, or a delivery into the lot was not entered.

    **Trap** Raising the weight of the lot until it fits: then the lot weighs more than what came in, and
    inflow-mismatch says so.
    """
    graph = graph_of(book)
    known = by_code(book, "lot")
    total, drawn = graph.total_kg, graph.drawn_kg
    over = is_over_drawn(graph.held_kg, drawn + graph.lost_kg)
    return problems(
        Fault(
            "lot",
            graph.lots[i],
            known.get(graph.lots[i], {}),
            values={
                "quantity_kg": float(drawn[i]),
                "expected_kg": float(total[i]),
                "difference_kg": float(drawn[i] - total[i]),
            },
        )
        for i in np.flatnonzero(over).tolist()
    )


@lot_rule(
    severity=(WARNING, ERROR),
    basis="good practice: a lot weighs what came in; above 5 % the rest has no known origin",
    ids=("LOT-MB-02",),
    at=("quantity_kg",),
)
def inflow_mismatch(book: LotBook) -> Problems:
    """A lot does not weigh what deliveries and processes brought into it.

    **Why it matters** Kilograms are shared out to plots by what came in. A lot that weighs more holds goods of unknown
    origin; one that weighs less has lost goods nobody wrote down.

    **Example** Deliveries of 700 kg of cherry make lot ML03-C, but the lot is entered with 770 kg.

    **How to correct it** Weigh again, or find the missing delivery. What it lost in store stands on the Storage sheet,
    as the weight that came out. A difference up to 5 % is a warning, more is an error.

    **Trap** A lot of stock from before the records began weighs more than what came in, rightly: mark it as opening
    stock. Its origin is then unknown, and unknown-origin says so.
    """
    graph = graph_of(book)
    known = by_code(book, "lot")
    stated, inflow = graph.stated_kg, graph.inflow_kg
    difference = np.where((stated > 0) & (inflow > 0), stated - inflow, 0.0)
    difference = np.where(graph.opening & (difference > 0), 0.0, difference)
    share = np.abs(difference) / np.where(stated > 0, stated, 1.0)
    wrong = (share > MISMATCH_SHARE) & (np.abs(difference) > tolerance_kg(stated))
    return problems(
        Fault(
            "lot",
            graph.lots[i],
            known.get(graph.lots[i], {}),
            values={
                "quantity_kg": float(stated[i]),
                "expected_kg": float(inflow[i]),
                "difference_kg": float(abs(difference[i])),
            },
            severity=ERROR if share[i] > UNEXPLAINED_SHARE else WARNING,
            case="more" if difference[i] > 0 else "less",
        )
        for i in np.flatnonzero(wrong).tolist()
    )


SAME_LOSS_SHARE = 0.05
"""Good practice: two losses of one lot that differ by no more than this are one, written down twice."""


@lot_rule(severity=ERROR, basis="good practice: a weight is lost once (ISO 22005 mass balance)", ids=("LOT-MB-10",))
def loss_said_twice(book: LotBook) -> Problems:
    """What a lot lost in store stands in the book twice.

    **Why it matters** The loss is taken off twice: kilograms that are there seem to be missing, and the last bags
    cannot be shipped.

    **Example** 1,000 kg came into lot G. Storage says 980 kg came out, and the Lots sheet says that G weighs 980 kg.

    **How to correct it** A loss in store has one place: *Weight out* on the Storage sheet. Write on the Lots sheet what
    came in, or leave it empty, and take a process away that only writes the loss down.

    **Trap** Deleting the weight out instead: then nobody sees where and when the goods lost weight.
    """
    graph = graph_of(book)
    known = by_code(book, "lot")
    stored = moved_kg(book, LOST, graph.lots)
    less = np.where(graph.inflow_kg > 0, graph.inflow_kg - graph.stated_kg, 0.0)
    faults = []
    for lot in np.flatnonzero(stored > 0).tolist():  # lots that were weighed out of a store
        code, kg = graph.lots[lot], float(stored[lot])
        wasted = [name for name in dict.fromkeys(graph.feeds[lot]) if is_waste(graph.processes[name])]
        same = [name for name in wasted if _is_same_loss(graph.processes[name].in_kg, kg)]
        values = {"difference_kg": kg, "other": same[0] if same else ""}
        if _is_same_loss(float(less[lot]), kg):
            faults.append(Fault("lot", code, known.get(code, {}), values=values))
        elif same:
            faults.append(Fault("lot", code, known.get(code, {}), values=values, case="process"))
    return problems(faults)


def _is_same_loss(one_kg: float, other_kg: float) -> bool:
    return one_kg > 0 and abs(one_kg - other_kg) <= max(SAME_LOSS_SHARE * other_kg, 1.0)


@lot_rule(
    severity=ERROR,
    basis="good practice: no process makes mass (ISO 22005 mass balance)",
    ids=("LOT-MB-03",),
    at=("type",),
)
def process_gains_mass(book: LotBook) -> Problems:
    """More came out of a process than went in.

    **Why it matters** Milling, drying and sorting only lose weight. What is gained was added: other coffee, or water.

    **Example** 140 kg of parchment go into process CB-027, and 150 kg of green coffee come out.

    **How to correct it** Look for an input that was not entered, or for a weight with a wrong digit. Where the goods
    took up moisture, measure it and enter it for the lots on both sides, or with the process: weights are then
    compared at 12 %.

    **Trap** Soaking parchment does add weight. Without the moistures of both lots nobody can tell water from coffee.
    """
    graph = graph_of(book)
    known = by_code(book, "process")
    faults = []
    for flow in graph.processes.values():  # a few hundred processes, each a handful of lines
        gained = _gain(graph, flow)
        if gained:
            came, went = gained
            values = {"quantity_kg": came, "expected_kg": went, "difference_kg": came - went}
            faults.append(Fault("process", flow.code, known.get(flow.code, {}), values=values))
    return problems(faults)


def _gain(graph: LotGraph, flow: ProcessFlow) -> tuple[float, float] | None:
    """Weights out and in, at one moisture where all of them are known, when more came out than went in."""
    if not flow.ins or not flow.outs:
        return None
    ins, outs = at_one_moisture(graph, flow) or (flow.ins, flow.outs)
    came, went = (sum(kg for _, kg in lines) for lines in (outs, ins))
    came += flow.loss_kg
    return (came, went) if came > went + tolerance_kg(went) else None


@lot_rule(
    severity=(WARNING, ERROR),
    basis="good practice: conversion factors of the International Coffee Organization and others",
    ids=("LOT-MB-04",),
    at=("type",),
)
def implausible_outturn(book: LotBook) -> Problems:
    """A process gives more or less than such a process usually gives.

    **Why it matters** A mill that makes 100 kg of green coffee from 300 kg of cherry has made it from something else
    as well. Papers that cannot be true make everything beside them doubtful.

    **Example** 700 kg of cherry give 245 kg of dry parchment: 0.35, where 0.17 to 0.26 is usual and nothing above 0.30
    is possible.

    **How to correct it** Check both weights and both forms; wet and dry parchment are often mixed up. Above the
    ceiling it is an error; outside the usual band it is a warning, and a reason written in the note is enough.

    **Trap** Factors differ by variety, altitude and ripeness. A mill that measures its own average over a season knows
    better than the table. Moist parchment gives less: note the moisture of both lots, and they are compared at 12 %.
    """
    graph = graph_of(book)
    known, lots = by_code(book, "process"), by_code(book, "lot")
    faults = []
    for flow in graph.processes.values():  # a few hundred processes, each a handful of lines
        step = outturn_of(graph, flow, lots)
        if step is None or _gain(graph, flow):
            continue
        ratio, band = step.ratio, step.band
        if band.low <= ratio <= band.high:
            continue
        severity = ERROR if ratio > band.ceiling else WARNING
        values = {"ratio": ratio, "value": f"{band.low:g}–{band.high:g}", "other": f"{band.ceiling:g}"}
        start, end, _ = step.key
        forms = because("implausible-outturn.forms", start=say_word("form", start), end=say_word("form", end))
        faults.append(Fault("process", flow.code, known.get(flow.code, {}), forms, values, severity))
    return problems(faults)


def processes_that_gain(book: LotBook) -> list[str]:
    """Codes of the processes that an error says give more than what went in: one fault, one name."""
    outturn = implausible_outturn(book)
    named = zip(outturn.measured.get("code", ()), list(outturn.severity), strict=False)  # no severities: all warnings
    return [*process_gains_mass(book).measured.get("code", ()), *(code for code, its in named if its == ERROR)]

"""Lots and custody: micro-lots are kept apart, from the declared plots to the last bag."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.checks.catalogue import ERROR, NOTE, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.land import NO_END
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import say

_APART = "good practice: identity preserved or segregated goods (ISO 22095)"


@lot_rule(severity=ERROR, basis=_APART, ids=("LOT-SEG-01",), at=("stream_code",))
def plot_outside_stream(book: LotBook) -> Problems:
    """A plot feeds a micro-lot that it is not declared for.

    **Why it matters** The buyer pays for these plots and no others. A foreign plot ends the identity of the micro-lot
    and of its name.

    **Example** Micro-lot ML03 is declared for plots T-014-1 and T-021-1; a delivery from T-033-2 went into its cherry.

    **How to correct it** If the delivery was entered for the wrong lot, correct it. If the plot belongs to the
    micro-lot, declare it on the Plots sheet. If the goods are really mixed, the lot is bulk from here on.

    **Trap** Declaring every plot of the cooperative makes the finding go away, and the micro-lot with it.
    """
    return problems(_outside(book))


def _outside(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    declared: dict[str, set[str]] = {}
    spans: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows(book, "stream_plot"):
        declared.setdefault(row["stream_code"], set()).add(row["plot_code"])
        spans[row["stream_code"], row["plot_code"]] = (row["from_date"] or "", row["to_date"] or NO_END)
    came = [
        (graph.position[row["lot_code"]], row["plot_code"], day)
        for row, day in zip(rows(book, "delivery"), graph.harvest_days, strict=True)
        if row["plot_code"] and day and row["lot_code"] in graph.position
    ]
    stream_of = {row["code"]: row["stream_code"] for row in rows(book, "lot")}
    known = set(book.table("plot")["code"])  # of a mistyped plot unknown-reference speaks
    sheet = {"sheet": say("sheets:plots")}
    for code, stream in by_code(book, "stream").items():
        if stream["type"] != "micro":
            continue
        own = {graph.position[lot] for lot, its in stream_of.items() if its == code}
        if not own:
            continue
        if code not in declared:
            yield Fault("stream", code, stream, because("plot-outside-stream.why.none"), sheet)
            continue
        lots = by_code(book, "lot")
        reached = {lot: known.intersection(graph.plots_behind(lot)) for lot in graph.upstream(own)}
        untimely: dict[int, set[str]] = {}  # receipts of declared plots before or after they were in the micro-lot
        for lot, plot, day in came:
            first, last = spans.get((code, plot), ("", NO_END))
            if lot in reached and not first <= day <= last:
                untimely.setdefault(lot, set()).add(plot)
        for lot, plots in sorted(untimely.items()):
            for plot in sorted(plots):
                name = graph.lots[lot]
                why = because("plot-outside-stream.why.day", plot=plot, stream=code)
                yield Fault("lot", name, lots.get(name, {}), why, {"other": plot} | sheet)
        for lot in sorted(own):
            earlier = [reached[parent] for parent in graph.parents(lot) if parent in own]
            for plot in sorted(reached[lot].difference(declared[code], *earlier)):
                name = graph.lots[lot]
                why = because("plot-outside-stream.why.plot", plot=plot, stream=code)
                yield Fault("lot", name, lots.get(name, {}), why, {"other": plot} | sheet)


@lot_rule(severity=WARNING, basis=_APART, ids=("LOT-STR-07",), at=("stream_code",))
def mixed_stream(book: LotBook) -> Problems:
    """Lots of one micro-lot differ in species, variety or processing.

    **Why it matters** A micro-lot is sold as one thing. If its cherry is of one variety and its green coffee of
    another, a row is wrong or something was mixed in.

    **Example** ML03-C says variety TR4, ML03-G says Catimor.

    **How to correct it** Correct the row that is wrong. A field blend of several varieties is written the same way in
    every lot of the stream, for example ``TR4 + TR9``.

    **Trap** Leaving the field empty in one lot is not a difference; only stated values are compared.
    """
    faults = []
    streams = by_code(book, "stream")
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(rows(book, "lot"), key=lambda row: (row["created_on"] or "9999", row["code"])):
        stream = streams.get(row["stream_code"] or "")
        if stream is None or stream["type"] != "micro":
            continue
        for name in ("species", "variety", "process"):
            value = row[name]
            if not value:
                continue
            first, lot = seen.setdefault((stream["code"], name), (value, row["code"]))
            if fold(first) != fold(value):
                values = {"value": value, "other": lot}
                why = because(f"mixed-stream.why.{name}", value=value, lot=lot, first=first)
                faults.append(Fault("lot", row["code"], row, why, values))
    return problems(faults)


@lot_rule(severity=NOTE, basis=_APART, ids=("LOT-SEG-07",), at=("stream_code",))
def identity_ended(book: LotBook) -> Problems:
    """A micro-lot goes into a bulk lot: its identity ends here.

    **Why it matters** What is mixed into bulk cannot be sold as micro-lot any more, and the bulk lot must now declare
    the plots of the micro-lot too.

    **Example** The low-grade beans sorted out of ML03 are merged into the bulk lot: bulk now comes from ML03's plots
    as well, even if only with a few kilograms.

    **How to correct it** Nothing, if it is meant so. Otherwise correct the process.

    **Trap** Leaving the low grade out of the records because it is little: its plots would be missing from the
    declaration of the bulk lot.
    """
    graph = graph_of(book)
    lots = by_code(book, "lot")
    types = {code: row["type"] for code, row in by_code(book, "stream").items()}

    def kind(lot: int) -> Any:
        return types.get(lots.get(graph.lots[lot], {}).get("stream_code") or "", "bulk")

    faults = []
    for flow in graph.processes.values():  # a few hundred processes, each a handful of lines
        bulk = sorted(graph.lots[lot] for lot, _ in flow.outs if kind(lot) == "bulk")
        for lot, kg in flow.ins:
            if bulk and kind(lot) == "micro":
                code = graph.lots[lot]
                most = min(kg, math.fsum(out_kg for out, out_kg in flow.outs if kind(out) == "bulk"))
                values = {"quantity_kg": most, "other": ", ".join(bulk)}
                why = because("identity-ended.why", process=flow.code)
                faults.append(Fault("lot", code, lots.get(code, {}), why, values))
    return problems(faults)

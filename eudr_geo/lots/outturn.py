"""What a process gives: its outturn at one moisture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from eudr_geo.lots.equivalents import bands, species_of
from eudr_geo.lots.flows import ProcessFlow
from eudr_geo.lots.graph import LotGraph
from eudr_geo.model.forms import CUBIC_METRES, counted_in
from eudr_geo.model.lot_book import Band
from eudr_geo.model.trace import OutturnBand

STANDARD_MOISTURE = 12.0
"""Good practice: weights are compared at this moisture, percent; otherwise drying looks like a loss."""

Weights = list[tuple[int, float]]  # lot, kg

_DRY = frozenset({"dry_parchment", "dried_cherry"})


def at_one_moisture(graph: LotGraph, flow: ProcessFlow) -> tuple[Weights, Weights] | None:
    """Weights in and out at :data:`STANDARD_MOISTURE`; None where the moisture of one of them is not known."""
    before, after = graph.process_moistures.get(flow.code, (None, None))

    def dry(lines: Weights, otherwise: float | None) -> Weights | None:
        percents = [graph.lot_moistures.get(lot, otherwise) for lot, _ in lines]
        found = [
            (lot, kg * (100 - percent) / (100 - STANDARD_MOISTURE))
            for (lot, kg), percent in zip(lines, percents, strict=True)
            if percent is not None
        ]
        return found if len(found) == len(lines) else None

    ins, outs = dry(flow.ins, before), dry(flow.outs, after)
    return None if ins is None or outs is None else (ins, outs)


def most_out_kg(graph: LotGraph, flow: ProcessFlow) -> float:
    """Return the most that can have come out of a process, kg: above it something was added.

    Milling has a ceiling (the outturn bands); what keeps its form weighs at most what went in. Weights of one form, and
    those of hulling, are compared at one moisture where it was measured on both sides: water is no coffee. Never more
    than what did come out.
    """
    step = outturn_of(graph, flow, graph.lot_rows)
    if step is not None:
        return flow.out_kg * min(1.0, step.band.ceiling / step.ratio) if step.ratio > 0 else flow.out_kg
    ins, outs = at_one_moisture(graph, flow) or (flow.ins, flow.outs)
    came, went = sum(kg for _, kg in outs), sum(kg for _, kg in ins)
    return flow.out_kg * min(1.0, went / came) if came > 0 else flow.out_kg


def outturns_behind(graph: LotGraph, lots: Collection[int]) -> OutturnBand | None:
    """Return what the bounds of some lots assume of the processes behind them; None where none changes the form.

    Several processes one after the other multiply; of several ways the widest counts.
    """
    behind = graph.upstream(lots)
    least: dict[int, float] = {}
    most: dict[int, float] = {}
    named: set[str] = set()
    bare: set[str] = set()
    for lot in graph.order(behind):  # each lot waits for its parents
        ways = [(1.0, 1.0)]
        for code in dict.fromkeys(graph.made_by[lot]):
            flow = graph.processes[code]
            forms = {graph.lot_rows.get(graph.lots[one], {}).get("form", "") for one, _ in (*flow.ins, *flow.outs)}
            step = outturn_of(graph, flow, graph.lot_rows)
            low, high = 1.0, 1.0
            if flow.ins and len(forms - {""}) > 1:
                named.add(code)
                if step is None or step.ratio <= 0:
                    bare.add(code)
                else:  # what is measured is possible, also where it is not usual
                    low, high = min(step.band.low / step.ratio, 1.0), max(step.band.high / step.ratio, 1.0)
            ways += [(low * least[parent], high * most[parent]) for parent, _ in flow.ins]
        least[lot], most[lot] = min(low for low, _ in ways), max(high for _, high in ways)
    if not named:
        return None
    worst = min(least[lot] for lot in lots), max(most[lot] for lot in lots)
    return OutturnBand(tuple(sorted(named)), tuple(sorted(bare)), *worst)


@dataclass(frozen=True)
class Outturn:
    """What one process gave."""

    ratio: float  # kg out of each kg in
    band: Band
    key: tuple[str, str, str]  # form in, form out, species or ""


def in_cubic_metres(graph: LotGraph, flow: ProcessFlow) -> tuple[Weights, Weights] | None:
    """Volumes in and out of a process, m³; None where a line of it states none."""
    volumes = graph.line_volumes.get(flow.code, {})

    def measured(lines: Weights, side: str) -> Weights | None:
        found = [(lot, volumes[side, lot]) for lot, _ in lines if (side, lot) in volumes]
        return found if len(found) == len(lines) else None

    ins, outs = measured(flow.ins, "in"), measured(flow.outs, "out")
    return None if ins is None or outs is None else (ins, outs)


def outturn_of(graph: LotGraph, flow: ProcessFlow, lots: Mapping[str, dict[str, Any]]) -> Outturn | None:
    """Return the outturn of a process from one form to one other; None where that is not what it is.

    Hulling of dry coffee is compared at one moisture, where the moistures on both sides are known; sawing in cubic
    metres, because wood dries. Where a process has products of several forms, its main product counts.
    """

    def form(lot: int) -> str:
        return str(lots.get(graph.lots[lot], {}).get("form") or "")

    forms_in = {form(lot) for lot, _ in flow.ins}
    if len(forms_in) != 1:
        return None
    start = forms_in.pop()
    ends = {form(lot) for lot, _ in flow.outs} - {start}
    if len(ends) > 1:
        ends = {form(lot) for lot, _ in flow.outs if lot not in flow.byproducts} - {start}
    # Only hulling keeps the water where it is: drying is there to lose it.
    is_hulled = start in _DRY and ends == {"green"}
    ins, outs = (at_one_moisture(graph, flow) if is_hulled else None) or (flow.ins, flow.outs)
    if counted_in(start) == CUBIC_METRES:
        volumes = in_cubic_metres(graph, flow)
        if volumes is None:
            return None
        ins, outs = volumes
    # Floaters taken off before pulping stay cherry: they were not milled.
    kept = sum(kg for lot, kg in outs if form(lot) == start)
    made = sum(kg for lot, kg in outs if form(lot) in ends)
    milled = sum(kg for _, kg in ins) - kept
    if len(ends) != 1 or milled <= 0:
        return None
    end = ends.pop()
    species = {species_of(lots.get(graph.lots[lot], {})) for lot, _ in flow.ins + flow.outs} - {""}
    one = species.pop() if len(species) == 1 else ""
    own = graph.book.bands
    for key in ((start, end, one), (start, end, "")):
        if band := own.get(key) or bands().get(key):
            return Outturn(made / milled, band, key)
    return None

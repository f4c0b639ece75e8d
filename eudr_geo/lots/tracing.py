"""Which plots fed a lot or consignment, with how many kilograms and between which bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.base.scales import is_beyond
from eudr_geo.lots.attribution import Attribution
from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.mixes import Mix
from eudr_geo.lots.naming import known_code, near, refuse_other, some
from eudr_geo.lots.outturn import outturns_behind
from eudr_geo.lots.shipments import shipped_kg
from eudr_geo.lots.trace_rows import SLACK_KG, TraceRows
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import Edge, IdentityEnd, IdentityLoss, Node, Trace
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import pandas as pd

IDENTITY_PRESERVED, SEGREGATED, MIXED = "identity preserved", "segregated", "mixed"
"""Chain-of-custody models (ISO 22095): one producer; several, all known; any kilogram of unknown origin, or of a
micro-lot that lay with foreign goods."""


def trace(book: LotBook, code: str, *, allow_unknown: bool = False) -> Trace:
    """Trace a lot or consignment back to the plots that fed it.

    Parameters
    ----------
    book
        The lot book.
    code
        A lot or a consignment.
    allow_unknown
        Trace also what holds kilograms of unknown origin; they make one row without a plot.

    Raises
    ------
    InputError
        When no lot or consignment is called so.
    RefusedError
        When lots feed each other in a circle, or kilograms have no origin; names the lots.

    Examples
    --------
    >>> from eudr_geo import read_book
    >>> micro_lot = trace(read_book("sample_plots/cooperative.xlsx").book, "DL25-ML01-G")
    >>> micro_lot.custody_model, micro_lot.quantity_kg, len(micro_lot.plot_codes())
    ('segregated', 1260.0, 9)
    """
    return traces(book, [code], allow_unknown=allow_unknown)[code]


def traces(book: LotBook, codes: Sequence[str], *, allow_unknown: bool = False) -> dict[str, Trace]:
    """Trace several lots or consignments of one book; what they share is computed once. See :func:`trace`."""
    graph = LotGraph(book)
    attribution = Attribution(graph)
    shipped = {
        consignment: [(graph.position[lot], kg) for lot, kg in lots.items()]
        for consignment, lots in shipped_kg(book).items()
    }
    consignments = set(book.table("consignment")["code"]) | set(shipped)
    chosen: dict[str, tuple[str, list[tuple[int, float]]]] = {}
    known = graph.position.keys() | consignments
    for asked in codes:
        code = known_code(asked, known)
        if code in graph.position:
            lot = graph.position[code]
            chosen[code] = ("lot", [(lot, float(graph.total_kg[lot]))])
        elif code in consignments:
            if not shipped.get(code):
                raise RefusedError(
                    say("lots:empty-consignment", code=code),
                    fix=say("lots:empty-consignment.do", sheet=say("sheets:shipments")),
                )
            chosen[code] = ("consignment", sorted(shipped[code]))
        else:
            refuse_other(book, code, ("lot", "consignment"))
            raise InputError(
                say("lots:no-such.lot-or-consignment", code=code), fix=near(code, [*graph.lots, *consignments])
            )
    attribution.of([lot for _, parts in chosen.values() for lot, _ in parts])
    rows = TraceRows(attribution)
    made = {
        code: _trace(attribution, rows, code, kind, parts, allow_unknown=allow_unknown)
        for code, (kind, parts) in chosen.items()
    }
    found = {code: whole(frame) for (code, whole), frame in zip(made.items(), rows.frames(), strict=True)}
    return {asked: found[known_code(asked, found.keys())] for asked in codes}


def _trace(
    attribution: Attribution,
    rows: TraceRows,
    code: str,
    kind: str,
    parts: list[tuple[int, float]],
    *,
    allow_unknown: bool,
) -> Callable[[pd.DataFrame], Trace]:
    """A trace that only waits for its rows: those of all traces are made together."""
    graph = attribution.graph
    classes, mixes = [], []
    unknown: list[tuple[float, float]] = []
    for lot, kg in sorted(parts, key=lambda part: graph.lots[part[0]]):
        mix = attribution.mixes[lot] if kind == "lot" else attribution.draw(lot, kg)
        mixes.append(mix)
        class_kg, of_nobody = rows.add(lot, mix)
        classes.append(class_kg)
        unknown += of_nobody
    rows.end()
    unknown_kg, unknown_max_kg = (float(np.sum([one[place] for one in unknown])) for place in (0, 1))
    named: list[str] = []
    if unknown_max_kg > SLACK_KG:
        behind = attribution.pouring.upstream(lot for lot, _ in parts)
        named = sorted(graph.lots[lot] for lot in behind if graph.brings_unknown(lot))
        gained_kg = sum(mix.gained_kg for mix in mixes)
        if is_beyond(sum(mix.total for mix in mixes), gained_kg):
            gaining = sorted(graph.lots[lot] for lot in behind if attribution.gains(lot))
            if not named and not allow_unknown:
                raise RefusedError(
                    say("lots:unknown-origin.gained", kg=gained_kg, code=code, lots=some(gaining)),
                    fix=say("lots:unknown-origin.gained.do"),
                )
            named = sorted({*named, *gaining})
    if named and not allow_unknown:
        told, kg = ("", unknown_kg) if unknown_kg > SLACK_KG else (".at-most", unknown_max_kg)
        raise RefusedError(
            say(f"lots:unknown-origin{told}", kg=kg, code=code, lots=some(named)), fix=say("lots:unknown-origin.do")
        )
    losses = _losses(attribution, [lot for lot, _ in parts])
    one_plot, one_producer = _single(attribution, mixes)
    model = MIXED if named or losses else IDENTITY_PRESERVED if one_plot or one_producer else SEGREGATED
    nodes, edges = _tree(graph, code, kind, parts)
    ends = _identity_ends(graph, edges)
    quantity_kg = sum(kg for _, kg in parts)
    # Of a single plot nothing is shared out.
    outturns = None if one_plot else outturns_behind(graph, [lot for lot, _ in parts])
    class_kg = np.concatenate(classes)

    def whole(frame: pd.DataFrame) -> Trace:
        return Trace(
            code,
            kind,
            quantity_kg,
            unknown_kg,
            model,
            nodes,
            edges,
            frame,
            class_kg,
            ends,
            unknown_max_kg,
            tuple(named),
            losses,
            outturns,
        )

    return whole


def _losses(attribution: Attribution, lots: Sequence[int]) -> tuple[IdentityLoss, ...]:
    """Where goods of a micro-lot that these lots still claim to be lay with foreign goods."""
    graph = attribution.graph
    found = set()
    for lot in lots:
        stream = _stream(graph, graph.lots[lot])
        if stream in graph.micro_streams:
            behind = graph.upstream([lot]) & set(attribution.lost)
            found |= {one for one in behind if attribution.lost[one].stream == stream}
    return tuple(attribution.lost[one] for one in sorted(found, key=lambda one: graph.lots[one]))


def _identity_ends(graph: LotGraph, edges: Sequence[Edge]) -> tuple[IdentityEnd, ...]:
    """Processes on the way to what is traced in which goods of a micro-lot went into another stream."""
    made: dict[str, dict[str, float]] = {}
    for edge in edges:
        if edge.kind in {"out", "byproduct"}:
            made.setdefault(edge.source, {})[edge.target] = edge.quantity_kg
    ends = []
    for code, outs in sorted(made.items()):
        for lot, kg in graph.processes[code].ins:
            stream = _stream(graph, graph.lots[lot])
            others = sorted(name for name in outs if _stream(graph, name) != stream)
            if stream in graph.micro_streams and others:
                most = min(kg, sum(outs[name] for name in others))
                date = graph.process_dates.get(code, "")
                ends.append(IdentityEnd(stream, code, date, graph.lots[lot], ", ".join(others), most))
    return tuple(ends)


def _stream(graph: LotGraph, lot: str) -> str:
    return str(graph.lot_rows.get(lot, {}).get("stream", ""))


def _single(attribution: Attribution, mixes: Sequence[Mix]) -> tuple[bool, bool]:
    """Tell whether everything known in some mixes comes from one plot, and whether from one producer who is named."""
    graph = attribution.graph
    held = [mix.plot[(mix.high > SLACK_KG) & (mix.plot != attribution.rest)] for mix in mixes]
    keys = np.unique(np.concatenate(held))
    if not len(keys) or graph.references[keys].any():
        return False, False  # a statement does not say how many producers stand behind it
    codes, owners = graph.plot_codes[keys], graph.owners[keys]
    return bool((codes == codes[0]).all()), bool(owners[0]) and bool((owners == owners[0]).all())


def _tree(
    graph: LotGraph, code: str, kind: str, parts: list[tuple[int, float]]
) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    behind = graph.upstream(lot for lot, _ in parts)
    nodes, edges = [], []
    deliveries, plots = graph.receipts_of
    for lot in behind:
        form = graph.lot_rows.get(graph.lots[lot], {}).get("form", "")
        nodes.append(
            Node(graph.lots[lot], "lot", form, float(graph.total_kg[lot]), int(deliveries[lot]), int(plots[lot]))
        )
    for process in {process for lot in behind for process in graph.made_by[lot]}:
        flow = graph.processes[process]
        nodes.append(Node(process, "process", graph.process_types.get(process, ""), flow.in_kg))
        edges += [Edge(graph.lots[lot], process, kg, "in") for lot, kg in flow.ins]
        edges += [
            Edge(process, graph.lots[lot], kg, "byproduct" if lot in flow.byproducts else "out")
            for lot, kg in flow.outs
            if lot in behind
        ]
    if kind == "consignment":
        buyers = dict(
            zip(graph.book.table("consignment")["code"], graph.book.table("consignment")["buyer"], strict=True)
        )
        nodes.append(Node(code, "consignment", buyers.get(code) or "", sum(kg for _, kg in parts)))
        edges += [Edge(graph.lots[lot], code, kg, "shipped") for lot, kg in parts]
    nodes.sort(key=lambda node: (node.kind, node.code))
    edges.sort(key=lambda edge: (edge.source, edge.target, edge.kind))
    return tuple(nodes), tuple(edges)

"""Which plots fed a lot or consignment, with how many kilograms and between which bounds; and where a plot went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eudr_geo.attribution import NO_DATE, Attribution, Floats, Marks, Mix
from eudr_geo.errors import InputError, RefusedError
from eudr_geo.lot_graph import UNKNOWN, LotGraph, kilograms
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import EVIDENCE, FORWARD_COLUMNS, Edge, Forward, Node, Trace

if TYPE_CHECKING:
    import pandas as pd

IDENTITY_PRESERVED, SEGREGATED, MIXED = "identity preserved", "segregated", "mixed"
"""Chain-of-custody models (ISO 22095): one producer; several, all known; any kilogram of unknown origin."""

_SLACK_KG = 1e-6  # what floats leave over


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
    """
    return traces(book, [code], allow_unknown=allow_unknown)[code]


def traces(book: LotBook, codes: Sequence[str], *, allow_unknown: bool = False) -> dict[str, Trace]:
    """Trace several lots or consignments of one book; what they share is computed once. See :func:`trace`."""
    graph = LotGraph(book)
    attribution = Attribution(graph)
    shipped: dict[str, list[tuple[int, float]]] = {}
    lines = graph.shipments
    for consignment, lot, kg in zip(
        lines["consignment_code"], lines["lot_code"], kilograms(lines["quantity_kg"]), strict=True
    ):
        if lot in graph.position:
            shipped.setdefault(consignment, []).append((graph.position[lot], float(kg)))
    consignments = set(book.table("consignment")["code"]) | set(shipped)
    chosen: dict[str, tuple[str, list[tuple[int, float]]]] = {}
    for code in codes:
        if code in graph.position:
            lot = graph.position[code]
            chosen[code] = ("lot", [(lot, float(graph.total_kg[lot]))])
        elif code in consignments:
            if not shipped.get(code):
                raise RefusedError(f"consignment {code} holds no lots", fix="enter its lots on the Shipments sheet")
            chosen[code] = ("consignment", sorted(shipped[code]))
        else:
            raise InputError(
                f"there is no lot or consignment called {code}", fix=_near(code, [*graph.lots, *consignments])
            )
    attribution.of([lot for _, parts in chosen.values() for lot, _ in parts])
    return {
        code: _trace(attribution, code, kind, parts, allow_unknown=allow_unknown)
        for code, (kind, parts) in chosen.items()
    }


def _trace(
    attribution: Attribution, code: str, kind: str, parts: list[tuple[int, float]], *, allow_unknown: bool
) -> Trace:
    import pandas as pd

    graph = attribution.graph
    frames = []
    for lot, kg in parts:
        mix = attribution.mixes[lot] if kind == "lot" else attribution.draw(lot, kg)
        frames.append(_rows(attribution, lot, mix))
    rows = pd.concat(frames, ignore_index=True).sort_values(["lot_code", "plot_code"], kind="stable")
    rows = rows.reset_index(drop=True)
    unknown_kg = float(rows.loc[rows["plot_code"] == "", "kg_attributed"].sum())
    if unknown_kg > _SLACK_KG and not allow_unknown:
        behind = graph.upstream(lot for lot, _ in parts)
        named = sorted(graph.lots[lot] for lot in behind if _brings_unknown(graph, lot))
        raise RefusedError(
            f"{unknown_kg:,.1f} kg of {code} have no known origin; they come in with {_some(named)}",
            fix="enter the deliveries behind these lots with their plots",
        )
    model = MIXED if unknown_kg > _SLACK_KG else IDENTITY_PRESERVED if _is_single(rows) else SEGREGATED
    nodes, edges = _tree(graph, code, kind, parts)
    return Trace(code, kind, sum(kg for _, kg in parts), unknown_kg, model, nodes, edges, rows)


def _is_single(rows: pd.DataFrame) -> bool:
    """Tell whether everything comes from one plot, or from one producer who is named."""
    producers = set(rows["producer_code"])
    return len(set(rows["plot_code"])) == 1 or (len(producers) == 1 and "" not in producers)


def _brings_unknown(graph: LotGraph, lot: int) -> bool:
    rows = graph.arrivals_by_lot[lot]
    empty_process = any(not graph.processes[code].ins for code in graph.made_by[lot])
    return bool(graph.unknown_kg[lot] > 0 or empty_process or (graph.arrivals.evidence[rows] == UNKNOWN).any())


def _rows(attribution: Attribution, lot: int, mix: Mix) -> pd.DataFrame:
    import pandas as pd

    graph = attribution.graph
    held = mix.high > _SLACK_KG
    plots = mix.plot[held]
    total = mix.total
    return pd.DataFrame(
        {
            "lot_code": graph.lots[lot],
            "stream": graph.lot_rows.get(graph.lots[lot], {}).get("stream", ""),
            "plot_code": graph.plot_codes[plots],
            "producer_code": graph.owners[plots],
            "kg_attributed": mix.kg[held],
            "share": mix.kg[held] / total if total > 0 else mix.kg[held],
            "kg_min": mix.low[held],
            "kg_max": mix.high[held],
            "evidence_class": np.array(EVIDENCE, dtype=object)[mix.evidence[held]],
            "harvest_from": attribution.dates_shown[np.where(mix.first[held] == NO_DATE, -1, mix.first[held])],
            "harvest_to": attribution.dates_shown[mix.last[held]],
            "kg_origin": mix.origin_kg[held],
            "form_origin": attribution.forms_of(mix.forms[held]),
        }
    )


def _tree(
    graph: LotGraph, code: str, kind: str, parts: list[tuple[int, float]]
) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    behind = graph.upstream(lot for lot, _ in parts)
    nodes, edges = [], []
    for lot in behind:
        rows = graph.arrivals_by_lot[lot]
        nodes.append(
            Node(
                graph.lots[lot],
                "lot",
                graph.lot_rows.get(graph.lots[lot], {}).get("form", ""),
                float(graph.total_kg[lot]),
                len(np.unique(graph.arrivals.delivery[rows])),
                len(np.setdiff1d(graph.arrivals.plot[rows], [len(graph.plots)])),
            )
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


def _near(code: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, sorted(known), n=3)
    return f"did you mean {', '.join(near)}?" if near else "the code stands on the Lots or Shipments sheet"


def _some(codes: Sequence[str], shown: int = 5) -> str:
    return ", ".join(codes[:shown]) + (f" and {len(codes) - shown} more" if len(codes) > shown else "")


def trace_forward(book: LotBook, code: str, *, kind: str = "") -> Forward:
    """Follow a plot, producer, delivery or lot to the lots and consignments that hold some of it.

    Parameters
    ----------
    book
        The lot book.
    code
        Code of a plot, producer, delivery or lot.
    kind
        Which of these is meant, where one code names several.

    Raises
    ------
    InputError
        When nothing is called so, or several things are.
    RefusedError
        When lots feed each other in a circle.
    """
    graph = LotGraph(book)
    kind = _kind(graph, code, kind)
    marks, quantity_kg = _marks(graph, code, kind)
    starts = [marks.lot] if kind == "lot" else np.unique(graph.arrivals.lot[marks.arrivals]).tolist()
    attribution = Attribution(graph, marks)
    reached = sorted(graph.downstream(lot for lot in starts if lot >= 0))
    attribution.of(reached)
    return Forward(code, kind, quantity_kg, _forward_rows(attribution, reached))


def _kind(graph: LotGraph, code: str, kind: str) -> str:
    known = {table: set(graph.book.table(table)["code"]) for table in ("plot", "producer", "delivery", "lot")}
    known["lot"] |= set(graph.lots)
    known["plot"] |= set(graph.plots)
    found = [name for name, codes in known.items() if code in codes and kind in {"", name}]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{code} names several things: a {' and a '.join(found)}", fix="say which kind is meant")
    every = sorted({one for codes in known.values() for one in codes if isinstance(one, str)})
    raise InputError(f"there is no {kind or 'plot, producer, delivery or lot'} called {code}", fix=_near(code, every))


def _marks(graph: LotGraph, code: str, kind: str) -> tuple[Marks, float]:
    arrivals, deliveries = graph.arrivals, graph.deliveries
    if kind == "lot":
        lot = graph.position[code]
        return Marks(np.zeros(len(arrivals.lot), dtype=bool), lot=lot), float(graph.total_kg[lot])
    if kind == "plot":
        chosen = arrivals.plot == graph.plots.index(code)
        return Marks(chosen, sure=False), float(arrivals.kg[chosen].sum())
    if kind == "delivery":
        whole = (deliveries["code"] == code).to_numpy(dtype=bool)
    else:
        own = {graph.plots[i] for i in graph.plots_of_producer.get(code, [])}
        # A plot's producer counts before the one named on the receipt only where the receipt names none.
        whole = np.array(
            [
                (producer == code) if producer else (plot in own)
                for producer, plot in zip(deliveries["producer_code"], deliveries["plot_code"], strict=True)
            ],
            dtype=bool,
        )
    chosen = whole[arrivals.delivery]
    return Marks(chosen), float(arrivals.kg[chosen].sum())


def _forward_rows(attribution: Attribution, reached: Sequence[int]) -> pd.DataFrame:
    import pandas as pd

    graph = attribution.graph
    table = graph.book.table("consignment")
    papers = {row.code: (row.buyer or "", row.ship_date or "") for row in table.itertuples()}
    lots = []
    shipped: dict[str, Floats] = {}
    for lot in reached:
        kg, low, high = _marked(attribution.mixes[lot])
        if high <= _SLACK_KG:
            continue
        total = float(graph.total_kg[lot])
        stock = max(0.0, total - float(graph.drawn_kg[lot]))
        code = graph.lots[lot]
        lots.append(("lot", code, graph.lot_rows.get(code, {}).get("form", ""), "", total, kg, low, high, stock))
    lines = graph.shipments
    for consignment, code, kg in zip(
        lines["consignment_code"], lines["lot_code"], kilograms(lines["quantity_kg"]), strict=True
    ):
        held = shipped.setdefault(consignment, np.zeros(4))
        held[0] += kg
        if graph.position.get(code, -1) in attribution.mixes:
            held[1:] += _marked(attribution.draw(graph.position[code], float(kg)))
    rows = []
    for consignment, (total, kg, low, high) in sorted(shipped.items()):
        if high > _SLACK_KG:
            buyer, shipped_on = papers.get(consignment, ("", ""))
            rows.append(("consignment", consignment, buyer, shipped_on, total, kg, low, high, 0.0))
    return pd.DataFrame(rows + sorted(lots, key=lambda row: row[1]), columns=list(FORWARD_COLUMNS))


def _marked(mix: Mix) -> tuple[float, float, float]:
    """Attributed, least and most kilograms of the marked goods in a mix."""
    rows = np.flatnonzero(mix.plot == 0)
    return tuple(float(values[rows].sum()) for values in (mix.kg, mix.low, mix.high))  # type: ignore[return-value]

"""Kilograms that nobody delivered, counted along the whole chain and held against what did come in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.scales import explained_kg, is_beyond
from eudr_geo.lots.attribution import Attribution, Marks
from eudr_geo.lots.balance import is_over_drawn, tolerance_kg
from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.shipments import shipped_kg
from eudr_geo.model.lot_book import LotBook


class Gain(NamedTuple):
    """A lot or consignment that holds more than scales explain."""

    subject: str  # lot, consignment
    code: str
    kg: float  # that nobody delivered, of what it holds
    most_kg: float  # of them that scales explain


def gains(book: LotBook, graph: LotGraph) -> Iterator[Gain]:
    """Yield lots that hold more than came in along their chain, each where it came to that, and consignments of such.

    A lot is named where it gained itself, or where lots that are each within their tolerance come together. Lots that
    only inherit it are not, nor what is drawn from a lot of which more is drawn than it holds. Nothing where lots feed
    each other in a circle: the rule of circles names them.

    Parameters
    ----------
    book
        The lot book: its consignments.
    graph
        Its graph.
    """
    # Where the goods came from does not matter here: one key for all of them, whatever the number of plots.
    attribution = Attribution(graph, Marks(np.zeros(len(graph.arrivals.lot), dtype=bool)))
    try:
        attribution.of(range(len(graph.lots)))
    except RefusedError:
        return
    gained = [attribution.mixes[lot].gained_kg for lot in range(len(graph.lots))]
    total = graph.total_kg.tolist()
    beyond = {lot for lot in range(len(graph.lots)) if is_beyond(total[lot], gained[lot])}
    over = set(np.flatnonzero(is_over_drawn(graph.held_kg, graph.drawn_kg + graph.lost_kg)).tolist())
    for lot in sorted(beyond):
        inherits = beyond.union(over).intersection(graph.parents(lot))
        if not inherits or graph.gained_kg[lot] > tolerance_kg(graph.inflow_kg[lot]):
            yield Gain("lot", graph.lots[lot], gained[lot], explained_kg(total[lot], gained[lot]))
    for code, lots in sorted(shipped_kg(book).items()):  # of a line that names neither another rule speaks
        its = [(graph.position[lot], kg) for lot, kg in lots.items()]
        if beyond.union(over).intersection(lot for lot, _ in its):
            continue
        drawn = [attribution.draw(lot, kg) for lot, kg in its]
        kg, more = sum(mix.total for mix in drawn), sum(mix.gained_kg for mix in drawn)
        if is_beyond(kg, more):
            yield Gain("consignment", code, more, explained_kg(kg, more))

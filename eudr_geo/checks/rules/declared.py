"""Declaration in excess: kilograms whose receipts do not name the plot."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.law import PRODUCERS_MAX_PER_STATEMENT
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.land import harvest_day
from eudr_geo.lots.origins import GROUP, PRODUCER
from eudr_geo.lots.silos import behind_silos
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import counted

_BASIS = "Regulation (EU) 2023/1115, Article 9(1)(d); Commission FAQ, declaration in excess"


@lot_rule(severity=WARNING, basis=_BASIS, ids=("L-10",))
def declared_in_excess(book: LotBook) -> Problems:
    """Plots are declared that may have given nothing: the receipt names no plot, or a silo was not empty.

    **Why it matters** The buyer answers for every plot that is declared. If one of them fails, all the goods fail,
    also when nothing came from it.

    **Example** R-0107 brings 82 kg of H-014 into day lot DL-25. H-014 has three plots: all three are declared.

    **How to correct it** Ask the producer which plot was picked, and write its code on the receipt. A producer with one
    plot needs no plot code. Empty a silo before the next lot, and note the day: what lay in it before is declared too.

    **Trap** Do not fill in a plot by guessing: the kilograms of a plot are held against its size.
    """
    return problems(chain(_several(book, PRODUCER, "declared-in-excess"), _poured_together(book)))


@lot_rule(severity=WARNING, basis=_BASIS, ids=("L-10",))
def group_level_excess(book: LotBook) -> Problems:
    """A receipt names only a collection group, so all plots of the group are declared.

    **Why it matters** The Commission asks for goods that are traced to the plot. Whether a group is enough is
    disputed, so the buyer must know and agree in writing.

    **Example** The collector of Buon Ea brings 1,240 kg for the group Ea Tul: 46 plots of 31 producers are declared.

    **How to correct it** Let the collector write one receipt a producer. If that cannot be done for this lot, ask the
    buyer for a written acceptance.

    **Trap** A group that changes its members during the season declares plots of people who delivered elsewhere.
    """
    return problems(_several(book, GROUP, "group-level-excess"))


def _several(book: LotBook, evidence: int, rule: str) -> Iterator[Fault]:
    """Lots with deliveries of a class of evidence that stand for more than one plot."""
    graph = graph_of(book)
    arrivals = graph.arrivals
    chosen = (arrivals.evidence == evidence) & (arrivals.low < arrivals.high)
    lots = by_code(book, "lot")
    for lot in np.unique(arrivals.lot[chosen]).tolist():
        if lot < 0:
            continue
        its = np.flatnonzero(chosen & (arrivals.lot == lot))
        deliveries, plots = (
            len(np.unique(arrivals.delivery[its])),
            len(np.unique(graph.plot_numbers[arrivals.plot[its]])),
        )
        kg = float(arrivals.kg[its].sum())
        why = counted(f"lot_findings:{rule}.why.receipts", deliveries, kg=kg, plots=plots)
        name = graph.lots[lot]
        yield Fault("lot", name, lots.get(name, {}), why)


def _poured_together(book: LotBook) -> Iterator[Fault]:
    """Lots that went through a silo with others: their plots are declared as well."""
    graph, lots = graph_of(book), by_code(book, "lot")
    for lot, layers in behind_silos(book, graph).items():
        own = set(graph.plots_behind(lot))
        others = {plot for layer in layers for plot in graph.plots_behind(layer.lot)} - own
        if others:
            silo = layers[0]
            key = f"lot_findings:declared-in-excess.why.silo-{'emptied' if silo.emptied else 'not-seen-empty'}"
            why = counted(key, len(others), silo=silo.silo, day=silo.since, kg=silo.kg)
            yield Fault("lot", graph.lots[lot], lots.get(graph.lots[lot], {}), why)


@lot_rule(severity=ERROR, basis=_BASIS, ids=("L-10",), at=("plot_code",))
def regional_declaration(book: LotBook) -> Problems:
    """Goods could only be declared with the plots of a whole region.

    **Why it matters** Lists of a region or a country are not accepted: they say nothing about where the goods grew.

    **Example** A receipt names neither plot nor producer, only the district. No producer belongs to a collection group
    of that name, so nobody knows whose plots to declare.

    **How to correct it** Find the receipts behind the delivery and enter them one by one. If they cannot be found, keep
    these goods apart: they cannot be sold as traced.

    **Trap** Entering every producer of the district as one group only hides the gap; a group of more producers than a
    statement may hold is refused as well.
    """
    return problems(regional_deliveries(book))


def regional_deliveries(book: LotBook) -> Iterator[Fault]:
    """Deliveries of which only a region is known, each with the reason."""
    graph = graph_of(book)
    known_plots = set(graph.plots)
    for row in rows(book, "delivery"):
        group: Any = row["collection_group"]
        if not group or row["producer_code"] or row["plot_code"] in known_plots:
            continue
        count = len(graph.land.members(group, harvest_day(row)))
        if not count:
            why = because("regional-declaration.why.region", group=group)
        elif count > PRODUCERS_MAX_PER_STATEMENT:
            why = because("regional-declaration.why.large-group", group=group, producers=count)
        else:
            continue
        yield Fault("delivery", row["code"], row, why)

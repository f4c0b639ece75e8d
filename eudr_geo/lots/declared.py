"""The declared set: every plot that can be in the goods, those that certainly are, and those declared in excess.

A plot is declared in excess when it may have given nothing: its producer, group or silo is known, the plot is not. The
operator answers for each declared plot all the same, and one that fails spoils the whole set. So the excess is counted,
named and explained. A list of a whole region is never made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.lots.silos import behind_silos
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import Trace

LEVELS = ("producer", "group", "silo")
"""Where an excess plot comes from, the most usual first."""
_SURE_KG = 1e-6  # below it a lower bound is rounding


@dataclass(frozen=True)
class Excess:
    """A plot that is declared and may have given nothing."""

    plot_code: str
    producer_code: str
    level: str
    why: str


@dataclass(frozen=True)
class DeclaredSet:
    """The plots to declare for a lot or consignment.

    Attributes
    ----------
    sure
        Codes of the plots that certainly gave something, sorted.
    excess
        The others, sorted by plot.
    kg_by_evidence
        Kilograms of each class of evidence.
    """

    sure: tuple[str, ...]
    excess: tuple[Excess, ...]
    kg_by_evidence: Mapping[str, float]

    @property
    def plots(self) -> tuple[str, ...]:
        """Codes of all declared plots, sorted."""
        return tuple(sorted({*self.sure, *(one.plot_code for one in self.excess)}))

    def counts(self) -> dict[str, int]:
        """Return how many plots are sure, and in excess at each level."""
        return {"sure": len(self.sure)} | {level: sum(one.level == level for one in self.excess) for level in LEVELS}

    def advice(self) -> list[str]:
        """Return what to do about the excess, in plain words; nothing where there is none."""
        told = []
        if any(one.level == "group" for one in self.excess):
            told.append("ask the buyer to accept the group-level declaration in writing, before the statement is made")
        if any(one.level == "silo" for one in self.excess):
            told.append("empty the silo before the next lot and note the day: what lay in it before must be declared")
        if len(self.excess) > len(self.sure):
            told.append("split the lot: more plots are declared in excess than certainly gave something")
        return told


def declared_set(book: LotBook, found: Trace) -> DeclaredSet:
    """Return the plots to declare for a traced lot or consignment.

    Parameters
    ----------
    book
        The lot book it was traced in.
    found
        Its trace.
    """
    graph = graph_of(book)
    rows = found.rows
    sure = set(rows.loc[(rows["kg_min"] > _SURE_KG) | (rows["evidence_class"] == "exact"), "plot_code"]) - {""}
    excess: dict[str, Excess] = {}
    for row in rows.itertuples():  # as many as plots behind one lot
        if row.plot_code and row.plot_code not in sure:
            what = "its producer delivered" if row.evidence_class == "producer" else "its collection group delivered"
            excess.setdefault(
                row.plot_code,
                Excess(row.plot_code, row.producer_code, row.evidence_class, f"{what}, the receipt names no plot"),
            )
    for plot, silo, since, emptied in _silo_plots(book, graph, found):
        if plot not in sure:
            counted = "was last empty on" if emptied else "was never seen empty; counted back to"
            owner = graph.owners[graph.plots.index(plot)]
            excess.setdefault(
                plot, Excess(plot, owner, "silo", f"lay in {silo}, which {counted} {since or 'its start'}")
            )
    by_class = rows.groupby("evidence_class")["kg_attributed"].sum()
    kg = {str(name): float(weight) for name, weight in sorted(by_class.items())}
    return DeclaredSet(tuple(sorted(sure)), tuple(excess[plot] for plot in sorted(excess)), kg)


def _silo_plots(book: LotBook, graph: LotGraph, found: Trace) -> list[tuple[str, str, str, bool]]:
    """Plots of other lots that went through a silo with one behind the trace: plot, silo, since when, seen empty."""
    behind = {graph.position[code] for code in found.lot_codes()}
    plots = []
    for lot, layers in behind_silos(book, graph).items():
        if lot in behind:
            for layer in layers:
                if layer.lot not in behind:
                    names = [graph.plots[i] for i in graph.plots_behind(layer.lot)]
                    plots += [(name, layer.silo, layer.since, layer.emptied) for name in names]
    return sorted(set(plots))

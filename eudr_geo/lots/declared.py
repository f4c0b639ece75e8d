"""The declared set: every plot that can be in the goods, those that certainly are, and those declared in excess.

A plot is declared in excess when it may have given nothing: its producer, group or silo is known, the plot is not. The
operator answers for each declared plot all the same, and one that fails spoils the whole set. So the excess is counted,
named and explained. A list of a whole region is never made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.lots.naming import some
from eudr_geo.lots.silos import Pouring
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import CLASSES, SILO, Trace
from eudr_geo.words.saying import say

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
        told: list[str] = []
        whose = sorted({one.producer_code for one in self.excess if one.level == "producer"} - {""})
        if whose:
            told.append(say("lots:excess.producer.do", producers=some(whose)))
        if any(one.level == "group" for one in self.excess):
            told.append(say("lots:excess.group.do"))
        if any(one.level == "silo" for one in self.excess):
            told.append(say("lots:excess.silo.do"))
        # Goods whose plots are known can be kept apart from the others; where there are none, no splitting helps.
        if len(self.excess) > len(self.sure) and self.kg_by_evidence.get("exact", 0.0) > _SURE_KG:
            told.append(say("lots:excess.split.do"))
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
    sure = set(
        rows.loc[(rows["kg_min"] > _SURE_KG) | (found.class_kg[:, CLASSES.index("exact")] > _SURE_KG), "plot_code"]
    ) - {""}
    silos = _silos(book, graph, found)
    excess: dict[str, Excess] = {}
    for row in rows.itertuples():  # as many as plots behind one lot
        if not row.plot_code or row.plot_code in sure:
            continue
        classes = row.evidence_class.split("; ")
        level = next((one for one in LEVELS if one in classes), "silo")
        if level == SILO:
            why = silos.get(row.plot_code) or say("lots:excess.silo")
        else:
            why = say(f"lots:excess.{'producer' if level == 'producer' else 'group'}")
        known = excess.get(row.plot_code)
        if known is None or LEVELS.index(level) < LEVELS.index(known.level):
            excess[row.plot_code] = Excess(row.plot_code, row.producer_code, level, why)
    named = {name for classes in rows["evidence_class"] for name in classes.split("; ")}
    kg = {name: weight for name, weight in sorted(found.kg_by_evidence().items()) if name in named}
    return DeclaredSet(tuple(sorted(sure)), tuple(excess[plot] for plot in sorted(excess)), kg)


def _silos(book: LotBook, graph: LotGraph, found: Trace) -> dict[str, str]:
    """For each plot that silos add to what is traced: the silo, and since when it was not empty."""
    pouring = Pouring(book, graph)
    behind = pouring.upstream(graph.position[code] for code in found.lot_codes())
    told: dict[str, str] = {}
    for lot in sorted(behind & set(pouring.layers)):
        for layer in pouring.layers[lot]:
            case = ("emptied" if layer.emptied else "not-seen-empty") if layer.since else "since-its-start"
            why = say(f"lots:excess.silo.{case}", silo=layer.silo, day=layer.since)
            for source in sorted(graph.upstream([layer.lot])):
                for plot in np.unique(graph.arrivals.plot[graph.arrivals_by_lot[source]]).tolist():
                    told.setdefault(graph.plot_codes[plot], why)
    return told

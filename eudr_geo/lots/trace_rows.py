"""Rows of traces: what each lot owes to each piece of land, as one table for all traces of a book."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.attribution import Attribution
from eudr_geo.lots.mixes import NO_DATE, Floats, Mix

if TYPE_CHECKING:
    import pandas as pd

SLACK_KG = 1e-6
"""Below it a weight is what floats leave over."""


class TraceRows:
    """Rows of several traces, gathered lot by lot; made into frames once, for a frame has its price.

    Parameters
    ----------
    attribution
        Where the mixes come from.
    """

    def __init__(self, attribution: Attribution) -> None:
        self._attribution = attribution
        self._lots: list[int] = []
        self._totals: list[float] = []
        self._parts: list[tuple[npt.NDArray[np.generic], ...]] = []
        self._traces = [0]  # how many parts each trace ends with

    def add(self, lot: int, mix: Mix) -> tuple[Floats, list[tuple[float, float]]]:
        """Add what a lot is made of.

        Returns
        -------
        tuple
            Kilograms by class of evidence, shape (rows, classes); kilograms of unknown origin and the most of them,
            none or one.
        """
        attribution = self._attribution
        held = np.flatnonzero(mix.high > SLACK_KG)
        held = held[np.argsort(attribution.graph.plot_rank[mix.plot[held]], kind="stable")]
        by_class = attribution.kg_by_class(mix)
        evidence = attribution.of_classes(mix, by_class)[held]
        columns = (mix.plot, mix.kg, mix.low, mix.high, mix.first, mix.last, mix.origin_kg, mix.forms)
        self._parts.append((*(column[held] for column in columns), evidence))
        self._lots.append(lot)
        self._totals.append(mix.total)
        unknown = held[mix.plot[held] == attribution.rest]
        return by_class[:, held].T, list(zip(mix.kg[unknown].tolist(), mix.high[unknown].tolist(), strict=True))

    def end(self) -> None:
        """End a trace: what is added now is of the next one."""
        self._traces.append(len(self._parts))

    def frames(self) -> list[pd.DataFrame]:
        """Return the rows of each trace that was ended, in their order."""
        import pandas as pd

        if not self._parts:
            return []
        attribution, graph = self._attribution, self._attribution.graph
        plots, kg, low, high, first, last, origin_kg, forms, evidence = map(
            np.concatenate, zip(*self._parts, strict=True)
        )
        counts = np.array([len(part[0]) for part in self._parts], dtype=np.int64)
        codes = [graph.lots[lot] for lot in self._lots]
        streams = [graph.lot_rows.get(code, {}).get("stream", "") for code in codes]
        lot_words, stream_words = (pd.Series(np.array(texts, dtype=object)).array for texts in (codes, streams))
        nth, words = np.repeat(np.arange(len(counts)), counts), attribution.words
        totals = np.array(self._totals)[nth]
        shared = np.divide(kg, totals, out=kg.copy(), where=totals > 0)
        table = pd.DataFrame(
            {
                "lot_code": lot_words.take(nth),
                "stream": stream_words.take(nth),
                "plot_code": words["plot"].take(plots),
                "plot_version": words["version"].take(plots),
                "producer_code": words["producer"].take(plots),
                "kg_attributed": kg,
                "share": shared,
                "kg_min": low,
                "kg_max": high,
                "evidence_class": words["evidence"].take(evidence),
                "harvest_from": words["date"].take(np.where(first == NO_DATE, -1, first)),
                "harvest_to": words["date"].take(last),
                "kg_origin": origin_kg,
                "form_origin": attribution.forms_of(forms),
                "upstream_reference": words["reference"].take(plots),
            }
        )
        ends = np.concatenate([[0], np.cumsum(counts)])[self._traces].tolist()
        found = []
        for start, end in pairwise(ends):  # a slice a trace
            part = table.iloc[start:end]
            part.index = pd.RangeIndex(end - start)
            found.append(part)
        return found

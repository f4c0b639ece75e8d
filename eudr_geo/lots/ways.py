"""The ways that goods took: where parts of one lot meet again, no plot can be there with more than it gave.

Bounds are drawn lot by lot, and each draw is believed to be able to take all beans of a plot. Two parts of one lot
cannot both have: where they meet again, the sum of what each may hold is held against what the plot delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eudr_geo.lots.graph import LotGraph
from eudr_geo.lots.mixes import Mix

_Fork = tuple[str, object]  # a lot that was drawn from more than once, or a process that gave several lots


@dataclass(frozen=True)
class Source:
    """A lot that fed another one through a process."""

    process: str
    lot: int
    ratio: float  # kg in the later lot for each kg drawn, at most


@dataclass(frozen=True)
class _Step:
    outside: Sequence[Mix]  # what came in from outside, in kg of the lot
    sources: Sequence[Source]
    forks: frozenset[_Fork]  # behind the lot
    place: int  # in the order of the flow


class Ways:
    """Sources of lots, in the order of the flow.

    Parameters
    ----------
    graph
        The lots.
    rest
        The key of goods of unknown origin, which no delivery bounds.
    """

    def __init__(self, graph: LotGraph, rest: int) -> None:
        self.graph, self.rest = graph, rest
        self.steps: dict[int, _Step] = {}

    def bounded(self, lot: int, mix: Mix, outside: Sequence[Mix], sources: Sequence[Source]) -> Mix:
        """Remember where a lot came from, and return its mix with bounds that hold over all ways together.

        Parameters
        ----------
        lot
            Its position; its sources were given before.
        mix
            Its goods.
        outside
            What came into it from outside, in its own kilograms.
        sources
            The lots that fed it.
        """
        forks, meets = self._forks(sources)
        self.steps[lot] = _Step(outside, sources, forks, len(self.steps))
        if not meets:
            return mix
        most = self._most(lot, mix)
        most[mix.plot == self.rest] = np.inf
        high = np.maximum(np.minimum(mix.high, most), mix.kg)
        # What is not of any other plot is of this one.
        low = np.clip(mix.total - (high.sum() - high), mix.low, mix.kg)
        return replace(mix, low=low, high=high)

    def _forks(self, sources: Sequence[Source]) -> tuple[frozenset[_Fork], bool]:
        """Forks behind a lot, and whether two ways from one of them meet in it."""
        seen: frozenset[_Fork] = frozenset()
        meets = False
        for process in dict.fromkeys(source.process for source in sources):
            outs = self.graph.processes[process].outs
            its: set[_Fork] = {("process", process)} if len({out for out, _ in outs}) > 1 else set()
            for lot in dict.fromkeys(source.lot for source in sources if source.process == process):
                fork: frozenset[_Fork] = frozenset({("lot", lot)}) if len(self.graph.feeds[lot]) > 1 else frozenset()
                behind = self.steps[lot].forks | fork
                meets = meets or bool(its & behind)
                its |= behind
            drawn_twice = len([one for one in sources if one.process == process]) > len(
                {one.lot for one in sources if one.process == process}
            )
            meets = meets or drawn_twice or bool(its & seen)
            seen = seen | its
        return seen, meets

    def _most(self, lot: int, mix: Mix) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Most kilograms of each plot of a mix that came into a lot: all that was delivered behind it, by its ways."""
        most = np.zeros(len(mix.plot))
        ratios, waiting = {lot: 1.0}, {lot}
        while waiting:
            node = max(waiting, key=lambda one: self.steps[one].place)  # all that it fed has been seen
            waiting.remove(node)
            step = self.steps[node]
            for part in step.outside:
                # A part may hold plots of which nothing is left in the mix.
                place = np.searchsorted(mix.plot, part.plot)
                known = (place < len(mix.plot)) & (mix.plot[np.minimum(place, len(mix.plot) - 1)] == part.plot)
                most[place[known]] += part.high[known] * ratios[node]
            for source in step.sources:
                ratios[source.lot] = max(ratios.get(source.lot, 0.0), ratios[node] * source.ratio)
                waiting.add(source.lot)
        return most

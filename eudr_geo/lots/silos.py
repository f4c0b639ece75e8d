"""Silos: goods poured together again and again, so that what comes out may be of anything since it was last empty."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.balance import kilograms
from eudr_geo.lots.graph import LotGraph
from eudr_geo.model.lot_book import LotBook

_Stay = tuple[str, str, str, float]  # first and last day, lot code, kg
_State = tuple[int, str]  # a lot, and the silo by which it was reached, "" for a process
_Step = Callable[[int], list[int]]

SILO_KINDS = ("silo", "tank")
"""Kinds of a location that is filled and drawn from all the time; another loose place is emptied between two lots."""
FIFO_CAPACITIES = 2.0
"""A silo that nobody saw empty holds, first in first out, at most what its capacity took in twice (good practice)."""


@dataclass(frozen=True)
class Layer:
    """Goods that lay in a silo before others were drawn from it."""

    lot: int  # position in the graph
    silo: str  # location code
    since: str  # ISO 8601: the day the silo was last empty, or the first day of its oldest layer that counts
    kg: float  # that came in since then, all layers together
    others_kg: float  # of it, what was of other lots
    emptied: bool  # somebody saw it empty; otherwise twice its capacity is counted back


def behind_silos(book: LotBook, graph: LotGraph) -> dict[int, list[Layer]]:
    """Return the lots whose goods may be in a lot because both went through one silo.

    All layers since the silo was last empty count; where that is not recorded, the latest ones that make up twice its
    capacity; where that is not recorded either, all.

    Parameters
    ----------
    book
        The lot book: locations and stays.
    graph
        Its graph.

    Returns
    -------
    dict
        Position of a lot → layers of other lots, oldest first; lots that went through no silo are left out.
    """
    table = book.table("location")
    columns = (table[name] for name in ("code", "kind", "storage_mode", "last_emptied"))
    silos = {
        code: (emptied or "", float(capacity))
        for code, kind, mode, emptied, capacity in zip(*columns, kilograms(table["capacity_kg"]), strict=True)
        if code and kind in SILO_KINDS and mode != "exclusive"
    }
    stays = book.table("storage_stay")
    columns = (stays[name] for name in ("lot_code", "location_code", "from_date", "to_date"))
    kept: dict[str, list[_Stay]] = {}
    for lot, where, start, end, kg in zip(*columns, kilograms(stays["quantity_kg"]), strict=True):  # a stay a row
        if where in silos and lot in graph.position:
            position = graph.position[lot]
            stay = (
                start or "",
                end or "",
                lot,
                float(kg or graph.total_kg[position]),
            )  # by name
            kept.setdefault(where, []).append(stay)
    found: dict[int, list[Layer]] = {}
    for silo, its in sorted(kept.items()):
        for _, end, code, _ in sorted(its):
            layers = _layers([stay for stay in its if not end or stay[0] <= end], *silos[silo])
            if not layers:
                continue
            since, kg = layers[0][0], math.fsum(stay[3] for stay in layers)
            emptied = silos[silo][0]
            is_seen = bool(emptied) and (not end or emptied <= end)
            theirs = [stay for stay in layers if stay[2] != code]
            others_kg = math.fsum(stay[3] for stay in theirs)
            found.setdefault(graph.position[code], []).extend(
                Layer(other, silo, emptied if is_seen else since, kg, others_kg, is_seen)
                for other in dict.fromkeys(graph.position[stay[2]] for stay in theirs)
            )
    return {lot: sorted(layers, key=_age) for lot, layers in found.items() if layers}


class Pouring:
    """What silos add to a graph of lots: where goods may have come from although no process says so.

    Parameters
    ----------
    book
        The lot book.
    graph
        Its graph.
    """

    def __init__(self, book: LotBook, graph: LotGraph) -> None:
        self.graph = graph
        self.layers: Mapping[int, Sequence[Layer]] = behind_silos(book, graph)

    def sources(self, lot: int) -> npt.NDArray[np.int64]:
        """Lots whose goods silos may have poured into a lot, with everything behind them, sorted; shape (k,)."""
        found = self._reach(((layer.lot, layer.silo) for layer in self.layers.get(lot, ())), *self._back)
        return np.array(sorted(found - {lot}), dtype=np.int64)

    def poured_kg(self, lot: int) -> float:
        """What came into the silos of a lot beside it, kg: at most so much of it may have been exchanged."""
        return math.fsum({layer.silo: layer.others_kg for layer in self.layers.get(lot, ())}.values())

    @property
    def _back(self) -> tuple[_Step, Mapping[int, list[_State]]]:
        pours = {lot: [(layer.lot, layer.silo) for layer in layers] for lot, layers in self.layers.items()}
        return self.graph.parents, pours

    def upstream(self, lots: Iterable[int]) -> set[int]:
        """The lots, everything that fed them, and everything that silos may have poured into them."""
        return self._reach(((lot, "") for lot in lots), *self._back)

    def downstream(self, lots: Iterable[int]) -> set[int]:
        """The lots, everything they went into, and everything that silos may have poured them into."""
        after: dict[int, list[_State]] = {}
        for lot, layers in self.layers.items():
            for layer in layers:
                after.setdefault(layer.lot, []).append((lot, layer.silo))
        return self._reach(((lot, "") for lot in lots), self.graph.children, after)

    @staticmethod
    def _reach(starts: Iterable[_State], step: _Step, pours: Mapping[int, list[_State]]) -> set[int]:
        """Follow processes and silos; never one silo twice in a row, because its layers count back far enough."""
        seen = set(starts)
        waiting = list(seen)
        while waiting:
            lot, last = waiting.pop()
            for state in [*((one, "") for one in step(lot)), *pours.get(lot, ())]:
                if state not in seen and not (state[1] and state[1] == last):
                    seen.add(state)
                    waiting.append(state)
        return {lot for lot, _ in seen}


def _age(layer: Layer) -> tuple[str, str, float]:
    return layer.since, layer.silo, -layer.kg


def _layers(stays: list[_Stay], emptied: str, capacity_kg: float) -> list[_Stay]:
    """The stays that count, oldest first: what left before the silo was empty is gone."""
    ordered = sorted(stays)
    latest = ordered[-1][0] if ordered else ""
    if emptied and emptied <= latest:
        return [stay for stay in ordered if stay[0] >= emptied or not stay[1] or stay[1] > emptied]
    if not capacity_kg:
        return ordered
    counted: list[_Stay] = []
    kg = 0.0
    for stay in reversed(ordered):
        if kg >= FIFO_CAPACITIES * capacity_kg:
            break
        counted.insert(0, stay)
        kg += stay[3]
    return counted

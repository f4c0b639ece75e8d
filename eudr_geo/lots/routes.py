"""The way of a lot over land: from its plots past stations, mills and stores to the port, as far as it is known.

Nothing is drawn that nobody stated: a step whose place or position is not known is counted, and the line past it says
that something lies between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.model.lot_book import LotBook

_End = tuple[bool, str, bool]  # is a plot; its code or that of a place; a step without a position lies behind it


@dataclass(frozen=True)
class Leg:
    """Goods went from a plot or place to a place.

    Attributes
    ----------
    is_from_plot
        Whether ``before`` is a plot; else it is a place.
    before, after
        Codes.
    has_gap
        A step lies between whose place or position nobody stated.
    """

    is_from_plot: bool
    before: str
    after: str
    has_gap: bool


@dataclass
class Route:
    """The way of one lot.

    Attributes
    ----------
    legs
        Sorted; each once.
    steps
        Processes, stays in store and handovers that the lot and the lots behind it went through.
    unplaced
        Those of them whose place or position is not known.
    """

    legs: list[Leg] = field(default_factory=list)
    steps: int = 0
    unplaced: int = 0


def positions_of(book: LotBook) -> dict[str, tuple[float, float]]:
    """Return the position of each place that has one, lon, lat; a bay without one is where its store is.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> import shapely
    >>> store = {"code": "K", "geometry": shapely.Point(108.0, 12.5)}
    >>> positions_of(book_of({"location": [store, {"code": "K-1", "parent_code": "K"}, {"code": "L"}]}))
    {'K': (108.0, 12.5), 'K-1': (108.0, 12.5)}
    """
    table = book.table("location")
    own = {code: point for code, one in zip(table["code"], table["geometry"], strict=True) if (point := _lon_lat(one))}
    parents = dict(zip(table["code"], table["parent_code"], strict=True))
    found = {}
    for code in table["code"]:
        seen: set[str] = set()
        at = code
        while at and at not in own and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at in own:
            found[str(code)] = own[at]
    return found


def _lon_lat(point: Any) -> tuple[float, float] | None:
    """A position that can be one: 0, 0 is where a device had no fix."""
    if point is None or point.is_empty:
        return None
    lon, lat = float(point.x), float(point.y)
    is_one = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    return (lon, lat) if is_one and (lon, lat) != (0.0, 0.0) else None


def routes(book: LotBook, codes: Iterable[str]) -> dict[str, Route]:
    """Return the way of each lot; of lots that go round in a circle no way is known.

    Parameters
    ----------
    book
        The lot book.
    codes
        Lots.
    """
    walk = _Walk(book)
    return {code: walk.route(code) for code in codes}


class _Walk:
    """What is asked of a book to follow lots over land."""

    def __init__(self, book: LotBook) -> None:
        self.graph: LotGraph = graph_of(book)
        self.known = positions_of(book)
        processes, lots = book.table("process"), book.table("lot")
        self.milled_at: Mapping[str, Any] = dict(zip(processes["code"], processes["location_code"], strict=True))
        self.kept_at: Mapping[str, Any] = dict(zip(lots["code"], lots["location_code"], strict=True))
        self.plots: dict[str, dict[str, None]] = {}
        deliveries = book.table("delivery")
        for lot, plot in zip(deliveries["lot_code"], deliveries["plot_code"], strict=True):
            if lot and plot:
                self.plots.setdefault(lot, {})[plot] = None
        self.moves = _moves(book)

    def route(self, code: str) -> Route:
        """Return the way of one lot."""
        found, legs = Route(), set[Leg]()
        behind = self._behind(code)
        try:
            order = list(TopologicalSorter(behind).static_order())
        except CycleError:
            return found
        ends: dict[str, set[_End]] = {}
        done: dict[str, set[_End]] = {}  # process → where its goods are
        for lot in order:
            here: set[_End] = {(True, plot, False) for plot in self.plots.get(lot, ())}
            for process in dict.fromkeys(self.graph.made_by[self.graph.position[lot]]):
                if process not in done:
                    parents = [self.graph.lots[one] for one, _ in self.graph.processes[process].ins]
                    came = {end for parent in parents for end in ends.get(parent, ())}
                    done[process] = self._step(found, legs, came, self.milled_at.get(process))
                here |= done[process]
            for place in self._kept(lot):
                here = self._step(found, legs, here, place)
            ends[lot] = here
        found.legs = sorted(legs, key=lambda leg: (not leg.is_from_plot, leg.before, leg.after, leg.has_gap))
        return found

    def _behind(self, code: str) -> dict[str, list[str]]:
        """Each lot behind a lot, itself included → the lots that were drawn for it."""
        found: dict[str, list[str]] = {}
        left = [code] if code in self.graph.position else []
        while left:
            lot = left.pop()
            if lot in found:
                continue
            made = self.graph.made_by[self.graph.position[lot]]
            found[lot] = [self.graph.lots[one] for process in made for one, _ in self.graph.processes[process].ins]
            left += found[lot]
        return found

    def _kept(self, lot: str) -> Sequence[Any]:
        """Places of a lot in the order of the days; the store on its own row counts where no stay and handover does."""
        return self.moves.get(lot) or ([self.kept_at[lot]] if self.kept_at.get(lot) else [])

    def _step(self, route: Route, legs: set[Leg], came: set[_End], place: Any) -> set[_End]:
        route.steps += 1
        if place not in self.known:
            route.unplaced += 1
            return {(is_plot, code, True) for is_plot, code, _ in came}
        legs |= {Leg(is_plot, code, place, gap) for is_plot, code, gap in came if is_plot or code != place}
        return {(False, place, False)}


def _moves(book: LotBook) -> dict[str, list[Any]]:
    """Lot → places of its stays and handovers in the order of the days; two days of one place at once are one."""
    stays, given = book.table("storage_stay"), book.table("handover")
    rows = [
        (lot, day or "", 0, place)
        for lot, day, place in zip(stays["lot_code"], stays["from_date"], stays["location_code"], strict=True)
    ]
    received = zip(given["lot_code"], given["date_received"], given["date_sent"], given["location_code"], strict=True)
    rows += [(lot, came or sent or "", 1, place) for lot, came, sent, place in received]
    found: dict[str, list[Any]] = {}
    for lot, _, _, place in sorted(rows, key=lambda row: (*(str(part or "") for part in row[:2]), row[2], str(row[3]))):
        found.setdefault(lot, []).append(place)
    return found

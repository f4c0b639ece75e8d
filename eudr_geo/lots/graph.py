"""The graph of lots: who fed whom, with how many kilograms. Tracing walks it, the lot rules judge it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.balance import DRAWN, IN, LOST, Flow, held_kg, kilograms, moved_kg
from eudr_geo.lots.flows import Arrivals, ProcessFlow, is_waste
from eudr_geo.lots.land import HARVEST_DAYS, Land
from eudr_geo.lots.origins import UNKNOWN, Choices, Units, choices_of
from eudr_geo.lots.referenced import Referenced
from eudr_geo.lots.spreading import parts_by_area
from eudr_geo.model.lot_book import LotBook

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHIPPED = (Flow("consignment_line", less="returned_kg"),)
"""What left and did not come back."""

UNEXPLAINED_SHARE = 0.05
"""A lot that weighs more than this above what came in holds kilograms of unknown origin (lot rule inflow-mismatch)."""


class LotGraph:
    """Lots as nodes, processes as edges, deliveries as sources, consignments as sinks.

    Parameters
    ----------
    book
        The lot book. References to lots without a row are nodes too, so that a faulty book can still be judged.

    Attributes
    ----------
    lots
        Lot codes, in the order of the lot table, then those only referred to.
    stated_kg, inflow_kg, held_kg, lost_kg, total_kg, drawn_kg, unknown_kg
        Per lot, shape (n,), kg: net weight as stated (NaN if not); what deliveries and processes brought; the weight
        that the lot had (stated, else inflow, else what went out); what it lost in store; the weight the trace uses,
        had less lost; what processes and consignments took; the part of what it had that nothing explains
        (opening stock, lots without inflow, weight far above the inflow).
    gained_kg
        Per lot, shape (n,), kg: what it had above what came in, where that is not ``unknown_kg`` already.
    referenced
        What lots and deliveries state to have been bought with a supplier's statement.
    """

    def __init__(self, book: LotBook) -> None:
        self.book = book
        lots, lines = book.table("lot"), book.table("process_line")
        self.deliveries = book.table("delivery")
        self.shipments = book.table("consignment_line")
        referred = (self.deliveries["lot_code"], lines["lot_code"], self.shipments["lot_code"])
        # dict.fromkeys keeps the order and drops repeats.
        codes = dict.fromkeys([*lots["code"], *(code for column in referred for code in column)])
        self.lots: list[str] = [code for code in codes if isinstance(code, str) and code]
        self.position = {code: i for i, code in enumerate(self.lots)}
        n = len(self.lots)
        self.stated_kg = np.full(n, np.nan)
        opening = np.zeros(n, dtype=bool)
        own = np.array([self.position.get(code, -1) for code in lots["code"]], dtype=np.int64)
        known = own >= 0
        self.stated_kg[own[known]] = kilograms(lots["quantity_kg"], missing=np.nan)[known]
        opening[own[known]] = [value is True or value == 1 for value in lots["opening_stock"][known]]
        self.opening = opening

        self.processes: dict[str, ProcessFlow] = {}
        self.made_by: list[list[str]] = [[] for _ in range(n)]
        self.feeds: list[list[str]] = [[] for _ in range(n)]
        self._read_lines(lines)
        self._delivery_lot = self._positions(self.deliveries["lot_code"])
        self._delivery_kg = kilograms(self.deliveries["quantity_kg"])
        self.inflow_kg = moved_kg(book, IN, self.lots)
        self.shipped_kg = moved_kg(book, SHIPPED, self.lots)
        wasted = self._wasted()
        self.drawn_kg = np.maximum(moved_kg(book, DRAWN, self.lots) - wasted, 0.0)
        self.lost_kg = moved_kg(book, LOST, self.lots) + wasted
        held = held_kg(self.stated_kg, self.inflow_kg)
        self.held_kg = np.where(held > 0, held, self.drawn_kg + self.lost_kg)
        self.total_kg = np.maximum(self.held_kg - self.lost_kg, 0.0)
        over = self.held_kg - self.inflow_kg
        unexplained = (over > UNEXPLAINED_SHARE * self.held_kg) | (opening & (over > 0))
        # What a lot states to have been bought with a statement is not of unknown origin.
        self.referenced = Referenced(lots, self.position, np.where(unexplained, over, 0.0))
        self.unknown_kg = np.where(unexplained, over, 0.0) - self.referenced.stock_kg
        self.gained_kg = np.where(unexplained, 0.0, np.maximum(over, 0.0))

    def _positions(self, column: pd.Series) -> Ints:
        return np.array([self.position.get(code, -1) for code in column], dtype=np.int64)

    def _read_lines(self, lines: pd.DataFrame) -> None:
        rows = zip(
            lines["process_code"], lines["direction"], lines["lot_code"], kilograms(lines["quantity_kg"]), strict=True
        )
        for code, direction, lot_code, kg in rows:  # a line a row: the graph is made of Python lists
            flow = self.processes.setdefault(code, ProcessFlow(code))
            lot = self.position.get(lot_code, -1)
            if direction == "loss":
                flow.loss_kg += float(kg)
            elif lot < 0:
                continue
            elif direction == "in":
                flow.ins.append((lot, float(kg)))
                self.feeds[lot].append(code)
            else:
                flow.outs.append((lot, float(kg)))
                self.made_by[lot].append(code)
                if direction == "byproduct":
                    flow.byproducts.add(lot)

    def _wasted(self) -> Floats:
        """What processes that give nothing but a loss took from each lot, shape (n,), kg: it is lost, not drawn."""
        kg = np.zeros(len(self.lots))
        for flow in self.processes.values():  # a few hundred processes, each a handful of lines
            if is_waste(flow):
                np.add.at(kg, [lot for lot, _ in flow.ins], [its for _, its in flow.ins])
        return kg

    @cached_property
    def plots(self) -> list[str]:
        """Plot codes: of the plot table, then those that only deliveries name."""
        named = dict.fromkeys([*self.book.table("plot")["code"], *self.deliveries["plot_code"]])
        return [code for code in named if isinstance(code, str) and code]

    @cached_property
    def land(self) -> Land:
        """Plots, their versions and their holders, each of its day."""
        return Land(self.book)

    @cached_property
    def harvest_days(self) -> list[str]:
        """Day of each delivery whose land counts."""
        ended, began, delivered = (self.deliveries[name] for name in HARVEST_DAYS)
        return [one or two or three or "" for one, two, three in zip(ended, began, delivered, strict=True)]

    @cached_property
    def _choices(self) -> Choices:
        bought = self.referenced.receipts(self.deliveries, self._delivery_lot, self._delivery_kg)
        return choices_of(
            self.book, self.land, set(self.plots), self.harvest_days, bought, self.referenced.of_stock.values()
        )

    @property
    def units(self) -> Units:
        """What gave anything, m in all, sorted: suppliers' statements, then versions of plots in somebody's hands."""
        return self._choices.units

    @cached_property
    def references(self) -> npt.NDArray[np.object_]:
        """Supplier's statement of each of :attr:`units`, "" for land and for unknown origin, shape (m + 1,)."""
        return np.array([*self.units.references, ""], dtype=object)

    @cached_property
    def unit_of_reference(self) -> dict[str, int]:
        """Place of each supplier's statement among :attr:`units`."""
        return {one: place for place, one in enumerate(self.units.references) if one}

    @cached_property
    def owners(self) -> npt.NDArray[np.object_]:
        """Producer code of each of :attr:`units`, "" where nobody says; shape (m + 1,), the last for unknown origin."""
        return np.array([*self.units.producers, ""], dtype=object)

    @cached_property
    def plot_codes(self) -> npt.NDArray[np.object_]:
        """Plot code of each of :attr:`units`, "" at the end for unknown origin, shape (m + 1,)."""
        return np.array([*self.units.plots, ""], dtype=object)

    @cached_property
    def plot_versions(self) -> npt.NDArray[np.object_]:
        """Version of each of :attr:`units`, "" where the book has none and for unknown origin, shape (m + 1,)."""
        return np.array([*("" if one is None else one for one in self.units.versions), ""], dtype=object)

    @cached_property
    def plot_numbers(self) -> Ints:
        """A number for the plot of each of :attr:`units`: equal where the plot is, shape (m + 1,)."""
        numbers: Ints = np.unique(self.plot_codes.astype(str), return_inverse=True)[1]
        return numbers

    @cached_property
    def areas_ha(self) -> Floats:
        """Area of each of :attr:`units`, ha; NaN where nobody knows it and for unknown origin, shape (m + 1,)."""
        table = self.book.versions()
        pieces = zip(table["plot_code"], table["version"], strict=True)
        known = dict(zip(pieces, kilograms(table["area_ha"], missing=np.nan).tolist(), strict=True))
        own = zip(self.units.plots, self.units.versions, strict=True)
        areas = [known.get(piece, np.nan) for piece in own] if known else [np.nan] * len(self.units.plots)
        return np.array([*areas, np.nan], dtype=np.float64)

    @cached_property
    def plot_rank(self) -> Ints:
        """Place of each of :attr:`units` in tables, that of unknown origin first, shape (m + 1,)."""
        return np.array([*range(1, len(self.units.plots) + 1), 0], dtype=np.int64)

    @cached_property
    def lot_rows(self) -> dict[str, dict[str, Any]]:
        """Form, stream and species of each lot of the lot table."""
        table = self.book.table("lot")
        names = ("form", "stream", "species")
        stated = (table[name] for name in ("form", "stream_code", "species"))
        return {
            code: dict(zip(names, map(_text, its), strict=True))
            for code, *its in zip(table["code"], *stated, strict=True)
        }

    @cached_property
    def line_volumes(self) -> dict[str, dict[tuple[str, int], float]]:
        """Volume of each line of each process that states one, m³: process → (``in`` or ``out``, lot) → volume."""
        table = self.book.table("process_line")
        found: dict[str, dict[tuple[str, int], float]] = {}
        names = ("process_code", "direction", "lot_code", "volume_m3")
        for code, direction, lot, volume in zip(*(table[name] for name in names), strict=True):
            if lot in self.position and volume is not None and volume > 0:
                side = "in" if direction == "in" else "out"
                found.setdefault(code, {})[side, self.position[lot]] = float(volume)
        return found

    @cached_property
    def process_types(self) -> dict[str, str]:
        """Type of each process."""
        table = self.book.table("process")
        return {code: kind or "" for code, kind in zip(table["code"], table["type"], strict=True)}

    @cached_property
    def process_dates(self) -> dict[str, str]:
        """Day on which each process ended, else began."""
        table = self.book.table("process")
        days = zip(table["code"], table["date_start"], table["date_end"], strict=True)
        return {code: end or start or "" for code, start, end in days}

    @cached_property
    def process_moistures(self) -> dict[str, tuple[float | None, float | None]]:
        """Moisture of what went into each process and of what came out, percent; None where nobody measured."""
        table = self.book.table("process")

        def known(value: Any) -> float | None:
            return float(value) if value is not None and 0 < float(value) < 100 else None

        columns = (table[name] for name in ("code", "moisture_in_percent", "moisture_out_percent"))
        return {code: (known(before), known(after)) for code, before, after in zip(*columns, strict=True)}

    @cached_property
    def lot_moistures(self) -> dict[int, float]:
        """Moisture of each lot that was measured, percent."""
        table = self.book.table("lot")
        pairs = zip(table["code"], table["moisture_percent"], strict=True)
        return {self.position[code]: float(value) for code, value in pairs if value and 0 < float(value) < 100}

    @cached_property
    def micro_streams(self) -> set[str]:
        """Codes of the streams that are micro-lots."""
        table = self.book.table("stream")
        return {code for code, kind in zip(table["code"], table["type"], strict=True) if kind == "micro"}

    @cached_property
    def arrivals(self) -> Arrivals:
        """Deliveries with their possible plots: the one named, else each of the producer's, else each of the group's.

        Each is the land of the day (decision 0105). Where several are possible, each counts by its area, none of them
        surely.
        """
        choices = self._choices
        rows, plot = choices.deliveries, choices.places
        counts = np.bincount(rows, minlength=len(self._delivery_kg))
        kg = self._delivery_kg[rows]
        alone = counts[rows] == 1
        return Arrivals(
            delivery=rows,
            lot=self._delivery_lot[rows],
            plot=plot,
            kg=kg * parts_by_area(rows, self.areas_ha[plot]),
            low=np.where(alone, kg, 0.0),
            high=kg,
            evidence=choices.evidence[rows],
        )

    @cached_property
    def arrivals_by_lot(self) -> list[Ints]:
        """Rows of :attr:`arrivals` of each lot."""
        order = np.argsort(self.arrivals.lot, kind="stable")
        bounds = np.searchsorted(self.arrivals.lot[order], np.arange(len(self.lots) + 1))
        return [order[start:end] for start, end in pairwise(bounds)]

    @cached_property
    def receipts_of(self) -> tuple[Ints, Ints]:
        """How many deliveries came into each lot, and of how many known plots; both of shape (n,)."""
        arrivals, wide = self.arrivals, len(self.units.plots) + 1
        lots = self._delivery_lot[self._delivery_lot >= 0]
        known = (arrivals.lot >= 0) & (self.plot_codes[arrivals.plot] != "")
        pairs = np.unique(arrivals.lot[known] * wide + self.plot_numbers[arrivals.plot[known]])
        return tuple(np.bincount(its, minlength=len(self.lots)) for its in (lots, pairs // wide))  # type: ignore[return-value]

    def brings_unknown(self, lot: int) -> bool:
        """Tell whether goods of unknown origin come into a lot from outside."""
        rows = self.arrivals_by_lot[lot]
        empty = any(not self.processes[code].ins for code in self.made_by[lot])
        return bool(self.unknown_kg[lot] > 0 or empty or (self.arrivals.evidence[rows] == UNKNOWN).any())

    def has_unknown(self, process: str) -> bool:
        """Tell whether goods of unknown origin went into a process, straight or from far behind."""
        return any(self.brings_unknown(lot) for lot in self.upstream(lot for lot, _ in self.processes[process].ins))

    def parents(self, lot: int) -> list[int]:
        """Lots that went into the processes that made this one."""
        return [parent for code in self.made_by[lot] for parent, _ in self.processes[code].ins]

    def children(self, lot: int) -> list[int]:
        """Lots that came out of the processes this one went into."""
        return [child for code in self.feeds[lot] for child, _ in self.processes[code].outs]

    def upstream(self, lots: Iterable[int]) -> set[int]:
        """The lots and everything that fed them."""
        return self._reach(lots, self.parents)

    def downstream(self, lots: Iterable[int]) -> set[int]:
        """The lots and everything they went into."""
        return self._reach(lots, self.children)

    def plots_behind(self, lot: int) -> list[str]:
        """Codes of the plots that can have given anything to a lot, sorted."""
        found = [self.arrivals.plot[self.arrivals_by_lot[one]] for one in self.upstream([lot])]
        return sorted(set(self.plot_codes[np.unique(np.concatenate(found))].tolist()) - {""})

    @staticmethod
    def _reach(lots: Iterable[int], step: Any) -> set[int]:
        seen = set(lots)
        waiting = list(seen)
        while waiting:
            for lot in step(waiting.pop()):
                if lot not in seen:
                    seen.add(lot)
                    waiting.append(lot)
        return seen

    def order(self, lots: Iterable[int]) -> list[int]:
        """Return the lots so that each comes after those that fed it.

        Raises
        ------
        graphlib.CycleError
            When a lot feeds itself; ``args[1]`` holds the positions along the circle.
        """
        chosen = set(lots)
        return list(
            TopologicalSorter(
                {lot: [parent for parent in self.parents(lot) if parent in chosen] for lot in sorted(chosen)}
            ).static_order()
        )

    def cycles(self) -> list[list[str]]:
        """Circles of lots, each as its codes in the order of the flow, starting with the smallest; none twice."""
        remaining = set(range(len(self.lots)))
        found: list[list[str]] = []
        while True:
            try:
                self.order(remaining)
            except CycleError as error:
                circle: list[int] = error.args[1][:-1]
                start = min(range(len(circle)), key=lambda i: self.lots[circle[i]])
                found.append([self.lots[i] for i in circle[start:] + circle[:start]])
                remaining -= set(circle)
            else:
                return sorted(found)


def _text(value: Any) -> str:
    return value or ""


_LATEST: list[tuple[LotBook, LotGraph]] = []


def graph_of(book: LotBook) -> LotGraph:
    """Return the graph of a book; that of the latest book is kept, because a dozen rules ask for it in turn."""
    if not _LATEST or _LATEST[0][0] is not book:
        _LATEST[:] = [(book, LotGraph(book))]
    return _LATEST[0][1]

"""What goods are made of: kilograms of each plot, with bounds and evidence; drawn, joined and weighed, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NO_DATE = int(np.iinfo(np.int64).max)
"""Stands for "no harvest date" among the first days; -1 among the last ones."""

GAINED = -1
"""Stands among the classes of evidence for kilograms that appeared on the way: a lot weighs more than what came in."""


@dataclass
class Mix:
    """What a lot is made of: one entry a plot (sorted), kg in the lot's own form.

    ``kg_by_class`` says which kilograms have a lesser evidence than a receipt that names the plot: class → kg, shape
    (m,). What it does not name is exact; of the entry of unknown origin it is unknown. Classes that no kilogram has are
    left out, so that a season of exact receipts costs nothing.
    """

    plot: Ints
    kg: Floats
    low: Floats
    high: Floats
    origin_kg: Floats  # as delivered
    forms: Ints  # bits, one a form delivered
    first: Ints  # harvest, positions in the sorted dates
    last: Ints
    kg_by_class: Mapping[int, Floats] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Weight of the goods, kg."""
        return float(self.kg.sum())

    @property
    def gained_kg(self) -> float:
        """The part of it that nobody delivered: above what came in, all along the chain; kg."""
        return float(self.kg_by_class[GAINED].sum()) if GAINED in self.kg_by_class else 0.0

    def drawn(self, kg: float, total: float) -> Mix:
        """Return the mix of a draw of ``kg`` from a lot or pool of ``total``."""
        if total <= 0:
            return self._with(0.0, np.zeros_like(self.low), np.zeros_like(self.high))
        fraction = kg / total
        rest = total - kg
        return self._with(fraction, np.maximum(0.0, self.low - rest), np.minimum(self.high, kg))

    def scaled(self, factor: float) -> Mix:
        """Return the same goods weighing ``factor`` times as much: the outturn of a process, or a second weighing."""
        return Mix(
            self.plot, self.kg * factor, self.low * factor, self.high * factor, self.origin_kg, self.forms, self.first,
            self.last, self._classes(factor),
        )  # fmt: skip

    def lessened(self, lost_kg: float, total: float) -> Mix:
        """Return the goods of a lot of ``total`` that lost weight in store: all alike, or some beans more."""
        if total <= 0 or lost_kg <= 0:
            return self
        left = max(total - lost_kg, 0.0)
        kg = self.kg * (left / total)
        low, high = np.minimum(np.maximum(0.0, self.low - lost_kg), kg), np.maximum(np.minimum(self.high, left), kg)
        return replace(self.scaled(left / total), low=low, high=high)

    def _with(self, fraction: float, low: Floats, high: Floats) -> Mix:
        kg = self.kg * fraction
        # Rounding of floats must not put the attribution outside its own bounds.
        return Mix(
            self.plot, kg, np.minimum(low, kg), np.maximum(high, kg), self.origin_kg * fraction, self.forms, self.first,
            self.last, self._classes(fraction),
        )  # fmt: skip

    def _classes(self, factor: float) -> dict[int, Floats]:
        return {number: kg * factor for number, kg in self.kg_by_class.items()}

    @staticmethod
    def joined(parts: Sequence[Mix]) -> Mix:
        """Return the goods of all parts together, one entry a plot."""
        plot = np.concatenate([part.plot for part in parts])
        order = np.argsort(plot, kind="stable")
        plot = plot[order]
        starts = np.flatnonzero(np.r_[True, plot[1:] != plot[:-1]]) if len(plot) else np.empty(0, dtype=np.int64)

        def reduced(columns: Sequence[Any], how: np.ufunc) -> Any:
            values = np.concatenate(columns)[order]
            return how.reduceat(values, starts) if len(starts) else values

        def of(name: str, how: np.ufunc) -> Any:
            return reduced([getattr(part, name) for part in parts], how)

        total = sum(part.total for part in parts)
        classes = sorted({number for part in parts for number in part.kg_by_class})
        return Mix(
            plot[starts],
            of("kg", np.add),
            of("low", np.add),
            np.minimum(of("high", np.add), max(total, 0.0)),
            of("origin_kg", np.add),
            of("forms", np.bitwise_or),
            of("first", np.minimum),
            of("last", np.maximum),
            {
                number: reduced([part.kg_by_class.get(number, np.zeros(len(part.plot))) for part in parts], np.add)
                for number in classes
            },
        )

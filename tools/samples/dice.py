"""Chance that falls the same way on every machine: only :meth:`random.Random.random` is promised to stay as it is."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded stream of chance; each part of the samples has its own, so that a change in one leaves the others."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"eudr_geo samples: {name}").random

    def uniform(self, low: float, high: float) -> float:
        """A number between two."""
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """One of several."""
        return values[int(self._random() * len(values))]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self._random() < share

    def bell(self) -> float:
        """A number from a bell curve: mean 0, standard deviation 1, never beyond ±6."""
        return sum(self._random() for _ in range(12)) - 6

    def lognormal(self, median: float, spread: float) -> float:
        """A positive number, skewed as the sizes of farms are."""
        return median * math.exp(spread * self.bell())

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in another order."""
        result = list(values)
        for i in range(len(result) - 1, 0, -1):
            j = self.whole(0, i)
            result[i], result[j] = result[j], result[i]
        return result

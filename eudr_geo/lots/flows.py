"""What moves in the graph of lots: lots through a process, and deliveries with the land they can come from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class ProcessFlow:
    """Lots in and out of one process, kg."""

    code: str
    ins: list[tuple[int, float]] = field(default_factory=list)
    outs: list[tuple[int, float]] = field(default_factory=list)  # main products and by-products alike
    byproducts: set[int] = field(default_factory=set)
    loss_kg: float = 0.0

    @property
    def in_kg(self) -> float:
        """Everything that went in, kg."""
        return sum(kg for _, kg in self.ins)

    @property
    def out_kg(self) -> float:
        """Everything that came out and is a lot, kg."""
        return sum(kg for _, kg in self.outs)


_GRAIN_KG = 0.001


def is_waste(flow: ProcessFlow) -> bool:
    """Tell whether a process gives nothing but a loss: what it took is lost, and nothing was made of it.

    Examples
    --------
    >>> is_waste(ProcessFlow("W1", ins=[(0, 20.0)], loss_kg=20.0)), is_waste(ProcessFlow("W2", ins=[(0, 20.0)]))
    (True, False)
    """
    return bool(flow.ins) and not flow.outs and abs(flow.in_kg - flow.loss_kg) <= _GRAIN_KG


@dataclass(frozen=True)
class Arrivals:
    """Deliveries, one row a delivery and possible plot; several rows where only the producer is known.

    All arrays have shape (k,). ``plot`` is a position in :attr:`LotGraph.units`, or their number for unknown origin.
    ``kg`` is the part of the delivery counted for the plot; it lies between ``low`` and ``high``.
    """

    delivery: Ints
    lot: Ints
    plot: Ints
    kg: Floats
    low: Floats
    high: Floats
    evidence: Ints

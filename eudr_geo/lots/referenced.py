"""Goods bought with a supplier's due diligence statement: neither of our own land nor of unknown origin.

They are carried by the reference number of that statement, through all mixing, and never declared as land of our own
(decision 0116).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.balance import kilograms

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_GRAIN_KG = 1e-6  # what floats leave over


class Referenced:
    """What the lots of a book state to have been bought with a statement.

    Parameters
    ----------
    lots
        The lot table.
    position
        Code of a lot → its place.
    unexplained_kg
        Per lot, shape (n,), kg: what neither deliveries nor processes brought.

    Attributes
    ----------
    stock_kg
        Per lot, shape (n,), kg: the part of it that the statement on the lot covers.
    of_stock
        Place of a lot → reference number on it, where it covers stock.

    Examples
    --------
    >>> from eudr_geo.model.workbook import frame_of
    >>> table = frame_of("lot", [{"code": "G", "upstream_reference": "26BE7XTVCZAQ2S", "upstream_kg": 500.0}])
    >>> found = Referenced(table, {"G": 0}, np.array([700.0]))
    >>> found.stock_kg.tolist(), found.of_stock
    ([500.0], {0: '26BE7XTVCZAQ2S'})
    """

    def __init__(self, lots: pd.DataFrame, position: Mapping[str, int], unexplained_kg: Floats) -> None:
        self.of_lot: dict[int, str] = {}
        self.stated_kg = np.full(len(unexplained_kg), np.inf)  # without kilograms, all that nothing else explains
        weights = kilograms(lots["upstream_kg"], missing=np.inf).tolist()
        named = zip(lots["code"], lots["upstream_reference"], weights, strict=True)
        # A code that stands twice is an error of its own; until then the order of the rows decides nothing.
        for code, reference, kg in sorted((code, str(one), kg) for code, one, kg in named if one and code in position):
            if position[code] not in self.of_lot:
                self.of_lot[position[code]], self.stated_kg[position[code]] = reference, kg
        covered = np.zeros(len(unexplained_kg), dtype=bool)
        covered[list(self.of_lot)] = True
        self.stock_kg: Floats = np.where(covered, np.minimum(unexplained_kg, self.stated_kg), 0.0)
        self.of_stock = {lot: one for lot, one in self.of_lot.items() if self.stock_kg[lot] > 0}

    def receipts(self, deliveries: pd.DataFrame, lots: Ints, kg: Floats) -> Sequence[str]:
        """Return the statement that covers each delivery: its own, else that of its lot for what names no origin.

        The statement of a lot covers such receipts only where it covers all of them: nobody can say which of them it
        leaves out.

        Parameters
        ----------
        deliveries
            The delivery table.
        lots
            Place of the lot of each, shape (d,), -1 for none.
        kg
            Kilograms of each, shape (d,).
        """
        own = [str(reference or "") for reference in deliveries["upstream_reference"]]
        if not self.of_lot:
            return own
        columns = (deliveries[name] for name in ("plot_code", "producer_code", "collection_group"))
        nameless = np.array([not any(row) for row in zip(*columns, own, strict=True)], dtype=bool)
        inside = nameless & (lots >= 0)
        sums = np.bincount(lots[inside], kg[inside], minlength=len(self.stock_kg))
        left = self.stated_kg - self.stock_kg
        return [
            self.of_lot.get(lot, "") if is_nameless and lot >= 0 and sums[lot] <= left[lot] + _GRAIN_KG else reference
            for reference, is_nameless, lot in zip(own, inside.tolist(), lots.tolist(), strict=True)
        ]

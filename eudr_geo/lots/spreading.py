"""A receipt that names no plot: how its kilograms count for the plots that are possible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def parts_by_area(receipt: Ints, area_ha: Floats) -> Floats:
    """Return which part of its receipt counts for each possible plot, shape (k,): by area, together 1 for a receipt.

    Land gives by its size: of 300 kg from half a hectare and two and a half, 50 and 250 kg. Where the area of one of
    the plots is not known, each of them counts in equal parts.

    Parameters
    ----------
    receipt
        Number of the receipt of each possible plot, sorted, shape (k,).
    area_ha
        Area of the plot, NaN where nobody knows it, shape (k,).

    Examples
    --------
    >>> parts_by_area(np.array([0, 0, 1, 1]), np.array([0.5, 2.5, 1.0, np.nan])).round(3).tolist()
    [0.167, 0.833, 0.5, 0.5]
    """
    if not len(receipt):
        return np.empty(0)
    size = receipt.max() + 1
    unknown = ~(area_ha > 0)
    some_unknown = np.bincount(receipt, unknown, minlength=size) > 0
    weight = np.where(some_unknown[receipt], 1.0, np.where(unknown, 0.0, area_ha))
    parts: Floats = weight / np.bincount(receipt, weight, minlength=size)[receipt]
    return parts

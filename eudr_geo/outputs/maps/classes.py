"""Classes of a legend: round limits, about the same number of plots in each, and what is really in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_CLASSES = 5
"""More shades than this are not told apart by eye."""
_ROUND = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0])


def share_breaks(share: Floats, most: int = MOST_CLASSES) -> list[float]:
    """Return the limits between classes of shares, ascending: round numbers near the quantiles, no class empty.

    Parameters
    ----------
    share
        Shares of a lot, 0–1, shape (n,).
    most
        Most classes wanted.

    Examples
    --------
    >>> share_breaks(np.array([0.011, 0.013, 0.02, 0.024, 0.031, 0.09]))
    [0.015, 0.03]
    >>> share_breaks(np.array([0.25, 0.25, 0.25, 0.25]))
    []
    """
    values = share[np.isfinite(share) & (share > 0)]
    if not len(values):
        return []
    wanted = np.quantile(values, np.arange(1, most) / most)
    powers = np.floor(np.log10(wanted))
    nice = np.concatenate([_ROUND, [10.0]])
    scaled = wanted / 10.0**powers
    nearest = nice[np.abs(np.log(scaled)[:, None] - np.log(nice)[None, :]).argmin(axis=1)]
    breaks = sorted({float(f"{value:.6g}") for value in nearest * 10.0**powers})
    kept: list[float] = []
    for limit in breaks:
        below = values < limit if not kept else (values < limit) & (values >= kept[-1])
        if below.any() and (values >= limit).any():
            kept.append(limit)
    return kept


def class_of(share: Floats, breaks: Sequence[float]) -> npt.NDArray[np.int64]:
    """Return the class of each share, shape (n,): 0 below the first limit; a limit belongs to the class above it."""
    return np.searchsorted(np.asarray(breaks, dtype=float), share, side="right").astype(np.int64)


def legend(share: Floats, kg: Floats, breaks: Sequence[float]) -> list[dict[str, Any]]:
    """Return each class as the legend prints it: limits, plots, kilograms in all and of one plot (least, most).

    Parameters
    ----------
    share, kg
        Of each plot, shape (n,).
    breaks
        From :func:`share_breaks`.
    """
    which = class_of(share, breaks)
    rows: list[dict[str, Any]] = []
    for number in range(len(breaks) + 1):
        inside = which == number
        if not inside.any():
            continue
        rows.append(
            {
                "class": number,
                "from": breaks[number - 1] if number else None,
                "to": breaks[number] if number < len(breaks) else None,
                "share_min": float(share[inside].min()),
                "share_max": float(share[inside].max()),
                "plots": int(inside.sum()),
                "kg": round(float(kg[inside].sum()), 3),
                "kg_min": round(float(kg[inside].min()), 3),
                "kg_max": round(float(kg[inside].max()), 3),
            }
        )
    return rows

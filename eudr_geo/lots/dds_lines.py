"""Commodity lines of a due diligence statement: one a lot and country, split where it has too many producers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eudr_geo.law import PRODUCERS_MAX_PER_LINE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("line", "hs_code", "producer_country", "lot_code", "producers", "plots", "net_mass_kg")
_GRAM = 3


def dds_lines(
    trace: pd.DataFrame, lots: pd.DataFrame, countries: dict[str, str], *, most: int = PRODUCERS_MAX_PER_LINE
) -> pd.DataFrame:
    """Return the commodity lines that declare some lots.

    A line holds the producers of one lot and one country, in the order of their codes; one with more producers than a
    line may have is split, and each part gets the kilograms attributed to its own producers. The kilograms of a lot's
    lines add up to the lot: the largest remainders are rounded up, to whole kilograms where the lot is whole.

    Parameters
    ----------
    trace
        Columns as in ``trace.csv``.
    lots
        One row a lot: code, hs_code, quantity_kg.
    countries
        Plot code → country of production.
    most
        Producers of one line.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`COLUMNS`, in the order of lot, country and producer.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for lot in lots.sort_values("code").itertuples():
        own = trace[trace["lot_code"] == lot.code].copy()
        own["country"] = [countries.get(plot, "") for plot in own["plot_code"]]
        # A plot without a producer is a producer of its own: nobody else can be counted with it.
        own["who"] = [who or f"\uffff{plot}" for who, plot in zip(own["producer_code"], own["plot_code"], strict=True)]
        parts = []
        for country, its in own.groupby("country", sort=True):
            names = sorted(set(its["who"]))
            for start in range(0, len(names), most):
                chunk = its[its["who"].isin(names[start : start + most])]
                parts.append(
                    (
                        country,
                        len(names[start : start + most]),
                        chunk["plot_code"].nunique(),
                        chunk["kg_attributed"].sum(),
                    )
                )
        weights = shared_out([kg for *_, kg in parts], float(lot.quantity_kg))
        rows += [
            (lot.hs_code, country, lot.code, producers, plots, kg)
            for (country, producers, plots, _), kg in zip(parts, weights, strict=True)
        ]
    return pd.DataFrame([(number, *row) for number, row in enumerate(rows, 1)], columns=list(COLUMNS))


def shared_out(parts: Sequence[float], total: float) -> list[float]:
    """Return the parts rounded so that they add up to the total: the largest remainders are rounded up.

    Parameters
    ----------
    parts
        Kilograms that add up to about the total.
    total
        Kilograms; whole ones give whole parts, others grams.

    Examples
    --------
    >>> shared_out([33.4, 33.3, 33.3], 100.0), shared_out([0.05, 0.05], 0.1)
    ([34.0, 33.0, 33.0], [0.05, 0.05])
    """
    if not parts:
        return []
    step = 1.0 if float(total).is_integer() else 10.0**-_GRAM
    units: npt.NDArray[np.float64] = np.asarray(parts, dtype=np.float64) / step
    whole = round(total / step)
    if units.sum() > 0:
        units = units * (whole / units.sum())  # what rounding of the trace left over
    floors = np.floor(units + 1e-9)
    up = np.argsort(-(units - floors), kind="stable")[: max(whole - int(floors.sum()), 0)]
    floors[up] += 1
    return [round(float(value) * step, _GRAM) for value in floors]

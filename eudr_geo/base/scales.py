"""What scales and spilling explain: the one tolerance of every comparison of weights."""

from __future__ import annotations

TOLERANCE_KG, TOLERANCE_SHARE, TOLERANCE_MOST_KG = 1.0, 0.005, 60.0
"""Good practice: the larger of 1 kg and 0.5 % of the goods, but never more than one bag for export (60 kg): what is
missing or too much by a bag is a bag (decision 0114)."""


def explained_kg(total_kg: float, gained_kg: float = 0.0) -> float:
    """Return how many kilograms above what came in scales explain, for goods with the whole chain behind them.

    Parameters
    ----------
    total_kg
        What the goods weigh.
    gained_kg
        The part of it above what came in.

    Examples
    --------
    >>> explained_kg(1015.0, 215.0), explained_kg(100.5, 0.5), explained_kg(100_000.0)
    (4.0, 1.0, 60.0)
    """
    return min(max(TOLERANCE_KG, TOLERANCE_SHARE * (total_kg - gained_kg)), TOLERANCE_MOST_KG)


def is_beyond(total_kg: float, gained_kg: float) -> bool:
    """Tell whether goods hold more than scales explain above what came in, all steps of the chain together.

    Examples
    --------
    >>> is_beyond(1015.0, 215.0), is_beyond(100.5, 0.5)
    (True, False)
    """
    return gained_kg > explained_kg(total_kg, gained_kg) + 1e-6  # what floats leave over

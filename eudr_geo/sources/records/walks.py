"""Walks recorded in pieces: a pause, or two walks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from eudr_geo.plots.geodesy import distance_m

PAUSE_M = 50.0
"""A walk goes on behind a pause if it goes on nearby; farther apart, the pieces are no single boundary."""


def far_apart_m(pieces: Sequence[Sequence[Sequence[Any]]]) -> float:
    """Return the largest distance from the end of a piece to the beginning of the next one, m; 0 for one piece.

    Examples
    --------
    >>> round(far_apart_m([[["108.05", "12.68"]], [["108.05", "12.681"]]]))
    111
    """
    filled = [piece for piece in pieces if piece]
    ends = np.array([[float(text) for text in (*one[-1][:2], *two[0][:2])] for one, two in pairwise(filled)])
    return float(distance_m(*ends.T).max(initial=0.0)) if len(ends) else 0.0

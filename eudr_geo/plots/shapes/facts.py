"""What is wrong with the rings of each plot, counted in one pass for all rules."""

from __future__ import annotations

import numpy as np

from eudr_geo.model.plots import Array
from eudr_geo.plots.shapes.decimals import same_after_rounding
from eudr_geo.plots.shapes.folds import THIN_DEG, folds, without_width
from eudr_geo.plots.shapes.rings import Ints, diameters, rings_of, same_as_previous, signed_areas, turns

_BLOCK = 4_000  # geometries at a time: temporaries stay in the processor's cache

FACTS = ("doubled", "rounded_doubled", "folds", "clockwise", "thin", "holes")
"""What :func:`ring_facts` counts, by column."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def ring_facts(geometries: Array) -> Ints:
    """Count what is wrong with the rings of each geometry, all in one pass.

    Returns
    -------
    numpy.ndarray
        Shape (n, 6), columns as in :data:`FACTS`: positions that repeat the one before; positions that repeat it at
        six decimals only; folds without width; exterior rings wound clockwise; exterior rings without width; holes.
    """
    array = np.asarray(geometries, dtype=object)
    result = np.zeros((len(array), len(FACTS)), dtype=np.int64)
    for start in range(0, len(array), _BLOCK):
        result[start : start + _BLOCK] = _facts_block(array[start : start + _BLOCK])
    return result


def _facts_block(geometries: Array) -> Ints:
    rings = rings_of(geometries)
    n = len(geometries)
    result = np.zeros((n, len(FACTS)), dtype=np.int64)
    if not len(rings):
        return result
    owner = rings.owner[rings.position_ring()]
    result[:, 0] = np.bincount(owner[same_as_previous(rings)], minlength=n)
    result[:, 1] = np.bincount(owner[same_after_rounding(rings)], minlength=n)
    result[:, 2] = np.bincount(owner[folds(rings)], minlength=n)
    exterior = rings.number == 0
    areas = signed_areas(rings)
    result[:, 5] = np.bincount(rings.owner[~exterior], minlength=n)
    result[:, 3] = np.bincount(rings.owner[exterior & (turns(rings) < 0)], minlength=n)
    # No ring is narrower than its area divided by its length; the few left are looked at one by one, because a
    # symmetric bow-tie has no signed area either.
    suspects = np.flatnonzero(exterior & (np.abs(areas) <= 2 * THIN_DEG * diameters(rings)))
    thin = [index for index in suspects.tolist() if without_width(rings.ring(index))]
    result[:, 4] = np.bincount(rings.owner[thin], minlength=n)
    return result

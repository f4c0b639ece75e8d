"""What six decimals do to a boundary: positions that fall together, shapes that break."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from eudr_geo.model.plots import Array
from eudr_geo.plots.shapes.crossings import reason_place
from eudr_geo.plots.shapes.folds import folds
from eudr_geo.plots.shapes.rings import Floats, Mask, Rings, exterior_polygons, rebuild, rings_of, same_as_previous

DECIMALS = 6
"""Decimals the EU system keeps (API Reference v1.0, chapter 9, note 1)."""

_UNITS = 10.0**DECIMALS

_EXACT = 1e-5  # of a unit: a value this near to a six-decimal number is that number (double noise is 3e-8)


def round6(values: Any) -> Floats:
    """Return coordinates rounded to six decimals.

    Examples
    --------
    >>> round6([108.0512345678]).tolist()
    [108.051235]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.round(np.asarray(values, dtype=np.float64), DECIMALS))


def truncate6(values: Any) -> Floats:
    """Return coordinates cut to six decimals, as the EU system does since 2026.

    A value that has six decimals or fewer stays what it is, although ``108.05 * 1e6`` may fall short of a whole
    number in a double.

    Examples
    --------
    >>> truncate6([108.0512345678, 108.05, -1.0000019]).tolist()
    [108.051234, 108.05, -1.000001]
    """
    given = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        units = given * _UNITS
        whole = np.rint(units)
        kept = np.where(np.abs(units - whole) < _EXACT, whole, np.trunc(units)) / _UNITS
        return np.where(np.isfinite(kept), kept, given)


def at_six_decimals(geometries: Array) -> Mask:
    """Tell which geometries already lie on six decimals, shape (n,); missing ones do."""
    array = np.asarray(geometries, dtype=object)
    coords, row = shapely.get_coordinates(array, return_index=True)
    finite = np.isfinite(coords)
    off = (finite & (round6(coords) != coords)).any(axis=1)
    result = np.ones(len(array), dtype=bool)
    result[row[off]] = False
    return result


def same_after_rounding(rings: Rings) -> Mask:
    """Tell which positions differ from the one before them, but no longer at six decimals, rounded or truncated."""
    nearly = same_as_previous(rings, round6(rings.coords)) | same_as_previous(rings, truncate6(rings.coords))
    return nearly & ~same_as_previous(rings)


def later_twin(rings: Rings, same: Mask) -> Mask:
    """Return which positions to drop so that no position is the twin of the one before it, shape (m,).

    Of a pair the later goes, unless it closes the ring: then the earlier goes. In a chain only every other
    position is marked; ask again after dropping.
    """
    closing = rings.is_closing()
    drop = same & ~closing
    before_closing = np.flatnonzero(same & closing) - 1
    drop[before_closing] = True
    first = np.zeros(len(drop), dtype=bool)
    first[rings.starts[:-1][rings.counts > 0]] = True
    drop[first] = False
    # Positions in an unbroken run of marks: keep the even ones of the run for the next round.
    marks = np.flatnonzero(drop)
    if len(marks):
        run_start = np.ones(len(marks), dtype=bool)
        run_start[1:] = np.diff(marks) != 1
        in_run = np.arange(len(marks)) - np.maximum.accumulate(np.where(run_start, np.arange(len(marks)), 0))
        drop[marks[in_run % 2 == 1]] = False
    return drop


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def without_doubles(geometries: Array, *, rounded: bool = False) -> Array:
    """Return the geometries without positions that repeat the one before (``rounded``: also at six decimals).

    A geometry whose ring would be left with fewer than four positions stays as it is.
    """
    result = np.array(geometries, dtype=object, copy=True)
    waiting = np.arange(len(result))
    while len(waiting):
        rings = rings_of(result[waiting])
        same = same_as_previous(rings)
        if rounded:
            same |= same_after_rounding(rings)
        drop: Mask = later_twin(rings, same)
        owner = np.unique(rings.owner[rings.position_ring()[drop]])
        if not len(owner):
            break
        part = waiting[owner]
        inner = np.isin(rings.owner, owner)
        before = result[part]
        renumbered = rings.select(inner)
        renumbered = Rings(
            renumbered.coords,
            renumbered.starts,
            np.searchsorted(owner, renumbered.owner).astype(np.int64),
            renumbered.part,
            renumbered.number,
        )
        result[part] = rebuild(before, renumbered.drop(drop[inner[rings.position_ring()]]))
        changed = shapely.get_num_coordinates(result[part]) != shapely.get_num_coordinates(before)
        waiting = part[changed]
    collapsed = shapely.get_num_coordinates(result) < shapely.get_num_coordinates(geometries)
    return np.where(collapsed, result, np.asarray(geometries, dtype=object))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def broken_at_six(geometries: Array) -> Floats:
    """Tell which sound boundaries break when they are brought to six decimals.

    Returns
    -------
    numpy.ndarray
        Shape (n, 4): 1 where rounding breaks it; 1 where truncating breaks it; a place, degrees.
    """
    array = np.asarray(geometries, dtype=object)
    result = np.zeros((len(array), 4))
    fine = np.flatnonzero(~at_six_decimals(array))
    polygons, owner = exterior_polygons(array[fine])
    with np.errstate(invalid="ignore", over="ignore"):
        sound = shapely.is_valid(polygons)
        polygons, owner = polygons[sound], fine[owner[sound]]
        for column, bring in enumerate((round6, truncate6)):
            brought = shapely.transform(polygons, bring)
            folded = np.zeros(len(polygons), dtype=bool)
            rings = rings_of(brought)
            folded[rings.part[rings.position_ring()[folds(rings)]]] = True
            broken = np.flatnonzero(~shapely.is_valid(brought) | folded)
            for index in broken.tolist():  # rare: the place has to be read from a sentence
                row = owner[index]
                if not result[row, :2].any():
                    place = reason_place(str(shapely.is_valid_reason(brought[index])))
                    result[row, 2:] = place if np.isfinite(place).all() else rings_of(polygons[[index]]).coords[0]
                result[row, column] = 1
    return result

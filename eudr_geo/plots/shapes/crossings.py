"""Where the sides of a boundary meet that should not, counted before anybody tries to part them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import shapely

from eudr_geo.base.limits import DEFAULT_LIMITS, configured
from eudr_geo.model.plots import Array
from eudr_geo.plots.shapes.folds import unfolded, without_width
from eudr_geo.plots.shapes.rings import Floats, Ints, Mask, exterior_polygons

CROSSING_LIMIT = DEFAULT_LIMITS.repair_crossings
"""More crossings than this are not untangled: nobody drew that boundary, and the cost grows with the cube.
Whoever runs the toolkit may raise it: :func:`crossing_limit`."""

_PAIR_LIMIT = 4_000_000  # pairs of sides looked at before a boundary counts as too complex

_FIRST_CHUNK, _CHUNK = 16, 256  # sides asked about at a time, so that a hopeless boundary is given up early


def crossing_limit() -> int:
    """Return the limit that holds on this machine."""
    return configured().repair_crossings


@dataclass(frozen=True)
class Crossings:
    """How often the sides of one ring meet where they should not."""

    times: int  # pairs of sides that are no neighbours and yet meet
    proper: int  # of those, pairs that cross inside both sides
    overlapping: int  # of those, pairs that run along each other
    complete: bool  # False when counting was given up: too many


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def crossings(ring: Floats) -> Crossings:
    """Count how often the sides of one closed ring meet, giving up after :func:`crossing_limit`.

    Examples
    --------
    >>> import numpy as np
    >>> bow_tie = np.array([[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]], dtype=float)
    >>> crossings(bow_tie)
    Crossings(times=1, proper=1, overlapping=0, complete=True)
    """
    moved = np.ones(len(ring), dtype=bool)
    moved[1:] = (ring[1:] != ring[:-1]).any(axis=1)
    points = ring[moved]
    n = len(points) - 1
    if n < 3:
        return Crossings(0, 0, 0, complete=True)
    sides: Array = np.asarray(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)))
    tree = shapely.STRtree(sides)
    times = proper = overlapping = looked_at = 0
    limit = crossing_limit()
    start, chunk = 0, _FIRST_CHUNK
    # In growing chunks, so that a boundary of thousands of crossings costs no more than it takes to know that.
    while start < n:
        first, second = tree.query(sides[start : start + chunk])
        first = first + start
        start, chunk = start + chunk, min(2 * chunk, _CHUNK)
        looked_at += len(first)
        apart = (second > first + 1) & ~((first == 0) & (second == n - 1))
        first, second = first[apart], second[apart]
        near = _may_meet(points, first, second)
        first, second = first[near], second[near]
        meeting: Array = np.asarray(shapely.intersection(sides[first], sides[second]))
        met = ~shapely.is_empty(meeting)
        first, second, meeting = first[met], second[met], meeting[met]
        along = shapely.get_dimensions(meeting) == 1
        ends = np.stack([points[first], points[first + 1], points[second], points[second + 1]], axis=1)
        at = shapely.get_coordinates(shapely.centroid(meeting))
        inside = ~along & ~(ends == at[:, None, :]).all(axis=2).any(axis=1)
        times += len(first)
        proper += int(inside.sum())
        overlapping += int(along.sum())
        if times > limit or looked_at > _PAIR_LIMIT:
            return Crossings(times, proper, overlapping, complete=False)
    return Crossings(times, proper, overlapping, complete=True)


def _may_meet(points: Floats, first: Ints, second: Ints) -> Mask:
    """Sort out pairs of sides of which one lies wholly on one side of the other: most pairs, at a tenth of the cost."""
    a, b, c, d = points[first], points[first + 1], points[second], points[second + 1]

    def one_side(start: Floats, end: Floats, p: Floats, q: Floats) -> Mask:
        with np.errstate(over="ignore", invalid="ignore"):
            way, to_p, to_q = end - start, p - start, q - start
            at_p = way[:, 0] * to_p[:, 1] - way[:, 1] * to_p[:, 0]
            at_q = way[:, 0] * to_q[:, 1] - way[:, 1] * to_q[:, 0]
            doubt = (
                1e-12
                * np.abs(way).max(axis=1, initial=0.0)
                * np.maximum(np.abs(to_p), np.abs(to_q)).max(axis=1, initial=0.0)
            )
            return np.asarray(((at_p > doubt) & (at_q > doubt)) | ((at_p < -doubt) & (at_q < -doubt)))

    return ~(one_side(a, b, c, d) | one_side(c, d, a, b))


TANGLES = ("crossing", "overlapping", "lon", "lat", "times")
"""What :func:`tangles` tells, by column."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def tangles(geometries: Array) -> Floats:
    """Tell which exterior rings cross, touch or cover themselves, and where.

    Folds without width (:func:`eudr_geo.plots.shapes.folds`) and rings without width are looked through: they are other
    faults. Holes are not looked at.

    Returns
    -------
    numpy.ndarray
        Shape (n, 5), columns as in :data:`TANGLES`: 1 where sides cross or a ring touches itself; 1 where sides only
        run along each other; the first place, degrees; how many pairs of sides meet (at most about 1 000).
    """
    array = np.asarray(geometries, dtype=object)
    result = np.zeros((len(array), len(TANGLES)))
    polygons, owner = exterior_polygons(array)
    with np.errstate(invalid="ignore", over="ignore"):
        suspects = np.flatnonzero(~shapely.is_valid(polygons))
    # One by one: only invalid boundaries come here, and each needs its own look at its sides.
    for index in suspects.tolist():
        row = int(owner[index])
        ring = shapely.get_coordinates(polygons[index])
        if result[row, 0] or not np.isfinite(ring).all() or without_width(ring):
            continue
        ring = unfolded(ring)
        rest = shapely.Polygon(ring)
        if shapely.is_valid(rest):
            continue
        found = crossings(ring)
        only_along = bool(found.overlapping and not found.proper and found.complete)
        lon, lat = reason_place(str(shapely.is_valid_reason(rest)))
        result[row] = [not only_along, only_along, lon, lat, found.times]
    return result


def reason_place(reason: str) -> tuple[float, float]:
    """Return the place named in a reason of GEOS, lon lat; NaN when it names none.

    Examples
    --------
    >>> reason_place("Self-intersection[108.05 12.68]")
    (108.05, 12.68)
    """
    found = re.search(r"\[(\S+) (\S+)\]", reason)
    return (float(found[1]), float(found[2])) if found else (float("nan"), float("nan"))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def overlapping_parts(geometries: Array) -> tuple[Ints, Array]:
    """Return which geometries have parts that share ground, one row a pair, and the ground shared.

    Parts that only touch, along a line or at a point, share none. The parts' own boundaries must be sound.
    """
    polygons, owner = exterior_polygons(geometries)
    several = np.bincount(owner, minlength=len(geometries))[owner] > 1
    polygons, owner = polygons[several], owner[several]
    with np.errstate(invalid="ignore", over="ignore"):
        sound = shapely.is_valid(polygons)
    polygons, owner = polygons[sound], owner[sound]
    none = np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    if not len(polygons):
        return none
    first, second = shapely.STRtree(polygons).query(polygons)
    pairs = (first < second) & (owner[first] == owner[second])
    first, second = first[pairs], second[pairs]
    inside = shapely.relate_pattern(polygons[first], polygons[second], "2********")
    first, second = first[inside], second[inside]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    return owner[first], np.asarray(shapely.intersection(polygons[first], polygons[second]))

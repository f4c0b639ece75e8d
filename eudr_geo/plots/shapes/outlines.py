"""The figure of each boundary: how long, how wide, how round, how square to the map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Array
from eudr_geo.plots.geodesy import metres_per_degree
from eudr_geo.plots.shapes.rings import Rings, rings_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_BLOCK = 4_000  # geometries at a time: temporaries stay in the processor's cache

FIGURE = ("corners", "length_m", "fill", "radius_m", "unround_m", "radius_deg", "unround_deg", "uneven_m")
"""What :func:`figures` measures, by column."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def figures(geometries: Array) -> Floats:
    """Measure the figure of each boundary.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,), lon lat.

    Returns
    -------
    numpy.ndarray
        Shape (n, 8), columns as in :data:`FIGURE`: corners of the exterior ring; length of all rings, m; share of its
        box of degrees that the exterior ring fills; mean distance of its corners from its centre, and the largest
        departure from that mean, in metres and in degrees; largest departure of a side from the mean side, m. Lengths
        are those of a plane that touches the ellipsoid at the plot: right to 1e-3 for 10 km. NaN where there is no
        polygon; where there are several exterior rings, for all but the length.

    Examples
    --------
    >>> import shapely
    >>> row = figures(np.array([shapely.box(108, 12, 108.001, 12.002)]))[0]
    >>> int(row[0]), round(float(row[1])), round(float(row[2]), 6)
    (4, 660, 1.0)
    """
    array = np.asarray(geometries, dtype=object)
    result = np.full((len(array), len(FIGURE)), np.nan)
    for start in range(0, len(array), _BLOCK):
        result[start : start + _BLOCK] = _block(array[start : start + _BLOCK])
    return result


def _block(geometries: Array) -> Floats:
    result = np.full((len(geometries), len(FIGURE)), np.nan)
    rings = rings_of(geometries)
    if not len(rings):
        return result
    steps = _metres(rings, np.diff(rings.coords, axis=0, append=0.0))
    length = np.hypot(steps[:, 0], steps[:, 1])
    length[rings.starts[1:] - 1] = 0.0  # from one ring to the next
    with_rings = np.unique(rings.owner)
    around = np.add.reduceat(length, rings.starts[:-1])
    result[with_rings, 1] = np.bincount(rings.owner, weights=around, minlength=len(geometries))[with_rings]
    exteriors = np.bincount(rings.owner, weights=rings.number == 0, minlength=len(geometries))
    alone = np.flatnonzero((rings.number == 0) & (exteriors[rings.owner] == 1))
    if len(alone):
        measured = _rounds(rings, alone, length)
        result[rings.owner[alone], 0], result[rings.owner[alone], 2:] = measured[:, 0], measured[:, 1:]
    return result


def _metres(rings: Rings, degrees: Floats) -> Floats:
    """Steps in degrees as metres on the plane of each ring's first position."""
    per_lon, per_lat = metres_per_degree(rings.coords[rings.starts[:-1], 1])
    return degrees * np.column_stack([per_lon, per_lat])[rings.position_ring()]


def _rounds(rings: Rings, chosen: Ints, length: Floats) -> Floats:
    """Corners, fill, and the measures of roundness of some rings, shape (k, 7)."""
    taken = np.zeros(len(rings), dtype=bool)
    taken[chosen] = True
    of_ring = np.repeat(taken, rings.counts)
    counts = rings.counts[chosen]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    ends = starts + counts - 1
    xy = rings.coords[of_ring]
    xy = xy - np.repeat(xy[starts], counts, axis=0)
    after = np.roll(xy, -1, axis=0)
    cross = xy[:, 0] * after[:, 1] - after[:, 0] * xy[:, 1]
    cross[ends] = 0.0
    twice = np.add.reduceat(cross, starts)
    middle = np.add.reduceat((xy + after) * cross[:, None], starts) / (3 * twice[:, None])
    sides = np.maximum.reduceat(xy, starts) - np.minimum.reduceat(xy, starts)
    arm = xy - np.repeat(middle, counts, axis=0)
    per_lon, per_lat = metres_per_degree(rings.coords[rings.starts[:-1], 1][chosen])
    arm_m = arm * np.repeat(np.column_stack([per_lon, per_lat]), counts, axis=0)
    radius_m, unround_m = _departure(np.hypot(arm_m[:, 0], arm_m[:, 1]), starts, ends, counts - 1)
    radius_deg, unround_deg = _departure(np.hypot(arm[:, 0], arm[:, 1]), starts, ends, counts - 1)
    _, uneven_m = _departure(length[of_ring], starts, ends, counts - 1)
    fill = np.abs(twice) / 2 / (sides[:, 0] * sides[:, 1])
    return np.column_stack([counts - 1, fill, radius_m, unround_m, radius_deg, unround_deg, uneven_m])


def _departure(values: Floats, starts: Ints, ends: Ints, counts: Ints) -> tuple[Floats, Floats]:
    """Mean of each ring's values, its closing position left out, and the largest departure from it."""
    open_ = values.copy()
    open_[ends] = 0.0
    mean = np.add.reduceat(open_, starts) / counts
    apart = np.abs(values - np.repeat(mean, counts + 1))
    apart[ends] = 0.0
    return mean, np.maximum.reduceat(apart, starts)


_ROUNDS = 8  # shapes that share corners, width and height by chance are told apart in so many rounds, seldom in two


def repeated(geometries: Array, rows: Ints, jitter_deg: float) -> Ints:
    """Return which boundaries are one figure, shifted.

    Parameters
    ----------
    geometries
        All geometries, shape (n,), lon lat.
    rows
        Rows to compare: polygons of one ring.
    jitter_deg
        How far a corner may be from its place, degrees.

    Returns
    -------
    numpy.ndarray
        Shape (n,): first row of the same figure; -1 for a row whose figure no other row has.
    """
    alike: list[tuple[Ints, Ints]] = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    box = shapely.bounds(geometries[rows])
    size = np.column_stack([box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]])
    corners = shapely.get_num_coordinates(geometries[rows])
    fits = np.logical_and(size[:, 0] < 1, size[:, 1] < 1)  # false where a coordinate is none
    for shift in ((0, 0), (0, 0.5), (0.5, 0), (0.5, 0.5)):  # a size at the edge of one grid is well inside another
        cell = np.floor(np.where(fits[:, None], size, 0) / (4 * jitter_deg) + shift).astype(np.int64)
        key = (corners * 2**22 + cell[:, 0]) * 2**22 + cell[:, 1]
        _, kind, times = np.unique(key, return_inverse=True, return_counts=True)
        open_ = np.flatnonzero(fits & (times[kind] > 1))
        for _ in range(_ROUNDS):
            if not len(open_):
                break
            _, at, group = np.unique(kind[open_], return_index=True, return_inverse=True)
            head = open_[at][group]  # the first of each group; each other one is laid upon it
            same = _congruent(geometries, rows, box, head, open_, 1.5 * jitter_deg)
            alike.append((rows[head[same]], rows[open_[same]]))
            open_ = open_[~same]
    one, other = (np.concatenate(side) for side in zip(*alike, strict=True))
    return linked(len(geometries), one[one != other], other[one != other])


def linked(count: int, some: Ints, others: Ints) -> Ints:
    """Return what hangs together along links between ``some`` and ``others``.

    Returns
    -------
    numpy.ndarray
        Shape (count,): smallest number of all that hang together with this one; -1 for one without a link.

    Examples
    --------
    >>> linked(5, np.array([3, 0]), np.array([1, 3])).tolist()
    [0, 0, -1, 0, -1]
    """
    label = np.arange(count)
    while len(some):
        lower = np.minimum(label[some], label[others])
        further = label.copy()
        np.minimum.at(further, label[some], lower)
        np.minimum.at(further, label[others], lower)
        further = further[further]  # a chain is halved each time, so that its length does not count
        if np.array_equal(further, label):
            break
        label = further
    alone = np.ones(count, dtype=bool)
    alone[some] = alone[others] = False
    label[alone] = -1
    return label


def _congruent(geometries: Array, rows: Ints, box: Floats, some: Ints, others: Ints, reach_deg: float) -> Mask:
    """Tell which pairs are the same figure once their boxes lie upon each other."""
    same = np.ones(len(some), dtype=bool)
    apart = np.flatnonzero(some != others)
    same[apart] = False
    # What is one figure has one area and one length: most of those alike in size by chance are not.
    a, b = geometries[rows[some[apart]]], geometries[rows[others[apart]]]
    length = shapely.length(a)
    corners = shapely.get_num_coordinates(a)
    apart = apart[
        (np.abs(shapely.area(a) - shapely.area(b)) <= 2 * length * reach_deg)
        & (np.abs(length - shapely.length(b)) <= 4 * corners * reach_deg)
    ]
    if not len(apart):
        return same
    a = _at_zero(geometries[rows[some[apart]]], box[some[apart], :2])
    b = _at_zero(geometries[rows[others[apart]]], box[others[apart], :2])
    same[apart] = shapely.hausdorff_distance(shapely.boundary(a), shapely.boundary(b)) <= reach_deg
    return same


def _at_zero(geometries: Array, corner: Floats) -> Array:
    moved = np.array(geometries, dtype=object, copy=True)
    coords, owner = shapely.get_coordinates(moved, return_index=True)
    return np.asarray(shapely.set_coordinates(moved, coords - corner[owner]))

"""Polygons from flat coordinates: the one place where arrays of positions become polygons, many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.model.plots import Array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def ring_faults(xy: Floats, starts: Ints) -> tuple[Mask, Mask]:
    """Tell which rings are open, and which are too short to be one.

    Parameters
    ----------
    xy
        Positions of all rings, one behind the other, shape (m, 2).
    starts
        Where each ring starts in ``xy``, and the end of the last, shape (r + 1,).

    Returns
    -------
    tuple
        Rings whose last position is not their first, shape (r,); rings that have fewer than four positions even when
        they are closed (RFC 7946, 3.1.6), shape (r,).

    Raises
    ------
    ValueError
        For a ring without a position.

    Examples
    --------
    >>> xy = np.array([[0, 0], [1, 0], [1, 1], [5, 5], [6, 6]])
    >>> [one.tolist() for one in ring_faults(xy, np.array([0, 3, 5]))]
    [[True, True], [False, True]]
    """
    sizes = np.diff(starts)
    if not sizes.all():
        raise ValueError("a ring has no position")
    is_open = (xy[starts[:-1]] != xy[starts[1:] - 1]).any(axis=1)
    return is_open, sizes + is_open < MIN_RING_POSITIONS


def build_polygons(
    xy: Floats, ring_starts: Ints, polygon_starts: Ints | None = None, multi_starts: Ints | None = None
) -> Array:
    """Build polygons, or multipolygons, from flat coordinates.

    Parameters
    ----------
    xy
        Positions of all rings, one behind the other, shape (m, 2), lon lat. A ring that is open is closed; one too
        short to be held is filled up with its first position. Nothing else is judged or changed.
    ring_starts
        Where each ring starts in ``xy``, and the end of the last, shape (r + 1,).
    polygon_starts
        Which rings each polygon has, its exterior first: where they start in the list of rings, and the end of the
        last, shape (p + 1,). Left out, each ring is a polygon.
    multi_starts
        Which polygons each multipolygon has, likewise, shape (k + 1,). Left out, polygons are returned.

    Returns
    -------
    numpy.ndarray
        Two-dimensional geometries, shape (p,) or (k,).

    Raises
    ------
    ValueError
        For a ring without a position.
    shapely.errors.GEOSException
        For a ring that begins or ends with what is no number.

    Examples
    --------
    >>> square = [[0, 0], [9, 0], [9, 9], [0, 9]]
    >>> hole = [[1, 1], [1, 2], [2, 2], [1, 1]]
    >>> [str(one) for one in build_polygons(np.array(square + hole), np.array([0, 4, 8]), np.array([0, 2]))]
    ['POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 2, 2 2, 1 1))']
    """
    xy, ring_starts = _closed(np.asarray(xy, dtype=np.float64), np.asarray(ring_starts, dtype=np.int64))
    if polygon_starts is None:
        polygon_starts = np.arange(len(ring_starts))
    offsets: tuple[Ints, ...] = (ring_starts, polygon_starts)
    if multi_starts is None:
        return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, offsets))
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, (*offsets, multi_starts)))


def _closed(xy: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Rings with the first position of each repeated at its end until it is closed and long enough to be held."""
    is_open, is_short = ring_faults(xy, starts)
    if not (is_open | is_short).any():  # nearly always
        return xy, starts
    sizes = np.diff(starts)
    full = sizes + np.maximum(is_open, MIN_RING_POSITIONS - sizes)
    ends = np.append(0, np.cumsum(full))
    place = np.arange(ends[-1]) - np.repeat(ends[:-1], full)
    ring = np.repeat(np.arange(len(sizes)), full)
    return xy[starts[ring] + np.where(place < sizes[ring], place, 0)], ends

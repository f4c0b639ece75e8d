"""Corners that say too much: needles walked out and back, and positions on straight runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Array
from eudr_geo.plots.geodesy import LONGEST_DEGREE_M, metres_per_degree
from eudr_geo.plots.shapes.rings import Floats, Ints, Mask, Rings, rings_of, signed_areas

NEEDLE_REACH_M = 10.0
"""Good practice: a corner that reaches out less is the unrest of a GPS."""
NEEDLE_ANGLE_DEGREES = 3.0
"""Good practice: no field ends in so sharp a corner; a walk out and back does."""
NEEDLE_SHARE = 0.05
"""Good practice: a needle has hardly any of the area of the plot."""
WALK_MOUTH_M, WALK_WIDTH_M = 1.0, 0.75
"""Good practice: the ends of a way out and back are so close, and its mean width is so small; a path strip is wider."""
STRAY_REACH_M, STRAY_TIMES = 200.0, 4.0
"""Good practice: one corner so far from four others or more, and so many times their own extent, was not walked to."""
FAR_STRAY_REACH_M, FAR_STRAY_TIMES = 1_000.0, 50.0
"""Good practice: no plot reaches so far to one corner."""
_WALK_STEPS = 9  # positions on the way out, and on the way back: a position every five metres, forty metres
_TIPS = 10_000  # looked at together, each with 81 pairs of ends: so that no boundary takes the memory
_SHARP_COSINE = 0.94  # 20 degrees between the way in and the way out
STRAIGHT_DEGREES = 1e-6
"""A position so close to the line between its neighbours is lost at six decimals."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def needles(rings: Rings, scale: Floats) -> Mask:
    """Tell which positions are tips of needles: far out, acute, and with almost no area.

    Parameters
    ----------
    rings
        Rings of some boundaries, m positions in all.
    scale
        Metres in a degree of longitude and of latitude at each ring, shape (r, 2).

    Returns
    -------
    numpy.ndarray
        Shape (m,). Closing positions are never marked; the first position of a ring stands for both.
    """
    if not len(rings):
        return np.zeros(len(rings.coords), dtype=bool)
    ring = rings.position_ring()
    here = (rings.coords - rings.coords[rings.starts[:-1]][ring]) * scale[ring]
    before = np.roll(here, 1, axis=0)
    first = rings.starts[:-1]
    before[first] = here[np.maximum(rings.starts[1:] - 2, 0)]  # the position before the closing one
    after = np.roll(here, -1, axis=0)
    back, on = before - here, after - here
    reach = np.minimum(np.hypot(*back.T), np.hypot(*on.T))
    cross = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0])
    along = (back * on).sum(axis=1)
    area_m2 = np.abs(signed_areas(rings)) * scale.prod(axis=1)
    acute = np.degrees(np.arctan2(cross, along)) <= NEEDLE_ANGLE_DEGREES
    tips: Mask = acute & (cross > 0) & (reach >= NEEDLE_REACH_M) & (cross / 2 <= NEEDLE_SHARE * area_m2[ring])
    tips &= rings.counts[ring] > 4  # a triangle has no corner to lose
    tips &= ~rings.is_closing()
    return tips


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def walks_out_and_back(rings: Rings, scale: Floats) -> Mask:
    """Tell which positions lie on a way out and back again of several positions, with hardly any width between.

    Parameters
    ----------
    rings
        Rings of some boundaries, m positions in all.
    scale
        Metres in a degree of longitude and of latitude at each ring, shape (r, 2).

    Returns
    -------
    numpy.ndarray
        Shape (m,): the positions between the two ends of the way, which lie within :data:`WALK_MOUTH_M`. Closing
        positions are never marked.
    """
    marked = np.zeros(len(rings.coords), dtype=bool)
    if not len(rings):
        return marked
    ring = rings.position_ring()
    first, count = rings.starts[:-1], rings.counts - 1  # the closing position is the first once more
    here = (rings.coords - rings.coords[first][ring]) * scale[ring]

    def step(at: Ints, by: Ints | int) -> Ints:
        of = ring[at]
        return np.asarray(first[of] + (at - first[of] + by) % np.maximum(count[of], 1))

    tips = _sharp_turns(rings, here)
    tips = tips[count[ring[tips]] > 5]
    if not len(tips):
        return marked
    area_m2 = np.abs(signed_areas(rings)) * scale.prod(axis=1)
    before, after = np.meshgrid(np.arange(1, _WALK_STEPS + 1), np.arange(1, _WALK_STEPS + 1), indexing="ij")
    for block in range(0, len(tips), _TIPS):
        tip = np.repeat(tips[block : block + _TIPS], before.size)
        back, on = np.resize(before.ravel(), len(tip)), np.resize(after.ravel(), len(tip))
        fits = (back + on > 2) & (back + on + 1 <= count[ring[tip]] - 2)  # three corners or more are left
        start, end, steps = step(tip[fits], -back[fits]), step(tip[fits], on[fits]), (back + on)[fits]
        mouth = np.hypot(*(here[end] - here[start]).T) <= WALK_MOUTH_M
        start, steps = start[mouth], steps[mouth]
        reach, twice = np.zeros(len(start)), np.zeros(len(start))
        last = np.zeros((len(start), 2))
        for number in range(1, 2 * _WALK_STEPS + 1):  # along all the ways at once, a step at a time
            there = here[step(start, number)] - here[start]
            inside = number <= steps
            reach = np.where(inside, np.maximum(reach, np.hypot(*there.T)), reach)
            twice += np.where(inside, last[:, 0] * there[:, 1] - there[:, 0] * last[:, 1], 0.0)
            last = np.where(inside[:, None], there, last)
        enclosed = np.abs(twice) / 2  # the way home from the end to the start adds nothing: it ends at zero
        thin = (enclosed > 0) & (enclosed <= WALK_WIDTH_M * reach) & (enclosed <= NEEDLE_SHARE * area_m2[ring[start]])
        found = thin & (reach >= NEEDLE_REACH_M)
        start, steps = start[found], steps[found]
        for number in range(1, 2 * _WALK_STEPS):
            marked[step(start, number)[number < steps]] = True
    return marked


def _sharp_turns(rings: Rings, here: Floats) -> Ints:
    """Positions where the way turns back on itself, at one corner or at two close together, closing ones left out.

    A way out and back has such a turn at its far end; honest boundaries have hardly any.
    """
    opens = np.flatnonzero(~rings.is_closing())
    x, y = (here[opens + 1] - here[opens]).T  # from each position to the next; in a ring as many as positions
    counts = rings.counts - 1
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    before, after = np.arange(len(x)) - 1, np.arange(len(x)) + 1
    before[start], after[start + counts - 1] = start + counts - 1, start
    length = np.hypot(x, y)

    def against(one: Ints, other: Ints | slice) -> Mask:
        along = x[one] * x[other] + y[one] * y[other]
        return np.asarray(along < -_SHARP_COSINE * length[one] * length[other])

    return np.asarray(opens[against(before, slice(None)) | against(before, after)])


STRAY = ("kind", "lon", "lat", "distance_m", "rest_m")
"""What :func:`strays` tells, by column."""
NO_STRAY, DOUBTFUL_STRAY, WRONG_STRAY = 0, 1, 2
"""Kinds of :func:`strays`: none; one far enough to be doubted; one that cannot be right, because no plot reaches so far
or because its sides cross a boundary that is sound without it."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def strays(geometries: Array) -> Floats:
    """Tell which boundaries have one corner far away from all others, which lie close together.

    Returns
    -------
    numpy.ndarray
        Shape (n, 5), columns as in :data:`STRAY`: kind; where the corner is, degrees; how far from the nearer of its
        neighbours, m; the diagonal of the box of all other corners, m.

    Examples
    --------
    >>> corners = [(108, 12), (108.001, 12), (108.001, 12.001), (118, 12.001), (108, 12.001)]
    >>> found = strays(np.array([shapely.Polygon(corners)]))[0]
    >>> int(found[0]) == WRONG_STRAY, float(found[1])
    (True, 118.0)
    """
    array = np.asarray(geometries, dtype=object)
    result = np.zeros((len(array), len(STRAY)))
    box = shapely.bounds(array)
    # Most boundaries are smaller than the reach of a stray and need no closer look.
    wide = np.flatnonzero((box[:, 2:] - box[:, :2]).max(axis=1, initial=0) * LONGEST_DEGREE_M >= STRAY_REACH_M / 1.5)
    rings = rings_of(array[wide]).exteriors()
    if not len(rings):
        return result
    ring, first, last = rings.position_ring(), rings.starts[:-1], rings.starts[1:] - 1
    here = rings.coords - rings.coords[first][ring]
    # Metres on a plane are good enough: what is far away here is far away on any earth.
    here = here * np.column_stack(metres_per_degree(np.clip(rings.coords[first, 1], -89, 89)))[ring]
    side = np.hypot(*(here[1:] - here[:-1]).T)
    before = np.append(0.0, side)
    before[first] = before[last]
    after = np.append(side, 0.0)
    after[last] = after[first]
    reach = np.minimum(before, after)
    farthest = np.maximum.reduceat(reach, first)
    at = np.flatnonzero((reach == farthest[ring]) & (farthest[ring] >= STRAY_REACH_M) & ~rings.is_closing())
    if not len(at):
        return result
    _, once = np.unique(ring[at], return_index=True)
    at = at[once]
    for position in at.tolist():  # a side of 200 m twice in a row: few plots have it
        index = int(ring[position])
        others = np.delete(here[first[index] : last[index]], position - first[index], axis=0)
        rest_m = float(np.hypot(*(others.max(axis=0) - others.min(axis=0)))) if len(others) >= 3 else 0.0
        distance = float(reach[position])
        kind = NO_STRAY
        if rest_m > 0 and distance >= FAR_STRAY_TIMES * rest_m and distance >= FAR_STRAY_REACH_M:
            kind = WRONG_STRAY
        elif rest_m > 0 and distance >= STRAY_TIMES * rest_m and len(others) >= 4:
            crossed = not shapely.is_valid(shapely.Polygon(rings.ring(index)))
            kind = WRONG_STRAY if crossed and shapely.is_valid(shapely.Polygon(others)) else DOUBTFUL_STRAY
        row = int(wide[rings.owner[index]])
        if kind > result[row, 0]:
            result[row] = [kind, *rings.coords[position], distance, rest_m]
    return result


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def on_straight_runs(geometries: Array) -> tuple[Rings, Mask]:
    """Return the rings of the geometries, and which of their positions a straight line says as well.

    Within :data:`STRAIGHT_DEGREES` the boundary stays where it is without them (Douglas-Peucker, topology kept).
    """
    rings = rings_of(geometries)
    simple = rings_of(np.asarray(shapely.simplify(geometries, STRAIGHT_DEGREES, preserve_topology=True), dtype=object))
    owner = rings.owner[rings.position_ring()]
    kept = keys(simple.coords, simple.owner[simple.position_ring()])
    return rings, ~np.isin(keys(rings.coords, owner), kept) & ~rings.is_closing()


def shared_positions(coords: Floats, removable: Mask, others: Floats) -> Mask:
    """Tell which positions stand in other boundaries too, or more often than all of theirs may go, shape (m,).

    Parameters
    ----------
    coords
        Positions of some boundaries, shape (m, 2).
    removable
        Which of them their own boundary could do without, shape (m,).
    others
        Positions of all other boundaries nearby, shape (k, 2).
    """
    none = np.zeros(len(coords), dtype=np.int64)
    own = keys(coords, none)
    needed = np.concatenate([own[~removable], keys(others, np.zeros(len(others), dtype=np.int64))])
    return np.isin(own, needed)


def keys(coords: Floats, owner: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
    """Return owner and position as one comparable value each, shape (m,); minus zero is zero."""
    table = np.column_stack([owner.astype(np.float64), coords + 0.0])
    return np.ascontiguousarray(table).view(np.dtype((np.void, 24))).ravel()

"""Rings brought to six decimals so that they stay whole: corners that meet are moved to the next free place."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.plots.shapes.decimals import round6
from eudr_geo.plots.shapes.folds import without_width
from eudr_geo.plots.shapes.rings import Floats, Ints, Mask, rebuild, rings_of

_UNITS = 1_000_000  # a degree in units of the sixth decimal: whole numbers, so that every test below is exact
_REACH = 1.0 + 1e-6  # units a corner may be away from where it was written, on each axis (doubles: 3e-8 of noise)
_WORK = 1_500_000  # sides compared for one ring, below two seconds: beyond it the ring is said to be past repair
_CROWD = 100  # meetings beyond the number of corners: no narrow place, but nothing with a width anywhere
_LARGEST = 20_000  # corners of a ring that is tried at all
_AROUND = 3  # units a corner moves at most, from its farthest place to the other
_ON_EARTH = 720.0  # degrees: beyond it the products below would not fit


def settled(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Return the geometry at six decimals, with rings that do not meet themselves there; None if none is found.

    Each corner is rounded. Where sides meet that did not, a corner beside the place goes to another of the places
    within one millionth of a degree of where it was written, on each axis: one corner first, two together where
    one is not enough. No moved corner could be put back alone. Rings stay wound as they were.

    Parameters
    ----------
    geometry
        Polygon or multi polygon, lon lat.

    Examples
    --------
    >>> import shapely
    >>> narrow = shapely.Polygon([(0, 0), (4e-6, 0.3e-6), (8e-6, 0), (8e-6, 3e-6), (4e-6, 0.4e-6), (0, 3e-6)])
    >>> [bool(shapely.is_valid(one)) for one in (shapely.transform(narrow, round6), settled(narrow))]
    [False, True]
    """
    before = np.array([geometry], dtype=object)
    rings = rings_of(before)
    pieces: list[Floats] = []
    for index in range(len(rings)):  # each ring is a search of its own
        piece = settled_ring(rings.ring(index))
        if piece is None:
            return None
        pieces.append(piece)
    if not pieces:
        return None
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    (whole,) = rebuild(before, replace(rings, coords=np.concatenate(pieces), starts=starts))
    return whole if shapely.is_valid(whole) or not shapely.is_valid(geometry) else None


def settled_ring(ring: Floats) -> Floats | None:
    """Return one closed ring at six decimals that does not meet itself, shape (k, 2), or None where none is found."""
    if not np.isfinite(ring).all() or np.abs(ring).max() > _ON_EARTH or not 4 <= len(ring) <= _LARGEST:
        return None
    given = ring[:-1] * _UNITS
    at = np.rint(round6(ring[:-1]) * _UNITS).astype(np.int64)
    alone = np.ones(len(at), dtype=bool)  # standing still makes several corners of one: the first of them stays
    alone[1:] = (at[1:] != at[:-1]).any(axis=1)
    if len(at) > 1 and (at[0] == at[-1]).all():
        alone[-1] = False
    wound = np.sign(_doubled_area(given))
    # Without the doubled corners first; they may be what keeps a very narrow piece open, so then with them.
    for keep in (alone, np.ones(len(at), dtype=bool)):
        if keep.sum() >= 3:
            found = _search(given[keep], at[keep])
            if found is not None and np.sign(_doubled_area(found.astype(np.float64))) == wound:
                closed = round6(np.vstack([found, found[:1]]) / _UNITS)
                if not without_width(closed):
                    return closed
        if alone.all():
            break
    return None


def _search(given: Floats, rounded: Ints) -> Ints | None:
    """Move corners until no sides meet, shape (k, 2) in units; None when that does not come to an end."""
    at, left = rounded.copy(), _WORK
    pairs = _meetings(at)
    if len(pairs) > len(at) + _CROWD:
        return None
    while len(pairs):
        corners = _corners_of(pairs[:1], at).tolist()
        step: tuple[Ints, tuple[int, ...]] | None = None
        for together in (1, 2):
            step, work = _best(at, given, list(combinations(corners, together)))
            left -= work
            if step is not None or left < 0:
                break
        if step is None or left < 0:
            return None
        at, moved = step
        sides = _sides_at(moved, len(at))
        elsewhere = pairs[~np.isin(pairs, sides).any(axis=1)]
        pairs = np.vstack([elsewhere, _meetings_of(at, moved, _near(at, moved))])
    return _put_back(at, rounded)


def _best(at: Ints, given: Floats, choices: list[tuple[int, ...]]) -> tuple[tuple[Ints, tuple[int, ...]] | None, int]:
    """Return the ring after the move that leaves the fewest meetings, by the shortest way, and which corners moved.

    None when no move leaves fewer. With it, how many sides were compared.
    """
    best: tuple[int, float, int] | None = None
    found: tuple[Ints, tuple[int, ...]] | None = None
    turn = work = 0
    for corners in choices:
        near = _near(at, corners)
        before = len(_meetings_of(at, corners, near))
        for places in product(*(_places(given[corner], at[corner]) for corner in corners)):
            turn += 1
            work += len(near)
            trial = at.copy()
            trial[list(corners)] = places
            gain = len(_meetings_of(trial, corners, near)) - before
            way = float(np.square(trial[list(corners)] - given[list(corners)]).sum())
            if gain < 0 and (best is None or (gain, way, turn) < best):
                best, found = (gain, way, turn), (trial, corners)
    return found, work


def _places(given: Floats, now: Ints) -> list[Ints]:
    """Other places of a corner within reach of where it was written, on each axis, nearest first."""
    near = np.rint(given).astype(np.int64)
    all_round = near + np.array(list(product((-1, 0, 1), repeat=2)), dtype=np.int64)
    within = (np.abs(all_round - given) <= _REACH).all(axis=1) & (all_round != now).any(axis=1)
    kept = all_round[within]
    order = np.argsort(np.square(kept - given).sum(axis=1), kind="stable")
    return list(kept[order])


def _put_back(at: Ints, rounded: Ints) -> Ints:
    """Put corners back to where rounding has them, as far as no sides meet then."""
    for corner in np.flatnonzero((at != rounded).any(axis=1)).tolist():  # few, one after the other
        trial = at.copy()
        trial[corner] = rounded[corner]
        if not len(_meetings_of(trial, (corner,), _near(trial, (corner,)))):
            at = trial
    return at


def _meetings(at: Ints) -> Ints:
    """Pairs of sides that meet though they should not, shape (p, 2); side i goes from corner i to the next."""
    ends = np.roll(at, -1, axis=0)
    boxes = np.asarray(shapely.box(*np.minimum(at, ends).T, *np.maximum(at, ends).T), dtype=object)
    first, second = shapely.STRtree(boxes).query(boxes)
    ahead = first < second
    first, second = first[ahead].astype(np.int64), second[ahead].astype(np.int64)
    meet = _meet(at, first, second)
    return np.column_stack([first[meet], second[meet]])


def _corners_of(pairs: Ints, at: Ints) -> Ints:
    """Corners of these pairs of sides, those nearest to the other side first; each once."""
    count = len(at)
    own = np.concatenate([pairs[:, 0], pairs[:, 0] + 1, pairs[:, 1], pairs[:, 1] + 1]) % count
    other = np.concatenate([pairs[:, 1], pairs[:, 1], pairs[:, 0], pairs[:, 0]])
    across = shapely.linestrings(np.stack([at[other], at[(other + 1) % count]], axis=1).astype(np.float64))
    apart = shapely.distance(shapely.points(at[own].astype(np.float64)), across)
    order = np.lexsort((own, apart))
    _, first = np.unique(own[order], return_index=True)
    return own[order][np.sort(first)]


def _sides_at(corners: tuple[int, ...], count: int) -> Ints:
    return np.unique([side % count for corner in corners for side in (corner - 1, corner)]).astype(np.int64)


def _near(at: Ints, corners: tuple[int, ...]) -> Ints:
    """Sides that those at these corners could meet wherever the corners go, ascending."""
    ends = np.roll(at, -1, axis=0)
    low, high = np.minimum(at, ends), np.maximum(at, ends)
    near = np.zeros(len(at), dtype=bool)
    for side in _sides_at(corners, len(at)).tolist():  # two or four
        near |= ((low <= high[side] + _AROUND) & (high >= low[side] - _AROUND)).all(axis=1)
    return np.flatnonzero(near).astype(np.int64)


def _meetings_of(at: Ints, corners: tuple[int, ...], near: Ints) -> Ints:
    """Pairs of sides that meet, of those with a side at one of these corners, (p, 2); ``near`` from :func:`_near`."""
    sides = _sides_at(corners, len(at))
    first, second = np.repeat(sides, len(near)), np.tile(near, len(sides))
    once = (first != second) & ~(np.isin(second, sides) & (second < first))
    first, second = first[once], second[once]
    meet = _meet(at, first, second)
    return np.column_stack([first[meet], second[meet]])


def _meet(at: Ints, first: Ints, second: Ints) -> Mask:
    """Tell which pairs of sides share a place they should not; exact, in whole numbers."""
    count = len(at)
    a, b, c, d = at[first], at[(first + 1) % count], at[second], at[(second + 1) % count]
    next_to = ((first + 1) % count == second) | ((second + 1) % count == first)
    one, two, three, four = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    boxes = ((np.minimum(a, b) <= np.maximum(c, d)) & (np.minimum(c, d) <= np.maximum(a, b))).all(axis=1)
    meet: Mask = boxes & (one * two <= 0) & (three * four <= 0)
    # Neighbours share a corner: they only meet when they run back over each other, or are no side at all.
    straight = np.where((first + 1) % count == second, two, one) == 0
    back = ((b - a) * (d - c)).sum(axis=1) < 0
    empty = (a == b).all(axis=1) | (c == d).all(axis=1)
    result: Mask = np.where(next_to, (straight & back) | empty, meet)
    return result


def _side(a: Ints, b: Ints, c: Ints) -> npt.NDArray[np.int64]:
    """On which side of the line from a to b each c lies: -1, 0 or 1."""
    along, to = b - a, c - a
    turn: npt.NDArray[np.int64] = np.sign(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0])
    return turn


def _doubled_area(corners: Floats) -> float:
    local = corners - corners[0]
    following = np.roll(local, -1, axis=0)
    return float((local[:, 0] * following[:, 1] - following[:, 0] * local[:, 1]).sum())

"""Boundaries that run back over themselves without width, and rings that enclose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eudr_geo.plots.shapes.rings import Floats, Ints, Mask, Rings, same_as_previous, starts_of

FOLD_WIDTH_DEG = 1e-9
"""A fold narrower than this (0.1 mm) has no width: the noise of doubles, not ground."""

_FOLD_SINE = 1e-6

THIN_DEG = 1e-8
"""A ring narrower than this (1 mm) has no area."""


def folds(rings: Rings) -> Mask:
    """Tell at which positions the boundary turns back on itself without width (A-B-A), shape (m,).

    Positions that repeat their predecessor are looked through. The closing position is never marked: the first is.
    """
    marked = np.zeros(len(rings.coords), dtype=bool)
    closing = rings.is_closing()
    same = same_as_previous(rings)
    keep = ~(same | closing)
    keep[np.flatnonzero(same & closing) - 1] = False  # `A B C A A`: the ring's end stands there twice
    at = np.flatnonzero(keep)
    ring = rings.position_ring()[at]
    counts = np.bincount(ring, minlength=len(rings))
    if not len(at):
        return marked
    starts = starts_of(counts)[:-1]
    index = np.arange(len(at))
    first, last = starts[ring], (starts + counts - 1)[ring]
    before = np.where(index == first, last, index - 1)
    after = np.where(index == last, first, index + 1)
    points = rings.coords[at]
    marked[at] = is_fold(points[before], points, points[after]) & (counts[ring] >= 3)
    return marked


def is_fold(before: Floats, here: Floats, after: Floats) -> Mask:
    """Tell whether the way from ``before`` over ``here`` to ``after`` runs back over itself, shape (k,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        back, on = before - here, after - here
        cross = np.abs(back[..., 0] * on[..., 1] - back[..., 1] * on[..., 0])
        dot = (back * on).sum(axis=-1)
        first, second = np.hypot(back[..., 0], back[..., 1]), np.hypot(on[..., 0], on[..., 1])
        narrow = cross <= FOLD_WIDTH_DEG * np.maximum(first, second)
        return np.asarray((dot > 0) & narrow & (cross <= _FOLD_SINE * first * second))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def unfolded(ring: Floats) -> Floats:
    """Return one closed ring without its folds and repeated positions; fewer than four positions: nothing is left.

    Examples
    --------
    >>> import numpy as np
    >>> spiked = np.array([[0, 0], [2, 0], [2, 2], [2, 5], [2, 2], [0, 2], [0, 0]], dtype=float)
    >>> unfolded(spiked).tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]]
    """
    kept: list[tuple[float, float]] = []

    def turns_back(a: int, b: int, c: int) -> bool:
        (ax, ay), (bx, by), (cx, cy) = kept[a], kept[b], kept[c]
        back, on = (ax - bx, ay - by), (cx - bx, cy - by)
        cross = abs(back[0] * on[1] - back[1] * on[0])
        first, second = float(np.hypot(*back)), float(np.hypot(*on))
        return (
            back[0] * on[0] + back[1] * on[1] > 0
            and cross <= FOLD_WIDTH_DEG * max(first, second)
            and cross <= _FOLD_SINE * first * second
        )

    # One position after the other, because a fold that goes may uncover the next: only faulty rings come here.
    for lon, lat in ring[:-1].tolist():
        kept.append((lon, lat))
        while True:
            if len(kept) >= 2 and kept[-1] == kept[-2]:
                kept.pop()
            elif len(kept) >= 3 and turns_back(-3, -2, -1):
                del kept[-2]
            else:
                break
    start = 0
    while len(kept) - start >= 2:
        if kept[-1] == kept[start] or (len(kept) - start >= 3 and turns_back(-2, -1, start)):
            kept.pop()
        elif len(kept) - start >= 3 and turns_back(-1, start, start + 1):
            start += 1
        else:
            break
    kept = kept[start:]
    return np.array([*kept, kept[0]], dtype=np.float64)


def unfold(rings: Rings, which: Sequence[int] | Ints) -> Rings:
    """Return the rings with some of them unfolded (:func:`unfolded`)."""
    chosen = {int(index) for index in which}
    parts = [unfolded(rings.ring(index)) if index in chosen else rings.ring(index) for index in range(len(rings))]
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    return replace(rings, coords=np.concatenate(parts) if parts else rings.coords, starts=starts_of(counts))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def without_width(ring: Floats) -> bool:
    """Tell whether one closed ring encloses nothing: all on one line, or every way walked there and back.

    Examples
    --------
    >>> import numpy as np
    >>> without_width(np.array([[0, 0], [1, 1], [2, 2], [0, 0]], dtype=float))
    True
    """
    if len(ring) < 4:
        return True
    local = ring - ring[0]
    reach = np.hypot(local[:, 0], local[:, 1])
    far = local[int(np.argmax(reach))]
    if not np.isfinite(reach).all():
        return False
    if reach.max() == 0:
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        offset = np.abs(local[:, 0] * far[1] - local[:, 1] * far[0]) / reach.max()
    return bool(offset.max() < THIN_DEG) or len(unfolded(ring)) < 4

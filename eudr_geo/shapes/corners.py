"""Corners that say too much: needles walked out and back, and positions on straight runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Array
from eudr_geo.shapes.rings import Floats, Mask, Rings, rings_of, signed_areas

NEEDLE_REACH_M = 10.0
"""Good practice: a corner that reaches out less is the unrest of a GPS."""
NEEDLE_ANGLE_DEGREES = 3.0
"""Good practice: no field ends in so sharp a corner; a walk out and back does."""
NEEDLE_SHARE = 0.05
"""Good practice: a needle has hardly any of the area of the plot."""
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

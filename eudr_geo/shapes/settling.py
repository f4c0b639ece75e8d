"""Settle a boundary on six decimals so that it stays sound: each position on a corner of its own cell of the grid."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import shapely

from eudr_geo.regulation import COORDINATE_DECIMALS
from eudr_geo.shapes.decimals import broken_at_six, round6, without_doubles
from eudr_geo.shapes.folds import folds
from eudr_geo.shapes.rings import Floats, rings_of

_ON_EARTH = 360.0  # degrees; metres of a grid have no sixth decimal to settle
_NEAREST = 6  # positions near a broken place that are tried
_MOST_MOVED = 3  # of them together
_TRIES = 4_000  # for one plot: well below a second


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def settled(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Return the geometry at six decimals, sound whether numbers are then rounded or cut off; None if none is found.

    Every position goes to one of the four corners of its cell, so none moves by more than 1e-6 degrees. The nearest
    corner is taken everywhere but near the broken place, where as few positions as possible take another one.
    """
    rounded = shapely.transform(geometry, round6)
    if (fine := _sound(rounded, geometry)) is not None:
        return fine
    coords = shapely.get_coordinates(geometry)
    if not (np.abs(coords) <= _ON_EARTH).all():
        return None
    place = broken_at_six(np.array([geometry], dtype=object))[0, 2:4]
    if not np.isfinite(place).all():
        return None
    step = 10.0**-COORDINATE_DECIMALS
    near = np.argsort(np.hypot(*(coords - place).T), kind="stable")
    # A ring's first position stands at its end as well: both move together.
    distinct: list[Floats] = []
    for row in near.tolist():
        if not any((coords[row] == one).all() for one in distinct):
            distinct.append(coords[row])
        if len(distinct) == _NEAREST:
            break
    base = shapely.get_coordinates(rounded)
    where = [np.flatnonzero((coords == one).all(axis=1)) for one in distinct]
    corners = [_corners(one, step) for one in distinct]
    tries = 0
    for count in range(1, _MOST_MOVED + 1):
        for chosen in combinations(range(len(distinct)), count):
            for places in product(*(corners[one] for one in chosen)):
                tries += 1
                if tries > _TRIES:
                    return None
                moved = base.copy()
                for one, corner in zip(chosen, places, strict=True):
                    moved[where[one]] = corner
                if (fine := _sound(shapely.set_coordinates(_copy(rounded), moved), geometry)) is not None:
                    return fine
    return None


def _copy(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda coords: coords)


def _corners(position: Floats, step: float) -> list[tuple[float, float]]:
    """The four corners of the cell of a position, the nearest first."""
    low = np.floor(position / step)
    every = [np.round((low + np.array(side)) * step, COORDINATE_DECIMALS) for side in product((0, 1), repeat=2)]
    every = [corner for corner in every if (np.abs(corner - position) <= step * (1 + 1e-9)).all()]
    every.sort(key=lambda corner: float(np.hypot(*(corner - position))))
    return [(float(lon), float(lat)) for lon, lat in every]


def _sound(candidate: shapely.Geometry, original: shapely.Geometry) -> shapely.Geometry | None:
    """The candidate without doubled positions, if it is sound in either reading and of the same kind."""
    fine: shapely.Geometry = without_doubles(np.array([candidate], dtype=object))[0]
    same_kind = shapely.get_type_id(fine) == shapely.get_type_id(original)
    same_parts = shapely.get_num_geometries(fine) == shapely.get_num_geometries(original)
    whole = np.array([fine], dtype=object)
    is_sound = shapely.is_valid(fine) and not folds(rings_of(whole)).any() and not broken_at_six(whole)[0, :2].any()
    return fine if same_kind and same_parts and is_sound else None

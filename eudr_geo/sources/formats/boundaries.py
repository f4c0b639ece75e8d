"""Positions as written → geometries and what the digits tell, one by one or a whole table at once.

Used by every reader; a geometry that cannot be held is refused with the value and what to write instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import COORDINATE_DECIMALS, MIN_RING_POSITIONS
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.plots.building import build_polygons, ring_faults
from eudr_geo.words.saying import counted, say

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FACTS = ("open_rings", "short_rings", "has_z", "vertices", "short_lons", "short_lats", "decimals")
"""Columns of a plot table that say how the geometry was written."""

_EXPORT_AGAIN = "reading:do.export-again"
_DEPTH = {"Point": 1, "MultiPoint": 2, "LineString": 2, "Polygon": 3, "MultiLineString": 3, "MultiPolygon": 4}
_NUMBER = re.compile(r"[-+]?(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?|[-+]?\.(\d+)")
_WRITTEN_SHORT = 1e-9  # degrees: no device writes a sixth decimal so near to none
_SAME = 1e-12  # degrees: two doubles of one written number
_BLOCK = 1 << 10  # geometries
_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")


@dataclass
class Shape:
    """One geometry and its facts."""

    geometry: Any
    open_rings: int = 0
    short_rings: int = 0
    has_z: bool = False
    vertices: int = 0
    short_lons: int = 0
    short_lats: int = 0
    decimals: int = 0


def decimals_of(text: str) -> int:
    """Return how many decimals a number is written with; an exponent moves the point.

    Examples
    --------
    >>> [decimals_of(text) for text in ("12.500000", "12", "1e-06", "1.25e1")]
    [6, 0, 6, 1]
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return 0
    after = len(match[2] or match[4] or "")
    return max(after - int(match[3] or 0), 0)


def number_of(text: Any) -> float:
    """Return an ordinate; refuse anything but a finite number as JSON or a plain decimal writes it."""
    if isinstance(text, NumberText) and _NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value) and abs(value) < 1e12:
            return value + 0.0
    shown = {None: "null", True: "true", False: "false"}.get(text, str(text)[:80]) if text.__hash__ else "a list"
    if isinstance(text, str) and _COMMA.fullmatch(text):
        fix = say("shapes:number.point.do", number=text.strip().replace(",", "."))
    elif isinstance(text, str) and not isinstance(text, NumberText) and _NUMBER.fullmatch(text.strip()):
        shown = f'"{shown}"'
        fix = say("shapes:number.quotes.do", number=text.strip())
    elif isinstance(text, (list, dict)):
        raise RecordError("unreadable-record", say("shapes:number.list"), say("shapes:do.position"))
    else:
        fix = say("shapes:number.do")
    raise RecordError("not-finite", say("shapes:number", text=shown), fix, shown)


def shape_of(kind: str, nested: Any) -> Shape:
    """Build one geometry from nested lists of numbers as text.

    Parameters
    ----------
    kind
        GeoJSON name of the geometry; ``GeometryCollection`` takes a list of (kind, nested).
    nested
        Positions as GeoJSON nests them, every number as text.

    Raises
    ------
    RecordError
        Naming the value and what to write instead.
    """
    if kind == "GeometryCollection":
        parts = [shape_of(*part) for part in nested]
        if not parts:
            raise RecordError("missing-geometry", say("shapes:collection.empty"), say("shapes:collection.empty.do"))
        return _merged(shapely.geometrycollections([part.geometry for part in parts]), parts)
    if kind not in _DEPTH:
        raise RecordError(
            "unsupported-geometry",
            say("shapes:no-geometry-of-plot", what=kind[:40]),
            say("shapes:no-geometry-of-plot.do"),
            kind[:80],
        )
    if kind == "Point" and isinstance(nested, list) and nested and isinstance(nested[0], list):
        raise RecordError("nested-point", say("shapes:nested-point"), say("shapes:do.position"))
    if not nested:
        raise RecordError("missing-geometry", say("shapes:no-positions"), say("shapes:do.walk-and-export"))
    _check_depth(nested, _DEPTH[kind])
    if kind == "Point":
        return _positions_shape([nested], lambda xy: shapely.Point(xy[0]))
    if kind == "MultiPoint":
        return _positions_shape(nested, shapely.MultiPoint)
    if kind == "LineString":
        return _positions_shape(nested, lambda xy: shapely.LineString(xy if len(xy) > 1 else [xy[0], xy[0]]))
    if kind == "MultiLineString":
        lines = [shape_of("LineString", line) for line in nested]
        return _merged(shapely.multilinestrings([line.geometry for line in lines]), lines)
    polygons = [_polygon(rings) for rings in ([nested] if kind == "Polygon" else nested)]
    geometry = polygons[0].geometry if kind == "Polygon" else shapely.multipolygons([p.geometry for p in polygons])
    return _merged(geometry, polygons)


def _check_depth(nested: Any, depth: int) -> None:
    if depth == 0:
        return
    if not isinstance(nested, list):
        raise RecordError("unreadable-record", say("shapes:nested"), say(_EXPORT_AGAIN))
    for inner in nested:
        if depth > 1:
            if not isinstance(inner, list) or not inner:
                raise RecordError(
                    "unreadable-record",
                    say("shapes:nested"),
                    say(_EXPORT_AGAIN),
                )
            _check_depth(inner, depth - 1)


def _positions_shape(positions: Sequence[Sequence[Any]], build: Any) -> Shape:
    for position in positions:
        if isinstance(position, (list, tuple)) and any(isinstance(one, (list, tuple)) for one in position):
            raise RecordError("unreadable-record", say("shapes:nested"), say(_EXPORT_AGAIN))
        if not isinstance(position, (list, tuple)) or not 2 <= len(position) <= 4:
            raise _no_position(position)
        if len(position) == 4 and not any(decimals_of(str(one)) for one in position):
            written = f"[{', '.join(map(str, position))}]"
            raise RecordError(
                "unreadable-record",
                say("shapes:four-whole", written=written[:80]),
                say("shapes:four-whole.do"),
                written[:80],
            )
    xy = np.array([[number_of(position[0]), number_of(position[1])] for position in positions])
    for position in positions:
        for extra in position[2:]:
            number_of(extra)
    digits = [(decimals_of(str(position[0])), decimals_of(str(position[1]))) for position in positions]
    return Shape(
        build(xy),
        has_z=any(len(position) > 2 for position in positions),
        vertices=len(positions),
        short_lons=sum(lon < COORDINATE_DECIMALS for lon, _ in digits),
        short_lats=sum(lat < COORDINATE_DECIMALS for _, lat in digits),
        decimals=max(max(pair) for pair in digits),
    )


def _no_position(position: Any) -> RecordError:
    found = list(position) if isinstance(position, (list, tuple)) else [position]
    written = f"[{', '.join(str(one) for one in found[:6])}{' …' if len(found) > 6 else ''}]"
    return RecordError(
        "unreadable-record",
        counted("shapes:position-of", len(found), written=written[:80]),
        say("shapes:do.position"),
        written[:80],
    )


def _polygon(rings: Sequence[Any]) -> Shape:
    parts = [_positions_shape(ring, lambda xy: xy) for ring in rings]
    xy = np.concatenate([part.geometry for part in parts])
    starts = np.cumsum([0, *(part.vertices for part in parts)])
    is_open, is_short = ring_faults(xy, starts)
    # A ring too short to be one is only that: whether it is open says nothing more.
    for part, opened, short in zip(parts, (is_open & ~is_short).tolist(), is_short.tolist(), strict=True):
        part.open_rings, part.short_rings = int(opened), int(short)
    return _merged(build_polygons(xy, starts, np.array([0, len(parts)]))[0], parts)


def _merged(geometry: Any, parts: Sequence[Shape]) -> Shape:
    return Shape(
        geometry,
        open_rings=sum(part.open_rings for part in parts),
        short_rings=sum(part.short_rings for part in parts),
        has_z=any(part.has_z for part in parts),
        vertices=sum(part.vertices for part in parts),
        short_lons=sum(part.short_lons for part in parts),
        short_lats=sum(part.short_lats for part in parts),
        decimals=max((part.decimals for part in parts), default=0),
    )


def facts_of_doubles(geometries: Any) -> dict[str, npt.NDArray[Any]]:
    """Return the facts of geometries that came as doubles (binary formats): digits are those of the shortest text.

    A double within 1e-9 of a value with five decimals was written with five; that is all a binary file can tell.
    """
    # Blocks that stay in the processor's cache, and memory that is used again: several times faster.
    parts = [_facts(geometries[at : at + _BLOCK]) for at in range(0, max(len(geometries), 1), _BLOCK)]
    return {name: np.concatenate([part[name] for part in parts]) for name in FACTS}


def _facts(geometries: Any) -> dict[str, npt.NDArray[Any]]:
    coords, owner = shapely.get_coordinates(geometries, return_index=True)
    n = len(geometries)

    def count(mask: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(owner[mask], minlength=n).astype(np.int64)

    scaled = coords * 10.0 ** (COORDINATE_DECIMALS - 1)
    short = np.abs(np.rint(scaled) - scaled) < _WRITTEN_SHORT * 10 ** (COORDINATE_DECIMALS - 1)
    scaled *= 10
    is_exact = np.abs(np.rint(scaled) - scaled) < _SAME * 10**COORDINATE_DECIMALS
    digits = np.full(coords.shape, COORDINATE_DECIMALS, dtype=np.int8)
    # Nearly all have six: only the others are looked at digit by digit.
    for chosen, places in (
        (short & is_exact, range(COORDINATE_DECIMALS)),
        (~is_exact, range(COORDINATE_DECIMALS + 1, 16)),
    ):
        values = coords[chosen]
        found = np.full(len(values), 15, dtype=np.int64)
        for place in reversed(places):
            found[np.abs(np.round(values, place) - values) < _SAME] = place
        digits[chosen] = np.where(short[chosen], np.minimum(found, COORDINATE_DECIMALS), found)
    decimals = largest(np.maximum(digits[:, 0], digits[:, 1]), owner, n)
    return {
        "open_rings": np.zeros(n, dtype=np.int64),
        "short_rings": np.zeros(n, dtype=np.int64),
        "has_z": shapely.has_z(geometries),
        "vertices": np.bincount(owner, minlength=n).astype(np.int64),
        "short_lons": count(short[:, 0]),
        "short_lats": count(short[:, 1]),
        "decimals": decimals,
    }


def largest(values: npt.NDArray[Any], owner: Ints, n: int) -> Ints:
    """Return the largest value of each of n owners, 0 where it has none; ``owner`` ascends.

    Examples
    --------
    >>> largest(np.array([3, 6, 5]), np.array([0, 0, 2]), 3).tolist()
    [6, 0, 5]
    """
    found = np.zeros(n, dtype=np.int64)
    if len(owner):
        starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
        found[owner[starts]] = np.maximum.reduceat(values, starts)
    return found


def line_fault(kind: str, what: str, offer: Shape | None, fix: str) -> RecordError:
    """Return what is wrong with a line; one that comes back to its start says how to take it as a boundary.

    Examples
    --------
    >>> line_fault("LineString", "a LineString is a track, not a plot", None, "close the walk").why
    'a LineString is a track, not a plot'
    """
    if offer is None:
        return RecordError("unsupported-geometry", what, fix, kind)
    return RecordError("unsupported-geometry", say("shapes:comes-back", what=what), say("shapes:comes-back.do"), kind)


def offered_polygon(positions: Sequence[Sequence[Any]], *, gap_m: float = 20.0) -> Shape | None:
    """Return the polygon that a line would be if it were closed, None when it does not come back to its start.

    ``gap_m`` is good practice: a phone's position is good to about ten metres, twice.
    """
    if len(positions) < MIN_RING_POSITIONS - 1:
        return None
    shape = shape_of("Polygon", [list(positions)])
    ring = shapely.get_coordinates(shape.geometry)
    last = np.array([number_of(positions[-1][0]), number_of(positions[-1][1])])
    step = (last - ring[0]) * np.array([np.cos(np.radians(ring[0, 1])), 1.0]) * 111_320
    if np.hypot(*step) > gap_m or shape.short_rings:
        return None
    shape.open_rings = 0
    return shape

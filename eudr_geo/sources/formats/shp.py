"""The shapes of a Shapefile (.shp), record by record, as the published format has them (ESRI, July 1998)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.model.source import RecordError, WholeFileError
from eudr_geo.plots.building import build_polygons
from eudr_geo.sources.formats.double_shapes import MADE, Told, damaged, no_geometry
from eudr_geo.words.saying import say

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_HEAD, _RECORD_HEAD, _KIND = 100, 8, 4  # bytes
_PARTS, _COUNT, _STARTS, _ONE_RING = 36, 40, 44, 48  # bytes into a polygon: how many, where; its positions, if one ring
_FILE_CODE = 9994
_POINTS, _LINES, _POLYGONS, _MULTIPOINTS, _PATCHES = {1, 11, 21}, {3, 13, 23}, {5, 15, 25}, {8, 18, 28}, 31
_WITH_MORE = {11, 13, 15, 18, 21, 23, 25, 28}  # heights or measures


def shapes_of(shp: bytes, shx: bytes, name: str) -> list[Told | RecordError]:
    """Return the shape of each record, or why there is none.

    Parameters
    ----------
    shp
        The file of shapes.
    shx
        Its index; b"" when it is missing, then the shapes are found one behind the other.
    name
        What the layer is called, for messages.

    Raises
    ------
    WholeFileError
        When it is no file of shapes at all.
    """
    if len(shp) < _HEAD or struct.unpack_from(">i", shp)[0] != _FILE_CODE:
        raise WholeFileError("unreadable-file", say("shapes:layer.damaged", name=name), say("shapes:do.again"))
    places, sizes = _places(shp, shx)
    found: list[Any] = _plain(shp, places, sizes)
    for row, told in enumerate(found):
        if told is not None:
            continue
        at, size = int(places[row]), int(sizes[row])
        try:
            found[row] = breaks_off() if at < 0 else _shape(shp[at : at + size])
        except RecordError as error:
            found[row] = error
        except (struct.error, ValueError):
            found[row] = damaged()
    return found


def breaks_off() -> RecordError:
    """Return what is said of a record that the file of shapes no longer holds."""
    return RecordError("unreadable-record", say("shapes:shp.breaks-off"), say("shapes:do.again"))


def box_of(shp: bytes) -> tuple[float, float, float, float]:
    """Return what the file says it covers: west, south, east, north."""
    return struct.unpack_from("<4d", shp, 36) if len(shp) >= _HEAD else (0.0, 0.0, 0.0, 0.0)


def _places(shp: bytes, shx: bytes) -> tuple[Ints, Ints]:
    """Where the content of each record begins and how long it is, bytes; -1 for one that the file does not hold.

    The index is believed when its entries lie one behind the other, or when each leads to a record of its own that is
    as long as it says. A damaged one would give a plot the land of another: then the shapes are taken as they follow.
    """
    entries = np.frombuffer(shx[_HEAD : _HEAD + _whole(shx)], ">i4").reshape(-1, 2).astype(np.int64) * 2
    at, length = entries[:, 0], entries[:, 1]
    ends = at + _RECORD_HEAD + length
    is_there = (at >= _HEAD) & (length >= _KIND) & (ends <= len(shp))
    _, first = np.unique(at, return_index=True)
    if len(entries) and at[0] == _HEAD and (at[1:] == ends[:-1]).all() and ends[-1] + _RECORD_HEAD + _KIND > len(shp):
        return np.where(is_there, at + _RECORD_HEAD, -1), length
    if len(entries) and is_there.all() and len(first) == len(at):
        heads = np.frombuffer(b"".join([shp[start + 4 : start + 8] for start in at.tolist()]), ">i4")
        if (heads.astype(np.int64) * 2 == length).all() and len(_chain(shp)) <= len(entries):
            return at + _RECORD_HEAD, length
    found = _chain(shp)
    if len(found) >= len(entries):
        return found[:, 0], found[:, 1]
    is_there &= np.isin(np.arange(len(at)), first)
    return np.where(is_there, at + _RECORD_HEAD, -1), length


def _chain(shp: bytes) -> Ints:
    """Content and length of the records, from one to the next, as far as they go."""
    found: list[tuple[int, int]] = []
    place = _HEAD
    while place + _RECORD_HEAD + _KIND <= len(shp):
        own = struct.unpack_from(">i", shp, place + 4)[0] * 2
        if own < _KIND or place + _RECORD_HEAD + own > len(shp):
            break
        found.append((place + _RECORD_HEAD, own))
        place += _RECORD_HEAD + own
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _plain(shp: bytes, places: Ints, sizes: Ints) -> list[Any]:
    """Points and polygons of one sound ring, made together; None for what has to be looked at alone."""
    found: list[Any] = [None] * len(places)
    words = np.frombuffer(shp, "<i4", len(shp) // 4)
    inside = places >= 0
    aligned = inside & (places % 4 == 0)  # as every program writes them
    kind = np.zeros(len(places), dtype=np.int64)
    kind[aligned] = words[places[aligned] // 4]
    rows = np.flatnonzero(np.isin(kind, list(_POLYGONS)) & (sizes >= _ONE_RING))
    first = places[rows] // 4
    count = words[first + _COUNT // 4].astype(np.int64)
    is_one = (words[first + _PARTS // 4] == 1) & (words[first + _STARTS // 4] == 0)
    is_one &= (count >= MIN_RING_POSITIONS) & (_ONE_RING + 16 * count <= sizes[rows])
    rows, first, count = rows[is_one], 4 * first[is_one] + _ONE_RING, count[is_one]
    points = np.flatnonzero(np.isin(kind, list(_POINTS)) & (sizes >= _KIND + 16))
    for chosen, start, number in (
        (rows, first, count),
        (points, places[points] + _KIND, np.ones(len(points), dtype=np.int64)),
    ):
        if not len(chosen):
            continue
        before = np.cumsum(number) - number
        ends = (start + 16 * number).tolist()
        xy = np.frombuffer(b"".join(map(shp.__getitem__, map(slice, start.tolist(), ends))), "<f8").reshape(-1, 2)
        sound = np.ones(len(chosen), dtype=bool)
        if not np.isfinite(xy).all():
            sound = np.logical_and.reduceat(np.isfinite(xy).all(axis=1), before)
        if chosen is rows:
            sound &= (xy[before] == xy[before + number - 1]).all(axis=1)
        if not sound.all():
            xy = xy[np.repeat(sound, number)]
        starts = np.append(0, np.cumsum(number[sound]))
        made: Any = build_polygons(xy, starts) if chosen is rows else shapely.points(xy)
        more = np.isin(kind[chosen[sound]], list(_WITH_MORE)).tolist()
        for row, geometry, has_more in zip(chosen[sound].tolist(), made, more, strict=True):  # only put in its place
            found[row] = (MADE, geometry, has_more)
    return found


def _whole(shx: bytes) -> int:
    return max(len(shx) - _HEAD, 0) // _RECORD_HEAD * _RECORD_HEAD


def _shape(content: bytes) -> Told:
    kind = struct.unpack_from("<i", content)[0]
    more = kind in _WITH_MORE
    if kind == 0:
        raise no_geometry()
    if kind == _PATCHES:
        raise RecordError(
            "unsupported-geometry", say("shapes:no-plot", kind="MultiPatch"), say("shapes:do.polygons"), "MultiPatch"
        )
    if kind in _POINTS:
        return "Point", _positions(content, 4, 1), more
    if kind in _MULTIPOINTS:
        return "MultiPoint", _positions(content, 40, struct.unpack_from("<i", content, 36)[0]), more
    if kind not in _LINES | _POLYGONS:
        raise damaged()
    parts, count = struct.unpack_from("<2i", content, 36)
    if parts < 0 or count < 0 or 44 + 4 * parts > len(content):
        raise damaged()
    starts = np.frombuffer(content, "<i4", parts, 44)
    xy = _positions(content, 44 + 4 * parts, count)
    if parts and (starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] >= max(count, 1)):
        raise damaged()
    pieces = [xy] if parts == 1 else np.split(xy, starts[1:].astype(np.int64)) if parts else []
    if kind in _LINES:
        return ("LineString", pieces[0], more) if parts == 1 else ("MultiLineString", pieces, more)
    if parts <= 1:
        return "Polygon", pieces, more
    polygons = _grouped(pieces)
    return ("Polygon", polygons[0], more) if len(polygons) == 1 else ("MultiPolygon", polygons, more)


def _positions(content: bytes, at: int, count: int) -> Floats:
    if count < 0 or at + 16 * count > len(content):
        raise damaged()
    return np.frombuffer(content, "<f8", 2 * count, at).reshape(-1, 2).astype(np.float64)


def _grouped(rings: Sequence[Floats]) -> list[list[Floats]]:
    """Put rings together to polygons: the format winds exteriors clockwise, holes the other way.

    A hole belongs to the smallest exterior around it; one that lies in none is a part of its own. Where no ring is
    clockwise the writer did not keep to the format, and a ring inside an odd number of others is a hole.
    """
    if any(len(ring) < 4 or not np.isfinite(ring).all() or (ring[0] != ring[-1]).any() for ring in rings):
        return [list(rings)] if len(rings) == 1 else [[ring] for ring in rings]
    shells: Any = shapely.polygons(np.array([shapely.LinearRing(ring) for ring in rings], dtype=object))
    areas = np.array([_signed(ring) for ring in rings])
    inside = shapely.covers(shells[:, None], shapely.points([ring[0] for ring in rings])[None, :])
    np.fill_diagonal(inside, val=False)
    inside &= np.abs(areas)[:, None] > np.abs(areas)[None, :]
    is_shell = areas < 0
    if not is_shell.any():
        is_shell = inside.sum(axis=0) % 2 == 0
    polygons: dict[int, list[Floats]] = {row: [rings[row]] for row in np.flatnonzero(is_shell).tolist()}
    for row in np.flatnonzero(~is_shell).tolist():
        around = np.flatnonzero(inside[:, row] & is_shell).tolist()
        if around:
            polygons[min(around, key=lambda shell: abs(areas[shell]))].append(rings[row])
        else:
            polygons[row] = [rings[row]]
    return [polygons[row] for row in sorted(polygons)]


def _signed(ring: Floats) -> float:
    xy = ring - ring[0]
    return float((xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]).sum() / 2)

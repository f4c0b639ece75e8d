"""Geometries as a GeoPackage stores them: a header, then well-known binary; many of them at once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.model.source import RecordError
from eudr_geo.plots.building import build_polygons
from eudr_geo.sources.formats.double_shapes import MADE, Told, damaged, no_geometry
from eudr_geo.sources.formats.wkb import kind_of, parse
from eudr_geo.words.saying import say

LONGEST_VALUE = 50_000_000
"""Bytes of one value that are still read."""
HUGE = object()
"""Stands for the shape of a row that holds a longer one."""
_HEAD, _LEAST = 8, 13  # bytes of a header without envelope, and of that and the mark of a geometry
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_POSITION = 16  # bytes of a flat one
_RING = np.dtype([("mark", "V9"), ("count", "<u4")])  # before the positions of a polygon of one ring
_RING_HEAD = _RING.itemsize
_ONE_RING = np.void(struct.pack("<BII", 1, 3, 1))
_SIMPLE = {"Point", "Polygon", "MultiPoint", "MultiPolygon"}
_NAMES_NONE = (0, -1)


def of_other_systems(blobs: Sequence[Any], srs: Any) -> list[int]:
    """Return the rows whose shape names a system that is not its layer's; 0 and -1 name none."""
    if not isinstance(srs, int):
        return []
    fine = {struct.pack(order, one) for order in ("<i", ">i") for one in (*_NAMES_NONE, srs)}
    told = [blob[4:_HEAD] if blob.__class__ is bytes and blob[:2] == b"GP" else b"" for blob in blobs]
    others = {one for one in set(told) - fine if len(one) == _HEAD - 4}
    return [row for row, one in enumerate(told) if one in others] if others else []


def shapes_of(blobs: Sequence[Any]) -> list[Told | RecordError]:
    """Return the stored geometries: polygons of one ring from their doubles, nearly all of a file; then the others."""
    is_ring, polygons = _one_rings(blobs)
    found: list[Told | RecordError] = [(MADE, None, False)] * len(blobs)
    others = np.flatnonzero(~is_ring).tolist()
    for row, one in zip(others, _other_shapes([blobs[row] for row in others]), strict=True):
        found[row] = one
    for row, polygon in zip(np.flatnonzero(is_ring).tolist(), polygons.tolist(), strict=True):
        found[row] = (MADE, polygon, False)
    return found


def _one_rings(blobs: Sequence[Any]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]:
    """Which values are sound flat polygons of one closed ring, shape (n,), and these polygons."""
    nothing = np.zeros(len(blobs), dtype=bool), np.empty(0, dtype=object)
    if not all(blob.__class__ is bytes and len(blob) >= _HEAD for blob in blobs):
        return nothing
    heads = np.frombuffer(b"".join([blob[:_HEAD] for blob in blobs]), dtype=np.uint8).reshape(-1, _HEAD)
    starts = _HEAD + np.array(_ENVELOPE_BYTES)[np.minimum((heads[:, 3] >> 1) & 7, 4)]
    sizes = np.fromiter(map(len, blobs), dtype=np.int64, count=len(blobs)) - starts - _RING_HEAD
    is_ring = (
        (heads[:, :2] == list(b"GP")).all(axis=1) & (sizes >= MIN_RING_POSITIONS * _POSITION) & (sizes % _POSITION == 0)
    )
    rows = np.flatnonzero(is_ring)
    chosen = list(zip([blobs[row] for row in rows.tolist()], starts[rows].tolist(), strict=True))
    rings = np.frombuffer(b"".join([blob[at : at + _RING_HEAD] for blob, at in chosen]), dtype=_RING)
    is_one = (rings["mark"] == _ONE_RING) & (rings["count"] == sizes[rows] // _POSITION)
    if not is_one.all():
        chosen = [one for one, is_right in zip(chosen, is_one.tolist(), strict=True) if is_right]
        rows = rows[is_one]
    xy = np.frombuffer(b"".join([blob[at + _RING_HEAD :] for blob, at in chosen]), dtype="<f8").reshape(-1, 2)
    ends = np.cumsum(sizes[rows] // _POSITION)
    offsets = np.append(0, ends)
    # One that is open, or no number, leaves the fast way to all: files of one program are all alike.
    if not (len(rows) and np.isfinite(xy).all() and (xy[offsets[:-1]] == xy[ends - 1]).all()):
        return nothing
    is_ring = np.zeros(len(blobs), dtype=bool)
    is_ring[rows] = True
    return is_ring, build_polygons(xy, offsets)


def _other_shapes(blobs: Sequence[Any]) -> list[Told | RecordError]:
    """The stored geometries: those that the library can build together, the others one by one."""
    inside, is_simple = _inside(blobs)
    simple: list[Any] = [wkb if one else None for wkb, one in zip(inside, is_simple, strict=True)]
    try:
        with np.errstate(invalid="ignore"):  # numbers that are none are looked for below
            made = shapely.from_wkb(simple, on_invalid="ignore")
    except NotImplementedError:  # a curve inside a geometry that has none
        made = np.full(len(blobs), None, dtype=object)
    sound = ~(shapely.is_missing(made) | shapely.is_empty(made))
    if not np.isfinite(shapely.get_coordinates(made)).all():
        coords, owner = shapely.get_coordinates(made, return_index=True)
        sound[owner[~np.isfinite(coords).all(axis=1)]] = False
    more = (shapely.has_z(made) | shapely.has_m(made)).tolist()
    found: list[Told | RecordError] = [(MADE, *both) for both in zip(made, more, strict=True)]
    for row in np.flatnonzero(~sound).tolist():
        wkb = inside[row]
        if isinstance(wkb, RecordError):
            found[row] = wkb
            continue
        try:
            kind, nested = parse(wkb)
        except ValueError:
            found[row] = damaged()
        else:
            found[row] = (kind, nested, more[row])
    return found


def _inside(blobs: Sequence[Any]) -> tuple[list[bytes | RecordError], list[bool]]:
    """The geometry in each stored value, behind the header that the standard puts before it; whether it is simple."""
    # Of a file that a program wrote, all values look alike: their headers are read together.
    if all(blob.__class__ is bytes and len(blob) >= _LEAST for blob in blobs):
        heads = np.frombuffer(b"".join([blob[:_HEAD] for blob in blobs]), dtype=np.uint8).reshape(-1, _HEAD)
        starts = _HEAD + np.array(_ENVELOPE_BYTES)[np.minimum((heads[:, 3] >> 1) & 7, 4)]
        wkbs = [blob[start:] for blob, start in zip(blobs, starts.tolist(), strict=True)]
        marks = {mark: kind_of(mark) for mark in {wkb[:5] for wkb in wkbs}}
        if (heads[:, :2] == list(b"GP")).all() and all(marks.values()):
            simple = {mark for mark, kind in marks.items() if kind in _SIMPLE}
            return [*wkbs], [wkb[:5] in simple for wkb in wkbs]
    inside = [_wkb(blob) for blob in blobs]
    return inside, [isinstance(wkb, bytes) and kind_of(wkb) in _SIMPLE for wkb in inside]


def _wkb(blob: Any) -> bytes | RecordError:
    if blob is HUGE:
        return RecordError("unreadable-record", say("shapes:huge", most=LONGEST_VALUE), say("shapes:huge.do"))
    if blob is None:
        return no_geometry()
    if not isinstance(blob, bytes) or len(blob) < _HEAD or blob[:2] != b"GP":
        return damaged()
    wkb = blob[_HEAD + _ENVELOPE_BYTES[min((blob[3] >> 1) & 7, 4)] :]
    return wkb if kind_of(wkb) else damaged()


def reach(blobs: Sequence[Any]) -> float:
    r"""Return the largest absolute longitude or easting that the header of the first geometry tells; 0 if it does not.

    Examples
    --------
    >>> head = b"GP\0\x03" + struct.pack("<i4d", 4326, 108.0, 109.0, 12.0, 13.0)
    >>> reach([None, head]), reach([b"GP"])
    (109.0, 0.0)
    """
    blob = next((blob for blob in blobs if isinstance(blob, bytes)), b"")
    if len(blob) < 24 or not (blob[3] >> 1) & 7:
        return 0.0
    west, east = struct.unpack("<2d" if blob[3] & 1 else ">2d", blob[8:24])
    return float(max(abs(west), abs(east)))

"""Geometries as GeoPackage binary (OGC 12-128r18, 2.1.3): a small head with the envelope, then WKB."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

_BARE_HEAD = struct.Struct("<2sBBi")
_BOX_HEAD = struct.Struct("<2sBBi4d")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_LITTLE, _BOX, _EMPTY = 1, 1 << 1, 1 << 4  # bits of the flags byte
_POINT_WKB = b"\x01\x01\x00\x00\x00"  # little endian, type 1
SRS_ID = 4326

Edges = tuple[float, float, float, float]


def encode(geometries: Any) -> list[bytes | None]:
    """Return blobs of geometries, shape (n,); None stays None.

    Examples
    --------
    >>> import shapely
    >>> blob, nothing = encode([shapely.Point(108, 12), None])
    >>> decode(blob).wkt, nothing
    ('POINT (108 12)', None)
    """
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    wkb = shapely.to_wkb(array, byte_order=1, output_dimension=2)
    boxes = shapely.bounds(array)
    empty = shapely.is_empty(array)
    boxed = ~empty & (shapely.get_type_id(array) != 0)
    bare = _BARE_HEAD.pack(b"GP", 0, _LITTLE, SRS_ID)
    hollow = _BARE_HEAD.pack(b"GP", 0, _LITTLE | _EMPTY, SRS_ID)
    return [
        None
        if blob is None
        else _BOX_HEAD.pack(b"GP", 0, _LITTLE | _BOX, SRS_ID, box[0], box[2], box[1], box[3]) + blob
        if has_box
        else (hollow if is_empty else bare) + blob
        for blob, box, has_box, is_empty in zip(wkb, boxes.tolist(), boxed.tolist(), empty.tolist(), strict=True)
    ]


def decode(blob: bytes | None) -> Any:
    """Return the geometry of a blob.

    Raises
    ------
    ValueError
        When the blob is no GeoPackage geometry.
    """
    return None if blob is None else shapely.from_wkb(_wkb(blob))


def decode_all(blobs: Sequence[bytes | None]) -> Any:
    """Return the geometries of blobs, shape (n,), dtype object; None stays None.

    Raises
    ------
    ValueError
        When one of them is no GeoPackage geometry.
    """
    array = np.empty(len(blobs), dtype=object)
    array[:] = [None if blob is None else _wkb(blob) for blob in blobs]
    return shapely.from_wkb(array)


def _wkb(blob: bytes) -> bytes:
    if len(blob) < _BARE_HEAD.size or blob[:2] != b"GP" or (blob[3] >> 1) & 7 >= len(_ENVELOPE_BYTES):
        raise ValueError("not a GeoPackage geometry")
    return blob[_BARE_HEAD.size + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def is_empty(blob: bytes) -> bool:
    """Tell whether the head says that there is no position."""
    return bool(blob[3] & _EMPTY)


def edges(blob: bytes) -> Edges | None:
    """Return west, east, south, north of a blob of any program; None where it has none.

    The head is believed where it carries a box, as the standard's own spatial functions do.
    """
    if len(blob) < _BARE_HEAD.size or blob[:2] != b"GP" or is_empty(blob):
        return None
    if (blob[3] >> 1) & 7:
        order = "<" if blob[3] & _LITTLE else ">"
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, _BARE_HEAD.size)
        return west, east, south, north
    if blob[8:13] == _POINT_WKB:
        lon, lat = struct.unpack_from("<2d", blob, 13)
        return lon, lon, lat, lat
    west, south, east, north = shapely.bounds(
        decode(blob)
    ).tolist()  # allowed by the standard, written by nobody we met
    return None if west != west else (west, east, south, north)  # noqa: PLR0124 (NaN)

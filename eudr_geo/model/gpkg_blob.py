"""Geometries as GeoPackage binary (OGC 12-128r18, 2.1.3): a small head with the envelope, then WKB."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import shapely

_POINT_HEAD = struct.Struct("<2sBBi")
_BOX_HEAD = struct.Struct("<2sBBi4d")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
SRS_ID = 4326


def encode(geometries: Any) -> list[bytes | None]:
    """Return blobs of geometries, shape (n,); None stays None."""
    array = np.asarray(geometries, dtype=object)
    wkb = shapely.to_wkb(array, byte_order=1, output_dimension=2)
    boxes = shapely.bounds(array)
    has_box = ~shapely.is_empty(array) & (shapely.get_type_id(array) != 0)
    return [
        None
        if blob is None
        else _BOX_HEAD.pack(b"GP", 0, 3, SRS_ID, box[0], box[2], box[1], box[3]) + blob
        if boxed
        else _POINT_HEAD.pack(b"GP", 0, 1, SRS_ID) + blob
        for blob, box, boxed in zip(wkb, boxes.tolist(), has_box.tolist(), strict=True)
    ]


def decode(blob: bytes | None) -> Any:
    """Return the geometry of a blob.

    Raises
    ------
    ValueError
        When the blob is no GeoPackage geometry.
    """
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry")
    return shapely.from_wkb(blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :])

"""Fingerprint of a geometry: the same land gives the same digits, wherever its ring starts and however it runs."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import shapely

from eudr_geo.law import COORDINATE_DECIMALS


def geometry_hashes(geometries: Any) -> list[str]:
    """Return the SHA-256 of each geometry, normalised, at six decimals, as little-endian WKB; "" where there is none.

    Examples
    --------
    >>> import shapely
    >>> first, second = shapely.box(0, 0, 1, 1), shapely.Polygon([(1, 1), (0, 1), (0, 0), (1, 0)])
    >>> len(set(geometry_hashes([first, second])))
    1
    """
    array = np.array(geometries, dtype=object, copy=True)
    coords = shapely.get_coordinates(array)
    rounded = np.round(coords, COORDINATE_DECIMALS) + 0.0
    if not np.array_equal(coords.view(np.int64), rounded.view(np.int64)):  # bits: -0.0 is written in another way
        array = shapely.set_coordinates(array, rounded)
    blobs = shapely.to_wkb(shapely.normalize(array), byte_order=1, output_dimension=2)
    return ["" if blob is None else hashlib.sha256(blob).hexdigest() for blob in blobs]

"""Boundaries are still what was stored: each is compared with the hash that was kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shapely

from eudr_geo.base.errors import StoreError
from eudr_geo.plots.shapes.fingerprint import geometry_hashes
from eudr_geo.words.saying import counted, say

if TYPE_CHECKING:
    from eudr_geo.store.geopackage import GeoPackage

_BROKEN = (ValueError, shapely.errors.ShapelyError)
_NAMED = 3


def whole_land(backend: GeoPackage, rows: Sequence[Any], raw: Sequence[bytes | None]) -> Any:
    """Return boundaries, shape (n,), if each is still what was stored.

    A change below half of the sixth decimal (some centimetres) has the same hash: it cannot be written either.

    Parameters
    ----------
    backend
        Where they are kept.
    rows
        Code of the plot first, hash last but one.
    raw
        The boundaries as they are stored.

    Raises
    ------
    StoreError
        Naming the plots whose boundary is another one, or none at all.
    """
    try:
        found = backend.geometries(raw)
        now = geometry_hashes(found)
    except _BROKEN:  # one of them is no geometry any more: each is looked at
        found, now = None, [_hash_of(backend, one) for one in raw]
    spoilt = [row[0] for row, digest in zip(rows, now, strict=True) if row[-2] != digest and (row[-2] or not digest)]
    spoilt += [row[0] for row, digest in zip(rows, now, strict=True) if digest == "none" and row[0] not in spoilt]
    if spoilt or found is None:
        raise StoreError(
            counted("errors:spoilt_land", len(spoilt), path=backend.path, plots=", ".join(spoilt[:_NAMED])),
            fix=say("errors:from_copy"),
        )
    return found


def _hash_of(backend: GeoPackage, blob: bytes | None) -> str:
    try:
        return geometry_hashes(backend.geometries([blob]))[0]
    except _BROKEN:
        return "none"

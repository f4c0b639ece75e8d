"""What a GeoJSON feature is made of, and why something that stands in its place is none."""

from __future__ import annotations

import json
from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.model.source import RecordError
from eudr_geo.sources.formats.json_stream import EXPORT_AGAIN, Twice

GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
"""Types of GeoJSON that are geometries (RFC 7946, 1.4)."""


def parts_of(feature: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Return properties, geometry and id of a feature.

    Raises
    ------
    RecordError
        When it is none, or one of its members stands twice.

    Examples
    --------
    >>> parts_of({"type": "Feature", "geometry": {"type": "Point", "coordinates": [108.05, 12.68]}, "id": "P-1"})
    ({}, {'type': 'Point', 'coordinates': [108.05, 12.68]}, 'P-1')
    """
    if not isinstance(feature, dict):
        raise RecordError(
            "unreadable-record",
            f"{_written(feature)} stands where a feature belongs",
            EXPORT_AGAIN,
            _written(feature),
        )
    if isinstance(feature, Twice):
        raise RecordError(
            "unreadable-record",
            f"the member {shown(feature.key)} stands twice in the feature",
            "keep one of the two",
            feature.key,
        )
    if feature.get("type") != "Feature":
        is_collection = feature.get("type") == "FeatureCollection"
        raise RecordError(
            "unreadable-record",
            f"its type is {_written(feature.get('type'))}, not Feature",
            "send each collection as a file of its own" if is_collection else 'write "type": "Feature"',
            _written(feature.get("type")),
        )
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise RecordError("unreadable-record", "its properties are no object", EXPORT_AGAIN, _written(properties))
    if isinstance(properties, Twice):
        raise RecordError(
            "unreadable-record",
            f"the property {shown(properties.key)} stands twice",
            "keep one of the two",
            properties.key,
        )
    geometry = feature.get("geometry")
    if geometry is None:
        raise RecordError("missing-geometry", "it has no geometry", "walk the plot, or take its point")
    if isinstance(geometry, Twice):
        raise RecordError(
            "unreadable-record",
            f"the member {shown(geometry.key)} stands twice in its geometry",
            "keep one of the two",
            geometry.key,
        )
    if not isinstance(geometry, dict):
        raise RecordError("unreadable-record", "its geometry is no object", EXPORT_AGAIN, _written(geometry))
    kind = geometry.get("type")
    if kind not in GEOMETRIES:
        raise RecordError(
            "unsupported-geometry",
            f"{_written(kind)} is no geometry of a plot",
            "use a Point or a Polygon",
            _written(kind),
        )
    if kind != "GeometryCollection" and "coordinates" not in geometry:
        raise RecordError("missing-geometry", "its geometry has no coordinates", "walk the plot again and export it")
    outside = feature.get("id")
    return properties, geometry, str(outside) if isinstance(outside, str) else ""


def _written(value: Any) -> str:
    """A value as the file writes it, for messages; what holds others is only named."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return shown(value) if isinstance(value, str) else json.dumps(value)

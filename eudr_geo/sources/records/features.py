"""What a GeoJSON feature is made of, and why something that stands in its place is none."""

from __future__ import annotations

import json
from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.model.source import RecordError
from eudr_geo.sources.formats.json_stream import EXPORT_AGAIN, Twice
from eudr_geo.words.saying import say

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
            say("shapes:json.no-feature", what=_written(feature)),
            say(EXPORT_AGAIN),
            _written(feature),
        )
    if isinstance(feature, Twice):
        raise RecordError(
            "unreadable-record",
            say("shapes:json.feature-twice", name=shown(feature.key)),
            say("shapes:do.keep-one"),
            feature.key,
        )
    if feature.get("type") != "Feature":
        is_collection = feature.get("type") == "FeatureCollection"
        raise RecordError(
            "unreadable-record",
            say("shapes:json.feature-type", what=_written(feature.get("type"))),
            say("shapes:json.collection.do") if is_collection else say("shapes:json.feature-type.do"),
            _written(feature.get("type")),
        )
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise RecordError("unreadable-record", say("shapes:json.properties"), say(EXPORT_AGAIN), _written(properties))
    if isinstance(properties, Twice):
        raise RecordError(
            "unreadable-record",
            say("shapes:json.property-twice", name=shown(properties.key)),
            say("shapes:do.keep-one"),
            properties.key,
        )
    geometry = feature.get("geometry")
    if geometry is None:
        raise RecordError("missing-geometry", say("shapes:none"), say("shapes:none.do"))
    if isinstance(geometry, Twice):
        raise RecordError(
            "unreadable-record",
            say("shapes:json.geometry-twice", name=shown(geometry.key)),
            say("shapes:do.keep-one"),
            geometry.key,
        )
    if not isinstance(geometry, dict):
        raise RecordError("unreadable-record", say("shapes:json.geometry"), say(EXPORT_AGAIN), _written(geometry))
    kind = geometry.get("type")
    if kind not in GEOMETRIES:
        raise RecordError(
            "unsupported-geometry",
            say("shapes:no-geometry-of-plot", what=_written(kind)),
            say("shapes:no-geometry-of-plot.do"),
            _written(kind),
        )
    if kind != "GeometryCollection" and "coordinates" not in geometry:
        raise RecordError("missing-geometry", say("shapes:json.no-coordinates"), say("shapes:do.walk-and-export"))
    outside = feature.get("id")
    return properties, geometry, str(outside) if isinstance(outside, str) else ""


def _written(value: Any) -> str:
    """A value as the file writes it, for messages; what holds others is only named."""
    if isinstance(value, (dict, list)):
        return say("shapes:json.object") if isinstance(value, dict) else say("shapes:json.list")
    return shown(value) if isinstance(value, str) else json.dumps(value)

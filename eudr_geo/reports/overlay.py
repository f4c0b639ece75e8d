"""``--format geojson``: findings as points, to lay over the plots in QGIS."""

from __future__ import annotations

from typing import Any

from eudr_geo.model.report import Report
from eudr_geo.writing import json_text

FORMAT = "geojson"
SUMMARY = "findings as points for QGIS"


def render(report: Report) -> str:
    """Return a FeatureCollection: a point where the fault is, no geometry where it has no place."""
    features = []
    for finding in report.result.findings:
        properties = finding.to_dict()
        lon, lat = properties.pop("lon", None), properties.pop("lat", None)
        properties |= {f"measured_{name}": value for name, value in properties.pop("measured").items()}
        geometry: dict[str, Any] | None = None
        if lon is not None and lat is not None:
            geometry = {"type": "Point", "coordinates": [lon, lat]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    lines = ",\n".join(json_text(feature) for feature in features)
    return '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n"

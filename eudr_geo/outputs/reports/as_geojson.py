"""``--format geojson``: findings as points and faulty plots as outlines, to lay over the plots in QGIS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
import shapely

from eudr_geo.base.version import VERSION
from eudr_geo.base.writing import json_text
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.report import Report

SUMMARY = "findings as points, faulty plots as outlines, for QGIS; a style is written beside the file"


def render(report: Report) -> str:
    """Return a FeatureCollection: a point where each fault is, then the outline of each plot with findings.

    ``kind`` tells them apart: ``finding`` or ``plot``. A finding without a place has no geometry.
    """
    head = {
        "type": "FeatureCollection",
        "toolkit": VERSION,
        "rules": RULES_VERSION,
        "eu_version": report.result.eu_version or None,
        "boundaries": report.result.boundaries or None,
    }
    findings = (json_text(_point(finding)) for finding in report.result.findings)
    lines = ",\n".join([*findings, *_outlines(report)])
    return json_text(head)[:-1] + ', "features": [\n' + lines + "\n]}\n"


def beside(report: Report) -> Mapping[str, bytes]:
    """Return the style that QGIS finds by its name, by its ending."""
    del report  # the style is the same for every report
    return {".qml": resources.files("eudr_geo.data").joinpath("findings.qml").read_bytes()}


def _point(finding: Finding) -> dict[str, Any]:
    properties: dict[str, Any] = {"kind": "finding", **finding.to_dict()}
    lon, lat = properties.pop("lon", None), properties.pop("lat", None)
    properties |= {f"measured_{name}": value for name, value in properties.pop("measured").items()}
    geometry: dict[str, Any] | None = None
    if lon is not None and lat is not None:
        geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _outlines(report: Report) -> Iterator[str]:
    """The plots with findings as delivered, those that are points left out: they are there as findings already."""
    plots = report.plots
    found: dict[int, list[Finding]] = {}
    for finding in report.result.findings:
        if finding.row is not None:
            found.setdefault(finding.row, []).append(finding)
    rows = np.array(sorted(found), dtype=np.int64)
    shapes = plots.geometry[rows]
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    is_drawn = (shapely.get_dimensions(shapes) > 0) & ~shapely.is_empty(shapes)
    is_drawn[np.unique(owner[~np.isfinite(coords).all(axis=1)])] = False
    drawn = rows[is_drawn]
    for row, shape in zip(drawn.tolist(), shapely.to_geojson(shapes[is_drawn]), strict=True):
        here = found[row]
        properties = {
            "kind": "plot",
            "plot_id": plots["plot_id"][row] or None,
            "producer": plots["producer"][row] or plots["producer_id"][row] or None,
            "source": plots["source"][row],
            "record": int(plots["record"][row]),
            "severity": min((one.severity for one in here), key=SEVERITIES.index),
            **_counted(here),
            "rules": ", ".join(dict.fromkeys(one.rule for one in here)),
            "message": "; ".join(dict.fromkeys(one.message for one in here)),
        }
        yield f'{{"type": "Feature", "properties": {json_text(properties)}, "geometry": {shape}}}'


def _counted(findings: Sequence[Finding]) -> dict[str, int]:
    counts = Counter(finding.severity for finding in findings)
    return {f"{severity}s": counts[severity] for severity in SEVERITIES}

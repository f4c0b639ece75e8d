"""Reports for tests, made from plots and findings by hand."""

import json

import numpy as np
import shapely

from eudr_geo.model.findings import CheckResult, Finding, Findings, ToolError
from eudr_geo.model.plots import Plots, SourceFile
from eudr_geo.model.report import Report

SAID = {"outside-country": "lies 12 km outside Viet Nam", "near-4-ha": "3.96 ha is close to 4 ha"}


def a_report(findings, plots=None, *, files=("a.geojson",), language="en", tool_errors=(), eu_version="2026-08"):
    plots = Plots({}) if plots is None else plots
    found = Findings(findings)
    unfit = {one.row for one in found if one.severity == "error" and one.row is not None}
    n = len(plots)
    sources = tuple(SourceFile(name, "ab" * 32, 1234, "GeoJSON", records=n, plots=n) for name in files)
    result = CheckResult(found, (), sources, n - len(unfit), len(unfit), tool_errors, eu_version)
    return Report(result, plots, language=language)


def village_report(n=6, *, language="en", text=None):
    """n plots in two villages: every third with an error, every third with a warning and a note."""
    lons = 108.05 + 0.003 * (np.arange(n) % 70)
    lats = 12.68 + 0.003 * (np.arange(n) // 70)
    shapes = [shapely.box(lon, lat, lon + 0.001, lat + 0.001) for lon, lat in zip(lons, lats, strict=True)]
    said = text or "Buôn Ako"
    plots = Plots(
        {
            "source": [text or "a.geojson"] * n,
            "record": np.arange(1, n + 1),
            "plot_id": [text or f"P-{i}" for i in range(1, n + 1)],
            "producer": [text or "Trần Văn Đức"] * n,
            "country": ["VN"] * n,
            "area_ha": [1.2] * n,
            "extra": [json.dumps({"village": said if i % 2 else "Ea Kao"}) for i in range(n)],
            "geometry": shapes,
        }
    )
    findings = []
    for row in range(n):
        kinds = (("error", "outside-country"),) if row % 3 == 0 else (("warning", "near-4-ha"), ("note", "few-corners"))
        for severity, rule in kinds if row % 3 != 2 else ():
            findings.append(
                Finding(
                    text or rule,
                    severity,
                    "plot",
                    text or SAID.get(rule, "drawn with few corners"),
                    text or "walk it again",
                    "good practice",
                    source=text or "a.geojson",
                    record=row + 1,
                    plot_id=text or f"P-{row + 1}",
                    lon=float(lons[row]) + 0.001,
                    lat=float(lats[row]) + 0.001,
                    row=row,
                )
            )
    errors = (ToolError(text, text),) if text else ()
    return a_report(
        findings, plots, files=(text or "a.geojson",), language=language, tool_errors=errors, eu_version="2026-08"
    )

"""``--format json``: everything, for scripts (schema ``eudr-geo.findings/1``)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from eudr_geo.base.version import VERSION
from eudr_geo.base.writing import json_bytes
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.findings import FINDINGS_SCHEMA, CheckResult
from eudr_geo.model.plots import Plots
from eudr_geo.model.report import Report
from eudr_geo.plots.geodesy import plot_area_ha, plot_spherical_area_ha

SUMMARY = "everything, for scripts"


def render(report: Report) -> str:
    """Return the report as one JSON document."""
    return json_bytes(document(report.result, report.plots), indent=1).decode()


def document(result: CheckResult, plots: Plots) -> dict[str, Any]:
    """Return the report as plain data; the same input gives the same document."""
    counts = result.findings.counts()
    return {
        "schema": FINDINGS_SCHEMA,
        "toolkit": VERSION,
        "rules": RULES_VERSION,
        "eu_version": result.eu_version or None,
        "boundaries": result.boundaries or None,
        "inputs": [
            {
                "path": file.name,
                "sha256": file.sha256,
                "format": file.format,
                "crs": file.crs,
                "encoding": file.encoding,
                "records": file.records,
                "plots": file.plots,
                "rejected": file.rejected,
                "cell_changes": [asdict(change) for change in file.changes],
            }
            for file in result.files
        ],
        "summary": {
            **counts,
            "plots_fit": result.plots_fit,
            "plots_unfit": result.plots_unfit,
            "waived": len(result.findings.waived()),
        },
        "tool_errors": [{"rule": error.rule, "message": error.message} for error in result.tool_errors],
        "outcomes": [
            {
                "rule": outcome.rule,
                "severity": outcome.severity,
                "passed": outcome.passed,
                "failed": outcome.failed,
                "not_checked": outcome.not_checked,
                "because": dict(outcome.because),
            }
            for outcome in result.outcomes
        ],
        "findings": [finding.to_dict() for finding in result.findings],
        "plots": _plots(plots, result),
    }


def _plots(plots: Plots, result: CheckResult) -> list[dict[str, Any]]:
    """Each plot with its areas: as declared, geodesic, and as the EU system computes it."""
    unfit = set(result.unfit_rows())
    measured, spherical = plot_area_ha(plots), plot_spherical_area_ha(plots)
    return [
        {
            "source": plots["source"][row],
            "record": int(plots["record"][row]),
            "plot_id": plots["plot_id"][row] or None,
            "declared_ha": _ha(plots["area_ha"][row]),
            "area_ha": _ha(measured[row]),
            "area_spherical_ha": _ha(spherical[row]),
            "fit": row not in unfit,
        }
        for row in range(len(plots))
    ]


def _ha(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None

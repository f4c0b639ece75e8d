"""``--format csv``: findings as a table for a spreadsheet."""

from __future__ import annotations

import json

from eudr_geo.base.writing import csv_bytes
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.report import Report
from eudr_geo.outputs.saying import in_its_language

SUMMARY = "a table for a spreadsheet"

COLUMNS = (
    "severity",
    "rule",
    "source",
    "record",
    "plot_id",
    "code",
    "message",
    "hint",
    "lon",
    "lat",
    "repair",
    "basis",
    "measured",
    "rules_version",
    "eu_version",
)


def render(report: Report) -> str:
    """Return the findings as CSV, cells that start a formula neutralised."""
    rows = (
        [
            finding.severity,
            finding.rule,
            finding.source,
            finding.record,
            finding.plot_id,
            finding.code,
            finding.message,
            finding.hint,
            finding.lon,
            finding.lat,
            finding.repair,
            finding.basis,
            json.dumps(dict(finding.measured), ensure_ascii=False) if finding.measured else "",
            RULES_VERSION,
            report.result.eu_version,
        ]
        for finding in in_its_language(report).result.findings
    )
    return csv_bytes(COLUMNS, rows).decode()

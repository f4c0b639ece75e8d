"""``--format jsonl``: one finding a line, for streams."""

from __future__ import annotations

from eudr_geo.model.report import Report
from eudr_geo.writing import json_lines

FORMAT = "jsonl"
SUMMARY = "one finding a line"


def render(report: Report) -> str:
    """Return one JSON document a finding."""
    return json_lines(finding.to_dict() for finding in report.result.findings).decode()

"""``--format jsonl``: one finding a line, for streams."""

from __future__ import annotations

from eudr_geo.base.writing import json_lines
from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.report import Report

SUMMARY = "one finding a line"


def render(report: Report) -> str:
    """Return one JSON document a finding; each names the versions it was found with, as lines travel alone."""
    versions = {"rules_version": RULES_VERSION, "eu_version": report.result.eu_version or None}
    return json_lines(finding.to_dict() | versions for finding in report.result.findings).decode()

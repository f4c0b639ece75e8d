"""Findings in the language of whoever reads a report; JSON stays English."""

from __future__ import annotations

from dataclasses import replace

from eudr_geo.model.findings import Findings
from eudr_geo.model.report import Report
from eudr_geo.words.saying import in_language
from eudr_geo.words.tables import ENGLISH


def in_its_language(report: Report) -> Report:
    """Return a report whose findings say what is wrong, and what to do, in its language."""
    language = report.language
    if language == ENGLISH:
        return report
    findings = Findings(
        replace(one, message=in_language(one.message, language), hint=in_language(one.hint, language))
        for one in report.result.findings
    )
    return replace(report, result=replace(report.result, findings=findings))

"""The page of a check: what is wrong, where, what to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from eudr_geo.base.version import VERSION
from eudr_geo.checks import catalogue
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_data import MOST_FINDINGS, check_data, sorted_for_page
from eudr_geo.outputs.pages.shell import grouped, head, render
from eudr_geo.outputs.pages.words import advice_in, fault_in
from eudr_geo.outputs.saying import in_its_language
from eudr_geo.plots.geodesy import plot_area_ha
from eudr_geo.words.page import filled, words
from eudr_geo.words.tables import ENGLISH

_SCRIPTS = (
    ("eudr_geo.outputs.maps", "text.js"),
    ("eudr_geo.outputs.maps", "ground.js"),
    ("eudr_geo.outputs.pages", "picture.js"),
    ("eudr_geo.outputs.pages", "check_map.js"),
    ("eudr_geo.outputs.pages", "check.js"),
)


def check_page(report: Report) -> str:
    """Return the page of a check, one file that asks nothing of the network; the same report gives the same bytes."""
    report = in_its_language(report)
    result = report.result
    said = words(report.language)
    ordered = sorted_for_page(list(result.findings))
    top, scripts = head(("base.css", "check.css"), _SCRIPTS, leaflet=True)
    areas = plot_area_ha(report.plots)
    more = ""
    if len(ordered) > MOST_FINDINGS:
        more = filled(said["more_elsewhere"], grouped(MOST_FINDINGS), grouped(len(ordered)))
    values = {
        "language": report.language,
        "words": said,
        "title": said["title"] if result.files else said["title_project"],
        "head": top,
        "scripts": scripts,
        "files": result.files,
        "has_changes": any(file.changes for file in result.files),
        "counts": result.findings.counts(),
        "fit": result.plots_fit,
        "unfit": result.plots_unfit,
        "rejected": sum(file.rejected for file in result.files),
        "area_ha": float(np.nansum(areas)) if len(areas) else 0.0,
        "groups": by_rule(ordered, report.language),
        "tool_errors": result.tool_errors,
        "versions": versions(report),
        "more": more,
    }
    return render("check.html.j2", values, check_data(report, ordered[:MOST_FINDINGS]))


def versions(report: Report) -> str:
    """Return the versions that a report names, in its language: toolkit, rules, EU documents, outlines of countries."""
    said = words(report.language)
    parts = [filled(said["versions"], VERSION, catalogue.RULES_VERSION)]
    if report.result.eu_version:
        parts.append(filled(said["eu_documents"], report.result.eu_version))
    if report.result.boundaries:
        parts.append(filled(said["outlines"], report.result.boundaries))
    return " · ".join(parts)


def by_rule(ordered: list[Finding], language: str) -> list[dict[str, Any]]:
    """Return the findings by rule, the worst first, with what the rule's page says."""
    rules = catalogue.load()
    found: dict[str, list[Finding]] = {}
    for finding in ordered:
        found.setdefault(finding.rule, []).append(finding)
    groups = []
    for code, findings in found.items():
        rule = rules.get(code)
        groups.append(
            {
                "rule": code,
                "severity": findings[0].severity,
                "fault": fault_in(code, language),
                "do": advice_in(code, language),
                # The pages of rules are written in English; elsewhere stands the advice in short.
                "why": rule.section("Why it matters") if rule and language == ENGLISH else "",
                "how": rule.section("How to correct it") if rule and language == ENGLISH else "",
                "repair": next((one.repair for one in findings if one.repair), ""),
                "count": len(findings),
            }
        )
    return sorted(groups, key=lambda group: (SEVERITIES.index(str(group["severity"])), -int(str(group["count"]))))

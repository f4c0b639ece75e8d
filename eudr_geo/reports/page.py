"""``--format html``: one self-contained page to read, print or send."""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2
import numpy as np

from eudr_geo import catalogue
from eudr_geo.geodesy import plot_area_ha
from eudr_geo.model.findings import SEVERITIES, Finding
from eudr_geo.model.report import Report
from eudr_geo.version import VERSION

FORMAT = "html"
SUMMARY = "one page to read, print or send"


@cache
def _template() -> jinja2.Template:
    # Names and values come from strangers' files: everything is escaped unless the template says otherwise.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = resources.files("eudr_geo.reports").joinpath("page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


def render(report: Report) -> str:
    """Return the page: what was read, what is wrong and where, what to do. No script, no external request."""
    result = report.result
    rules = catalogue.load()
    by_rule: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    rank = {severity: number for number, severity in enumerate(SEVERITIES)}
    groups = [
        {
            "rule": code,
            "severity": SEVERITIES[min(rank[finding.severity] for finding in found)],
            "fault": rules[code].fault if code in rules else "",
            "why": rules[code].section("Why it matters") if code in rules else "",
            "how": rules[code].section("How to correct it") if code in rules else "",
            "findings": found,
        }
        for code, found in by_rule.items()
    ]
    groups.sort(key=lambda group: (rank[str(group["severity"])], str(group["rule"])))
    areas = plot_area_ha(report.plots)
    return _template().render(
        files=result.files,
        counts=result.findings.counts(),
        fit=result.plots_fit,
        unfit=result.plots_unfit,
        area_ha=float(np.nansum(areas)) if len(areas) else 0.0,
        groups=groups,
        tool_errors=result.tool_errors,
        toolkit=VERSION,
        rules=catalogue.RULES_VERSION + (f", EU documents of {result.eu_version}" if result.eu_version else ""),
    )

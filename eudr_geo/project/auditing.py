"""Audit: every rule over a whole project, or over what stands behind some lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from eudr_geo.checks.checking import check, check_lots
from eudr_geo.checks.waiving import waive
from eudr_geo.model.findings import CheckResult, Findings
from eudr_geo.model.lot_book import Band
from eudr_geo.model.plots import Reading
from eudr_geo.plots.own_outlines import Outlines
from eudr_geo.project.port import Project


def audit(
    project: Project,
    *,
    boundaries: Outlines | None = None,
    bands: Mapping[tuple[str, str, str], Band] | None = None,
    on: str = "",
    today: str | None = None,
) -> CheckResult:
    """Run every plot and lot rule over a project.

    Waivers of the project that hold ``on`` a day (ISO 8601) are heeded; without a day none is. Days of the lot book
    after ``today``, by default that day, are still to come; "" asks for no such look.

    Rules that need what the file said (digits as written, property names) cannot be run again on stored plots;
    their findings are those of the import.
    """
    plots = project.load_plots()
    fresh = check(Reading(plots), boundaries=boundaries)
    lots = check_lots(replace(project.lot_book(), bands=bands or {}, today=on if today is None else today))
    row_of = {code: row for row, code in enumerate(plots["plot_id"].tolist())}
    looked_at = {(finding.rule, finding.plot_id) for finding in fresh.findings}
    stored = [
        replace(finding, row=row_of.get(finding.plot_id))  # the plot as it is now, for reports that show it
        for finding in project.findings()
        if (finding.rule, finding.plot_id) not in looked_at and _needs_the_file(finding.rule)
    ]
    result = CheckResult(
        findings=fresh.findings + lots.findings + Findings(stored),
        outcomes=tuple(sorted((*fresh.outcomes, *lots.outcomes), key=lambda outcome: outcome.rule)),
        files=(),
        plots_fit=fresh.plots_fit,
        plots_unfit=fresh.plots_unfit,
        tool_errors=(*fresh.tool_errors, *lots.tool_errors),
        eu_version=fresh.eu_version,
        boundaries=fresh.boundaries,
    )
    return waive(result, project.waivers(), on) if on else result


_OF_THE_FILE = frozenset(
    [
        "low-precision",
        "excess-precision",
        "elevation",
        "misspelt-property",
        "area-not-a-number",
        "unclosed-ring",
        "too-few-vertices",
        "missing-properties",
    ]
)
"""Rules that judge what the file said: digits as written, property names, rings as delivered."""


def _needs_the_file(code: str) -> bool:
    return code in _OF_THE_FILE


def audit_result(findings: Findings, fit: int, unfit: int) -> CheckResult:
    """Return the findings of a package as a check result."""
    return CheckResult(findings=findings, outcomes=(), files=(), plots_fit=fit, plots_unfit=unfit)

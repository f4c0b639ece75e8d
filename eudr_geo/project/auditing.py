"""Audit: every rule over a whole project, or over what stands behind some lots."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from eudr_geo.checks.checking import check, check_lots
from eudr_geo.checks.engine import Earlier
from eudr_geo.checks.waiving import waive
from eudr_geo.lots.behind import plots_behind, records_behind
from eudr_geo.lots.season_filter import known_season, lots_of_season
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
    codes: Collection[str] | None = None,
    season: str = "",
) -> CheckResult:
    """Run every plot and lot rule over a project.

    With ``codes`` only what is found on these plots is told, the same as in an audit of the whole; the lot book is
    judged whole, for what stands behind a lot is found by its rows. With a ``season``, in any spelling, what is found
    on the lots with goods of it, on what stands behind them and on the plots that can have fed them.

    Waivers of the project that hold ``on`` a day (ISO 8601) are heeded; without a day none is. Days of the lot book
    after ``today``, by default that day, are still to come; "" asks for no such look.

    Rules that need what the file said (digits as written, property names) cannot be run again on stored plots; their
    findings are those of the import and stand until the plot is replaced (:class:`eudr_geo.checks.engine.Earlier`).
    """
    plots = project.load_plots()
    row_of = {code: row for row, code in enumerate(plots["plot_id"].tolist())}
    stored = [replace(one, row=row_of.get(one.plot_id)) for one in project.findings()]
    earlier = Earlier(stored, project.plot_columns)
    book = project.lot_book()
    behind = frozenset[tuple[str, str]]()
    if season:
        lots_of = lots_of_season(book, known_season(book, season))
        fed = plots_behind(book, lots_of)
        codes = fed if codes is None else sorted(set(codes) & set(fed))
        shipped = book.table("consignment_line")
        shipments = set(shipped.loc[shipped["lot_code"].isin(lots_of), "consignment_code"])
        behind = records_behind(book, lots_of, plots=fed, consignments=shipments)
    only = None if codes is None else np.isin(plots["plot_id"].astype(str), sorted(codes))
    fresh = check(Reading(plots), boundaries=boundaries, earlier=earlier, only=only)
    lots = check_lots(replace(book, bands=bands or {}, today=on if today is None else today))
    told = lots.findings
    if season:
        told = Findings(one for one in told if (one.subject, one.code) in behind)
    result = CheckResult(
        findings=fresh.findings + told,
        outcomes=tuple(sorted((*fresh.outcomes, *lots.outcomes), key=lambda outcome: outcome.rule)),
        files=(),
        plots_fit=fresh.plots_fit,
        plots_unfit=fresh.plots_unfit,
        tool_errors=(*fresh.tool_errors, *lots.tool_errors),
        eu_version=fresh.eu_version,
        boundaries=fresh.boundaries,
    )
    return waive(result, project.waivers(), on) if on else result


def audit_result(findings: Findings, fit: int, unfit: int) -> CheckResult:
    """Return the findings of a package as a check result."""
    return CheckResult(findings=findings, outcomes=(), files=(), plots_fit=fit, plots_unfit=unfit)

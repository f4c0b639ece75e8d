"""Audit: every rule over a whole project, or over what stands behind some lots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from eudr_geo.checks.checking import check, check_lots
from eudr_geo.checks.engine import Earlier
from eudr_geo.checks.waiving import waive
from eudr_geo.lots.behind import plots_behind, records_behind
from eudr_geo.lots.season_filter import known_season, lots_of_season
from eudr_geo.model.findings import CheckResult, Findings
from eudr_geo.model.lot_book import Band
from eudr_geo.model.package import Land
from eudr_geo.model.plots import Plots, Reading
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
    land: Collection[Land] = (),
) -> CheckResult:
    """Run every plot and lot rule over a project.

    With ``codes`` only what is found on these plots is told, the same as in an audit of the whole; the lot book is
    judged whole, for what stands behind a lot is found by its rows. With a ``season``, in any spelling, what is found
    on the lots with goods of it, on what stands behind them and on the plots that can have fed them.

    With ``land`` (plot code and version) those plots are judged as they were in these versions, each beside the other
    plots of the project and never beside another version of itself.

    Waivers of the project that hold ``on`` a day (ISO 8601) are heeded; without a day none is. Days of the lot book
    after ``today``, by default that day, are still to come; "" asks for no such look.

    Rules that need what the file said (digits as written, property names) cannot be run again on stored plots; their
    findings are those of the import and stand until the plot is replaced (:class:`eudr_geo.checks.engine.Earlier`).
    """
    book = project.lot_book()
    behind = frozenset[tuple[str, str]]()
    if season:
        lots_of = lots_of_season(book, known_season(book, season))
        fed = plots_behind(book, lots_of)
        codes = fed if codes is None else sorted(set(codes) & set(fed))
        shipped = book.table("consignment_line")
        shipments = set(shipped.loc[shipped["lot_code"].isin(lots_of), "consignment_code"])
        behind = records_behind(book, lots_of, plots=fed, consignments=shipments)
    first, *further = _layers(project, land)
    layers = [_judged(project, first, codes, boundaries)]
    layers += [_judged(project, layer, [code for code, _ in layer], boundaries) for layer in further]
    fresh = layers[0]
    lots = check_lots(replace(book, bands=bands or {}, today=on if today is None else today))
    told = lots.findings
    if season:
        told = Findings(one for one in told if (one.subject, one.code) in behind)
    result = CheckResult(
        findings=Findings([*(one for layer in layers for one in layer.findings), *told]),
        outcomes=tuple(sorted((*fresh.outcomes, *lots.outcomes), key=lambda outcome: outcome.rule)),
        files=(),
        plots_fit=fresh.plots_fit,
        plots_unfit=fresh.plots_unfit,
        tool_errors=(*(one for layer in layers for one in layer.tool_errors), *lots.tool_errors),
        eu_version=fresh.eu_version,
        boundaries=fresh.boundaries,
    )
    return waive(result, project.waivers(), on) if on else result


def _layers(project: Project, land: Collection[Land]) -> list[list[Land]]:
    """Versions to look at together, a plot once in each: first those in force or asked for, then further ones."""
    if not land:
        return [[]]
    now = project.plot_versions(sorted({code for code, _ in land}))
    in_force = set(zip(now["plot_code"], now["version"], strict=True))
    found: list[list[Land]] = [[]]
    nth: dict[str, int] = {}
    for code, version in sorted(land, reverse=True):
        place = nth[code] = nth.get(code, -1) + 1
        found += [[]] if place == len(found) else []
        if place or (code, version) not in in_force:
            found[place].append((code, version))
    return found


def _judged(
    project: Project, layer: Sequence[Land], codes: Collection[str] | None, boundaries: Outlines | None
) -> CheckResult:
    """The plots of a project with some of them in an earlier version."""
    plots = project.load_plots()
    if layer:
        kept = np.flatnonzero(~np.isin(plots["plot_id"].astype(str), [code for code, _ in layer]))
        both = Plots.concat([plots.take(kept), project.load_land(layer)])
        plots = both.take(np.argsort(both["plot_id"].astype(str), kind="stable"))
    row_of = {code: row for row, code in enumerate(plots["plot_id"].tolist())}
    stored = [replace(one, row=row_of.get(one.plot_id)) for one in project.findings(layer)]
    only = None if codes is None else np.isin(plots["plot_id"].astype(str), sorted(codes))
    return check(Reading(plots), boundaries=boundaries, earlier=Earlier(stored, project.plot_columns), only=only)


def audit_result(findings: Findings, fit: int, unfit: int) -> CheckResult:
    """Return the findings of a package as a check result."""
    return CheckResult(findings=findings, outcomes=(), files=(), plots_fit=fit, plots_unfit=unfit)

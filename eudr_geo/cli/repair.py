"""``eudr-geo repair``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, saving, screen, speech
from eudr_geo.cli.change_text import change_text
from eudr_geo.words.saying import counted, say

if TYPE_CHECKING:
    from eudr_geo.checks.repairing import Repaired
    from eudr_geo.model.findings import CheckResult
    from eudr_geo.model.plots import Plots
    from eudr_geo.model.report import Report


@click.command()
@options.files
@click.option("-o", "--out", metavar="OUT.geojson", help="The corrected plots, as the EU system takes them.")
@options.also
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--ledger", metavar="CHANGES.jsonl", help="The receipt of every change.")
@click.option("--report", "page", metavar="FILE", help="Write the report to this file instead of the screen.")
@options.replace
@options.reading
@options.format_
@options.language
@options.eu_version
@options.boundaries
@options.waivers
@options.changes
def command(
    files: tuple[str, ...],
    out: str | None,
    also: tuple[str, ...],
    dry_run: bool,
    ledger: str | None,
    page: str | None,
    commodity: str,
    country: str,
    crs: str,
    layer: str,
    format_: str,
    eu_version: str,
    boundaries: str,
    waivers_file: str,
    changes_file: str,
) -> None:
    """Correct what can be corrected safely and write the plots that are then without an error.

    Exit code 1 if any plot, record or file is left out; the report says which and why.

    \b
    Examples:
      eudr-geo repair plots.kml --dry-run
      eudr-geo repair plots.geojson -o corrected.geojson --ledger changes.jsonl
      eudr-geo repair plots.kml --dry-run --format html --report before-and-after.html
      eudr-geo repair plots.csv --country VN --also swapped-axes -o corrected.geojson
    """  # noqa: D301
    from eudr_geo.base.writing import json_lines
    from eudr_geo.checks.checking import check
    from eudr_geo.checks.repairing import repair

    if out is None and not dry_run:
        raise click.UsageError(speech.spoken(say("repairs:cli.where")))
    options.not_the_input(files, out, ledger, page)
    reading = options.read(files, country=country, commodity=commodity, crs=crs, layer=layer)
    options.put_changes(reading, changes_file)
    with screen.progress("Repairing") as step:
        repaired = repair(reading, also=options.codes(also), by=screen.who_am_i(), progress=step)
    outlines = options.outlines(boundaries, country)
    with screen.progress("Checking again") as step:
        result = check(repaired.reading, eu_version=eu_version, boundaries=outlines, progress=step)
    result = _without_the_refused(options.waived(result, waivers_file), repaired)
    plots = repaired.reading.plots
    result, homeless = _in_one_file(result, plots)
    unfit = set(result.unfit_rows())
    fit = plots.take([row for row in range(len(plots)) if row not in unfit])
    lines = json_lines(change.to_dict() for change in repaired.changes)
    if not dry_run and out is not None:
        from eudr_geo.outputs.package.eudr_geojson import to_geojson

        data = to_geojson(fit)
        if ledger:
            saving.refuse_to_replace(ledger, lines)  # before the plots are written
        if out == "-":
            sys.stdout.buffer.write(data)
        else:
            screen.put(data, out, told=counted("repairs:cli.file.plots", len(fit), path=out))
    if ledger and not dry_run:
        screen.put(lines, ledger, told=counted("repairs:cli.file.changes", len(repaired.changes), path=ledger))
    report = options.report(result, plots, page)
    _put(repaired, report, format_, options.codes(also), dry_run=dry_run, err=out == "-")
    if homeless:
        screen.say(counted("repairs:cli.homeless", homeless))
    left_out = len(unfit) + len(repaired.reading.rejected)
    screen.say(
        say(
            "repairs:cli.would-be-written" if dry_run else "repairs:cli.written",
            plots=counted("repairs:count.plots", len(fit)),
            left_out=left_out,
            changes=counted("repairs:count.changes", len(repaired.changes)),
        )
    )
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    unread = any(finding.subject == "file" for finding in result.findings.errors())
    sys.exit(EXIT_FINDINGS if left_out or unread else EXIT_CLEAN)


def _without_the_refused(result: CheckResult, repaired: Repaired) -> CheckResult:
    """A finding whose repair was tried and taken back offers none any more."""
    from eudr_geo.model.findings import Findings

    tried = {(one.rule, one.source, one.record) for one in repaired.taken_back}
    findings = Findings(
        replace(one, repair="") if (one.rule, one.source, one.record) in tried else one for one in result.findings
    )
    return replace(result, findings=findings)


def _in_one_file(result: CheckResult, plots: Plots) -> tuple[CheckResult, int]:
    """Add what is wrong only in the file that the plots are written to together: they name no country there.

    Returns
    -------
    tuple
        The result, and how many plots are left out for it.
    """
    from eudr_geo.checks.checking import check
    from eudr_geo.model.plots import Reading

    unfit = set(result.unfit_rows())
    rows = [row for row in range(len(plots)) if row not in unfit]
    fit = plots.take(rows)
    if len(set(fit["source"].tolist())) < 2 or (fit["country"] != "").all():
        return result, 0
    together = Reading(fit.with_columns(source=[""] * len(fit)))
    added = [
        replace(one, row=rows[one.row], source=str(fit["source"][one.row]))
        for one in check(together, select=("missing-country",)).findings
        if one.row is not None
    ]
    from eudr_geo.model.findings import Findings

    findings = Findings(sorted([*result.findings, *added], key=lambda one: one.sort_key()))
    fit_now, unfit_now = result.plots_fit - len(added), result.plots_unfit + len(added)
    return replace(result, findings=findings, plots_fit=fit_now, plots_unfit=unfit_now), len(added)


def _put(repaired: Repaired, report: Report, format_: str, also: Sequence[str], *, dry_run: bool, err: bool) -> None:
    """Write the report; ``err`` where stdout belongs to the plots."""
    from eudr_geo.outputs.reports import formats

    page = report.out or None
    if format_ == "html":
        from eudr_geo.outputs.pages.repair_page import repair_page

        screen.put(repair_page(repaired.changes, repaired.taken_back, report), page, err=err)
        return
    if format_ == "json":
        from eudr_geo.base.writing import json_bytes
        from eudr_geo.outputs.reports.as_json import document

        repairs = {
            "repairs": {
                "dry_run": dry_run,
                "changes": [change.to_dict() for change in repaired.changes],
                "not_repaired": [one.to_dict() for one in repaired.taken_back],
            }
        }
        screen.put(json_bytes(document(report.result, report.plots) | repairs, indent=1).decode(), page, err=err)
        return
    if format_ == "table":
        text = change_text(
            repaired, report.result, also, dry_run=dry_run, width=screen.width_of(None), language=report.language
        )
        screen.put(text, None, err=err)
    screen.put_report(formats()[format_], report, err=err)

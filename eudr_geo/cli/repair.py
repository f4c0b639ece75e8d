"""``eudr-geo repair``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen

if TYPE_CHECKING:
    from eudr_geo.repairing import Repaired

_CHANGES_SHOWN = 40


@click.command()
@options.files
@click.option("-o", "--out", metavar="OUT.geojson", help="The corrected plots, as the EU system takes them.")
@click.option("--also", multiple=True, metavar="CODE", help="A repair that runs only by name. May be repeated.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--ledger", metavar="CHANGES.jsonl", help="The receipt of every change.")
@click.option("--report", "page", metavar="FILE", help="Write the report to this file instead of the screen.")
@options.reading
@options.format_
@options.language
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
    lang: str,
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
    from eudr_geo.checking import check
    from eudr_geo.repairing import repair
    from eudr_geo.reports import formats
    from eudr_geo.writing import json_lines, write_file

    if out is None and not dry_run:
        raise click.UsageError("say where to write: -o OUT.geojson (or --dry-run to only look)")
    reading = options.read(files, country=country, commodity=commodity, crs=crs, layer=layer)
    with screen.progress("Repairing") as step:
        repaired = repair(reading, also=options.codes(also), by=screen.who_am_i(), progress=step)
    with screen.progress("Checking again") as step:
        result = check(repaired.reading, progress=step)
    plots = repaired.reading.plots
    unfit = set(result.unfit_rows())
    fit = plots.take([row for row in range(len(plots)) if row not in unfit])
    if not dry_run and out is not None:
        from eudr_geo.exports.eudr_geojson import to_geojson

        data = to_geojson(fit)
        if out == "-":
            sys.stdout.buffer.write(data)
        else:
            write_file(Path(out), data)
    if ledger and not dry_run:
        write_file(Path(ledger), json_lines(change.to_dict() for change in repaired.changes))
    to_stderr = out == "-"  # stdout then belongs to the plots
    if format_ == "table":
        screen.put(_change_table(repaired), None, err=to_stderr)
    report = options.report(result, plots, page, lang)
    if format_ == "html":
        from eudr_geo.pages.repair_page import repair_page

        text = repair_page(repaired.changes, repaired.withdrawn, report)
        screen.put(text, page, err=to_stderr)
    else:
        screen.put_report(formats()[format_], report, err=to_stderr)
    left_out = len(unfit) + len(repaired.reading.rejected)
    verb = "would be written" if dry_run else "written"
    changes = f"{len(repaired.changes):,} change{'' if len(repaired.changes) == 1 else 's'}"
    screen.say(f"{len(fit):,} plot{'' if len(fit) == 1 else 's'} {verb}, {left_out:,} left out, {changes}.")
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    unread = any(finding.subject == "file" for finding in result.findings.errors())
    sys.exit(EXIT_FINDINGS if left_out or unread else EXIT_CLEAN)


def _percent(before: float | None, after: float | None) -> str:
    return "" if not before or after is None else f"{(after - before) / before:+.2%}".removesuffix("%")


def _kept_as_it_was(code: str, count: int) -> str:
    from eudr_geo import catalogue

    step = catalogue.get(code).repair
    if step is not None and step.takes_apart:
        records = "1 record stays" if count == 1 else f"{count:,} records stay"
        return f"{records} whole: without a code, with a part that is no land, or with a part of another plot's code"
    repairs = "1 repair" if count == 1 else f"{count:,} repairs"
    return f"{repairs} taken back, because the result would not pass or the area would change"


def _change_table(repaired: Repaired) -> str:
    """Every change in a line: areas before and after, and the largest move."""
    rows = [
        (
            f"{change.source}, {change.record}",
            change.plot_id,
            change.rule,
            change.what
            if change.field in {"geometry", "open_rings", "record", "part"}
            else f"{change.before} → {change.after}",
            "" if change.area_before_ha is None else f"{change.area_before_ha:,.4f}",
            "" if change.area_after_ha is None else f"{change.area_after_ha:,.4f}",
            _percent(change.area_before_ha, change.area_after_ha),
            "" if change.largest_move_m is None else f"{change.largest_move_m:,.2f}",
        )
        for change in repaired.changes
    ]
    numbers = ("ha before", "ha after", "%", "moved m")
    text = screen.table(
        ("record", "plot", "rule", "change", *numbers),
        rows[:_CHANGES_SHOWN],
        right=numbers,
        width=screen.width_of(None),
    )
    if len(rows) > _CHANGES_SHOWN:
        text += f"… and {len(rows) - _CHANGES_SHOWN:,} more changes (all of them with --ledger)\n"
    for code, count in repaired.withdrawn.items():
        text += f"{code}: {_kept_as_it_was(code, count)}\n"
    return text + "\n"

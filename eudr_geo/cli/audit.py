"""``eudr-geo audit``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen


@click.command()
@options.project
@options.boundaries
@options.format_
@options.language
@click.option(
    "--bands",
    "own_bands",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BANDS.csv",
    help="Outturn bands of your own, from: eudr-geo calibrate -o BANDS.csv",
)
@click.option("--fail-on", type=click.Choice(["error", "warning", "note"]), default="error", show_default=True)
@options.out
def command(project: str, boundaries: str, format_: str, own_bands: Path | None, fail_on: str, out: str | None) -> None:
    """Check the whole project: every plot, every lot, and whether the kilograms add up.

    \b
    Example:
      eudr-geo audit -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.checks.calibrating import read_bands
    from eudr_geo.outputs.reports import formats
    from eudr_geo.project.auditing import audit

    bands = read_bands(own_bands.read_text(encoding="utf-8-sig"), own_bands.name) if own_bands else {}
    with options.open_project(project) as store:
        result = audit(store, boundaries=options.outlines(boundaries), bands=bands, on=screen.now_utc()[:10])
        plots = store.load_plots()
        options.tell_unused(result, store.waivers())
    screen.put_report(formats()[format_], options.report(result, plots, out))
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    sys.exit(EXIT_CLEAN if result.is_clean(fail_on) else EXIT_FINDINGS)

"""``eudr-geo audit``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen
from eudr_geo.words.saying import say


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
@options.season
@options.out
def command(
    project: str,
    boundaries: str,
    format_: str,
    own_bands: Path | None,
    fail_on: str,
    season: str,
    out: str | None,
) -> None:
    """Check the whole project: every plot, every lot, and whether the kilograms add up.

    At the end it says which part of each season's green coffee the micro-lots are.

    \b
    Examples:
      eudr-geo audit -p coop.gpkg
      eudr-geo audit -p coop.gpkg --season 2025/26
    """  # noqa: D301
    from eudr_geo.cli.season_text import season_text
    from eudr_geo.lots.season_filter import known_season
    from eudr_geo.outputs.reports import formats
    from eudr_geo.project.auditing import audit
    from eudr_geo.sources.bands import read_bands

    bands = read_bands(own_bands) if own_bands else {}
    with options.open_project(project) as store:
        book, on = store.lot_book(), screen.now_utc()[:10]
        only = known_season(book, season) if season else ""
        result = audit(store, boundaries=options.outlines(boundaries), bands=bands, on=on, season=only)
        plots = store.load_plots()
        options.tell_unused(result, store.waivers())
        if not len(plots) and not len(store.lot_book().table("lot")):
            screen.say(say("commands:audit.empty", project=project))
    screen.put_report(formats()[format_], options.report(result, plots, out))
    if format_ == "table" and not out and (text := season_text(book, only)):
        screen.put(text, None)
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    sys.exit(EXIT_CLEAN if result.is_clean(fail_on) else EXIT_FINDINGS)

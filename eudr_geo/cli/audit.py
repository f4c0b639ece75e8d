"""``eudr-geo audit``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen


@click.command()
@options.project
@options.boundaries
@options.format_
@options.language
@click.option("--fail-on", type=click.Choice(["error", "warning", "note"]), default="error", show_default=True)
@options.out
def command(project: str, boundaries: str, format_: str, lang: str, fail_on: str, out: str | None) -> None:
    """Check the whole project: every plot, every lot, and whether the kilograms add up.

    \b
    Example:
      eudr-geo audit -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.packaging import audit
    from eudr_geo.reports import formats

    with options.open_project(project) as store:
        result = audit(store, boundaries=options.outlines(boundaries))
        plots = store.load_plots()
    screen.put_report(formats()[format_], options.report(result, plots, out, lang))
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    sys.exit(EXIT_CLEAN if result.is_clean(fail_on) else EXIT_FINDINGS)

"""``eudr-geo check``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen


@click.command()
@options.files
@options.reading
@options.changes
@options.format_
@options.language
@options.by
@options.eu_version
@options.boundaries
@options.selection
@options.waivers
@options.out
def command(
    files: tuple[str, ...],
    commodity: str,
    country: str,
    crs: str,
    layer: str,
    format_: str,
    by: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    eu_version: str,
    boundaries: str,
    waivers_file: str,
    changes_file: str,
    out: str | None,
) -> None:
    """Read boundary files and say what is wrong, where, and what to do. Needs no project; changes nothing.

    Several files are checked together, so that a plot that two of them hold is found. FILE may be a folder,
    or - for standard input.

    \b
    Examples:
      eudr-geo check plots.geojson
      eudr-geo check village.kmz farms.xlsx --country VN
      eudr-geo check plots.zip --format html -o report.html
      eudr-geo check plots.geojson --format worklist -o worklist.xlsx --lang vi --by collector
    """  # noqa: D301
    from eudr_geo.checks.checking import check
    from eudr_geo.outputs.reports import formats

    options.not_the_input(files, out, changes_file)
    reading = options.read(files, country=country, commodity=commodity, crs=crs, layer=layer)
    options.put_changes(reading, changes_file)
    outlines = options.outlines(boundaries, country)
    with screen.progress("Checking") as step:
        result = check(
            reading,
            select=options.codes(select),
            ignore=options.codes(ignore),
            eu_version=eu_version,
            boundaries=outlines,
            progress=step,
        )
    result = options.waived(result, waivers_file)
    screen.put_report(formats()[format_], options.report(result, reading.plots, out, by))
    if result.tool_errors:
        sys.exit(EXIT_FAILED)
    sys.exit(EXIT_CLEAN if result.is_clean(fail_on) else EXIT_FINDINGS)

"""``eudr-geo waive``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, options, screen
from eudr_geo.words.saying import say


@click.command()
@click.argument("file", required=False, metavar="[FILE]")
@options.project
@options.language
@options.yes
def command(file: str | None, project: str, yes: bool) -> None:
    """Note which findings may stay: who answers for them, why, and until when. Without FILE: list them.

    FILE, an XLSX, ODS or CSV, takes the place of all waivers of the project. Its headings: rule, code, reason,
    waived_by, waived_on, until. A waived finding stays in every report, map and package, as a note with the name and
    the reason. An error that the law or the EU system makes one cannot be waived.

    \b
    Example:
      eudr-geo waive waivers.csv -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.project.importing.waivers import store_waivers
    from eudr_geo.sources.records.telling import WAIVER_COLUMNS
    from eudr_geo.sources.waivers import read_waivers

    if file is None:
        with options.open_project(project) as store:
            rows = [[getattr(one, name) for name in WAIVER_COLUMNS] for one in store.waivers()]
        if rows:
            screen.put(screen.table(WAIVER_COLUMNS, rows, width=screen.width_of(None)), None)
        else:
            screen.say(say("commands:waive.none"))
        sys.exit(EXIT_CLEAN)
    found = read_waivers(file)
    with options.open_project(project, write=True) as store:
        held = set(store.waivers())
        new, gone = set(found) - held, held - set(found)
        screen.say(say("commands:waive.counts", new=len(new), gone=len(gone), same=len(held & set(found))))
        if not new and not gone:
            sys.exit(EXIT_CLEAN)
        if not screen.confirm(say("commands:waive.ask"), yes=yes):
            sys.exit(EXIT_FAILED)
        store_waivers(store, found, now=screen.now_utc(), who=screen.who_am_i(), name=Path(file).name)
    screen.say(say("commands:waive.stored"))

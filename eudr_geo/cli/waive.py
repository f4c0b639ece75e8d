"""``eudr-geo waive``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, options, screen


@click.command()
@click.argument("file", required=False, metavar="[FILE.csv]")
@options.project
@options.yes
def command(file: str | None, project: str, yes: bool) -> None:
    """Note which findings may stay: who answers for them, why, and until when. Without FILE: list them.

    FILE takes the place of all waivers of the project. Its headings: rule, code, reason, waived_by, waived_on, until.
    A waived finding stays in every report, map and package, as a note with the name and the reason. An error that the
    law or the EU system makes one cannot be waived.

    \b
    Example:
      eudr-geo waive waivers.csv -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.project.importing.waivers import store_waivers
    from eudr_geo.sources.waivers import COLUMNS, read_waivers

    if file is None:
        with options.open_project(project) as store:
            rows = [[getattr(one, name) for name in COLUMNS] for one in store.waivers()]
        if rows:
            screen.put(screen.table(COLUMNS, rows, width=screen.width_of(None)), None)
        else:
            screen.say("No finding is waived.")
        sys.exit(EXIT_CLEAN)
    found = read_waivers(options.given_bytes(file), Path(file).name)
    with options.open_project(project, write=True) as store:
        held = set(store.waivers())
        new, gone = set(found) - held, held - set(found)
        screen.say(f"{len(new)} new, {len(gone)} taken away, {len(held & set(found))} as before.")
        if not new and not gone:
            sys.exit(EXIT_CLEAN)
        if not screen.confirm("Store?", yes=yes):
            sys.exit(EXIT_FAILED)
        store_waivers(store, found, now=screen.now_utc(), who=screen.who_am_i(), name=Path(file).name)
    screen.say("Stored. See what they change with: eudr-geo audit")

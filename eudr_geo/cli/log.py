"""``eudr-geo log``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_FINDINGS, options, screen
from eudr_geo.words.saying import say


@click.command()
@options.project
@options.language
def command(project: str) -> None:
    """Say who changed what in the project, newest first. Exit code 1 if somebody changed the log itself."""
    with options.open_project(project) as store:
        rows = [
            (
                step.fid,
                step.at,
                step.who,
                step.action,
                step.summary,
                screen.told("commands:log.by_step", step=step.undone_by) if step.undone_by else "",
            )
            for step in reversed(store.log())
        ]
        broken = store.first_broken_step()
    if not rows:
        screen.say(say("commands:log.nothing"))
        return
    heads = [screen.told(f"commands:log.{one}") for one in ("step", "when", "who", "did", "what", "taken_back")]
    screen.put(screen.table(heads, rows, width=screen.width_of(None)), None)
    if broken:
        screen.say(say("commands:log.broken", step=broken))
        sys.exit(EXIT_FINDINGS)

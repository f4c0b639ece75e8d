"""``eudr-geo undo``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, options, screen


@click.command()
@options.project
@options.yes
def command(project: str, yes: bool) -> None:
    """Take the last import back, exactly. The log keeps both steps."""
    with options.open_project(project, write=True) as store:
        step = store.last_step()
        if step is None:
            screen.say("Nothing to undo." + (" Steps before a person was forgotten stay." if store.forgotten() else ""))
            sys.exit(EXIT_CLEAN)
        screen.say(f"Last step: {step.at} {step.action}: {step.summary}")
        if not screen.confirm("Take it back?", yes=yes):
            sys.exit(EXIT_FAILED)
        store.undo(now=screen.now_utc(), who=screen.who_am_i())
        screen.say("Taken back.")

"""``eudr-geo undo``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, options, screen
from eudr_geo.words.saying import say


@click.command()
@options.project
@options.language
@options.yes
def command(project: str, yes: bool) -> None:
    """Take the last import back, exactly. The log keeps both steps."""
    with options.open_project(project, write=True) as store:
        step = store.last_step()
        if step is None:
            why = "forgotten" if store.forgotten() else "packed" if store.log() else "nothing"
            screen.say(say(f"commands:undo.{why}"))
            sys.exit(EXIT_CLEAN)
        screen.say(say("commands:undo.last", at=step.at, action=step.action, summary=step.summary))
        if not screen.confirm(say("commands:undo.ask"), yes=yes):
            sys.exit(EXIT_FAILED)
        store.undo(now=screen.now_utc(), who=screen.who_am_i())
        screen.say(say("commands:undo.done", at=step.at, summary=step.summary))

"""``eudr-geo log``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_FINDINGS, options, screen


@click.command()
@options.project
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
                f"by step {step.undone_by}" if step.undone_by else "",
            )
            for step in reversed(store.log())
        ]
        broken = store.first_broken_step()
    if not rows:
        screen.say("Nothing has been stored yet.")
        return
    screen.put(
        screen.table(("step", "when (UTC)", "who", "did", "what", "taken back"), rows, width=screen.width_of(None)),
        None,
    )
    if broken:
        screen.say(
            f"Step {broken} is not as it was written: somebody changed the log. Compare it with a copy of the project."
        )
        sys.exit(EXIT_FINDINGS)

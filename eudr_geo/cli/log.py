"""``eudr-geo log``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen


@click.command()
@options.project
def command(project: str) -> None:
    """Say who changed what in the project, newest first."""
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
    if not rows:
        screen.say("Nothing has been stored yet.")
        return
    screen.put(
        screen.table(("step", "when (UTC)", "who", "did", "what", "taken back"), rows, width=screen.width_of(None)),
        None,
    )

"""``eudr-geo demo``."""

from __future__ import annotations

from pathlib import Path

import click

from eudr_geo.cli import screen


@click.command()
@click.argument("folder", default="demo", metavar="[DIR]")
def command(folder: str) -> None:
    """Take one consignment of an invented cooperative through the whole job, from files to package and map.

    \b
    Example:
      eudr-geo demo
    """  # noqa: D301
    from eudr_geo.project.demo import run

    with screen.progress("Demo") as step:
        done = run(Path(folder), step)
    width = max(len(what) for what, _ in done.lines)
    for what, how in done.lines:
        click.echo(f"{what:{width}}  {how}")
    click.echo("\nLook at:")
    for what, where in done.look:
        click.echo(f"  {where}\n    {what}")

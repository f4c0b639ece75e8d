"""``eudr-geo demo``."""

from __future__ import annotations

from pathlib import Path

import click

from eudr_geo.cli import options, screen, speech
from eudr_geo.words.saying import say


@click.command()
@click.argument("folder", default="demo", metavar="[DIR]")
@options.language
def command(folder: str) -> None:
    """Take one consignment of an invented cooperative through the whole job, from files to package and map.

    \b
    Example:
      eudr-geo demo
    """  # noqa: D301
    from eudr_geo.project.demo import run

    with screen.progress(say("commands:progress.demo")) as step:
        done = run(Path(folder), step)
    lines = [(speech.spoken(what), speech.spoken(how)) for what, how in done.lines]
    width = max(len(what) for what, _ in lines)
    for what, how in lines:
        click.echo(f"{what:{width}}  {how}")
    click.echo(f"\n{screen.told('commands:demo.look')}")
    for what, where in done.look:
        click.echo(f"  {where}\n    {speech.spoken(what)}")

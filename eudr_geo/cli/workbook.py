"""``eudr-geo workbook``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eudr_geo.base.errors import InputError
from eudr_geo.cli import options, screen, speech
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook


@click.group()
def command() -> None:
    """Make the workbook that a cooperative fills in."""


@command.command("new")
@click.option("-o", "--out", required=True, metavar="BOOK.xlsx", help="The file to make.")
@options.language
@click.option(
    "--stage",
    type=click.Choice(["90", "180", "360"]),
    default="90",
    show_default=True,
    help="Days of the plan: each stage has the sheets of the one before, and more.",
)
@click.option("--demo", is_flag=True, help="With example rows.")
@click.option(
    "-p",
    "--project",
    default="",
    metavar="PATH",
    help="A project whose producers, seasons, plots and declared micro-lots stand in it already.",
)
def new(out: str, stage: str, demo: bool, project: str) -> None:
    """Make an empty workbook with drop-down lists and a guide.

    With -p the producers and plots of a project are filled in, so that their codes are on the lists to choose from.
    Its headings are in the language of --lang, or else in the one that is spoken.

    \b
    Example:
      eudr-geo workbook new -o cooperative.xlsx --lang vi
      eudr-geo workbook new -o december.xlsx --lang vi -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.outputs.workbook.writing import write_book

    if Path(out).exists():
        raise InputError(say("errors:exists", path=out), fix=say("errors:exists.filled_in"))
    known = _known(project) if project else None  # a project tells its language
    write_book(out, lang=speech.language(), stage=int(stage), demo=demo, book=known)
    if project:
        screen.say(say("commands:workbook.made.project", out=out, project=project))
    else:
        screen.say(say("commands:workbook.made", out=out))


_PEOPLE_AND_LAND = ("producer", "season", "plot", "stream", "stream_plot")


def _known(project: str) -> LotBook:
    """Who and what a project knows that the rows of a season refer to; what happened in it stays there."""
    from eudr_geo.model.lot_book import LotBook

    with options.open_project(project) as store:
        book = store.lot_book()
    plot = book.table("plot")
    frames = {name: book.table(name) for name in _PEOPLE_AND_LAND}
    return LotBook({**frames, "plot": plot[plot["producer_code"].notna()]})

"""``eudr-geo workbook``."""

from __future__ import annotations

import click

from eudr_geo.cli import screen


@click.group()
def command() -> None:
    """Make the workbook that a cooperative fills in."""


@command.command("new")
@click.option("-o", "--out", required=True, metavar="BOOK.xlsx", help="The file to make.")
@click.option(
    "--lang",
    type=click.Choice(["en", "vi", "es", "fr", "pt", "id"]),
    default="en",
    show_default=True,
    help="Language of the headings.",
)
@click.option(
    "--stage",
    type=click.Choice(["90", "180", "360"]),
    default="90",
    show_default=True,
    help="Days of the plan: 5, 9 or 11 sheets.",
)
@click.option("--demo", is_flag=True, help="With example rows.")
def new(out: str, lang: str, stage: str, demo: bool) -> None:
    """Make an empty workbook with drop-down lists and a guide.

    \b
    Example:
      eudr-geo workbook new -o cooperative.xlsx --lang vi
    """  # noqa: D301
    from eudr_geo.exports.workbook import write_book

    write_book(out, lang=lang, stage=int(stage), demo=demo)
    screen.say(f"Made {out}. Fill it in, then: eudr-geo book {out}")

"""``eudr-geo map``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen, speech
from eudr_geo.words.saying import say


@click.command("map")
@options.project
@click.option("--lot", "lots", multiple=True, metavar="CODE", help="Only this lot or consignment. May be repeated.")
@click.option("-o", "--out", required=True, metavar="MAP.html", help="The page to write.")
@options.replace
@click.option("--with-names", is_flag=True, help="Show producers' names; otherwise their codes stand for them.")
@options.season
@options.language
def command(project: str, lots: tuple[str, ...], out: str, with_names: bool, season: str) -> None:
    """Draw the interactive map: which plots fed each micro-lot. One file, works without a network.

    \b
    Examples:
      eudr-geo map -p coop.gpkg -o map.html
      eudr-geo map -p coop.gpkg --lot DL25-ML01-G -o ml01.html
      eudr-geo map -p coop.gpkg --season 2025/26 -o season.html
    """  # noqa: D301
    from eudr_geo.project.mapping import project_map

    with options.open_project(project) as store:
        on, spoken = screen.now_utc()[:10], speech.language()
        page = project_map(store, lots, with_names=with_names, on=on, language=spoken, season=season)
    screen.put(page, out, told=say("commands:map.made", out=out))

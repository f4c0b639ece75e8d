"""``eudr-geo init``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen, speech
from eudr_geo.law import COMMODITIES
from eudr_geo.words.saying import say


@click.command()
@options.project
@click.option("--name", required=True, help="Name of the cooperative or exporter.")
@click.option("--country", required=True, metavar="ISO2", help="Country of the plots, e.g. VN.")
@click.option("--commodity", type=click.Choice(COMMODITIES), default="coffee", show_default=True)
@click.option("--season", default="", metavar="2025/26", help="Harvest season.")
@options.language
def command(project: str, name: str, country: str, commodity: str, season: str) -> None:
    """Create a project: one GeoPackage file that holds plots, lots and their history, and opens in QGIS.

    With --lang the project is in that language: every command speaks it from then on.

    \b
    Example:
      eudr-geo init -p coop.gpkg --name "My cooperative" --country VN --season 2025/26
    """  # noqa: D301
    from eudr_geo.lots.crop_years import usual_days
    from eudr_geo.store import create_store

    with create_store(
        project,
        organisation=name,
        country=country.upper(),
        commodity=commodity,
        season=season,
        language=speech.asked(),
    ) as store:
        code = store.meta["season"]
    screen.say(say("commands:init.created", project=project))
    if code:
        usual = usual_days(code, country.upper(), commodity)
        about = {"season": code, "sheet": say("sheets:seasons")}
        if usual is None:
            screen.say(say("commands:init.season", **about))
        else:
            first, last = (day.isoformat() for day in usual)
            screen.say(say("commands:init.season.usual", **about, first=first, last=last))

"""``eudr-geo init``."""

from __future__ import annotations

import click

from eudr_geo.cli import options, screen
from eudr_geo.law import COMMODITIES


@click.command()
@options.project
@click.option("--name", required=True, help="Name of the cooperative or exporter.")
@click.option("--country", required=True, metavar="ISO2", help="Country of the plots, e.g. VN.")
@click.option("--commodity", type=click.Choice(COMMODITIES), default="coffee", show_default=True)
@click.option("--season", default="", metavar="2025/26", help="Harvest season.")
def command(project: str, name: str, country: str, commodity: str, season: str) -> None:
    """Create a project: one GeoPackage file that holds plots, lots and their history, and opens in QGIS.

    \b
    Example:
      eudr-geo init -p coop.gpkg --name "My cooperative" --country VN --season 2025/26
    """  # noqa: D301
    from eudr_geo.store import create_store

    store = create_store(project, organisation=name, country=country.upper(), commodity=commodity, season=season)
    store.close()
    screen.say(f"Created {project}. Next: eudr-geo add -p {project} YOUR_BOUNDARIES")

"""The project: one GeoPackage with plots, lots and their history. PostGIS will be its sibling behind the same door."""

from __future__ import annotations

from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.base.season_codes import is_year_alone, season_code
from eudr_geo.law import COMMODITIES, country_code
from eudr_geo.store import geopackage
from eudr_geo.store.facts import PlotFacts
from eudr_geo.store.project import Store
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import say

__all__ = ["PlotFacts", "Store", "create_store", "open_store"]


def create_store(
    url: str | Path,
    *,
    organisation: str,
    country: str,
    commodity: str = "coffee",
    season: str = "",
    language: str = "",
) -> Store:
    """Create a project and open it for writing.

    Parameters
    ----------
    url
        Path of the GeoPackage to be made.
    organisation
        Name of the cooperative or exporter.
    country
        ISO 3166-1 alpha-2 code of the plots' country.
    commodity
        One of the regulation's seven.
    season
        Harvest season, as in ``2025/26``, in any spelling of :func:`eudr_geo.base.season_codes.season_code`: it becomes
        the first row of the seasons, without days.
    language
        Language that its commands speak, one of :func:`eudr_geo.words.languages.languages`; "" where none is chosen.

    Raises
    ------
    InputError
        When something is there already, the country, commodity or language is unknown, the organisation has no name, or
        the season cannot be read.
    StoreError
        When the folder cannot be written to.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with create_store(Path(folder, "coop.gpkg"), organisation="Ea Mau", country="VN") as store:
    ...         store.meta["organisation"], len(store.load_plots())
    ('Ea Mau', 0)
    """
    if country_code(country) != country or not country:
        raise InputError(say("errors:no_country", value=country), fix=say("errors:no_country.do"))
    if commodity not in COMMODITIES:
        raise InputError(
            say("errors:no_commodity", value=commodity), fix=say("commands:one_of", values=", ".join(COMMODITIES))
        )
    if language and language not in languages():
        raise InputError(
            say("errors:no_language", value=language), fix=say("commands:one_of", values=", ".join(languages()))
        )
    if not organisation.strip():
        raise InputError(say("errors:no_name"), fix=say("errors:no_name.do"))
    code = season_code(season) if season else ""
    if code is None:
        raise InputError(
            say("errors:no_season.year" if is_year_alone(season) else "errors:no_season", value=season),
            fix=say("errors:no_season.do"),
        )
    path = _path(url)
    facts = {"organisation": organisation, "country": country, "commodity": commodity, "season": code}
    geopackage.create(path, facts | ({"language": language} if language else {}))
    return open_store(path, write=True)


def open_store(url: str | Path, *, write: bool = False) -> Store:
    """Open a project.

    Parameters
    ----------
    url
        Path of the GeoPackage.
    write
        Whether something will be stored. Without it nothing is, and a read-only disk will do.

    Raises
    ------
    InputError
        When there is no such file.
    StoreError
        When it is not a project, is damaged, was made by a newer toolkit, or may not be written to.
    BusyError
        When another program holds it for longer than 30 s.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "coop.gpkg")
    ...     create_store(path, organisation="Ea Mau", country="VN").close()
    ...     with open_store(path) as store:
    ...         [step.action for step in store.log()]
    []
    """
    path = _path(url)
    if not path.is_file():
        raise InputError(say("errors:no_project", path=path), fix=say("errors:no_project.do"))
    return Store(geopackage.GeoPackage(path, write=write))


def _path(url: str | Path) -> Path:
    if str(url).startswith(("postgresql:", "postgres:", "postgresql+")):
        raise InputError(say("errors:only_geopackage"), fix=say("errors:only_geopackage.do"))
    return Path(url)

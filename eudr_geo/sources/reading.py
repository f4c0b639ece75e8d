"""The one way in: every boundary file, from whichever face of the toolkit, is read here."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits, configured
from eudr_geo.law import COMMODITIES, country_code
from eudr_geo.model.plots import Reading
from eudr_geo.sources import cage
from eudr_geo.sources.cage.warm import WORTH_IT, Warm, is_possible
from eudr_geo.words.saying import say

_SIDE_BY_SIDE = 2  # a reading process may take 1.5 GB


def read_plots(
    paths: Sequence[str | Path] | str | Path,
    *,
    country: str = "",
    commodity: str = "",
    crs: str = "",
    layer: str = "",
    limits: Limits | None = None,
) -> Reading:
    """Read boundary files: every record becomes a plot or is rejected with a reason.

    Parameters
    ----------
    paths
        Files: GeoJSON, KML, KMZ, GPX, zipped Shapefile, GeoPackage, FlatGeobuf, CSV or XLSX. Content decides, not the
        name.
    country
        ISO 3166-1 alpha-2 code of plots whose file does not name one.
    commodity
        Commodity of plots whose file does not name one.
    crs
        Coordinate system of files that do not tell theirs: ``EPSG:nnnn``, or words such as ``VN-2000 Dak Lak``.
    layer
        Read only this layer, folder or sheet.
    limits
        How much one file may ask of us; :func:`eudr_geo.base.limits.configured` when left out.

    Returns
    -------
    Reading
        Plots in the order of the files and records; records = plots + rejected for each file. A file that cannot be
        read at all has a note that says why.

    Raises
    ------
    InputError
        For a file that does not exist, or an unknown country, commodity or coordinate system.

    Examples
    --------
    >>> reading = read_plots(["sample_plots/clean/points.csv", "sample_plots/clean/google-earth.kmz"])
    >>> [(file.format, file.records, file.plots, file.rejected) for file in reading.files]
    [('CSV', 20, 20, 0), ('KMZ', 30, 30, 0)]
    """
    listed = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(path) for path in paths]
    for path in listed:
        if not path.is_file():
            raise InputError(say("reading:no-file", path=str(path)), fix=say("reading:no-file.do"))
    job = _job(country, commodity, crs, layer)
    names = _names(listed)
    limits = limits or configured()
    # The children do the work; the threads only wait for them.
    width = min(_SIDE_BY_SIDE, max(len(listed), 1))
    with ExitStack() as open_, ThreadPoolExecutor(width) as pool:
        many = len(listed) >= WORTH_IT and is_possible()
        warm = open_.enter_context(Warm(width)) if many else None
        parts = list(pool.map(lambda path, name: cage.read(path, name, job, limits, warm)[0], listed, names))
    return Reading.concat(parts)


def read_bytes(
    name: str,
    data: bytes,
    *,
    country: str = "",
    commodity: str = "",
    crs: str = "",
    layer: str = "",
    limits: Limits | None = None,
) -> Reading:
    """Read one file from memory, as :func:`read_plots` reads it from disk; the name is only shown."""
    job = _job(country, commodity, crs, layer)
    limits = limits or configured()
    with tempfile.TemporaryDirectory(prefix="eudr-geo-") as folder:
        path = Path(folder) / "upload.bin"
        path.write_bytes(data)
        return cage.read(path, _shown(name), job, limits)[0]


def read_sheets(
    path: str | Path, *, limits: Limits | None = None, headings: Sequence[str] = ()
) -> tuple[Reading, dict[str, list[list[Any]]]]:
    """Read the cells of a workbook in the cage; ``headings``: those of a CSV that is no sheet of a lots workbook."""
    path = Path(path)
    if not path.is_file():
        raise InputError(say("reading:no-file", path=str(path)), fix=say("reading:no-file.do"))
    reading, sheets = cage.read(
        path, _shown(path.name), {"kind": "sheets", "headings": list(headings)}, limits or configured()
    )
    return reading, sheets or {}


def _job(country: str, commodity: str, crs: str, layer: str) -> dict[str, str]:
    if country and country_code(country) != country:
        raise InputError(
            say("reading:no-country", country=country),
            fix=say("reading:no-country.do", country=country_code(country) or "VN, CI, CO …"),
        )
    if commodity and commodity not in COMMODITIES:
        raise InputError(
            say("reading:no-commodity", commodity=commodity), fix=say("commands:one_of", values=", ".join(COMMODITIES))
        )
    if crs:
        from eudr_geo.plots.projecting import named

        crs = named(crs)
    return {"kind": "plots", "country": country, "commodity": commodity, "crs": crs, "layer": layer}


def _shown(name: str) -> str:
    """A file name as text: control characters escaped, never a path."""
    base = os.path.basename(name) or "file"  # noqa: PTH119 – it is a name, not a path we would open
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in base)[
        :200
    ]


def _names(paths: Sequence[Path]) -> list[str]:
    """The names that files are known by: told apart by their folder, then by a number, where two are the same."""
    names = [_shown(path.name) for path in paths]
    twice = Counter(names)
    names = [
        f"{_shown(path.parent.name)}/{name}" if twice[name] > 1 else name
        for path, name in zip(paths, names, strict=True)
    ]
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result

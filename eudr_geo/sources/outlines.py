"""Better outlines of countries, from a file of the user's: read in the cage like any other file of strangers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import DEFAULT_LIMITS
from eudr_geo.law import country_code
from eudr_geo.plots.own_outlines import Outlines
from eudr_geo.sources.reading import read_plots
from eudr_geo.words.saying import say

LIMITS = replace(DEFAULT_LIMITS, ring_vertices=DEFAULT_LIMITS.file_vertices)
"""A country has more corners than a plot."""
NAMES = ("iso_a2_eh", "iso_a2", "iso2", "iso_3166_1", "gid_0", "iso_a3", "iso3", "shapegroup", "adm0_a3", "country")
"""Properties that name the country, in any case, best first: Natural Earth, geoBoundaries, GADM and national files."""


def read_boundaries(path: str | Path, country: str = "") -> Outlines:
    """Read outlines of countries for :func:`eudr_geo.checks.checking.check`.

    Parameters
    ----------
    path
        Polygons in any format that is read here; each record names its country by code or name.
    country
        Country of records that name none.

    Returns
    -------
    Outlines
        One outline a country; several records of one country (provinces) are put together.

    Raises
    ------
    InputError
        When the file does not exist, cannot be read, or holds no polygon whose country is known.
    """
    reading = read_plots([path], country=country, limits=LIMITS)
    name = Path(path).name
    notes = [note for file in reading.files for note in file.notes if note.code in _HOPELESS]
    if notes:
        raise InputError(say("reading:outlines", name=name, why=notes[0].why), fix=notes[0].fix)
    if reading.rejected:
        first = reading.rejected[0]
        raise InputError(say("reading:outlines.record", record=first.record, name=name, why=first.why), fix=first.fix)
    plots = reading.plots
    parts: dict[str, list[Any]] = {}
    unknown: list[int] = []
    for row in range(len(plots)):  # a few hundred records
        code = _code_of(plots["country"][row], plots["extra"][row])
        shape = plots.geometry[row]
        if not code or shapely.get_dimensions(shape) != 2:
            unknown.append(int(plots["record"][row]))
            continue
        parts.setdefault(code, []).append(shape)
    if unknown:
        raise InputError(
            say("reading:outlines.country", record=unknown[0], name=name),
            fix=say("reading:outlines.country.do"),
        )
    shapes = {code: _land(pieces) for code, pieces in sorted(parts.items())}
    return Outlines(name, shapes)


_HOPELESS = frozenset({"unreadable-file", "unsupported-format", "empty-file", "unknown-crs"})


def _code_of(stated: str, extra: str) -> str:
    known = {key.casefold(): str(value) for key, value in json.loads(extra).items()} if extra else {}
    found = (country_code(known[name]) for name in NAMES if name in known)
    return next((code for code in found if code), "") or country_code(stated)


def _land(pieces: list[Any]) -> Any:
    sound = [piece if piece.is_valid else shapely.make_valid(piece, method="structure") for piece in pieces]
    return shapely.union_all(sound)

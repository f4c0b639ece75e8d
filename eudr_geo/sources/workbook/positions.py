"""Positions in the cells latitude and longitude of a sheet: a plot's or a store's. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import shapely

from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.plots import countries
from eudr_geo.sources.formats.boundaries import Shape, shape_of
from eudr_geo.sources.records.angles import LATITUDE, LONGITUDE, parse_angle
from eudr_geo.sources.workbook.receipts import shown
from eudr_geo.words.saying import say

_DECIMAL = re.compile(r"[-+\u2212]?\d{1,3}(?:\.\d*)?")


def point_of(lat: str, lon: str, words: Iterable[str] = ()) -> Shape:
    """Return the point of two cells.

    Parameters
    ----------
    lat, lon
        As written, one of them not empty.
    words
        Words for north, south, east and west that the column has.

    Raises
    ------
    RecordError
        Where one of them is empty, or no angle.
    """
    if not lat or not lon:
        raise RecordError("missing-geometry", say("book:half-position"), say("book:half-position.do"))
    return shape_of("Point", [_degrees(lon, LONGITUDE, words), _degrees(lat, LATITUDE, words)])


def _degrees(text: str, axis: str, words: Iterable[str]) -> NumberText:
    """A coordinate as decimal degrees; a comma in it is a decimal comma, for there are no thousands of degrees."""
    plain = text.strip(" °").replace(",", ".")
    if _DECIMAL.fullmatch(plain):
        return NumberText(plain)
    try:
        found = parse_angle(text, axis, words)
    except ValueError as error:
        why = say("book:no-angle", value=shown(text), why=error.args[0])
        raise RecordError("unreadable-record", why, say("book:no-angle.do"), text) from error
    return NumberText(plain if found is None else repr(found[0]))


def is_exchanged(shape: Shape, country: str) -> bool:
    """Tell whether a position lies far from its country, and within it with latitude and longitude exchanged."""
    if not countries.is_known(country) or not isinstance(shape.geometry, shapely.Point):
        return False
    x, y = shape.geometry.x, shape.geometry.y
    here, there = countries.may_reach(country, [x, y], [y, x]).tolist()
    return bool(there and not here)

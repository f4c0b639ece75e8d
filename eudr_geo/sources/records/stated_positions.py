"""Where a record says in words that its plot lies: the latitude and longitude that apps write beside the geometry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eudr_geo.sources.records.headings import column_of
from eudr_geo.sources.records.values import clean_value

_NOWHERE = (float("nan"), float("nan"))


def names_of_position(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the names that mean a longitude and those that mean a latitude, best first; none where one is missing.

    Parameters
    ----------
    names
        Of the properties that are kept apart from the columns of a plot.

    Examples
    --------
    >>> names_of_position(["colour", "latitude", "lat", "longitude"])
    (['longitude'], ['latitude', 'lat'])
    >>> names_of_position(["latitude"])
    ([], [])
    """
    found: dict[str, set[str]] = {"lon": set(), "lat": set()}
    for name in names:
        if (column := column_of(name)) in found:
            found[column].add(clean_value(name))
    if not all(found.values()):
        return [], []
    return sorted(found["lon"], reverse=True), sorted(found["lat"], reverse=True)


def stated_position(lon: Any, lat: Any) -> tuple[float, float]:
    """Return a position as its record states it, degrees; NaN twice where it is none, or none that is possible.

    Examples
    --------
    >>> stated_position("108.05", "12.68"), stated_position("12°41'", "108°3'"), stated_position("0", "0")
    ((108.05, 12.68), (nan, nan), (nan, nan))
    """
    try:
        x, y = float(lon), float(lat)
    except (TypeError, ValueError):
        return _NOWHERE
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 and (x or y) else _NOWHERE

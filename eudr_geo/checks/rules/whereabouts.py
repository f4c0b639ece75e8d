"""Lots and places: where stores, stations, mills and ports are said to be."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from eudr_geo.checks.catalogue import WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, problems, rows
from eudr_geo.model.lot_book import LotBook
from eudr_geo.plots import countries

_ABROAD = "port"
"""Kind of a place that may lie in another country: goods of a country without a coast leave by its neighbour's."""
_MOST_LAT, _MOST_LON = 90, 180  # degrees


@lot_rule(severity=WARNING, basis="good practice: a way on the map leads past places that are where they are drawn")
def misplaced_place(book: LotBook) -> Problems:
    """A store, station, mill or port cannot be where its position says.

    **Why it matters** The map draws the way of a lot past it. A wrong position makes a true way look false, and who
    looks for the store does not find it.

    **Example** Mill M1 of a cooperative in Viet Nam at 108.05, 12.68 in the columns latitude, longitude: exchanged.

    **How to correct it** Read latitude and longitude on the spot, or from a map, and write them on the Places sheet.

    **Trap** A port may lie in another country: call it a port, and it is not looked for at home.
    """
    return problems(_misplaced(book))


def _misplaced(book: LotBook) -> Iterator[Fault]:
    stated = {row["country"] for table in ("plot", "season") for row in rows(book, table)}
    home = sorted(code for code in stated if code and countries.is_known(code))
    for row in rows(book, "location"):  # a project has some dozens of places
        point = row["geometry"]
        if not isinstance(point, shapely.Point) or point.is_empty:
            continue
        lon, lat = float(point.x), float(point.y)
        case = _case(lon, lat, [] if row["kind"] == _ABROAD else home)
        if case:
            values = {"value": f"{lat:g}, {lon:g}", "country": ", ".join(home)}
            yield Fault("location", row["code"], row, values=values, case=case)


def _case(lon: float, lat: float, home: list[str]) -> str:
    if lon == lat == 0:
        return "null"
    is_somewhere = abs(lat) <= _MOST_LAT and abs(lon) <= _MOST_LON
    if is_somewhere and (not home or any(countries.may_reach(code, [lon], [lat]).all() for code in home)):
        return ""
    if abs(lon) <= _MOST_LAT and any(countries.may_reach(code, [lat], [lon]).all() for code in home):
        return "swapped"  # of Viet Nam the latitude is then one that is nowhere
    return "far" if is_somewhere else "off"

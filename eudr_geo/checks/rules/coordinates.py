"""Coordinates: whether the numbers are degrees, in the right order, and of a place where a plot can be."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks.catalogue import ERROR, Problems, plot_rule, repairs
from eudr_geo.checks.lengths import either
from eudr_geo.law import country_code
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots import countries
from eudr_geo.plots.candidates import likely_systems, without_decimal_point
from eudr_geo.plots.geodesy import distance_m
from eudr_geo.plots.shapes.rings import exchanged
from eudr_geo.words.saying import joined, say

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

METRES_ABOVE = 1_000.0
"""No slip of a degree is larger than this; metres of a grid nearly always are."""
_SAME_PLACE = 0.1  # degrees, good practice: about 10 km, wider than any plot and than a village's own point
NULL_ISLAND_M = 1_000.0
"""Good practice: nothing grows within 1 km of longitude 0, latitude 0: it is open sea."""


def _largest(geometries: Array) -> Floats:
    """Largest absolute longitude and latitude of each geometry, shape (n, 2); NaN for missing ones."""
    bounds = np.abs(shapely.bounds(geometries))
    return np.column_stack([np.maximum(bounds[:, 0], bounds[:, 2]), np.maximum(bounds[:, 1], bounds[:, 3])])


def largest_lon_lat(plots: Plots) -> Floats:
    """Largest absolute longitude and latitude of each plot, shape (n, 2), kept on the table."""
    return plots.keep("largest_lon_lat", _largest)


def _only_exchanged(geometries: Array) -> Mask:
    south, north = shapely.bounds(geometries)[:, [1, 3]].T
    largest = _largest(geometries)
    # Every latitude must be none: one corner beyond 90 is a slip of one number, told as out-of-range.
    found: Mask = (largest[:, 0] <= 90) & (largest[:, 1] <= 180) & ((south > 90) | (north < -90))
    return found


def only_exchanged(plots: Plots) -> Mask:
    """Tell which plots can only be degrees when longitude and latitude are exchanged, shape (n,), kept on the table."""
    with np.errstate(invalid="ignore"):
        return plots.keep("only_exchanged", _only_exchanged)


def beyond_the_globe(plots: Plots) -> Mask:
    """Tell which plots have a position that is no place on earth, whichever way round it is read, shape (n,)."""
    largest = largest_lon_lat(plots)
    with np.errstate(invalid="ignore"):
        off: Mask = (largest > [180, 90]).any(axis=1) & ~only_exchanged(plots) & ~(largest > METRES_ABOVE).any(axis=1)
    return off


def _first_where(geometries: Array, test: Callable[[Floats], Mask]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """First position of each geometry that passes a test (NaN where none does), and how many do."""
    coords, row = shapely.get_coordinates(geometries, return_index=True)
    passing = np.flatnonzero(test(coords))
    place = np.full((len(geometries), 2), np.nan)
    rows, first = np.unique(row[passing], return_index=True)
    place[rows] = coords[passing[first]]
    return place, np.bincount(row[passing], minlength=len(geometries)).astype(np.int64)


def _written(places: Floats) -> list[str]:
    return [
        joined([f"{value:.12g}" if math.isfinite(value) else say("findings:no-number") for value in place], ", ")
        for place in places.tolist()
    ]


@plot_rule(severity=ERROR, basis=f"{GEO}: WGS 84 only; Regulation (EU) 2023/1115, Article 2(28)", ids=("C-12",))
def projected_coordinates(plots: Plots) -> Problems:
    """Metres of a national grid, or degrees without their decimal point, where degrees should be.

    **Why it matters** The EU system only knows longitude and latitude in degrees. Metres are refused, or the plot lands
    somewhere at the edge of the map.

    **Example** 831316, 1403588: metres of a Vietnamese grid, as the land office writes them; in degrees the place is
    108.05 12.68. Or 108051237, 12681239: Excel took the decimal point for that of thousands.

    **How to correct it** Ask who made the file for its coordinate system and read the file again with it, for instance
    `--crs EPSG:3405`. The message names the systems that would put the plot into its country, and says where that is so
    only with the two numbers exchanged: the land office of Viet Nam calls the northing X.

    **Trap** Several systems may put the plot into the right country, a few hundred metres or a hundred kilometres
    apart. Never choose by trying: look on the map whether the plot lies where the farmer knows it to be.
    """
    rows = np.flatnonzero((largest_lon_lat(plots) > METRES_ABOVE).any(axis=1))
    if not len(rows):
        return Problems.none()
    place, _ = _first_where(plots.geometry[rows], lambda xy: np.asarray((np.abs(xy) > METRES_ABOVE).any(axis=1)))
    stated = plots["country"][rows]
    names: list[tuple[str, ...]] = [()] * len(rows)
    exchanged_too, point_lost = np.zeros(len(rows), dtype=bool), [""] * len(rows)
    for country in sorted(set(stated.tolist())):  # one country at a time
        code = country_code(country)
        of_country = np.flatnonzero(stated == country)
        found = likely_systems(code, place[of_country, 0], place[of_country, 1])
        for row, systems in zip(of_country.tolist(), found, strict=True):
            names[row] = systems
        open_ = np.array([row for row in of_country.tolist() if not names[row]], dtype=np.int64)
        # Grids of many land offices, that of Viet Nam among them, call the northing X and write it first.
        turned = likely_systems(code, place[open_, 1], place[open_, 0])
        lost = without_decimal_point(code, place[open_, 0], place[open_, 1])
        for row, systems, degrees in zip(open_.tolist(), turned, lost, strict=True):
            point_lost[row] = degrees
            names[row], exchanged_too[row] = (() if degrees else systems), bool(systems and not degrees)
    return Problems(
        rows,
        case=[
            "degrees"
            if degrees
            else "turned"
            if is_turned
            else "systems"
            if systems
            else "no-system"
            if country
            else "metres"
            for country, systems, is_turned, degrees in zip(
                stated.tolist(), names, exchanged_too.tolist(), point_lost, strict=True
            )
        ],
        lon=place[:, 0],
        lat=place[:, 1],
        measured={
            "value": _written(place),
            "candidates": [", ".join(systems) for systems in names],
            "systems": [either(systems) if systems else "" for systems in names],
            "where": stated.tolist(),
            "degrees": point_lost,
        },
    )


@plot_rule(
    severity=ERROR,
    basis=f"{GEO}: longitude, then latitude",
    requires=("projected-coordinates",),
    ids=("C-01", "C-11"),
    reads=("stated_lat", "stated_lon"),
)
def swapped_axes(plots: Plots) -> Problems:
    """Longitude and latitude in the wrong order.

    **Why it matters** The plot lands in another country or in the sea. If both numbers are possible, nobody is warned.

    **Example** A farm in Ghana written as 6.70 -1.60: that is in the Gulf of Guinea. Exchanged, -1.60 6.70 lies in
    Ghana.

    Known by the country, by second numbers that are all beyond 90, or by columns of latitude and longitude in the same
    record that say the opposite of its geometry (TerraTrac writes its points so). Where the exchanged plot lies far
    from its country too, it is out-of-range instead: a number is wrong, not the order.

    **How to correct it** Exchange the two columns in the file, or ask for the repair by name. Then look at the plots on
    the map.

    **Trap** Telephones and web maps show latitude first; files want longitude first. Never exchange a whole file
    because of one plot: each plot is tested on its own, and a file may hold both orders.
    """
    largest = largest_lon_lat(plots)
    with np.errstate(invalid="ignore"):
        could_be = (largest[:, 0] <= 90) & (largest[:, 1] <= 180)
    provable = only_exchanged(plots)
    lon, lat = plots.points_lon_lat()
    away_m = np.full(len(plots), np.nan)
    plausible = np.zeros(len(plots), dtype=bool)
    asked = could_be & ~provable & np.isfinite(lon) & np.isfinite(lat)
    stated = plots["country"]
    for country in sorted(set(stated[asked].tolist())):  # one country at a time
        code = country_code(country)
        if not countries.is_known(code):
            continue
        rows = np.flatnonzero(asked & (stated == country))
        rows = rows[countries.may_reach(code, lat[rows], lon[rows])]
        turned = countries.distance_km(code, np.asarray(shapely.points(lat[rows], lon[rows])))
        rows = rows[turned <= countries.TOLERANCE_KM]
        given = countries.distance_km(code, np.asarray(shapely.points(lon[rows], lat[rows])))
        away_m[rows] = given * 1_000
        plausible[rows] = given > countries.TOLERANCE_KM
    provable = provable & ~_elsewhere(plots, lon, lat, provable)
    told = could_be & ~provable & _contradicted(plots, lon, lat)
    rows = np.flatnonzero(provable | plausible | told)
    value = _written(np.column_stack([lon[rows], lat[rows]]))
    away = np.where(provable[rows] | told[rows], np.nan, away_m[rows])
    return Problems(
        rows,
        case=[
            "columns" if by_its_columns else "beyond" if np.isnan(metres) else "country"
            for metres, by_its_columns in zip(away.tolist(), told[rows].tolist(), strict=True)
        ],
        measured={
            "value": value,
            "country": stated[rows].tolist(),
            "distance_m": away,
            "km": away / 1_000,
        },
    )


def _elsewhere(plots: Plots, lon: Floats, lat: Floats, asked: Mask) -> Mask:
    """Tell which plots lie far from their country when exchanged as well: then one of the numbers is wrong instead."""
    found = np.zeros(len(plots), dtype=bool)
    stated = plots["country"]
    for country in sorted(set(stated[asked].tolist())):  # one country at a time
        code = country_code(country)
        if countries.is_known(code):
            rows = np.flatnonzero(asked & (stated == country) & np.isfinite(lon) & np.isfinite(lat))
            turned = np.asarray(shapely.points(lat[rows], lon[rows]))
            found[rows] = countries.distance_km(code, turned) > countries.FAR_KM
    return found


def _contradicted(plots: Plots, lon: Floats, lat: Floats) -> Mask:
    """Tell which plots lie where their own latitude and longitude say only when the two are exchanged."""
    with np.errstate(invalid="ignore"):
        as_given = np.hypot(plots["stated_lon"] - lon, plots["stated_lat"] - lat)
        exchanged_ = np.hypot(plots["stated_lon"] - lat, plots["stated_lat"] - lon)
        found: Mask = (exchanged_ < _SAME_PLACE) & (as_given > 10 * _SAME_PLACE)
    return found


@repairs("swapped-axes", safe=False, changes_area=True)
def exchange_axes(plots: Plots) -> Plots:
    """Exchange longitude and latitude of every position."""
    return plots.with_columns(
        geometry=exchanged(plots.geometry), short_lons=plots["short_lats"], short_lats=plots["short_lons"]
    )


@plot_rule(severity=ERROR, basis=f"{GEO}, error 11", requires=("projected-coordinates", "swapped-axes"), ids=("C-03",))
def out_of_range(plots: Plots) -> Problems:
    """A longitude beyond ±180 or a latitude beyond ±90.

    **Why it matters** There is no such place. The EU system refuses the file.

    **Example** 108.05 126.8: a decimal point in the wrong place; the latitude should be 12.68.

    **How to correct it** Compare the number with its neighbours in the boundary or with the map; a missing decimal
    point or a doubled digit is the usual reason. Then take the number again from the device.

    **Trap** Some programs count longitudes from 0 to 360: 251.5 there means -108.5 here. Ask before you subtract.
    """
    largest = largest_lon_lat(plots)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((largest[:, 0] > 180) | (largest[:, 1] > 90) | _has_no_number(plots.geometry))
    if not len(rows):
        return Problems.none()
    place, times = _first_where(plots.geometry[rows], lambda xy: np.asarray(~(np.abs(xy) <= [180, 90]).all(axis=1)))
    return Problems(
        rows,
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"value": _written(place), "times": times},
    )


def _has_no_number(geometries: Array) -> Mask:
    """Tell which geometries have a coordinate that is no number: readers refuse them, a table in memory may not."""
    coords, row = shapely.get_coordinates(geometries, return_index=True)
    found = np.zeros(len(geometries), dtype=bool)
    if not np.isfinite(coords).all():
        found[row[~np.isfinite(coords).all(axis=1)]] = True
    return found


def _at_null_island(geometries: Array) -> Floats:
    result = np.zeros((len(geometries), 3))
    bounds = shapely.bounds(geometries)
    reach = 0.01  # degrees, a little more than 1 km: most plots need no closer look
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((bounds[:, :2] <= reach).all(axis=1) & (bounds[:, 2:] >= -reach).all(axis=1))
    if not len(rows):
        return result

    def at_zero(xy: Floats) -> Mask:
        near = np.flatnonzero((np.abs(xy) <= reach).all(axis=1))
        hit = np.zeros(len(xy), dtype=bool)
        zero = np.zeros(len(near))
        hit[near] = distance_m(zero, zero, xy[near, 0], xy[near, 1]) <= NULL_ISLAND_M
        return hit

    place, times = _first_where(geometries[rows], at_zero)
    result[rows] = np.column_stack([times, place])
    return result


def at_null_island(plots: Plots) -> Floats:
    """How many positions of each plot lie at longitude 0, latitude 0, and the first of them, shape (n, 3)."""
    return plots.keep("at_null_island", _at_null_island)


@plot_rule(severity=ERROR, basis="good practice", requires=("out-of-range",), ids=("C-12",))
def null_island(plots: Plots) -> Problems:
    """A position at longitude 0, latitude 0, in the sea off Africa.

    **Why it matters** It means that a device had no fix or an empty cell became a zero. No coffee grows there.

    **Example** 0, 0 for a plot whose coordinates were never filled in; or a boundary with one corner at 0, 0.

    **How to correct it** If all positions are zero, record the plot again. If one corner of a boundary is zero, delete
    that corner if the others still describe the plot; otherwise walk it again.

    **Trap** A real plot may lie on the equator or on the zero meridian (Ghana does): only the two together are
    impossible.
    """
    facts = at_null_island(plots)
    rows = np.flatnonzero(facts[:, 0])
    if not len(rows):
        return Problems.none()
    place, times = facts[rows, 1:], facts[rows, 0].astype(np.int64)
    positions = shapely.get_num_coordinates(plots.geometry[rows]).astype(np.int64)
    zero = np.zeros(len(rows))
    return Problems(
        rows,
        case=[
            ("point" if total == 1 else "all") if count == total else "one" if count == 1 else "some"
            for count, total in zip(times.tolist(), positions.tolist(), strict=True)
        ],
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"times": times, "positions": positions, "distance_m": distance_m(zero, zero, *place.T)},
    )

"""Messy files whose places or shapes are wrong."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from samples import formats
from samples.dice import Dice
from samples.formats import feature, geojson
from samples.land import Micro, degrees
from samples.messy import HEADINGS, Land, Messy, features, kml_data, messy_file, numbers, points


@messy_file(8)
def swapped_axes(land: list[Land], _dice: Dice) -> Messy:
    """Latitude before longitude on two plots."""

    def swapped(plot: Land) -> str:
        return feature(formats.polygon([(y, x) for x, y in plot.ring.closed()]), plot.official)

    return Messy(
        "swapped-axes.geojson",
        "Two plots have latitude before longitude, as a phone shows them; the others are right.",
        geojson(features(land, {3: swapped(land[2]), 6: swapped(land[5])})),
        len(land),
        {"swapped-axes": [3, 6]},
    )


@messy_file(6)
def exchanged_columns(land: list[Land], _dice: Dice) -> Messy:
    """The headings of a whole table are exchanged."""
    rows = points(land, {})
    rows[0] = (*HEADINGS, "longitude", "latitude")
    return Messy(
        "exchanged-columns.csv",
        "The headings latitude and longitude stand over each other's column, in every row.",
        formats.table(rows),
        len(land),
        {"swapped-axes": numbers(land, 2)},
    )


@messy_file(6)
def utm_metres(land: list[Land], _dice: Dice) -> Messy:
    """Metres of UTM zone 49, columns X and Y."""
    rows = [(*plot.row, *_metres(plot, 32649)) for plot in land]
    return Messy(
        "utm-metres.csv",
        "Columns X and Y in metres of UTM zone 49 (WGS 84); the file does not tell which system it is.",
        formats.table([(*HEADINGS, "X", "Y"), *rows]),
        len(land),
        {"projected-coordinates": numbers(land, 2)},
    )


@messy_file(6)
def vn2000_metres(land: list[Land], _dice: Dice) -> Messy:
    """Metres of the land office under the headings of degrees."""
    changed = {number: (*plot.row, *reversed(_metres(plot, 9218))) for number, plot in enumerate(land[3:], start=5)}
    return Messy(
        "vn2000-metres.csv",
        "Three rows hold metres of VN-2000 (Đắk Lắk, central meridian 108°30′) copied from the land title; the rest degrees.",
        formats.table(points(land, changed)),
        len(land),
        {"projected-coordinates": [5, 6, 7]},
    )


def _metres(plot: Land, epsg: int) -> tuple[str, str]:
    from pyproj import Transformer

    lon, lat = plot.ring.inside()
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon / 1e6, lat / 1e6)
    return f"{x:.1f}", f"{y:.1f}"


@messy_file(10)
def four_decimals(land: list[Land], _dice: Dice) -> Messy:
    """A spreadsheet rounded some rows to four decimals."""
    changed = {
        number: (*plot.row, *(f"{float(text):.4f}" for text in plot.lat_lon))
        for number, plot in enumerate(land[4:], start=6)
    }
    return Messy(
        "four-decimals.csv",
        "Rows 6 to 11 were rounded to four decimals (about 11 m) by a spreadsheet.",
        formats.table(points(land, changed)),
        len(land),
        {"low-precision": list(changed)},
    )


@messy_file(7)
def many_decimals(land: list[Land], dice: Dice) -> Messy:
    """Seven to fifteen decimals; in one plot two corners become one."""

    def long(value: int, digits: int) -> str:
        more = "".join(str(dice.whole(1, 9)) for _ in range(digits - 7))
        return f"{degrees(value)}{dice.whole(1, 4)}{more}"

    def fine(plot: Land, digits: int, corners: Sequence[Micro]) -> str:
        positions = [f"[{long(x, digits)},{long(y, digits)}]" for x, y in corners]
        return feature(formats.geometry("Polygon", f"[[{','.join([*positions, positions[0]])}]]"), plot.official)

    changed = {
        number: fine(plot, 7 + (number * 8) // len(land), plot.ring.corners)
        for number, plot in enumerate(land, start=1)
    }
    fifth = land[4].ring.corners
    changed[5] = fine(land[4], 9, [*fifth[:3], fifth[2], *fifth[3:]])
    return Messy(
        "many-decimals.geojson",
        "8 to 15 decimals, as programs write them; in record 5 two corners a few centimetres apart become one at six.",
        geojson(features(land, changed)),
        len(land),
        {"duplicate-after-rounding": [5]},
        {"excess-precision": [1, 2, 3, 4, 6, 7]},
    )


@messy_file(7)
def null_island(land: list[Land], _dice: Dice) -> Messy:
    """Empty cells that became zeros."""
    changed = {3: (*land[1].row, "0.000000", "0.000000"), 6: (*land[4].row, "0.000000", "0.000000")}
    return Messy(
        "null-island.csv",
        "Two rows have latitude 0 and longitude 0: the phone had no position.",
        formats.table(points(land, changed)),
        len(land),
        {"null-island": [3, 6]},
    )


@messy_file(6)
def lost_decimal_point(land: list[Land], _dice: Dice) -> Messy:
    """One latitude ten times too large."""
    lat, lon = land[3].lat_lon
    changed = {5: (*land[3].row, f"{lat.replace('.', '')[:3]}.{lat.replace('.', '')[3:]}0", lon)}
    return Messy(
        "lost-decimal-point.csv",
        "In row 5 the decimal point of the latitude slipped by one digit (125.… instead of 12.5…).",
        formats.table(points(land, changed)),
        len(land),
        {"out-of-range": [5]},
    )


@messy_file(6)
def in_cambodia(land: list[Land], _dice: Dice) -> Messy:
    """Two plots declared for Viet Nam lie in Cambodia."""

    def at(plot: Land, east: int) -> str:
        return feature(formats.polygon(plot.ring.moved(east, 0).closed()), plot.official)

    return Messy(
        "in-cambodia.geojson",
        "Records 3 and 5 are declared for Viet Nam and lie in Cambodia, far from the border and near it: a slip in a digit.",
        geojson(features(land, {3: at(land[2], -2_000_000), 5: at(land[4], -1_200_000)})),
        len(land),
        {"outside-country": [3, 5]},
    )


@messy_file(8)
def bow_tie(land: list[Land], _dice: Dice) -> Messy:
    """Corners in the wrong order."""

    def crossed(plot: Land) -> str:
        for at in range(len(plot.ring.corners) - 1):
            corners = list(plot.ring.corners)
            corners[at], corners[at + 1] = corners[at + 1], corners[at]
            if not shapely.Polygon(corners).is_valid:  # along a straight side the order makes no crossing
                return feature(formats.polygon([*corners, corners[0]]), plot.official)
        raise AssertionError(plot.code)

    def eight(plot: Land) -> str:
        corners = list(plot.ring.corners)
        half = len(corners) // 2
        corners = corners[:half] + corners[half:][::-1]
        return feature(formats.polygon([*corners, corners[0]]), plot.official)

    return Messy(
        "bow-tie.geojson",
        "Record 4 has two corners in the wrong order; record 7 was joined from two walks in opposite directions.",
        geojson(features(land, {4: crossed(land[3]), 7: eight(land[6])})),
        len(land),
        {"self-intersection": [4, 7]},
    )


@messy_file(7)
def unclosed_ring(land: list[Land], _dice: Dice) -> Messy:
    """Boundaries that do not come back to their beginning."""

    def opened(plot: Land) -> str:
        return feature(formats.polygon(plot.ring.corners), plot.official)

    return Messy(
        "unclosed-ring.geojson",
        "Records 2 and 5 lack the last position, which repeats the first.",
        geojson(features(land, {2: opened(land[1]), 5: opened(land[4])})),
        len(land),
        {"unclosed-ring": [2, 5]},
    )


@messy_file(6)
def two_corners(land: list[Land], _dice: Dice) -> Messy:
    """A polygon of two corners."""
    corners = land[2].ring.corners
    return Messy(
        "two-corners.geojson",
        "Record 3 was stopped after two corners.",
        geojson(features(land, {3: feature(formats.polygon([corners[0], corners[1], corners[0]]), land[2].official)})),
        len(land),
        {"too-few-vertices": [3]},
    )


@messy_file(6)
def duplicate_vertices(land: list[Land], _dice: Dice) -> Messy:
    """The same position twice in a row."""

    def doubled(plot: Land, *at: int) -> str:
        corners = [c for i, corner in enumerate(plot.ring.closed()) for c in [corner] * (1 + at.count(i))]
        return feature(formats.polygon(corners), plot.official)

    return Messy(
        "duplicate-vertices.geojson",
        "The recorder stood still: record 1 has a position twice in a row, record 4 two such places.",
        geojson(features(land, {1: doubled(land[0], 2), 4: doubled(land[3], 1, 4, 4)})),
        len(land),
        {"duplicate-vertices": [1, 4]},
    )


@messy_file(6)
def hole(land: list[Land], _dice: Dice) -> Messy:
    """A pond cut out of a plot."""
    x, y = land[2].ring.inside()
    pond = [(x - 70, y - 60), (x - 80, y + 55), (x + 40, y + 75), (x + 85, y - 20), (x - 70, y - 60)]
    return Messy(
        "hole.geojson",
        "A pond is cut out of record 3; the EU system would fill it.",
        geojson(features(land, {3: feature(formats.polygon(land[2].ring.closed(), pond), land[2].official)})),
        len(land),
        {"interior-ring": [3]},
    )


@messy_file(6)
def phone_heights(land: list[Land], dice: Dice) -> Messy:
    """Heights above the sea."""
    placemarks = [
        formats.placemark(
            plot.code, formats.kml_polygon(plot.ring, height=f",{dice.uniform(455, 520):.1f}"), kml_data(plot)
        )
        for plot in land
    ]
    return Messy(
        "phone-heights.kml",
        "A phone wrote its height above the sea behind each position. Only a note: the height is left out.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {},
        {"elevation": numbers(land)},
    )

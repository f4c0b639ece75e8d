"""The messy set: one small file for each everyday fault, mostly good plots, the fault on the records named.

Each file has a hamlet of its own, so that all of them can also be checked together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from samples import formats
from samples.coop import measured_ha
from samples.dice import Dice
from samples.formats import Raw, feature, geojson
from samples.land import Micro, Ring, degrees, hamlet
from samples.people import invented_name

Codes = Mapping[str, Sequence[int]]

_WEST, _SOUTH, _STEP, _A_ROW = 108.40, 12.56, 0.025, 10
_HEADINGS = ("plot_code", "producer_name", "country", "area_ha")
GONE = {"missing-geometry", "unsupported-geometry", "nested-point", "not-finite", "unreadable-record"}
"""Codes under which a record does not become a plot."""


@dataclass(frozen=True)
class Land:
    """One plot of a messy file."""

    code: str
    name: str
    ring: Ring
    area_ha: float

    @property
    def official(self) -> dict[str, Any]:
        """The four properties of the EU system."""
        return {
            "ProducerName": self.name,
            "ProducerCountry": "VN",
            "ProductionPlace": self.code,
            "Area": self.area_ha,
        }

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Cells of a table without the coordinates."""
        return self.code, self.name, "VN", f"{self.area_ha:.2f}"

    @property
    def lat_lon(self) -> tuple[str, str]:
        """A point on it as text."""
        lon, lat = self.ring.inside()
        return degrees(lat), degrees(lon)

    def polygon(self) -> str:
        """The boundary as GeoJSON."""
        return formats.polygon(self.ring.closed())

    def feature(self) -> str:
        """The good feature."""
        return feature(self.polygon(), self.official)


@dataclass(frozen=True)
class Messy:
    """One messy file: what is in it and what the toolkit must say."""

    name: str
    fault: str  # one sentence
    data: bytes
    records: int
    codes: Codes = field(default_factory=dict)  # errors and warnings → records; none for the file as a whole
    notes: Codes = field(default_factory=dict)
    together_with: tuple[str, ...] = ()  # files that must be checked with it for the fault to be seen

    @property
    def rejected(self) -> int:
        """Records that do not become plots."""
        return len({record for code, records in self.codes.items() if code in GONE for record in records})

    def expected(self) -> dict[str, Any]:
        """The entry of ``expected.json``."""
        entry: dict[str, Any] = {
            "codes": {code: list(records) for code, records in self.codes.items()},
            "notes": {code: list(records) for code, records in self.notes.items()},
            "records": self.records,
            "plots": self.records - self.rejected,
            "rejected": self.rejected,
        }
        return entry | ({"together_with": list(self.together_with)} if self.together_with else {})


Maker = Callable[[list[Land], Dice], Messy]
_MAKERS: list[tuple[int, dict[str, Any], Maker]] = []


def _plots(count: int, **options: Any) -> Callable[[Maker], Maker]:
    """Give a maker this many plots of its own hamlet."""

    def register(maker: Maker) -> Maker:
        _MAKERS.append((count, options, maker))
        return maker

    return register


def messy() -> list[Messy]:
    """Return the messy files, in the order of the README."""
    return [maker(_land(number, maker.__name__, count, options), Dice(maker.__name__)) for number, (count, options, maker) in enumerate(_MAKERS)]


def expected(files: Sequence[Messy]) -> bytes:
    """Return ``expected.json``."""
    lines = (f"{json.dumps(one.name)}: {json.dumps(one.expected())}" for one in files)
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _land(number: int, name: str, count: int, options: Mapping[str, Any]) -> list[Land]:
    dice = Dice(f"land of {name}")
    east, north = number % _A_ROW * _STEP, number // _A_ROW * _STEP
    rings = hamlet(dice, _WEST + east, _SOUTH + north, count, **{"median_ha": 0.8, **options})
    return [
        Land(f"T-{901 + number}-{k}", invented_name(dice, ede=number % 2 == 0), ring, round(measured_ha(ring), 2))
        for k, ring in enumerate(rings, start=1)
    ]


def _features(land: Sequence[Land], changed: Mapping[int, str]) -> list[str]:
    """All features; those of ``changed`` (record → feature) take the place of the good ones."""
    return [changed.get(number) or plot.feature() for number, plot in enumerate(land, start=1)]


def _points(land: Sequence[Land], changed: Mapping[int, Sequence[str]]) -> list[Sequence[str]]:
    """Rows of points, the heading first; ``changed`` by sheet row."""
    rows = [(*plot.row, *plot.lat_lon) for plot in land]
    return [(*_HEADINGS, "latitude", "longitude"), *(changed.get(number, row) for number, row in enumerate(rows, start=2))]


def _all(land: Sequence[Any], first: int = 1) -> list[int]:
    return list(range(first, first + len(land)))


# ---------------------------------------------------------------- coordinates


@_plots(8)
def swapped_axes(land: list[Land], _dice: Dice) -> Messy:
    """Latitude before longitude on two plots."""

    def swapped(plot: Land) -> str:
        return feature(formats.polygon([(y, x) for x, y in plot.ring.closed()]), plot.official)

    return Messy(
        "swapped-axes.geojson",
        "Two plots have latitude before longitude, as a phone shows them; the others are right.",
        geojson(_features(land, {3: swapped(land[2]), 6: swapped(land[5])})),
        len(land),
        {"swapped-axes": [3, 6]},
    )


@_plots(6)
def exchanged_columns(land: list[Land], _dice: Dice) -> Messy:
    """The headings of a whole table are exchanged."""
    rows = _points(land, {})
    rows[0] = (*_HEADINGS, "longitude", "latitude")
    return Messy(
        "exchanged-columns.csv",
        "The headings latitude and longitude stand over each other's column, in every row.",
        formats.table(rows),
        len(land),
        {"swapped-axes": _all(land, 2)},
    )


@_plots(6)
def utm_metres(land: list[Land], _dice: Dice) -> Messy:
    """Metres of UTM zone 49, columns X and Y."""
    rows = [(*plot.row, *_metres(plot, 32649)) for plot in land]
    return Messy(
        "utm-metres.csv",
        "Columns X and Y in metres of UTM zone 49 (WGS 84); the file does not tell which system it is.",
        formats.table([(*_HEADINGS, "X", "Y"), *rows]),
        len(land),
        {"projected-coordinates": _all(land, 2)},
    )


@_plots(6)
def vn2000_metres(land: list[Land], _dice: Dice) -> Messy:
    """Metres of the land office under the headings of degrees."""
    changed = {
        number: (*plot.row, *reversed(_metres(plot, 9218))) for number, plot in enumerate(land[3:], start=5)
    }
    return Messy(
        "vn2000-metres.csv",
        "Three rows hold metres of VN-2000 (Đắk Lắk, central meridian 108°30′) copied from the land title; the rest degrees.",
        formats.table(_points(land, changed)),
        len(land),
        {"projected-coordinates": [5, 6, 7]},
    )


def _metres(plot: Land, epsg: int) -> tuple[str, str]:
    from pyproj import Transformer

    lon, lat = plot.ring.inside()
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon / 1e6, lat / 1e6)
    return f"{x:.1f}", f"{y:.1f}"


@_plots(10)
def four_decimals(land: list[Land], _dice: Dice) -> Messy:
    """A spreadsheet rounded some rows to four decimals."""
    changed = {
        number: (*plot.row, *(f"{float(text):.4f}" for text in plot.lat_lon)) for number, plot in enumerate(land[4:], start=6)
    }
    return Messy(
        "four-decimals.csv",
        "Rows 6 to 11 were rounded to four decimals (about 11 m) by a spreadsheet.",
        formats.table(_points(land, changed)),
        len(land),
        {"low-precision": list(changed)},
    )


@_plots(7)
def many_decimals(land: list[Land], dice: Dice) -> Messy:
    """Seven to fifteen decimals; in one plot two corners become one."""

    def long(value: int, digits: int) -> str:
        more = "".join(str(dice.whole(1, 9)) for _ in range(digits - 7))
        return f"{degrees(value)}{dice.whole(1, 4)}{more}"

    def fine(plot: Land, digits: int, corners: Sequence[Micro]) -> str:
        positions = [f"[{long(x, digits)},{long(y, digits)}]" for x, y in corners]
        return feature(formats.geometry("Polygon", f"[[{','.join([*positions, positions[0]])}]]"), plot.official)

    changed = {
        number: fine(plot, 7 + (number * 8) // len(land), plot.ring.corners) for number, plot in enumerate(land, start=1)
    }
    fifth = land[4].ring.corners
    changed[5] = fine(land[4], 9, [*fifth[:3], fifth[2], *fifth[3:]])
    return Messy(
        "many-decimals.geojson",
        "8 to 15 decimals, as programs write them; in record 5 two corners a few centimetres apart become one at six.",
        geojson(_features(land, changed)),
        len(land),
        {"duplicate-after-rounding": [5]},
        {"excess-precision": [1, 2, 3, 4, 6, 7]},
    )


@_plots(7)
def null_island(land: list[Land], _dice: Dice) -> Messy:
    """Empty cells that became zeros."""
    changed = {3: (*land[1].row, "0", "0"), 6: (*land[4].row, "0.000000", "0.000000")}
    return Messy(
        "null-island.csv",
        "Two rows have latitude 0 and longitude 0: the phone had no position.",
        formats.table(_points(land, changed)),
        len(land),
        {"null-island": [3, 6], "low-precision": [3]},
    )


@_plots(6)
def lost_decimal_point(land: list[Land], _dice: Dice) -> Messy:
    """One latitude ten times too large."""
    lat, lon = land[3].lat_lon
    changed = {5: (*land[3].row, f"{lat.replace('.', '')[:3]}.{lat.replace('.', '')[3:]}0", lon)}
    return Messy(
        "lost-decimal-point.csv",
        "In row 5 the decimal point of the latitude slipped by one digit (125.… instead of 12.5…).",
        formats.table(_points(land, changed)),
        len(land),
        {"out-of-range": [5]},
    )


@_plots(6)
def in_cambodia(land: list[Land], _dice: Dice) -> Messy:
    """Two plots declared for Viet Nam lie in Cambodia."""

    def at(plot: Land, east: int) -> str:
        return feature(formats.polygon(plot.ring.moved(east, 0).closed()), plot.official)

    return Messy(
        "in-cambodia.geojson",
        "Records 3 and 5 are declared for Viet Nam and lie in Cambodia, far from the border and near it: a slip in a digit.",
        geojson(_features(land, {3: at(land[2], -2_000_000), 5: at(land[4], -1_200_000)})),
        len(land),
        {"outside-country": [3, 5]},
    )


# ---------------------------------------------------------------- rings


@_plots(8)
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
        geojson(_features(land, {4: crossed(land[3]), 7: eight(land[6])})),
        len(land),
        {"self-intersection": [4, 7]},
    )


@_plots(7)
def unclosed_ring(land: list[Land], _dice: Dice) -> Messy:
    """Boundaries that do not come back to their beginning."""

    def opened(plot: Land) -> str:
        return feature(formats.polygon(plot.ring.corners), plot.official)

    return Messy(
        "unclosed-ring.geojson",
        "Records 2 and 5 lack the last position, which repeats the first.",
        geojson(_features(land, {2: opened(land[1]), 5: opened(land[4])})),
        len(land),
        {"unclosed-ring": [2, 5]},
    )


@_plots(6)
def two_corners(land: list[Land], _dice: Dice) -> Messy:
    """A polygon of two corners."""
    corners = land[2].ring.corners
    return Messy(
        "two-corners.geojson",
        "Record 3 was stopped after two corners.",
        geojson(
            _features(land, {3: feature(formats.polygon([corners[0], corners[1], corners[0]]), land[2].official)})
        ),
        len(land),
        {"too-few-vertices": [3]},
    )


@_plots(6)
def duplicate_vertices(land: list[Land], _dice: Dice) -> Messy:
    """The same position twice in a row."""

    def doubled(plot: Land, *at: int) -> str:
        corners = [c for i, corner in enumerate(plot.ring.closed()) for c in [corner] * (1 + at.count(i))]
        return feature(formats.polygon(corners), plot.official)

    return Messy(
        "duplicate-vertices.geojson",
        "The recorder stood still: record 1 has a position twice in a row, record 4 two such places.",
        geojson(_features(land, {1: doubled(land[0], 2), 4: doubled(land[3], 1, 4, 4)})),
        len(land),
        {"duplicate-vertices": [1, 4]},
    )


@_plots(6)
def hole(land: list[Land], _dice: Dice) -> Messy:
    """A pond cut out of a plot."""
    x, y = land[2].ring.inside()
    pond = [(x - 70, y - 60), (x - 80, y + 55), (x + 40, y + 75), (x + 85, y - 20), (x - 70, y - 60)]
    return Messy(
        "hole.geojson",
        "A pond is cut out of record 3; the EU system would fill it.",
        geojson(_features(land, {3: feature(formats.polygon(land[2].ring.closed(), pond), land[2].official)})),
        len(land),
        {"interior-ring": [3]},
    )


@_plots(6)
def phone_heights(land: list[Land], dice: Dice) -> Messy:
    """Heights above the sea."""
    placemarks = [
        formats.placemark(
            plot.code, formats.kml_polygon(plot.ring, height=f",{dice.uniform(455, 520):.1f}"), _data(plot)
        )
        for plot in land
    ]
    return Messy(
        "phone-heights.kml",
        "A phone wrote its height above the sea behind each position. Only a note: the height is left out.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {},
        {"elevation": _all(land)},
    )


def _data(plot: Land) -> dict[str, str]:
    return {"ProducerName": plot.name, "ProducerCountry": "VN", "Area": f"{plot.area_ha:.2f}"}


# ---------------------------------------------------------------- records that are no plots


@_plots(7)
def no_geometry(land: list[Land], _dice: Dice) -> Messy:
    """Registered in the office, never visited."""
    return Messy(
        "no-geometry.geojson",
        "Record 2 has no geometry (null), record 6 one without positions: producers registered, plots never visited.",
        geojson(
            _features(
                land,
                {2: feature("null", land[1].official), 6: feature(formats.geometry("Polygon", "[]"), land[5].official)},
            )
        ),
        len(land),
        {"missing-geometry": [2, 6]},
    )


@_plots(7)
def nested_point(land: list[Land], _dice: Dice) -> Messy:
    """Points with a pair of brackets too many."""
    good = {n: feature(formats.point(plot.ring.inside()), plot.official) for n, plot in enumerate(land, start=1)}
    nested = {
        n: feature(formats.geometry("Point", f"[{formats.position(land[n - 1].ring.inside())}]"), land[n - 1].official)
        for n in (3, 5)
    }
    return Messy(
        "nested-point.geojson",
        "The points of records 3 and 5 are written as lists of positions; the EU system would show nothing.",
        geojson(_features(land, good | nested)),
        len(land),
        {"nested-point": [3, 5]},
    )


@_plots(6)
def track(land: list[Land], _dice: Dice) -> Messy:
    """Walks saved as paths."""

    def path(plot: Land, corners: Sequence[Micro]) -> str:
        text = " ".join(f"{degrees(x)},{degrees(y)},0" for x, y in corners)
        return formats.placemark(plot.code, f"<LineString><coordinates>{text}</coordinates></LineString>", _data(plot))

    placemarks = [formats.placemark(plot.code, formats.kml_polygon(plot.ring), _data(plot)) for plot in land]
    placemarks[1] = path(land[1], land[1].ring.closed())
    placemarks[4] = path(land[4], land[4].ring.corners[:4])
    return Messy(
        "track.kml",
        "Placemark 2 is a walk round the plot saved as a path, placemark 5 a path that stops half-way.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {"unsupported-geometry": [2, 5]},
    )


@_plots(6)
def text_coordinates(land: list[Land], _dice: Dice) -> Messy:
    """Coordinates in quotation marks, with a comma."""
    corners = ",".join(f'["{degrees(x)}","{degrees(y)}"]'.replace(".", ",") for x, y in land[3].ring.closed())
    return Messy(
        "text-coordinates.geojson",
        'The coordinates of record 4 are text with a decimal comma ("108,512345").',
        geojson(
            _features(land, {4: feature(formats.geometry("Polygon", f"[[{corners}]]"), land[3].official)})
        ),
        len(land),
        {"not-finite": [4]},
    )


@_plots(6)
def decimal_commas(land: list[Land], _dice: Dice) -> Messy:
    """A KML from a program with the Vietnamese comma."""
    placemarks = [formats.placemark(plot.code, formats.kml_polygon(plot.ring), _data(plot)) for plot in land]
    text = " ".join(f"{degrees(x)},{degrees(y)}".replace(".", ",") for x, y in land[1].ring.closed())
    ring = f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    placemarks[1] = formats.placemark(land[1].code, ring, _data(land[1]))
    return Messy(
        "decimal-commas.kml",
        "Placemark 2 has decimal commas, so that nobody can tell where one number ends.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {"unreadable-record": [2]},
    )


@_plots(1000)
def one_in_a_thousand(land: list[Land], dice: Dice) -> Messy:
    """One bad record among a thousand."""
    bad = 517
    features = [
        feature(
            formats.point(plot.ring.inside()), plot.official
        )
        if dice.chance(0.8) and plot.area_ha < 3.9
        else plot.feature()
        for plot in land
    ]  # fmt: skip
    lat, lon = land[bad - 1].lat_lon
    features[bad - 1] = feature(formats.geometry("Point", f'[{lon},"{lat.replace(".", ",")}"]'), land[bad - 1].official)
    return Messy(
        "one-in-a-thousand.geojson",
        f"A thousand records; the latitude of record {bad} is text. 999 plots go on.",
        geojson(features),
        len(land),
        {"not-finite": [bad]},
    )


# ---------------------------------------------------------------- people, places, areas


@_plots(9)
def countries(land: list[Land], _dice: Dice) -> Messy:
    """Countries that are missing or no codes."""

    def of(plot: Land, country: str | None) -> str:
        official = plot.official
        if country is None:
            del official["ProducerCountry"]
        else:
            official["ProducerCountry"] = country
        return feature(plot.polygon(), official)

    written = {2: None, 4: "VNM", 5: "", 7: "Vietnam", 8: "Việt Nma"}
    return Messy(
        "countries.geojson",
        "The country is missing in records 2 and 5, is VNM in 4, Vietnam in 7 and misspelt in 8.",
        geojson(_features(land, {n: of(land[n - 1], text) for n, text in written.items()})),
        len(land),
        {"missing-country": [2, 5], "unknown-country": [4, 7, 8]},
    )


@_plots(6)
def property_names(land: list[Land], _dice: Dice) -> Messy:
    """Property names of a published template, not those of the EU system."""
    names = ("producer_name", "PRODUCER_COUNTRY", "productionplace", "area_ha")
    return Messy(
        "property-names.geojson",
        "The properties are called producer_name, PRODUCER_COUNTRY, productionplace and area_ha: the EU system skips all four.",
        geojson(
            feature(plot.polygon(), dict(zip(names, plot.official.values(), strict=True))) for plot in land
        ),
        len(land),
        {"misspelt-property": _all(land)},
    )


@_plots(7)
def area_as_text(land: list[Land], _dice: Dice) -> Messy:
    """Areas that are no numbers."""
    written = {2: f"{land[1].area_ha:.2f}".replace(".", ","), 4: f"{land[3].area_ha:.1f} ha", 6: "khoảng 1 ha"}
    changed = {n: feature(land[n - 1].polygon(), land[n - 1].official | {"Area": text}) for n, text in written.items()}
    return Messy(
        "area-as-text.geojson",
        "The area is text: with a decimal comma in record 2, with its unit in 4, and “khoảng 1 ha” (about 1 ha) in 6.",
        geojson(_features(land, changed)),
        len(land),
        {"area-not-a-number": [2, 4, 6]},
    )


@_plots(8)
def points_above_4_ha(land: list[Land], _dice: Dice) -> Messy:
    """Points for plots that need a boundary."""
    changed = {
        row: (*land[row - 2].row[:3], area, *land[row - 2].lat_lon) for row, area in ((4, "6.20"), (7, "4.35"), (9, "3.98"))
    }
    return Messy(
        "points-above-4-ha.csv",
        "Points for plots of 6.20 ha (row 4) and 4.35 ha (row 7), and one so near to 4 ha that measuring decides (row 9).",
        formats.table(_points(land, changed)),
        len(land),
        {"point-above-4-ha": [4, 7], "near-4-ha": [9]},
    )


@_plots(8)
def points_without_area(land: list[Land], _dice: Dice) -> Messy:
    """Points without an area."""
    changed = {row: (*land[row - 2].row[:3], "", *land[row - 2].lat_lon) for row in (3, 6)}
    return Messy(
        "points-without-area.csv",
        "Rows 3 and 6 state no area; the EU system would take 4 ha.",
        formats.table(_points(land, changed)),
        len(land),
        {"point-without-area": [3, 6]},
    )


@_plots(7)
def area_units(land: list[Land], _dice: Dice) -> Messy:
    """Areas in other units than hectares."""
    areas = {3: land[1].area_ha * 10_000, 5: land[3].area_ha * 2.471, 8: land[6].area_ha * 10}
    rows = [
        (*plot.row[:3], f"{areas.get(n, plot.area_ha):.2f}", formats.wkt(plot.ring)) for n, plot in enumerate(land, start=2)
    ]
    return Messy(
        "area-units.csv",
        "The declared area is in square metres in row 3, in acres in row 5, and has a slipped decimal point in row 8.",
        formats.table([(*_HEADINGS, "wkt"), *rows]),
        len(land),
        {"area-mismatch": [3, 5, 8]},
    )


@_plots(7)
def no_codes(land: list[Land], _dice: Dice) -> Messy:
    """Plots nobody can name."""
    changed: dict[int, Sequence[str]] = {
        4: ("", *land[2].row[1:], *land[2].lat_lon),
        6: (land[4].code, "", *land[4].row[2:], *land[4].lat_lon),
    }
    return Messy(
        "no-codes.csv",
        "Row 4 has no plot code, row 6 no producer.",
        formats.table(_points(land, changed)),
        len(land),
        {"missing-plot-id": [4], "missing-producer": [6]},
    )


# ---------------------------------------------------------------- neighbours


@_plots(8)
def duplicate_code(land: list[Land], _dice: Dice) -> Messy:
    """One code on two boundaries."""
    other = feature(land[5].polygon(), land[5].official | {"ProductionPlace": land[1].code.lower()})
    return Messy(
        "duplicate-code.geojson",
        "Record 6 bears the code of record 2, written in small letters, on other land.",
        geojson(_features(land, {6: other})),
        len(land),
        {"duplicate-plot-id": [6]},
    )


@_plots(9, near=0.4)
def overlapping(land: list[Land], _dice: Dice) -> Messy:
    """Land that two plots claim."""
    shifted = land[3].ring.moved(-350, 150)
    block = Ring(tuple(_between(land[0].ring, corner, 45, 100) for corner in land[0].ring.corners))
    again = Ring((*land[2].ring.corners[3:], *land[2].ring.corners[:3]))
    claims = {5: (land[4], shifted), 7: (land[6], block), 9: (land[8], again)}
    changed = {
        n: feature(formats.polygon(ring.closed()), plot.official | {"Area": round(measured_ha(ring), 2)})
        for n, (plot, ring) in claims.items()
    }
    return Messy(
        "overlapping.geojson",
        "Record 5 reaches into record 4, record 7 lies inside record 1, and record 9 is record 3 under another code, "
        "walked from another corner.",
        geojson(_features(land, changed)),
        len(land),
        {"overlapping-plots": [5], "contained-plot": [7], "identical-plots": [9]},
    )


def _between(ring: Ring, corner: Micro, times: int, of: int) -> Micro:
    """A corner moved towards the middle of its plot, or away from it."""
    x, y = ring.inside()
    return x + (corner[0] - x) * times // of, y + (corner[1] - y) * times // of


@_plots(6)
def two_collectors_a(land: list[Land], _dice: Dice) -> Messy:
    """The first collector's file."""
    return Messy(
        "two-collectors-a.geojson",
        "Nothing is wrong with this file alone; see the next one.",
        geojson(_features(land, {})),
        len(land),
    )


@_plots(6)
def two_collectors_b(land: list[Land], _dice: Dice) -> Messy:
    """The second collector sends two plots of the first again."""
    number = next(i for i, (_, _, maker) in enumerate(_MAKERS) if maker is two_collectors_a)
    first = _land(number, "two_collectors_a", 6, {})
    sent = [*land[:2], Land(land[2].code, land[2].name, first[1].ring, first[1].area_ha), land[3], first[4], land[5]]
    return Messy(
        "two-collectors-b.csv",
        "Checked together with two-collectors-a.geojson: row 4 is record 2 of that file under another code and producer, "
        "row 6 is its record 5 sent again.",
        formats.table([(*_HEADINGS, "wkt"), *((*plot.row, formats.wkt(plot.ring)) for plot in sent)]),
        len(land),
        {"identical-plots": [4, 6]},
        together_with=("two-collectors-a.geojson",),
    )


# ---------------------------------------------------------------- files


@_plots(8)
def semicolons(land: list[Land], _dice: Dice) -> Messy:
    """A table as a Vietnamese Excel saves it."""
    rows = [[cell.replace(".", ",") for cell in row] for row in _points(land, {})]
    rows[0] = ["Mã thửa", "Họ và tên", "Quốc gia", "Diện tích", "Vĩ độ", "Kinh độ"]
    return Messy(
        "semicolons.csv",
        "Semicolons, decimal commas and Vietnamese headings, as Excel saves CSV in Viet Nam. Nothing is wrong: it is read.",
        formats.table(rows, delimiter=";"),
        len(land),
    )


@_plots(12)
def windows_1258(land: list[Land], dice: Dice) -> Messy:
    """Text of an old Vietnamese Windows."""
    named = [Land(plot.code, invented_name(dice, ede=False), plot.ring, plot.area_ha) for plot in land]
    return Messy(
        "windows-1258.csv",
        "The text is in the encoding of an old Vietnamese Windows (1258), which the file does not tell: it is guessed and said so.",
        formats.table(_points(named, {}), encoding="cp1258"),
        len(land),
        {"unreadable-text": []},
    )


@_plots(8)
def title_rows(land: list[Land], _dice: Dice) -> Messy:
    """A sheet with a title, coordinates as text."""
    head = [("DANH SÁCH THỬA ĐẤT CÀ PHÊ",), ("Niên vụ 2025/26",), ()]
    headings = ("Mã thửa", "Chủ hộ", "Quốc gia", "Diện tích (ha)", "Vĩ độ", "Kinh độ")
    rows = [
        (plot.code, plot.name, "VN", f"{plot.area_ha:.2f}".replace(".", ","), *(text.replace(".", ",") for text in plot.lat_lon))
        for plot in land
    ]
    return Messy(
        "title-rows.xlsx",
        "Two title rows above the headings, numbers as text with decimal commas. Nothing is wrong: it is read.",
        formats.workbook({"Trang 1": [*head, headings, *rows]}, merged={"Trang 1": ["A1:F1", "A2:F2"]}),
        len(land),
    )


@_plots(6)
def crs_member(land: list[Land], _dice: Dice) -> Messy:
    """The member that GDAL writes."""
    head = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},'
    return Messy(
        "crs-member.geojson",
        "The file has a crs member, which the standard dropped in 2016 and many programs still write.",
        geojson(_features(land, {}), head=head),
        len(land),
        {"crs-member": []},
    )


@_plots(8)
def folder_without_prj(land: list[Land], _dice: Dice) -> Messy:
    """A shapefile in a folder, without its coordinate system."""
    fields = {"plot_code": ("C", 12, 0), "ProducerNa": ("C", 60, 0), "ProducerCo": ("C", 2, 0), "Area": ("N", 8, 2)}
    rows = [dict(zip(fields, plot.row, strict=True)) for plot in land]
    return Messy(
        "folder-without-prj.zip",
        "A shapefile zipped with its folder and without its .prj: degrees by the look of them, but the file does not say so.",
        formats.shapefile("plots", [plot.ring for plot in land], fields, rows, folder="Ban do 2025/", prj=False),
        len(land),
        {"unknown-crs": []},
        {"clockwise-ring": _all(land)},
    )


@_plots(8)
def truncated(land: list[Land], _dice: Dice) -> Messy:
    """The connection broke."""
    data = geojson(_features(land, {}))
    return Messy(
        "truncated.geojson",
        "The file breaks off in record 6: the phone lost its connection.",
        data[: int(len(data) * 0.7)],
        0,
        {"unreadable-file": []},
    )


@_plots(1)
def a_pdf(_land: list[Land], _dice: Dice) -> Messy:
    """A print of the map."""
    data = (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
    return Messy(
        "a-pdf.geojson",
        "A print of the map (PDF) under the name of a map file.",
        data,
        0,
        {"unreadable-file": []},
    )


@_plots(1)
def empty(_land: list[Land], _dice: Dice) -> Messy:
    """Exported with nothing selected."""
    return Messy(
        "empty.geojson",
        "A collection without a single plot: exported with a filter set.",
        b'{"type":"FeatureCollection","features":[]}\n',
        0,
        {"empty-file": []},
    )


__all__ = ["GONE", "Messy", "Raw", "expected", "messy"]

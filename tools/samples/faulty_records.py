"""Messy files whose records cannot become plots, or whose facts are wrong."""

from __future__ import annotations

from collections.abc import Sequence

from samples import formats
from samples.dice import Dice
from samples.formats import feature, geojson
from samples.land import Micro, degrees
from samples.messy import HEADINGS, Land, Messy, features, kml_data, messy_file, numbers, points


@messy_file(7)
def no_geometry(land: list[Land], _dice: Dice) -> Messy:
    """Registered in the office, never visited."""
    return Messy(
        "no-geometry.geojson",
        "Record 2 has no geometry (null), record 6 one without positions: producers registered, plots never visited.",
        geojson(
            features(
                land,
                {2: feature("null", land[1].official), 6: feature(formats.geometry("Polygon", "[]"), land[5].official)},
            )
        ),
        len(land),
        {"missing-geometry": [2, 6]},
    )


@messy_file(7)
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
        geojson(features(land, good | nested)),
        len(land),
        {"nested-point": [3, 5]},
    )


@messy_file(6)
def track(land: list[Land], _dice: Dice) -> Messy:
    """Walks saved as paths."""

    def path(plot: Land, corners: Sequence[Micro]) -> str:
        text = " ".join(f"{degrees(x)},{degrees(y)},0" for x, y in corners)
        return formats.placemark(
            plot.code, f"<LineString><coordinates>{text}</coordinates></LineString>", kml_data(plot)
        )

    placemarks = [formats.placemark(plot.code, formats.kml_polygon(plot.ring), kml_data(plot)) for plot in land]
    placemarks[1] = path(land[1], land[1].ring.closed())
    placemarks[4] = path(land[4], land[4].ring.corners[:4])
    return Messy(
        "track.kml",
        "Placemark 2 is a walk round the plot saved as a path, placemark 5 a path that stops half-way.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {"unsupported-geometry": [2, 5]},
    )


@messy_file(6)
def text_coordinates(land: list[Land], _dice: Dice) -> Messy:
    """Coordinates in quotation marks, with a comma."""
    corners = ",".join(f'["{degrees(x)}","{degrees(y)}"]'.replace(".", ",") for x, y in land[3].ring.closed())
    return Messy(
        "text-coordinates.geojson",
        'The coordinates of record 4 are text with a decimal comma ("108,512345").',
        geojson(features(land, {4: feature(formats.geometry("Polygon", f"[[{corners}]]"), land[3].official)})),
        len(land),
        {"not-finite": [4]},
    )


@messy_file(6)
def decimal_commas(land: list[Land], _dice: Dice) -> Messy:
    """A KML from a program with the Vietnamese comma."""
    placemarks = [formats.placemark(plot.code, formats.kml_polygon(plot.ring), kml_data(plot)) for plot in land]
    text = " ".join(f"{degrees(x)},{degrees(y)}".replace(".", ",") for x, y in land[1].ring.closed())
    ring = f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    placemarks[1] = formats.placemark(land[1].code, ring, kml_data(land[1]))
    return Messy(
        "decimal-commas.kml",
        "Placemark 2 has decimal commas, so that nobody can tell where one number ends.",
        formats.kml({"Thu thập 2025": placemarks}),
        len(land),
        {"unreadable-record": [2]},
    )


@messy_file(1000)
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


@messy_file(9)
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
        geojson(features(land, {n: of(land[n - 1], text) for n, text in written.items()})),
        len(land),
        {"missing-country": [2, 5], "unknown-country": [4, 7, 8]},
    )


@messy_file(6)
def property_names(land: list[Land], _dice: Dice) -> Messy:
    """Property names of a published template, not those of the EU system."""
    names = ("producer_name", "PRODUCER_COUNTRY", "productionplace", "area_ha")
    return Messy(
        "property-names.geojson",
        "The properties are called producer_name, PRODUCER_COUNTRY, productionplace and area_ha: the EU system skips all four.",
        geojson(feature(plot.polygon(), dict(zip(names, plot.official.values(), strict=True))) for plot in land),
        len(land),
        {"misspelt-property": numbers(land)},
    )


@messy_file(7)
def area_as_text(land: list[Land], _dice: Dice) -> Messy:
    """Areas that are no numbers."""
    written = {2: f"{land[1].area_ha:.2f}".replace(".", ","), 4: f"{land[3].area_ha:.1f} ha", 6: "khoảng 1 ha"}
    changed = {n: feature(land[n - 1].polygon(), land[n - 1].official | {"Area": text}) for n, text in written.items()}
    return Messy(
        "area-as-text.geojson",
        "The area is text: with a decimal comma in record 2, with its unit in 4, and “khoảng 1 ha” (about 1 ha) in 6.",
        geojson(features(land, changed)),
        len(land),
        {"area-not-a-number": [2, 4, 6]},
    )


@messy_file(8)
def points_above_4_ha(land: list[Land], _dice: Dice) -> Messy:
    """Points for plots that need a boundary."""
    changed = {
        row: (*land[row - 2].row[:3], area, *land[row - 2].lat_lon)
        for row, area in ((4, "6.20"), (7, "4.35"), (9, "3.98"))
    }
    return Messy(
        "points-above-4-ha.csv",
        "Points for plots of 6.20 ha (row 4) and 4.35 ha (row 7), and one so near to 4 ha that measuring decides (row 9).",
        formats.table(points(land, changed)),
        len(land),
        {"point-above-4-ha": [4, 7], "near-4-ha": [9]},
    )


@messy_file(8)
def points_without_area(land: list[Land], _dice: Dice) -> Messy:
    """Points without an area."""
    changed = {row: (*land[row - 2].row[:3], "", *land[row - 2].lat_lon) for row in (3, 6)}
    return Messy(
        "points-without-area.csv",
        "Rows 3 and 6 state no area; the EU system would take 4 ha.",
        formats.table(points(land, changed)),
        len(land),
        {"point-without-area": [3, 6]},
    )


@messy_file(7)
def area_units(land: list[Land], _dice: Dice) -> Messy:
    """Areas in other units than hectares."""
    areas = {3: land[1].area_ha * 10_000, 5: land[3].area_ha * 2.471, 8: land[6].area_ha * 10}
    rows = [
        (*plot.row[:3], f"{areas.get(n, plot.area_ha):.2f}", formats.wkt(plot.ring))
        for n, plot in enumerate(land, start=2)
    ]
    return Messy(
        "area-units.csv",
        "The declared area is in square metres in row 3, in acres in row 5, and has a slipped decimal point in row 8.",
        formats.table([(*HEADINGS, "wkt"), *rows]),
        len(land),
        {"area-mismatch": [3, 5, 8]},
    )


@messy_file(7)
def no_codes(land: list[Land], _dice: Dice) -> Messy:
    """Plots nobody can name."""
    changed: dict[int, Sequence[str]] = {
        4: ("", *land[2].row[1:], *land[2].lat_lon),
        6: (land[4].code, "", *land[4].row[2:], *land[4].lat_lon),
    }
    return Messy(
        "no-codes.csv",
        "Row 4 has no plot code, row 6 no producer.",
        formats.table(points(land, changed)),
        len(land),
        {"missing-plot-id": [4], "missing-producer": [6]},
    )

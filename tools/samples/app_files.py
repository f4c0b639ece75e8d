"""Messy files as the apps of the field write them: each with its own habits, and one everyday fault."""

from __future__ import annotations

import json
from decimal import Decimal

from samples import formats
from samples.dice import Dice
from samples.formats import archive, kml, placemark, table
from samples.land import degrees
from samples.messy import Land, Messy, kml_data, messy_file


def _ring(plot: Land) -> list[list[float]]:
    return [[float(degrees(x)), float(degrees(y))] for x, y in plot.ring.closed()]


@messy_file(6)
def terratrac(land: list[Land], _dice: Dice) -> Messy:
    """TerraTrac writes points as latitude, longitude, and boundaries the other way."""
    lines = []
    for number, plot in enumerate(land, start=1):
        lat, lon = plot.lat_lon
        told = {
            "remote_id": plot.code, "farmer_name": plot.name, "farm_size": min(plot.area_ha, 3.5), "latitude": lat,
            "longitude": lon,
        }  # fmt: skip
        geometry = formats.geometry("Point", f"[{lat},{lon}]") if number in {2, 5} else plot.polygon()
        lines.append(formats.feature(geometry, told))
    return Messy(
        "terratrac.geojson",
        "No country is named; the points 2 and 5 have latitude first, as this app writes them, and say so themselves.",
        formats.geojson(lines),
        len(land),
        {"missing-country": list(range(1, 7)), "misspelt-property": list(range(1, 7)), "swapped-axes": [2, 5]},
    )


@messy_file(6)
def one_a_line(land: list[Land], _dice: Dice) -> Messy:
    """GeoJSON with a feature a line, as pipelines write it."""
    lines = [plot.feature() for plot in land]
    lines[3] = lines[3].replace('"Polygon"', '"LineString"')
    return Messy(
        "one-a-line.ndjson",
        "A feature a line without a collection; the geometry of record 4 names the wrong kind.",
        ("\n".join(lines) + "\n").encode(),
        len(land),
        {"unreadable-record": [4]},
        {"bare-geometry": []},
    )


@messy_file(6)
def handset(land: list[Land], _dice: Dice) -> Messy:
    """Waypoints of a GPS handset, and a walk that was never closed."""
    points = "".join(
        f'<wpt lat="{plot.lat_lon[0]}" lon="{plot.lat_lon[1]}"><name>{plot.code}</name></wpt>' for plot in land[:5]
    )
    walk = "".join(f'<trkpt lat="{degrees(y)}" lon="{degrees(x)}"/>' for x, y in land[5].ring.corners[:4])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="handset" '
        'xmlns="http://www.topografix.com/GPX/1/1">'
        f"{points}<trk><name>{land[5].code}</name><trkseg>{walk}</trkseg></trk></gpx>\n"
    )
    return Messy(
        "handset.gpx",
        "Waypoints without owner or area, and a walk (record 6) that ends away from its start.",
        text.encode(),
        len(land),
        {
            "missing-producer": [1, 2, 3, 4, 5],
            "point-without-area": [1, 2, 3, 4, 5],
            "unsupported-geometry": [6],
        },
        {"several-layers": []},
    )


@messy_file(6)
def two_documents(land: list[Land], _dice: Dice) -> Messy:
    """Two KML documents in one KMZ, none of them called doc.kml."""
    halves = {"Buôn Alê.kml": land[:3], "nhóm 2.kml": land[3:]}
    return Messy(
        "two-documents.kmz",
        "Two documents in one archive, with names of their own; both are read, and nothing is wrong with the land.",
        archive(
            {
                name: kml(
                    {"": [placemark(plot.code, formats.kml_polygon(plot.ring), kml_data(plot)) for plot in plots]}
                )
                for name, plots in halves.items()
            }
        ),
        len(land),
        {},
        {"several-layers": []},
    )


@messy_file(6)
def survey(land: list[Land], _dice: Dice) -> Messy:
    """A survey of KoboToolbox: latitude first, height and accuracy behind, the question's name as heading."""
    rows: list[tuple[str, ...]] = [("_id", "farmer_name", "country", "farm_size", "plot_code", "walk_round_the_plot")]
    for number, plot in enumerate(land, start=1):
        trace = ";".join(f"{degrees(y)} {degrees(x)} 512.0 4.5" for x, y in plot.ring.closed())
        rows.append((str(number), plot.name, "VN", f"{plot.area_ha:.2f}", plot.code, "" if number == 4 else trace))
    return Messy(
        "kobo.csv",
        "Heights and accuracy behind each position, as the survey app writes them; row 5 was not walked.",
        table(rows, delimiter=";"),
        len(land),
        {"missing-geometry": [5]},
        {"elevation": [2, 3, 4, 6, 7]},
    )


@messy_file(4)
def corner_rows(land: list[Land], _dice: Dice) -> Messy:
    """A row a corner, as a land office writes it, in degrees and minutes."""
    rows: list[tuple[str, ...]] = [("plot_code", "producer_name", "country", "corner no", "latitude", "longitude")]
    for plot in land:
        for number, (x, y) in enumerate(plot.ring.corners, start=1):
            rows.append((plot.code, plot.name, "VN", str(number), _angle(y, "N"), _angle(x, "E")))
    return Messy(
        "corner-rows.csv",
        "A row a corner, in degrees, minutes and seconds with the side of the globe; nothing is wrong with the land.",
        table(rows),
        len(land),
    )


def _angle(micro: int, side: str) -> str:
    value = Decimal(degrees(micro))
    whole, rest = divmod(value, 1)
    minutes, rest = divmod(rest * 60, 1)
    return f"{whole}°{int(minutes):02d}'{rest * 60:07.4f}\"{side}"


@messy_file(5)
def whisp(land: list[Land], _dice: Dice) -> Messy:
    """What Whisp gives back: its own number for each plot, ours beside it, and its columns of risk."""
    rows: list[tuple[str, ...]] = [
        ("plotId", "external_id", "Area", "Geometry_type", "ProducerCountry", "ProducerName", "Ind_01_treecover", "geo")
    ]
    for number, plot in enumerate(land, start=1):
        cell = json.dumps({"type": "Polygon", "coordinates": [_ring(plot)]})
        area = f"{plot.area_ha * 10:.2f}" if number == 3 else f"{plot.area_ha:.2f}"
        rows.append((str(number), plot.code, area, "Polygon", "VN", plot.name, "yes", cell))
    return Messy(
        "whisp.csv",
        "Row 4 states ten times the area of its boundary.",
        table(rows),
        len(land),
        {"area-mismatch": [4]},
    )


@messy_file(4)
def terratrac_table(land: list[Land], _dice: Dice) -> Messy:
    """TerraTrac's CSV: no quotes round names, so that a comma in one moves all behind it."""
    head = "remote_id,farmer_name,member_id,farm_village,country,farm_size,latitude,longitude,polygon,created_at"
    lines = [head]
    for number, plot in enumerate(land, start=1):
        name = plot.name.replace(" ", ", ", 1) if number == 3 else plot.name
        x, y = plot.ring.corners[0]
        ring = json.dumps([[float(degrees(one)) for one in place] for place in plot.ring.closed()])
        lines.append(
            f"{plot.code},{name},M-{number},Ea Tam,VN,{plot.area_ha:.2f},{degrees(y)},{degrees(x)},"
            f'"{ring}",2025-11-0{number}'
        )
    return Messy(
        "terratrac.csv",
        "The name in row 4 has a comma and no quotes; it is put together again, and the change is logged.",
        ("\n".join(lines) + "\n").encode(),
        len(land),
    )


@messy_file(4)
def described(land: list[Land], _dice: Dice) -> Messy:
    """Placemarks of a mapping program that puts the columns into the table of a description."""
    placemarks = []
    for plot in land:
        pairs = (("ProducerName", plot.name), ("ProducerCountry", "Viet Nam"), ("Area", f"{plot.area_ha:.2f} ha"))
        cells = "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in pairs)
        ring = " ".join(f"{degrees(x)},{degrees(y)}" for x, y in plot.ring.closed())
        placemarks.append(
            f"<Placemark><name>{plot.code}</name><description><![CDATA[<table>{cells}</table>]]></description>"
            f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon></Placemark>"
        )
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document></kml>\n'
    return Messy(
        "description-tables.kml",
        "Producer, country and area stand in the table of each description; nothing is wrong with the land.",
        text.encode(),
        len(land),
    )

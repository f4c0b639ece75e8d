"""Small maps for tests, and the strings that strangers put into names."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from eudr_geo.lots.routes import Leg, Route
from eudr_geo.model.findings import Finding
from eudr_geo.outputs.maps.data import FEED_COLUMNS, LotMapData, MapLot, MapPlace, MapPlots


def feeds_of(*rows):
    return {name: [row[at] for row in rows] for at, name in enumerate(FEED_COLUMNS)}


def finding(severity, message, *, plot="", lot="", rule="near-4-ha"):
    subject = "plot" if plot else "lot"
    return Finding(rule, severity, subject, message, "walk it again", "good practice", plot_id=plot, code=lot)


def land(lon=108.5, lat=13.5, half=3.0):
    """A square country."""
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


def cooperative():
    """Two micro-lots and a bulk lot from eight plots; P-3 fed two lots, P-8 fed none, P-7 is a point."""
    lons = 108.05 + 0.01 * np.arange(8)
    shapes = [shapely.box(lon, 12.68, lon + 0.001, 12.681) for lon in lons]
    shapes[6] = shapely.Point(lons[6], 12.68)
    names = [
        "Y Blơm Niê",
        "Trần Văn Đức",
        "H’Wen Êban",
        "Trần Văn Đức",
        "Lê Hạnh",
        "Y Khoa Mlô",
        "Phạm Sơn",
        "Nguyễn Lộc",
    ]
    rows = [
        ("ML01", "P-1", 60.0, 0.6, 60.0, 60.0, "exact", "2025-11-03", "2025-11-20"),
        ("ML01", "P-2", 30.0, 0.3, 25.0, 33.5, "exact", "2025-11-05", "2025-11-19"),
        ("ML01", "P-3", 10.0, 0.1, 5.0, 12.5, "producer", "2025-11-07", "2025-12-01"),
        ("ML02", "P-4", 1234.5, 1.0, 1234.5, 1234.5, "exact", "2025-12-03", "2025-12-03"),
        ("BULK", "P-3", 40.0, 0.01, 30.0, 55.0, "exact", "2025-11-07", "2025-12-01"),
        ("BULK", "P-5", 960.0, 0.24, 900.0, 990.0, "exact", "2025-11-11", "2025-12-11"),
        ("BULK", "P-6", 1400.0, 0.35, 1300.0, 1450.0, "group", "", ""),
        ("BULK", "P-7", 1600.0, 0.40, 1500.0, 1600.0, "exact", "2025-11-12", "2025-12-12"),
    ]
    return LotMapData(
        title="Origin of consignment EA26-EXP-001",
        subtitle="Hợp tác xã Ea Đrăng · season 2025/26",
        lots=[
            MapLot("ML01", "green", "S1", "micro", 100.0),
            MapLot("ML02", "dry_parchment", "S2", "micro", 1234.5),
            MapLot("BULK", "green", "S3", "bulk", 4000.0),
        ],
        plots=MapPlots(
            code=[f"P-{i}" for i in range(1, 9)],
            producer=names,
            country=["VN"] * 8,
            area_ha=[1.2, 1.2, 1.2, 1.2, 1.2, np.nan, 2.5, 1.2],
            geometry=shapes,
            version=[1, 2, 1, 1, 1, 1, 1, ""],
            producer_code=[f"F-{i}" for i in range(1, 9)],
        ),
        feeds=feeds_of(*rows),
        findings=[
            finding("warning", "area 3.96 ha is close to 4 ha", plot="P-2"),
            finding("error", "lies 12 km outside the country", plot="P-5", rule="outside-country"),
            finding("note", "drawn with 5 corners", plot="P-1", rule="few-corners"),
            finding("warning", "out-turn 0.87 is above 0.86", lot="ML01", rule="out-turn-band"),
        ],
        outlines=[("Vietnam", land())],
    )


_DO = "window.ran=1;document.title='PWN';alert(1)"
HOSTILE = {
    "script": f"<script>{_DO}</script>",
    "img": f'"><img src=x onerror="{_DO}">',
    "template": "${document.title+=String.fromCharCode(80,87,78)}${window.ran=1}",
    "backtick": f"`+({_DO.replace(';', ',')})+`",
    "close-script": f"</script><script>{_DO}</script>",
    "svg": f"<svg onload={_DO}>",
    "javascript": f"javascript:{_DO}",
    "jinja-value": "{{7*7}}",
    "jinja-block": "{% for x in (1,2) %}x{% endfor %}",
    "backslash": "C:\\new\\u",
    "escaped-backtick": "a\\`b",
    "apostrophe": "'",
    "quote": '"',
    "entity": "&lt;b&gt;&amp;",
    "line-separator": "one\u2028two\u2029three",
    "newline": "one\ntwo",
    "nul": "one\0two",
    "comment-end": "--><!-- <script>",
    "cdata-end": "]]>",
    "bold": "<b>bold</b>",
    "right-to-left": "\u202egpj.exe",
    "long": "A" * 1_000,
    "longest": "A" * 10_000,
    "ivoire": "Cote d'Ivoire",
    "nfd": "Đa\u0306\u0301k La\u0306\u0301k",
    "emoji": "👩🏽‍🌾☕️🇻🇳",
}
"""The strings of every kind that must be shown and never run (no. 93 to 95 of the fault catalogue)."""
KINDS = [pytest.param(kind, marks=pytest.mark.slow if kind == "longest" else ()) for kind in HOSTILE]
"""Their names; the longest text that a file may hold keeps a browser busy for a quarter of a minute."""


def all_hostile(text):
    """One lot, two plots; the text in every place where a stranger's text can stand."""
    rows = [
        (text, text, 60.0, 0.6, 50.0, 70.0, text, text, text),
        (text, "P-2", 40.0, 0.4, 40.0, 40.0, "exact", "2025-11-03", "2025-11-20"),
        ("other", text, 1.0, 1.0, 1.0, 1.0, text, text, text),
    ]
    return LotMapData(
        title=text,
        subtitle=text,
        lots=[MapLot(text, text, text, text, 100.0), MapLot("other", "green", "", "bulk", 1.0)],
        plots=MapPlots(
            code=[text, "P-2"],
            producer=[text, "Lê Hạnh"],
            country=[text, "VN"],
            area_ha=[1.0, 1.0],
            geometry=[shapely.box(108.05, 12.68, 108.051, 12.681), shapely.Point(108.06, 12.68)],
            version=[text, 1],
        ),
        feeds=feeds_of(*rows),
        findings=[
            finding("error", text, plot=text, rule=text),
            finding("warning", text, lot=text, rule=text),
            finding(text, text, plot=text, rule=text),
        ],
        outlines=[(text, land())],
    )


def on_the_way(language="en"):
    """The cooperative, its first lot carried past a station, a mill without a position, a store and a port."""
    whole = cooperative()
    legs = [
        *(Leg(is_from_plot=True, before=plot, after="TRAM-1", has_gap=False) for plot in ("P-1", "P-2", "P-3")),
        Leg(is_from_plot=False, before="TRAM-1", after="KHO-1", has_gap=True),
        Leg(is_from_plot=False, before="KHO-1", after="CAT-LAI", has_gap=False),
    ]
    places = [
        MapPlace("TRAM-1", "collection point", 108.06, 12.70),
        MapPlace("KHO-1", "warehouse", 108.12, 12.66),
        MapPlace("CAT-LAI", "port", 106.79, 10.76),
    ]
    return replace(whole, places=places, routes={"ML01": Route(legs, steps=4, unplaced=1)}, language=language)

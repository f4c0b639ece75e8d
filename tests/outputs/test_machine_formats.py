"""The formats for programs: what they name, and that nothing in them runs."""

import csv
import io
import json
import xml.dom.minidom

import numpy as np
import pytest
import shapely
from report_samples import a_report, village_report

from eudr_geo.checks.catalogue import RULES_VERSION
from eudr_geo.model.findings import Finding
from eudr_geo.model.plots import Plots
from eudr_geo.outputs.reports import as_geojson, formats


def finding(row, **more):
    given = {"rule": "sliver", "severity": "error", "subject": "plot", "message": "too thin", "hint": "walk it again"}
    return Finding(**{**given, "basis": "good practice", "row": row, **more})


@pytest.mark.parametrize("name", sorted(set(formats()) - {"worklist"}))
def test_every_format_names_the_versions(name):
    text = formats()[name].render(village_report())
    assert RULES_VERSION in text
    assert "2026-08" in text


def test_points_for_findings_and_outlines_for_plots():
    report = village_report()
    collection = json.loads(as_geojson.render(report))
    kinds = [feature["properties"]["kind"] for feature in collection["features"]]
    assert kinds == ["finding"] * 6 + ["plot"] * 4
    assert {feature["geometry"]["type"] for feature in collection["features"][:6]} == {"Point"}
    outline = collection["features"][7]
    assert outline["geometry"]["type"] == "Polygon"
    properties = outline["properties"]
    assert (properties["plot_id"], properties["severity"]) == ("P-2", "warning")
    assert (properties["errors"], properties["warnings"], properties["notes"]) == (0, 1, 1)
    assert properties["rules"] == "near-4-ha, few-corners"


def test_what_cannot_be_drawn_has_no_outline():
    with np.errstate(invalid="ignore"):  # shapely's, while it takes the numbers
        broken = shapely.LinearRing([(0, 0), (1, 1), (1, np.nan), (0, 0)])
    shapes = [None, shapely.Point(108, 12), shapely.Polygon(), broken]
    plots = Plots({"geometry": shapes, "plot_id": list("abcd")})
    report = a_report([finding(row) for row in range(4)], plots)
    features = json.loads(as_geojson.render(report))["features"]
    assert [feature["geometry"] for feature in features] == [None] * 4


def test_the_style_draws_every_kind_and_severity():
    style = xml.dom.minidom.parseString(as_geojson.beside(village_report())[".qml"])
    rules = [rule.getAttribute("filter") for rule in style.getElementsByTagName("rule")]
    symbols = {
        symbol.getAttribute("name"): symbol.getAttribute("type") for symbol in style.getElementsByTagName("symbol")
    }
    for kind, drawn in (("finding", "marker"), ("plot", "fill")):
        for severity in ("error", "warning", "note"):
            at = rules.index(f"\"kind\" = '{kind}' AND \"severity\" = '{severity}'")
            assert symbols[str(at)] == drawn


def test_csv_cells_do_nothing():
    text = formats()["csv"].render(village_report(2, text="=HYPERLINK(1)"))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows
    assert not [value for row in rows for value in row.values() if value[:1] in {"=", "+", "@"}]
    assert rows[0]["message"] == "'=HYPERLINK(1)"


def test_negative_numbers_stay_numbers():
    report = a_report([finding(None, lon=-75.5, lat=-3.25)])
    (row,) = csv.DictReader(io.StringIO(formats()["csv"].render(report).removeprefix("\ufeff")))
    assert (row["lon"], row["lat"]) == ("-75.5", "-3.25")

import json
import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests_helpers import plots_of

from eudr_geo.base.errors import RefusedError
from eudr_geo.outputs.package.eudr_geojson import to_geojson
from eudr_geo.sources.reading import read_bytes

OFFICIAL = {"ProducerName", "ProducerCountry", "ProductionPlace", "Area"}


def features(data: bytes) -> list[dict]:
    return json.loads(data)["features"]


def test_exactly_six_decimals_no_blank_no_mark_and_four_properties(square):
    data = to_geojson(plots_of(square, shapely.Point(106.5, -0.0), area_ha=[np.nan, 0.5]))
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b" " not in data
    assert b"\n" not in data
    numbers = re.findall(rb"-?\d+\.\d+", data[data.index(b"coordinates") :])
    assert b"[106.500000,0.000000]" in data
    assert all(len(number.split(b".")[1]) == 6 for number in re.findall(rb"[\[,](-?\d+\.\d+)(?=[,\]])", data))
    assert numbers
    for feature in features(data):
        assert set(feature["properties"]) <= OFFICIAL


def test_areas_are_numbers_in_hectares(square):
    polygon, point = features(to_geojson(plots_of(square, shapely.Point(108, 12), area_ha=[9.0, 0.5])))
    assert polygon["properties"]["Area"] == pytest.approx(1.0, abs=0.01)
    assert point["properties"]["Area"] == 0.5


def test_a_point_without_an_area_states_none():
    (point,) = features(to_geojson(plots_of(shapely.Point(108, 12))))
    assert "Area" not in point["properties"]


def test_a_hole_is_refused_by_the_plots_name(square):
    hole = shapely.Polygon(square.exterior, [shapely.box(108.0504, 12.6804, 108.0505, 12.6805).exterior])
    with pytest.raises(RefusedError, match="P-1.*hole"):
        to_geojson(plots_of(hole))


def test_parts_that_share_a_side_and_collections_become_features(square):
    west, east = shapely.box(108, 12, 108.001, 12.001), shapely.box(108.001, 12, 108.002, 12.001)
    mixed = shapely.GeometryCollection([square, shapely.Point(108.2, 12.2)])
    apart = shapely.MultiPolygon([west, shapely.box(108.01, 12, 108.011, 12.001)])
    found = features(to_geojson(plots_of(shapely.MultiPolygon([west, east]), mixed, apart)))
    assert [(one["properties"]["ProductionPlace"], one["geometry"]["type"]) for one in found] == [
        ("P-1", "Polygon"),
        ("P-1", "Polygon"),
        ("P-2", "Polygon"),
        ("P-2", "Point"),
        ("P-3", "MultiPolygon"),
    ]


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=1, max_size=5))
def test_points_read_back_where_they_were(places):
    plots = plots_of(*(shapely.Point(*place) for place in places))
    found = [feature["geometry"]["coordinates"] for feature in features(to_geojson(plots))]
    assert np.allclose(found, np.round(places, 6), atol=1e-9)


def test_what_we_write_we_read_without_a_finding(walked):
    from eudr_geo.checks.checking import check

    plots = plots_of(walked, shapely.Point(108.1, 12.7), area_ha=[np.nan, 0.5])
    again = read_bytes("again.geojson", to_geojson(plots))
    assert check(again).findings.by_rule() == {}
    assert again.plots["decimals"].tolist() == [6, 6]
    assert shapely.equals(again.plots.geometry[0], walked)

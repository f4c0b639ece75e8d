import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from eudr_geo.plots.geodesy import area_ha, distance_m, spherical_area_ha

PRINTED = {
    "type-I-fazenda-taboao.geojson": [23.72, 2.39],
    "type-II-cocoa-farms.geojson": [20813.59, 20670.76, 9551.97, 6950.29],
    "cf5-amend-text-point.geojson": [4394.35],
    "cf7-retrieve-producer-1.geojson": [266491.81],
    "cf7-retrieve-producer-2.geojson": [829292.96],
}


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_the_eu_systems_own_areas_come_out_to_the_printed_digit(reference, name):
    features = json.loads((reference / "ec-geojson" / name).read_text())["features"]
    plots = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    assert np.round(spherical_area_ha(plots), 2).tolist() == PRINTED[name]


ring = st.lists(st.floats(0.6, 1.0), min_size=5, max_size=25)


@given(ring, st.floats(-65, 65), st.floats(-179, 179), st.floats(0.05, 400))
def test_geodesic_areas_agree_with_geographiclib(radii, lat, lon, hectares):
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    size = np.sqrt(hectares * 1e4 / np.pi) / 111_320
    xy = np.column_stack(
        [
            lon + np.array(radii) * np.cos(angles) * size / np.cos(np.radians(lat)),
            lat + np.array(radii) * np.sin(angles) * size,
        ]
    )
    plot = shapely.Polygon(xy)
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(plot)[0]) / 1e4
    # A thousandth of a square metre is GeographicLib's own rounding.
    assert area_ha([plot])[0] == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_a_plot_on_the_line_of_four_hectares_is_measured_exactly():
    side = 200 / 110_636.0  # metres a degree of latitude at 12.7 N
    plot = shapely.box(108, 12.7, 108 + 200 / 108_640.0, 12.7 + side)
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(plot)[0]) / 1e4
    assert area_ha([plot])[0] == pytest.approx(expected, rel=1e-12)


@given(ring, st.floats(-65, 65), st.floats(-0.9e-4, 0.9e-4))
def test_near_four_hectares_the_ellipsoid_decides(radii, lat, off):
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    shape = np.array(radii) * np.stack([np.cos(angles) / np.cos(np.radians(lat)), np.sin(angles)])
    measure = Geod(ellps="WGS84").geometry_area_perimeter

    def plot(size):
        return shapely.Polygon(np.array([[108], [lat]]).T + size * shape.T)

    size = 0.001
    for _ in range(4):  # Newton: the area grows with the square
        size *= np.sqrt(4 * (1 + off) / (abs(measure(plot(size))[0]) / 1e4))
    expected = abs(measure(plot(size))[0]) / 1e4
    found = area_ha([plot(size)])[0]
    assert found == pytest.approx(expected, rel=1e-14)
    assert (found > 4) == (expected > 4)


def test_holes_count_on_the_ground_but_not_in_the_eu_system():
    outer, inner = shapely.box(108, 12, 108.01, 12.01), shapely.box(108.004, 12.004, 108.006, 12.006)
    with_hole = shapely.Polygon(outer.exterior, [inner.exterior])
    whole, hole = area_ha([outer, inner])
    assert area_ha([with_hole])[0] == pytest.approx(whole - hole)
    assert spherical_area_ha([with_hole])[0] == pytest.approx(spherical_area_ha([outer])[0])


def test_what_has_no_area_says_so():
    values = area_ha([shapely.Point(1, 1), None, shapely.Polygon(), shapely.Polygon([(0, 95), (1, 95), (1, 96)])])
    assert values[0] == 0
    assert np.isnan(values[1:]).all()
    assert spherical_area_ha([shapely.Point(1, 1)]).tolist() == [0.0]


def test_a_table_of_plots_is_measured_like_each_plot_alone():
    rng = np.random.default_rng(1)
    plots = [shapely.Point(*xy).buffer(0.002) for xy in rng.random((50, 2))]
    plots[7] = shapely.MultiPolygon([shapely.box(0, 0, 0.01, 0.01), shapely.box(1, 1, 1.01, 1.01)])
    alone = [area_ha([plot])[0] for plot in plots]
    assert area_ha(plots).tolist() == alone


def test_distances_are_geodesic():
    assert distance_m([108.0], [12.0], [108.0], [13.0])[0] == pytest.approx(110_625, abs=5)

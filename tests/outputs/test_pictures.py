"""Drawings of plots: what a person sees of a fault, and that nothing a file holds can break them."""

import re
import warnings

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples

from eudr_geo.outputs.pictures import Frame, change_panels, spot_panels, svg
from eudr_geo.outputs.pictures.frame import nice
from eudr_geo.outputs.pictures.panel import clip, outline

BOW_TIE = shapely.from_wkt("POLYGON((108.05 12.68,108.052 12.682,108.052 12.68,108.05 12.682,108.05 12.68))")


def circle_walk(corners=60, radius=0.001):
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.column_stack([108.05 + radius * np.cos(turn), 12.68 + radius * np.sin(turn)])


def paths(panel, style):
    return [path for name, path in panel.paths if name == style]


def numbers(path):
    return [int(text) for text in re.findall(r"-?\d+", path)]


def test_the_mark_stands_where_the_sides_cross():
    (panel,) = spot_panels(BOW_TIE, (108.051, 12.681))
    x, y = numbers(paths(panel, "mark")[0])[:2]
    assert (x + 24, y) == (320, 220), "in the middle of a bow-tie that fills the drawing"
    assert len(numbers(paths(panel, "plot")[0])) == 8, "four corners"


def test_the_scale_bar_is_as_long_as_it_says():
    (panel,) = spot_panels(BOW_TIE, (108.051, 12.681))
    said = next(text for *_, text in panel.words if text.endswith(" m"))
    corners = numbers(paths(panel, "plot")[0])
    height_m = 0.002 * 111_320
    units = max(corners[1], corners[1] + corners[3]) - min(corners[1], corners[1] + corners[3])
    bar = numbers(paths(panel, "bar")[0])[3]
    assert bar / units == pytest.approx(int(said[:-2]) / height_m, rel=0.02)


def test_a_small_fault_gets_a_drawing_of_its_own():
    walk = circle_walk()
    tiny = np.insert(walk, 20, walk[20] + [3e-6, 5e-6], axis=0)
    whole, detail = spot_panels(shapely.Polygon(tiny), tuple(tiny[20]))
    assert paths(whole, "window"), "a window shows where the detail lies"
    assert not paths(whole, "mark")
    assert paths(detail, "mark")
    assert detail.frame.span_m < whole.frame.span_m / 20


def test_an_even_walk_needs_no_detail():
    assert len(spot_panels(shapely.Polygon(circle_walk(12)), (108.051, 12.68))) == 1


def test_a_point_shows_the_area_it_declares():
    (panel,) = spot_panels(shapely.Point(108.05, 12.68), None, declared_ha=1.5)
    radius = numbers(paths(panel, "area")[0])[2]
    assert radius / panel.frame.units_per_m == pytest.approx(np.sqrt(15_000 / np.pi), rel=0.02)
    assert paths(spot_panels(shapely.Point(108.05, 12.68))[0], "area") == []


def test_what_is_in_metres_has_no_scale_bar():
    (panel,) = spot_panels(shapely.box(200_000, 1_400_000, 200_100, 1_400_100), (200_000, 1_400_000))
    assert paths(panel, "plot")
    assert not paths(panel, "bar")


def test_a_spot_on_the_other_side_of_the_earth_does_not_shrink_the_plot():
    (panel,) = spot_panels(BOW_TIE, (12.68, 108.05))
    assert panel.frame.span_m < 1000


def test_nothing_to_draw():
    assert spot_panels(None) == ()
    assert spot_panels(shapely.Polygon()) == ()
    assert spot_panels(shapely.Point(np.nan, 1)) == ()
    assert change_panels(None, shapely.Polygon()) == ()
    assert svg(()) == ""


def test_before_and_after_lie_over_each_other():
    panels = change_panels(BOW_TIE, shapely.make_valid(BOW_TIE))
    assert paths(panels[0], "before")
    assert paths(panels[0], "after")
    assert not paths(panels[0], "was"), "no corner was lost"
    fewer = change_panels(shapely.Polygon(circle_walk()), shapely.Polygon(np.delete(circle_walk(), 7, axis=0)))
    assert len(re.findall("h0", paths(fewer[0], "was")[0])) == 1


def test_huge_boundaries_stay_small():
    rng = np.random.default_rng(1)
    walk = circle_walk(50_000) + rng.normal(0, 1e-7, (50_000, 2))
    picture = svg(spot_panels(shapely.Polygon(walk), tuple(walk[3]), near=[shapely.Polygon(walk + 0.001)] * 8))
    assert len(picture) < 60_000


def test_one_element_without_anything_that_runs():
    picture = svg(spot_panels(BOW_TIE, (108.051, 12.681)), title='<script>"')
    assert picture.startswith("<svg ")
    assert picture.endswith("</svg>")
    assert "<script" not in picture
    assert "http" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert len(picture) < 2500


def test_numbers_of_a_scale():
    assert [nice(value) for value in (1.0, 1.9, 2.0, 4.99, 7, 0.03, 1e6)] == [1, 1, 2, 2, 5, 0.02, 1e6]


floats = st.floats(allow_nan=True, allow_infinity=True, width=64)
degrees = st.floats(-400, 400)


@settings(max_examples=examples(150))
@given(
    st.tuples(degrees, degrees),
    st.lists(st.tuples(floats, floats) | st.tuples(degrees, degrees), min_size=3, max_size=9),
    st.tuples(floats, floats) | st.tuples(degrees, degrees),
)
def test_any_ring_of_floats_is_drawn_or_left_out(first, others, spot):
    with np.errstate(invalid="ignore"):  # shapely's, while it takes the numbers
        shape = shapely.polygons(shapely.linearrings([first, *others, first]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for panel in spot_panels(shape, spot):
            for _, path in panel.paths:
                assert all(abs(number) < 1e5 for number in numbers(path))


@settings(max_examples=examples(100))
@given(st.integers(3, 12), st.floats(0.1, 50), st.integers(0, 2**32 - 1))
def test_cutting_keeps_what_is_in_the_drawing(corners, size, seed):
    frame = Frame(0.0, 0.0, 100.0)
    rng = np.random.default_rng(seed)
    ring = rng.normal(0, size * 200, (corners, 2)) + [320, 220]
    hull = shapely.MultiPoint(ring).convex_hull
    window = shapely.box(0, 0, 640, 440)
    cut = clip(shapely.get_coordinates(hull), frame)
    kept = shapely.Polygon(cut).intersection(window).area if len(cut) > 3 else 0.0
    assert kept == pytest.approx(hull.intersection(window).area, rel=1e-6, abs=1e-3)


def test_far_corners_do_not_bend_the_near_ones():
    frame = Frame(108.05, 12.68, 100.0)
    far = shapely.Polygon([(108.05, 12.68), (108.0502, 12.68), (500, 80)])
    assert all(abs(number) < 2000 for number in numbers(outline(far, frame)))


def test_shared_ground_and_borders_are_drawn():
    square = shapely.box(108.05, 12.68, 108.051, 12.681)
    ground = shapely.box(108.0505, 12.68, 108.051, 12.681)
    border = shapely.LineString([(108.0, 12.6805), (108.1, 12.6805)])
    (panel,) = spot_panels(square, None, shared=[ground], border=border)
    assert len(numbers(paths(panel, "shared")[0])) == 8
    assert paths(panel, "border")


def test_a_plot_on_the_180th_meridian_is_drawn_as_one_piece():
    torn = shapely.Polygon([(179.999, -17), (-179.999, -17), (-179.999, -17.001), (179.999, -17.001)])
    near = [shapely.box(-179.9989, -17.001, -179.9979, -17)]
    panel = spot_panels(torn, (-179.999, -17), near=near)[0]
    assert panel.frame.span_m < 1000
    assert paths(panel, "near")
    cut = shapely.MultiPolygon([shapely.box(179.999, -17.001, 180, -17), shapely.box(-180, -17.001, -179.999, -17)])
    assert change_panels(torn, cut)[0].frame.span_m < 1000
    assert spot_panels(shapely.box(-170, 0, 170, 1))[0].frame.span_m > 1000

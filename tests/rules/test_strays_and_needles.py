"""Corners that were not walked to: where one is far away, and where a way goes out and back; and who must be let alone."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples, plots_of

from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.model.plots import Reading

EAST, NORTH = 1 / 108_600, 1 / 110_600
WALK = [(0, 0), (45, -2), (90, 3), (92, 50), (86, 95), (40, 97), (-4, 88), (-7, 40)]
CODES = ("stray-corner", "spike", "self-intersection", "huge-polygon", "overlapping-plots")


def polygon(metres, lon=108.05, lat=12.68):
    return shapely.Polygon([(round(lon + x * EAST, 6), round(lat + y * NORTH, 6)) for x, y in metres])


def found(*shapes, codes=CODES, **columns):
    result = check(Reading(plots_of(*shapes, **columns)), select=codes)
    assert not result.tool_errors
    return [(one.rule, one.severity) for one in result.findings]


def with_stray(index, x, y):
    return [(x, y) if i == index else corner for i, corner in enumerate(WALK)]


@pytest.mark.parametrize("index", range(len(WALK)))
def test_a_stray_is_found_whichever_corner_it_is_even_the_first(index):
    x, y = WALK[index]
    # Away from the middle, so that no sides cross; the other way they do, and then it cannot be right.
    assert found(polygon(with_stray(index, x + 20 * (x - 43), y + 20 * (y - 47)))) == [("stray-corner", "warning")]
    assert found(polygon(with_stray(index, x - 20 * (x - 43), y - 20 * (y - 47)))) == [("stray-corner", "error")]
    (finding,) = check(Reading(plots_of(polygon(with_stray(index, x + 90_000, y)))), select=["stray-corner"]).findings
    assert finding.severity == "error"
    assert finding.lon == pytest.approx(108.05 + (x + 90_000) * EAST, abs=1e-6)
    assert finding.measured["distance_m"] == pytest.approx(90_000, rel=0.01)


def test_a_far_stray_is_one_finding_however_many_neighbours_its_triangle_covers():
    neighbours = [polygon([(x + 1_000 * k, y + 20) for x, y in WALK]) for k in range(1, 9)]
    stray = polygon(with_stray(3, 60_000, 60))
    assert found(*neighbours, stray) == [("stray-corner", "error")]


@given(
    st.lists(st.floats(20, 60), min_size=3, max_size=20),
    st.floats(1, 9),
    st.floats(0, 3),
)
@settings(max_examples=examples(80))
def test_no_field_is_called_stray_however_long(radii, stretch, turn):
    """A star stretched up to nine times has its corners spread along it: none is far from all others."""
    c, s = math.cos(turn), math.sin(turn)
    angles = [2 * math.pi * k / len(radii) for k in range(len(radii))]
    plain = [(stretch * r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    turned = [(x * c - y * s, x * s + y * c) for x, y in plain]
    shape = polygon(turned)
    assert "stray-corner" not in {rule for rule, _ in found(shape)}


def out_and_back(steps, width, inwards=False, bend=0.0):
    side = -1 if inwards else 1
    out = [(90 + side * 5 * k, 45 + bend * k * k) for k in range(1, steps)]
    back = [(x + side * 0.1, y + width) for x, y in out[::-1]]
    return [(0, 0), (45, -2), (90, 3), (90, 45), *out, *back, (90, 45 + width), (86, 95), (-4, 88)]


@pytest.mark.parametrize("inwards", [False, True])
@pytest.mark.parametrize("steps", range(4, 9))
def test_a_way_out_and_back_is_a_needle_and_goes_away_as_one(steps, inwards):
    shape = polygon(out_and_back(steps, 0.5, inwards))
    assert found(shape) == [("spike", "warning")]
    done = repair(Reading(plots_of(shape)), also=["spike"])
    after = done.reading.plots.geometry[0]
    assert found(after) == []
    assert after.is_valid
    kept = polygon([(0, 0), (45, -2), (90, 3), (90, 45), (90, 45.5), (86, 95), (-4, 88)])
    assert shapely.hausdorff_distance(after, kept) < 2e-6


def test_a_bent_way_is_a_needle_too():
    assert found(polygon(out_and_back(8, 0.6, bend=0.05))) == [("spike", "warning")]


@pytest.mark.parametrize("width", [1.2, 2.0, 4.0])
def test_a_path_that_belongs_to_the_plot_is_let_alone(width):
    assert found(polygon(out_and_back(8, width))) == []


def test_two_lobes_joined_by_a_narrow_neck_are_no_needle():
    lobes = [(0, 0), (60, 0), (60, 29.6), (90, 5), (150, 8), (148, 60), (92, 58), (60, 30.3), (58, 62), (2, 60)]
    assert found(polygon(lobes)) == []


def test_a_thousand_plots_are_judged_like_each_alone():
    rng = np.random.default_rng(4)
    shapes = []
    for k in range(300):
        corners = (
            with_stray(int(rng.integers(8)), 2_000, 50) if k % 3 == 0 else out_and_back(5, 0.5) if k % 3 == 1 else WALK
        )
        shapes.append(polygon(corners, lon=107.9 + 0.03 * (k % 20), lat=12.0 + 0.03 * (k // 20)))
    together = [rule for rule, _ in found(*shapes, codes=("stray-corner", "spike"))]
    assert (together.count("stray-corner"), together.count("spike")) == (100, 100)

"""Ring arithmetic: what the rules rest on, against shapely and by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples

from eudr_geo.plots.shapes import crossings as crossings_module
from eudr_geo.plots.shapes.crossings import CROSSING_LIMIT, crossings, overlapping_parts, tangles
from eudr_geo.plots.shapes.decimals import broken_at_six, round6, truncate6, without_doubles
from eudr_geo.plots.shapes.facts import FACTS, ring_facts
from eudr_geo.plots.shapes.folds import unfolded, without_width
from eudr_geo.plots.shapes.parting import SPLIT_LIMIT, hole_free, untangled
from eudr_geo.plots.shapes.rings import exchanged, rebuild, rings_of, signed_areas, turns

SQUARE = shapely.box(108.05, 12.68, 108.052, 12.682)
HOLED = SQUARE.difference(shapely.box(108.0505, 12.6805, 108.0515, 12.6815))
MANY = [
    shapely.Point(1, 2),
    SQUARE,
    None,
    HOLED,
    shapely.MultiPolygon([SQUARE, shapely.box(108.06, 12.68, 108.061, 12.681)]),
    shapely.GeometryCollection([shapely.Point(3, 4), HOLED, shapely.MultiPolygon([SQUARE])]),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.Polygon(),
]


def array(*shapes):
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def ring(*corners):
    return np.array([*corners, corners[0]], dtype=float)


def test_every_ring_is_found_once_and_knows_its_owner():
    rings = rings_of(array(*MANY))
    assert rings.owner.tolist() == [1, 3, 3, 4, 4, 5, 5, 5]
    assert rings.number.tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
    assert np.array_equal(rings.ring(0), shapely.get_coordinates(SQUARE))
    assert rings.coords.shape[0] == rings.starts[-1] == 8 * 5


def test_rebuilding_from_the_same_rings_changes_nothing():
    shapes = array(*MANY[:5], shapely.GeometryCollection([shapely.Point(3, 4), HOLED]), *MANY[6:])
    assert shapely.equals_exact(rebuild(shapes, rings_of(shapes)), shapes, 0.0).sum() == len(shapes) - 1  # None ≠ None
    assert rebuild(shapes, rings_of(shapes))[2] is None


def test_a_dropped_first_position_is_dropped_at_the_end_too():
    rings = rings_of(array(SQUARE))
    mark = np.zeros(5, dtype=bool)
    mark[0] = True
    left = rings.drop(mark).coords.tolist()
    assert len(left) == 4
    assert left[0] == left[-1] == rings.coords[1].tolist()


def test_a_ring_that_would_collapse_stays_as_it_is():
    rings = rings_of(array(SQUARE))
    assert rebuild(array(SQUARE), rings.drop(np.array([True, True, False, False, False])))[0].equals_exact(SQUARE)


def test_winding_and_area_agree_with_shapely():
    shapes = array(SQUARE, shapely.reverse(SQUARE), shapely.Point(0, 0))
    assert turns(rings_of(shapes)).tolist() == [
        1 if SQUARE.exterior.is_ccw else -1,
        -1 if SQUARE.exterior.is_ccw else 1,
    ]
    assert np.abs(signed_areas(rings_of(shapes))) == pytest.approx([SQUARE.area, SQUARE.area])


@given(st.integers(-180_000_000, 180_000_000))
def test_six_decimals_stay_as_they_are_whichever_way(units):
    value = float(f"{units / 1e6:.6f}")
    assert truncate6([value])[0] == value
    assert round6([value])[0] == value


@given(st.integers(-180_000_000, 180_000_000), st.integers(1, 999))
def test_truncating_never_moves_away_from_zero(units, rest):
    sign = -1 if units < 0 else 1
    value = float(f"{'-' if sign < 0 else ''}{abs(units) // 1_000_000}.{abs(units) % 1_000_000:06d}{rest:03d}")
    assert truncate6([value])[0] == sign * abs(units) / 1e6


def facts(shape):
    return dict(zip(FACTS, ring_facts(array(shape))[0].tolist(), strict=True))


def test_each_fault_is_counted_under_its_own_name():
    assert not any({**facts(SQUARE), "clockwise": 0}.values())
    doubled = shapely.Polygon([(0, 0), (2, 0), (2, 0), (2, 2), (0, 2), (0, 0), (0, 0)])
    assert facts(doubled)["doubled"] == 2
    near = shapely.Polygon([(0, 0), (2, 0), (2.0000003, 0.0000002), (2, 2), (0, 2)])
    assert facts(near) == {**dict.fromkeys(FACTS, 0), "rounded_doubled": 1}
    spike = shapely.Polygon([(0, 0), (2, 0), (2, 2), (4, 2), (2, 2), (0, 2)])
    assert facts(spike)["folds"] == 1
    assert facts(HOLED)["holes"] == 1
    assert facts(shapely.Polygon([(0, 0), (1, 1), (2, 2)]))["thin"] == 1


def test_a_symmetric_bow_tie_is_not_without_width():
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert bow_tie.area == 0
    assert facts(bow_tie)["thin"] == 0
    assert tangles(array(bow_tie))[0].tolist() == [1, 0, 1, 1, 1]


def test_a_fold_at_the_first_position_is_found_and_taken_out():
    corners = ring((5, 0), (2, 0), (2, 2), (0, 2), (0, 0), (2, 0))
    shape = shapely.Polygon(corners)
    assert facts(shape)["folds"] == 1
    assert shapely.Polygon(unfolded(corners)).equals(shapely.box(0, 0, 2, 2))


def test_a_way_of_several_corners_walked_there_and_back_is_taken_out():
    corners = ring((0, 0), (2, 0), (2, 2), (3, 3), (4, 3), (5, 5), (4, 3), (3, 3), (2, 2), (0, 2))
    assert shapely.Polygon(unfolded(corners)).equals(shapely.box(0, 0, 2, 2))


def test_what_is_there_and_back_only_has_no_width():
    assert without_width(ring((0, 0), (1, 0), (1, 1), (1, 0)))
    assert without_width(ring((108.05, 12.68), (108.06, 12.69), (108.055, 12.685)))
    assert not without_width(ring((108.05, 12.68), (108.06, 12.68), (108.06, 12.680001)))


def test_sides_on_each_other_are_not_called_a_crossing():
    keyhole = shapely.Polygon([(0, 0), (2, 2), (2, 3), (3, 3), (3, 2), (2, 2), (0, 0), (9, 0), (9, 9), (0, 9)])
    crossing, along, *_ = tangles(array(keyhole))[0].tolist()
    assert (crossing, along) == (0, 1)


grid = st.integers(0, 7)


@settings(max_examples=examples(200))
@given(st.lists(st.tuples(grid, grid), min_size=4, max_size=16))
def test_crossings_are_those_of_shapely_side_by_side(corners):
    closed = ring(*corners)
    moved = closed[np.append(True, (closed[1:] != closed[:-1]).any(axis=1))]
    n = len(moved) - 1
    if n < 3:
        return
    sides = [shapely.LineString(moved[i : i + 2]) for i in range(n)]
    expected = sum(
        sides[i].intersects(sides[j]) for i in range(n) for j in range(i + 2, n) if not (i == 0 and j == n - 1)
    )
    assert crossings(closed).times == expected


@pytest.fixture
def looked_at(monkeypatch):
    """How many pairs of sides were compared, time by time."""
    counts, real = [], crossings_module._may_meet
    monkeypatch.setattr(crossings_module, "_may_meet", lambda *given: (counts.append(len(given[1])), real(*given))[1])
    return counts


@pytest.mark.fault(78)
@pytest.mark.parametrize("corners", [200, 2_000, 19_000])
def test_a_hopeless_boundary_is_given_up_at_once(looked_at, monkeypatch, corners):
    shape = shapely.Polygon(np.random.default_rng(3).random((corners, 2)))
    monkeypatch.setattr(shapely, "make_valid", None)  # it would take 0.03, 12 and thousands of seconds
    assert untangled(shape) is shape
    assert crossings(shapely.get_coordinates(shape)).times > CROSSING_LIMIT
    assert 0 < sum(looked_at) < 100 * corners


def test_sides_that_never_meet_do_not_cost_their_square(looked_at):
    k = np.arange(8_000)
    zigzag = np.column_stack([k % 2 + k * 1e-5, k % 2 - k * 1e-5])
    crossings(np.vstack([zigzag, zigzag[:1]]))
    assert 0 < sum(looked_at) < 7_000_000, "of 64 million pairs"


def test_untangling_keeps_both_halves():
    parts = untangled(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    assert parts.area == 2
    assert parts.is_valid


def test_a_loop_that_would_become_a_hole_is_split():
    """A walk that goes round a pond on its way: GEOS makes a hole of it, which the EU system would fill."""
    walk = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9), (0, 5), (3, 6), (6, 5), (6, 4), (3, 3), (0, 5)])
    after = untangled(walk)
    assert after is not walk
    assert not any(part.interiors for part in after.geoms)
    assert sum(part.area for part in after.geoms) == pytest.approx(shapely.make_valid(walk, method="structure").area)


radii = st.lists(st.integers(30, 90), min_size=3, max_size=14)


@settings(max_examples=examples(80))
@given(radii, st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 4)), min_size=1, max_size=4))
def test_splitting_along_holes_is_exact(outer, holes):
    turn = np.linspace(0, 2 * np.pi, len(outer), endpoint=False)
    shape = shapely.Polygon(np.column_stack([outer * np.cos(turn), outer * np.sin(turn)]))
    for x, y, size in holes:
        shape = shape.difference(shapely.box(x, y, x + size, y + size))
    if shape.geom_type != "Polygon" or not shape.interiors:
        return
    parts = hole_free(shape)
    assert parts is not None
    assert not any(part.interiors for part in parts)
    assert all(part.is_valid for part in parts)
    corners = {tuple(point) for point in shapely.get_coordinates(shape).tolist()}
    assert {tuple(point) for part in parts for point in shapely.get_coordinates(part).tolist()} <= corners
    assert sum(part.area for part in parts) == pytest.approx(shape.area, rel=1e-12)
    assert shapely.symmetric_difference(shapely.union_all(parts), shape).area < 1e-9
    assert len(parts) <= 2 * len(shape.interiors) + 1


def test_a_plot_too_large_to_split_is_left_alone():
    turn = np.linspace(0, 2 * np.pi, SPLIT_LIMIT, endpoint=False)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    assert hole_free(shapely.Polygon(circle, [circle * 0.5])) is None


def test_a_hole_outside_is_not_turned_into_land():
    outside = shapely.Polygon(SQUARE.exterior, [shapely.box(108.06, 12.68, 108.061, 12.681).exterior])
    assert hole_free(outside) is None


def test_parts_that_share_a_side_do_not_overlap():
    touching = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    overlapping = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 2, 1)])
    rows, shared = overlapping_parts(array(touching, overlapping))
    assert rows.tolist() == [1]
    assert shared[0].area == 0.5


def test_twins_go_until_none_is_left():
    row = [(0, 0), (2, 0), (2, 0), (2, 0), (2, 0), (2, 2), (0, 2), (0, 0), (0, 0)]
    assert shapely.get_coordinates(without_doubles(array(shapely.Polygon(row)))[0]).tolist() == [
        [0, 0],
        [2, 0],
        [2, 2],
        [0, 2],
        [0, 0],
    ]


@pytest.mark.fault(84)
def test_a_tiny_plot_breaks_at_six_decimals_and_says_how():
    side = 4e-7
    tiny = shapely.box(108.0500001, 12.6800001, 108.0500001 + side, 12.6800001 + side)
    rounded, cut, lon, lat = broken_at_six(array(tiny))[0].tolist()
    assert rounded
    assert cut
    assert (lon, lat) == pytest.approx((108.05, 12.68), abs=1e-5)


def test_exchanging_twice_is_nothing():
    shapes = array(SQUARE, shapely.Point(1, 2))
    assert exchanged(shapes)[1].equals(shapely.Point(2, 1))
    assert shapely.equals_exact(exchanged(exchanged(shapes)), shapes, 0.0).all()

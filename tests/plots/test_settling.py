"""Shapes at six decimals: whole after the repair, near what was written, and left alone where that cannot be."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples, plots_of

from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair, replay
from eudr_geo.model.plots import Reading
from eudr_geo.plots.shapes import settling
from eudr_geo.plots.shapes.decimals import broken_at_six, round6, truncate6
from eudr_geo.plots.shapes.settling import settled, settled_ring

AT = np.array([108.05, 12.68])
UNIT = 1e-6
NECK = shapely.Polygon(AT + UNIT * np.array([(0, 0), (40, 0.6), (80, 0), (80, 30), (40, 0.9), (0, 30)]))


def star(seed, corners, size):
    """A boundary of long thin arms, sound as it is written."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.random(corners)) * 2 * np.pi
    reach = size * (0.15 + rng.random(corners))
    return shapely.Polygon(AT + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))


def one(shape):
    return np.array([shape], dtype=object)


def repaired(shape, **asked):
    return repair(Reading(plots_of(shape, decimals=[12])), **asked)


def test_a_narrow_neck_is_kept_open_by_moving_one_corner():
    assert broken_at_six(one(NECK))[0, 0] == 1
    whole = settled(NECK)
    moved = np.abs(shapely.get_coordinates(whole) - shapely.get_coordinates(NECK))
    assert whole.is_valid
    assert moved.max() <= UNIT * 1.0001
    away_from_rounding = (shapely.get_coordinates(whole) != round6(shapely.get_coordinates(NECK))).any(axis=1)
    assert away_from_rounding.sum() == 1


@pytest.mark.parametrize(("corners", "size"), [(100, 6e-5), (300, 2e-4), (1000, 1e-3), (5000, 5e-3)])
def test_large_boundaries_with_many_narrow_places_take_little_work(monkeypatch, corners, size):
    shape = star(corners, corners, size)
    assert broken_at_six(one(shape))[0, :2].any()
    best, compared = settling._best, []
    monkeypatch.setattr(settling, "_best", lambda *given: (answer := best(*given), compared.append(answer[1]))[0])
    whole = settled(shape)
    assert 0 < sum(compared) < 100 * corners  # measured: 5 to 25 pairs of sides a corner
    assert whole.is_valid
    assert shapely.equals_exact(whole, shapely.transform(whole, truncate6))
    assert whole.hausdorff_distance(shape) < 1.5 * UNIT


def test_the_repair_waits_to_be_asked_for_and_leaves_a_receipt_that_can_be_replayed():
    plots = plots_of(NECK, decimals=[12])
    untouched = repair(Reading(plots)).reading.plots
    assert shapely.equals_identical(untouched.geometry[0], NECK)
    done = repair(Reading(plots), also=["invalid-after-rounding"], by="Y. Ban")
    (change,) = [one for one in done.changes if one.rule == "invalid-after-rounding"]
    assert change.by == "Y. Ban"
    assert 0 < change.largest_move_m < 0.2
    assert "invalid-after-rounding" not in check(done.reading).findings.by_rule()
    again = replay(plots, done.changes)
    assert shapely.to_wkb(again.geometry[0]) == shapely.to_wkb(done.reading.plots.geometry[0])


def test_what_has_no_room_at_six_decimals_is_left_and_said():
    teeth = [(0.02 * tooth, 20.3 if tooth % 2 else 0.2) for tooth in range(151)]
    comb = shapely.Polygon(AT + UNIT * np.array([(3, -5), *reversed(teeth), (0, -5)]))
    done = repaired(comb, also=["invalid-after-rounding"])
    assert shapely.equals_identical(done.reading.plots.geometry[0], comb)
    assert done.changes == ()
    assert done.withdrawn == {"invalid-after-rounding": 1}
    assert "invalid-after-rounding" in check(done.reading).findings.by_rule()


@settings(max_examples=examples(60))
@given(st.integers(0, 10**6), st.integers(4, 30), st.floats(3e-6, 2e-4))
def test_whole_or_untouched(seed, corners, size):
    shape = star(seed, corners, size)
    after = settled(shape)
    if after is None or not shape.is_valid:
        return
    assert after.is_valid
    assert not broken_at_six(one(after))[0, :2].any()
    assert after.exterior.is_ccw == shape.exterior.is_ccw
    assert shapely.get_coordinates(settled(after)).tolist() == shapely.get_coordinates(after).tolist()
    assert shapely.hausdorff_distance(after.exterior, shape.exterior) <= 2 * 2**0.5 * UNIT


@settings(max_examples=examples(40))
@given(st.integers(0, 10**6), st.integers(4, 30), st.floats(2e-6, 2e-4), st.booleans())
def test_no_repair_ends_in_a_broken_shape(seed, corners, size, named):
    """Safe rounding and dropping of doubled corners included."""
    shape = star(seed, corners, size)
    if not shape.is_valid:
        return
    done = repaired(shape, also=["invalid-after-rounding"] if named else [])
    assert done.reading.plots.geometry[0].is_valid
    assert repair(done.reading, also=["invalid-after-rounding"] if named else []).changes == ()


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=4, max_size=9))
def test_any_ring_of_floats_is_answered(ring):
    closed = np.array([*ring, ring[0]])
    found = settled_ring(closed)
    if found is not None:
        assert np.abs(found[:, None] - closed).max(axis=2).min(axis=1).max() <= 1.01 * UNIT

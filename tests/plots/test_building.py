"""Polygons from flat coordinates: what many at once become is what each becomes alone, whatever rings are given."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eudr_geo.plots.building import build_polygons, ring_faults

POSITIONS = st.tuples(
    st.floats(-180, 180, allow_nan=False), st.floats(-90, 90, allow_nan=False) | st.sampled_from([0.0, -0.0])
)
RINGS = st.lists(POSITIONS, min_size=1, max_size=6).flatmap(
    lambda ring: st.sampled_from([ring, [*ring, ring[0]]])  # as it is, mostly open; and closed
)
POLYGONS = st.lists(RINGS, min_size=1, max_size=3)  # an exterior and up to two holes
MANY = st.lists(st.lists(POLYGONS, min_size=1, max_size=3), max_size=4)  # multipolygons


def by_hand(ring):
    """A ring as a reader of one geometry would hold it: closed, and long enough."""
    made = [*ring] if ring[0] == ring[-1] else [*ring, ring[0]]
    return made + [ring[0]] * (4 - len(made))


def flat(many):
    polygons = [polygon for multi in many for polygon in multi]
    rings = [ring for polygon in polygons for ring in polygon]
    xy = np.array([position for ring in rings for position in ring], dtype=float).reshape(-1, 2)
    starts = [np.cumsum([0, *map(len, level)]) for level in (rings, polygons, many)]
    return xy, *starts


def assert_same(made, wanted):
    assert [shape.wkb for shape in made] == [shape.wkb for shape in wanted]


@given(MANY)
def test_many_at_once_are_what_each_is_alone(many):
    xy, ring_starts, polygon_starts, multi_starts = flat(many)
    alone = [[shapely.Polygon(by_hand(p[0]), [by_hand(hole) for hole in p[1:]]) for p in multi] for multi in many]
    parts = build_polygons(xy, ring_starts, polygon_starts)
    assert_same(parts, [polygon for multi in alone for polygon in multi])
    assert_same(build_polygons(xy, ring_starts, polygon_starts, multi_starts), map(shapely.MultiPolygon, alone))
    filled = [shapely.Polygon(by_hand(ring)) for multi in many for polygon in multi for ring in polygon]
    assert_same(build_polygons(xy, ring_starts), filled)


@given(MANY)
@settings(max_examples=50)
def test_the_faults_of_rings_are_those_seen_one_by_one(many):
    xy, starts, *_ = flat(many)
    rings = [ring for multi in many for polygon in multi for ring in polygon]
    is_open, is_short = ring_faults(xy, starts)
    assert is_open.tolist() == [ring[0] != ring[-1] for ring in rings]
    assert is_short.tolist() == [len(ring) + (ring[0] != ring[-1]) < 4 for ring in rings]


def test_sound_rings_are_taken_bit_by_bit():
    xy = np.array([[0.1, 0.2], [1e-300, -0.0], [1 / 3, 2 / 3], [0.1, 0.2]])
    (made,) = build_polygons(xy, np.array([0, 4]))
    assert shapely.get_coordinates(made).tobytes() == xy.tobytes()


def test_a_ring_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no position"):
        build_polygons(np.array([[0, 0], [1, 0], [1, 1]]), np.array([0, 3, 3]), np.array([0, 2]))


def test_no_polygons_are_no_polygons():
    assert len(build_polygons(np.empty((0, 2)), np.array([0]))) == 0

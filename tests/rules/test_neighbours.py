"""Neighbours: each pair is told once, under one code, with the hectares it shares; shared lines are no shared ground."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from tests_helpers import examples, lines_run, plots_of

from eudr_geo.checks.checking import check
from eudr_geo.checks.rules import neighbours
from eudr_geo.checks.rules.neighbours import contained_plot, copies, identical_plots, overlapping_plots, pairs_of
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.plots.geodesy import area_ha

CODES = ("identical-plots", "overlapping-plots", "contained-plot")
EAST, NORTH = 1 / 108_600, 1 / 110_600  # degrees of a metre near Buôn Ma Thuột


def block(x, y, width, height):
    """A rectangle in metres from a corner in Đắk Lắk."""
    return shapely.box(108.05 + x * EAST, 12.68 + y * NORTH, 108.05 + (x + width) * EAST, 12.68 + (y + height) * NORTH)


def told(plots: Plots) -> list[tuple[str, int, str]]:
    result = check(Reading(plots), select=CODES)
    assert not result.tool_errors
    return [(finding.rule, finding.record, finding.measured["other"]) for finding in result.findings]


def test_one_finding_a_pair_on_the_later_row():
    plots = plots_of(block(0, 0, 100, 100), block(50, 0, 100, 100), block(75, 0, 100, 100))
    assert told(plots) == [
        ("overlapping-plots", 2, "P-1 (record 1)"),
        ("overlapping-plots", 3, "P-1 (record 1)"),
        ("overlapping-plots", 3, "P-2 (record 2)"),
    ]


def test_the_shared_ground_is_measured_and_shown():
    plots = plots_of(block(0, 0, 100, 100), block(80, 0, 50, 100))
    (finding,) = check(Reading(plots), select=CODES).findings
    assert finding.measured["overlap_ha"] == pytest.approx(0.2, rel=0.01)
    assert finding.measured["overlap_percent"] == pytest.approx(40, rel=0.01)
    assert "0.20 ha with P-1 (record 1): 40 % of this plot, 20 % of that one" in finding.message
    assert finding.measured["other_percent"] == pytest.approx(20, rel=0.01)
    shared = block(80, 0, 20, 100)
    assert shapely.contains_xy(shared, finding.lon, finding.lat)


def test_neighbours_in_another_file_are_named_with_it():
    plots = plots_of(block(0, 0, 100, 100), block(50, 0, 100, 100), source=["a.kml", "b.csv"], record=[7, 9])
    assert told(plots) == [("overlapping-plots", 9, "P-1 (a.kml, record 7)")]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (block(100, 0, 100, 100), "a shared side"),
        (block(100, 100, 100, 100), "a shared corner"),
        (block(99.2, 0, 100, 100), "a strip of 0.8 m"),
        (shapely.Point(108.0503, 12.6803), "a point inside"),
        (shapely.MultiPoint([(108.0503, 12.6803), (108.0504, 12.6803)]), "points inside"),
        (block(400, 0, 100, 100), "far away"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_shared_ground(second, why):
    assert told(plots_of(block(0, 0, 100, 100), second)) == [], why


def test_tolerances_are_both_needed():
    large = block(0, 0, 400, 400)  # 16 ha: 1 % are 0.16 ha
    assert told(plots_of(large, block(397, 0, 400, 400))) == []  # 0.12 ha, but 0.75 %
    assert told(plots_of(block(0, 0, 30, 30), block(28, 0, 30, 30))) == []  # 6.7 %, but 0.006 ha
    assert told(plots_of(large, block(390, 0, 400, 400))) != []


def test_a_plot_inside_is_told_from_both_sides():
    farm, field = block(0, 0, 200, 200), block(20, 20, 50, 50)
    for first, second, words in ((farm, field, "lies inside P-1"), (field, farm, "has inside it P-1")):
        (finding,) = check(Reading(plots_of(first, second)), select=CODES).findings
        assert finding.rule == "contained-plot"
        assert finding.message.startswith(words)


def test_a_tiny_plot_inside_is_told_though_it_shares_little():
    assert told(plots_of(block(0, 0, 200, 200), block(20, 20, 5, 5))) == [("contained-plot", 2, "P-1 (record 1)")]


def other_walk(square):
    xy = shapely.get_coordinates(square)[:-1]
    return shapely.Polygon(np.roll(xy[::-1], 2, axis=0))


@pytest.mark.parametrize(
    "again",
    [
        lambda plot: plot,
        other_walk,
        lambda plot: shapely.transform(plot, lambda xy: xy + 1e-6),
        lambda plot: shapely.transform(other_walk(plot), lambda xy: xy + np.array([[-1e-6, 1e-6]])),
        lambda plot: shapely.MultiPolygon([plot]),
        lambda plot: shapely.segmentize(plot, 0.0003),
    ],
    ids=["the same", "another walk", "one digit", "both", "wrapped", "more corners"],
)
def test_the_same_land_is_recognised(again):
    plot = block(0, 0, 100, 90)
    assert told(plots_of(plot, again(plot))) == [("identical-plots", 2, "P-1 (record 1)")]


@pytest.mark.parametrize("quarter", range(4))
def test_one_plot_sent_with_five_decimals_and_with_six_is_one(quarter):
    walked = turned(3, 7, 93, 71, quarter)
    short = shapely.transform(walked, lambda xy: np.round(xy, 5))
    long = shapely.transform(walked, lambda xy: np.round(xy, 6))
    assert told(plots_of(long, short)) == [("identical-plots", 2, "P-1 (record 1)")]
    codes = [one.rule for one in check(Reading(plots_of(long, short, plot_id=["A", "A"]))).findings]
    assert "identical-plots" in codes
    assert "duplicate-plot-id" not in codes


def test_a_metre_apart_is_not_identical():
    plot = block(0, 0, 100, 90)
    assert [rule for rule, _, _ in told(plots_of(plot, block(1.2, 0, 100, 90)))] == ["overlapping-plots"]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("T-1", "T-2"), "the same land under another code: T-1 (record 1)"),
        (("T-1", " t-1"), "the same plot a second time, with the same code: T-1 (record 1)"),
        (("", "T-2"), "the same land as record 1"),
        (("", ""), "the same land as record 1"),
    ],
)
def test_a_copy_says_whether_the_code_is_the_same(codes, words):
    plots = plots_of(block(0, 0, 90, 90), block(0, 0, 90, 90), plot_id=codes)
    (finding,) = check(Reading(plots), select=CODES).findings
    assert finding.message == words


def test_points_on_one_place_are_identical_and_others_are_not():
    place, near, far = shapely.Point(108.05, 12.68), shapely.Point(108.050001, 12.68), shapely.Point(108.05001, 12.68)
    assert told(plots_of(place, near, far)) == [("identical-plots", 2, "P-1 (record 1)")]


def test_many_copies_are_named_once_each():
    plots = plots_of(*[block(0, 0, 90, 90)] * 400, block(80, 0, 90, 90))
    found = told(plots)
    assert [rule for rule, _, _ in found].count("identical-plots") == 399
    assert {other for _, _, other in found} == {"P-1 (record 1)"}
    assert found[-1] == ("overlapping-plots", 401, "P-1 (record 1)")


def test_a_faulty_plot_is_not_compared_and_that_is_told():
    bow_tie = shapely.Polygon([(108.05, 12.68), (108.052, 12.682), (108.052, 12.68), (108.05, 12.682)])
    result = check(Reading(plots_of(bow_tie, block(0, 0, 100, 100), block(50, 0, 100, 100))), select=CODES)
    assert [(finding.rule, finding.record) for finding in result.findings] == [("overlapping-plots", 3)]
    assert {outcome.not_checked for outcome in result.outcomes} == {1}


def test_too_many_neighbours_are_told_not_forgotten(monkeypatch):
    monkeypatch.setattr(neighbours, "_PAIRS_FREE", 30)
    monkeypatch.setattr(neighbours, "_PAIRS_PER_PLOT", 0)
    stack = [block(3 * number, 0, 100, 100) for number in range(20)]
    result = check(Reading(plots_of(*stack)), select=CODES)
    assert 19 <= len(result.findings) <= 40
    by_rule = {outcome.rule: outcome for outcome in result.outcomes}
    assert by_rule["overlapping-plots"].failed == 19
    for rule in ("identical-plots", "contained-plot"):  # rows 1 and 2 were compared with all the others
        assert by_rule[rule].because == {"too many neighbours": 18}
        assert by_rule[rule].passed == 2


def test_pairs_are_found_once_for_all_rules(monkeypatch):
    calls = []
    monkeypatch.setattr(neighbours, "_find", lambda plots, find=neighbours._find: calls.append(1) or find(plots))
    bow_tie = shapely.Polygon([(108.05, 12.68), (108.052, 12.682), (108.052, 12.68), (108.05, 12.682)])
    check(Reading(plots_of(bow_tie, block(0, 0, 100, 100), block(50, 0, 100, 100))), select=CODES)
    assert len(calls) == 1


def test_empty_and_single_tables():
    for plots in (Plots({}), plots_of(block(0, 0, 10, 10))):
        for rule in (identical_plots, overlapping_plots, contained_plot):
            assert len(rule(plots).rows) == 0


corner = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 6), st.integers(1, 6), st.integers(0, 3))


def turned(x, y, width, height, quarter):
    return affinity.rotate(block(x * 20, y * 20, width * 20, height * 20), 23 * quarter, origin=(108.051, 12.681))


@given(st.lists(corner, min_size=2, max_size=9))
@settings(max_examples=examples(60))
def test_the_fast_way_finds_what_the_slow_way_finds(corners):
    shapes = [turned(*each) for each in corners]
    pairs = pairs_of(plots_of(*shapes))
    found = {(int(a), int(b)): kind for a, b, kind in zip(pairs.first, pairs.second, pairs.kind, strict=True)}
    assert len(found) == len(pairs.first)
    sizes = area_ha(np.array(shapes, dtype=object))
    original = {int(copy): int(first) for first, copy in zip(*copies(np.array(shapes, dtype=object)), strict=True)}
    for b in range(len(shapes)):
        for a in range(b):
            if a in original or b in original:
                assert found.get((a, b)) == ("identical" if original.get(b) == a else None)
                continue
            shared = float(area_ha(np.array([shapely.intersection(shapes[a], shapes[b])], dtype=object))[0] or 0)
            share = shared / min(sizes[a], sizes[b])
            expected = None
            if shapely.hausdorff_distance(shapes[a], shapes[b]) < 1e-9:
                expected = "identical"
            elif share >= 0.99:
                expected = "contained"
            elif share > 0.0101 and shared > 0.0101:
                expected = "overlapping"
            elif share > 0.0099 and shared > 0.0099:
                continue  # on the edge of a tolerance
            assert found.get((a, b)) == expected


@given(st.lists(corner, min_size=2, max_size=7), st.randoms())
@settings(max_examples=examples(30))
def test_the_order_of_the_file_does_not_matter(corners, random):
    shapes = [turned(*each) for each in dict.fromkeys(corners)]
    numbers = list(range(len(shapes)))
    random.shuffle(numbers)

    def named(order):
        pairs = pairs_of(plots_of(*[shapes[number] for number in order]))
        return {
            (frozenset((order[a], order[b])), kind)
            for a, b, kind in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.kind, strict=True)
            if kind != "identical"
        }

    if "identical" not in set(pairs_of(plots_of(*shapes)).kind):  # of copies, the first in the file is the original
        assert named(list(range(len(shapes)))) == named(numbers)


@pytest.mark.slow
def test_a_hundred_thousand_plots_cost_no_loop_and_few_pairs(monkeypatch):
    rng = np.random.default_rng(3)
    centre = rng.uniform([107.5, 12.0], [109.5, 14.0], (100_000, 2))
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = 0.0005 * rng.uniform(0.7, 1.1, (100_000, 24))
    ring = centre[:, None] + np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=-1)
    plots = Plots({"geometry": shapely.polygons(np.round(ring, 6)), "record": np.arange(100_000)})
    exact, compared = neighbours._intersection, []
    monkeypatch.setattr(neighbours, "_intersection", lambda *pair: (compared.append(len(pair[0])), exact(*pair))[1])
    pairs, ran = lines_run(lambda: pairs_of(plots))
    assert ran < 100_000, "a loop over plots"
    assert len(pairs.first) <= sum(compared) < 10_000, "most neighbours are left out before anything is cut"
    assert 1_000 < len(pairs.first) < 10_000

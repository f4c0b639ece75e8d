"""Laws of every rule: it never crashes, and a rule that looks at each plot alone says the same of any part."""

import sys
import warnings

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests_helpers import ROOT, examples

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check, failing
from eudr_geo.model.plots import PLOT_COLUMNS, Plots, Reading
from eudr_geo.sources.reading import read_plots

ALONE = sorted(code for code, rule in catalogue.load().items() if rule.scope == "plot")
OFFICIAL = ("area_ha>Area", "")

any_float = st.floats(width=64)  # NaN, infinity, the largest and the smallest there are
near = st.integers(0, 60).map(lambda step: 108.05 + step * 1e-4)
metres = st.floats(-1e7, 1e7)
ring = st.one_of(*(st.lists(st.tuples(axis, axis), min_size=3, max_size=12) for axis in (any_float, near, metres)))


def polygon(positions, *holes):
    """A polygon of any numbers; only where a ring begins and ends must they be finite for shapely to hold it."""
    closed = [[tuple(np.nan_to_num(each[0])), *each[1:], tuple(np.nan_to_num(each[0]))] for each in (positions, *holes)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return shapely.Polygon(closed[0], closed[1:])


shapes = st.one_of(
    ring.map(polygon),
    st.tuples(ring, ring).map(lambda pair: polygon(*pair)),
    st.tuples(any_float, any_float).map(shapely.Point),
    st.tuples(near, near).map(shapely.Point),
    st.lists(ring.map(polygon), min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.lists(st.tuples(near, near), min_size=1, max_size=3).map(shapely.MultiPoint),
    st.tuples(ring, st.tuples(near, near)).map(
        lambda pair: shapely.GeometryCollection([polygon(pair[0]), shapely.Point(pair[1])])
    ),
    st.just(shapely.Polygon()),
    st.none(),
)


@st.composite
def tables(draw):
    drawn = draw(st.lists(shapes, min_size=1, max_size=6))
    n = len(drawn)

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    counts = st.integers(0, 6)
    return Plots(
        {
            "source": column(st.sampled_from(["a.csv", "b.kml"])),
            "record": list(range(1, n + 1)),
            "plot_id": column(st.sampled_from(["", "T-1", "t -1", "T-2"])),
            "producer": column(st.sampled_from(["", "Hạnh", "HANH", "x" * 600])),
            "producer_id": column(st.sampled_from(["", "F-1"])),
            "country": column(st.sampled_from(["", "VN", "GH", "XX", "Ghana"])),
            "commodity": column(st.sampled_from(["", "coffee", "cattle", "wood", "tea"])),
            "area_ha": column(any_float),
            "area_text": column(st.sampled_from(["", "", "2,5", "?"])),
            "misspelt": column(st.sampled_from(OFFICIAL)),
            "vertices": column(counts),
            "open_rings": column(st.integers(0, 1)),
            "short_rings": column(st.integers(0, 1)),
            "short_lons": column(counts),
            "short_lats": column(counts),
            "decimals": column(st.integers(0, 17)),
            "has_z": column(st.booleans()),
            "geometry": drawn,
        }
    )


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(tables())
def test_no_rule_crashes_whatever_the_numbers(plots):
    result = check(Reading(plots))
    assert result.tool_errors == ()
    for one in result.findings:
        assert "nan" not in one.message.split()


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(tables())
def test_a_part_is_judged_like_the_whole(plots):
    together = failing(Plots({name: plots[name] for name in PLOT_COLUMNS}), ALONE)
    for row in range(len(plots)):
        apart = failing(Plots({name: plots[name][[row]] for name in PLOT_COLUMNS}), ALONE)
        assert {code: bool(mask[row]) for code, mask in together.items()} == {
            code: bool(mask[0]) for code, mask in apart.items()
        }


def test_parts_of_a_seeded_file_are_judged_like_the_whole(tmp_path):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import fault_generator

        fault_generator.generate(tmp_path / "plots.geojson", 1_500, seed=9)
    finally:
        sys.path.pop(0)
    plots = read_plots(tmp_path / "plots.geojson", commodity="coffee").plots
    together = failing(plots, ALONE)
    rng = np.random.default_rng(1)
    order = rng.permutation(len(plots))
    for part in np.array_split(order, 7):
        apart = failing(Plots({name: plots[name][part] for name in PLOT_COLUMNS}), ALONE)
        for code in ALONE:
            np.testing.assert_array_equal(apart[code], together[code][part], err_msg=code)


@pytest.mark.parametrize("code", ALONE)
def test_an_empty_table_is_no_reason_to_crash(code):
    assert len(catalogue.get(code).function(Plots({})).rows) == 0

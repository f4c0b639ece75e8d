"""What must hold for every boundary there is: no crash, clean stays clean, twice is once, a part is like the whole."""

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests_helpers import examples

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.checks.found import finding
from eudr_geo.model.plots import PLOT_COLUMNS, Plots, Reading
from eudr_geo.plots.shapes.parting import untangled
from eudr_geo.plots.shapes.rings import rings_of

FAMILIES = {"rings", "geometry", "precision", "coordinates"}
MEASURING = {"corners", "sizes", "area", "invention"}  # they measure areas and figures, which takes longer
RULES = {
    code: rule
    for code, rule in catalogue.load().items()
    if rule.scope == "plot" and (rule.family in FAMILIES or code == "misspelt-property")
}
MEASURES = {code: rule for code, rule in catalogue.load().items() if rule.scope == "plot" and rule.family in MEASURING}
REPAIRS = {code: rule.repair for code, rule in RULES.items() if rule.repair is not None and not rule.repair.takes_apart}
SAFE = {code: repair for code, repair in REPAIRS.items() if repair.safe}
SHARED = Path(os.environ.get("EUDR_GEO_SHARED", Path(__file__).parents[3] / "shared"))
SAMPLES = SHARED / "reference" / "ec-geojson"

anything = st.floats(allow_nan=False, allow_infinity=False, width=64)
degrees = st.floats(min_value=-200, max_value=200, allow_nan=False)
# A small grid of microdegrees: repeated positions, folds, crossings and lines are the rule here, not the exception.
grid = st.integers(0, 4).map(lambda step: round(108.05 + step * 1e-6, 6))
fine_grid = st.integers(0, 40).map(lambda step: 108.05 + step * 2.3e-7)
position = st.one_of(*(st.tuples(axis, axis) for axis in (anything, degrees, grid, fine_grid)))
rings = st.one_of(
    *(st.lists(st.tuples(axis, axis), min_size=3, max_size=14) for axis in (anything, degrees, grid, fine_grid))
)


def polygon(ring):
    with np.errstate(all="ignore"):
        return shapely.Polygon(ring)


polygons = rings.map(polygon)
holed = st.tuples(rings, rings).map(lambda pair: shapely.Polygon(pair[0], [pair[1]]))
points = position.map(shapely.Point)
geometries = st.one_of(
    polygons,
    holed,
    points,
    st.lists(polygons, min_size=1, max_size=4).map(shapely.MultiPolygon),
    st.lists(points, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(st.one_of(polygons, points), min_size=1, max_size=3).map(shapely.GeometryCollection),
    st.just(shapely.Polygon()),
    st.none(),
)
countries = st.sampled_from(["", "VN", "GH", "XX", "Ghana"])


@st.composite
def tables(draw):
    shapes = draw(st.lists(geometries, min_size=1, max_size=6))
    n = len(shapes)
    counts = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    return Plots(
        {
            "source": ["a.geojson"] * n,
            "record": list(range(1, n + 1)),
            "country": draw(st.lists(countries, min_size=n, max_size=n)),
            "vertices": [shapely.get_num_coordinates(shape) for shape in shapes],
            "open_rings": draw(counts),
            "short_rings": draw(counts),
            "short_lons": draw(counts),
            "short_lats": draw(counts),
            "decimals": [draw(st.integers(0, 17)) for _ in shapes],
            "has_z": [draw(st.booleans()) for _ in shapes],
            "misspelt": [draw(st.sampled_from(["", "area_ha>Area"])) for _ in shapes],
            "area_ha": [draw(st.sampled_from([float("nan"), 0.0, 0.5, 3.99, 4.01, -1.0, 1e308])) for _ in shapes],
            "geometry": shapes,
        }
    )


def findings(rule, plots):
    """Rows, words, places and measures: what a report would show."""
    problems = rule.function(plots)
    found = []
    for i, row in enumerate(np.asarray(problems.rows).tolist()):
        values = {name: column[i] for name, column in problems.measured.items()}
        one = finding(rule, problems, i, subject="plot")
        place = None if problems.lon is None else (float(problems.lon[i]), float(problems.lat[i]))
        found.append((row, one.message, one.hint, repr(place), repr(list(map(str, values.values())))))
    return found


def wkb(geometries):
    return [None if shape is None else shapely.to_wkb(shape) for shape in geometries]


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(tables())
def test_no_rule_crashes_and_a_part_is_judged_like_the_whole(plots):
    for code, rule in RULES.items():
        whole = findings(rule, Plots({name: plots[name] for name in PLOT_COLUMNS}))
        parts = []
        for row in range(len(plots)):
            alone = Plots({name: plots[name][[row]] for name in PLOT_COLUMNS})
            parts += [(row, *rest) for _, *rest in findings(rule, alone)]
        assert sorted(whole) == sorted(parts), code


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(tables())
def test_repairing_twice_is_repairing_once(plots):
    for code, repair in REPAIRS.items():
        rows = sorted({row for row, *_ in findings(RULES[code], plots)})
        if not rows:
            continue
        once = repair.apply(plots.take(rows))
        assert len(once) == len(rows), code
        left = sorted({row for row, *_ in findings(RULES[code], once)})
        # What the repair could not correct it leaves as it is: a second go changes nothing.
        again = repair.apply(once.take(left))
        assert wkb(again.geometry) == wkb(once.geometry[left]), code


steps = st.lists(st.integers(40, 300), min_size=4, max_size=12)
# A star of few rays drawn at random may be as regular, or as near to 4 ha, as what these rules look for.
NOT_OF_SHAPE = {"invented-boundary", "circle-as-boundary", "near-4-ha", "sliver"}


@st.composite
def clean_plots(draw):
    """Star-shaped boundaries on six decimals, wound counter-clockwise: nothing is wrong with them."""
    radii = draw(steps)
    turn = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    lon = np.round(108.05 + np.array(radii) * 1e-5 * np.cos(turn), 6)
    lat = np.round(12.68 + np.array(radii) * 1e-5 * np.sin(turn), 6)
    shape = shapely.Polygon(np.column_stack([lon, lat]))
    assume(shape.is_valid and shape.area > 1e-8)
    stated = {"record": [1], "country": ["VN"], "plot_id": ["T-1"], "producer": ["x"], "commodity": ["coffee"]}
    return Plots({**stated, "geometry": [shape], "vertices": [len(radii) + 1], "decimals": [6]})


@settings(max_examples=examples(60))
@given(clean_plots())
def test_a_clean_plot_comes_back_identical(plots):
    whole = check(Reading(plots))
    assert not whole.tool_errors
    told = {finding.rule for finding in whole.findings} - NOT_OF_SHAPE
    assert told == set(), "of all rules, those of neighbours and of the country too"
    for code, rule in {**RULES, **MEASURES}.items():
        assert code in NOT_OF_SHAPE or findings(rule, plots) == [], code
    for code, repair in SAFE.items():
        after = repair.apply(plots)
        assert wkb(after.geometry) == wkb(plots.geometry), code
        assert after["vertices"].tolist() == plots["vertices"].tolist(), code


@settings(max_examples=examples(150))
@given(st.lists(st.tuples(grid, fine_grid), min_size=4, max_size=14).map(polygon))
def test_untangling_gives_sound_polygons_or_nothing(shape):
    after = untangled(shape)
    if after is not shape:
        assert after.geom_type in {"Polygon", "MultiPolygon"}
        assert all(part.is_valid and not part.interiors for part in shapely.get_parts(after))


@settings(max_examples=examples(100))
@given(tables())
def test_the_where_of_a_finding_lies_on_its_plot(plots):
    """A place sent to the field must be a place of that plot, not of its neighbour in the table."""
    for code in ("duplicate-vertices", "duplicate-after-rounding", "out-of-range", "projected-coordinates"):
        problems = RULES[code].function(plots)
        if problems.lon is None:
            continue
        for row, lon, lat in zip(np.asarray(problems.rows), problems.lon, problems.lat, strict=True):
            corners = shapely.get_coordinates(plots.geometry[row]).tolist()
            assert [float(lon), float(lat)] in corners, code


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the Commission's samples are not here (EUDR_GEO_SHARED)")
@pytest.mark.parametrize("name", [path.name for path in sorted(SAMPLES.glob("*.geojson"))] or ["none"])
def test_the_commissions_samples_have_no_error_of_shape(name):
    from eudr_geo.sources.reading import read_plots

    reading = read_plots([SAMPLES / name])
    own = {code for code, rule in catalogue.load().items() if rule.family in FAMILIES | {"reading"}}
    errors = {finding.rule for finding in check(reading, select=own).findings if finding.severity == "error"}
    # The one sample that the Commission's own list of errors forbids.
    assert errors == ({"nested-point"} if "nested" in name else set())
    if "taboao" in name or "cocoa" in name:
        assert len(rings_of(reading.plots.geometry)) == len(reading.plots) > 1

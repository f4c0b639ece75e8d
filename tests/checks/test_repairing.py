import json

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests_helpers import BOW_TIE, examples, plots_of

from eudr_geo.base.errors import InputError
from eudr_geo.base.writing import json_lines
from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair, replay
from eudr_geo.model.changes import Change
from eudr_geo.model.plots import Plots, Reading, Rejected, SourceFile
from eudr_geo.outputs.package.eudr_geojson import to_geojson
from eudr_geo.plots.shapes.decimals import round6, truncate6
from eudr_geo.sources.reading import read_plots


def test_a_clean_plot_comes_back_identical(square):
    plots = plots_of(shapely.orient_polygons(square))
    done = repair(Reading(plots))
    assert done.changes == ()
    assert shapely.to_wkb(done.reading.plots.geometry[0]) == shapely.to_wkb(plots.geometry[0])


def test_safe_repairs_leave_a_receipt_and_a_clean_check(walked):
    jittered = shapely.transform(walked, lambda xy: xy + 1.23e-8)
    plots = plots_of(
        jittered, open_rings=[1], has_z=[True], decimals=[10], country=["VNM"], area_ha=[np.nan], area_text=["1,0 ha"]
    )
    done = repair(Reading(plots))
    fields = {(change.rule, change.field) for change in done.changes}
    assert {("unclosed-ring", "open_rings"), ("elevation", "has_z"), ("unknown-country", "country")} <= fields
    assert ("excess-precision", "geometry") in fields
    assert ("area-not-a-number", "area_ha") in fields
    assert check(done.reading).findings.by_rule() == {}
    rounding = next(
        change for change in done.changes if change.rule == "excess-precision" and change.field == "geometry"
    )
    assert rounding.area_after_ha == pytest.approx(rounding.area_before_ha, rel=1e-3)
    assert 0 < rounding.largest_move_m < 0.2


def test_repairing_twice_equals_repairing_once(square):
    plots = plots_of(shapely.transform(square, lambda xy: xy + 3.3e-9), decimals=[11], has_z=[True])
    once = repair(Reading(plots)).reading
    again = repair(once)
    assert again.changes == ()


def test_replaying_the_ledger_gives_the_same_bytes(square):
    plots = plots_of(
        shapely.transform(square, lambda xy: xy + 1.23e-8),
        BOW_TIE,
        decimals=[10, 6],
        has_z=[True, False],
        country=["VNM", "VN"],
    )
    done = repair(Reading(plots), also=["self-intersection"])
    again = replay(plots, done.changes)
    assert shapely.to_wkb(again.geometry).tolist() == shapely.to_wkb(done.reading.plots.geometry).tolist()
    assert again["country"].tolist() == done.reading.plots["country"].tolist()
    with pytest.raises(InputError, match="not what the ledger found"):
        replay(done.reading.plots, done.changes)


def test_unsafe_repairs_wait_to_be_asked_for():
    assert repair(Reading(plots_of(BOW_TIE))).changes == ()
    done = repair(Reading(plots_of(BOW_TIE)), also=["self-intersection"], by="lan")
    assert shapely.is_valid(done.reading.plots.geometry[0])
    assert {change.by for change in done.changes} == {"lan"}


def test_a_rule_without_a_repair_says_so(square):
    with pytest.raises(InputError, match="no repair"):
        repair(Reading(plots_of(square)), also=["null-island"])


def test_an_offer_becomes_a_plot_only_when_asked_for(square):
    offer = plots_of(square, record=[2])
    file = SourceFile("a.geojson", "0" * 64, 1, "GeoJSON", records=2, plots=1, rejected=1)
    row = Rejected("a.geojson", 2, "nested-point", "nested", "write it flat", plot_id="P-2", offer=offer)
    reading = Reading(plots_of(square, record=[3]), (row,), (file,))
    assert len(repair(reading).reading.rejected) == 1
    done = repair(reading, also=["nested-point"])
    assert done.reading.plots["record"].tolist() == [2, 3]
    assert done.reading.files[0].adds_up()
    assert done.reading.files[0].plots == 2
    assert done.changes[0].rule == "nested-point"


def test_the_gate_takes_back_what_would_break_the_plot():
    # Three corners within 11 cm: at six decimals nothing of the plot is left.
    crumb = shapely.Polygon([(108.05, 12.68), (108.0500002, 12.68), (108.0500001, 12.6800002)])
    before = plots_of(crumb, decimals=[9])
    done = repair(Reading(before))
    assert shapely.to_wkb(done.reading.plots.geometry[0]) == shapely.to_wkb(crumb)
    assert "excess-precision" in done.withdrawn or not done.changes


def test_the_reading_itself_is_not_changed(square):
    plots = plots_of(square, has_z=[True])
    repair(Reading(plots))
    assert plots["has_z"].tolist() == [True]
    assert isinstance(plots, Plots)


def test_a_rejected_record_that_became_a_plot_can_be_replayed(tmp_path):
    path = tmp_path / "nested.geojson"
    nested = {"type": "Point", "coordinates": [[108.0512345678, 12.6812345678]]}
    properties = {"ProducerName": "A", "ProducerCountry": "VNM", "ProductionPlace": "P-1", "Area": 1.5}
    path.write_text(json.dumps({"type": "Feature", "properties": properties, "geometry": nested}))
    reading = read_plots([path])
    done = repair(reading, also=["nested-point"])
    ledger = [Change(**json.loads(line)) for line in json_lines(one.to_dict() for one in done.changes).splitlines()]
    assert {change.rule for change in ledger} == {"nested-point", "unknown-country", "excess-precision"}
    again = replay(reading, ledger)
    assert to_geojson(again.plots) == to_geojson(done.reading.plots)
    assert again.files == done.reading.files
    assert again.rejected == ()
    with pytest.raises(InputError, match="rejected when it was read"):
        replay(reading.plots, ledger)
    with pytest.raises(InputError, match="not what the ledger found"):
        replay(done.reading, ledger)


@pytest.mark.parametrize(
    ("columns", "also", "code", "why"),
    [
        ({"country": ["Congo or so"]}, [], "unknown-country", "one country"),
        ({"area_text": ["about 1 ha"]}, [], "area-not-a-number", "one clear number"),
        ({"geometry": "scribble"}, ["self-intersection"], "self-intersection", "too complex to repair"),
        ({"geometry": "points", "plot_id": [""]}, [], "multipoint", "no code to tell its parts apart"),
    ],
)
def test_a_repair_that_is_not_made_says_why(square, columns, also, code, why):
    shapes = {
        "scribble": shapely.Polygon(np.random.default_rng(1).uniform((108.05, 12.68), (108.06, 12.69), (300, 2))),
        "points": shapely.MultiPoint([(108.05, 12.68), (108.06, 12.69)]),
    }
    shape = shapes.get(columns.get("geometry"), square)
    stated = {name: value for name, value in columns.items() if name != "geometry"}
    done = repair(Reading(plots_of(shape, **stated, decimals=[9])), also=also)
    (told,) = [one for one in done.taken_back if one.rule == code]
    assert why in told.why
    assert (told.source, told.record, told.plot_id) == ("a.geojson", 1, stated.get("plot_id", ["P-1"])[0])
    assert done.withdrawn[code] == 1


NAMED = [code for code, rule in catalogue.load().items() if rule.repair is not None and not rule.repair.safe]


@st.composite
def walks(draw):
    """A boundary as a bad walk leaves it: jitter, doubled corners, a way out and back, crossings, a hole, no end."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    corners = draw(st.integers(4, 14))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.4, 1.0, corners) * draw(st.sampled_from([3e-5, 4e-4, 2e-3]))
    ring = np.array([108.05, 12.68]) + np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None]
    ring = np.round(ring, draw(st.sampled_from([6, 9])))
    if draw(st.booleans()):
        first, second = draw(st.permutations(range(corners)))[:2]
        ring[[first, second]] = ring[[second, first]]
    if draw(st.booleans()):
        ring = np.insert(ring, 2, ring[1], axis=0)
    if draw(st.booleans()):
        ring = np.insert(ring, 3, [ring[2] + radius.max(), ring[2]], axis=0)
    shape = shapely.Polygon(ring)
    if draw(st.booleans()) and shape.is_valid:
        middle = shape.representative_point()
        gap = shape.exterior.distance(middle)
        hole = shapely.transform(middle.buffer(gap / 2, quad_segs=2), lambda xy: np.round(xy, 9))
        shape = shapely.Polygon(shape.exterior, [hole.exterior])
    return shape


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(walks(), min_size=4, max_size=8))  # many at once: a check of four plots costs what one of eight does
def test_what_is_repaired_and_written_is_right_when_it_is_read_again(shapes):
    reading = Reading(plots_of(*shapes, decimals=[9] * len(shapes)))
    done = repair(reading, also=NAMED, by="lan")
    assert repair(done.reading, also=NAMED, by="lan").changes == ()
    assert shapes_of(replay(reading, done.changes).plots) == shapes_of(done.reading.plots)
    unfit = set(check(done.reading).unfit_rows())
    fit = done.reading.plots.take([row for row in range(len(shapes)) if row not in unfit])
    if not len(fit):
        return
    written = to_geojson(fit)
    features = json.loads(written)["features"]  # without the cage: one process for each file would take minutes
    codes = [feature["properties"]["ProductionPlace"] for feature in features]
    land = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    again = Reading(plots_of(*land, plot_id=codes))
    assert check(again).findings.errors() == []
    for bring in (round6, truncate6):
        assert shapely.is_valid(shapely.transform(again.plots.geometry, bring)).all()
    assert to_geojson(repair(again).reading.plots) == written


def shapes_of(plots):
    return shapely.to_wkb(plots.geometry).tolist()


def test_a_plot_with_a_lost_minus_is_not_cut_into_an_ocean():
    corners = [(108.050001, 12.680001), (108.052001, 12.680001), (-108.052001, 12.682001), (108.050001, 12.682001)]
    done = repair(Reading(plots_of(shapely.Polygon(corners))), also=["crosses-antimeridian"])
    assert "crosses-antimeridian" not in {change.rule for change in done.changes}
    assert "crosses-antimeridian" in {one.rule for one in done.taken_back}
    assert "crosses-antimeridian" in {finding.rule for finding in check(done.reading).findings}

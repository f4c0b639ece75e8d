import numpy as np
import pytest
import shapely
from tests_helpers import BOW_TIE, plots_of

from eudr_geo.checking import check
from eudr_geo.errors import InputError
from eudr_geo.model.plots import Plots, Reading, Rejected, SourceFile
from eudr_geo.repairing import repair, replay


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

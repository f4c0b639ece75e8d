"""A package declares the land, and its holder, of the day of the harvest, whatever is surveyed or sold later."""

import csv
import io
import json

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.writing import sha256, write_folder
from eudr_geo.checks.checking import check
from eudr_geo.lots.tracing import trace
from eudr_geo.model.attributed import LotAttribution
from eudr_geo.model.land import PlotHolding
from eudr_geo.model.plots import Plots, Reading, SourceFile
from eudr_geo.model.workbook import book_of
from eudr_geo.project.auditing import audit
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.project.importing.questions import REUSED, Answers
from eudr_geo.project.packaging import build_package
from eudr_geo.project.verifying import verify
from eudr_geo.store import create_store

WAYS = {"form": "green"}


def event(day):
    return {"now": f"{day}T08:00:00Z", "who": "thu"}


def square(size, west=108.061234):
    """A walked-looking boundary: no side runs along the map."""
    x, y = west, 12.712345
    return shapely.Polygon(
        [(x, y), (x + size, y + 0.07 * size), (x + 0.93 * size, y + size), (x - 0.06 * size, y + 0.94 * size), (x, y)]
    )


def survey(store, day, size, code="T-1", mapped_on=None, producer="H-1", west=108.061234, shape=None):
    shape = shape or shapely.set_precision(square(size, west), 1e-6)
    given = {
        "plot_id": [code], "geometry": [shape], "country": ["VN"], "commodity": ["coffee"], "producer_id": [producer],
        "mapped_on": [day if mapped_on is None else mapped_on], "source": [f"survey-{day}.geojson"], "record": [1],
        "decimals": [6], "vertices": [5], "area_ha": [float("nan")],
    }  # fmt: skip
    reading = Reading(Plots(given))
    apply_plots(store, preview_plots(store, reading, check(reading)), **event(day))


def receipt(code, lot, day, kg=100.0, **values):
    days = {"delivered_on": day, "harvested_from": day, "harvested_to": day}
    return {"code": code, "lot_code": lot, "plot_code": "T-1", "producer_code": "H-1", "quantity_kg": kg, **days, **WAYS, **values}  # fmt: skip


def put(store, day, file="book.xlsx", answers=None, **tables):
    plan = preview_book(store, book_of(tables), SourceFile(file, day.replace("-", "") * 8, 1, "XLSX"), answers=answers)
    apply_book(store, plan, **event(day))


def lot(code, day):
    return {"code": code, "form": "green", "hs_code": "090111", "created_on": day}


@pytest.fixture
def store(tmp_path):
    with create_store(tmp_path / "coop.gpkg", organisation="Ea Mau", country="VN") as opened:
        survey(opened, "2025-09-01", 0.001)
        yield opened


def declared(package):
    return {
        one["properties"]["ProductionPlace"]: one
        for name, data in package.files.items()
        if "geolocation/" in name
        for one in json.loads(data)["features"]
    }


def traced(package):
    return list(csv.DictReader(io.StringIO(package.files["trace.csv"].decode("utf-8-sig"))))


def test_a_survey_after_the_harvest_is_not_packed(store, tmp_path):
    put(store, "2025-11-20", lot=[lot("G", "2025-11-15")], delivery=[receipt("R1", "G", "2025-11-15")])
    before = build_package(store, ["G"])
    survey(store, "2026-01-15", 0.0005)
    after = build_package(store, ["G"])
    assert declared(after)["T-1"]["geometry"] == declared(before)["T-1"]["geometry"]
    assert [row["plot_version"] for row in traced(after)] == ["1"]
    write_folder(tmp_path / "p", after.files)
    assert verify(tmp_path / "p").is_good


def test_two_versions_in_one_lot_are_both_packed_with_their_own_kilograms(store, tmp_path):
    survey(store, "2026-01-15", 0.0005)
    rows = [receipt("R1", "G", "2025-11-15", 60.0), receipt("R2", "G", "2026-01-20", 40.0)]
    put(store, "2026-01-21", lot=[lot("G", "2025-11-15")], delivery=rows)
    package = build_package(store, ["G"])
    assert set(declared(package)) == {"T-1 (version 1)", "T-1 (version 2)"}
    assert {row["plot_version"]: float(row["kg_attributed"]) for row in traced(package)} == {"1": 60.0, "2": 40.0}
    write_folder(tmp_path / "p", package.files)
    assert verify(tmp_path / "p").is_good
    buyer = build_package(store, ["G"], profile="buyer")
    assert len(json.loads(buyer.files["plots_by_lot.geojson"])["features"]) == 2
    assert not {one.rule for one in package.data.check.findings} & {"duplicate-plot-id", "overlapping-plots"}


def test_an_error_of_a_later_survey_does_not_stop_the_package_of_the_earlier_land(store):
    put(store, "2025-11-20", lot=[lot("G", "2025-11-15")], delivery=[receipt("R1", "G", "2025-11-15")])
    corners = [(108.061234, 12.712345), (108.062134, 12.713215), (108.062234, 12.712315), (108.061214, 12.713245)]
    survey(store, "2026-01-15", 0.001, shape=shapely.Polygon([*corners, corners[0]]))
    assert "self-intersection" in {one.rule for one in audit(store).findings.errors()}
    assert build_package(store, ["G"]).files


def test_a_plot_that_is_sold_stays_that_of_the_seller_for_earlier_receipts(store):
    people = [{"code": "H-1", "name": "Hoa"}, {"code": "H-2", "name": "Binh"}]
    plots = [{"code": "T-1", "producer_code": "H-1", "commodity": "coffee"}]
    rows = {"lot": [lot("G", "2025-11-15")], "delivery": [receipt("R1", "G", "2025-11-15", plot_code=None)]}
    put(store, "2025-11-20", producer=people, plot=plots, **rows)
    sold = [{**plots[0], "producer_code": "H-2"}]
    asked = preview_book(store, book_of({"producer": people, "plot": sold, **rows}), SourceFile("book.xlsx", "b" * 64, 1, "XLSX"))  # fmt: skip
    assert [one.kind for one in asked.left_open] == [REUSED], "sold, or never hers?"
    put(store, "2026-01-21", producer=people, plot=[{**sold[0], "held_since": "2026-01-20"}], **rows)
    held = store.table(PlotHolding).to_dict("records")
    assert [(one["producer_code"], one["to_date"]) for one in held] == [("H-1", "2026-01-19")]
    found = trace(store.lot_book(), "G").to_frame()
    assert found[["plot_code", "producer_code", "evidence_class"]].values.tolist() == [["T-1", "H-1", "producer"]]
    assert not audit(store, on="2026-06-01", today="2026-06-01").findings.errors()
    later = [*rows["delivery"], receipt("R2", "G2", "2026-02-01", plot_code=None, producer_code="H-2")]
    lots = [*rows["lot"], lot("G2", "2026-02-01")]
    put(store, "2026-02-02", producer=people, plot=[{**sold[0], "held_since": "2026-01-20"}], lot=lots, delivery=later)
    assert trace(store.lot_book(), "G2").to_frame()["producer_code"].tolist() == ["H-2"]


def test_a_producer_that_was_mistyped_is_a_correction(store):
    people = [{"code": "H-1", "name": "Hoa"}, {"code": "H-2", "name": "Binh"}]
    rows = {"lot": [lot("G", "2025-11-15")], "delivery": [receipt("R1", "G", "2025-11-15", producer_code="H-2")]}
    put(store, "2025-11-20", producer=people, plot=[{"code": "T-1", "producer_code": "H-1"}], **rows)
    assert "not-the-holder" in {one.rule for one in audit(store).findings}
    fixed = [{"code": "T-1", "producer_code": "H-2"}]
    put(store, "2025-11-21", producer=people, plot=fixed, answers=Answers(correction="mistyped"), **rows)
    assert store.table(PlotHolding).empty
    assert "not-the-holder" not in {one.rule for one in audit(store).findings}


def test_a_boundary_file_of_the_next_owner_leaves_the_receipts_of_the_last(store):
    put(store, "2025-11-20", lot=[lot("G", "2025-11-15")], delivery=[receipt("R1", "G", "2025-11-15", plot_code=None)])
    survey(store, "2026-01-15", 0.0009, producer="H-2")
    assert trace(store.lot_book(), "G").to_frame()["producer_code"].tolist() == ["H-1"]


def swapped(store, day):
    """A point whose own columns say the opposite of its coordinates: only the file tells it."""
    given = {
        "plot_id": ["T-9"], "geometry": [shapely.Point(7.123456, 5.012345)], "country": ["NG"], "commodity": ["cocoa"],
        "producer_id": ["H-9"], "mapped_on": [day], "source": ["points.geojson"], "record": [1], "decimals": [6],
        "vertices": [1], "area_ha": [1.0], "stated_lat": [7.123456], "stated_lon": [5.012345],
    }  # fmt: skip
    reading = Reading(Plots(given))
    result = check(reading)
    assert "swapped-axes" in {one.rule for one in result.findings.errors()}
    apply_plots(store, preview_plots(store, reading, result), **event(day))


def test_an_error_that_only_the_file_told_stays_with_its_version(store):
    swapped(store, "2025-09-01")
    row = receipt("R1", "K", "2025-11-15", plot_code="T-9", producer_code="H-9")
    put(store, "2025-11-20", lot=[{**lot("K", "2025-11-15"), "form": "other", "hs_code": "1801"}], delivery=[{**row, "form": "other"}])  # fmt: skip
    assert "swapped-axes" in {one.rule for one in audit(store).findings.errors()}
    corners = [(7.123456, 5.012345), (7.124456, 5.012445), (7.124356, 5.013345), (7.123356, 5.013245)]
    survey(store, "2026-01-15", 0.001, code="T-9", producer="H-9", shape=shapely.Polygon([*corners, corners[0]]))
    assert "swapped-axes" not in {one.rule for one in audit(store).findings}, "the land of today was walked anew"
    with pytest.raises(RefusedError, match="swapped-axes"):
        build_package(store, ["K"])


@pytest.mark.parametrize("pieces", [1, 2])
def test_verify_finds_a_version_that_is_not_declared(store, tmp_path, pieces):
    survey(store, "2026-01-15", 0.0005)
    rows = [receipt("R1", "G", "2025-11-15", 60.0), receipt("R2", "G", "2026-01-20", 40.0)]
    put(store, "2026-01-21", lot=[lot("G", "2025-11-15")], delivery=rows)
    files = dict(build_package(store, ["G"]).files)
    name = "geolocation/line-1.geojson"
    document = json.loads(files[name])
    document["features"] = document["features"][:pieces]
    files[name] = json.dumps(document).encode()
    manifest = json.loads(files["manifest.json"])
    manifest["files"][name] = {"sha256": sha256(files[name]), "bytes": len(files[name])}
    files["manifest.json"] = json.dumps(manifest).encode()
    write_folder(tmp_path / "p", files)
    found = [one.code for one in verify(tmp_path / "p").defects]
    assert found == ([] if pieces == 2 else ["plot-not-declared"])


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(later=st.lists(st.tuples(st.integers(0, 300), st.sampled_from([0.0004, 0.0006, 0.0008, 0.0012])), max_size=4))
def test_surveys_made_after_the_harvest_change_nothing_that_is_declared(tmp_path_factory, later):
    import datetime as dt

    path = tmp_path_factory.mktemp("later") / "coop.gpkg"
    with create_store(path, organisation="Ea Mau", country="VN") as opened:
        survey(opened, "2025-09-01", 0.001)
        put(opened, "2025-11-20", lot=[lot("G", "2025-11-15")], delivery=[receipt("R1", "G", "2025-11-15")])
        was = opened.table(LotAttribution)
        for days, size in sorted(later):
            survey(opened, (dt.date(2025, 11, 16) + dt.timedelta(days)).isoformat(), size)
        now = opened.table(LotAttribution)
        columns = ["plot_code", "plot_version", "geometry_hash", "quantity_kg"]
        assert now[columns].values.tolist() == was[columns].values.tolist()


@pytest.mark.parametrize("together", [True, False])
def test_a_part_that_was_split_off_is_no_possible_plot_of_earlier_receipts(store, together):
    x, y = 108.061234, 12.712345
    whole = shapely.set_precision(square(0.001), 1e-6)
    west = shapely.set_precision(whole.intersection(shapely.box(x - 1, y - 1, x + 0.0005, y + 1)), 1e-6)
    east = shapely.set_precision(whole.intersection(shapely.box(x + 0.0005, y - 1, x + 1, y + 1)), 1e-6)
    if together:
        table = {
            "plot_id": ["T-1", "T-2"], "geometry": [west, east], "country": ["VN"] * 2, "commodity": ["coffee"] * 2,
            "producer_id": ["H-1"] * 2, "mapped_on": ["2026-01-15"] * 2, "source": ["split.geojson"] * 2,
            "record": [1, 2], "decimals": [6] * 2, "vertices": [5] * 2, "area_ha": [float("nan")] * 2,
        }  # fmt: skip
        reading = Reading(Plots(table))
        apply_plots(store, preview_plots(store, reading, check(reading)), **event("2026-01-16"))
    else:
        survey(store, "2026-01-15", 0.0, shape=west)
        survey(store, "2026-01-15", 0.0, code="T-2", shape=east)
    survey(store, "2026-01-15", 0.001, code="T-3", west=108.161234)  # no part of anything: land of all days
    rows = [
        receipt("R1", "G1", "2025-11-15", plot_code=None),
        receipt("R2", "G2", "2026-02-15", plot_code=None),
    ]
    put(store, "2026-02-20", lot=[lot("G1", "2025-11-15"), lot("G2", "2026-02-15")], delivery=rows)
    book = store.lot_book()
    land = {code: trace(book, code).to_frame()[["plot_code", "plot_version"]].values.tolist() for code in ("G1", "G2")}
    assert [[plot, int(version)] for plot, version in land["G1"]] == [["T-1", 1], ["T-3", 1]]
    assert [[plot, int(version)] for plot, version in land["G2"]] == [["T-1", 2], ["T-2", 1], ["T-3", 1]]

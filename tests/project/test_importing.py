"""Imports: the preview says what will happen, and that is what happens."""

import math
import zlib

import numpy as np
import pytest
import shapely
from sqlalchemy import event
from store_projects import EVENT, ask, contents, put, reading_of, result_of, squares

from eudr_geo.base.errors import RefusedError
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.model.changes import Change
from eudr_geo.model.plots import Reading, Rejected, SourceFile
from eudr_geo.model.workbook import book_of
from eudr_geo.plots.shapes.fingerprint import geometry_hashes
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.sources.reading import read_plots
from eudr_geo.store import create_store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "coop.gpkg"


@pytest.fixture
def store(path):
    with create_store(path, organisation="Invented", country="VN") as opened:
        yield opened


def codes(plan, rows):
    return [plan.codes[row] for row in rows]


@pytest.mark.fault(42)
def test_the_same_file_twice_changes_nothing(store, path):
    reading = reading_of(
        squares(5), area_ha=[1.5, 2, math.nan, 0.1, 3], place=["Ea Tam"] * 5, mapped_on=["2025-03-01"] * 5
    )
    put(store, reading, failing=[1, 2])
    before = contents(path, without=())
    plan, said = put(store, reading, failing=[1, 2])
    assert plan.is_empty
    assert said == "Nothing new; nothing stored."
    assert contents(path, without=()) == before


def test_the_samples_twice_change_nothing(store, path, samples):
    for _ in range(2):
        done = repair(read_plots(sorted((samples / "clean").iterdir()), commodity="coffee"))
        plan = preview_plots(store, done.reading, check(done.reading), done.changes)
        apply_plots(store, plan, originals=sorted((samples / "clean").iterdir()), **EVENT)
    assert len(store.log()) == 1
    assert len(plan.unchanged) == len(store.load_plots()) == 240


def test_messy_samples_are_stored_with_their_findings_or_refused_by_name(store, samples):
    files = [one for one in sorted((samples / "messy").iterdir()) if one.suffix in {".geojson", ".csv", ".kml", ".kmz"}]
    done = repair(read_plots(files, country="VN", commodity="coffee"))
    result = check(done.reading)
    plan = preview_plots(store, done.reading, result, done.changes)
    apply_plots(store, plan, **EVENT)
    stored = set(store.load_plots()["plot_id"])
    assert len(plan.new) == len(stored) > 0
    assert len(plan.new) + len(plan.unchanged) + len(plan.refused) == len(done.reading.plots) + len(
        done.reading.rejected
    )
    assert all(one.why and one.fix for one in plan.refused)
    errors = {one.rule for one in store.findings() if one.severity == "error"}
    assert "self-intersection" in errors
    again = preview_plots(store, done.reading, result, done.changes)
    assert again.is_empty


def test_the_preview_sorts_plots_into_new_changed_unchanged_refused(store):
    put(store, reading_of(squares(4), area_ha=[1.0] * 4))
    shapes = [*squares(2), *squares(1, start=2, size=0.0013), *squares(5, start=3)]
    reading = reading_of(
        shapes,
        plot_id=["P-1", "p -2", "P-3", "P-4", "NEW", "", "X" * 41, "NEW"],
        place=["", "Ea Tam", "", "", "", "", "", ""],
        area_ha=[1.0] * 8,
        digest="b",
    )
    reading = Reading(
        reading.plots, (Rejected("a.geojson", 9, "missing-geometry", "no geometry", "draw it"),), reading.files
    )
    plan = preview_plots(store, reading, result_of(reading))
    assert codes(plan, plan.unchanged) == ["P-1", "P-4"]
    assert codes(plan, plan.updated) == ["P-2"]
    assert codes(plan, plan.resurveyed) == ["P-3"]
    assert codes(plan, plan.new) == []
    said = {(one.record, one.why) for one in plan.refused}
    assert said == {
        (9, "no geometry"),
        (6, "it has no plot code"),
        (7, "its code is longer than 40 characters"),
        (5, "its code stands on two different boundaries"),
        (8, "its code stands on two different boundaries"),
    }
    assert len(store.log()) == 1  # a preview stores nothing


def test_a_new_survey_is_a_new_version_and_the_old_one_stays(store):
    put(store, reading_of(squares(2), mapped_on=["2023-05-01", ""]))
    new = squares(2, size=0.0012)
    put(store, reading_of(new, mapped_on=["2025-06-10", ""], digest="b"), now="2026-01-20T07:00:00Z")
    versions = store.plot_versions()
    assert versions["version"].tolist() == [2, 2]
    assert versions["mapped_on"].tolist() == ["2025-06-10", ""]
    assert versions["geometry_hash"].tolist() == geometry_hashes(new)
    for day, expected in (("2025-06-09", 0), ("2025-06-10", 1)):
        area = store.load_plots(["P-1"], on=day).geometry[0].area
        assert area == pytest.approx((squares(1), new[:1])[expected][0].area)
    assert store.plot_versions(["P-2"], on="2026-01-19")["version"].tolist() == [1]
    assert store.plot_versions(["P-2"], on="2026-01-20")["version"].tolist() == [2]  # undated: from the day it came
    old = ask(store.path, "SELECT valid_to FROM plot_version WHERE version = 1 ORDER BY plot_code")
    assert old == [("2025-06-09",), ("2026-01-19",)]


def test_an_older_survey_does_not_take_the_place_of_a_newer_one(store):
    put(store, reading_of(squares(1), mapped_on=["2025-06-10"]))
    plan, said = put(store, reading_of(squares(1, size=0.002), mapped_on=["2019-01-01"]))
    assert said == "Nothing new; nothing stored."
    assert "mapped on 2019-01-01, before the one in the project (2025-06-10)" in plan.refused[0].why


def test_a_corrected_area_of_the_same_boundary_is_stored_without_a_version(store):
    point = shapely.Point(108.05, 12.68)
    put(store, reading_of([point], area_ha=[2.0]), failing=[0])
    plan, _ = put(store, reading_of([point], area_ha=[3.5], digest="b"))
    assert codes(plan, plan.updated) == ["P-1"]
    assert store.load_plots()["area_ha"].tolist() == [3.5]
    assert store.plot_versions()[["version", "area_ha"]].values.tolist() == [[1, 3.5]]
    assert len(store.findings()) == 0  # those of the plot as it was
    plan, _ = put(store, reading_of([point], digest="c"))
    assert plan.is_empty  # nothing stated wipes nothing out
    store.undo(now="x", who="x")
    assert store.load_plots()["area_ha"].tolist() == [2.0]
    assert len(store.findings()) == 1


def test_what_moves_by_less_than_six_decimals_is_unchanged(store):
    put(store, reading_of(squares(1)))
    moved = shapely.transform(squares(1)[0], lambda xy: xy[::-1] + 1e-9)
    plan, _ = put(store, reading_of([moved], digest="b"))
    assert plan.is_empty


def test_producers_by_code_by_name_and_never_taken_from_a_known_one(store):
    book = book_of({
        "producer": [{"code": "PR-1", "name": "Nguyễn Thị Hoa", "country": "VN"}],
        "plot": [{"code": "P-1", "producer_code": "PR-1", "country": "VN"}],
    })  # fmt: skip
    put(
        store,
        reading_of(squares(3), producer=["Nguyễn Thị Hoa", "Y  Blơm", "Trần"], producer_id=["", "", "pr-3"]),
    )
    assert store.load_plots()["producer_id"].tolist() == ["Nguyễn Thị Hoa", "Y Blơm", "PR-3"]
    apply_book(store, preview_book(store, book), **EVENT)
    assert store.load_plots()["producer_id"][0] == "PR-1"
    for name in ("Nguyễn Thị Hoa", "nguyen thi hoa"):
        plan, _ = put(store, reading_of(squares(1), producer=[name], digest="b"))
        assert plan.is_empty, "a name alone does not take a plot away from a producer known by code"
    plan, _ = put(store, reading_of(squares(1), producer=["Hoa"], producer_id=["PR-9"], digest="c"))
    assert list(plan.new_producers) == ["PR-9"]
    assert store.load_plots()["producer"][0] == "Hoa"


def test_a_project_that_changed_since_the_preview_is_left_alone(store, path):
    first, second = reading_of(squares(3)), reading_of(squares(4), digest="b")
    plan = preview_plots(store, first, result_of(first))
    book = preview_book(store, book_of({"lot": [{"code": "L-1", "form": "green"}]}))
    put(store, second)
    before = contents(path, without=())
    with pytest.raises(RefusedError, match="changed while you looked"):
        apply_plots(store, plan, **EVENT)
    with pytest.raises(RefusedError, match="changed while you looked"):
        apply_book(store, book, **EVENT)
    assert contents(path, without=()) == before


def test_files_are_kept_byte_for_byte_and_once(store, path, tmp_path):
    import hashlib

    data = b'{"type": "FeatureCollection"}' * 50
    file, twin = tmp_path / "a.geojson", tmp_path / "b.geojson"
    file.write_bytes(data)
    twin.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    reading = reading_of(squares(2))
    files = (SourceFile("a.geojson", digest, len(data), "GeoJSON"), SourceFile("stdin", "5" * 64, 7, "GeoJSON"))
    put(
        store,
        Reading(reading.plots, (), (*files, SourceFile("b.geojson", digest, len(data), "GeoJSON"))),
        originals=[file, twin],
    )
    rows = ask(path, "SELECT name, content FROM source_file ORDER BY fid")
    assert len(rows) == 2
    assert zlib.decompress(rows[0][1]) == data
    assert rows[1][1] is None  # came through a pipe: known by its hash
    assert [one.sha256 for one in store.source_files()] == [digest, "5" * 64]
    assert ask(path, "SELECT DISTINCT source_sha256 FROM plot_version") == [(digest,)]


def test_findings_and_receipts_come_back_as_they_were(store):
    reading = reading_of(squares(3))
    change = Change(
        "unclosed-ring", "a.geojson", 2, "p-2", "geometry", "00", "01", "closed", "safe repair", 1.0, 1.0, 0.5
    )
    put(store, reading, failing=[0, 2], changes=[change])
    assert [one.plot_id for one in store.findings()] == ["P-1", "P-3"]
    found = next(iter(store.findings()))
    assert (found.rule, dict(found.measured), found.record) == ("near-4-ha", {"area_ha": 3.9}, 1)
    (kept,) = store.changes(["P-2"])
    assert kept.to_dict() == {**change.to_dict(), "plot_id": "P-2"}
    assert store.changes(["P-1"]) == ()
    put(store, reading_of(squares(3), place=["x"] * 3, digest="b"), failing=[1], changes=[change])
    assert [one.plot_id for one in store.findings()] == ["P-2"]
    assert len(store.changes()) == 1, "the same receipt is kept once"


HOSTILE = [
    "'; DROP TABLE plot; --",
    "%",
    "_",
    '"',
    "P-1' OR '1'='1",
    "${document.title}",
    "NULL",
    "0x41",
    "ĐẮK\u200bLẮK",
]


def test_names_from_the_wild_are_values_never_statements(store, path, tmp_path):
    header = ["plot_id", "lat", "lon", "producer", *HOSTILE[:4]]
    file = tmp_path / "wild.csv"
    lines = [",".join('"' + one.replace('"', '""') + '"' for one in header)]
    for k, name in enumerate(HOSTILE):
        cells = [name, f"12.{600000 + k}", "108.123456", name, "a", "b", "c", "d"]
        lines.append(",".join('"' + one.replace('"', '""') + '"' for one in cells))
    file.write_text("\n".join(lines), encoding="utf-8")
    statements = []
    event.listen(store._backend.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    reading = read_plots([file], country="VN", commodity="coffee")
    assert len(reading.plots) == len(HOSTILE)
    plan = preview_plots(store, reading, check(reading))
    apply_plots(store, plan, **EVENT)
    assert sorted(store.load_plots()["plot_id"]) == sorted(set(plan.codes))
    assert len(store.load_plots(plan.codes)) == len(HOSTILE)
    assert set(store.load_plots()["producer"]) == {" ".join(name.split()) for name in reading.plots["producer"]}
    text = "\n".join(statements)
    assert "DROP TABLE" not in text
    assert "document.title" not in text
    assert len(store.load_plots(["%"])) == 1
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


BOOK = {
    "producer": [{"code": "PR-1", "name": "Hoa", "country": "VN"}],
    "plot": [{"code": "P-1", "producer_code": "PR-1", "country": "VN"}],
    "season": [{"code": "2025/26", "country": "VN"}],
    "stream": [{"code": "ML1", "type": "micro", "season_code": "2025/26"}],
    "stream_plot": [{"stream_code": "ML1", "plot_code": "P-1"}],
    "location": [
        {"code": "BAY-1", "parent_code": "STORE"},
        {"code": "STORE", "parent_code": "SITE"},
        {"code": "SITE", "geometry": shapely.Point(108, 12)},
    ],
    "lot": [
        {"code": "ML1-C", "stream_code": "ML1", "form": "cherry", "location_code": "BAY-1"},
        {"code": "ML1-G", "stream_code": "ML1", "form": "green", "quantity_kg": 80.0},
    ],
    "delivery": [
        {"code": "D-1", "lot_code": "ML1-C", "producer_code": "PR-1", "plot_code": "P-1", "quantity_kg": 500.25, "delivered_on": "2025-11-02"}
    ],
    "process": [{"code": "PC-1", "type": "wet_mill"}],
    "process_line": [
        {"process_code": "PC-1", "direction": "in", "lot_code": "ML1-C", "quantity_kg": 500.0},
        {"process_code": "PC-1", "direction": "out", "lot_code": "ML1-G", "quantity_kg": 80.0},
        {"process_code": "PC-1", "direction": "loss", "quantity_kg": 400.0},
        {"process_code": "PC-1", "direction": "loss", "quantity_kg": 20.0},
    ],
    "consignment": [{"code": "C-1", "buyer": "Röster"}],
    "consignment_line": [{"consignment_code": "C-1", "lot_code": "ML1-G", "quantity_kg": 80.0}],
}  # fmt: skip


def book_with(**tables):
    return book_of({**BOOK, **tables})


def test_a_book_comes_back_as_it_was_given(store):
    book = book_with()
    apply_book(store, preview_book(store, book), **EVENT)
    back = store.lot_book()
    for name, frame in book.frames.items():
        stated = frame.dropna(axis="columns", how="all")
        held = back.table(name)
        assert held.columns.tolist() == frame.columns.tolist()
        for column in stated.columns:
            assert [None if value is None else value for value in held[column]] == stated[column].tolist(), (
                name,
                column,
            )


def test_a_book_twice_changes_nothing(store, path):
    apply_book(store, preview_book(store, book_with()), **EVENT)
    before = contents(path, without=())
    plan = preview_book(store, book_with())
    assert plan.is_empty
    assert apply_book(store, plan, **EVENT) == "Nothing new; nothing stored."
    assert contents(path, without=()) == before
    assert ("process_line", 0, 0, 0, 4) in plan.counts()


def test_a_changed_weight_is_one_changed_row_and_can_be_taken_back(store, path):
    apply_book(store, preview_book(store, book_with()), **EVENT)
    before = contents(path)
    lines = [dict(line) for line in BOOK["process_line"]]
    lines[3]["quantity_kg"] = 19.5
    plan = preview_book(store, book_with(process_line=lines))
    assert [(name, new, changed) for name, new, changed, *_ in plan.counts() if new or changed] == [
        ("process_line", 0, 1)
    ]
    said = apply_book(store, plan, **EVENT)
    assert said == "Stored: 1 process line changed."
    assert sorted(store.lot_book().table("process_line")["quantity_kg"]) == [19.5, 80.0, 400.0, 500.0]
    store.undo(now="x", who="x")
    assert contents(path) == before


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"delivery": [{**BOOK["delivery"][0], "lot_code": "NONE"}]}, "delivery D-1 names the lot NONE, which nobody knows"),
        ({"delivery": [{**BOOK["delivery"][0], "plot_code": "P-9"}]}, "delivery D-1 names the plot P-9"),
        ({"plot": [{"code": "P-1", "producer_code": "PR-7"}]}, "plot P-1 names the producer PR-7"),
        ({"delivery": [{**BOOK["delivery"][0], "quantity_kg": None}]}, "delivery D-1 has no Net weight"),
        ({"delivery": [{**BOOK["delivery"][0], "quantity_kg": -1.0}]}, "delivery D-1 has a Net weight of -1.0"),
        ({"delivery": [{**BOOK["delivery"][0], "code": None}]}, "delivery – has no Receipt"),
        (
            {"lot": [*BOOK["lot"], {"code": "ML1-G", "form": "green", "quantity_kg": 81.0, "src_row": 9}]},
            "lot ML1-G stands twice with different values",
        ),
        (
            {"process_line": [*BOOK["process_line"], {**BOOK["process_line"][0], "quantity_kg": 1.0}]},
            "process line PC-1 / in / ML1-C stands twice",
        ),
    ],
)  # fmt: skip
def test_a_book_with_a_wrong_row_is_refused_whole_and_by_name(store, path, tables, said):
    before = contents(path, without=())
    plan = preview_book(store, book_with(**tables))
    assert said in plan.refused[0].why
    assert plan.refused[0].fix
    with pytest.raises(RefusedError) as refusal:
        apply_book(store, plan, **EVENT)
    assert said in str(refusal.value)
    assert contents(path, without=()) == before


def test_the_same_row_twice_in_a_book_is_one_row(store):
    plan = preview_book(store, book_with(lot=[*BOOK["lot"], {**BOOK["lot"][1], "src_row": 9}]))
    assert not plan.refused
    apply_book(store, plan, **EVENT)
    assert store.lot_book().table("lot")["code"].tolist() == ["ML1-C", "ML1-G"]


def test_plots_drawn_in_the_book_are_stored_in_the_same_step(store, path):
    before = contents(path)
    reading = reading_of(squares(1), name="book.xlsx", producer_id=["PR-1"], producer=["Hoa"])
    land = preview_plots(store, reading, result_of(reading, failing=[0]))
    apply_book(store, preview_book(store, book_with()), land=land, **EVENT)
    assert store.plot_versions()[["plot_code", "version"]].values.tolist() == [["P-1", 1]]
    assert len(store.findings()) == 1
    assert len(store.log()) == 1
    land = preview_plots(store, reading, result_of(reading, failing=[0]))
    assert apply_book(store, preview_book(store, book_with()), land=land, **EVENT) == "Nothing new; nothing stored."
    store.undo(now="x", who="x")
    assert contents(path) == before


def test_many_plots_are_not_asked_for_one_by_one(store):
    """Statements are counted: a loop that asks the project once a plot would make thousands."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    said = []

    def count(*given):
        said.append(given[2])

    west = 107 + np.arange(2_000) * 1e-4
    event.listen(Engine, "before_cursor_execute", count)
    try:
        put(store, reading_of(shapely.box(west, 12, west + 5e-5, 12.00005)))
        put(store, reading_of(shapely.box(west, 12, west + 6e-5, 12.00005), digest="b"))
        store.undo(now="x", who="x")
        assert len(store.load_plots(["P-7"])) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert 10 < len(said) < 400  # measured: 146, and 161 for ten times as many

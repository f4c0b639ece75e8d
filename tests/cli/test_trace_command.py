"""``eudr-geo trace`` as a cooperative's manager reads it."""

import json
import re

import pytest
from click.testing import CliRunner
from store_projects import put, reading_of, squares

from eudr_geo.cli import app
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.store import create_store, open_store

EVENT = {"now": "2026-02-01T08:00:00Z", "who": "lan"}


def line(process, direction, lot, kg):
    return {"process_code": process, "direction": direction, "lot_code": lot, "quantity_kg": kg}


def rows_of_a_season(plots=3):
    """Cherry of some plots, milled; old stock of nobody's plots; both blended; the blend shipped."""
    names = [f"P-{n:03}" for n in range(plots)]
    return {
        "producer": [{"code": f"H-{name}", "name": "Invented"} for name in names],
        "plot": [{"code": name, "producer_code": f"H-{name}", "country": "VN"} for name in names],
        "location": [{"code": "KHO-1", "name": "Kho 1"}],
        "lot": [
            {"code": "C", "form": "cherry", "quantity_kg": 1000.0 * plots},
            {"code": "G", "form": "green", "quantity_kg": 170.0 * plots, "location_code": "KHO-1"},
            {"code": "OLD", "form": "green", "quantity_kg": 1200.0, "opening_stock": True},
            {"code": "B", "form": "green", "quantity_kg": 1200.0 + 100.0 * plots},
        ],
        "delivery": [
            {"code": f"R-{name}", "lot_code": "C", "plot_code": name, "producer_code": f"H-{name}",
             "quantity_kg": 1000.0, "delivered_on": "2025-11-15", "harvested_to": "2025-11-14"}
            for name in names
        ],
        "process": [{"code": "M-1", "type": "dry_mill"}, {"code": "BL-1", "type": "blend"}],
        "process_line": [
            line("M-1", "in", "C", 1000.0 * plots), line("M-1", "out", "G", 170.0 * plots),
            line("BL-1", "in", "G", 100.0 * plots), line("BL-1", "in", "OLD", 1200.0),
            line("BL-1", "out", "B", 1200.0 + 100.0 * plots),
        ],
        "consignment": [{"code": "E-1", "buyer": "Importer", "ship_date": "2026-02-01"}],
        "consignment_line": [{"consignment_code": "E-1", "lot_code": "B", "quantity_kg": 1000.0}],
    }  # fmt: skip


@pytest.fixture
def traced(tmp_path):
    def run(*arguments, plots=3):
        path = tmp_path / "coop.gpkg"
        if not path.exists():
            with create_store(path, organisation="Invented", country="VN", season="2025/26") as store:
                apply_book(store, preview_book(store, book_of(rows_of_a_season(plots))), **EVENT)
        return CliRunner().invoke(app, ["trace", *arguments, "-p", str(path)])

    return run


def test_what_is_mixed_is_shown_with_what_is_unknown_in_it(traced):
    done = traced("B")
    assert done.exit_code == 1, "a lot that cannot be declared is no success"
    assert "mixed: some of it has no known origin" in done.output
    assert "1,200.0 kg have no known origin and come in with OLD: B cannot be declared or packed" in done.output
    assert "P-001" in done.output
    assert json.loads(traced("B", "--format", "json").output)["unknown"]["lots"] == ["OLD"]
    clean = traced("G")
    assert clean.exit_code == 0
    assert "no known origin" not in clean.output


def test_a_recall_says_where_the_goods_lie(traced):
    done = traced("P-000", "--forward")
    assert done.exit_code == 0
    assert re.search(r"G +green +KHO-1 +210\.0 +170\.0", done.output)


def test_the_record_of_an_exercise_goes_where_the_answer_goes(traced, tmp_path):
    out = tmp_path / "exercise.txt"
    assert traced("P-000", "--forward", "--drill", "-o", str(out)).exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert "traced forward" in text
    assert re.search(r"shipments reached +1: E-1", text)
    assert "shipments without a statement: 1: E-1" in text
    assert re.search(r"took +\d+\.\d s", text)


def test_a_long_list_of_plots_is_cut_on_the_screen_and_whole_in_a_file(traced, tmp_path):
    shown = traced("G", plots=60).output
    assert "the 50 plots that gave most; all 60 with -o FILE or --format csv" in shown
    assert len(re.findall(r"^P-\d{3}", shown, re.MULTILINE)) == 50
    out = tmp_path / "all.txt"
    traced("G", "-o", str(out), plots=60)
    assert len(re.findall(r"^P-\d{3}", out.read_text(encoding="utf-8"), re.MULTILINE)) == 60


def test_a_lot_keeps_the_land_it_was_stored_with(tmp_path):
    path = tmp_path / "coop.gpkg"
    names = [f"P-{n:03}" for n in range(3)]
    with create_store(path, organisation="Invented", country="VN", season="2025/26") as store:
        put(store, reading_of(squares(3), plot_id=names))
        apply_book(store, preview_book(store, book_of(rows_of_a_season())), **EVENT)

    def land():
        done = CliRunner().invoke(app, ["trace", "G", "--format", "json", "-p", str(path)])
        return [(row["plot_version"], row["geometry_sha256"]) for row in json.loads(done.output)["rows"]]

    before = land()
    assert [version for version, _ in before] == [1, 1, 1]
    assert len({digest for _, digest in before}) == 3
    with open_store(path, write=True) as store:
        put(
            store,
            reading_of(squares(3, size=0.0012), plot_id=names, name="b.geojson", digest="b"),
            now="2026-03-01T08:00:00Z",
        )
        assert set(store.plot_versions()["version"]) == {2}
    assert land() == before, "a later survey is for later lots"

"""The command line as users and scripts rely on it: exit codes, streams, one clear line.

``run`` starts a process, ``program`` runs the same main in this one: what a process adds (streams, exit codes, its start)
is shown where it is the subject.
"""

import json
import os
import subprocess
import sys

import pytest
from tests_helpers import ROOT, program

GOOD = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ProducerName":"A","ProducerCountry":"VN","ProductionPlace":"P-1","Area":0.5},"geometry":{"type":"Point","coordinates":[108.056789,12.712345]}}]}'
BAD = GOOD.replace("108.056789,12.712345", "12.712345,108.056789")


def run(*words, cwd=None, stdin=None, **env):
    return subprocess.run(
        [sys.executable, "-m", "eudr_geo", *map(str, words)],
        cwd=cwd,
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
        env={**os.environ, **env},
    )


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.geojson"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.geojson"
    path.write_text(BAD)
    return path


def test_exit_codes_tell_clean_findings_and_failure_apart(good, bad, tmp_path):
    assert run("check", good).returncode == 0
    assert run("check", bad).returncode == 1
    missing = run("check", tmp_path / "none.geojson")
    assert missing.returncode == 2
    assert missing.stdout == ""
    assert len(missing.stderr.strip().splitlines()) == 1
    assert "none.geojson" in missing.stderr
    assert run("check").returncode == 2
    assert run("chekc", good).returncode == 2


def test_fail_on_decides_what_counts(tmp_path):
    path = tmp_path / "warn.geojson"
    path.write_text(GOOD.replace(',"Area":0.5', ""))
    assert program("check", path).returncode == 0
    assert program("check", path, "--fail-on", "warning").returncode == 1
    assert program("check", path, "--fail-on", "warning", "--ignore", "point-without-area").returncode == 0


def test_the_json_is_what_scripts_rely_on(bad):
    done = program("check", bad, "--format", "json")
    report = json.loads(done.stdout)
    assert report["schema"] == "eudr-geo.findings/1"
    assert {"toolkit", "rules", "inputs", "summary", "outcomes", "findings"} <= set(report)
    (entry,) = report["inputs"]
    assert (entry["path"], entry["format"], entry["records"], entry["plots"], entry["rejected"]) == (
        "bad.geojson",
        "GeoJSON",
        1,
        1,
        0,
    )
    assert len(entry["sha256"]) == 64
    (finding,) = report["findings"]
    assert finding["rule"] == "swapped-axes"
    assert finding["repair"] == "named"
    assert {
        "severity",
        "subject",
        "plot_id",
        "source",
        "record",
        "lon",
        "lat",
        "message",
        "hint",
        "basis",
        "measured",
    } <= set(finding)
    assert report["summary"] == {"error": 1, "warning": 0, "note": 0, "plots_fit": 0, "plots_unfit": 1, "waived": 0}
    blocked = {o["rule"]: o for o in report["outcomes"]}["outside-country"]
    assert (blocked["not_checked"], blocked["because"]) == (1, {"swapped-axes": 1})


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "geojson", "html"])
def test_every_format_names_the_plot_and_is_the_same_every_time(bad, format_):
    start = run if format_ == "json" else program
    first, second = (
        start("check", bad, "--format", format_, TZ=zone, LC_ALL="C", COLUMNS=width)
        for zone, width in (("UTC", "80"), ("Asia/Saigon", "200"))
    )
    assert first.stdout == second.stdout
    assert "P-1" in first.stdout
    assert "swapped-axes" in first.stdout
    assert "Traceback" not in first.stderr


def test_the_official_areas_are_printed_beside_the_geodesic_ones(reference):
    done = program("check", reference / "ec-geojson" / "type-I-fazenda-taboao.geojson")
    assert done.returncode == 0
    assert "23.72" in done.stdout
    assert "23.61" in done.stdout


def test_names_cannot_steer_the_terminal_or_the_page(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text(BAD.replace('"P-1"', '"\\u001b[31mred<script>alert(1)</script>"'))
    assert "\x1b[31m" not in program("check", path).stdout
    page = program("check", path, "--format", "html").stdout
    assert "<script>alert" not in page
    assert "\\u003cscript\\u003e" in page, "as text in the data block"


def test_a_worklist_comes_back_and_is_stored(tmp_path):
    import openpyxl

    path, book, project = tmp_path / "x.geojson", tmp_path / "list.xlsx", tmp_path / "p.gpkg"
    path.write_text(BAD)
    assert program("check", path, "--format", "worklist", "-o", book, "--lang", "vi").returncode == 1
    assert (tmp_path / "list.html").read_text().startswith("<!doctype html>")
    opened = openpyxl.load_workbook(book)
    sheet = opened.worksheets[1]
    head = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, head["Vĩ độ đúng"]).value = "12.681234"
    sheet.cell(2, head["Kinh độ đúng"]).value = "108.051234"
    sheet.cell(2, head["Ranh giới đúng (WKT hoặc GeoJSON)"]).value = "POINT (108.051234 12.681234)"
    sheet.cell(2, head["Diện tích đúng (ha)"]).value = "1,25"
    opened.save(book)
    assert program("check", book).returncode == 0
    assert program("init", "-p", project, "--name", "Ea Tu", "--country", "VN").returncode == 0
    done = program("add", book, "-p", project, "--yes")
    assert done.returncode == 0
    assert "P-1" in done.stdout + done.stderr


def test_a_worklist_of_a_project_left_empty_changes_nothing(tmp_path):
    project, book = tmp_path / "p.gpkg", tmp_path / "list.xlsx"
    messy = [ROOT / "sample_plots" / "messy" / name for name in ("overlapping.geojson", "four-decimals.csv")]
    program("init", "-p", project, "--name", "Ea Tu", "--country", "VN")
    assert program("add", *messy, "-p", project, "--yes").returncode == 0
    assert program("audit", "-p", project, "--format", "worklist", "-o", book).returncode == 0
    done = program("add", book, "-p", project, "--yes")
    assert "0 plots new, 0 with a new boundary, 0 with other facts, 9 unchanged, 0 refused" in done.stdout


def test_a_file_beside_does_not_take_the_place_of_the_report(bad, tmp_path):
    done = program("check", bad, "--format", "worklist", "-o", tmp_path / "list.html")
    assert done.returncode == 2
    assert "another ending" in done.stderr
    assert not (tmp_path / "list.html").exists()


def test_a_style_for_qgis_stands_beside_the_overlay(bad, tmp_path):
    done = program("check", bad, "--format", "geojson", "-o", tmp_path / "found.geojson")
    assert done.returncode == 1
    assert "found.qml" in done.stderr
    assert (tmp_path / "found.qml").read_text().startswith("<!DOCTYPE qgis")
    piped = program("check", bad, "--format", "geojson")
    assert json.loads(piped.stdout) == json.loads((tmp_path / "found.geojson").read_text())


def test_repair_shows_before_and_after_on_a_page(bad, tmp_path):
    page = tmp_path / "page.html"
    done = program(
        "repair", bad, "--dry-run", "--also", "swapped-axes", "--format", "html", "--report", page, "--lang", "es"
    )
    assert done.returncode == 0
    text = page.read_text()
    assert "Correcciones: antes y después" in text
    assert "swapped-axes" in text
    out = program("repair", bad, "--also", "swapped-axes", "--format", "html", "-o", "-")
    assert json.loads(out.stdout)["type"] == "FeatureCollection", "stdout belongs to the plots"
    assert "Repairs: before and after" in out.stderr


def test_stdin_and_output_files(good, tmp_path):
    done = run("check", "-", stdin=GOOD)
    assert done.returncode == 0
    assert "stdin" in done.stdout
    out = tmp_path / "report.csv"
    assert run("check", good, "--format", "csv", "-o", out).stdout == ""
    assert out.read_text(encoding="utf-8-sig").startswith("severity,rule")


def test_repair_writes_what_passes_and_says_what_is_left_out(bad, tmp_path):
    out = tmp_path / "out.geojson"
    done = program("repair", bad, "-o", out)
    assert done.returncode == 1
    assert json.loads(out.read_text())["features"] == []
    again = ("repair", bad, "-o", out, "--also", "swapped-axes", "--ledger", tmp_path / "changes.jsonl")
    assert program(*again).returncode == 2, "corrected boundaries look like those that somebody sent"
    assert not (tmp_path / "changes.jsonl").exists()
    named = program(*again, "--replace")
    assert named.returncode == 0, named.stderr
    assert json.loads(out.read_text())["features"][0]["geometry"]["coordinates"] == [108.056789, 12.712345]
    assert json.loads((tmp_path / "changes.jsonl").read_text().splitlines()[0])["rule"] == "swapped-axes"
    dry = program("repair", bad, "--also", "swapped-axes", "--dry-run")
    assert dry.returncode == 0
    assert "longitude" in dry.stdout
    assert program("repair", bad).returncode == 2


def test_rules_are_listed_and_explained():
    listed = program("rules")
    assert listed.returncode == 0
    assert "swapped-axes" in listed.stdout
    explained = program("rules", "swapped-axes")
    assert "TRAP" in explained.stdout
    wrong = program("rules", "swaped-axes")
    assert wrong.returncode == 2
    assert "swapped-axes" in wrong.stderr
    assert {"code", "basis", "requires"} <= set(json.loads(program("rules", "--format", "json").stdout)["catalogue"][0])


def test_a_project_is_never_overwritten_or_guessed(tmp_path, good):
    made = run("init", "-p", "coop.gpkg", "--name", "Invented", "--country", "VN", cwd=tmp_path)
    assert made.returncode == 0
    before = (tmp_path / "coop.gpkg").read_bytes()
    again = run("init", "-p", "coop.gpkg", "--name", "Other", "--country", "VN", cwd=tmp_path)
    assert again.returncode == 2
    assert "already exists" in again.stderr
    assert (tmp_path / "coop.gpkg").read_bytes() == before
    assert run("add", good, "-p", "none.gpkg", cwd=tmp_path).returncode == 2
    assert not (tmp_path / "none.gpkg").exists()
    stranger = run("log", "-p", good)
    assert stranger.returncode == 2
    assert "not a project" in stranger.stderr


def test_add_shows_first_stores_on_yes_and_undo_takes_it_back(tmp_path, good):
    program("init", "-p", "coop.gpkg", "--name", "Invented", "--country", "VN", cwd=tmp_path)
    empty = program("log", "-p", "coop.gpkg", cwd=tmp_path)
    assert empty.stdout == ""
    asked = program("add", good, "-p", "coop.gpkg", cwd=tmp_path)
    assert asked.returncode == 2
    assert "1 plots new" in asked.stdout
    assert program("log", "-p", "coop.gpkg", cwd=tmp_path).stdout == ""
    stored = program("add", good, "-p", "coop.gpkg", "--yes", cwd=tmp_path)
    assert stored.returncode == 0
    assert "Stored" in stored.stderr
    assert "Nothing new" in program("add", good, "-p", "coop.gpkg", "--yes", cwd=tmp_path).stderr
    assert program("undo", "-p", "coop.gpkg", "--yes", cwd=tmp_path).returncode == 0
    log = program("log", "-p", "coop.gpkg", cwd=tmp_path).stdout
    assert "undo" in log
    assert "by step 2" in log
    assert "Nothing to undo" in program("undo", "-p", "coop.gpkg", "--yes", cwd=tmp_path).stderr


def test_a_book_with_unknown_codes_stores_nothing(tmp_path):
    program("init", "-p", "coop.gpkg", "--name", "Invented", "--country", "VN", cwd=tmp_path)
    made = program("workbook", "new", "-o", "book.xlsx", "--demo", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    sheet = book["Deliveries"]
    heading = next(
        row
        for row in sheet.iter_rows(max_row=10)
        if any(cell.value and "plot" in str(cell.value).lower() for cell in row)
    )
    column = next(cell.column for cell in heading if cell.value and str(cell.value).lower().startswith("plot"))
    sheet.cell(heading[0].row + 1, column).value = "NO-SUCH-PLOT"
    book.save(tmp_path / "wrong.xlsx")
    done = program("book", "wrong.xlsx", "-p", "coop.gpkg", "--yes", cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert "NO-SUCH-PLOT" in done.stdout + done.stderr
    assert program("log", "-p", "coop.gpkg", cwd=tmp_path).stdout == ""
    good = program("book", "book.xlsx", "-p", "coop.gpkg", "--yes", cwd=tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr


def test_doctor_says_what_is_at_work():
    done = program("doctor")
    assert done.returncode == 0, done.stderr
    for part in ("GDAL", "SQLite", "OpenSSL", "reading cage", "fiona"):
        assert part in done.stdout


def test_help_is_quick_and_loads_nothing_heavy():
    done = run("--help")
    assert "demo" in done.stdout
    assert done.returncode == 0
    probe = "import sys\nfrom eudr_geo.cli import app\ntry:\n app(['--help'])\nexcept SystemExit:\n pass\nprint([m for m in ('numpy','pandas','shapely','folium','sqlalchemy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_demo_does_the_whole_job(tmp_path):
    done = program("demo", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    for word in ("Messy files", "Repaired", "Traced", "verified", "map.html"):
        assert word in done.stdout
    assert program("verify", tmp_path / "demo" / "DL26-EXP-001").returncode == 0
    assert program("demo", tmp_path / "demo").returncode == 2

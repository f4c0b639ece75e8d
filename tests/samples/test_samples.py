"""The samples: made again they are the same, the clean ones are clean, and each messy one is found out."""

import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
import shapely
from tests_helpers import ROOT

from eudr_geo.checks.checking import check, check_lots
from eudr_geo.lots.tracing import trace
from eudr_geo.model.plots import Reading
from eudr_geo.sources.reading import read_plots
from eudr_geo.sources.workbook.reading import read_book


def contents(data: bytes):
    """What a file says: of a workbook its parts, because compressed bytes depend on the release of zlib."""
    if data[:4] != b"PK\x03\x04":
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("hash_seed", ["0", pytest.param("1", marks=pytest.mark.slow)])
def test_made_again_the_samples_are_the_same_bytes(samples, tmp_path, hash_seed):
    (tmp_path / "left-over.geojson").write_text("{}")
    command = [sys.executable, str(ROOT / "tools" / "make_samples.py"), "--out", str(tmp_path)]
    environment = {"PYTHONHASHSEED": hash_seed, "TZ": "Asia/Ho_Chi_Minh", "PATH": ""}
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=250)
    made, committed = files_in(tmp_path), files_in(samples)
    assert sorted(made) == sorted(committed), "run: python tools/make_samples.py"
    different = [name for name in made if contents(made[name]) != contents(committed[name])]
    assert not different, "run: python tools/make_samples.py"


@pytest.fixture(scope="module")
def clean(samples):
    return read_plots(sorted((samples / "clean").iterdir()))


def test_clean_files_hold_240_plots_in_every_format_without_error_or_warning(clean):
    result = check(clean)
    assert [
        f"{one.source} {one.record} {one.rule}: {one.message}" for one in result.findings if one.severity != "note"
    ] == []
    assert not result.tool_errors
    assert (len(clean.plots), len(clean.rejected)) == (240, 0)
    assert {file.format for file in clean.files} == {
        "GeoJSON", "KML", "KMZ", "Shapefile", "GeoPackage", "CSV", "XLSX",
    }  # fmt: skip
    assert len(set(clean.plots["plot_id"])) == 240
    assert set(clean.plots["commodity"]) == {""}
    assert not np.isnan(clean.plots["area_ha"]).any()


def test_clean_plots_touch_no_neighbour_and_look_walked(clean):
    geometries = clean.plots.geometry
    a, b = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    assert (a == b).all()
    polygons = geometries[shapely.get_type_id(geometries) == 3]
    corners = shapely.get_num_coordinates(polygons) - 1
    assert corners.min() >= 5
    assert corners.max() <= 25
    concave = shapely.area(shapely.convex_hull(polygons)) > 1.002 * shapely.area(polygons)
    assert concave.mean() > 0.9, "boundaries on slopes bend both ways"


def test_every_position_of_the_clean_text_files_has_six_decimals(samples):
    for name in ("ea-mau.geojson", "google-earth.kml", "boundaries-wkt.csv", "points.csv"):
        text = (samples / "clean" / name).read_text(encoding="utf-8")
        numbers = re.findall(r"\b1[02]8?\.\d+", text)
        assert len(numbers) > 30
        assert {len(number.partition(".")[2]) for number in numbers} == {6}, name


def test_names_are_vietnamese_and_written_in_one_way(samples):
    names = list(read_book(samples / "cooperative.xlsx").book.table("producer")["name"])
    assert all(name == unicodedata.normalize("NFC", name) for name in names)
    assert {"ơ", "ư", "ă", "ê", "ô", "Đ"} <= set("".join(names))
    assert any(name.startswith("Y ") for name in names)
    assert any(name.startswith("H'") for name in names)
    assert any(name.startswith("Nguyễn ") for name in names)
    assert len({unicodedata.normalize("NFD", name.casefold()).encode("ascii", "ignore") for name in names}) == 60


def test_the_book_adds_up_and_no_lot_rule_objects(samples):
    reading = read_book(samples / "cooperative.xlsx")
    assert (reading.issues, reading.changes) == ((), ())
    book = reading.book
    assert [one.message for one in check_lots(book).findings if one.severity != "note"] == []
    lines = book.table("process_line")
    for code, rows in lines.groupby("process_code"):
        into, out = (
            rows.loc[mask, "quantity_kg"].sum() for mask in (rows["direction"] == "in", rows["direction"] != "in")
        )
        assert into == pytest.approx(out, abs=0.05), code
    stated = book.table("lot").set_index("code")["quantity_kg"]
    assert max(map(len, stated.index)) <= 20
    came = defaultdict(float)
    for table, column in (
        (book.table("delivery"), "lot_code"),
        (lines[lines["direction"].isin(["out", "byproduct"])], "lot_code"),
    ):
        for lot, kg in zip(table[column], table["quantity_kg"], strict=True):
            came[lot] += kg
    assert came == pytest.approx(stated.to_dict())


def test_the_low_grade_carries_the_micro_lots_plots_into_the_bulk(samples):
    book = read_book(samples / "cooperative.xlsx").book
    deliveries = book.table("delivery")
    into_bulk = set(deliveries.loc[deliveries["lot_code"].str.startswith("DL25-BULK"), "plot_code"])
    micro = set(trace(book, "DL25-ML01-G").rows["plot_code"])
    bulk = trace(book, "DL25-BULK-G").rows.set_index("plot_code")["kg_attributed"]
    low = book.table("lot").set_index("code")["quantity_kg"]["DL25-ML01-LOW"]
    assert len(micro) == 9
    assert not micro & into_bulk
    assert micro <= set(bulk.index)
    assert bulk[sorted(micro)].sum() == pytest.approx(low)
    assert trace(book, "DL26-EXP-001").rows["kg_attributed"].sum() == pytest.approx(
        book.table("consignment_line")["quantity_kg"].sum()
    )


def test_the_vietnamese_workbook_holds_the_same_book(samples):
    english, vietnamese = (read_book(samples / f"cooperative{part}.xlsx") for part in ("", "-vi"))
    assert vietnamese.language == "vi"
    assert vietnamese.issues == ()
    assert len(vietnamese.changes) > 500, "commas and dates as text were understood, each with its receipt"
    assert set(english.book.frames) == set(vietnamese.book.frames)
    for name, frame in english.book.frames.items():
        facts = [column for column in frame.columns if not column.startswith("src_")]
        assert frame[facts].equals(vietnamese.book.frames[name][facts]), name


def test_the_book_and_the_boundaries_speak_of_the_same_plots(samples, clean):
    plots = read_book(samples / "cooperative.xlsx").book.table("plot")
    assert dict(zip(plots["code"], plots["producer_code"], strict=True)) == dict(
        zip(clean.plots["plot_id"], clean.plots["producer_id"], strict=True)
    )


def found(result, name):
    """Codes and records found in a file: errors and warnings, and notes."""
    codes, notes = defaultdict(list), defaultdict(list)
    for one in result.findings:
        if one.source == name:
            records = (notes if one.severity == "note" else codes)[one.rule]
            records += [] if one.record is None else [one.record]
    return tuple({code: sorted(records) for code, records in part.items()} for part in (codes, notes))


def part_of(reading, names):
    """The part of a reading that came from some files."""
    return replace(
        reading,
        plots=reading.plots.take(np.isin(reading.plots["source"].astype(str), names)),
        rejected=tuple(row for row in reading.rejected if row.source in names),
        files=tuple(file for file in reading.files if file.name in names),
    )


@pytest.fixture(scope="module")
def messy(samples) -> Reading:
    return read_plots(sorted((samples / "messy").iterdir()))


def test_each_messy_file_is_found_out_alone_and_among_the_others(samples, messy):
    expected = json.loads((samples / "messy-expected.json").read_text())
    assert sorted(expected) == sorted(file.name for file in messy.files)
    together = check(messy)
    assert not together.tool_errors
    wrong = {}
    for name, wanted in expected.items():
        alone = check(part_of(messy, [name, *wanted.get("together_with", [])]))
        for how, result in (("alone", alone), ("among the others", together)):
            codes, notes = found(result, name)
            if (codes, notes) != (wanted["codes"], wanted["notes"]):
                wrong[f"{name} {how}"] = (codes, notes)
        file = next(file for file in messy.files if file.name == name)
        if (file.records, file.plots, file.rejected) != (wanted["records"], wanted["plots"], wanted["rejected"]):
            wrong[f"{name} counts"] = (file.records, file.plots, file.rejected)
    assert wrong == {}


def test_one_bad_record_among_a_thousand_costs_one_plot_and_one_finding(messy):
    part = part_of(messy, ["one-in-a-thousand.geojson"])
    result = check(part)
    assert len(part.plots) == 999
    assert [(one.rule, one.record, one.subject) for one in result.findings] == [("not-finite", 517, "record")]


def test_what_is_right_in_an_unusual_way_keeps_its_values(messy):
    def values(name):
        plots = part_of(messy, [name]).plots
        return plots["producer"], plots["area_ha"], shapely.get_coordinates(plots.geometry)

    for name in ("semicolons.csv", "title-rows.xlsx", "windows-1258.csv"):
        producers, areas, places = values(name)
        assert all(re.fullmatch(r"[\w' ]+", text) for text in producers), producers
        assert ((areas > 0.1) & (areas < 5)).all()
        assert ((places > [108.3, 12.5]) & (places < [108.7, 12.7])).all()
    producers, _, _ = values("windows-1258.csv")
    assert any(letter in "".join(producers) for letter in "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"), producers


def test_the_readme_names_every_file(samples):
    text = (samples / "README.md").read_text(encoding="utf-8")
    for name in set(files_in(samples)) - {"README.md"}:
        assert name.rpartition("/")[2] in text

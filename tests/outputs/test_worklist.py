"""The worklist: what a cooperative takes to the field, and what comes back from it."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from map_samples import HOSTILE
from report_samples import village_report

from eudr_geo.checks.checking import check
from eudr_geo.model.report import Report
from eudr_geo.outputs.reports.as_worklist import beside
from eudr_geo.outputs.worklist.writing import worklist
from eudr_geo.sources.reading import read_bytes
from eudr_geo.words.languages import languages
from eudr_geo.words.page import words
from eudr_geo.words.worklist import CORRECTIONS, FIRST_HEADINGS, HIDDEN

RING = [[108.05, 12.68], [108.0512345, 12.6812345], [108.0512345, 12.6800001], [108.05, 12.68]]
BOW_TIE = [
    [108.060001, 12.680001], [108.061001, 12.681001], [108.061001, 12.680001], [108.060001, 12.681001], [108.060001, 12.680001],
]  # fmt: skip
SQUARE = "POLYGON ((108.060001 12.680001, 108.061001 12.680001, 108.061001 12.681001, 108.060001 12.681001, 108.060001 12.680001))"


def feature(code, geometry, **more):
    properties = {
        "plot_id": code, "ProducerName": "Trần Văn Đức", "ProducerCountry": "VN", "ProductionPlace": "Ea Tu", **more,
    }  # fmt: skip
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


FEATURES = [
    feature("P-1", polygon(BOW_TIE), village="Buôn Ako", Area=1.2),
    feature("P-2", point(12.681234, 108.071234), village="Buôn Ako", Area=0.8),
    feature("P-3", point(108.081234, 12.681234), village="Ea Kao", Area="zwei"),
    feature("P-4", point(108.091234, 12.681234), village="Ea Kao", Area=0.7),
    feature("P-5", point(108.101234, 12.681234), Area=0.7, ProducerCountry="Việt Nma"),
]


def report_of(features=None, *, name="walk.geojson", language="en", out=""):
    data = json.dumps({"type": "FeatureCollection", "features": features or FEATURES}).encode()
    reading = read_bytes(name, data)
    return Report(check(reading), reading.plots, language=language, out=out)


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet_rows(sheet):
    head = [cell.value for cell in sheet[1]]
    return [dict(zip(head, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def fill(data, corrections, *, language="en"):
    """Fill in a worklist as a person does: plot code → column → value."""
    said, book = words(language), opened(data)
    for sheet in book.worksheets[1:-1]:
        head = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            for column, value in corrections.get(sheet.cell(row, head[said["wl_plot"]]).value, {}).items():
                sheet.cell(row, head[said[f"wl_{column}"]]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_again(data):
    reading = read_bytes("filled.xlsx", data)
    return reading, {plot: row for row, plot in enumerate(reading.plots["plot_id"])}


def test_a_sheet_for_each_village_and_a_row_for_each_plot():
    book = opened(worklist(report_of()))
    assert book.sheetnames == ["Guide", "Buôn Ako", "Ea Kao", "– not stated", HIDDEN]
    assert book[HIDDEN].sheet_state == "hidden"
    rows = sheet_rows(book["Buôn Ako"])
    assert [row["Plot"] for row in rows] == ["P-1", "P-2"], "P-4 has nothing wrong with it"
    assert rows[0]["Producer"] == "Trần Văn Đức"
    assert rows[0]["How severe"] == "error"
    assert "cross" in rows[0]["What is wrong"]
    assert rows[0]["What to do"]
    assert rows[0]["Go to (lat, lon)"] == "12.680501, 108.060501"
    assert rows[0]["From file"] == "walk.geojson, record 1"
    assert rows[0]["Correct area (ha)"] is None
    assert [row["Plot"] for row in sheet_rows(book["Ea Kao"])] == ["P-3"]
    assert "4 plots to look at: 4 with errors" in book["Guide"]["A3"].value


def test_a_sheet_for_each_collector_or_file_when_asked_for():
    features = [json.loads(json.dumps(one)) for one in FEATURES]
    for one, team in zip(features, ("Team 2", "Team 1", "Team 2", "Team 1", ""), strict=True):
        one["properties"]["collector"] = team
    report = report_of(features)
    by_collector = opened(worklist(replace(report, by="collector")))
    assert by_collector.sheetnames == ["Guide", "Team 1", "Team 2", "– not stated", HIDDEN]
    assert [row["Plot"] for row in sheet_rows(by_collector["Team 2"])] == ["P-1", "P-3"]
    by_file = opened(worklist(replace(report, by="file")))
    assert by_file.sheetnames == ["Guide", "walk.geojson", HIDDEN]


def test_filled_in_and_read_again_the_faults_are_gone():
    filled = fill(
        worklist(report_of()),
        {
            "P-1": {"new_boundary": SQUARE},
            "P-2": {"new_lat": "12.681234", "new_lon": "108.071234"},
            "P-3": {"new_area": "0,85"},
            "P-5": {"new_country": "VN", "new_plot": "P-55", "new_producer": "Y Blơm Niê", "new_date": "2026-03-01"},
        },
    )
    reading, row_of = read_again(filled)
    assert not reading.rejected
    assert check(reading).findings.counts()["error"] == 0
    plots = reading.plots
    assert set(row_of) == {"P-1", "P-2", "P-3", "P-55"}
    assert plots.geometry[row_of["P-1"]].is_valid
    assert plots["area_ha"][row_of["P-1"]] == 1.2, "what was not corrected stays"
    assert plots["area_ha"][row_of["P-3"]] == 0.85
    assert plots.geometry[row_of["P-2"]].wkt == "POINT (108.071234 12.681234)"
    assert plots["producer"][row_of["P-55"]] == "Y Blơm Niê"
    assert plots["mapped_on"][row_of["P-55"]] == "2026-03-01"
    assert json.loads(plots["extra"][row_of["P-1"]]) == {"village": "Buôn Ako"}
    assert plots["place"][row_of["P-1"]] == "Ea Tu"


def test_left_empty_the_same_faults_are_found_again():
    report = report_of()
    reading, _ = read_again(worklist(report))
    before = {(one.rule, one.plot_id) for one in report.result.findings if one.severity == "error"}
    after = {(one.rule, one.plot_id) for one in check(reading).findings if one.severity == "error"}
    assert after == before
    assert {file.rejected for file in reading.files} == {0}
    assert [reading.plots["record"][0], reading.plots["group"][0]] == [2, "Buôn Ako"], "the row that a person sees"


def test_open_rings_short_digits_and_heights_of_digits_survive():
    features = [
        feature("P-1", polygon(RING[:-1]), Area=1),
        feature("P-2", point(108.05, 12.68), Area=1),
        feature("P-3", point(108.123456789, 12.123456789), Area=1),
        feature("P-4", polygon(RING[:3])),
        feature("P-5", {"type": "Polygon", "coordinates": [[*RING[:2], RING[0]]]}),
    ]
    report = report_of(features)
    again = check(read_again(worklist(report))[0])
    kept = {"unclosed-ring", "low-precision", "excess-precision", "too-few-vertices", "zero-area"}
    before, after = (
        {(one.rule, one.plot_id) for one in result.findings if one.rule in kept} for result in (report.result, again)
    )
    assert {rule for rule, _ in before} >= {"unclosed-ring", "low-precision"}
    assert {pair for pair in before if pair[1] in {one.plot_id for one in again.findings}} <= after | {
        pair for pair in before if pair[0] == "excess-precision"
    }


def test_rows_may_be_sorted_deleted_and_moved_to_another_sheet():
    book = opened(worklist(report_of()))
    sheet = book["Buôn Ako"]
    moved = [cell.value for cell in sheet[3]]
    sheet.delete_rows(3)
    book["Ea Kao"].append(moved)
    del book["– not stated"]
    out = io.BytesIO()
    book.save(out)
    reading, row_of = read_again(out.getvalue())
    assert set(row_of) == {"P-1", "P-2", "P-3"}
    (note,) = [one for one in check(reading).findings if one.subject == "file"]
    assert note.severity == "note"
    assert "1 of the 4 plots" in note.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"no": 1}, "number 1 is the plot"),
        ({"no": 99}, "no number 99"),
        ({"plot": "P-9"}, "the row says P-9"),
        ({"no": None, "plot": "P-9"}, "no plot is called P-9"),
    ],
)
def test_what_cannot_be_told_is_rejected_and_said(change, said):
    book = opened(worklist(report_of()))
    sheet = book["Ea Kao"]
    for key, value in change.items():
        sheet.cell(2, {"no": 1, "plot": 2}[key]).value = value
    out = io.BytesIO()
    book.save(out)
    reading = read_bytes("filled.xlsx", out.getvalue())
    (rejected,) = reading.rejected
    assert said in rejected.why
    assert (rejected.record, rejected.group) == (2, "Ea Kao")
    assert all(file.adds_up() for file in reading.files)


def test_a_row_without_its_number_is_known_by_its_plot_code():
    book = opened(worklist(report_of()))
    book["Ea Kao"].cell(2, 1).value = None
    out = io.BytesIO()
    book.save(out)
    assert set(read_again(out.getvalue())[1]) == {"P-1", "P-2", "P-3", "P-5"}


def test_a_copied_row_and_a_point_for_a_boundary_are_refused():
    filled = fill(worklist(report_of()), {"P-1": {"new_lat": "12.68", "new_lon": "108.06"}})
    book = opened(filled)
    book["Ea Kao"].append([cell.value for cell in book["Ea Kao"][2]])
    out = io.BytesIO()
    book.save(out)
    why = [one.why for one in read_bytes("filled.xlsx", out.getvalue()).rejected]
    assert any("a plot that has a boundary" in text for text in why)
    assert any("stands in a row above" in text for text in why)


@pytest.mark.parametrize("language", languages())
def test_every_language_comes_back(language):
    said = words(language)
    data = worklist(report_of(language=language))
    book = opened(data)
    assert book.sheetnames[0] == said["wl_guide"]
    filled = fill(data, {"P-3": {"new_area": 1.5}}, language=language)
    reading, row_of = read_again(filled)
    assert reading.plots["area_ha"][row_of["P-3"]] == 1.5
    assert said["wl_no"] in FIRST_HEADINGS
    assert len({said[f"wl_{key}"] for key in CORRECTIONS}) == len(CORRECTIONS)


def test_the_fault_and_what_to_do_are_said_in_the_language():
    rows = sheet_rows(opened(worklist(report_of(language="vi")))["Ea Kao"])
    assert rows[0]["Sai ở đâu"].startswith("Diện tích là chữ")
    assert rows[0]["Việc cần làm"] == "hỏi diện tích bằng hecta và ghi thành một con số, ví dụ 2.5"
    assert "zwei" in rows[0]["Sai ở đâu"], "the value found is there too"


def test_the_same_bytes_every_time_and_no_formula():
    features = [feature("=1+1", point(12.681234, 108.071234), village="=cmd|' /C calc'!A1", Area=1)]
    first, second = worklist(report_of(features)), worklist(report_of(features))
    assert first == second
    book = opened(first)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


@pytest.mark.parametrize("language", languages())
def test_without_its_hidden_sheet_it_says_what_it_is(language):
    book = opened(worklist(report_of(language=language)))
    del book[HIDDEN]
    out = io.BytesIO()
    book.save(out)
    (found,) = check(read_bytes("filled.xlsx", out.getvalue())).findings
    assert "sheet of a worklist without its hidden sheet" in found.message
    assert "send the whole workbook" in found.hint


def test_one_village_saved_as_csv_is_told_from_a_table_of_plots():
    sheet = opened(worklist(report_of()))["Ea Kao"]
    out = io.StringIO()
    csv.writer(out).writerows([cell.value for cell in row] for row in sheet.iter_rows())
    (found,) = check(read_bytes("village.csv", out.getvalue().encode())).findings
    assert "sheet of a worklist" in found.message
    reading = read_bytes("plots.csv", b"No.,plot code,lat,lon,area ha\n1,P-1,12.681234,108.051234,1.5\n")
    assert len(reading.plots) == 1


def test_collections_come_back_as_they_were():
    square = [[108.05, 12.68], [108.0512345, 12.6812345], [108.0512345, 12.6800001], [108.05, 12.68]]
    both = {"type": "GeometryCollection", "geometries": [polygon(square), point(108.051234, 12.681234)]}
    report = report_of([feature("P-1", both, Area=1)])
    reading, _ = read_again(worklist(report))
    assert {one.rule for one in check(reading).findings} >= {"geometry-collection"} & {
        one.rule for one in report.result.findings
    }
    assert reading.plots.geometry[0].equals(report.plots.geometry[0])


@pytest.mark.fault(95)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_strangers_text_is_text_and_comes_back(kind):
    report = village_report(3, text=HOSTILE[kind])
    data = worklist(report, page="x.html")
    book = opened(data)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    reading = read_bytes("filled.xlsx", data)
    assert len(reading.plots) + len(reading.rejected) == 2
    assert all(file.adds_up() for file in reading.files)


def test_names_that_no_sheet_may_have():
    features = [
        feature(f"P-{at}", point(12.681234, 108.071234 + at / 100), village=name, Area=1)
        for at, name in enumerate(["a/b:c", "A B C", "x" * 50, "x" * 49, "Guide", "'", "[]"])
    ]
    book = opened(worklist(report_of(features)))
    titles = book.sheetnames
    assert len(titles) == len({title.casefold() for title in titles}) == 9
    assert max(map(len, titles)) <= 31


def test_many_villages_stand_on_one_sheet():
    features = [
        feature(f"P-{at}", point(12.681234, 108.071234 + at / 100), village=f"V{at}", Area=1) for at in range(70)
    ]
    book = opened(worklist(report_of(features)))
    assert book.sheetnames == ["Guide", "Plots", HIDDEN]
    assert len(read_again(worklist(report_of(features)))[1]) == 70


def test_a_long_boundary_goes_through_many_cells():
    import numpy as np

    turn = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    ring = np.column_stack([108.05 + 0.002 * np.cos(turn), 12.68 + 0.002 * np.sin(turn)])
    ring[7] = [108.05, 12.68]
    ring[8:20] = ring[8:20][::-1]
    features = [feature("P-1", polygon([*ring.tolist(), ring[0].tolist()]), Area=100)]
    report = report_of(features)
    reading, _ = read_again(worklist(report))
    assert reading.plots.geometry[0].equals(report.plots.geometry[0])


def test_linked_to_the_drawings_beside_it():
    report = report_of(out="lists/coffee.xlsx")
    from eudr_geo.outputs.reports.as_worklist import render

    book = opened(render(report))
    assert book["Buôn Ako"]["J2"].hyperlink.target == "coffee.html#at=1-1"
    assert list(beside(report)) == [".html"]


def test_nothing_to_do_is_said():
    book = opened(worklist(report_of([FEATURES[3]])))
    assert book.sheetnames == ["Guide", HIDDEN]
    assert "No plot needs work" in book["Guide"]["A3"].value

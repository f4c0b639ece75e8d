"""What is wrong in a workbook is said at its cell, in the words of its sheets, once, and stands in the corrected copy."""

import openpyxl
import pytest
from click.testing import CliRunner

from eudr_geo.cli import app
from eudr_geo.lots.sheets import sheet
from eudr_geo.outputs.workbook.writing import write_book

SHEETS = {
    "Producers": [["Producer code", "Name"], ["H-1", "Y Blơm"]],
    "Plots": [
        ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Latitude", "Longitude"],
        ["T-1", "H-1", "coffee", "VN", 1.2, "12.712345", "108.061234"],
    ],
    "Deliveries": [
        ["Receipt", "Số lô", "Date", "Kg", "Form", "Farmer", "Plot", "Harvested from"],
        *[[f"R{i}", "C1", "2025-11-15", 100, "cherry", "H-1", "T-1", "2025-11-14"] for i in range(7)],
    ],
    "Lots": [
        ["Lot code", "Type", "Form", "Created on", "HS code", "Stream"],
        ["C1", "bulk", "cherry", "2025-11-15", None, None],
        ["G1", "bulk", "green", "2025-12-15", None, None],
    ],
    "Processing": [
        ["Process no.", "Step", "Date", "Lot in", "Weight in (kg)", "Lot out", "Weight out (kg)"],
        ["W1", "dry mill", "2025-12-15", "C1", 700, "G1", 110],
    ],
    "Shipments": [
        ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "HS code"],
        ["EX1", "G1", 100, "2026-02-01", "Importer BV", "090111"],
    ],
}


def book(folder, **edits):
    """The workbook; an edit is sheet_row_column = value, row and column from 1."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in SHEETS.items():
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
    for place, value in edits.items():
        title, row, column = place.split("_")
        made[title].cell(int(row), int(column)).value = value
    made.save(folder / "book.xlsx")
    return str(folder / "book.xlsx")


def run(folder, *words):
    return CliRunner().invoke(app, [*words, "-p", str(folder / "p.gpkg")])


@pytest.fixture
def project(tmp_path):
    made = run(tmp_path, "init", "--name", "a", "--country", "VN", "--season", "2025/26")
    assert made.exit_code == 0, made.output
    return tmp_path


def test_a_right_workbook_is_stored(project):
    assert run(project, "book", book(project), "--yes").exit_code == 0


def test_a_lot_that_was_left_out_makes_no_receipt_a_liar(project):
    """A micro-lot without its stream is one error: not one of each of its seven receipts, of its mill, of its shipment."""
    done = run(project, "book", book(project, Lots_2_2="micro"), "--yes")
    assert done.exit_code == 1
    assert "a micro-lot needs its stream" in done.output
    assert "does not exist" not in done.output
    assert done.output.count("error:") == 1
    assert "ERROR" not in done.output
    assert "1 row was left out" in done.output


@pytest.mark.parametrize(
    ("edits", "wrong"),
    [
        ({"Lots_2_4": "soon"}, "C1"),  # the lot cannot be read
        ({"Processing_2_5": "much"}, "W1"),  # the mill cannot be read, and then the shipment draws on nothing
        ({"Deliveries_3_4": "heavy"}, "R1"),  # a receipt cannot be read, and then the mill takes more than came
    ],
)
def test_siblings_what_rests_on_a_row_that_was_left_out_is_not_judged(project, edits, wrong):
    done = run(project, "book", book(project, **edits), "--yes")
    assert done.exit_code == 1, wrong
    assert done.output.count("error:") == 1, done.output
    assert "ERROR" not in done.output
    assert "refused:" not in done.output
    assert "left out" in done.output


@pytest.mark.parametrize(
    "heading", [{"Lots_1_3": None}, {"Lots_1_3": "Frm of it all"}, {"Lots_1_1": "Nr"}, {"Processing_1_1": "x"}]
)
def test_a_sheet_without_a_column_makes_no_receipt_a_liar(project, heading):
    """One heading is wrong: not one line for each receipt that names a lot of that sheet."""
    done = run(project, "book", book(project, **heading), "--yes")
    assert done.exit_code == 1
    assert "does not exist" not in done.output
    assert "there is no column" in done.output
    assert "ERROR" not in done.output
    assert "left out" in done.output


def test_the_rows_of_a_sheet_without_a_column_come_back_in_the_corrected_copy(project):
    copy = project / "corrected.xlsx"
    done = run(project, "book", book(project, Lots_1_3=None), "--yes", "--corrected", str(copy))
    assert done.exit_code == 1
    page = openpyxl.load_workbook(copy)["Lots"]
    first = [cell.value for cell in page[1]].index("Lot code") if "Lot code" in [c.value for c in page[1]] else 0
    codes = {row[first].value for row in page.iter_rows(min_row=2)}
    assert {row[0] for row in SHEETS["Lots"][1:]} <= codes


def test_what_does_not_rest_on_it_is_still_told(project):
    done = run(project, "book", book(project, Lots_2_2="micro", Deliveries_3_7="T-9"), "--yes")
    assert "Deliveries!G3" in done.output
    assert "plot T-9, which does not exist" in done.output


@pytest.mark.parametrize(
    ("edits", "cell"),
    [
        ({"Deliveries_3_7": "T-9"}, "Deliveries!G3"),  # a plot that nobody knows
        ({"Deliveries_3_8": None}, "Deliveries!H3"),  # no harvest day
        ({"Shipments_2_6": "100630"}, "Shipments!F2"),  # rice
        ({"Shipments_2_3": 150}, "Lots!row 3|Lots, row 3"),  # more than the lot holds: its sheet has no weight
        ({"Deliveries_3_3": "2015-11-15"}, "Deliveries!C3"),  # long ago
    ],
)
def test_a_finding_stands_at_its_cell(project, edits, cell):
    done = run(project, "book", book(project, **edits))
    assert any(one in done.output for one in cell.split("|")), done.output
    assert "record 3" not in done.output


def test_the_corrected_copy_has_what_the_rules_found_at_the_cell(project):
    done = run(project, "book", book(project, Deliveries_3_7="T-9"), "--corrected", str(project / "c.xlsx"))
    assert "c.xlsx" in done.output
    copy = openpyxl.load_workbook(project / "c.xlsx")
    (row,) = [one for one in copy["Issues"].iter_rows(min_row=2, values_only=True) if "T-9" in str(one[4])]
    assert row[:2] == ("error", "Deliveries")
    cell = copy["Deliveries"][row[2]]
    assert cell.value == "T-9"
    assert "T-9" in cell.comment.text


@pytest.mark.parametrize("lang", ["en", "vi", "es", "fr", "pt", "id"])
def test_what_a_micro_lot_needs_is_marked(tmp_path, lang):
    write_book(tmp_path / "w.xlsx", lang=lang)
    made = openpyxl.load_workbook(tmp_path / "w.xlsx")
    for name, key in (("lots", "stream"), ("plots", "stream")):
        spec = sheet(name)
        headings = [cell.value for cell in made[spec.title(lang)][1]]
        (marked,) = [one for one in headings if one.startswith(spec.field(key).title(lang)) and "*" in one]
        assert "mi" in marked, "the word for a micro-lot stands beside the star"

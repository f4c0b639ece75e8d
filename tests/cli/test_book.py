"""``eudr-geo book`` as a cooperative uses it: one workbook after the other, each stored in one step."""

import openpyxl
import pytest
from click.testing import CliRunner

from eudr_geo.cli import app

PRODUCERS = [["Producer code", "Name"], ["NH-1", "Y Blơm"]]
PLOTS = [
    ["Plot code", "Producer code", "Latitude", "Longitude", "Area (ha)"],
    ["T-1", "NH-1", "12.712345", "108.056789", 1.2],
]
LOTS = [["Lot code", "Type", "Form", "Created on"], ["L-1", "bulk", "cherry", "2025-11-15"]]
HEAD = ["Delivery date", "Lot code", "Plot code", "Net weight", "Harvested on", "Receipt"]


def delivery(receipt, day=15):
    return [f"2025-11-{day}", "L-1", "T-1", 100.0, "2025-11-14", receipt]


@pytest.fixture
def run(tmp_path):
    project = str(tmp_path / "coop.gpkg")

    def go(*words):
        return CliRunner().invoke(app, [*words, "-p", project])

    assert go("init", "--name", "HTX", "--country", "VN").exit_code == 0

    def book(name, sheets, *options):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        made.save(tmp_path / name)
        return go("book", str(tmp_path / name), "--yes", *options)

    return go, book


def test_book_and_land_are_one_step_and_one_step_back(run):
    go, book = run
    done = book(
        "all.xlsx", {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": [HEAD, delivery("R-1")]}
    )
    assert done.exit_code == 0, done.output
    assert "1 producer, 1 plot, 1 lot, 1 delivery new" in done.output
    log = go("log").output
    assert log.count(" book ") == 1
    undone = go("undo", "--yes")
    assert undone.exit_code == 0, undone.output
    again = book(
        "again.xlsx", {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": [HEAD, delivery("R-1")]}
    )
    assert "1 producer, 1 plot, 1 lot, 1 delivery new" in again.output, "nothing of the first was left"


def test_the_next_workbook_leans_on_what_the_project_knows(run):
    _, book = run
    book("first.xlsx", {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": [HEAD, delivery("R-1")]})
    second = book("december.xlsx", {"Deliveries": [HEAD, delivery("R-2", 20), delivery("R-3", 21)]})
    assert second.exit_code == 0, second.output
    assert "unknown-reference" not in second.output
    assert "2 deliveries new" in second.output
    third = book("january.xlsx", {"Deliveries": [HEAD, ["2025-11-22", "L-9", "T-1", 5.0, "2025-11-21", "R-4"]]})
    assert third.exit_code == 1
    assert third.output.count("L-9, which does not exist") == 1
    assert "refused:" not in third.output, "said once is enough"


def test_what_is_wrong_with_land_in_the_book_is_shown_before_it_is_stored(run):
    _, book = run
    far = [PLOTS[0], ["T-1", "NH-1", "48.85", "2.35", 1.2]]
    done = book("far.xlsx", {"Producers": PRODUCERS, "Plots": far, "Lots": LOTS})
    assert "outside-country" in done.output


def test_a_workbook_of_something_else_stores_nothing_and_says_so(run):
    _, book = run
    done = book("budget.xlsx", {"Sheet1": [["Item", "Cost"], ["Truck", 100]]})
    assert done.exit_code == 1
    assert "no sheet could be told" in done.output


def test_a_new_workbook_holds_the_people_and_plots_of_the_project_and_takes_nobodys_place(run, tmp_path):
    go, book = run
    book("first.xlsx", {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": [HEAD, delivery("R-1")]})
    out = tmp_path / "december.xlsx"
    made = go("workbook", "new", "-o", str(out), "--lang", "vi")
    assert made.exit_code == 0, made.output
    sheets = openpyxl.load_workbook(out)
    assert [cell.value for cell in sheets["Nông hộ"]["A"]][1:] == ["NH-1"]
    assert [cell.value for cell in sheets["Thửa đất"]["A"]][1:] == ["T-1"]
    assert sheets["Nhập hàng"].max_row == 1
    assert go("book", str(out), "--yes").exit_code == 0, "read as it is, it changes nothing"
    before = out.read_bytes()
    assert "exists already" in str(go("workbook", "new", "-o", str(out)).exception)
    assert out.read_bytes() == before


WHOLE = {"Producers": PRODUCERS, "Plots": PLOTS, "Lots": LOTS, "Deliveries": [HEAD, delivery("R-1")]}


def test_a_sheet_that_is_taken_out_of_the_workbook_is_asked_about(run):
    """Its rows are gone like those of a sheet that was emptied: never a word of nothing new."""
    go, book = run
    book("all.xlsx", WHOLE)
    less = {name: rows for name, rows in WHOLE.items() if name != "Deliveries"}
    asked = book("all.xlsx", less)
    assert asked.exit_code == 1
    assert "delivery R-1 stood in all.xlsx and is not there any more" in asked.output
    assert book("all.xlsx", less, "--remove-missing").exit_code == 0
    assert "L-1" in go("trace", "L-1").output
    assert "R-1" not in go("trace", "L-1", "--format", "json").output


def test_a_sheet_that_is_not_in_another_workbook_says_nothing(run):
    _, book = run
    book("all.xlsx", WHOLE)
    assert book("december.xlsx", {"Deliveries": [HEAD, delivery("R-2", 20)]}).exit_code == 0


def test_a_column_that_is_taken_off_a_sheet_is_named_and_empties_nothing(run):
    _, book = run
    book("all.xlsx", WHOLE)
    harvest = HEAD.index("Plot code")
    rows = [[cell for at, cell in enumerate(row) if at != harvest] for row in WHOLE["Deliveries"]]
    said = book("all.xlsx", {**WHOLE, "Deliveries": rows})
    assert said.exit_code == 0, said.output
    assert "delivery: the column Plot code is not on the sheet any more; what it said before stays" in said.output
    assert "any more" not in book("all.xlsx", WHOLE).output

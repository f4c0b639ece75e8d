"""Weights in the units that people write, country by country; what nobody knows is refused with what is known there."""

import pytest

from eudr_geo.sources.workbook.sheets import read_cells
from eudr_geo.words.workbook import unit_kg


@pytest.mark.parametrize(
    ("unit", "country", "kg"),
    [
        ("t", "", 1000.0), ("MT", "", 1000.0), ("ton", "VN", 1000.0), ("tons", "CI", 1000.0), ("ton", "", None),
        ("lb", "CO", 0.45359237), ("LBS", "", 0.45359237), ("qq", "HN", 45.36), ("quintales", "HN", 45.36),
        ("qq", "VN", None), ("@", "CO", 12.5), ("@", "BR", 15.0), ("@", "HN", None), ("arrobas", "BR", 15.0),
        ("sc", "BR", 60.0), ("cargas", "CO", 125.0), ("cargas", "HN", 90.72), ("bao", "VN", None), ("tạ", "VN", 100.0),
    ],
)  # fmt: skip
def test_a_unit_is_that_of_its_country(unit, country, kg):
    assert unit_kg(unit, country) == kg


def deliveries(unit, weight=3):
    head = ["Delivery date", "Lot code", "Producer code", "Plot code", "Net weight", "Unit", "Form", "Receipt"]
    return {"Deliveries": [head, ["2025-11-15", "C", "H-1", "T-1", weight, unit, "cherry", "R1"]]}


def test_a_delivery_in_cargas_is_kept_in_kilograms():
    found = read_cells(deliveries("cargas"), name="book.xlsx", country="CO")
    assert [row["quantity_kg"] for row in found.tables["delivery"]] == [375.0]


def test_an_unknown_unit_is_refused_and_the_units_of_the_country_are_told():
    found = read_cells(deliveries("bao", 12), name="book.xlsx", country="VN")
    assert found.tables["delivery"] == []
    told = next(issue for issue in found.issues if issue.severity == "error" and "bao" in issue.why)
    assert "tạ = 100 kg" in told.fix
    assert "kilograms" in told.fix


def test_book_says_how_many_rows_of_a_sheet_it_took(tmp_path):
    import openpyxl
    from click.testing import CliRunner

    from eudr_geo.cli import app

    book = openpyxl.Workbook()
    book.active.title = "Deliveries"
    rows = deliveries("kg")["Deliveries"]
    for row in (*rows, [*rows[1][:5], "bao", "cherry", "R2"]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    project = str(tmp_path / "p.gpkg")
    CliRunner().invoke(app, ["init", "-p", project, "--name", "Coop", "--country", "VN"])
    result = CliRunner().invoke(app, ["book", str(tmp_path / "book.xlsx"), "-p", project, "--yes"])
    assert "Deliveries 1 of 2 rows" in result.output
    assert result.exit_code == 1

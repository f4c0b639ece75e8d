"""The log of cells that were understood only after a change."""

import io
import json
import unicodedata

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from eudr_geo.cli import app
from eudr_geo.sources.reading import read_bytes

HEADINGS = ["Mã thửa", "Vĩ độ", "Kinh độ", "Diện tích", "Ngày đo", "Tên nông hộ"]
MESSY = [
    ["A1", "12,712345", "108,123456", "1,5 ha", "3/4/2025", "Y  Blơm"],
    ["A2", "12°42'44.4\"N", "108°07'24.4\"E", "15000 m2", "2025-04-03", "Y Krông"],
    ["A3", "12,713345", "108,133456", "0,5", "2025.04.03", unicodedata.normalize("NFD", "Y Blơm")],
]
EXPECTED = [
    ("B2", "12,712345", "12.712345", "decimal-mark"),
    ("C2", "108,123456", "108.123456", "decimal-mark"),
    ("D2", "1,5 ha", "1.5", "unit"),
    ("E2", "3/4/2025", "2025-04-03", "date"),
    ("F2", "Y  Blơm", "Y Blơm", "text"),
    ("B3", "12°42'44.4\"N", "12.71233333", "angle"),
    ("C3", "108°07'24.4\"E", "108.12344444", "angle"),
    ("D3", "15000 m2", "1.5", "unit"),
    ("B4", "12,713345", "12.713345", "decimal-mark"),
    ("C4", "108,133456", "108.133456", "decimal-mark"),
    ("D4", "0,5", "0.5", "decimal-mark"),
    ("E4", "2025.04.03", "2025-04-03", "date"),
    ("F4", unicodedata.normalize("NFD", "Y Blơm"), "Y Blơm", "text"),
]


def as_csv(rows):
    return "\n".join(";".join(row) for row in rows).encode()


def as_xlsx(rows):
    book = Workbook()
    book.active.title = "Thửa"
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("name", "make", "sheet"), [("plots.csv", as_csv, ""), ("plots.xlsx", as_xlsx, "Thửa")])
def test_each_changed_cell_is_logged_as_it_was_and_as_it_became(name, make, sheet):
    (file,) = read_bytes(name, make([HEADINGS, *MESSY])).files
    assert [(one.cell, one.before, one.after, one.rule) for one in file.changes] == EXPECTED
    assert {one.sheet for one in file.changes} == {sheet}


def test_nothing_is_logged_of_a_table_that_needs_no_change():
    rows = [HEADINGS, ["A1", "12.712345", "108.123456", "1.50", "2025-04-03", "Y Blơm"]]
    (file,) = read_bytes("plots.csv", as_csv(rows)).files
    assert file.changes == ()


def test_boundaries_in_a_cell_and_a_row_a_corner_are_logged_alike():
    ring = "POLYGON((108.05 12.68,108.052 12.68,108.052 12.682,108.05 12.68))"
    rows = [["plot code", "farmer", "area", "WKT"], ["A", "Y  Blơm", "0,5", ring], ["B", "Y Krông", "0.5", ring]]
    (file,) = read_bytes("plots.csv", as_csv(rows)).files
    assert [(one.cell, one.after, one.rule) for one in file.changes] == [
        ("B2", "Y Blơm", "text"),
        ("C2", "0.5", "decimal-mark"),
    ]
    corners = [
        ["plot code", "corner", "lat", "lon", "area"],
        ["A", "1", "12,680000", "108,050000", "0.5"],
        ["A", "2", "12,680000", "108,052000", "0.5"],
        ["A", "3", "12,682000", "108,052000", "0.5"],
    ]
    (file,) = read_bytes("plots.csv", as_csv(corners)).files
    assert [one.cell for one in file.changes] == ["C2", "D2", "C3", "D3", "C4", "D4"]


def test_the_log_is_counted_under_the_files_and_listed_in_a_file(tmp_path):
    table, log = tmp_path / "plots.csv", tmp_path / "log.csv"
    table.write_bytes(as_csv([HEADINGS, *MESSY]))
    ran = CliRunner().invoke(app, ["check", str(table), "--country", "VN", "--changes", str(log)])
    counted = "13 cells read after a change: degrees and minutes 2, dates 2, decimal marks 5, blanks or letters 2, "
    assert counted + "areas with a unit 2" in ran.output
    lines = log.read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "file,sheet,cell,before,after,rule"
    assert lines[1] == 'plots.csv,,B2,"12,712345",12.712345,decimal-mark'
    assert len(lines) == 1 + len(EXPECTED)
    ran = CliRunner().invoke(app, ["check", str(table), "--country", "VN", "--format", "json"])
    (file,) = json.loads(ran.stdout)["inputs"]
    assert [(one["cell"], one["rule"]) for one in file["cell_changes"]] == [(one[0], one[3]) for one in EXPECTED]


def test_the_page_counts_changed_cells_where_there_are_some(tmp_path):
    table, page = tmp_path / "plots.csv", tmp_path / "page.html"
    for rows, is_told in (
        ([HEADINGS, *MESSY], True),
        ([HEADINGS, ["A", "12.712345", "108.123456", "1", "", ""]], False),
    ):
        table.write_bytes(as_csv(rows))
        CliRunner().invoke(app, ["check", str(table), "--format", "html", "-o", str(page)])
        assert ('<th class="n">cells read after a change' in page.read_text(encoding="utf-8")) is is_told

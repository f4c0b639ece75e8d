"""Workbooks as they arrive: folders of CSV, blank cells that mean "as above", columns of the users' own."""

import csv
import io

import openpyxl
import pytest
from click.testing import CliRunner

from eudr_geo.base.errors import InputError
from eudr_geo.cli import app
from eudr_geo.outputs.workbook.rows import demo_book
from eudr_geo.outputs.workbook.writing import book_bytes, write_corrected
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.sources.workbook.sheets import read_cells
from eudr_geo.words.languages import languages


def as_csv(folder, lang, *, encoding="utf-8", separator=",", prefix=""):
    """The example workbook as Google Sheets or Excel save it, a file a sheet."""
    book = openpyxl.load_workbook(io.BytesIO(book_bytes(lang=lang, stage=360, demo=True)))
    folder.mkdir()
    for sheet in book.worksheets:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
        for row in sheet.iter_rows(values_only=True):
            writer.writerow(["" if cell is None else cell.strftime("%d/%m/%Y") if hasattr(cell, "year") else cell for cell in row])  # fmt: skip
        (folder / f"{prefix}{sheet.title}.csv").write_bytes(text.getvalue().encode(encoding, "replace"))
    return folder


@pytest.mark.parametrize(
    ("lang", "separator", "prefix"),
    [(lang, ",;\t"[n % 3], ("Coop - ", "")[n % 2]) for n, lang in enumerate(languages("columns"))],
)
def test_a_folder_of_csv_says_what_the_workbook_says(tmp_path, lang, separator, prefix):
    read = read_book(as_csv(tmp_path / "coop", lang, separator=separator, prefix=prefix))
    assert read.errors() == ()
    assert read.file.adds_up()
    for name in ("producer", "plot", "delivery", "lot", "process_line", "consignment_line"):
        drop = ["src_file", "src_sheet", "src_row", *(["location_code"] if name == "lot" else [])]
        wanted, found = (book.table(name).drop(columns=drop) for book in (demo_book(), read.book))
        assert wanted.astype(object).where(wanted.notna(), None).to_dict("records") == found.to_dict("records"), name


@pytest.mark.parametrize(("lang", "encoding"), [("vi", "utf-8-sig"), ("fr", "cp1252")])
def test_old_encodings_of_windows_are_read(tmp_path, lang, encoding):
    read = read_book(as_csv(tmp_path / "coop", lang, encoding=encoding, separator=";"))
    assert read.errors() == ()
    assert len(read.book.table("delivery")) == len(demo_book().table("delivery"))


def test_a_folder_without_csv_and_two_files_of_one_sheet_are_told(tmp_path):
    with pytest.raises(InputError, match="holds no CSV"):
        read_book(tmp_path)
    for name in ("Lots.csv", "Old - Lots.csv"):
        (tmp_path / name).write_text("Lot code,Type,Form,Created on\n")
    with pytest.raises(InputError, match="two files hold the sheet Lots"):
        read_book(tmp_path)


ROWS = [
    ["Date", "Lot", "Producer", "Plot", "kg", "Form"],
    ["15/11/2025", "A", "H-1", "P-1", 10, "cherry"],
    [None, None, None, "P-2", 20, None],
    [None, None, None, None, 30, None],
    [None, "B", "H-2", None, 40, None],
]


def test_blank_means_as_above_only_when_asked():
    plain = read_cells({"Deliveries": ROWS})
    assert len(plain.tables["delivery"]) == 1
    found = read_cells({"Deliveries": ROWS}, fill_down=True)
    rows = [(row["delivered_on"], row["lot_code"], row["producer_code"], row["plot_code"], row["form"]) for row in found.tables["delivery"]]  # fmt: skip
    assert rows == [
        ("2025-11-15", "A", "H-1", "P-1", "cherry"),
        ("2025-11-15", "A", None, "P-2", "cherry"),  # a plot tells its producer better than the row above
        ("2025-11-15", "A", "H-1", None, "cherry"),
        ("2025-11-15", "B", "H-2", None, "cherry"),
    ]
    told = [(one.cell, one.after) for one in found.changes if one.rule == "same-as-above"]
    assert ("A3", "15/11/2025") in told
    assert ("C4", "H-1") in told
    assert not [cell for cell, _ in told if cell.startswith(("D", "E"))], "never a plot or a weight"


def test_columns_of_the_users_own_come_back_beside_their_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Producers"
    for row in (
        ["Code", "Name", "Shoe size", None],
        ["H-1", "One", 43],
        [None, "No code", 44],
        ["H-3", "=1+1", "=2+2"],
    ):
        sheet.append(row)
    for cell in sheet["C"]:
        cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(tmp_path / "mine.xlsx")
    before = (tmp_path / "mine.xlsx").read_bytes()
    read = read_book(tmp_path / "mine.xlsx")
    write_corrected(tmp_path / "out.xlsx", read)
    assert (tmp_path / "mine.xlsx").read_bytes() == before
    out = openpyxl.load_workbook(tmp_path / "out.xlsx")
    back = {row[1]: row for row in out["Producers"].iter_rows(values_only=True)}
    heading = next(out["Producers"].iter_rows(values_only=True))
    column = heading.index("Shoe size")
    assert (back["One"][column], back["No code"][column]) == (43, 44)
    links = [cell.hyperlink.location for row in out["Issues"].iter_rows() for cell in row if cell.hyperlink]
    assert "'Producers'!A3" in links


def test_the_command_writes_a_corrected_copy_and_stores_nothing(tmp_path):
    runner = CliRunner()
    project, mine, out = (str(tmp_path / name) for name in ("c.gpkg", "mine.xlsx", "out.xlsx"))
    assert runner.invoke(app, ["init", "-p", project, "--name", "Invented", "--country", "VN"]).exit_code == 0
    (tmp_path / "mine.xlsx").write_bytes(book_bytes(lang="id", stage=180, demo=True))
    said = runner.invoke(app, ["book", mine, "-p", project, "--corrected", out])
    assert (said.exit_code, (tmp_path / "out.xlsx").exists()) == (0, True), said.output
    assert "Tidak ada yang disimpan" in said.output, "in the language of the workbook"
    assert read_book(out).language == "id"
    again = runner.invoke(app, ["book", mine, "-p", project, "--corrected", out])
    assert isinstance(again.exception, InputError)
    assert "exists already" in str(again.exception)

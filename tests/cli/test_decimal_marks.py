"""Numbers that could be two are asked about once for the workbook, and the answer is remembered for it."""

import shutil

import openpyxl
import pytest
from tests_helpers import program

from eudr_geo.lots.sheets import sheet
from eudr_geo.outputs.workbook.writing import write_book
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import open_store


def delivered(path, *weights, lang="en", moisture=None):
    """The example of a workbook, with these weights as text on the Deliveries sheet."""
    write_book(path, lang=lang, stage=90, demo=True)
    book = openpyxl.load_workbook(path)
    spec = sheet("deliveries")
    page, column = book[spec.title(lang)], [one.key for one in spec.fields].index("kg") + 1
    for row, weight in enumerate(weights, start=2):
        page.cell(row, column, weight)
    if moisture:
        spec = sheet("lots")
        book[spec.title(lang)].cell(2, [one.key for one in spec.fields].index("moisture") + 1, moisture)
    book.save(path)
    return path


@pytest.fixture
def project(tmp_path):
    assert program("init", "-p", "p.gpkg", "--name", "Coop", "--country", "VN", cwd=tmp_path).returncode == 0
    return tmp_path


def book(folder, name, *options):
    return program("book", name, "-p", "p.gpkg", "--yes", *options, cwd=folder)


SHIPPED = ("--correction", "the scale was read again")
"""The goods of the example were shipped: what they rest on is changed by a correction only."""


def weights(folder):
    with open_store(folder / "p.gpkg") as store:
        table = store.lot_book().table("delivery")
        return table["quantity_kg"].tolist()[:2]


def test_an_english_template_in_viet_nam_is_asked_once_a_column_and_remembered(project):
    delivered(project / "book.xlsx", "1.234", "2.500")
    done = book(project, "book.xlsx")
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert text.count("can be two numbers") == 1, "once for the column, not for each cell"
    assert (
        "2 cells of Net weight, like 1.234, can be two numbers: 1234 with a decimal comma, 1.234 with a decimal point"
        in text
    )
    assert "--decimal comma or --decimal point" in text
    assert weights(project) == [], "nothing at all is stored"
    assert book(project, "book.xlsx", "--decimal", "comma").returncode == 0
    assert weights(project) == [1234.0, 2500.0]
    delivered(project / "book.xlsx", "1.235", "2.500")
    done = book(project, "book.xlsx", *SHIPPED)
    assert done.returncode == 0, done.stderr
    assert "with a decimal comma, as it was answered for it" in done.stdout + done.stderr
    assert weights(project) == [1235.0, 2500.0]
    delivered(project / "other.xlsx", "1.236", "2.500")
    shutil.move(project / "other.xlsx", project / "renamed.xlsx")
    done = book(project, "renamed.xlsx", *SHIPPED)
    assert done.returncode == 0, "under another name it is the same workbook"
    assert weights(project) == [1236.0, 2500.0]


def test_the_answer_can_be_a_point_and_can_be_taken_back(project):
    delivered(project / "book.xlsx", "1.234", "2.500")
    assert book(project, "book.xlsx", "--decimal", "point").returncode == 0
    assert weights(project) == [1.234, 2.5]
    assert book(project, "book.xlsx", "--decimal", "comma", *SHIPPED).returncode == 0
    assert weights(project) == [1234.0, 2500.0]
    assert program("undo", "-p", "p.gpkg", "--yes", cwd=project).returncode == 0
    assert weights(project) == [1.234, 2.5]
    done = book(project, "book.xlsx")
    assert "with a decimal point, as it was answered for it" in done.stdout + done.stderr


def test_each_column_in_doubt_is_one_question(project):
    delivered(project / "book.xlsx", "1.234", "2.500", moisture="11.234")
    done = book(project, "book.xlsx")
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("can be two numbers") == 2
    assert "answer the 2 questions above" in done.stderr


@pytest.mark.parametrize(
    ("lang", "country", "cells", "read"),
    [
        ("vi", "VN", ("1.234", "2.500"), [1234.0, 2500.0]),  # language and country agree
        ("en", "UG", ("1.234", "2.500"), [1.234, 2.5]),
        ("es", "HN", ("1.234", "2.500"), [1.234, 2.5]),
        ("es", "CO", ("1.234", "2.500"), [1234.0, 2500.0]),
        ("en", "VN", ("1.234", "12,5"), [1234.0, 12.5]),  # the column tells
        ("en", "VN", (1234, 2500), [1234.0, 2500.0]),  # numbers are no text
    ],
)
def test_without_a_doubt_nothing_is_asked(tmp_path, lang, country, cells, read):
    reading = read_book(delivered(tmp_path / "book.xlsx", *cells, lang=lang), country=country)
    assert reading.doubts == ()
    assert reading.book.table("delivery")["quantity_kg"].tolist()[:2] == read


@pytest.mark.parametrize(("lang", "country"), [("en", "VN"), ("en", ""), ("vi", "UG"), ("fr", "GH")])
def test_language_and_country_that_disagree_are_a_doubt(tmp_path, lang, country):
    path = delivered(tmp_path / "book.xlsx", "1.234", "2,500", lang=lang)
    reading = read_book(path, country=country)
    assert len(reading.doubts) == 1
    assert reading.doubts[0] in reading.errors()
    assert len(reading.left_out) == 2, "no row is stored with a guess"
    assert read_book(path, country=country, decimal=",").errors() == ()
    assert read_book(path, country=country, lang="vi").errors() == (), "the language that was asked for decides"


def test_a_limit_of_a_laboratory_is_asked_about_too(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(path, lang="en", stage=180, demo=True)
    written = openpyxl.load_workbook(path)
    for column, value in enumerate(("DL25-ML03-G", "ochratoxin A", "<1.234"), start=1):
        written["Measurements"].cell(2, column, value)
    written.save(path)
    reading = read_book(path, country="VN")
    assert [issue.cell for issue in reading.doubts] == ["C2"]
    assert read_book(path, country="VN", decimal=".").book.table("measurement")["value"].tolist() == [1.234]

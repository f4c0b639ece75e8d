"""A Vietnamese workbook with ten faults: all that is said of it comes from the tables of words, in any language."""

import ast
import csv
import re
import shutil
import string
import sys

import openpyxl
import pytest
from tests_helpers import ROOT

from eudr_geo.base.said import Said
from eudr_geo.cli import speech
from eudr_geo.cli.book import _cells
from eudr_geo.lots.sheets import sheet
from eudr_geo.outputs.workbook.writing import write_book, write_corrected
from eudr_geo.project.importing import preview_book
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store
from eudr_geo.words import tables
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import in_language

MARKED = "qaa"  # a code that no language has
OURS = ("eudr_geo.words", "eudr_geo.lots.sheets", "eudr_geo.sources.workbook", "eudr_geo.outputs.workbook")


def forget():
    """Tables are read once; a test that changes them says so."""
    for name, module in list(sys.modules.items()):
        if name.startswith(OURS):
            for one in vars(module).values():
                if hasattr(one, "cache_clear"):
                    one.cache_clear()


def marked(text):
    """The words of a template in brackets, its places outside."""
    found = ""
    for literal, name, spec, conversion in string.Formatter().parse(text):
        found += f"⟦{literal}⟧" if literal else ""
        if name is not None:
            found += "{" + name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
    return found


@pytest.fixture
def language(tmp_path, monkeypatch):
    """A language whose every word stands in brackets."""
    shutil.copytree(tables.FOLDER, tmp_path / "words", ignore=shutil.ignore_patterns("*.py"))
    (tmp_path / "words" / "languages").mkdir(exist_ok=True)
    with (tmp_path / "words" / "languages" / f"{MARKED}.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["key", "text"])
        for name in tables.names():
            rows.writerows([f"{name}:{key}", marked(text)] for key, text in tables.words(name, "vi").items())
    monkeypatch.setattr(tables, "FOLDER", tmp_path / "words")
    forget()
    assert MARKED in languages()
    yield MARKED
    monkeypatch.undo()
    forget()


def put(book, key, row, column, value):
    place = [one.key for one in sheet(key).fields].index(column) + 1
    book[sheet(key).title("vi")].cell(row, place, value)


def deliver(book, **cells):
    given = {"date": "2025-11-16", "lot": "DL25-ML03-C", "producer": "NH-0007", "plot": "T-014-1", "kg": 10.5}
    row = book["Nhập hàng"].max_row + 1
    for key, value in {**given, "form": "quả tươi", "receipt": f"PN-{row}", **cells}.items():
        put(book, "deliveries", row, key, value)


@pytest.fixture
def damaged(tmp_path):
    """The Vietnamese workbook with its example, and ten faults in it."""
    path = tmp_path / "sổ.xlsx"
    write_book(path, lang="vi", stage=360, demo=True)
    book = openpyxl.load_workbook(path)
    put(book, "deliveries", 2, "lot", "XX-9")  # 1: a code that nobody knows
    deliver(book, kg="nhiều lắm")  # 2: text for a weight
    deliver(book, date="31/02/2025")  # 3: a date that cannot be
    deliver(book, lot=None)  # 4: a cell that must be filled
    deliver(book, form="lá trà")  # 5: a word that is not on the list
    put(book, "plots", 3, "code", "T-014-1")  # 6: a code twice
    deliver(book, kg="#REF!")  # 7: a formula that failed
    deliver(book, kg=-5)  # 8: no weight
    put(book, "processing", 3, "step", "phơi sấy")  # 9: a row that contradicts the one above
    put(book, "processing", 3, "code", "CB-026")
    put(book, "plots", 4, "lat", "12.7 x")  # land that cannot be read is told of beside them
    put(book, "plots", 4, "lon", "108,05")
    deliveries = book["Nhập hàng"]
    deliveries.cell(1, deliveries.max_column + 1, "Thời tiết")  # 10: a column that nobody knows
    deliveries.cell(2, deliveries.max_column, "mưa")
    deliveries.cell(1, 2, "Số lô hàng *")  # called otherwise than by us
    book.save(path)
    return path


SAID = {
    "book:no-number", "book:no-date", "book:empty", "book:not-on-list", "book:formula-failed", "book:no-weight",
    "book:says-above", "book:unknown-heading",
}  # fmt: skip


def data_of(path):
    """What a person wrote into a workbook, and what the sheets are called: no words of ours."""
    book = openpyxl.load_workbook(path)
    texts = {path.name, *book.sheetnames}
    for one in book:
        texts |= {str(cell.value) for row in one.iter_rows() for cell in row if cell.value is not None}
    return texts | {text.strip(" *") for text in texts}


def unsaid(text, data):
    """What of a text is in no bracket and was not written by the user: letters that no table knows."""
    rest = re.sub(r"⟦[^⟧]*⟧", "\n", text)
    for one in sorted(data, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", "", rest)
    rest = re.sub(r"\b[A-Z]{1,2}\d+\b|\bAUTO-[0-9A-F-]+", "", rest)  # cells, numbers that a row was given
    return re.findall(r"[^\W\d_]+", rest)


def test_what_no_table_knows_is_noticed(damaged):
    data = data_of(damaged)
    assert unsaid("⟦lỗi⟧: Nhập hàng!E3: nhiều lắm ⟦không phải là số⟧", data) == []
    assert unsaid("⟦lỗi⟧: Nhập hàng!E3: nhiều lắm is no number", data) == ["is", "no", "number"]


def test_each_fault_is_found_and_every_line_about_it_is_in_the_language(damaged, language):
    read = read_book(damaged, country="VN")
    keys = {part.key for issue in read.issues for part in parts_of(issue.why)}
    assert keys >= SAID
    data = data_of(damaged)
    speech.begin()
    speech.tell("asked", language)
    lines = _cells(read).splitlines()
    assert len(lines) == 1 + len(read.changes) + len(read.issues)
    for line in lines:
        assert "⟦" in line
        assert not unsaid(line, data | words_of_lists()), line
    speech.begin()


def words_of_lists():
    """What to write instead is in the words of the workbook, whoever reads it."""
    return set(tables.words("choices", "vi").values())


def parts_of(text):
    """A sentence and those in it."""
    if isinstance(text, Said):
        yield text
        for value in text.values.values():
            for one in value if isinstance(value, tuple) else (value,):
                yield from parts_of(one)


@pytest.fixture
def refused(damaged, tmp_path):
    with create_store(tmp_path / "p.gpkg", organisation="HTX", country="VN") as store:
        return preview_book(store, read_book(damaged, country="VN").book)


def test_what_is_refused_is_said_in_the_language(refused, damaged, language):
    assert {one.why.key for one in refused.refused} >= {"imports:unknown", "imports:twice.rows"}
    data = data_of(damaged)
    for one in refused.refused:
        for text in (one.why, one.fix):
            assert not unsaid(in_language(text, language), data), text
    assert not unsaid(in_language(refused.summary(), language), data)


@pytest.mark.parametrize("reader", [MARKED, "vi", "es", "fr", "pt", "id"])
def test_comments_and_lists_of_the_corrected_copy_are_in_the_language_and_it_reads_again(
    damaged, language, tmp_path, reader
):
    read = read_book(damaged, country="VN")
    data = data_of(damaged) | words_of_lists()
    copy = tmp_path / "corrected.xlsx"
    write_corrected(copy, read, spoken=reader)
    book = openpyxl.load_workbook(copy)
    issues = book[tables.words("labels", reader)["title.issues"]]
    changes = book[tables.words("labels", reader)["title.changes"]]
    assert issues.max_row == 1 + len(read.issues)
    assert changes.max_row == 1 + len(read.changes)
    comments = [cell.comment.text for one in book for row in one.iter_rows() for cell in row if cell.comment]
    assert len(comments) >= 6
    texts = [str(row[at].value) for row in issues.iter_rows(min_row=1) for at in (0, 4, 5)]
    texts += [str(row[4].value) for row in changes.iter_rows(min_row=1)] + comments
    for text in texts:
        if reader == language:
            assert not unsaid(text, data), text
        else:
            assert text not in english_of(read), text
    again = read_book(copy, country="VN")
    assert again.language == "vi"
    assert not [issue for issue in again.issues if issue.sheet in {issues.title, changes.title}]
    kept = read.book.table("delivery")["quantity_kg"].tolist()
    assert again.book.table("delivery")["quantity_kg"].tolist() == kept
    faults = {issue.why.key for issue in read.errors()}
    assert {issue.why.key for issue in again.errors()} == faults, "rows left out come back as they were written"


def english_of(read):
    return {str(text) for issue in read.issues for text in (issue.why, issue.fix, f"{issue.why}. {issue.fix}.")}


def test_a_column_is_called_as_in_the_users_own_sheet(damaged):
    read = read_book(damaged, country="VN")
    (empty,) = [issue for issue in read.issues if issue.why.key == "book:empty"]
    assert in_language(empty.why, "vi") == "Số lô hàng còn trống"
    assert in_language(empty.why, "es") == "Số lô hàng: está vacío"


def test_a_column_that_is_missing_is_called_as_the_reader_calls_it_in_english_in_both(tmp_path):
    path = tmp_path / "lô.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Lô hàng"
    for row in (["Loại lô", "Dạng", "Ngày tạo"], ["micro", "nhân xanh", "2025-11-15"]):
        book.active.append(row)
    book.save(path)
    (missing,) = [issue for issue in read_book(path).issues if issue.why.key == "book:no-column"]
    assert missing.why == "there is no column Lot code / Mã lô"
    assert in_language(missing.why, "vi") == "không có cột Mã lô"
    assert in_language(missing.why, "fr") == "il n’y a pas de colonne Code du lot"


SPEAKING = (
    "sources/workbook",
    "sources/frames.py",
    "sources/formats/boundaries.py",
    "outputs/workbook",
    "project/importing",
)
NO_SENTENCES = {  # the first words of a row of totals, keys of our own sheets, a line of --help, and of the log
    "total ", "tong ", "encoding of ", "suggested ", "the lots workbook (XLSX)", " waiver", " from ",
}  # fmt: skip


def files_of(place):
    path = ROOT / "eudr_geo" / place
    return sorted(path.glob("*.py")) if path.is_dir() else [path]


@pytest.mark.parametrize("place", SPEAKING)
def test_no_sentence_stands_in_the_code_that_speaks_of_workbooks_and_imports(place):
    found = []
    for path in files_of(place):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        found += [
            f"{path.name}, line {node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in comments
            and node.value not in NO_SENTENCES
            and re.search(r"[a-z]{2,} [a-z]{2,}|[a-z]+ $|^ [a-z]+", node.value)
        ]
    assert not found, "say it by its key in words/book.csv or words/imports.csv"


def test_no_row_of_the_tables_is_said_by_nobody():
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "eudr_geo").rglob("*.py")))
    whole = set(re.findall(r"\b(?:book|imports|workbook_files):[\w.-]+", code))
    begun = tuple(re.findall(r"\bf\"((?:book|imports|workbook_files|cell_changes):[\w.-]*)\{", code))
    for name in ("book", "imports", "workbook_files"):
        for key in tables.words(name, "en"):
            said = f"{name}:{key}"
            is_said = said in whole or said.removesuffix(".one") in whole
            assert is_said or said.startswith(begun) or said.removesuffix(".do") in whole, said
    rules = {key for key in tables.words("cell_changes", "en") if f'"{key}"' not in code}
    rules -= {key for key in rules if f"cell_changes:{key}" in code}
    assert not rules, "nothing is changed so"

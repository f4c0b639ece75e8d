"""A column of a noun stands once: one line in the model and its words, and every sheet, the store and the docs have it.

The tests add a column to every noun of every sheet of the workbook, in a copy of the package, and follow a value from
the empty workbook through reading and storing back into the workbook of the project.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import eudr_geo
from eudr_geo.lots.sheets import READ_ORDER, sheet, sheets
from eudr_geo.outputs.workbook.rows import demo_book, rows_of
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheets import READERS, read_cells

PACKAGE = Path(eudr_geo.__file__).parent
ROOT = Path(__file__).parents[2]

NEW = {
    # row of words: (table, the line without its place, what a person writes in en and vi, stored, written back in en and vi)
    "organisations.novelty": ("organisation", 'Mapped[str] = col("new", default="", kind="choice:form"', ("green", "nhân xanh"), "green", ("green", "nhân xanh")),
    "producers.novelty": ("producer", 'Mapped[str] = col("new", default=""', ("Ê 7", "Ê 7"), "Ê 7", ("Ê 7", "Ê 7")),
    "seasons.novelty": ("season", 'Mapped[str] = col("new", default="", kind="season"', ("25-26", "2025 – 2026"), "2025/26", ("2025/26", "2025/26")),
    "plots.novelty": ("plot", 'Mapped[int | None] = col("new"', ("7", "7"), 7, (7, 7)),
    "deliveries.novelty": ("delivery", 'Mapped[str] = col("new", default="", kind="date"', ("15/11/2025", "15/11/2025"), "2025-11-15", ("2025-11-15", "2025-11-15")),
    "lots.novelty": ("lot", 'Mapped[bool | None] = col("new"', ("no", "không"), False, ("no", "không")),
    "lots.stream_novelty": ("stream", 'Mapped[str] = col("new", default=""', ("=1+1", "=1+1"), "=1+1", ("=1+1", "=1+1")),
    "processing.novelty": ("process", 'Mapped[float | None] = col("new", unit="percent"', ("12.5", "12,5"), 12.5, (12.5, 12.5)),
    "processing.in_novelty": ("process_line", 'Mapped[int | None] = col("new"', (3, 3), 3, (3, 3)),
    "processing.out_novelty": ("process_line", None, (4, 4), 4, (4, 4)),
    "storage.novelty": ("storage_stay", 'Mapped[float | None] = col("new", unit="kg"', ("2 tonnes", "2 tạ"), (2000.0, 200.0), (2000, 200)),
    "storage.place_novelty": ("location", 'Mapped[str] = col("new", default=""', ("dry", "dry"), "dry", ("dry", "dry")),
    "places.novelty": ("location", None, ("dry", "dry"), "dry", ("dry", "dry")),
    "handovers.novelty": ("handover", 'Mapped[str | None] = col("new", ForeignKey("organisation.code")', ("Kho Mới", "Kho Mới"), "KHO MỚI", ("Kho Mới", "Kho Mới")),
    "measurements.novelty": ("measurement", 'Mapped[str] = col("new", default="", kind="country"', ("Viet Nam", "Việt Nam"), "VN", ("VN", "VN")),
    "offers.novelty": ("offer", 'Mapped[float | None] = col("new", unit="per unit", kind="money"', ("7 USD", "7 USD"), 7.0, (7, 7)),
    "costs.novelty": ("cost", 'Mapped[str] = col("new", default="", kind="choice:form"', ("cherry", "quả tươi"), "cherry", ("cherry", "quả tươi")),
    "shipments.novelty": ("consignment", 'Mapped[str] = col("new", default="", kind="digits"', ("09 01", "09 01"), "0901", ("0901", "0901")),
    "statements.line_novelty": ("statement_lot", 'Mapped[str] = col("new", default="", kind="code"', ("cd - 1", "cd - 1"), "CD-1", ("CD-1", "CD-1")),
    "shipments.line_novelty": ("consignment_line", 'Mapped[str] = col("new", default="", kind="code"', ("ab - 1", "ab - 1"), "AB-1", ("AB-1", "AB-1")),
    "statements.novelty": ("statement", 'Mapped[str] = col("new", default=""', ("green", "green"), "green", ("green", "green")),
}  # fmt: skip
"""A column for every noun that stands on a sheet, of every kind that a cell can be."""

LANGUAGES = ("en", "vi")

FOLLOW = """
import json, sys
from pathlib import Path
import openpyxl
sys.path.insert(0, sys.argv[1])
import generate
import eudr_geo
from eudr_geo.lots.sheets import sheet
from eudr_geo.model.workbook import book_of
from eudr_geo.outputs.workbook.writing import book_bytes
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store

new, tables, folder = json.loads(Path(sys.argv[2]).read_text()), json.loads(Path(sys.argv[3]).read_text()), Path(sys.argv[4])
found = {"where": eudr_geo.__file__, "dictionary": generate.data_page().splitlines()}
for at, lang in enumerate(("en", "vi")):
    def cell(book, key):
        spec = sheet(key.partition(".")[0])
        page = book[spec.title(lang)]
        heading = spec.field(key.partition(".")[2]).heading(lang)
        column = [one.value for one in page[1]].index(heading) + 1
        return page.cell(2, column)

    path = folder / f"{lang}.xlsx"
    path.write_bytes(book_bytes(lang=lang, stage=360))
    empty = openpyxl.load_workbook(path)
    headings = {key: [one.value for one in empty[sheet(key.partition(".")[0]).title(lang)][1]] for key in new}
    path.write_bytes(book_bytes(lang=lang, stage=360, book=book_of(tables)))
    filled = openpyxl.load_workbook(path)
    for key, values in new.items():
        cell(filled, key).value = values[at]
        cell(filled, key).data_type = "n" if isinstance(values[at], int) else "s"
    filled.save(path)
    reading = read_book(path)
    with create_store(folder / f"{lang}.gpkg", organisation="Invented", country="VN") as store:
        plan = preview_book(store, reading.book)
        apply_book(store, plan, now="2026-01-15T08:00:00Z", who="thu")
        kept = store.lot_book()
    path.write_bytes(book_bytes(lang=lang, stage=360, book=kept))
    back = openpyxl.load_workbook(path)
    values = {key: cell(back, key).value for key in new}
    found[lang] = {
        "headings": headings,
        "issues": [str(one) for one in reading.issues],
        "read": {name: frame["novelty"].tolist() for name, frame in reading.book.frames.items() if "novelty" in frame},
        "stored": {name: frame["novelty"].tolist() for name, frame in kept.frames.items() if "novelty" in frame},
        "written": {key: value.date().isoformat() if hasattr(value, "date") else value for key, value in values.items()},
    }
print(json.dumps(found))
"""


def full_tables():
    """The example, and a row for each noun that it lacks."""
    more = {
        "organisation": [{"code": "COOP", "name": "COOP"}, {"code": "MILL", "name": "MILL"}],
        "storage_stay": [{"lot_code": "DL25-ML03-G", "location_code": "KHO 1", "from_date": "2026-01-02"}],
        "handover": [{"code": "HO-1", "lot_code": "DL25-ML03-G", "from_org": "COOP", "to_org": "MILL", "date_sent": "2026-01-05", "quantity_sent_kg": 50.0}],
        "measurement": [{"lot_code": "DL25-ML03-G", "indicator": "moisture", "value": 11.5, "number": 1}],
        "offer": [{"code": "OF-1", "lot_code": "DL25-ML03-G", "buyer": "Sample Roasters", "date": "2026-01-07", "price": 7.5, "currency": "USD", "unit": "kg", "status": "offered"}],
        "cost": [{"code": "CO-1", "stream_code": "ML03", "category": "labels", "amount": 20.0, "currency": "USD", "date": "2026-01-07"}],
        "statement": [{"code": "26VNXXXXXXXX01", "reference": "26VNXXXXXXXX01", "kind": "dds", "source": "own", "status": "available"}],
        "statement_lot": [{"statement_code": "26VNXXXXXXXX01", "consignment_code": "DL26-EXP-001", "lot_code": "DL25-ML03-G", "quantity_kg": 10.0}],
    }  # fmt: skip
    book = demo_book()
    tables = {name: frame.where(frame.notna(), None).to_dict("records") for name, frame in book.frames.items()}
    return tables | more


def copy_of_package(folder):
    """A copy of the package whose nouns have a column more each: two files are touched, the model and the words."""
    copy = folder / "eudr_geo"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for key, (table, line, *_) in NEW.items():
        if line is None:
            continue
        also = {"process_line": "processing.out_novelty", "location": "places.novelty"}.get(table)
        place = f'("{key}", "{also}")' if also else f'"{key}"'
        (module,) = [
            path for path in (copy / "model").glob("*.py") if f'__tablename__ = "{table}"' in path.read_text("utf-8")
        ]
        text = module.read_text("utf-8")
        name = f'    __tablename__ = "{table}"\n'
        text = text.replace(name, f"{name}    novelty: {line}, sheet={place})\n")
        if "ForeignKey" in line:
            assert "ForeignKey" in re.search(r"from sqlalchemy import .*", text)[0]
        module.write_text(text, "utf-8")
    words = copy / "words" / "columns.csv"
    with words.open("a", encoding="utf-8", newline="") as out:
        for key in NEW:
            csv.writer(out).writerow(
                [
                    key,
                    *(
                        f"{word} {key}"
                        for word in ("Novelty", "Điều mới", "Novedad", "Nouveauté", "Novidade", "Hal baru")
                    ),
                    "",
                ]
            )
    return copy


def run(folder, *arguments):
    where = {"env": {**os.environ, "PYTHONPATH": str(folder)}, "cwd": folder}  # the copy comes before what is installed
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False, **where
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What became of a value in each new column, by the code of the copy."""
    folder = tmp_path_factory.mktemp("copy")
    copy_of_package(folder)
    for name, content in (
        ("new.json", {key: values for key, (_, _, values, *_) in NEW.items()}),
        ("tables.json", full_tables()),
    ):
        (folder / name).write_text(json.dumps(content), "utf-8")
    done = run(
        folder, "-c", FOLLOW, str(ROOT / "docs"), str(folder / "new.json"), str(folder / "tables.json"), str(folder)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout)
    assert Path(result["where"]).is_relative_to(folder), "the copy is what was looked at"
    return result


def test_every_noun_of_every_sheet_gets_a_column():
    nouns = {(spec.key, field.table) for spec in sheets() for field in spec.fields if field.table}
    assert nouns == {(key.partition(".")[0], table) for key, (table, *_) in NEW.items()}
    assert {key.partition(".")[0] for key in NEW} == set(READ_ORDER)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", NEW)
def test_a_new_column_is_offered_read_stored_and_written_back(found, key, lang):
    at = LANGUAGES.index(lang)
    table, _, _, stored, written = NEW[key]
    stored = stored[at] if isinstance(stored, tuple) else stored
    seen = found[lang]
    assert seen["issues"] == []
    word = ("Novelty", "Điều mới")[at]
    assert any(str(heading).startswith(f"{word} {key}") for heading in seen["headings"][key]), "in the empty workbook"
    assert stored in seen["read"][table], "read from the filled one"
    assert stored in seen["stored"][table], "stored in the project"
    assert seen["written"][key] == written[at], "written into the workbook of the project"


@pytest.mark.parametrize("key", NEW)
def test_a_new_column_is_in_the_data_dictionary(found, key):
    table = NEW[key][0]
    page = found["dictionary"]
    rows = page[page.index(f"## {table}") :]
    row = next(line for line in rows if line.startswith("| `novelty` |"))
    assert f"Novelty {key}" in row


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (
            "words/columns.csv",
            "\nlots.grade,",
            "\nlots.gread,",
            "lots.grade is not in words/columns.csv; lots.gread is not in the model",
        ),
        ("model/lots.py", 'sheet="lots.grade"', 'sheet="costs.grade"', "the sheet of costs.grade does not hold a lot"),
        ("model/lots.py", 'sheet="lots.grade"', 'sheet="lots.grade", kind="colour"', "nobody reads a cell of the kind"),
    ],
)
def test_a_column_that_was_written_in_one_place_only_is_named(tmp_path, file, before, after, said):
    shutil.copytree(PACKAGE, tmp_path / "eudr_geo", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "eudr_geo" / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    done = run(tmp_path, "-c", "from eudr_geo.lots.sheets import sheets; sheets()")
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.parametrize("key", READ_ORDER)
def test_every_column_of_a_sheet_is_looked_at_by_its_reader(key, monkeypatch):
    seen, looked = set(), Row._raw
    monkeypatch.setattr(Row, "_raw", lambda self, key, *, needed: seen.add(key) or looked(self, key, needed=needed))
    assert set(READERS) == set(READ_ORDER)
    spec = sheet(key)
    read_cells({spec.en: [[field.heading("en") for field in spec.fields], ["x"] * len(spec.fields)]})
    assert seen == {field.key for field in spec.fields}


@pytest.mark.parametrize("key", READ_ORDER)
def test_every_column_of_a_sheet_is_written(key):
    from eudr_geo.model.workbook import book_of

    land = {"lat", "lon", "wkt", "area_ha", "mapped_on"}  # written where the land is given
    not_written = {"plots": land, "deliveries": {"unit"}}.get(key, set())  # weights are kept in kilograms
    rows = rows_of(book_of(full_tables()))[key]
    fields = {field.key for field in sheet(key).fields if not field.is_earlier}  # what stands on another sheet now
    assert {name for row in rows for name in row} - {"_row"} == fields - not_written

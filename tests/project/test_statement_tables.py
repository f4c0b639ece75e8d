"""Statements over time: written beside a shipment or on their own sheet, corrected, replaced, withdrawn."""

import openpyxl
import pytest
from click.testing import CliRunner

from eudr_geo.cli import app
from eudr_geo.lots.statement_list import shipments_without, statement_lines
from eudr_geo.lots.statements import numbers_of_shipments
from eudr_geo.model.statements import Statement, StatementLot, StatusEvent
from eudr_geo.model.workbook import book_of
from eudr_geo.project.auditing import audit
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.project.importing.questions import Answers
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store

EVENT = {"now": "2026-03-01T00:00:00Z", "who": "test"}
ONE, TWO, THREE = "26BE7XTVCZAQ2S", "25HR3TXDB21346", "26DE1XTVCZAQ2S"
HEADS = {
    "Deliveries": ["Lot code", "Delivery date", "Net weight (kg)", "Form", "Receipt"],
    "Lots": ["Lot code", "Type", "Form", "Created on", "HS code"],
    "Shipments": ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "DDS reference", "DDS verification"],
    "Statements": ["Reference number", "Internal reference", "Kind", "Status", "Status since", "Submitted on", "Available on",
                   "Replaces", "Shipment code", "Lot code", "Weight covered (kg)"],
}  # fmt: skip
LOTS = [(code, "bulk", "green", "2025-11-15", "090111") for code in ("A", "B")]
RECEIPTS = [("A", "2025-11-15", 600, "green", "R1"), ("B", "2025-11-15", 400, "green", "R2")]


def ships(first=ONE, second=None):
    return [
        ("EX1", "A", 600, "2026-02-01", "Importer BV", first, "SFFCB4Y3" if first else None),
        ("EX1", "B", 400, None, None, second, None),
    ]


def statement(number=ONE, internal=None, status=None, since=None, lot=None, kg=None, **more):
    names = ("kind", "submitted", "available", "replaces", "shipment")
    kind, submitted, available, replaces, shipment = (more.get(name) for name in names)
    return (number, internal, kind, status, since, submitted, available, replaces, shipment, lot, kg)


def read(store, folder, shipments, statements=(), **answers):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in zip(HEADS, (RECEIPTS, LOTS, shipments, statements), strict=True):
        sheet = book.create_sheet(title)
        for row in (HEADS[title], *rows):
            sheet.append(list(row))
    path = folder / "book.xlsx"
    book.save(path)
    reading = read_book(path)
    assert [str(one) for one in reading.issues if one.severity == "error"] == []
    plan = preview_book(store, reading.book, reading.file, answers=Answers(**answers), headings=reading.headings)
    assert plan.left_open == []
    apply_book(store, plan, **EVENT)


@pytest.fixture
def store(tmp_path):
    with create_store(tmp_path / "p.gpkg", organisation="a", country="VN", season="2025/26") as made:
        yield made


def covered(store):
    names = ["statement_code", "consignment_code", "lot_code", "quantity_kg"]
    return sorted(map(tuple, store.table(StatementLot)[names].astype(object).to_numpy().tolist()))


def events(store):
    return store.table(StatusEvent)[["at", "status"]].to_numpy().tolist()


def test_one_number_on_a_shipment_covers_all_of_it_and_a_corrected_number_is_one_statement(store, tmp_path):
    read(store, tmp_path, ships())
    assert covered(store) == [(ONE, "EX1", "A", None), (ONE, "EX1", "B", None)]
    read(store, tmp_path, ships(TWO))
    assert covered(store) == [(TWO, "EX1", "A", None), (TWO, "EX1", "B", None)]
    assert store.table(Statement)["code"].tolist() == [TWO]
    read(store, tmp_path, ships(TWO, THREE))
    assert covered(store) == [(TWO, "EX1", "A", None), (THREE, "EX1", "B", None)]
    read(store, tmp_path, ships(None))
    assert covered(store) == []
    assert store.table(Statement).empty


def test_each_status_stays_known_with_its_day(store, tmp_path):
    read(store, tmp_path, ships(), [statement(status="submitted", submitted="2026-02-02")])
    read(store, tmp_path, ships(), [statement(status="available", submitted="2026-02-02", available="2026-02-03")])
    read(store, tmp_path, ships(), [statement(status="withdrawn", since="2026-02-05", submitted="2026-02-02", available="2026-02-03")])  # fmt: skip
    said = [["2026-02-02", "submitted"], ["2026-02-03", "available"], ["2026-02-05", "withdrawn"]]
    assert events(store) == said
    assert numbers_of_shipments(store.lot_book()) == {}, "what was withdrawn covers nothing"
    store.undo(**EVENT)
    assert events(store) == said[:2]
    assert numbers_of_shipments(store.lot_book()) == {"EX1": [ONE]}


def test_an_event_cannot_be_changed(store, tmp_path):
    read(store, tmp_path, ships(), [statement(status="submitted")])
    import sqlite3

    with sqlite3.connect(tmp_path / "p.gpkg") as db, pytest.raises(sqlite3.IntegrityError, match="only written to"):
        db.execute("UPDATE status_event SET status = 'available'")


def test_the_number_comes_later_than_the_statement(store, tmp_path):
    own = {"shipment": "EX1", "lot": "A", "kg": 500}
    read(store, tmp_path, ships(None), [statement(None, "OURS-7", "submitted", **own)])
    assert covered(store) == [("OURS-7", "EX1", "A", 500.0)]
    read(store, tmp_path, ships(None), [statement(ONE, "OURS-7", "available", **own)])
    assert covered(store) == [(ONE, "EX1", "A", 500.0)]
    assert store.table(Statement)[["code", "internal_reference"]].to_numpy().tolist() == [[ONE, "OURS-7"]]
    assert [status for _, status in events(store)] == ["submitted", "available"]


@pytest.mark.parametrize(
    ("statements", "rule"),
    [
        ([statement(lot="A", kg=600, shipment="EX1"), statement(TWO, lot="A", kg=300, shipment="EX1")], True),
        ([statement(lot="A", kg=600, shipment="EX1"), statement(TWO, lot="A", kg=600, shipment="EX1", replaces=ONE)], False),
        ([statement(lot="A", kg=300, shipment="EX1"), statement(TWO, lot="A", kg=300, shipment="EX1")], False),
    ],
)  # fmt: skip
def test_a_kilogram_is_declared_once(store, tmp_path, statements, rule):
    read(store, tmp_path, ships(None), statements)
    assert ("statements-exceed-lot" in {one.rule for one in audit(store).findings}) is rule


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([statement(None)], "without a number"),
        ([statement("26be7xtvczaq2s")], "small letters"),
        ([statement(kg=5)], "without the shipment"),
        ([statement(submitted="2026-02-02"), statement(submitted="2026-02-03")], "in a row above"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, rows, words):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Statements"
    for row in (HEADS["Statements"], *rows):
        sheet.append([*row[:2], row[2] or "dds", *row[3:]])
    book.save(tmp_path / "book.xlsx")
    issues = [one for one in read_book(tmp_path / "book.xlsx").issues if one.severity == "error"]
    assert any(words in one.why for one in issues), issues


def test_a_small_letter_is_never_made_a_capital_in_silence(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Shipments"
    for row in (HEADS["Shipments"], ("EX1", "A", 600, "2026-02-01", "Importer BV", ONE.lower(), None)):
        sheet.append(list(row))
    book.save(tmp_path / "book.xlsx")
    (issue,) = [one for one in read_book(tmp_path / "book.xlsx").issues if "small letters" in one.why]
    assert (issue.cell, issue.severity) == ("F2", "error")
    assert ONE in issue.fix


def test_the_list_says_what_is_covered_who_gets_the_number_and_until_when(store, tmp_path):
    rows = [
        statement(status="available", submitted="2026-02-02", available="2026-02-03", lot="A", kg=500, shipment="EX1"),
        statement(TWO, status="withdrawn", lot="A", shipment="EX1"),
    ]
    read(store, tmp_path, ships(None), rows)
    first, second = sorted(statement_lines(store.lot_book()), key=lambda one: one.statement != ONE)
    assert (first.lots, first.quantity_kg, first.buyers) == ("A", 500.0, "Importer BV")
    assert first.amend_until == "2026-02-05T00:00:00Z", "72 hours from the beginning of the day: the safe reading"
    assert first.amend_until_by_numbers == "2026-02-06T00:00:00Z"
    assert first.keep_until == "2031-02-02"
    assert (second.is_in_force, second.quantity_kg) == (False, 600.0)
    assert shipments_without(store.lot_book()) == []


@pytest.mark.parametrize(
    ("submitted", "amend", "keep"),
    [
        ("2026-02-02T10:30:00Z", "2026-02-05T10:30:00Z", "2031-02-02"),
        ("2028-02-29", "2028-03-03T00:00:00Z", "2033-03-01"),
        ("2026", "", ""),
        ("", "", ""),
    ],
)
def test_moments_days_and_half_days(submitted, amend, keep):
    row = {"code": ONE, "submitted_at": submitted}
    (line,) = statement_lines(book_of({"statement": [row]}))
    assert (line.amend_until, line.keep_until) == (amend, keep)


def test_the_command_shows_no_verification_number(store, tmp_path):
    read(store, tmp_path, [*ships(), ("EX2", "B", 1, "2026-02-01", "Importer BV", None, None)])
    store.close()
    for words in ([], ["A"], ["--format", "csv"], ["--format", "json"]):
        done = CliRunner().invoke(app, ["statements", *words, "-p", str(tmp_path / "p.gpkg")])
        assert done.exit_code == 0, done.output
        assert ONE in done.output
        assert "SFFCB4Y3" not in done.output
    assert "EX2" in CliRunner().invoke(app, ["statements", "-p", str(tmp_path / "p.gpkg")]).output

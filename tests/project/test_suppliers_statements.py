"""Goods bought with a supplier's statement: carried by its number, declared as nobody's own land, its secret kept."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.writing import write_folder
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.tracing import trace
from eudr_geo.model.workbook import book_of
from eudr_geo.outputs.workbook.writing import book_bytes
from eudr_geo.project.auditing import audit
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.project.packaging import build_package
from eudr_geo.project.verifying import verify
from eudr_geo.sources.workbook.reading import read_book
from eudr_geo.store import create_store

EVENT = {"now": "2026-01-01T00:00:00Z", "who": "test"}
ONE, TWO = "26BE7XTVCZAQ2S", "25HR3TXDB21346"
SECRET = "SFFCB4Y3"
DAYS = {"harvested_from": "2025-11-14", "harvested_to": "2025-11-15", "delivered_on": "2025-11-15"}
WKT = "POLYGON((108.06 12.71, 108.061 12.71, 108.061 12.711, 108.06 12.711, 108.06 12.71))"


def receipt(code, kg, lot="G", **more):
    return {"code": code, "lot_code": lot, "quantity_kg": kg, "form": "green", **DAYS, **more}


def own(code, kg, lot="G"):
    return receipt(code, kg, lot, plot_code="T-1", producer_code="H-1")


def bought(code, kg, reference=ONE, lot="G"):
    return receipt(code, kg, lot, upstream_reference=reference)


def with_statements(tables):
    """These rows, and the suppliers' statements that they name."""
    named = {row.get("upstream_reference") for name in ("delivery", "lot") for row in tables.get(name, ())} - {None}
    rows = [
        {"code": one, "reference": one, "verification": SECRET, "kind": "dds", "source": "supplier"}
        for one in sorted(named)
    ]
    return {**tables, "statement": rows}


def lot(code="G", **more):
    return {"code": code, "form": "green", "created_on": "2025-11-15", "hs_code": "090111", **more}


def shipment(kg, code="G"):
    return {
        "consignment": [{"code": "EX1", "buyer": "Buyer BV", "buyer_country": "NL", "ship_date": "2026-03-01"}],
        "consignment_line": [{"consignment_code": "EX1", "lot_code": code, "quantity_kg": kg}],
    }


def project(folder, tables):
    """A project with one mapped plot T-1 of H-1, and these rows."""
    store = create_store(folder / "p.gpkg", organisation="a", country="VN", season="2025/26")
    head = ["Plot code", "Producer code", "Commodity", "Country", "Area (ha)", "Boundary (WKT)"]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in {
        "Producers": [["Producer code", "Name"], ["H-1", "Y Blơm"]],
        "Plots": [head, ["T-1", "H-1", "coffee", "VN", 1.2, WKT]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "land.xlsx")
    eudr_geo("book", "land.xlsx", "-p", "p.gpkg", "--yes", folder=folder)
    plan = preview_book(store, book_of(with_statements(tables)))
    assert plan.refused == []
    apply_book(store, plan, **EVENT)
    return store


def eudr_geo(*words, folder, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "eudr_geo", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def packed(store, *codes):
    files = build_package(store, list(codes)).files
    lines = [(one["lot_code"], float(one["net_mass_kg"])) for one in rows(files["dds_lines.csv"])]
    upstream = [
        (one["reference_number"], one["lot_code"], float(one["quantity_kg"]))
        for one in rows(files.get("upstream.csv", b"reference_number\n"))
    ]
    return lines, upstream, files


@pytest.mark.parametrize(
    ("name", "tables", "line_kg", "upstream"),
    [
        ("a receipt", {"lot": [lot()], "delivery": [own("R1", 300.0), bought("R2", 700.0)]}, 300.0, {ONE: 700.0}),
        (
            "two suppliers",
            {"lot": [lot()], "delivery": [own("R1", 300.0), bought("R2", 500.0), bought("R3", 200.0, TWO)]},
            300.0,
            {ONE: 500.0, TWO: 200.0},
        ),
        (
            "the lot, for a receipt without origin",
            {"lot": [lot(upstream_reference=ONE)], "delivery": [own("R1", 300.0), receipt("R2", 700.0)]},
            300.0,
            {ONE: 700.0},
        ),
        (
            "the lot, for its stock",
            {
                "lot": [lot(upstream_reference=ONE, upstream_kg=700.0, quantity_kg=1000.0, opening_stock=True)],
                "delivery": [own("R1", 300.0)],
            },
            300.0,
            {ONE: 700.0},
        ),
        ("all of it", {"lot": [lot()], "delivery": [bought("R2", 1000.0)]}, None, {ONE: 1000.0}),
    ],
)  # fmt: skip
def test_a_line_declares_its_own_land_and_the_rest_stands_in_upstream_csv(tmp_path, name, tables, line_kg, upstream):
    with project(tmp_path, {**tables, **shipment(1000.0)}) as store:
        assert [one.rule for one in audit(store).findings.errors()] == [], name
        lines, found, files = packed(store, "EX1")
        assert lines == ([] if line_kg is None else [("G", line_kg)])
        assert found == [(reference, "G", kg) for reference, kg in sorted(upstream.items())]
        assert [file for file in files if file.startswith("geolocation/")] == ["geolocation/line-1.geojson"] * len(
            lines
        )
        write_folder(tmp_path / "package", files)
        assert verify(tmp_path / "package").is_good
        assert json.loads(files["manifest.json"])["lots"][0]["quantity_kg"] == 1000.0


def test_a_half_shipped_blend_carries_its_part_of_the_statement_through_processing(tmp_path):
    tables = {
        "lot": [lot("A"), lot("B"), lot("G")],
        "delivery": [own("R1", 300.0, "A"), bought("R2", 700.0, lot="B")],
        "process": [{"code": "M1", "type": "blend", "date_start": "2025-12-01"}],
        "process_line": [
            {"process_code": "M1", "direction": "in", "lot_code": "A", "quantity_kg": 300.0},
            {"process_code": "M1", "direction": "in", "lot_code": "B", "quantity_kg": 700.0},
            {"process_code": "M1", "direction": "out", "lot_code": "G", "quantity_kg": 1000.0},
        ],
        **shipment(500.0),
    }
    with project(tmp_path, tables) as store:
        lines, upstream, files = packed(store, "EX1")
        assert (lines, upstream) == ([("G", 150.0)], [(ONE, "G", 350.0)])
        assert float(rows(files["upstream.csv"])[0]["quantity_min_kg"]) == 200.0, "at most 300 of the 500 kg are own"
        found = trace(store.lot_book(), "EX1")
        assert found.unknown_kg == 0
        assert found.custody_model == "segregated"
        assert found.totals()["kg_by_evidence"]["referenced"] == 350.0
        reached = recall(store.lot_book(), ONE)
        assert (reached.kind, reached.quantity_kg) == ("statement", 700.0)
        assert reached.consignment_codes() == ["EX1"]
        assert reached.lot_codes() == ["B", "G"]


def test_stock_under_a_statement_is_recalled_too(tmp_path):
    stock = lot(upstream_reference=ONE, quantity_kg=700.0, opening_stock=True)
    with project(tmp_path, {"lot": [stock], **shipment(200.0)}) as store:
        found = recall(store.lot_book(), ONE)
        assert found.quantity_kg == 700.0
        assert found.rows.set_index("kind")["kg_attributed"].to_dict() == {"consignment": 200.0, "lot": 700.0}


def test_a_statement_that_covers_less_than_came_without_origin_covers_nothing(tmp_path):
    tables = {
        "lot": [lot(upstream_reference=ONE, upstream_kg=200.0)],
        "delivery": [own("R1", 300.0), receipt("R2", 700.0)],
        **shipment(1000.0),
    }
    with project(tmp_path, tables) as store:
        found = {one.rule for one in audit(store).findings}
        assert {"unknown-origin", "statement-covers-more"} <= found
        with pytest.raises(RefusedError):
            build_package(store, ["EX1"])


WORKBOOK = {
    "Deliveries": ["Lot code", "Delivery date", "Net weight (kg)", "Form", "Receipt", "Producer code", "Plot code", "Harvested from",
                   "Supplier's DDS reference", "Supplier's DDS verification"],
    "Lots": ["Lot code", "Type", "Form", "Created on", "HS code", "Supplier's DDS reference", "Supplier's DDS verification",
             "Weight with supplier's DDS (kg)"],
}  # fmt: skip


def workbook(path, deliveries, lots=(), ships=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, its in (("Deliveries", deliveries), ("Lots", lots)):
        sheet = book.create_sheet(title)
        sheet.append(WORKBOOK[title])
        for row in its:
            sheet.append(list(row))
    sheet = book.create_sheet("Shipments")
    sheet.append(
        ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "DDS reference", "DDS verification"]
    )
    for row in ships:
        sheet.append(list(row))
    book.save(path)
    return path


BOUGHT = ("G", "2025-11-15", 700, "green", "R2", None, None, "2025-11-14", ONE, f" {SECRET}\N{NO-BREAK SPACE}")
LOT = ("G", "bulk", "green", "2025-11-15", "090111", None, None, None)


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ((*BOUGHT[:8], "26BE7XTVCZAQ2S9", SECRET), "15 characters"),
        ((*BOUGHT[:8], "26BE7X TVCZAQ2", SECRET), "has a blank in it"),
        ((*BOUGHT[:8], ONE, "SHRT"), "5 to 35 characters"),
        ((*BOUGHT[:8], None, SECRET), "without its reference"),
        ((*BOUGHT[:6], "T-1", "2025-11-14", ONE, SECRET), "names the supplier's statement"),
    ],
)
def test_numbers_that_cannot_be_are_refused_without_being_shown(tmp_path, delivery, words):
    reading = read_book(workbook(tmp_path / "book.xlsx", [delivery], [LOT]))
    told = [f"{one.why} {one.value}" for one in reading.issues if one.severity == "error"]
    assert any(words in one for one in told), told
    assert not any(SECRET in one or "SHRT" in one for one in told)


def test_one_statement_has_one_verification_number(tmp_path):
    other = (*BOUGHT[:4], "R3", *BOUGHT[5:9], "EIBEAESE")
    reading = read_book(workbook(tmp_path / "book.xlsx", [BOUGHT, other], [LOT]))
    assert any("another verification" in one.why for one in reading.issues)


def test_the_verification_number_stands_in_no_output(tmp_path):
    """Whoever has both numbers reads the whole statement of the supplier: its plots, its farmers."""
    with project(tmp_path, {}):
        pass
    mine = "EIBEAESE"
    ships = [("EX1", "G", 1000, "2026-03-01", "Buyer BV", "26DE1XTVCZAQ2S", mine)]
    first = ("G", "2025-11-15", 300, "green", "R1", "H-1", "T-1", "2025-11-14", None, None)
    by_lot = ("L2", "bulk", "green", "2025-11-15", "090111", TWO, SECRET, 5)
    book = workbook(tmp_path / "in.xlsx", [first, BOUGHT], [LOT, by_lot], ships)
    told = [eudr_geo("book", book.name, "-p", "p.gpkg", "--yes", folder=tmp_path)]
    again = (*BOUGHT[:9], f"{SECRET}X")
    workbook(book, [first, again], [LOT, by_lot], ships)
    told.append(eudr_geo("book", book.name, "-p", "p.gpkg", folder=tmp_path, code=2))
    assert "Verification number" in told[-1], "that it changed is told"
    told.append(eudr_geo("book", book.name, "-p", "p.gpkg", "--yes", folder=tmp_path))
    before = set(tmp_path.iterdir())
    for words in (
        ["package", "EX1", "-p", "p.gpkg", "-o", "package"], ["package", "EX1", "-p", "p.gpkg", "-o", "buyer", "--profile", "buyer"],
        ["map", "-p", "p.gpkg", "-o", "map.html"], ["trace", "EX1", "-p", "p.gpkg", "--format", "json", "-o", "trace.json"],
        ["trace", "G", "-p", "p.gpkg", "--format", "csv", "-o", "trace.csv"], ["trace", "EX1", "-p", "p.gpkg"],
        ["trace", ONE, "--forward", "-p", "p.gpkg", "--format", "json"], ["log", "-p", "p.gpkg"],
        ["audit", "-p", "p.gpkg", "--format", "json", "-o", "audit.json"], ["undo", "-p", "p.gpkg", "--yes"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "eudr_geo", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode in {0, 1}, words
        told.append(done.stdout + done.stderr)
    made = [file for one in set(tmp_path.iterdir()) - before for file in ([one] if one.is_file() else one.rglob("*"))]
    assert {"package", "map.html", "trace.json"} <= {one.relative_to(tmp_path).parts[0] for one in made}
    for number in (SECRET, mine):
        assert not [text for text in told if number in text]
        assert not [
            file
            for file in made
            if file.is_file() and not file.name.startswith("p.gpkg") and number.encode() in file.read_bytes()
        ]
    assert any(ONE.encode() in Path(file).read_bytes() for file in made if file.name == "upstream.csv")


def test_a_workbook_written_from_the_rows_reads_the_same(tmp_path):
    tables = {"lot": [lot(upstream_reference=ONE, upstream_kg=700.0)], "delivery": [bought("R2", 700.0)]}
    (tmp_path / "out.xlsx").write_bytes(book_bytes(book=book_of(with_statements(tables))))
    found = read_book(tmp_path / "out.xlsx").book
    assert found.table("delivery")["upstream_reference"].tolist() == [ONE]
    assert found.table("lot")[["upstream_reference", "upstream_kg"]].to_numpy().tolist() == [[ONE, 700.0]]
    told = ["code", "reference", "verification", "source"]
    assert found.table("statement")[told].to_numpy().tolist() == [[ONE, ONE, SECRET, "supplier"]]

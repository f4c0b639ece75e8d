"""A shipment in several containers: a line each, one lot, one commodity line; corrected, it is still one line."""

import json
from datetime import date

import pytest
from clerk import Clerk, table

from eudr_geo.outputs.workbook.writing import book_bytes
from eudr_geo.project.verifying import verify
from eudr_geo.store import open_store

ONE, TWO, THREE = "MSCU1234566", "TGHU1234567", "TCLU1234568"
HEAD = ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "Container", "Seal", "Bags"]


def boxes(*rows, code="EX1", day=date(2026, 3, 1)):
    return [HEAD, *([code, "G", kg, day, "Buyer BV", *more] for kg, *more in rows)]


@pytest.fixture
def clerk(tmp_path):
    return Clerk(tmp_path)


def test_one_lot_in_three_containers_is_one_line_of_the_statement(clerk):
    clerk.read(Shipments=boxes((600, ONE, "S1", 10), (600, TWO, "S2", 10), (600, THREE, "S3", 10)))
    assert len(clerk.rows("consignment_line", "container")) == 3
    files = clerk.package("EX1")
    assert [(one["lot_code"], float(one["net_mass_kg"])) for one in table(files["dds_lines.csv"])] == [("G", 1800.0)]
    traced = {one["plot_code"]: float(one["kg_attributed"]) for one in table(files["trace.csv"])}
    assert traced == {"T-1": 1000.0, "T-2": 800.0}
    packed = [
        (one["container"], one["seal"], one["bags"], float(one["net_mass_kg"]))
        for one in table(files["packing_list.csv"])
    ]
    assert packed == [(ONE, "S1", "10", 600.0), (THREE, "S3", "10", 600.0), (TWO, "S2", "10", 600.0)]
    manifest = json.loads(files["manifest.json"])
    assert manifest["consignment"]["container"] == f"{ONE}, {THREE}, {TWO}"
    assert [one["quantity_kg"] for one in manifest["lots"]] == [1800.0]


def test_such_a_package_is_verified(clerk, tmp_path):
    clerk.read(Shipments=boxes((900, ONE, "S1", 10), (900, TWO, "S2", 10)))
    done = clerk.run("package", "EX1", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert verify(tmp_path / "out").is_good


def test_bounds_are_of_the_whole_lot(clerk):
    """900 of 1,800 kg hold at least 100 of the 1,000 kg of T-1, in however many containers they go."""
    clerk.read(Shipments=boxes((450, ONE, "S1", 5), (450, TWO, "S2", 5)))
    rows = {one["plot_code"]: one for one in table(clerk.package("EX1")["trace.csv"])}
    assert (float(rows["T-1"]["kg_min"]), float(rows["T-1"]["kg_max"])) == (100.0, 900.0)
    forward = json.loads(clerk.run("trace", "T-1", "--forward", "--format", "json").output)
    shipped = next(one for one in forward["rows"] if one["kind"] == "consignment")
    assert (shipped["kg_min"], shipped["kg_max"]) == (100.0, 900.0)


@pytest.mark.parametrize(
    "after",
    [
        ((600, ONE, "S1", 10), (500, TWO, "S2", 10)),
        ((600, ONE, "S1", 10), (600, THREE, "S2", 10)),
        ((600, ONE, "S9", 10), (600, TWO, "S8", 10)),
        ((600, THREE, "S1", 10), (600, TWO, "S2", 10)),
    ],
    ids=["weight", "container", "seals", "first container"],
)
def test_a_corrected_line_is_the_same_line(clerk, after):
    before = ((600, ONE, "S1", 10), (600, TWO, "S2", 10))
    clerk.read(Shipments=boxes(*before, day=date(2030, 3, 1)))
    said = clerk.read(Shipments=boxes(*after, day=date(2030, 3, 1)))
    assert "changed: consignment line" in said
    assert "gone:" not in said
    columns = ("quantity_kg", "container", "seal", "bags")
    assert sorted(clerk.rows("consignment_line", *columns)) == sorted((float(one[0]), *one[1:]) for one in after)


def test_containers_that_are_filled_in_after_shipping_need_no_correction(clerk):
    """The goods left weeks ago: where they came from does not change when the number of the box is known."""
    clerk.read(Shipments=boxes((1800, None, None, None)))
    clerk.read(Shipments=boxes((1800, ONE, "S1", 30)))
    assert clerk.rows("consignment_line", "container", "seal", "bags") == [(ONE, "S1", 30)]
    assert clerk.read(Shipments=boxes((1800, ONE, "S1", 30)))
    assert clerk.rows("consignment_line", "container", "seal", "bags") == [(ONE, "S1", 30)]


def test_a_container_taken_out_goes_with_the_correction_of_its_shipment(clerk):
    clerk.read(Shipments=boxes((600, ONE), (600, TWO), (600, THREE), day=date(2030, 3, 1)))
    clerk.read(Shipments=boxes((900, ONE), (900, TWO), day=date(2030, 3, 1)))
    assert sorted(clerk.rows("consignment_line", "container", "quantity_kg")) == [(ONE, 900.0), (TWO, 900.0)]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (((600, ONE), (600, ONE)), "in the same container"),
        (((600, ONE), (600, None)), "not each of them names its container"),
        (((600, None), (600, TWO)), "not each of them names its container"),
        (((600, None), (600, None)), "the lot stands twice in shipment EX1"),
    ],
    ids=["same container", "second without", "first without", "both without"],
)
def test_two_rows_of_a_lot_that_do_not_tell_its_containers_are_asked(clerk, rows, why):
    assert why in clerk.read(Shipments=boxes(*rows), code=1)
    assert clerk.rows("consignment_line", "container") == []


def test_one_lot_has_one_hs_code_in_a_shipment(clerk):
    head = [*HEAD, "HS code"]
    rows = [["EX1", "G", 600, date(2026, 3, 1), "Buyer BV", box, None, None, hs] for box, hs in ((ONE, "090111"), (TWO, "090121"))]  # fmt: skip
    assert "HS code 090111" in clerk.read(Shipments=[head, *rows], code=1)


def test_a_row_without_a_container_is_in_the_only_one_of_its_shipment(clerk):
    clerk.sheets["Lots"].append(["K", "bulk", "green", date(2025, 11, 15), "090111"])
    clerk.sheets["Deliveries"].append(
        ["R3", date(2025, 11, 15), "K", "H-2", "T-2", 100, date(2025, 11, 14), date(2025, 11, 15)]
    )
    rows = boxes((1800, ONE, "S1", 30))
    clerk.read(Shipments=[*rows, ["EX1", "K", 100, date(2026, 3, 1), "Buyer BV", None, None, 2]])
    packed = table(clerk.package("EX1")["packing_list.csv"])
    assert [(one["container"], one["lot_code"]) for one in packed] == [(ONE, "G"), (ONE, "K")]


def test_a_shipment_without_containers_has_no_packing_list(clerk):
    clerk.read(Shipments=boxes((1800, None, None, None)))
    assert "packing_list.csv" not in clerk.package("EX1")


def test_wrong_numbers_shared_containers_and_seals_are_told_once(clerk):
    wrong = "MSCU1234567"
    first = boxes((600, ONE, "S1", 10), (600, wrong, "S1", 10))
    clerk.read(Shipments=[*first, *boxes((600, ONE, "S3", 10), code="EX2")[1:]])
    rules = ("wrong-check-digit", "container-in-two-shipments", "seal-used-twice")
    assert clerk.told(*rules) == [
        ("container-in-two-shipments", "warning", "EX2"),
        ("seal-used-twice", "warning", "EX1"),
        ("wrong-check-digit", "warning", "EX1"),
    ]


def test_what_is_wrong_with_a_lot_is_told_once_for_all_its_containers(clerk):
    clerk.sheets["Lots"] = [
        [*clerk.sheets["Lots"][0], "Moisture (%)"],
        ["G", "bulk", "green", date(2025, 11, 15), None, 14],
    ]
    clerk.read(Shipments=boxes((600, ONE), (600, TWO), (600, THREE)))
    assert clerk.told("missing-hs-code", "too-moist-to-ship") == [
        ("missing-hs-code", "error", "EX1"),
        ("too-moist-to-ship", "warning", "G"),
    ]


def test_the_workbook_that_is_written_reads_as_the_same(clerk, tmp_path):
    clerk.read(Shipments=boxes((600, ONE, "S1", 10), (600, TWO, "S2", 10)))
    with open_store(clerk.path) as store:
        (tmp_path / "again.xlsx").write_bytes(book_bytes(book=store.lot_book(), stage=360))
    before = clerk.rows("consignment_line", "lot_code", "quantity_kg", "container", "seal", "bags")
    done = clerk.run("book", tmp_path / "again.xlsx", "--yes", "--as", "book.xlsx")
    assert done.exit_code == 0, done.output
    assert clerk.rows("consignment_line", "lot_code", "quantity_kg", "container", "seal", "bags") == before


def test_a_statement_named_beside_each_container_covers_the_lot_once(clerk):
    head = [*HEAD, "DDS reference"]
    rows = [[*row, "26BE7XTVCZAQ2S"] for row in boxes((900, ONE, "S1", 10), (900, TWO, "S2", 10))[1:]]
    clerk.read(Shipments=[head, *rows])
    assert clerk.rows("statement_lot", "consignment_code", "lot_code") == [("EX1", "G")]
    assert "statements-exceed-lot" not in {one[0] for one in clerk.told()}

"""A lot that loses weight in store: said once, on the Storage sheet, and borne by all plots alike."""

import sqlite3
from datetime import date

import pytest
from clerk import Clerk, table

HEAD = ["Lot code", "Store", "From day", "Until", "Net weight (kg)", "Weight out"]
IN, OUT = date(2025, 11, 16), date(2026, 2, 20)
SHIP = ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer"]


def shipped(*kg):
    return [SHIP, *([f"EX{n}", "G", its, date(2026, 3, n), "Buyer BV"] for n, its in enumerate(kg, 1))]


@pytest.fixture
def clerk(tmp_path):
    return Clerk(tmp_path)


def attributed(files):
    return {one["plot_code"]: float(one["kg_attributed"]) for one in table(files["trace.csv"])}


def test_what_is_lost_is_lost_by_all_plots_alike(clerk):
    """1,000 + 800 kg came in, 1,710 kg came out: 950 and 760 of the two plots."""
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1710]])
    files = clerk.package("G")
    assert attributed(files) == {"T-1": 950.0, "T-2": 760.0}
    assert [float(one["net_mass_kg"]) for one in table(files["dds_lines.csv"])] == [1710.0]
    bounds = {one["plot_code"]: (float(one["kg_min"]), float(one["kg_max"])) for one in table(files["trace.csv"])}
    assert bounds == {"T-1": (910.0, 1000.0), "T-2": (710.0, 800.0)}, "the beans that were spilt may be of one plot"


def test_all_that_is_left_can_be_shipped_and_no_more(clerk):
    store = [HEAD, ["G", "Shed", IN, OUT, 1800, 1710]]
    said = clerk.read(Storage=store, Shipments=shipped(1000, 740), code=1)
    assert "1,740.0 kg are taken from lot G, which holds 1,710.0 kg" in said
    clerk.read(Storage=store, Shipments=shipped(1000, 710))
    assert attributed(clerk.package("EX2", on="2026-03-02")) == {"T-1": 394.444, "T-2": 315.556}
    assert clerk.told("over-draw", "inflow-mismatch", "loss-said-twice") == []


def test_each_store_loses_its_own(clerk):
    middle = date(2026, 1, 1)
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, middle, 1800, 1780], ["G", "Port", middle, OUT, 1780, 1700]])
    assert sum(attributed(clerk.package("G")).values()) == pytest.approx(1700.0)


def test_a_corrected_weight_is_read_again_and_can_be_taken_back(clerk):
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1710]])
    said = clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1746]])
    assert "Weight out 1710 → 1746" in said
    assert attributed(clerk.package("G")) == {"T-1": 970.0, "T-2": 776.0}
    assert clerk.run("undo", "--yes").exit_code == 0
    assert attributed(clerk.package("G")) == {"T-1": 950.0, "T-2": 760.0}
    clerk.read("--correction", "never weighed", Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, None]])
    assert attributed(clerk.package("G")) == {"T-1": 1000.0, "T-2": 800.0}


@pytest.mark.parametrize(
    ("kg", "out", "why"),
    [(1800, 1850, "1,850.0 kg came out of the store, and 1,800.0 kg went in"), (None, 1710, "the weight that went in is not")],
    ids=["more than went in", "nobody says what went in"],
)  # fmt: skip
def test_a_weight_out_that_says_nothing_is_named(clerk, kg, out, why):
    assert why in clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, kg, out]], code=1)


def test_what_scales_differ_by_is_no_loss_and_no_gain(clerk):
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1804]])
    assert attributed(clerk.package("G")) == {"T-1": 1000.0, "T-2": 800.0}


PROCESS = [
    "Process number",
    "Step",
    "Date",
    "Input lot",
    "Input weight (kg)",
    "Output lot",
    "Output weight (kg)",
    "Kind of output",
]


def test_a_process_that_only_takes_a_loss_away_is_the_same(clerk):
    clerk.read(Processing=[PROCESS, ["A1", "adjust", OUT, "G", 90, None, 90, "loss"]])
    assert attributed(clerk.package("G")) == {"T-1": 950.0, "T-2": 760.0}


@pytest.mark.parametrize(
    ("lot_kg", "process"),
    [(1710, None), (None, ["A1", "adjust", OUT, "G", 90, None, 90, "loss"])],
    ids=["on the Lots sheet", "as a process"],
)
def test_the_same_loss_said_in_two_ways_is_told_with_the_cure(clerk, lot_kg, process):
    clerk.sheets["Lots"] = [[*clerk.sheets["Lots"][0], "Net weight (kg)"], [*clerk.sheets["Lots"][1], lot_kg]]
    clerk.read(
        Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1710]], Processing=[PROCESS, *([process] if process else [])]
    )
    assert ("loss-said-twice", "error", "G") in clerk.told()
    assert clerk.run("package", "G", "-o", clerk.folder / "out").exit_code != 0


def test_a_lot_that_goes_into_a_process_and_comes_out_is_told_where_losses_are_written(clerk):
    rows = [["A1", "adjust", OUT, "G", 1800, "G", 1710, "main"], ["A1", "adjust", OUT, None, None, None, 90, "loss"]]
    clerk.read(Processing=[PROCESS, *rows])
    assert ("lot-cycle", "error", "G") in clerk.told()
    assert "Weight out on the sheet Storage" in " ".join(clerk.run("audit", "--lang", "en").output.split())


def test_a_stock_count_before_the_loss_is_right(clerk):
    head = ["Lot or stream", "Indicator", "Value", "Unit", "Date"]
    counts = [["G", "stock", 1800, "kg", date(2026, 1, 10)], ["G", "stock", 1710, "kg", date(2026, 2, 25)]]
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1710]], Measurements=[head, *counts])
    assert clerk.told("stock-mismatch") == []


def test_another_program_cannot_ship_what_was_lost(clerk):
    clerk.read(Storage=[HEAD, ["G", "Shed", IN, OUT, 1800, 1710]], Shipments=shipped(1000))
    with sqlite3.connect(clerk.path) as db, pytest.raises(sqlite3.IntegrityError, match="more is taken"):
        db.execute("UPDATE consignment_line SET quantity_kg = 1790")
    db.close()

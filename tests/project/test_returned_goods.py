"""What a buyer sends back: one place says it, the shipment; a handover alone is asked about by the columns that count."""

import json
from datetime import date

import pytest
from clerk import Clerk, table

SHIP = ["Shipment code", "Lot code", "Net weight (kg)", "Ship date", "Buyer", "Returned weight (kg)", "Returned on"]
HAND = [
    "Handover number", "Lot code", "Given by", "Received by", "Date sent", "Weight sent (kg)", "Date received",
    "Weight received (kg)",
]  # fmt: skip
HANDS = [
    HAND,
    ["HO1", "G", "Coop", "Buyer", date(2026, 3, 1), 1800, date(2026, 3, 20), 1800],
    ["HO2", "G", "Buyer", "Coop", date(2026, 4, 1), 180, date(2026, 4, 20), 180],
]
FIRST = ["EX1", "G", 1800, date(2026, 3, 1), "Buyer BV"]
BACK = [*FIRST, 180, date(2026, 4, 20)]
AGAIN = ["EX2", "G", 180, date(2026, 5, 1), "Other Ltd"]


@pytest.fixture
def clerk(tmp_path):
    return Clerk(tmp_path)


def test_shipped_again_with_a_handover_only_is_refused_with_the_columns_that_count(clerk):
    said = clerk.read(Handovers=HANDS, Shipments=[SHIP, FIRST, AGAIN], code=1)
    assert "handover HO2 brings 180.0 kg back from Buyer, and shipment EX1 does not say so" in said
    assert "write Returned weight and Returned on in the row of lot G in EX1, on the sheet Shipments" in said
    assert clerk.rows("consignment", "code") == []


def test_a_handover_back_alone_is_an_error_that_no_package_passes(clerk):
    clerk.read(Handovers=HANDS, Shipments=[SHIP, FIRST])
    assert ("return-not-on-shipment", "error", "HO2") in clerk.told()
    assert clerk.run("package", "EX1", "-o", clerk.folder / "out").exit_code != 0


def test_corrected_and_read_again_it_can_be_shipped_again(clerk):
    clerk.read(Handovers=HANDS, Shipments=[SHIP, FIRST])
    clerk.read(Shipments=[SHIP, BACK, AGAIN])
    assert [one for one in clerk.told() if one[1] == "error"] == []
    first, second = clerk.package("EX1"), clerk.package("EX2", on="2026-05-01")
    assert [float(one["net_mass_kg"]) for one in table(first["dds_lines.csv"])] == [1800.0]
    packed = table(first["packing_list.csv"])
    assert [(one["lot_code"], float(one["returned_kg"]), one["returned_on"]) for one in packed] == [("G", 180.0, "2026-04-20")]  # fmt: skip
    assert {one["plot_code"]: float(one["kg_attributed"]) for one in table(second["trace.csv"])} == {"T-1": 100.0, "T-2": 80.0}  # fmt: skip
    assert "packing_list.csv" not in second


def test_where_it_went_says_both_shipments(clerk):
    clerk.read(Handovers=HANDS, Shipments=[SHIP, BACK, AGAIN])
    rows = json.loads(clerk.run("trace", "T-1", "--forward", "--format", "json").output)["rows"]
    assert {one["code"] for one in rows if one["kind"] == "consignment"} == {"EX1", "EX2"}


def test_a_little_more_than_the_shipment_says_is_the_scales(clerk):
    hands = [HAND, HANDS[1], [*HANDS[2][:5], 180.5, HANDS[2][6], 180.5]]
    clerk.read(Handovers=hands, Shipments=[SHIP, BACK])
    assert clerk.told("return-not-on-shipment") == []


def test_goods_that_were_never_shipped_and_come_back_from_a_mill_are_no_return(clerk):
    hands = [HAND, ["HO1", "G", "Coop", "Mill", date(2025, 12, 1), 1800, date(2025, 12, 1), 1800], ["HO2", "G", "Mill", "Coop", date(2025, 12, 20), 1800, date(2025, 12, 20), 1800]]  # fmt: skip
    clerk.read(Handovers=hands, Shipments=[SHIP, FIRST])
    assert clerk.told("return-not-on-shipment") == []

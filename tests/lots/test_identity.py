"""The identity of a micro-lot: what ends it is said by the rule, the evidence and the chain-of-custody model."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lot_books import book_of, line, lot
from test_lot_cases import two_lots

from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.declared import declared_set
from eudr_geo.lots.tracing import IDENTITY_PRESERVED, MIXED, SEGREGATED, trace
from eudr_geo.model.lot_book import BOOK_TABLES

CASES = Path(__file__).parents[1] / "rules" / "cases" / "identity-lost"


def case(name):
    stated = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return {table: rows for table, rows in stated.items() if table in BOOK_TABLES}


def milled(tables):
    """The micro-lot of a case, hulled."""
    return tables | {
        "lot": [*tables["lot"], lot("G", "green", 480.0, stream_code="ML01")],
        "process": [*tables.get("process", []), {"code": "M-1", "type": "dry_mill", "date_start": "2026-01-05"}],
        "process_line": [
            *tables.get("process_line", []), line("M-1", "in", "PA1", 600.0), line("M-1", "out", "G", 480.0),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["fail-not-seen-empty", "fail-poured-on-top"])
def test_a_micro_lot_out_of_a_silo_is_mixed_and_so_is_what_is_made_of_it(name):
    book = book_of(milled(case(name)))
    for code, sure_kg, doubtful_kg in (("PA1", 200.0, 400.0), ("G", 160.0, 320.0)):
        found = trace(book, code)
        assert found.custody_model == MIXED
        assert [(one.lot, one.others, one.stream) for one in found.identity_losses] == [("PA1", ("PA2",), "ML01")]
        assert found.totals()["kg_by_evidence"] == {
            "exact": sure_kg, "producer": 0.0, "group": 0.0, "unknown": 0.0, "silo": doubtful_kg,
        }  # fmt: skip
        rows = found.to_frame().set_index("plot_code")
        assert rows["evidence_class"].to_dict() == {"P-1": "exact; silo", "P-2": "silo"}
        assert rows.loc["P-1", ["kg_exact", "kg_silo", "kg_attributed"]].tolist() == [
            sure_kg, doubtful_kg, sure_kg + doubtful_kg,
        ]  # fmt: skip
    assert {(one.rule, one.code) for one in check_lots(book).findings.errors()} == {("identity-lost", "PA1")}
    its = declared_set(book, trace(book, "G"))
    assert (its.sure, [one.plot_code for one in its.excess]) == (("P-1",), ["P-2"])


@pytest.mark.parametrize("name", ["pass-seen-empty", "pass-own-low-grade"])
def test_a_micro_lot_whose_silo_was_empty_or_held_its_own_goods_stays_one(name):
    found = trace(book_of(milled(case(name))), "G")
    assert found.custody_model == IDENTITY_PRESERVED
    assert found.identity_losses == ()
    assert found.totals()["kg_by_evidence"]["exact"] == 480.0


def test_bulk_out_of_the_same_silo_is_segregated_as_before():
    tables = case("fail-not-seen-empty")
    tables["lot"][0]["stream_code"] = "BULK"
    found = trace(book_of(tables), "PA1")
    assert found.custody_model == SEGREGATED
    assert found.totals()["kg_by_evidence"]["exact"] == 600.0


@pytest.mark.parametrize(
    ("mode", "kind", "rule"),
    [("loose", "warehouse", "loose-co-storage"), ("exclusive", "silo", "shared-exclusive-storage")],
)
def test_loose_goods_on_one_floor_end_it_too(mode, kind, rule):
    tables = two_lots(mode, place={"kind": kind}) | {"stream": [{"code": "ML", "type": "micro"}]}
    tables["stream_plot"] = [{"stream_code": "ML", "plot_code": "P1"}]
    tables["lot"][0]["stream_code"] = "ML"
    book = book_of(tables)
    found = trace(book, "A")
    assert found.custody_model == MIXED
    assert [one.place for one in found.identity_losses] == ["S-1"]
    assert found.totals()["kg_by_evidence"] == {
        "exact": 0.0,
        "producer": 0.0,
        "group": 0.0,
        "unknown": 0.0,
        "silo": 200.0,
    }
    assert trace(book, "B").custody_model == IDENTITY_PRESERVED, "bulk of one producer"
    assert {one.rule for one in check_lots(book).findings.errors()} == {rule}, "one fault, one name"
    bagged = two_lots(mode, place={"kind": kind}, first={"bags": 4}) | {
        key: tables[key] for key in ("stream", "stream_plot")
    }
    bagged["lot"][0]["stream_code"] = "ML"
    assert trace(book_of(bagged), "A").custody_model == IDENTITY_PRESERVED


def custody(name="fail-no-handover", **lot_row):
    stated = json.loads((CASES.parent / "unrecorded-handover" / f"{name}.json").read_text(encoding="utf-8"))
    tables = {table: rows for table, rows in stated.items() if table in BOOK_TABLES}
    tables["lot"][0] |= lot_row
    return tables


def told(book):
    return [(one.rule, one.severity) for one in check_lots(book).findings]


def test_a_change_of_hands_without_a_handover_is_an_error_for_a_micro_lot_and_else_a_warning():
    assert told(book_of(custody())) == [("unrecorded-handover", "error")]
    tables = custody()
    tables["stream"][0]["type"] = "bulk"
    assert told(book_of(tables)) == [("unrecorded-handover", "warning")]


def test_what_is_delivered_is_with_whoever_keeps_the_book():
    tables = custody()
    tables["delivery"][0]["collector_code"] = None
    assert told(replace(book_of(tables), keeper="Ea Mau")) == [("unrecorded-handover", "error")]
    assert told(replace(book_of(tables), keeper="EXPORTER")) == [], "the exporter itself, by its name"
    assert told(replace(book_of(tables), keeper="exp")) == [], "or by its code"


def test_a_handover_to_somebody_else_is_an_error_for_a_micro_lot():
    tables = custody("pass-handed-over")
    tables["organisation"].append({"code": "TRUCK", "name": "Haulier"})
    tables["lot"][0]["custodian_code"] = "TRUCK"
    assert told(book_of(tables)) == [("custody-gap", "error")], "one fault, one name"


def test_hands_that_each_gain_a_little_gain_too_much_together():
    tables = custody("pass-handed-over")
    tables["organisation"] += [{"code": code, "name": code} for code in ("A", "B")]
    hands = ["COOP", "A", "B", "EXP"]
    tables["handover"] = [
        {"code": f"HO-{n}", "lot_code": "G", "from_org": hands[n], "to_org": hands[n + 1], "date_sent": f"2026-01-{n + 11}",
         "date_received": f"2026-01-{n + 11}", "quantity_sent_kg": 600.0 + 2 * n, "quantity_received_kg": 602.0 + 2 * n}
        for n in range(3)
    ]  # fmt: skip
    (finding,) = check_lots(book_of(tables)).findings
    assert (finding.rule, finding.severity, finding.code) == ("custody-gap", "error", "HO-1")
    assert "4.0 kg more arrived than were sent" in finding.message

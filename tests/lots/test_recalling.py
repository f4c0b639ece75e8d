"""Recall: from whatever went wrong to what has to be held back and who has to be told."""

import pytest
from lot_books import book_of, delivery, land, line, lot, reject_into_bulk

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.tracing import MIXED, SEGREGATED, trace


def by_code(found):
    return found.to_frame().set_index("code")


def test_a_process_reaches_what_came_out_of_it_and_no_more():
    frame = by_code(recall(book_of(reject_into_bulk()), "D-1"))
    assert set(frame.index) == {"ML1", "ML1-LOW", "BULK", "EXP-1"}
    assert frame.loc["BULK", "kg_attributed"] == pytest.approx(9.0)
    assert frame.loc["ML1", "kg_min"] == pytest.approx(105.0)


def test_a_shipment_is_named_with_its_buyer_and_its_statements():
    tables = reject_into_bulk() | {
        "statement": [{"code": "25VNB2"}, {"code": "25VNA1"}, {"code": "25VNC3", "status": "withdrawn"}],
        "statement_lot": [
            {"statement_code": code, "consignment_code": "EXP-1"} for code in ("25VNB2", "25VNC3", "25VNA1")
        ],
    }
    row = by_code(recall(book_of(tables), "P1")).loc["EXP-1"]
    assert (row["label"], row["ship_date"], row["dds_references"]) == ("Importer", "2026-02-01", "25VNA1; 25VNB2")
    assert row["reached_by"] == "goods"


def stores():
    return reject_into_bulk() | {
        "location": [
            {"code": "MILL"},
            {"code": "SHED", "parent_code": "MILL"},
            {"code": "FAR"},
        ],
        "storage_stay": [
            {"lot_code": "ML1-P", "location_code": "SHED", "from_date": "2025-11-17", "to_date": "2026-01-10"},
            {"lot_code": "B-P", "location_code": "SHED", "from_date": "2026-01-02", "to_date": "2026-01-10"},
            {"lot_code": "BULK", "location_code": "FAR", "from_date": "2026-01-11", "quantity_kg": 37.0},
        ],
    }


def test_a_store_gives_what_lay_in_it_on_those_days():
    book = book_of(stores())
    early = by_code(recall(book, "MILL", since="2025-12-01", until="2025-12-31"))
    assert "B-P" not in early.index
    assert early.loc["ML1", "kg_attributed"] == pytest.approx(105.0)
    late = by_code(recall(book, "SHED", since="2026-01-05"))
    assert late.loc["B-G", "kg_attributed"] == pytest.approx(128.0)
    part = recall(book, "FAR")
    assert part.quantity_kg == pytest.approx(37.0)
    assert by_code(part).loc["BULK", "kg_attributed"] == pytest.approx(37.0)
    assert recall(book, "FAR", until="2025-12-31").to_frame().empty


def test_days_belong_to_stores_only():
    with pytest.raises(InputError, match="days can be given for a location only"):
        recall(book_of(stores()), "P1", since="2025-12-01")


def test_a_plot_that_gave_nothing_spoils_the_package_that_declares_it():
    tables = reject_into_bulk() | land("P1", "P2", "P3", "P4", "P9")
    book = book_of(tables)
    assert recall(book, "P9").to_frame().empty
    frame = by_code(recall(book, "P9", declared={"EXP-1": {"P1", "P9"}}))
    assert frame.loc["EXP-1", "reached_by"] == "declaration"
    assert (frame.loc["EXP-1", "kg_attributed"], frame.loc["EXP-1", "quantity_kg"]) == (0.0, 160.0)


def silo(**more):
    return land("P1", "P2", "P3") | {
        "location": [{"code": "SILO-1", "kind": "silo", "storage_mode": "loose"} | more],
        "lot": [lot(f"L{at}", "green", 1000.0) for at in (1, 2, 3)],
        "delivery": [delivery(f"R-{at}", f"L{at}", f"P{at}", 1000.0, form="green") for at in (1, 2, 3)],
        "storage_stay": [
            {"lot_code": "L1", "location_code": "SILO-1", "from_date": "2025-11-01", "to_date": "2025-11-10"},
            {"lot_code": "L2", "location_code": "SILO-1", "from_date": "2025-11-05", "to_date": "2025-11-20"},
            {"lot_code": "L3", "location_code": "SILO-1", "from_date": "2025-11-21", "to_date": "2025-11-30"},
        ],
    }


@pytest.mark.parametrize(
    ("more", "reached"),
    [
        ({}, {"L1", "L2", "L3"}),  # never seen empty, capacity unknown: anything may still be in there
        ({"last_emptied": "2025-11-20"}, {"L1", "L2"}),  # empty between the second and the third
        ({"capacity_kg": 600.0}, {"L1", "L2"}),  # first in, first out: what came in twice its capacity ago is gone
        ({"capacity_kg": 500.0}, {"L1"}),
        ({"capacity_kg": 5000.0}, {"L1", "L2", "L3"}),
        ({"storage_mode": "exclusive"}, {"L1"}),
    ],
)
def test_a_silo_carries_a_plot_into_what_was_drawn_after_it(more, reached):
    frame = by_code(recall(book_of(silo(**more)), "P1"))
    assert set(frame.index) == reached
    assert frame.loc["L1", "reached_by"] == "goods"
    assert set(frame.loc[sorted(reached - {"L1"}), "reached_by"]) <= {"silo"}


def milled_after_the_silo(**more):
    """The third lot of the silo is split, and one part is shipped."""
    return silo(**more) | {
        "lot": [*silo()["lot"], lot("OUT", "green", 700.0)],
        "process": [{"code": "S-1", "type": "split", "date_start": "2025-12-05"}],
        "process_line": [line("S-1", "in", "L3", 700.0), line("S-1", "out", "OUT", 700.0)],
        "consignment": [{"code": "E-1", "buyer": "Importer", "ship_date": "2026-01-05"}],
        "consignment_line": [{"consignment_code": "E-1", "lot_code": "OUT", "quantity_kg": 700.0}],
    }


def test_a_silo_reaches_everything_made_of_what_was_drawn_from_it():
    book = book_of(milled_after_the_silo())
    frame = by_code(recall(book, "P2"))
    assert frame.loc[["OUT", "E-1"], "reached_by"].tolist() == ["silo", "silo"]
    assert frame.loc["E-1", ["kg_attributed", "kg_max"]].tolist() == [0.0, 700.0]
    for code in ("OUT", "E-1"):
        found = trace(book, code)
        assert found.plot_codes() == ["P1", "P2", "P3"], "what is declared is what a recall reaches"
        assert found.custody_model == SEGREGATED, "goods of three producers lay together"
        rows = found.to_frame().set_index("plot_code")
        assert rows["kg_attributed"].tolist() == [0.0, 0.0, 700.0]
        assert rows["evidence_class"].tolist() == ["silo", "silo", "exact"]
        assert rows.loc["P3", ["kg_min", "kg_max"]].tolist() == [0.0, 700.0], "nobody can tell the beans apart"
    assert trace(book_of(milled_after_the_silo(last_emptied="2025-11-21")), "OUT").plot_codes() == ["P3"]


def test_what_a_lot_shares_with_its_silo_can_be_more_of_the_same_plot():
    """A bulk lot that holds 9 kg of a micro-lot's rejects lies in a silo with the micro-lot itself."""
    tables = reject_into_bulk() | {
        "location": [{"code": "SILO-1", "kind": "silo", "storage_mode": "loose"}],
        "storage_stay": [
            {"lot_code": "ML1", "location_code": "SILO-1", "from_date": "2026-01-11", "to_date": "2026-01-20"},
            {"lot_code": "BULK", "location_code": "SILO-1", "from_date": "2026-01-15"},
        ],
    }
    rows = trace(book_of(tables), "BULK").to_frame().set_index("plot_code")
    assert rows.loc["P1", "kg_max"] == 114.0, "9 kg of rejects and 105 kg of the micro-lot"
    assert rows["kg_min"].tolist() == [0.0] * 4
    assert by_code(recall(book_of(tables), "P1")).loc["BULK", "kg_max"] == 114.0


def test_codes_are_found_as_people_type_them():
    tables = stores()
    assert recall(book_of(tables), " shed ").code == "SHED"
    assert trace(book_of(tables), "ml1").code == "ML1"


def test_goods_of_unknown_origin_in_the_silo_make_what_leaves_it_mixed():
    tables = milled_after_the_silo()
    tables["delivery"][0] |= {"plot_code": None, "producer_code": None}
    with pytest.raises(RefusedError, match=r"up to 700\.0 kg of OUT have no known origin; they come in with L1"):
        trace(book_of(tables), "OUT")
    assert trace(book_of(tables), "OUT", allow_unknown=True).custody_model == MIXED


def test_a_process_of_an_unknown_code_names_what_is_near():
    with pytest.raises(InputError) as refused:
        recall(book_of(reject_into_bulk()), "D-9")
    assert "D-1" in refused.value.fix


def test_kilograms_follow_a_split_into_both_parts():
    tables = land("P1") | {
        "lot": [lot("A", "green", 100.0), lot("B", "green", 60.0), lot("C", "green", 40.0)],
        "delivery": [delivery("R-1", "A", "P1", 100.0, form="green")],
        "process": [{"code": "S-1", "type": "split"}],
        "process_line": [line("S-1", "in", "A", 100.0), line("S-1", "out", "B", 60.0), line("S-1", "out", "C", 40.0)],
    }
    frame = by_code(recall(book_of(tables), "R-1"))
    assert frame.loc[["B", "C"], "kg_min"].tolist() == [60.0, 40.0]

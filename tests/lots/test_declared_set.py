"""What is declared for a lot: plots that certainly gave something, and those in excess, each with its reason."""

from lot_books import book_of, delivery, land, lot, reject_into_bulk
from test_recalling import silo

from eudr_geo.lots.declared import declared_set
from eudr_geo.lots.drilling import drill_record
from eudr_geo.lots.tracing import trace


def declared(tables, code):
    book = book_of(tables)
    return declared_set(book, trace(book, code))


def of_groups(**receipt):
    tables = land("P1", "P2", "P3") | {"lot": [lot("DAY", "cherry", 300.0)]}
    tables["producer"] = [row | {"collection_group": "Ea Tul"} for row in tables["producer"]]
    tables["plot"] = [*tables["plot"], {"code": "P1-B", "producer_code": "H-P1"}]
    return tables | {"delivery": [delivery("R-1", "DAY", "P2", 100.0), delivery("R-2", "DAY", None, 200.0, **receipt)]}


def test_named_plots_make_no_excess():
    its = declared(reject_into_bulk(), "BULK")
    assert its.sure == ("P1", "P2", "P3", "P4")
    assert not its.excess
    assert its.advice() == []


def test_a_producer_without_plot_declares_each_of_the_producers_plots():
    its = declared(of_groups(producer_code="H-P1"), "DAY")
    assert its.sure == ("P2",)
    assert [(one.plot_code, one.level) for one in its.excess] == [("P1", "producer"), ("P1-B", "producer")]
    assert its.counts() == {"sure": 1, "producer": 2, "group": 0, "silo": 0}
    assert any(one.startswith("split the lot") for one in its.advice())
    assert its.kg_by_evidence == {"exact": 100.0, "producer": 200.0}


def test_a_group_declares_all_its_plots_and_asks_for_a_written_acceptance():
    its = declared(of_groups(collection_group=" EA  TUL "), "DAY")
    assert {one.plot_code for one in its.excess} == {"P1", "P1-B", "P3"}
    assert {one.level for one in its.excess} == {"group"}
    assert any("in writing" in one for one in its.advice())


def test_a_silo_adds_what_lay_in_it_before_with_the_day():
    its = declared(silo(last_emptied="2025-11-02"), "L3")
    assert [(one.plot_code, one.why) for one in its.excess] == [
        ("P1", "lay in SILO-1, which was last empty on 2025-11-02"),
        ("P2", "lay in SILO-1, which was last empty on 2025-11-02"),
    ]
    never = declared(silo(capacity_kg=900.0), "L3")
    assert [one.plot_code for one in never.excess] == ["P2"]
    assert "never seen empty; counted back to 2025-11-05" in never.excess[0].why


def test_the_record_of_an_exercise_names_what_is_missing():
    tables = reject_into_bulk()
    tables["delivery"][0] |= {"harvested_from": None, "harvested_to": None}
    book = book_of(tables)
    record = dict(drill_record(book, trace(book, "BULK")))
    assert record["kilograms with known origin"] == "137.0 of 137.0 kg (100.0%)"
    assert record["receipts"].startswith("4: R-1, R-2")
    assert record["missing"] == "receipts without harvest dates: 1: R-1"


def test_the_moment_a_micro_lot_ends_is_in_the_trace():
    (end,) = trace(book_of(reject_into_bulk()), "BULK").identity_ends
    assert (end.stream, end.process, end.lot, end.into, end.quantity_kg) == ("ML01", "M-1", "ML1-LOW", "BULK", 9.0)
    assert trace(book_of(reject_into_bulk()), "ML1").identity_ends == ()


def test_only_what_left_the_micro_lot_is_said_to_have_ended():
    tables = reject_into_bulk()
    tables["lot"][3]["stream_code"] = "BULK"  # the mill itself puts the low grade into the bulk stream
    book = book_of(tables)
    (end,) = trace(book, "BULK").identity_ends
    assert (end.process, end.lot, end.into, end.quantity_kg) == ("D-1", "ML1-P", "ML1-LOW", 9.0)
    assert trace(book, "ML1").identity_ends == (), "what stayed in the micro-lot has not ended"

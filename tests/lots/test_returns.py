"""Goods that come back can be shipped again, and no more than came back."""

import pytest
from lot_books import book_of, delivery, land, lot
from sqlalchemy.exc import DBAPIError

from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.balance import balances
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.store import create_store

EVENT = {"now": "2026-06-01T08:00:00Z", "who": "thu"}


def shipped(*lines):
    return land("P1") | {
        "lot": [lot("G", "green", 600.0, hs_code="090111")],
        "delivery": [delivery("R-1", "G", "P1", 600.0, form="green")],
        "consignment": [{"code": code, "buyer": "Buyer", "ship_date": day} for code, day, *_ in lines],
        "consignment_line": [
            {"consignment_code": code, "lot_code": "G", "quantity_kg": kg, "returned_kg": back, "returned_on": on}
            for code, _, kg, back, on in lines
        ],
    }


FIRST = ("EX1", "2026-03-01", 600.0, 100.0, "2026-04-01")


@pytest.mark.parametrize(("again", "fits"), [(100.0, True), (130.0, False)])
def test_what_came_back_can_leave_again(tmp_path, again, fits):
    tables = shipped(FIRST, ("EX2", "2026-05-01", again, None, None))
    book = book_of(tables)
    assert balances(book).taken.tolist() == [500.0 + again]
    assert ("over-draw" in {one.rule for one in check_lots(book).findings}) is not fits
    with create_store(tmp_path / "a.gpkg", organisation="a", country="VN") as store:
        plan = preview_book(store, book)
        assert (plan.refused == []) is fits
        if fits:
            apply_book(store, plan, **EVENT)


def test_the_database_counts_what_came_back_too(tmp_path):
    tables = shipped(FIRST)
    tables["lot"] = [*tables["lot"], lot("G2", "green", 100.0, hs_code="090111")]
    tables["consignment"] = [*tables["consignment"], {"code": "EX2", "buyer": "Buyer", "ship_date": "2026-05-01"}]
    tables["delivery"] = [*tables["delivery"], delivery("R-2", "G2", "P1", 100.0, form="green")]
    with create_store(tmp_path / "a.gpkg", organisation="a", country="VN") as store:
        apply_book(store, preview_book(store, book_of(tables)), **EVENT)
        more = "INSERT INTO consignment_line (consignment_code, lot_code, quantity_kg) VALUES ('EX2', 'G', {kg})"
        with store._backend.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="more is taken"):
                connection.exec_driver_sql(more.format(kg=150))
            assert connection.exec_driver_sql(more.format(kg=100)).rowcount == 1

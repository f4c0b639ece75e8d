"""The balance of a lot is one thing, wherever it is asked: arithmetic, rule, preview, the step's fence, the triggers."""

import sqlite3

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eudr_geo.base.errors import InputError
from eudr_geo.checks.rules.balance import over_draw
from eudr_geo.lots.balance import balances
from eudr_geo.lots.graph import LotGraph
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import preview_book
from eudr_geo.store import create_store

EVENT = {"now": "2026-01-15T08:00:00Z", "who": "thu", "action": "book", "summary": "t"}
LOTS = ["A", "B", "C"]
KG = st.integers(1, 2_000).map(lambda quarters: quarters / 4)  # sums of quarters are exact in any order
LOT = st.sampled_from(LOTS)


@st.composite
def books(draw):
    stated = draw(st.lists(st.none() | KG, min_size=3, max_size=3))
    lines = draw(st.lists(st.tuples(st.sampled_from(["in", "out", "byproduct", "loss"]), LOT, KG), max_size=6))
    shipped = draw(st.dictionaries(LOT, KG, max_size=3))
    deliveries = draw(st.lists(st.tuples(LOT, KG), max_size=5))
    return {
        "lot": [{"code": code, "form": "green", "quantity_kg": kg} for code, kg in zip(LOTS, stated, strict=True)],
        "delivery": [
            {"code": f"D{n}", "delivered_on": "2025-11-03", "lot_code": lot, "quantity_kg": kg}
            for n, (lot, kg) in enumerate(deliveries)
        ],
        "process": [{"code": f"P{n}", "type": "merge"} for n in range(len(lines))],
        "process_line": [
            {
                "process_code": f"P{n}", "direction": direction,
                "lot_code": None if direction == "loss" else lot, "quantity_kg": kg,
            }
            for n, (direction, lot, kg) in enumerate(lines)
        ],
        "consignment": [{"code": "CO"}],
        "consignment_line": [
            {"consignment_code": "CO", "lot_code": lot, "quantity_kg": kg} for lot, kg in sorted(shipped.items())
        ],
    }  # fmt: skip


def put(opened, tables):
    with opened.writing(**EVENT) as writer:
        for name, rows in tables.items():
            writer.insert(table_of(BOOK_TABLES[name]), rows)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    path = tmp_path_factory.mktemp("balance") / "coop.gpkg"
    with create_store(path, organisation="Invented", country="VN") as opened:
        yield opened


@given(books())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
def test_all_who_ask_for_the_balance_agree(project, tables):
    book = book_of(tables)
    found = balances(book)
    over = [lot for lot, is_over in zip(found.lots, found.over, strict=True) if is_over]

    graph = LotGraph(LotBook(book.frames))
    known = found.held > 0
    assert np.array_equal(graph.total_kg[:3][known], found.held[known])
    assert np.array_equal(graph.drawn_kg[:3], found.taken)
    assert sorted(over_draw(book).measured.get("code", ())) == over
    assert sorted(one.code for one in preview_book(project, book).refused) == over

    # The step's own fence: it stores the book whole, or names the lots.
    if over:
        with pytest.raises(InputError) as told:
            put(project, tables)
        assert all(f"lot {lot}" in str(told.value) for lot in over)
        assert project.codes(BOOK_TABLES["lot"]) == set()
    else:
        put(project, tables)
        project.undo(now=EVENT["now"], who="thu")

    # The triggers: another program writes the same rows, what comes in first.
    db = sqlite3.connect(project.path)
    db.execute("BEGIN")
    refused, said = set(), set()
    order = [("lot", None), ("delivery", None), ("process", None), ("process_line", False), ("process_line", True)]
    for name, takes in [*order, ("consignment", None), ("consignment_line", None)]:
        for row in tables[name]:
            if takes is not None and (row["direction"] == "in") is not takes:
                continue
            try:
                db.execute(
                    f"INSERT INTO {name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
                )
            except sqlite3.DatabaseError as error:
                said.add(str(error))
                refused.add(row["lot_code"])
    db.rollback()
    db.close()
    assert sorted(refused) == over
    assert said <= {"more is taken from the lot than it holds"}

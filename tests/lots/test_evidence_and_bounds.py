"""Each kilogram has its own evidence; bounds hold over all ways together, and say what they take for granted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lot_books import book_of, delivery, land, line, lot, reject_into_bulk
from tests_helpers import examples

from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.declared import declared_set
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.spreading import parts_by_area
from eudr_geo.lots.tracing import trace
from eudr_geo.model.trace import CLASS_COLUMNS, TRACE_COLUMNS


def areas(**plots):
    return [{"plot_code": code, "version": 1, "area_ha": area} for code, area in plots.items()]


def half_named():
    """300 kg of P1 by name, and 90 kg of its producer, who has one plot only; 110 kg of P2."""
    return land("P1", "P2") | {
        "lot": [lot("L", "green", 500.0)],
        "delivery": [
            delivery("R-1", "L", "P1", 300.0, form="green"),
            delivery("R-2", "L", None, 90.0, form="green", producer_code="H-P1"),
            delivery("R-3", "L", "P2", 110.0, form="green"),
        ],
    }


def test_each_kilogram_has_its_own_evidence():
    found = trace(book_of(half_named()), "L")
    rows = found.to_frame().set_index("plot_code")
    assert rows["evidence_class"].to_dict() == {"P1": "exact; producer", "P2": "exact"}
    assert rows.loc["P1", ["kg_attributed", "kg_exact", "kg_producer"]].tolist() == [390.0, 300.0, 90.0]
    assert found.totals()["kg_by_evidence"] == {"exact": 410.0, "producer": 90.0, "group": 0.0, "unknown": 0.0}
    assert declared_set(book_of(half_named()), found).kg_by_evidence == {"exact": 410.0, "producer": 90.0}


def test_evidence_goes_with_the_kilograms_through_processes():
    tables = half_named()
    tables["lot"] += [lot("A", "green", 200.0), lot("B", "green", 290.0)]
    tables["process"] = [{"code": "K", "type": "split", "date_start": "2026-01-10"}]
    tables["process_line"] = [line("K", "in", "L", 500.0), line("K", "out", "A", 200.0), line("K", "out", "B", 290.0)]
    for code, kg in (("A", 200.0), ("B", 290.0)):
        by_class = trace(book_of(tables), code).totals()["kg_by_evidence"]
        assert by_class["exact"] == pytest.approx(kg * 0.82, abs=0.001)
        assert by_class["producer"] == pytest.approx(kg * 0.18, abs=0.001)


def test_the_classes_of_a_row_add_up_to_the_gram():
    tables = half_named()
    tables["lot"][0]["quantity_kg"] = 333.333
    frame = trace(book_of(tables), "L").to_frame()
    assert tuple(frame.columns) == TRACE_COLUMNS
    assert frame[list(CLASS_COLUMNS)].sum(axis=1).round(3).tolist() == frame["kg_attributed"].tolist()


def no_plot():
    tables = land("T1", "T2", "T3", "T4")
    for row, who in zip(tables["plot"], ("H-1", "H-1", "H-1", "H-2"), strict=True):
        row["producer_code"] = who
    tables["producer"] = [{"code": "H-1", "name": "One"}, {"code": "H-2", "name": "Two"}]
    return tables | {
        "plot_version": areas(T1=0.5, T2=1.0, T3=2.5, T4=1.0),
        "lot": [lot("G", "green", 400.0)],
        "delivery": [
            delivery("R-1", "G", None, 300.0, form="green", producer_code="H-1"),
            delivery("R-2", "G", None, 100.0, form="green", producer_code="H-2"),
        ],
    }


def test_kilograms_without_a_plot_are_spread_by_area():
    rows = trace(book_of(no_plot()), "G").to_frame().set_index("plot_code")
    assert rows["kg_attributed"].to_dict() == {"T1": 37.5, "T2": 75.0, "T3": 187.5, "T4": 100.0}
    assert rows["kg_min"].to_dict() == {"T1": 0.0, "T2": 0.0, "T3": 0.0, "T4": 100.0}
    assert rows["kg_max"].to_dict() == {"T1": 300.0, "T2": 300.0, "T3": 300.0, "T4": 100.0}
    assert rows["kg_producer"].sum() == 400.0


def test_where_an_area_is_not_known_the_parts_are_equal():
    tables = no_plot()
    tables["plot_version"] = tables["plot_version"][1:]
    rows = trace(book_of(tables), "G").to_frame().set_index("plot_code")
    assert rows["kg_attributed"].to_dict() == {"T1": 100.0, "T2": 100.0, "T3": 100.0, "T4": 100.0}


def test_no_plot_is_said_to_have_a_yield_that_only_its_producer_has():
    """6,000 kg from half a hectare would be an error; from 4 ha of the same producer it is nothing."""
    tables = no_plot()
    tables["delivery"][0]["quantity_kg"] = tables["lot"][0]["quantity_kg"] = 6000.0
    tables["delivery"] = tables["delivery"][:1]
    assert {one.rule for one in check_lots(book_of(tables)).findings} == {"declared-in-excess"}
    tables["delivery"][0]["quantity_kg"] = tables["lot"][0]["quantity_kg"] = 30_000.0
    told = {(one.rule, one.code) for one in check_lots(book_of(tables)).findings}
    assert told == {("declared-in-excess", "G"), ("producer-over-capacity", "H-1")}, "of the producer, and of no plot"


def test_advice_names_the_cure_that_fits():
    book = book_of(no_plot())
    assert declared_set(book, trace(book, "G")).advice() == [
        "write the plot on the receipts of H-1: then only the plots that gave are declared"
    ]
    tables = no_plot()
    tables["delivery"][1] |= {"plot_code": "T4"}
    named = declared_set(book_of(tables), trace(book_of(tables), "G")).advice()
    assert [one.split(":")[0] for one in named] == ["write the plot on the receipts of H-1", "split the lot"]


def split_and_blended(*, low_grade=0.0):
    """A lot of 30 kg of P1 and 70 kg of P2 is split in two, and the halves are joined again."""
    tables = land("P1", "P2") | {
        "lot": [lot("L", "green", 100.0), lot("A", "green", 50.0), lot("B", "green", 50.0 - low_grade)],
        "delivery": [delivery("R-1", "L", "P1", 30.0, form="green"), delivery("R-2", "L", "P2", 70.0, form="green")],
        "process": [{"code": "S", "type": "split"}, {"code": "J", "type": "blend"}],
        "process_line": [
            line("S", "in", "L", 100.0),
            line("S", "out", "A", 50.0),
            line("S", "out", "B", 50.0 - low_grade),
        ],
    }
    whole = 100.0 - low_grade
    if low_grade:
        tables["lot"].append(lot("LOW", "green", low_grade))
        tables["process_line"].append(line("S", "byproduct", "LOW", low_grade))
    tables["lot"].append(lot("D", "green", whole))
    tables["process_line"] += [
        line("J", "in", "A", 50.0),
        line("J", "in", "B", 50.0 - low_grade),
        line("J", "out", "D", whole),
    ]
    return tables


def bounds(tables, code):
    rows = trace(book_of(tables), code).to_frame().set_index("plot_code")
    return {plot: (row.kg_min, row.kg_max) for plot, row in rows.iterrows()}


def test_two_parts_of_a_lot_do_not_both_hold_all_of_a_plot():
    assert bounds(split_and_blended(), "A") == {"P1": (0.0, 30.0), "P2": (20.0, 50.0)}
    assert bounds(split_and_blended(), "D") == {"P1": (30.0, 30.0), "P2": (70.0, 70.0)}
    assert bounds(split_and_blended(low_grade=10.0), "D") == {"P1": (20.0, 30.0), "P2": (60.0, 70.0)}


@pytest.mark.parametrize("low_grade", [0.0, 10.0])
def test_a_recall_knows_it_too(low_grade):
    tables = split_and_blended(low_grade=low_grade)
    rows = recall(book_of(tables), "P1").to_frame().set_index("code")
    assert rows.loc["D", "kg_max"] == 30.0


def test_a_lot_that_is_drawn_twice_into_one_process_is_drawn_once():
    tables = split_and_blended()
    tables["process_line"] = [
        line("S", "in", "L", 50.0), line("S", "in", "L", 50.0), line("S", "out", "A", 100.0),
    ]  # fmt: skip
    tables["lot"][1]["quantity_kg"] = 100.0
    assert bounds(tables, "A") == {"P1": (30.0, 30.0), "P2": (70.0, 70.0)}


def test_the_low_grade_that_comes_back_is_bounded_by_its_outturn():
    """Half of the parchment is hulled by itself: green coffee of both halves holds at most 0.8 kg for each kg."""
    tables = split_and_blended()
    for row in tables["lot"][:3]:
        row["form"] = "dry_parchment"
    for row in tables["delivery"]:
        row["form"] = "dry_parchment"
    tables["lot"][-1]["quantity_kg"] = 80.0
    tables["process"][1]["type"] = "dry_mill"
    tables["process_line"][-1]["quantity_kg"] = 80.0
    assert bounds(tables, "D") == {"P1": (24.0, 24.0), "P2": (56.0, 56.0)}


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1.0, 0.9])), min_size=1, max_size=4))
def test_however_often_a_lot_is_split_and_joined_its_plots_are_what_they_were(steps):
    tables = land("P1", "P2") | {
        "lot": [lot("L0", "green", 100.0)],
        "delivery": [delivery("R-1", "L0", "P1", 30.0, form="green"), delivery("R-2", "L0", "P2", 70.0, form="green")],
        "process": [],
        "process_line": [],
    }
    kg, last = 100.0, "L0"
    for number, (one, two, left) in enumerate(steps):
        parts = [kg * one / (one + two), kg * two / (one + two)]
        tables["process"] += [{"code": f"S{number}", "type": "split"}, {"code": f"J{number}", "type": "blend"}]
        tables["process_line"].append(line(f"S{number}", "in", last, kg))
        for name, part in zip("AB", parts, strict=True):
            tables["lot"].append(lot(f"{name}{number}", "green", part))
            tables["process_line"] += [
                line(f"S{number}", "out", f"{name}{number}", part), line(f"J{number}", "in", f"{name}{number}", part),
            ]  # fmt: skip
        kg, last = kg * left, f"L{number + 1}"
        tables["lot"].append(lot(last, "green", kg))
        tables["process_line"].append(line(f"J{number}", "out", last, kg))
    rows = trace(book_of(tables), last).rows.set_index("plot_code")
    for plot, share in (("P1", 0.3), ("P2", 0.7)):
        assert rows.loc[plot, ["kg_min", "kg_max"]].tolist() == pytest.approx([kg * share, kg * share], abs=1e-6)


def test_bounds_say_what_they_take_for_granted_with_a_band():
    its = trace(book_of(reject_into_bulk()), "ML1").outturns
    # 0.2 where 0.17 to 0.26 is usual, then 114 kg of 140 where 0.74 to 0.86 is.
    assert (its.processes, its.without_band) == (("D-1", "W-1"), ())
    assert its.least == pytest.approx(0.17 / 0.2 * 0.74 / (114 / 140))
    assert its.most == pytest.approx(0.26 / 0.2 * 0.86 / (114 / 140))
    assert trace(book_of(half_named()), "L").outturns is None, "no process changes the form"


def test_the_parts_of_a_receipt_are_one_receipt():

    assert parts_by_area(np.array([0, 0, 1]), np.array([1.0, 3.0, np.nan])).tolist() == [0.25, 0.75, 1.0]
    assert parts_by_area(np.array([0, 0]), np.array([0.0, 3.0])).tolist() == [0.5, 0.5], (
        "an area of nothing is not known"
    )

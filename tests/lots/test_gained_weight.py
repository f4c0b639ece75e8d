"""Weight that nobody delivered: counted along the whole chain, of unknown origin, and never of a plot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lot_books import book_of, delivery, land, line, lot
from tests_helpers import examples

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.scales import explained_kg
from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.balance import is_over_drawn
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.tracing import IDENTITY_PRESERVED, MIXED, trace


def chain(*steps, delivered=1000.0, form="green"):
    """One delivery, then repacking; a step is (went in, came out, what the lot is entered with)."""
    tables = land("P1") | {
        "lot": [lot("L0", form, delivered)],
        "delivery": [delivery("R-1", "L0", "P1", delivered, form=form)],
        "process": [],
        "process_line": [],
    }
    for number, (went, came, entered) in enumerate(steps):
        tables["process"].append({"code": f"K{number}", "type": "repack", "date_start": "2026-01-10"})
        tables["process_line"] += [
            line(f"K{number}", "in", f"L{number}", went),
            line(f"K{number}", "out", f"L{number + 1}", came),
        ]
        tables["lot"].append(lot(f"L{number + 1}", form, entered))
    return tables


def shipped(tables, *lines, code="EX"):
    tables["consignment"] = [{"code": code, "buyer": "Importer", "ship_date": "2026-02-01"}]
    tables["consignment_line"] = [
        {"consignment_code": code, "lot_code": lot_code, "quantity_kg": kg, "hs_code": "090111"}
        for lot_code, kg in lines
    ]
    return tables


def errors(tables):
    return {(one.rule, one.code) for one in check_lots(book_of(tables)).findings.errors()}


def of_plot(found):
    rows = found.rows
    return rows.loc[rows["plot_code"] != "", ["kg_attributed", "kg_min", "kg_max"]].sum().tolist()


FOUR_STEPS = chain((1000, 1000, 1050), (1050, 1050, 1100), (1100, 1100, 1155), (1155, 1155, 1200))


def test_five_percent_more_at_each_step_are_kilograms_of_nobody():
    book = book_of(FOUR_STEPS)
    with pytest.raises(RefusedError, match=r"200\.0 kg of L4 were delivered by nobody.*L1, L2, L3, L4"):
        trace(book, "L4")
    found = trace(book, "L4", allow_unknown=True)
    assert of_plot(found) == pytest.approx([1000.0, 1000.0, 1000.0]), "at least, at most: what was delivered"
    assert found.unknown_kg == pytest.approx(200.0)
    assert found.custody_model == MIXED
    assert found.unknown_lots == ("L1", "L2", "L3", "L4")
    assert errors(FOUR_STEPS) == {("unknown-origin", f"L{n}") for n in range(1, 5)}


def test_steps_that_are_each_within_the_scales_add_up():
    """0.4 % at each of four steps: no step is worth a word, all together are more than 0.5 %."""
    tables = chain((1000, 1000, 1004), (1004, 1004, 1008), (1008, 1008, 1012), (1012, 1012, 1016))
    assert trace(book_of(tables), "L1").unknown_kg == pytest.approx(4.0)
    with pytest.raises(RefusedError, match=r"8\.0 kg of L2 were delivered by nobody"):
        trace(book_of(tables), "L2")
    assert errors(tables) == {("unknown-origin", "L2")}, "named where it came to that, not again at what inherits it"


def test_what_scales_explain_is_of_no_plot_and_stops_nothing():
    found = trace(book_of(chain((1000, 1000, 1004))), "L1")
    assert of_plot(found) == pytest.approx([1000.0, 1000.0, 1000.0])
    assert found.totals()["kg_by_evidence"] == {"exact": 1000.0, "producer": 0.0, "group": 0.0, "unknown": 4.0}
    assert found.custody_model == IDENTITY_PRESERVED
    assert errors(chain((1000, 1000, 1004))) == set()


@pytest.mark.parametrize(
    ("tables", "code", "rule"),
    [
        (chain((1000, 1008, 1008)), "L1", "process-gains-mass"),
        (chain((1000, 1004, 1008)), "L1", "unknown-origin"),
        (chain((1008, 1008, 1008)), "L1", "over-draw"),
        (shipped(chain(), ("L0", 1008.0)), "EX", "over-draw"),
    ],
    ids=["a process", "a process and the lot", "drawn into a process", "shipped"],
)
def test_wherever_weight_appears_the_plot_gives_no_more_than_was_delivered(tables, code, rule):
    with pytest.raises(RefusedError, match=r"8\.0 kg of"):
        trace(book_of(tables), code)
    found = trace(book_of(tables), code, allow_unknown=True)
    assert of_plot(found) == pytest.approx([1000.0, 1000.0, 1000.0])
    assert {name for name, _ in errors(tables)} == {rule}, "one fault, one name"


@pytest.mark.parametrize("kind", ["split", "merge", "repack"])
def test_the_parts_of_a_lot_are_not_more_than_the_lot(kind):
    tables = chain((1000, 500, 500))
    tables["process"][0]["type"] = kind
    tables["lot"].append(lot("L2", "green", 504.0))
    tables["process_line"].append(line("K0", "out", "L2", 504.0))
    one, two = (trace(book_of(tables), code, allow_unknown=True) for code in ("L1", "L2"))
    assert of_plot(one)[0] + of_plot(two)[0] == pytest.approx(1000.0)
    assert of_plot(one)[2] <= 500.0


def test_water_that_was_measured_is_no_gain():
    """1,000 kg at 11 % and 1,034.9 kg at 14 % are the same coffee."""
    tables = chain((1000, 1034.88, 1034.88), form="dry_parchment")
    tables["lot"][0]["moisture_percent"], tables["lot"][1]["moisture_percent"] = 11.0, 14.0
    found = trace(book_of(tables), "L1")
    assert found.unknown_kg == pytest.approx(0.0, abs=0.01)
    assert of_plot(found)[0] == pytest.approx(1034.88, abs=0.01)
    del tables["lot"][1]["moisture_percent"]
    with pytest.raises(RefusedError, match="delivered by nobody"):
        trace(book_of(tables), "L1")


def test_a_mill_cannot_make_more_than_its_ceiling():
    """Of 1,000 kg of cherry at most 280 kg of green coffee can be; the rest of 400 kg is somebody else's."""
    tables = land("P1") | {
        "lot": [lot("C", "cherry", 1000.0), lot("G", "green", 400.0)],
        "delivery": [delivery("R-1", "C", "P1", 1000.0)],
        "process": [{"code": "M", "type": "dry_mill", "date_start": "2026-01-10"}],
        "process_line": [line("M", "in", "C", 1000.0), line("M", "out", "G", 400.0)],
    }
    found = trace(book_of(tables), "G", allow_unknown=True)
    assert of_plot(found) == pytest.approx([280.0, 280.0, 280.0])
    assert errors(tables) == {("implausible-outturn", "M")}


def test_a_kilogram_for_each_lot_is_not_a_kilogram_for_all():
    """Twenty lots of 50 kg, each a kilogram heavier than its delivery: joined, or shipped together, 20 kg are too many."""
    plots = [f"P{n}" for n in range(20)]
    tables = land(*plots) | {
        "lot": [lot(f"L{n}", "green", 51.0) for n in range(20)],
        "delivery": [delivery(f"R-{n}", f"L{n}", plot, 50.0, form="green") for n, plot in enumerate(plots)],
    }
    assert errors(tables) == set()
    together = shipped({**tables}, *((f"L{n}", 51.0) for n in range(20)))
    with pytest.raises(RefusedError, match=r"20\.0 kg of EX"):
        trace(book_of(together), "EX")
    assert errors(together) == {("unknown-origin", "EX")}
    joined = tables | {
        "lot": [*tables["lot"], lot("ALL", "green", 1020.0)],
        "process": [{"code": "B", "type": "blend", "date_start": "2026-01-10"}],
        "process_line": [*(line("B", "in", f"L{n}", 51.0) for n in range(20)), line("B", "out", "ALL", 1020.0)],
    }
    with pytest.raises(RefusedError, match=r"20\.0 kg of ALL"):
        trace(book_of(joined), "ALL")
    assert errors(joined) == {("unknown-origin", "ALL")}


def test_a_bag_too_many_is_no_matter_of_scales_however_large_the_lot():
    assert explained_kg(10_000.0) == 50.0
    assert explained_kg(19_200.0) == explained_kg(500_000.0) == 60.0
    assert is_over_drawn(np.array([100_000.0]), np.array([100_059.0])).tolist() == [False]
    assert is_over_drawn(np.array([100_000.0]), np.array([100_061.0])).tolist() == [True]


@pytest.mark.parametrize("after", [0.0, 100.0])
def test_a_recall_finds_what_was_delivered_and_no_more(after):
    tables = chain((1000, 1000, 1050), (1050, 1050, 1100 + after))
    rows = recall(book_of(tables), "P1").to_frame().set_index("code")
    assert rows.loc["L2", "kg_attributed"] == 1000.0


@st.composite
def growing_chains(draw):
    steps, kg = [], 1000.0
    for _ in range(draw(st.integers(1, 5))):
        went = kg * draw(st.sampled_from([0.5, 1.0, 1.003]))
        came = went * draw(st.sampled_from([0.8, 1.0, 1.004, 1.04]))
        kg = came * draw(st.sampled_from([0.97, 1.0, 1.005, 1.05]))
        steps.append((went, came, kg))
    return chain(*steps)


@settings(max_examples=examples(60))
@given(growing_chains())
def test_in_no_chain_is_there_more_of_a_plot_than_came_through_its_narrowest_place(tables):
    book = book_of(tables)
    most = 1000.0
    for row in tables["lot"]:
        moved = [
            one["quantity_kg"]
            for one in tables["process_line"]
            if one["process_code"] == f"K{int(row['code'][1:]) - 1}"
        ]
        most = min(most, *moved, row["quantity_kg"]) if moved else most
        found = trace(book, row["code"], allow_unknown=True)
        assert of_plot(found)[0] <= of_plot(found)[2] <= most + 1e-6
        assert found.rows["kg_attributed"].sum() == pytest.approx(row["quantity_kg"])

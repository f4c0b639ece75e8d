"""Kilograms from plots to lots and back: the worked example to the digit, and what must hold for any graph of lots."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lot_books import book_of, delivery, land, line, lot, reject_into_bulk
from tests_helpers import examples

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.recalling import recall
from eudr_geo.lots.tracing import IDENTITY_PRESERVED, MIXED, SEGREGATED, trace, traces
from eudr_geo.model.trace import TRACE_COLUMNS


def shares(book, code, **options):
    rows = trace(book, code, **options).to_frame()
    return dict(zip(rows["plot_code"], rows["kg_attributed"], strict=True))


def test_the_worked_example_comes_out_to_the_digit():
    book = book_of(reject_into_bulk())
    assert shares(book, "ML1") == {"P1": 60.0, "P2": 45.0}
    assert {plot: round(kg, 1) for plot, kg in shares(book, "BULK").items()} == {
        "P1": 5.1,
        "P2": 3.9,
        "P3": 80.0,
        "P4": 48.0,
    }


def test_bounds_of_the_worked_example():
    rows = trace(book_of(reject_into_bulk()), "ML1").to_frame().set_index("plot_code")
    # 114 kg came out of the mill, 65.143 of them from P1; the 9 kg of low grade could all be P1's, or all P2's.
    assert rows.loc["P1", ["kg_min", "kg_max"]].tolist() == [56.143, 65.143]
    assert rows.loc["P2", ["kg_min", "kg_max"]].tolist() == [39.857, 48.857]
    bulk = trace(book_of(reject_into_bulk()), "BULK").to_frame().set_index("plot_code")
    assert bulk.loc["P1", ["kg_min", "kg_max"]].tolist() == [0.0, 9.0]
    assert bulk.loc["P3", ["kg_min", "kg_max"]].tolist() == [80.0, 80.0]


def test_a_consignment_is_the_sum_of_its_lots():
    result = trace(book_of(reject_into_bulk()), "EXP-1")
    rows = result.to_frame()
    assert tuple(rows.columns) == TRACE_COLUMNS
    assert rows.groupby("lot_code")["kg_attributed"].sum().round(3).to_dict() == {"BULK": 60.0, "ML1": 100.0}
    assert result.totals() == {
        "plots": 4, "producers": 4, "lots": 8, "quantity_kg": 160.0, "unknown_kg": 0.0,
        "kg_by_evidence": {"exact": 160.0, "producer": 0.0, "group": 0.0, "unknown": 0.0},
    }  # fmt: skip
    assert result.custody_model == SEGREGATED
    assert set(rows["harvest_from"]) == {"2025-11-14"}
    assert set(rows["form_origin"]) == {"cherry"}


def test_the_kilograms_as_delivered_are_shared_out_too():
    book = book_of(reject_into_bulk())
    both = [trace(book, code).to_frame() for code in ("ML1", "BULK")]
    origin = sum(rows.set_index("plot_code")["kg_origin"].reindex(["P1", "P2", "P3", "P4"]).fillna(0) for rows in both)
    assert origin.round(2).to_dict() == {"P1": 400.0, "P2": 300.0, "P3": 500.0, "P4": 300.0}


def test_the_tree_names_every_lot_once():
    result = trace(book_of(reject_into_bulk()), "BULK")
    assert result.lot_codes() == ["B-C", "B-G", "B-P", "BULK", "ML1-C", "ML1-LOW", "ML1-P"]
    kinds = {(edge.source, edge.target): edge.kind for edge in result.edges}
    assert kinds["D-1", "ML1-LOW"] == "byproduct"
    lines = result.tree_lines()
    assert lines[0].startswith("137.0 kg of BULK, green")
    assert sum("2 deliveries from 2 plots" in text for text in lines) == 2


def test_a_delivery_without_plot_stands_for_all_plots_of_its_producer():
    tables = land("P1", "P2")
    tables["plot"][1]["producer_code"] = "H-P1"
    tables |= {"lot": [lot("L", "cherry", 100.0)], "delivery": [delivery("R", "L", None, 100.0, producer_code="H-P1")]}
    result = trace(book_of(tables), "L")
    rows = result.to_frame()
    assert rows["evidence_class"].tolist() == ["producer", "producer"]
    assert rows[["kg_attributed", "kg_min", "kg_max"]].to_numpy().tolist() == [[50.0, 0.0, 100.0]] * 2
    assert result.custody_model == IDENTITY_PRESERVED


def test_plots_of_nobody_are_not_one_producer():
    tables = land("P1", "P2")
    for row in tables["plot"]:
        row["producer_code"] = None
    deliveries = [delivery(f"R-{plot}", "L", plot, 50.0, producer_code=None) for plot in ("P1", "P2")]
    result = trace(book_of(tables | {"lot": [lot("L", "cherry", 100.0)], "delivery": deliveries}), "L")
    assert result.custody_model == SEGREGATED


@pytest.mark.parametrize(("entered", "known", "unknown"), [(97.0, 97.0, 0.0), (100.5, 100.0, 0.5)])
def test_a_weight_a_little_off_is_shared_out_as_weighed_but_no_plot_gives_more_than_it_delivered(
    entered, known, unknown
):
    tables = land("P1") | {"lot": [lot("L", "cherry", entered)], "delivery": [delivery("R", "L", "P1", 100.0)]}
    rows = trace(book_of(tables), "L").to_frame()
    assert rows.loc[rows["plot_code"] == "P1", "kg_attributed"].tolist() == [known]
    assert rows.loc[rows["plot_code"] == "P1", "kg_origin"].tolist() == [100.0]
    assert rows.loc[rows["plot_code"] == "", "kg_attributed"].sum() == unknown


def opening(kg=100.0):
    tables = reject_into_bulk()
    tables["lot"].append(lot("OLD", "green", kg, opening_stock=True))
    tables["process_line"].append(line("M-1", "in", "OLD", kg))
    tables["lot"][7]["quantity_kg"] = 137.0 + kg
    tables["process_line"][-2]["quantity_kg"] = 137.0 + kg
    return tables


def test_what_has_no_origin_is_refused_and_named():
    book = book_of(opening())
    with pytest.raises(RefusedError, match=r"100\.0 kg of BULK have no known origin.*OLD"):
        trace(book, "BULK")
    result = trace(book, "BULK", allow_unknown=True)
    assert result.custody_model == MIXED
    assert result.unknown_kg == pytest.approx(100.0)
    assert result.plot_codes() == ["P1", "P2", "P3", "P4"]
    assert trace(book, "ML1").custody_model == SEGREGATED, "the stock touched only the bulk lot"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda t: t["delivery"][2].update(plot_code=None, producer_code=None), "B-C"),
        (
            lambda t: t["lot"].append(lot("X", "green", 9.0)) or t["process_line"].append(line("M-1", "in", "X", 9.0)),
            "X",
        ),
        (lambda t: t["lot"][4].update(quantity_kg=1200.0), "B-C"),
    ],
    ids=["nobody named", "orphan", "half as much again as came in"],
)
def test_every_kind_of_unknown_origin_is_refused(change, named):
    tables = reject_into_bulk()
    change(tables)
    with pytest.raises(RefusedError, match=named):
        trace(book_of(tables), "BULK")


def test_circles_are_refused_by_name():
    tables = reject_into_bulk()
    tables["process"].append({"code": "BACK", "type": "blend"})
    tables["process_line"] += [line("BACK", "in", "BULK", 10.0), line("BACK", "out", "B-G", 10.0)]
    with pytest.raises(RefusedError, match="circle") as refused:
        trace(book_of(tables), "BULK")
    assert "B-G" in str(refused.value)
    with pytest.raises(RefusedError, match="circle"):
        recall(book_of(tables), "P3")
    assert shares(book_of(tables), "ML1") == {"P1": 60.0, "P2": 45.0}, "what is not in the circle can be traced"


def test_an_unknown_code_names_its_neighbours():
    with pytest.raises(InputError, match="did you mean ML1"):
        trace(book_of(reject_into_bulk()), "ML-1")
    with pytest.raises(InputError, match="no plot, producer, delivery, lot, process or location called NOWHERE"):
        recall(book_of(reject_into_bulk()), "NOWHERE")


def test_a_code_of_two_things_asks_which():
    tables = reject_into_bulk()
    tables["lot"].append(lot("P1", "green", 1.0))
    tables["delivery"].append(delivery("R-9", "P1", "P3", 1.0))
    with pytest.raises(InputError, match="several things"):
        recall(book_of(tables), "P1")
    assert recall(book_of(tables), "P1", kind="plot").lot_codes()[0] == "BULK"


def test_forward_from_a_plot_reaches_bulk_through_the_low_grade():
    result = recall(book_of(reject_into_bulk()), "P1")
    rows = result.to_frame().set_index("code")
    assert result.quantity_kg == 400.0
    assert result.lot_codes() == ["BULK", "ML1", "ML1-C", "ML1-LOW", "ML1-P"]
    assert result.consignment_codes() == ["EXP-1"]
    assert rows.loc["BULK", ["kg_attributed", "kg_max", "in_stock_kg"]].tolist() == [5.143, 9.0, 77.0]
    assert rows.loc["EXP-1", "label"] == "Importer"


def test_forward_agrees_with_backward():
    book = book_of(reject_into_bulk())
    for plot in ("P1", "P2", "P3", "P4"):
        forward = recall(book, plot).to_frame().set_index("code")["kg_attributed"]
        for code in ("BULK", "ML1", "B-P"):
            assert forward.get(code, 0.0) == pytest.approx(shares(book, code).get(plot, 0.0), abs=0.002)


def test_forward_from_producer_delivery_and_lot():
    book = book_of(reject_into_bulk())
    plot = recall(book, "P1").to_frame()
    assert recall(book, "H-P1").to_frame().equals(plot)
    assert recall(book, "R-1").to_frame().equals(plot)
    low = recall(book, "ML1-LOW").to_frame().set_index("code")
    assert low.loc["BULK", ["kg_attributed", "kg_min", "kg_max"]].tolist() == [9.0, 9.0, 9.0]
    assert "ML1" not in low.index


@st.composite
def lot_graphs(draw):
    """Random books: deliveries into a first layer of lots, then processes with by-products, losses and partial draws."""
    plots = [f"P{i}" for i in range(draw(st.integers(1, 5)))]
    kg = st.integers(1, 2000).map(lambda n: n / 4)
    tables = land(*plots) | {"lot": [], "delivery": [], "process": [], "process_line": []}
    for row in tables["plot"]:  # two plots a producer
        row["producer_code"] = f"H-P{int(row['code'][1:]) // 2 * 2}"
    left: dict[str, float] = {}
    for i in range(draw(st.integers(1, 4))):
        total = 0.0
        for j in range(draw(st.integers(1, 4))):
            amount = draw(kg)
            total += amount
            row = delivery(f"R{i}-{j}", f"L{i}", draw(st.sampled_from(plots)), amount)
            row["producer_code"] = f"H-P{int(row['plot_code'][1:]) // 2 * 2}"
            if draw(st.booleans()):
                row["plot_code"] = None
            tables["delivery"].append(row)
        tables["lot"].append(lot(f"L{i}", "green", total))
        left[f"L{i}"] = total
    for p in range(draw(st.integers(0, 5))):
        open_lots = [code for code, amount in left.items() if amount > 0.5]
        if not open_lots:
            break
        chosen = draw(st.lists(st.sampled_from(open_lots), min_size=1, max_size=3, unique=True))
        went_in = 0.0
        for code in chosen:
            amount = left[code] * draw(st.sampled_from([0.25, 0.5, 1.0]))
            left[code] -= amount
            went_in += amount
            tables["process_line"].append(line(f"M{p}", "in", code, amount))
        out = went_in * draw(st.sampled_from([0.2, 0.8, 1.0]))
        parts = draw(st.sampled_from([[1.0], [0.9, 0.1], [0.5, 0.25, 0.25]]))
        for k, part in enumerate(parts):
            code = f"M{p}-{k}"
            tables["lot"].append(lot(code, "green", out * part))
            tables["process_line"].append(line(f"M{p}", "out" if k == 0 else "byproduct", code, out * part))
            left[code] = out * part
        if out < went_in:
            tables["process_line"].append(line(f"M{p}", "loss", None, went_in - out))
        tables["process"].append({"code": f"M{p}", "type": "grade"})
    names = [row["code"] for row in tables["lot"]]
    tables["location"] = [
        {"code": f"SILO-{n}", "kind": "silo", "storage_mode": "loose", "capacity_kg": draw(st.sampled_from([None, 300.0])),
         "last_emptied": draw(st.sampled_from([None, "2025-12-03"]))}
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    tables["storage_stay"] = [
        {"lot_code": code, "location_code": place["code"], "from_date": f"2025-12-{day:02}",
         "to_date": draw(st.sampled_from([None, f"2025-12-{day + 2:02}"]))}
        for place in tables["location"]
        for code, day in draw(st.dictionaries(st.sampled_from(names), st.integers(1, 9), max_size=4)).items()
    ]  # fmt: skip
    return tables


@settings(max_examples=examples(60))
@given(lot_graphs())
def test_any_graph_of_lots_keeps_its_mass_and_its_bounds(tables):
    book = book_of(tables)
    codes = [row["code"] for row in tables["lot"]]
    every = traces(book, codes)
    rows = {code: every[code].rows.set_index("plot_code") for code in codes}
    for row in tables["lot"]:
        mine = rows[row["code"]]
        assert mine["kg_attributed"].sum() == pytest.approx(row["quantity_kg"])
        assert mine["share"].sum() == pytest.approx(1.0)
        assert (mine["kg_min"] <= mine["kg_attributed"] + 1e-9).all()
        assert (mine["kg_attributed"] <= mine["kg_max"] + 1e-9).all()
        assert (mine["kg_max"] <= row["quantity_kg"] + 1e-6).all()
        shown = every[row["code"]].to_frame()
        assert shown["kg_attributed"].sum() == pytest.approx(row["quantity_kg"], abs=0.00051), "to the gram"
    for process in tables["process"]:
        ins = [
            one for one in tables["process_line"] if one["process_code"] == process["code"] and one["direction"] == "in"
        ]
        outs = [
            one
            for one in tables["process_line"]
            if one["process_code"] == process["code"] and one["direction"] in {"out", "byproduct"}
        ]
        mix = sum(
            rows[one["lot_code"]]["share"].reindex([r["code"] for r in tables["plot"]]).fillna(0) * one["quantity_kg"]
            for one in ins
        )
        mix = mix / mix.sum()
        for one in outs:
            share = rows[one["lot_code"]]["share"].reindex(mix.index).fillna(0)
            assert np.allclose(share, mix), "every output of a process has the mix of its inputs"


@settings(max_examples=examples(25))
@given(lot_graphs(), st.data())
def test_a_way_back_in_any_graph_is_refused_from_both_ends(tables, data):
    book = book_of(tables)
    start = data.draw(st.sampled_from([row["code"] for row in tables["lot"]]))
    end = data.draw(st.sampled_from(trace(book, start).lot_codes()))
    tables["process"].append({"code": "BACK", "type": "blend"})
    tables["process_line"] += [line("BACK", "in", start, 1.0), line("BACK", "out", end, 1.0)]
    circular = book_of(tables)
    with pytest.raises(RefusedError, match="circle"):
        trace(circular, start)
    with pytest.raises(RefusedError, match="circle"):
        recall(circular, end)
    assert "lot-cycle" in {finding.rule for finding in check_lots(circular).findings.errors()}


def one_way(tables, favour, chance):
    """One way the goods can really have gone: what each lot was made of, kg of each plot, beans drawn as it pleases."""
    holds = {row["code"]: {} for row in tables["lot"]}
    owners = {row["code"]: row["producer_code"] for row in tables["plot"]}

    def draw(pool, kg):
        order = sorted(pool, key=lambda plot: (plot != favour) if chance.random() < 0.5 else (plot == favour))
        taken = {}
        for plot in order:
            taken[plot] = min(pool[plot], kg)
            pool[plot] -= taken[plot]
            kg -= taken[plot]
        return taken

    def pour(into, what):
        for plot, kg in what.items():
            into[plot] = into.get(plot, 0.0) + kg

    for row in tables["delivery"]:
        own = [plot for plot, who in owners.items() if who == row["producer_code"]]
        plot = row["plot_code"] or (favour if favour in own and chance.random() < 0.7 else chance.choice(own))
        pour(holds[row["lot_code"]], {plot: row["quantity_kg"]})
    whole = {}
    for process in tables["process"]:
        its = [one for one in tables["process_line"] if one["process_code"] == process["code"]]
        pool = {}
        for one in its:
            if one["direction"] == "in":
                whole.setdefault(one["lot_code"], dict(holds[one["lot_code"]]))
                pour(pool, draw(holds[one["lot_code"]], one["quantity_kg"]))
        outs = [one for one in its if one["direction"] in {"out", "byproduct"}]
        outturn = sum(one["quantity_kg"] for one in outs) / sum(pool.values())
        pool = {plot: kg * outturn for plot, kg in pool.items()}
        for one in chance.sample(outs, len(outs)):
            pour(holds[one["lot_code"]], draw(pool, one["quantity_kg"]))
    return {code: whole.get(code, holds[code]) for code in holds}


@settings(max_examples=examples(40))
@given(lot_graphs(), st.integers(0, 2**32).map(random.Random))
def test_whichever_beans_were_drawn_the_bounds_hold(tables, chance):
    found = traces(book_of(tables), [row["code"] for row in tables["lot"]])
    bounds = {code: one.rows.set_index("plot_code")[["kg_min", "kg_max"]] for code, one in found.items()}
    for favour in [row["code"] for row in tables["plot"]] * 3:
        for code, made_of in one_way(tables, favour, chance).items():
            for plot in bounds[code].index:
                low, high = bounds[code].loc[plot]
                assert low - 1e-6 <= made_of.get(plot, 0.0) <= high + 1e-6
            assert sum(kg for plot, kg in made_of.items() if plot not in bounds[code].index) < 1e-6


@settings(max_examples=examples(25))
@given(lot_graphs(), st.data())
def test_wherever_a_plot_can_be_both_directions_say_so(tables, data):
    book = book_of(tables)
    plot = data.draw(st.sampled_from([row["code"] for row in tables["plot"]]))
    forward = recall(book, plot).rows.set_index("code")
    for code, result in traces(book, [row["code"] for row in tables["lot"]]).items():
        rows = result.rows.set_index("plot_code")
        assert (plot in rows.index) == (code in forward.index)
        if plot in rows.index:
            assert forward.loc[code, "kg_attributed"] == pytest.approx(rows.loc[plot, "kg_attributed"], abs=1e-6)
            assert forward.loc[code, "kg_max"] == pytest.approx(rows.loc[plot, "kg_max"], abs=1e-6)


def large_book(plots=10_000, deliveries=50_000, lots=500):
    rng = np.random.default_rng(7)
    names = [f"P{i}" for i in range(plots)]
    first = lots * 3 // 5
    kg = rng.integers(20, 200, deliveries).astype(float)
    where, whose = rng.integers(0, first, deliveries), rng.integers(0, plots, deliveries)
    tables = land(*names)
    tables["delivery"] = [delivery(f"R{i}", f"L{where[i]}", names[whose[i]], kg[i]) for i in range(deliveries)]
    total = np.bincount(where, kg, minlength=first)
    tables["lot"] = [lot(f"L{i}", "cherry", total[i]) for i in range(first)]
    tables["process"], tables["process_line"] = [], []
    layer = [(f"L{i}", total[i]) for i in range(first)]
    number = 0
    while len(tables["lot"]) < lots and len(layer) > 1:
        following = []
        for start in range(0, len(layer) - 1, 2):
            pair = layer[start : start + 2]
            code, weight = f"N{number}", sum(one for _, one in pair) * 0.9
            number += 1
            tables["process"].append({"code": f"M{number}", "type": "blend"})
            tables["process_line"] += [line(f"M{number}", "in", name, one) for name, one in pair]
            tables["process_line"].append(line(f"M{number}", "out", code, weight))
            tables["lot"].append(lot(code, "cherry", weight))
            following.append((code, weight))
        layer = following
    return tables


def test_the_book_of_a_large_season_is_traced_whole():
    tables = large_book()
    result = traces(book_of(tables), [row["code"] for row in tables["lot"]])
    assert len(result) == len(tables["lot"]) >= 500
    for one in result.values():
        assert one.rows["kg_attributed"].sum() == pytest.approx(one.quantity_kg)

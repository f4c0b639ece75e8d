"""A workbook read again and again: after any edits the project holds what the last state of it says."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eudr_geo.base.errors import RefusedError
from eudr_geo.model.base import table_of
from eudr_geo.model.lineage import BuiltPackage
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.project.importing.keys import KEYS, WHERE_FROM, said_of
from eudr_geo.project.importing.questions import BACK, CONFLICT, FROZEN, GONE, KEEP, REMOVE, REUSED, Answers
from eudr_geo.sources.workbook.nouns import give_number
from eudr_geo.store import create_store

EVENT = {"now": "2026-06-01T08:00:00Z", "who": "thu"}

START = {
    "producer": [{"code": "H-1", "name": "Hoa"}, {"code": "H-2", "name": "Binh"}],
    "plot": [
        {"code": "T-1", "producer_code": "H-1", "commodity": "coffee"},
        {"code": "T-2", "producer_code": "H-2", "commodity": "coffee"},
    ],
    "lot": [
        {"code": "C", "form": "cherry", "created_on": "2025-11-15", "status": "open"},
        {"code": "G", "form": "green", "created_on": "2025-12-15", "quantity_kg": 20.0, "status": "open"},
    ],
    "delivery": [
        {"code": "R1", "lot_code": "C", "producer_code": "H-1", "plot_code": "T-1", "quantity_kg": 300.0, "delivered_on": "2025-11-15"},
        {"code": "R2", "lot_code": "C", "producer_code": "H-2", "plot_code": "T-2", "quantity_kg": 200.0, "delivered_on": "2025-11-16"},
    ],
    "process": [{"code": "W1", "type": "wet_mill", "date_start": "2025-12-15"}],
    "process_line": [
        {"process_code": "W1", "direction": "in", "lot_code": "C", "quantity_kg": 100.0},
        {"process_code": "W1", "direction": "out", "lot_code": "G", "quantity_kg": 20.0},
    ],
}  # fmt: skip


def numbered(tables):
    """The tables as a reader gives them: with where each row stands, and numbers for receipts that have none."""
    made, found = {}, {}
    for name, rows in tables.items():
        found[name] = []
        for place, row in enumerate(rows, start=2):
            whole = {"src_file": "book.xlsx", "src_sheet": name, "src_row": place, **row}
            if name == "delivery" and not whole.get("code"):
                for column in ("plot_code", "producer_code", "form", "harvested_from", "harvested_to", "price"):
                    whole.setdefault(column, None)
                whole["code"] = None
                give_number(whole, "delivery", made)
            found[name].append(whole)
    return found


def read(store, tables, name="book.xlsx", today="", **answers):
    book = book_of(numbered(tables))
    file = SourceFile(name, json.dumps(tables, sort_keys=True).encode().hex()[-64:].rjust(64, "0"), 1, "XLSX")
    return preview_book(store, book, file, answers=Answers(**answers), today=today)


def put(store, tables, name="book.xlsx", today="", **answers):
    plan = read(store, tables, name, today, **answers)
    apply_book(store, plan, **EVENT)
    return plan


def held(store, without=()):
    """What the project holds, table by table, in no order."""
    found = {}
    for name, noun in BOOK_TABLES.items():
        rows = [said_of({k: v for k, v in row.items() if v == v}) for row in store.table(noun).to_dict("records")]  # noqa: PLR0124
        found[name] = sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)
    return {name: rows for name, rows in found.items() if name not in without}


@pytest.fixture
def store(tmp_path):
    with create_store(tmp_path / "coop.gpkg", organisation="Ea Mau", country="VN") as opened:
        yield opened


def changed(**tables):
    return {**copy.deepcopy(START), **tables}


def delivery(number, **values):
    return {**START["delivery"][number], **values}


# --- corrections -------------------------------------------------------------------------------------------------------


def test_a_corrected_weight_without_a_number_is_one_receipt(store):
    rows = [delivery(0, code=None), delivery(1, code=None)]
    put(store, changed(delivery=rows))
    plan = put(store, changed(delivery=[rows[0], {**rows[1], "quantity_kg": 190.0}]))
    assert plan.questions == []
    assert plan.counts()[3] == ("delivery", 0, 1, 0, 1)
    assert sorted(store.table(BOOK_TABLES["delivery"])["quantity_kg"]) == [190.0, 300.0]


def test_a_receipt_that_gets_its_number_later_is_the_same_receipt(store):
    put(store, changed(delivery=[delivery(0, code=None), delivery(1)]))
    plan = put(store, changed(delivery=[delivery(0, code="R9"), delivery(1)]))
    assert plan.questions == []
    assert sorted(store.table(BOOK_TABLES["delivery"])["code"]) == ["R2", "R9"]


def test_a_number_that_was_mistyped_is_the_same_receipt(store):
    put(store, START)
    plan = put(store, changed(delivery=[delivery(0, code="R1A"), delivery(1)]))
    assert plan.questions == []
    assert sorted(store.table(BOOK_TABLES["delivery"])["code"]) == ["R1A", "R2"]


def test_of_two_rows_that_are_equally_near_none_is_taken_for_the_other(store):
    same = [delivery(0, code=None, quantity_kg=100.0), delivery(0, code=None, quantity_kg=110.0), delivery(1)]
    put(store, changed(delivery=same))
    plan = read(store, changed(delivery=[delivery(0, code=None, quantity_kg=120.0), delivery(1)]))
    assert {one.kind for one in plan.left_open} == {GONE}
    with pytest.raises(RefusedError, match="not there any more"):
        apply_book(store, plan, **EVENT)


def test_an_input_lot_that_was_replaced_is_not_counted_twice(store):
    lots = [*START["lot"], {"code": "C2", "form": "cherry", "created_on": "2025-11-15", "status": "open"}]
    rows = [*START["delivery"], delivery(1, code="R3", lot_code="C2", quantity_kg=500.0)]
    put(store, changed(lot=lots, delivery=rows))
    lines = [{**START["process_line"][0], "lot_code": "C2"}, START["process_line"][1]]
    plan = put(store, changed(lot=lots, delivery=rows, process_line=lines))
    assert plan.questions == []
    assert sorted(map(str, store.table(BOOK_TABLES["process_line"])["lot_code"])) == ["C2", "G"]


def test_a_cell_that_was_emptied_is_empty(store):
    put(store, changed(lot=[{**START["lot"][0], "variety": "Catimor"}, START["lot"][1]]))
    put(store, START)
    assert store.table(BOOK_TABLES["lot"])["variety"].tolist() == ["", ""]


def test_a_column_that_is_not_on_the_sheet_was_not_emptied(store):
    put(store, changed(lot=[{**START["lot"][0], "variety": "Catimor"}, START["lot"][1]]))
    book = book_of(numbered(START))
    headings = {"lots": frozenset({"code", "form", "created", "status", "kg"}), "deliveries": frozenset({"lot"})}
    file = SourceFile("book.xlsx", "a" * 64, 1, "XLSX")
    plan = preview_book(store, book, file, headings=headings)
    assert plan.changed == {}


def test_what_the_workbook_repeats_does_not_undo_what_others_learned(store):
    put(store, START)
    put(store, {"producer": [{"code": "H-1", "name": "Hoa", "village": "Buon Ma"}]}, name="villages.xlsx")
    assert read(store, START).is_empty
    assert store.table(BOOK_TABLES["producer"])["village"].tolist() == ["Buon Ma", ""]


def test_a_plot_taken_out_of_a_list_of_a_micro_lot_is_a_change(store):
    stream = {"stream": [{"code": "ML1", "type": "micro"}]}
    both = [{"stream_code": "ML1", "plot_code": code} for code in ("T-1", "T-2")]
    put(store, changed(**stream, stream_plot=both))
    plan = put(store, changed(**stream, stream_plot=both[:1]))
    assert plan.questions == []
    assert store.table(BOOK_TABLES["stream_plot"])["plot_code"].tolist() == ["T-1"]


# --- what is gone ------------------------------------------------------------------------------------------------------


def test_a_row_that_is_gone_is_asked_about_and_nothing_is_stored(store):
    put(store, START)
    before = held(store)
    less = changed(delivery=START["delivery"][:1])
    plan = read(store, less)
    assert [(one.kind, one.record) for one in plan.left_open] == [(GONE, 3)]
    with pytest.raises(RefusedError, match="R2"):
        apply_book(store, plan, **EVENT)
    assert held(store) == before
    put(store, less, missing=KEEP)
    assert held(store) == before
    assert read(store, less).is_empty, "what was answered is not asked again"


def test_a_row_that_is_removed_is_gone_and_comes_back_with_undo(store):
    put(store, START)
    before = held(store)
    put(store, changed(delivery=START["delivery"][:1]), missing=REMOVE)
    assert store.table(BOOK_TABLES["delivery"])["code"].tolist() == ["R1"]
    store.undo(**EVENT)
    assert held(store) == before
    assert [one.kind for one in read(store, changed(delivery=START["delivery"][:1])).left_open] == [GONE]


def test_a_row_that_another_still_names_cannot_go(store):
    put(store, START)
    put(store, {"delivery": [delivery(0, code="B-1")]}, name="station-b.xlsx")
    less = {name: [row for row in rows if row.get("code") != "T-1" and row.get("plot_code") != "T-1"] for name, rows in changed().items()}  # fmt: skip
    plan = read(store, less, missing=REMOVE)
    assert any("B-1" in one.why for one in plan.refused)


def test_a_workbook_that_lost_a_row_leaves_it_to_another_that_has_it(store):
    put(store, START)
    put(store, {"producer": START["producer"], "delivery": [delivery(0, code="B-1")]}, name="station-b.xlsx")
    plan = put(store, {"delivery": [delivery(0, code="B-1")]}, name="station-b.xlsx")
    assert plan.questions == []
    assert store.table(BOOK_TABLES["producer"])["code"].tolist() == ["H-1", "H-2"]


# --- numbers that begin again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"delivered_on": "2026-11-10"},
        {"lot_code": "G"},
        {"producer_code": "H-2"},
        {"plot_code": "T-2"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_receipt_number_that_stands_for_something_else_is_asked_about(store, other):
    put(store, START)
    before = held(store)
    again = changed(delivery=[delivery(0, **other), delivery(1)])
    plan = read(store, again)
    assert [one.kind for one in plan.left_open] == [REUSED]
    with pytest.raises(RefusedError, match="stands for something else"):
        apply_book(store, plan, **EVENT)
    assert held(store) == before
    put(store, again, correction="read the wrong line")
    assert "correction: read the wrong line" in store.log()[-1].summary


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [("process", 0, "date_start"), ("lot", 0, "created_on")],
    ids=str,
)
def test_other_numbers_that_begin_again_next_year(store, table, row, column):
    put(store, START)
    rows = copy.deepcopy(START[table])
    rows[row][column] = "2026-12-15"
    plan = read(store, {table: rows}, name="next-year.xlsx")
    assert REUSED in {one.kind for one in plan.left_open}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("Tran Thi Lan", True), ("HÒA", False), ("Hoa Nguyen", False)],
    ids=["somebody else", "spelt otherwise", "more of the name"],
)
def test_the_code_of_a_producer_given_to_somebody_else(store, name, asked):
    put(store, START)
    plan = read(store, {"producer": [{"code": "H-1", "name": name}, START["producer"][1]]}, name="producers.xlsx")
    assert (REUSED in {one.kind for one in plan.left_open}) == asked


def test_a_producer_known_by_code_only_gets_a_name(store):
    put(store, {"producer": [{"code": "H-1", "name": "H-1"}]})
    assert not read(store, {"producer": [{"code": "H-1", "name": "Tran Thi Lan"}]}).left_open


def test_a_prefix_keeps_a_new_pad_apart_and_is_remembered(store):
    put(store, START)
    new = {"lot": [{"code": "C26", "form": "cherry", "created_on": "2026-11-10"}], "delivery": [delivery(0, lot_code="C26", delivered_on="2026-11-10")]}  # fmt: skip
    plan = read(store, new, name="2026.xlsx")
    assert any('--prefix "26-"' in one.cure for one in plan.left_open)
    put(store, new, name="2026.xlsx", prefix="26-")
    assert store.table(BOOK_TABLES["delivery"])["code"].tolist() == ["R1", "R2", "26-R1"]
    more = {**new, "delivery": [*new["delivery"], delivery(1, lot_code="C26", delivered_on="2026-11-11")]}
    put(store, more, name="2026.xlsx")
    assert store.table(BOOK_TABLES["delivery"])["code"].tolist() == ["R1", "R2", "26-R1", "26-R2"]
    assert store.table(BOOK_TABLES["delivery"])["lot_code"].tolist() == ["C", "C", "C26", "C26"]


# --- several workbooks, several people ---------------------------------------------------------------------------------


def test_the_same_rows_under_another_name_are_the_same_workbook(store):
    put(store, START)
    plan = read(store, START, name="export-of-tuesday.xlsx")
    assert plan.lineage.how == "alike"
    assert (plan.questions, plan.new, plan.changed) == ([], {}, {})


def test_two_people_who_each_correct_a_copy(store):
    put(store, START)
    anna = changed(delivery=[delivery(0, quantity_kg=310.0), delivery(1)])
    binh = changed(delivery=[delivery(0), delivery(1, quantity_kg=210.0)])
    put(store, anna, name="book (1).xlsx")
    plan = read(store, binh, name="book (2).xlsx")
    assert [one.kind for one in plan.left_open] == [BACK]
    put(store, binh, name="book (2).xlsx", keeps_newer=True)
    assert store.table(BOOK_TABLES["delivery"])["quantity_kg"].tolist() == [310.0, 210.0]


def test_an_old_copy_brings_nothing_back_that_was_removed(store):
    put(store, START)
    put(store, changed(delivery=START["delivery"][:1]), missing=REMOVE)
    plan = read(store, START)
    assert [one.kind for one in plan.left_open] == [BACK]
    put(store, START, keeps_newer=True)
    assert store.table(BOOK_TABLES["delivery"])["code"].tolist() == ["R1"]


def test_two_workbooks_that_say_different_things_of_one_lot(store):
    put(store, START)
    other = {"lot": [{**START["lot"][1], "quantity_kg": 19.0}], "delivery": [delivery(0, code="B-1")]}
    plan = read(store, other, name="station-b.xlsx")
    assert [(one.kind, one.code) for one in plan.left_open] == [(CONFLICT, "lot G")]
    blanks = {"lot": [{**START["lot"][0], "variety": "Catimor"}], "delivery": [delivery(0, code="B-1")]}
    assert read(store, blanks, name="station-b.xlsx").questions == [], "what nobody had said contradicts nobody"


# --- what goods rest on ------------------------------------------------------------------------------------------------

SHIPPED = {
    "consignment": [{"code": "EX1", "buyer": "Buyer BV", "ship_date": "2026-03-01"}],
    "consignment_line": [{"consignment_code": "EX1", "lot_code": "G", "quantity_kg": 10.0, "hs_code": "090111"}],
}


@pytest.mark.parametrize(
    ("table", "row", "values"),
    [
        ("delivery", 0, {"quantity_kg": 310.0}),
        ("delivery", 0, {"harvested_to": "2025-11-14"}),
        ("lot", 0, {"species": "Coffea canephora"}),
        ("process_line", 1, {"quantity_kg": 21.0}),
        ("consignment_line", 0, {"quantity_kg": 9.0}),
        ("consignment", 0, {"ship_date": "2026-03-02"}),
        ("plot", 0, {"commodity": "cocoa"}),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_a_shipped_consignment_rests_on_is_changed_only_by_a_correction(store, table, row, values):
    whole = changed(**SHIPPED)
    put(store, whole, today="2026-06-01")
    later = copy.deepcopy(whole)
    later[table][row].update(values)
    plan = read(store, later, today="2026-06-01")
    assert FROZEN in {one.kind for one in plan.left_open}
    assert any("EX1" in one.what for one in plan.left_open)
    assert read(store, later, today="2026-02-01").left_open == [], "before the ship has left it is a plain correction"
    put(store, later, today="2026-06-01", correction="the scale was wrong")


@pytest.mark.parametrize(
    ("table", "row", "values"),
    [
        ("lot", 1, {"status": "shipped"}),
        ("delivery", 0, {"price": 4.5, "currency": "USD"}),
        ("consignment", 0, {"bill_of_lading": "BL-7"}),
        ("process", 0, {"operator": "Thu"}),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_says_nothing_of_the_origin_may_be_filled_in_later(store, table, row, values):
    whole = changed(**SHIPPED)
    put(store, whole, today="2026-06-01")
    later = copy.deepcopy(whole)
    later[table][row].update(values)
    assert put(store, later, today="2026-06-01").questions == []


def test_a_late_receipt_into_a_shipped_lot_is_a_question_and_into_another_is_none(store):
    put(store, changed(**SHIPPED), today="2026-06-01")
    late = changed(**SHIPPED, delivery=[*START["delivery"], delivery(0, code="R3")])
    assert {one.kind for one in read(store, late, today="2026-06-01").left_open} == {FROZEN}
    lots = [*START["lot"], {"code": "C9", "form": "cherry", "created_on": "2026-02-01", "status": "open"}]
    free = changed(**SHIPPED, lot=lots, delivery=[*START["delivery"], delivery(0, code="R3", lot_code="C9")])
    assert put(store, free, today="2026-06-01").questions == []


def test_a_package_that_was_built_freezes_too_and_a_correction_supersedes_it(store):
    put(store, changed())
    with store.writing(**EVENT, action="package", summary="package of G") as writer:
        row = {"codes": '["G"]', "manifest_sha256": "a" * 64, "built_at": "2026-01-05T08:00:00Z"}
        writer.insert(table_of(BuiltPackage), [row])
    assert store.last_step() is None, "a package is not undone"
    later = changed(delivery=[delivery(0, quantity_kg=310.0), delivery(1)])
    plan = read(store, later)
    assert [one.kind for one in plan.left_open] == [FROZEN]
    put(store, later, correction="the scale was wrong")
    kept = store.table(BuiltPackage).to_dict("records")
    assert [(one["superseded_at"], one["superseded_why"]) for one in kept] == [(EVENT["now"], "the scale was wrong")]


# --- any history -------------------------------------------------------------------------------------------------------

WEIGHTS = st.sampled_from([50.0, 100.0, 150.0, 200.0, 400.0])
EDITS = st.one_of(
    st.tuples(st.just("weigh"), st.integers(0, 9), WEIGHTS),
    st.tuples(st.just("delete"), st.sampled_from(["delivery", "lot", "process", "producer", "plot"]), st.integers(0, 9)),
    st.tuples(st.just("receive"), st.sampled_from([None, "R7", "R8", "R9"]), st.sampled_from(["T-1", "T-2"]), WEIGHTS),
    st.tuples(st.just("say"), st.sampled_from(["variety", "grade", "species"]), st.sampled_from(["", "A", "B"])),
    st.tuples(st.just("mill"), st.sampled_from(["W1", "W2"]), st.sampled_from([10.0, 20.0])),
    st.tuples(st.just("swap"), st.integers(0, 9), st.integers(0, 9)),
)  # fmt: skip


def edited(tables, edit):
    """The workbook after an edit, as a clerk would leave it: what nothing stands for any more goes with it."""
    found, (how, *what) = copy.deepcopy(tables), edit
    rows = found["delivery"]
    if how == "weigh" and rows:
        rows[what[0] % len(rows)]["quantity_kg"] = what[1]
    elif how == "delete" and found[what[0]]:
        del found[what[0]][what[1] % len(found[what[0]])]
    elif how == "receive":
        code, plot, kg = what
        if code is None or code not in {row["code"] for row in rows}:
            producer = {"T-1": "H-1", "T-2": "H-2"}[plot]
            rows.append(delivery(0, code=code, plot_code=plot, producer_code=producer, quantity_kg=kg))
    elif how == "say" and found["lot"]:
        found["lot"][0][what[0]] = what[1]
    elif how == "mill":
        code, kg = what
        if code not in {row["code"] for row in found["process"]}:
            found["process"].append({"code": code, "type": "wet_mill", "date_start": "2025-12-20"})
        found["process_line"] = [row for row in found["process_line"] if row["process_code"] != code]
        found["process_line"] += [
            {"process_code": code, "direction": "in", "lot_code": "C", "quantity_kg": kg},
            {"process_code": code, "direction": "out", "lot_code": "G", "quantity_kg": kg / 5},
        ]
    elif how == "swap" and rows:
        one, other = what[0] % len(rows), what[1] % len(rows)
        rows[one], rows[other] = rows[other], rows[one]
    codes = {name: {row["code"] for row in found[name]} for name in ("producer", "plot", "lot", "process")}
    found["plot"] = [row for row in found["plot"] if row["producer_code"] in codes["producer"]]
    plots = {row["code"] for row in found["plot"]}
    found["delivery"] = [row for row in rows if row["plot_code"] in plots and row["lot_code"] in codes["lot"]]
    found["process_line"] = [
        row for row in found["process_line"] if row["process_code"] in codes["process"] and row["lot_code"] in codes["lot"]
    ]  # fmt: skip
    return found


def fits(tables):
    """Whether no lot gives more than it holds: such a state is refused whole, and is no state of the project."""
    came = sum(row["quantity_kg"] for row in tables["delivery"] if row["lot_code"] == "C")
    went = sum(row["quantity_kg"] for row in tables["process_line"] if row["direction"] == "in")
    return went == 0 or came == 0 or went <= came


def states(edits):
    found = [START]
    for edit in edits:
        later = edited(found[-1], edit)
        if fits(later):
            found.append(later)
    return found


OFTEN = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@OFTEN
@given(edits=st.lists(EDITS, min_size=1, max_size=6))
def test_any_edits_end_in_what_the_last_workbook_says(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("any")
    found = states(edits)
    with create_store(folder / "a.gpkg", organisation="a", country="VN") as store:
        for tables in found:
            put(store, tables, missing=REMOVE, correction="it was wrong")
        over_time = held(store)
    with create_store(folder / "b.gpkg", organisation="a", country="VN") as store:
        put(store, found[-1])
        assert held(store) == over_time


@OFTEN
@given(edits=st.lists(EDITS, min_size=1, max_size=6))
def test_with_what_is_missing_kept_nothing_that_was_said_is_lost(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("kept")
    found = states(edits)
    said = {}
    with create_store(folder / "a.gpkg", organisation="a", country="VN") as store:
        for tables in found:
            plan = read(store, tables, missing=KEEP, correction="it was wrong")
            if plan.refused:  # what was kept and what is new take more than there is: nothing is stored
                continue
            apply_book(store, plan, **EVENT)
            for name, rows in numbered(tables).items():
                for row in rows:
                    key = tuple(row.get(column) for column in KEYS.get(name, ("code",)))
                    said.setdefault(name, {})[key] = said_of(row)
            for name, changes in plan.changed.items():
                for _, values in changes:
                    if "code" in values:  # a number that was corrected is the same row
                        old = {one[0] for one in said[name]} - {one.get("code") for one in store.table(BOOK_TABLES[name]).to_dict("records")}  # fmt: skip
                        for code in old:
                            said[name].pop((code,))
            heads = {row["code"] for row in tables["process"]}
            lines = {tuple(row.get(column) for column in KEYS["process_line"]) for row in tables["process_line"]}
            said["process_line"] = {
                key: row for key, row in said.get("process_line", {}).items() if key[0] not in heads or key in lines
            }
        for name, rows in said.items():
            now = {
                tuple(row.get(column) for column in KEYS.get(name, ("code",))): row
                for row in (said_of({k: v for k, v in one.items() if v == v}) for one in store.table(BOOK_TABLES[name]).to_dict("records"))  # noqa: PLR0124
            }  # fmt: skip
            assert now.keys() == rows.keys(), name
            assert all(row.items() <= now[key].items() for key, row in rows.items()), name


@OFTEN
@given(edits=st.lists(EDITS, min_size=1, max_size=4))
def test_without_answers_the_project_stays_as_it_was_or_is_what_the_workbook_says(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("asked")
    with create_store(folder / "a.gpkg", organisation="a", country="VN") as store:
        put(store, START)
        for tables in states(edits)[1:]:
            before = held(store)
            plan = read(store, tables)
            if plan.left_open:
                with pytest.raises(RefusedError):
                    apply_book(store, plan, **EVENT)
                assert held(store) == before
            else:
                apply_book(store, plan, **EVENT)
                with create_store(folder / f"{store.history()}.gpkg", organisation="a", country="VN") as fresh:
                    put(fresh, tables)
                    assert held(store) == held(fresh)
                (folder / f"{store.history()}.gpkg").unlink()


def test_where_a_row_stands_follows_the_workbook(store):
    put(store, START)
    put(store, changed(delivery=[delivery(1), delivery(0)]))
    rows = store.table(BOOK_TABLES["delivery"])
    assert dict(zip(rows["code"], rows["src_row"], strict=True)) == {"R1": 3, "R2": 2}
    assert set(WHERE_FROM) >= {"src_row"}

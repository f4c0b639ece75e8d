"""The log, and taking steps back to the last byte."""

import random
import sqlite3
from contextlib import closing

import pytest
from store_projects import EVENT, ask, contents, put, reading_of, squares

from eudr_geo.base.errors import InputError, StoreError
from eudr_geo.model.base import table_of
from eudr_geo.model.changes import Change
from eudr_geo.model.lots import Lot
from eudr_geo.model.people import Producer
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import apply_book, preview_book

LATER = {"now": "2026-02-01T00:00:00Z", "who": "an"}


def lots(kg):
    return book_of({"lot": [{"code": "L-1", "form": "green", "quantity_kg": kg, "bags": 3}]})


def receipt(code):
    return Change("unclosed-ring", "a.geojson", 1, code, "geometry", "00", "01", "closed the ring", "safe repair")


def random_step(store, rng, k):
    """Some import or other: new plots, new boundaries, other facts, lots."""
    n = rng.choice([1, 4, 12])
    ids = [f"P-{rng.randrange(30)}" for _ in range(n)]
    ids = sorted(set(ids))
    size = rng.choice([0.001, 0.0011, 0.0012])
    kind = rng.randrange(3)
    if kind == 2:
        apply_book(store, preview_book(store, lots(float(rng.randrange(1, 5)))), **EVENT)
        return
    put(
        store,
        reading_of(
            squares(len(ids), start=k if kind else 0, size=size),
            plot_id=ids,
            place=[rng.choice(["Ea Tam", "Đắk Lắk"]) for _ in ids],
            area_ha=[rng.choice([1.0, 2.5]) for _ in ids],
            producer=[rng.choice(["Y Blơm", "H'Ri"]) for _ in ids],
            digest=rng.choice("abcd"),
        ),
        failing=range(0, len(ids), 2),
        changes=[receipt(ids[0])],
    )


@pytest.mark.parametrize("seed", range(4))
def test_each_step_back_gives_the_bytes_of_before(store, path, seed):
    rng = random.Random(seed)
    states = [contents(path)]
    for k in range(8):
        random_step(store, rng, k)
        now = contents(path)
        if now != states[-1]:
            states.append(now)
    assert len(states) > 4
    for state in reversed(states[:-1]):
        assert store.undo(**LATER) is not None
        assert contents(path) == state
    assert store.undo(**LATER) is None
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_after_a_step_back_the_next_import_stores_again(store, path):
    put(store, reading_of(squares(3)))
    full = contents(path)
    store.undo(**LATER)
    assert len(store.load_plots()) == 0
    put(store, reading_of(squares(3)))
    assert contents(path) == full


def test_the_log_says_who_did_what_and_keeps_both_steps(store):
    put(store, reading_of(squares(3)))
    put(store, reading_of(squares(1, size=0.0012), digest="b"), now="2026-01-20T00:00:00Z", who="bình")
    assert store.last_step().who == "bình"
    undone = store.undo(**LATER)
    assert undone.fid == 2
    steps = store.log()
    assert [(step.fid, step.at, step.who, step.action, step.undone_by) for step in steps] == [
        (1, "2026-01-15T08:00:00Z", "thu", "add", None),
        (2, "2026-01-20T00:00:00Z", "bình", "add", 3),
        (3, "2026-02-01T00:00:00Z", "an", "undo", None),
    ]
    assert "1 with a new boundary" in steps[2].summary
    assert store.last_step().fid == 1


def stop_after(write, *args):
    write(*args)
    raise KeyError("the program fails after it wrote")


def test_a_step_that_fails_leaves_nothing_not_even_in_the_log(store, path):
    put(store, reading_of(squares(3)))
    before = contents(path, without=())
    rows = [{"code": "NEW", "name": "x"}, {"code": "X", "name": None}]
    with pytest.raises(InputError, match="nothing stored"), store.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert(table_of(Producer), rows)
    with pytest.raises(KeyError), store.writing(**EVENT, action="t", summary="t") as writer:
        stop_after(writer.insert, table_of(Producer), rows[:1])
    assert contents(path, without=()) == before
    assert store.codes(Producer) == {"x"}


def test_a_step_that_writes_nothing_is_no_step(store):
    with store.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert(table_of(Producer), [])
        writer.update(table_of(Producer), {})
        writer.delete(table_of(Producer), [])
    assert store.log() == []


def test_a_row_touched_several_times_in_a_step_comes_back_as_it_was(store, path):
    producer = table_of(Producer)
    with store.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert(producer, [{"code": "A", "name": "first"}, {"code": "B", "name": "b"}])
    before = contents(path)
    with store.writing(**EVENT, action="t", summary="t") as writer:
        writer.update(producer, {1: {"name": "second"}})
        writer.update(producer, {1: {"name": "third", "village": "Ea Tam"}})
        writer.delete(producer, [2])
        writer.insert(producer, [{"code": "C", "name": "c"}, {"code": "B", "name": "another"}])
        writer.update(producer, {3: {"name": "C!"}})
        writer.delete(producer, [1, 4])
    assert ask(path, "SELECT fid, code, name FROM producer") == [(3, "C", "C!")]
    store.undo(**LATER)
    assert contents(path) == before


def test_inside_a_step_one_reads_what_it_wrote(store):
    with store.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert(table_of(Producer), [{"code": "A", "name": "a"}])
        assert store.codes(Producer) == {"A"}
        with pytest.raises(StoreError, match="open already"):
            store.undo(**LATER)


def test_what_another_program_built_on_a_step_is_not_torn_away(store, path):
    put(store, reading_of(squares(2)))
    with closing(sqlite3.connect(path)) as other:
        other.execute(
            "INSERT INTO stream (code, type, product, src_file, src_sheet) VALUES ('ML1', 'micro', '', '', '')"
        )
        other.execute(
            "INSERT INTO stream_plot (stream_code, plot_code, src_file, src_sheet) VALUES ('ML1', 'P-1', '', '')"
        )
        other.commit()
    before = contents(path, without=())
    with pytest.raises(StoreError, match="depend on it"):
        store.undo(**LATER)
    assert contents(path, without=()) == before


def test_a_writer_takes_only_columns_that_the_table_has(store):
    with pytest.raises(ValueError, match="has no column"), store.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert_columns(table_of(Lot), 1, {'code") VALUES (1); DROP TABLE lot; --': ["x"]})
    assert "lot" in store.lot_book().frames

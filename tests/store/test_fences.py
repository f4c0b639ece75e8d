"""What the project holds back, whichever program writes; and a log that shows when somebody rewrote it."""

import gzip
import sqlite3
from pathlib import Path

import pytest
from store_projects import ask

from eudr_geo.base.errors import InputError
from eudr_geo.model.base import table_of
from eudr_geo.model.lots import Lot
from eudr_geo.model.people import Producer
from eudr_geo.store import open_store

EVENT = {"now": "2026-01-01T00:00:00Z", "who": "thu"}


def put_lot(connection):
    """A lot as another program writes it: every column that must not be empty filled with nothing."""
    known = {"fid": 9001, "code": "L-1", "form": "green", "quantity_kg": 10, "status": "open"}
    needed = {
        row[1]: 0 if row[2] == "BOOLEAN" else "" for row in connection.execute("PRAGMA table_info(lot)") if row[3]
    }
    row = needed | known
    connection.execute(f"INSERT INTO lot ({', '.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))


@pytest.fixture(params=["new", "of version 1"])
def project(request, store, path, tmp_path):
    """A project of today, and one that an older version made: the fences are the same."""
    store.close()
    if request.param == "new":
        return path
    old = tmp_path / "older.gpkg"
    old.write_bytes(gzip.decompress(Path(__file__).with_name("version-1.gpkg.gz").read_bytes()))
    open_store(old, write=True).close()
    return old


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO lot (code, form) VALUES ('L-2', 'beans')", "lot form is none of"),
        ("UPDATE lot SET status = 'gone' WHERE code = 'L-1'", "lot status is none of"),
        ("INSERT INTO stream (code, type) VALUES ('S', 'nano')", "stream type is none of"),
        ("INSERT INTO process (code, type) VALUES ('P', 'boil')", "process type is none of"),
        ("UPDATE producer SET code = 'nh-77' WHERE code = 'NH-78'", "UNIQUE"),
        ("UPDATE lot SET quantity_kg = 0 WHERE code = 'L-1'", "lot_quantity_positive"),
        (
            "INSERT INTO process_line (process_code, direction, quantity_kg) VALUES ('P', 'out', 1)",
            "a loss has no lot",
        ),
        ("DELETE FROM journal", "the log is only written to"),
        ("UPDATE journal SET who = 'nobody'", "the log is only written to"),
        ("DELETE FROM journal_row", "the log is only written to"),
    ],
)
def test_another_program_is_held_back(project, statement, said):
    with open_store(project, write=True) as opened, opened.writing(**EVENT, action="t", summary="t") as writer:
        writer.insert(table_of(Producer), [{"code": code, "name": "a"} for code in ("NH-77", "NH-78")])
    connection = sqlite3.connect(project)
    put_lot(connection)
    with pytest.raises(sqlite3.DatabaseError, match=said):
        connection.execute(statement)
    connection.close()


def test_our_own_steps_are_held_back_in_one_line(store):
    with (
        pytest.raises(InputError, match="lot form is none of"),
        store.writing(**EVENT, action="t", summary="t") as writer,
    ):
        writer.insert(table_of(Lot), [{"code": "L-1", "form": "beans"}])
    assert store.log() == []


def stored(store, n):
    for number in range(n):
        with store.writing(**EVENT, action="t", summary=f"step {number}") as writer:
            writer.insert(table_of(Producer), [{"code": f"NH-{number}", "name": "a"}])


def test_a_log_is_whole_until_somebody_changes_it(store, path):
    stored(store, 3)
    store.undo(**EVENT)
    assert store.first_broken_step() is None
    assert all(len(row[0]) == 64 for row in ask(path, "SELECT sha256 FROM journal"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET who = 'somebody else' WHERE fid = 2",
        "UPDATE journal SET sha256 = '' WHERE fid = 2",
        "UPDATE journal_row SET last_fid = 9 WHERE journal_fid = 2",
        "DELETE FROM journal_row WHERE journal_fid = 2",
        "DELETE FROM journal WHERE fid = 2",
    ],
)
def test_a_step_changed_behind_the_fence_is_named(store, path, statement):
    stored(store, 4)
    store.close()
    connection = sqlite3.connect(path)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    with open_store(path) as opened:
        assert opened.first_broken_step() == (3 if statement.startswith("DELETE FROM journal WHERE") else 2)


def test_steps_from_before_the_seals_are_no_alarm(tmp_path):
    old = tmp_path / "older.gpkg"
    old.write_bytes(gzip.decompress(Path(__file__).with_name("version-1.gpkg.gz").read_bytes()))
    with open_store(old, write=True) as opened:
        assert opened.first_broken_step() is None
        stored(opened, 1)
        assert opened.first_broken_step() is None

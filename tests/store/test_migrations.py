"""Projects of earlier versions open, keep every row, and take their steps back."""

import gzip
from pathlib import Path

import pytest
from store_projects import ask

from eudr_geo.model.base import Base
from eudr_geo.store import migrations, open_store

KEPT = ("plot", "plot_version", "producer", "lot", "delivery", "process_line", "consignment_line", "journal")


@pytest.fixture
def old(tmp_path):
    """A project of version 1: three plots, then the example workbook."""
    path = tmp_path / "older.gpkg"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version-1.gpkg.gz").read_bytes()))
    return path


def columns_of(path, table):
    return {row[1]: row[2:4] for row in ask(path, f"PRAGMA table_info({table})")}


def test_version_1_becomes_what_a_new_project_is(old, path, store):
    store.close()
    rows = {name: ask(old, f"SELECT count(*) FROM {name}") for name in KEPT}
    with open_store(old, write=True) as opened:
        assert opened.meta["schema"] == str(migrations.SCHEMA_VERSION)
        assert len(opened.load_plots()) == 3
        assert opened.lot_book().table("handover").empty
    assert {name: ask(old, f"SELECT count(*) FROM {name}") for name in KEPT} == rows
    for table in Base.metadata.tables:
        assert columns_of(old, table) == columns_of(path, table), table
    names = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY 1, 2"
    assert ask(old, names) == ask(path, names)
    listed = "SELECT table_name, data_type FROM gpkg_contents ORDER BY 1"
    assert ask(old, listed) == ask(path, listed)
    assert ask(old, "PRAGMA integrity_check") == [("ok",)]
    assert ask(old, "PRAGMA foreign_key_check") == []


def test_a_step_of_version_1_can_be_taken_back(old):
    with open_store(old, write=True) as opened:
        assert opened.undo(now="2026-02-01T08:00:00Z", who="thu").action == "book"
        assert opened.lot_book().table("delivery").empty
        assert len(opened.load_plots()) == 3
        opened.undo(now="2026-02-01T08:00:00Z", who="thu")
        assert len(opened.load_plots()) == 0

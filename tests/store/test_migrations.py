"""Projects of earlier versions open, keep every row, become what a new project is, and take their steps back."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from schema_tables import PUBLISHED, differences, drift, of_a_new_project, stored, tables_of
from store_projects import ask, contents

from eudr_geo.base.errors import StoreError
from eudr_geo.cli import app
from eudr_geo.model.people import Producer
from eudr_geo.store import migrations, open_store

KEPT = ("plot", "plot_version", "producer", "lot", "delivery", "process_line", "consignment_line", "journal")
VERSIONS = range(1, migrations.SCHEMA_VERSION)
EVENT = {"now": "2026-02-01T08:00:00Z", "who": "thu"}


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """Tables of a project that is made today."""
    return of_a_new_project(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Version → its stored project, as it was and brought up to date; for reading only."""
    folder = tmp_path_factory.mktemp("older")
    made = {}
    for version in VERSIONS:
        path = stored(version, folder)
        before = shutil.copy(path, folder / f"before-{version}.gpkg")
        with open_store(path, write=True) as opened:
            made[version] = (before, path, opened.migrated)
    return made


@pytest.fixture
def project(projects, tmp_path):
    """A copy of a project that was brought up to date, to be written to."""
    return lambda version: shutil.copy(projects[version][1], tmp_path / "older.gpkg")


def test_the_tables_are_those_published(new):
    said = drift(migrations.SCHEMA_VERSION, json.loads(PUBLISHED.read_text()), new)
    assert said is None, said


def test_a_drift_is_told_with_what_to_do(new):
    published = {"5": json.loads(json.dumps(new))}
    del published["5"]["tables"]["lot"]["columns"]["grade"]
    published["5"]["triggers"]["loss_has_no_lot_insert"] = "another"
    said = drift(5, published, new)
    for words in ("version 5", "columns of lot", "trigger loss_has_no_lot_insert", "v04_to_v05_", "v05_to_v06_NAME.py"):
        assert words in said
    assert "nothing is published" in drift(5, {}, new)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_becomes_what_a_new_project_is(projects, new, version):
    before, after, _ = projects[version]
    assert differences(tables_of(after), new) == []
    for name in KEPT:
        assert ask(after, f"SELECT count(*) FROM {name}") == ask(before, f"SELECT count(*) FROM {name}"), name
    assert ask(after, "PRAGMA integrity_check") == [("ok",)]
    assert ask(after, "PRAGMA foreign_key_check") == []
    assert ask(after, "SELECT value FROM eudr_meta WHERE key = 'schema'") == [(str(migrations.SCHEMA_VERSION),)]


@pytest.mark.parametrize("version", VERSIONS)
def test_layers_are_listed_as_in_a_new_project(projects, store, path, version):
    store.close()
    for query in (
        "SELECT table_name, data_type, srs_id FROM gpkg_contents ORDER BY 1",
        "SELECT * FROM gpkg_geometry_columns ORDER BY 1",
        "SELECT * FROM gpkg_extensions ORDER BY 1",
        "SELECT f_table_name, styleQML FROM layer_styles ORDER BY 1",
    ):
        assert ask(projects[version][1], query) == ask(path, query)


@pytest.mark.parametrize("version", [version for version in VERSIONS if version > 1])
def test_rows_are_as_they_were_but_for_what_was_dropped(projects, version):
    before, after, _ = projects[version]
    told = "code, name, country, village, phone, consent_date, collection_group, src_file, src_row"
    for query in (
        f"SELECT {told} FROM producer ORDER BY code",
        "SELECT plot_code, version, geometry FROM plot_version ORDER BY 1, 2",
        "SELECT rule, plot_code, message FROM finding ORDER BY fid",
        "SELECT name, sha256, content FROM source_file ORDER BY fid",
        "SELECT fid, at, who, action, summary, undone_by FROM journal ORDER BY fid",
    ):
        assert ask(after, query) == ask(before, query)


@pytest.mark.parametrize("version", [2, 3, 4])
def test_what_is_dropped_is_counted_and_gone_from_the_bytes(projects, version):
    before, after, migrated = projects[version]
    assert b"051200000" in before.read_bytes()
    assert b"051200000" not in after.read_bytes()
    assert contents(migrated.copy) == contents(before)
    said = " ".join(migrated.sentences())
    assert "5 values of producers dropped" in said
    assert "national_id 2, gender 2, member_since 1; 2 more in what the log remembers" in said
    assert str(migrated.copy) in said


def test_what_was_dropped_and_where_the_copy_lies_is_said_once(tmp_path):
    path = stored(4, tmp_path)
    first = CliRunner().invoke(app, ["undo", "-p", str(path)])
    assert "5 values of producers dropped" in first.stderr
    assert str(path.with_suffix(".v4.gpkg")) in first.stderr
    assert "dropped" not in first.stdout
    again = CliRunner().invoke(app, ["undo", "-p", str(path)])
    assert "dropped" not in again.output


def changed_before(tmp_path, *statements):
    """A project of version 4 in which somebody wrote, brought up to date."""
    path = stored(4, tmp_path)
    with sqlite3.connect(path) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    with open_store(path, write=True) as opened:
        return path, opened.migrated.sentences()


def seasons_in(path):
    return ask(path, "SELECT code, country, start FROM season ORDER BY fid")


def test_the_season_of_the_project_becomes_a_row(projects):
    for version in VERSIONS:
        assert ("2025/26", "VN") in [row[:2] for row in seasons_in(projects[version][1])], version


def test_seasons_of_older_projects_get_one_spelling(tmp_path):
    path, said = changed_before(
        tmp_path,
        "UPDATE eudr_meta SET value = '25-26' WHERE key = 'season'",
        "INSERT INTO season (fid, code, country, start) VALUES (7, '2025-2026', 'VN', '2025-10-01'), (9, 'main', 'VN', '')",
        "UPDATE stream SET season_code = '2025-2026'",
        "UPDATE lot SET crop_year = '2025-2026' WHERE fid = 1",
        "UPDATE lot SET crop_year = 'old crop' WHERE fid = 2",
    )
    assert seasons_in(path) == [("2025/26", "VN", "2025-10-01"), ("main", "VN", "")], "no row twice, none lost"
    assert ask(path, "SELECT DISTINCT season_code FROM stream") == [("2025/26",)]
    assert ask(path, "SELECT crop_year FROM lot WHERE fid IN (1, 2) ORDER BY fid") == [("2025/26",), ("old crop",)]
    assert ask(path, "SELECT value FROM eudr_meta WHERE key = 'season'") == [("2025/26",)]
    assert not any("could not be read" in sentence for sentence in said)


def test_a_season_that_nobody_can_read_stays_and_is_told(tmp_path):
    path, said = changed_before(tmp_path, "UPDATE eudr_meta SET value = '2025' WHERE key = 'season'")
    assert seasons_in(path) == []
    assert ask(path, "SELECT value FROM eudr_meta WHERE key = 'season'") == [("2025",)]
    assert any("'2025', could not be read" in sentence for sentence in said)


def test_the_container_of_a_shipment_becomes_that_of_its_lines(tmp_path):
    path, _ = changed_before(tmp_path, "UPDATE consignment SET container = 'MSCU1234566'")
    assert set(ask(path, "SELECT consignment_code, container FROM consignment_line")) == {("CO-1", "MSCU1234566")}
    assert ("container",) not in ask(path, "SELECT name FROM pragma_table_info('consignment')")


def test_a_line_that_was_corrected_comes_back_in_its_container(tmp_path):
    """The log of an older version remembers a line without one, and the container with its shipment."""
    image = "SELECT json_object('fid', fid, 'consignment_code', consignment_code, 'lot_code', lot_code, 'quantity_kg', 1.5, 'hs_code', '', 'sscc', '', 'src_file', '', 'src_sheet', '', 'src_row', 1, 'imported_at', '') FROM consignment_line"  # fmt: skip
    path, _ = changed_before(
        tmp_path,
        "UPDATE consignment SET container = 'MSCU1234566'",
        "DROP TRIGGER IF EXISTS journal_row_insert",
        "INSERT INTO journal (at, who, action, summary, sha256) VALUES ('2026', 'thu', 'book', 'corrected', '')",
        "INSERT INTO journal_row (journal_fid, table_name, row_fid, last_fid, before)"
        f" VALUES ((SELECT max(fid) FROM journal), 'consignment_line', 1, 1, ({image}))",
    )
    with open_store(path, write=True) as opened:
        opened.undo(**EVENT)
    assert ask(path, "SELECT quantity_kg, container FROM consignment_line") == [(1.5, "MSCU1234566")]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_step_can_be_taken_back(project, version):
    path = project(version)
    with open_store(path, write=True) as opened:
        assert opened.first_broken_step() is None
        while opened.undo(**EVENT):
            pass
        assert len(opened.load_plots()) == 0
        assert opened.codes(Producer) == set()
        assert opened.lot_book().table("delivery").empty
        assert opened.first_broken_step() is None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("words", "exits"),
    [
        (("log",), {0}),
        (("audit",), {0, 1}),
        (("trace", "GR-1"), {0}),
        (("package", "CO-1", "-o", "OUT"), {0}),
        (("undo", "--yes"), {0}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_commands_work_on_it(project, tmp_path, version, words, exits):
    if version == 1 and words[0] == "package":
        exits = {1}  # two plots of that workbook have no boundary, and the refusal says so
    if version == 1:
        words = tuple({"GR-1": "DL25-ML03-G", "CO-1": "DL26-EXP-001"}.get(word, word) for word in words)
    path = project(version)
    if words[0] == "package":  # those projects were made before a shipped lot had to have an HS code
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE lot SET hs_code = '090111'")
    given = [str(tmp_path / "out") if word == "OUT" else word for word in words]
    result = CliRunner().invoke(app, [given[0], "-p", str(path), *given[1:]])
    assert result.exit_code in exits, result.output
    if version == 1 and words[0] == "package":
        assert "have no boundary" in str(result.exception)
    else:
        assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_log_that_somebody_changed_stays_broken_at_that_step(tmp_path):
    path = stored(4, tmp_path)
    with open_store(shutil.copy(path, tmp_path / "whole.gpkg"), write=True) as opened:
        assert opened.first_broken_step() is None
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER log_stays_journal")
    db.execute("UPDATE journal SET summary = 'something else' WHERE fid = 5")
    db.commit()
    db.close()
    with open_store(path, write=True) as opened:
        assert opened.first_broken_step() == 5


def test_tables_of_others_in_the_file_stay(tmp_path):
    path = stored(4, tmp_path)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    db.execute("CREATE TRIGGER notes_stay BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'no'); END")
    db.commit()
    db.close()
    open_store(path, write=True).close()
    assert ask(path, "SELECT count(*) FROM sqlite_master WHERE name IN ('notes', 'notes_stay')") == [(2,)]


def test_frozen_steps_look_at_no_noun_of_today():
    for path in sorted(Path(migrations.__path__[0]).glob("v*_to_v*.py")):
        source = path.read_text()
        assert "eudr_geo.model" not in source, path.name
        assert "gpkg_schema" not in source, path.name


def test_an_sqlite_that_cannot_drop_columns_says_so_and_changes_nothing(tmp_path, monkeypatch):
    path = stored(4, tmp_path)
    before = contents(path, without=())
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(StoreError, match="bring this project up to date"):
        open_store(path, write=True)
    assert contents(path, without=()) == before


def test_checks_that_a_row_breaks_are_not_written_and_the_row_stays(tmp_path):
    path = stored(1, tmp_path)
    db = sqlite3.connect(path)
    columns = [row for row in db.execute("PRAGMA table_info(dds_reference)") if row[3] and row[1] != "fid"]
    values = {row[1]: "" if row[2] == "TEXT" else 1 for row in columns} | {"reference": "X" * 40}
    consignment = db.execute("SELECT code FROM consignment").fetchone()
    values["consignment_code"] = consignment[0]
    db.execute(
        f"INSERT INTO dds_reference ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", [*values.values()]
    )
    db.commit()
    db.close()
    open_store(path, write=True).close()
    assert ask(path, "SELECT reference FROM statement WHERE length(reference) = 40") == [("X" * 40,)]
    checks = tables_of(path)["tables"]["statement"]["checks"]
    assert "length(reference) <= 14" not in checks
    assert len(checks) == 6


def test_what_was_dropped_is_said_in_the_language_that_is_spoken(tmp_path):
    path = stored(4, tmp_path)
    said = CliRunner().invoke(app, ["undo", "-p", str(path), "--lang", "es"]).stderr
    assert "se quitaron 5 valores de productores" in said
    assert "values of producers" not in said
    assert "is kept" not in said

"""A project that was damaged or tampered with: one line that says what, never a traceback, nothing run, nothing packed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from eudr_geo.base.errors import EudrGeoError
from eudr_geo.cli import app
from eudr_geo.store.geopackage import _edge, _is_empty

COMMANDS = {
    "audit": ("audit",),
    "trace": ("trace", "DL26-EXP-001"),
    "map": ("map", "-o", "OUT.html"),
    "package": ("package", "DL26-EXP-001", "-o", "OUT"),
    "log": ("log",),
    "undo": ("undo", "--yes"),
    "void": ("void", "PN-0001", "--why", "x", "--yes"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory, samples):
    path = tmp_path_factory.mktemp("sound") / "coop.gpkg"
    for words in (
        ("init", "--name", "Ea Mau", "--country", "VN"),
        ("add", *map(str, sorted((samples / "clean").iterdir())), "--yes"),
        ("book", str(samples / "cooperative.xlsx"), "--yes"),
    ):
        result = CliRunner().invoke(app, [words[0], "-p", str(path), *words[1:]])
        assert result.exit_code == 0, result.output
    return path


def tampered(sound, folder, *statements):
    path = folder / "coop.gpkg"
    shutil.copy(sound, path)
    with closing(sqlite3.connect(path)) as db, db:
        for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
            db.create_function(name, 1, _edge(place))
        db.create_function("ST_IsEmpty", 1, _is_empty)
        for statement in statements:
            db.execute(*([statement] if isinstance(statement, str) else statement))
    return path


def run(path, words, folder):
    given = [str(folder / word) if word.startswith("OUT") else word for word in words]
    return CliRunner().invoke(app, [given[0], "-p", str(path), *given[1:]])


def flipped(sound):
    """The boundary of a plot behind the consignment, with one bit of one coordinate turned."""
    with closing(sqlite3.connect(sound)) as db:
        fid, code, blob = db.execute(
            "SELECT v.fid, v.plot_code, v.geometry FROM plot_version v JOIN lot_attribution a ON a.plot_code = v.plot_code"
            " WHERE a.lot_code = 'DL25-ML01-G' ORDER BY v.plot_code LIMIT 1"
        ).fetchone()
    changed = bytearray(blob)
    changed[-12] ^= 0x10  # a low byte of the last longitude: some decimetres
    return fid, code, bytes(changed)


@pytest.mark.parametrize(
    "words", [COMMANDS[one] for one in ("audit", "trace", "map", "package")], ids=lambda one: one[0]
)
def test_a_boundary_that_is_not_what_was_stored_is_named(sound, tmp_path, words):
    fid, code, blob = flipped(sound)
    path = tampered(sound, tmp_path, ("UPDATE plot_version SET geometry = ? WHERE fid = ?", (blob, fid)))
    result = run(path, words, tmp_path)
    assert isinstance(result.exception, EudrGeoError), result.output
    assert code in str(result.exception)
    assert not list(tmp_path.glob("OUT*"))


DAMAGES = {
    "a broken geometry": [("UPDATE plot_version SET geometry = ? WHERE fid = 1", (b"GP\x00\x01broken",))],
    "a geometry cut off": ["UPDATE plot_version SET geometry = substr(geometry, 1, 60) WHERE fid = 2"],
    "text that is not UTF-8": ["UPDATE producer SET name = CAST(X'FFFE41' AS TEXT) WHERE fid = 1"],
    "no table of lots": ["PRAGMA foreign_keys=OFF", "DROP VIEW lot_plots", "DROP VIEW lot_flows", "DROP TABLE lot"],
    "a version without its plot": ["PRAGMA foreign_keys=OFF", "DELETE FROM plot WHERE code = (SELECT max(code) FROM plot)"],
    "a lot without its stream": ["PRAGMA foreign_keys=OFF", "DELETE FROM stream"],
    "a trigger of somebody": [
        "CREATE TRIGGER wipe_all AFTER INSERT ON journal BEGIN DELETE FROM delivery; END",
    ],
    "no facts of its own": ["DELETE FROM eudr_meta"],
    "days that are none": ["UPDATE consignment SET ship_date = 'soon'", "UPDATE delivery SET harvested_to = 'May'"],
    "weights that are text": ["UPDATE delivery SET quantity_kg = 'many' WHERE fid = 3"],
    "words that are none": ["UPDATE lot SET form = 'beans'"],
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_one_line_for_every_command(sound, tmp_path, damage):
    try:
        path = tampered(sound, tmp_path, *DAMAGES[damage])
    except sqlite3.IntegrityError:
        return  # the project holds it back by itself
    for words in COMMANDS.values():
        copy = tmp_path / "copy.gpkg"
        shutil.copy(path, copy)
        result = run(copy, words, tmp_path)
        told = result.exception is None or isinstance(result.exception, (EudrGeoError, SystemExit))
        assert told, (damage, words, repr(result.exception))


def test_a_strange_trigger_is_refused_by_name_and_does_not_run(sound, tmp_path):
    path = tampered(sound, tmp_path, *DAMAGES["a trigger of somebody"])
    result = run(path, COMMANDS["void"], tmp_path)
    assert "wipe_all" in str(result.exception)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM delivery").fetchone()[0] > 200


def test_a_trigger_under_a_name_of_ours_is_made_again_before_anything_is_written(sound, tmp_path):
    path = tampered(
        sound,
        tmp_path,
        "DROP TRIGGER over_draw_1",
        "CREATE TRIGGER over_draw_1 AFTER UPDATE ON delivery BEGIN DELETE FROM producer; END",
        "CREATE TRIGGER over_draw_99 AFTER UPDATE ON delivery BEGIN DELETE FROM producer; END",
    )
    assert run(path, (*COMMANDS["void"], "--correction", "y"), tmp_path).exit_code == 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM producer").fetchone()[0] > 50
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert "over_draw_1" in names
    assert "over_draw_99" not in names


def test_tables_of_other_programs_stay(sound, tmp_path):
    path = tampered(
        sound, tmp_path, "CREATE TABLE qgis_projects (name TEXT)", "CREATE VIEW mine AS SELECT code FROM lot"
    )
    assert run(path, COMMANDS["log"], tmp_path).exit_code == 0
    assert run(path, (*COMMANDS["void"], "--correction", "y"), tmp_path).exit_code == 0
    with closing(sqlite3.connect(path)) as db:
        assert {"qgis_projects", "mine"} <= {row[0] for row in db.execute("SELECT name FROM sqlite_master")}


def test_the_hostile_project_is_one_line(tmp_path):
    import os

    shared = Path(os.environ.get("EUDR_GEO_SHARED", Path(__file__).parents[3] / "shared"))
    source = shared / "cases" / "hostile" / "tb24.gpkg"
    if not source.exists():
        pytest.skip(f"the cases are not at {shared} (set EUDR_GEO_SHARED)")
    for words in COMMANDS.values():
        copy = tmp_path / "copy.gpkg"
        shutil.copy(source, copy)
        result = run(copy, words, tmp_path)
        assert result.exception is None or isinstance(result.exception, (EudrGeoError, SystemExit)), words

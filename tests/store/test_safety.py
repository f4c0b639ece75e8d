"""The project survives what happens to files: kills, full disks, two programs at once, foreign and damaged files."""

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from store_projects import ask, contents, put, reading_of, squares

from eudr_geo.base.errors import BusyError, InputError, StoreError
from eudr_geo.store import create_store, geopackage, migrations, open_store

HERE = Path(__file__).parents[1]
ROOT = HERE.parent


def script(code: str, *args: object, **options) -> subprocess.Popen[str]:
    """Another program: Python with our helpers at hand."""
    path = os.pathsep.join([str(HERE), str(ROOT)])
    head = "import sys\nfrom pathlib import Path\nfrom store_projects import *\nfrom eudr_geo.store import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        **options,
    )


def answer(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=250)
    assert process.returncode == 0, error
    return out.strip()


IMPORTS = """
path, batch = Path(sys.argv[1]), int(sys.argv[2])
with open_store(path, write=True) as store:
    for k in range(1000):
        codes = [f"B{k}-{i}" for i in range(batch)]
        put(store, reading_of(squares(batch, start=k), plot_id=codes, digest=f"{k % 10}"))
        print(k + 1, flush=True)
"""


@pytest.mark.slow
def test_a_kill_leaves_whole_imports_and_none_that_was_acknowledged_is_lost(store, path):
    store.close()
    rng = random.Random(3)
    batch, before = 1_200, 0
    for _ in range(4):
        process = script(IMPORTS.replace('f"B{k}-{i}"', f'f"B{{k}}-{{i}}-{before}"'), path, batch)
        told = 0
        while told < 2:
            told = int(process.stdout.readline())
        time.sleep(rng.random() * 0.4)
        process.kill()
        rest = process.communicate()[0].split()
        told = int(rest[-1]) if rest else told
        with open_store(path) as mended:  # the next start takes back what was half done, and asks nobody
            plots = len(mended.load_plots())
            steps = mended.log()
        assert plots % batch == 0
        assert plots == before + batch * (len(steps) - before // batch)
        assert plots >= before + batch * told
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        assert ask(path, "PRAGMA foreign_key_check") == []
        assert ask(path, "SELECT count(*) FROM rtree_plot_version_geometry") == [(plots,)]
        before = plots


FULL = """
import resource
from eudr_geo.base.errors import StoreError
path = Path(sys.argv[1])
store = open_store(path, write=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + int(sys.argv[2]),) * 2)
try:
    put(store, reading_of(squares(3000), digest="c"))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [0, 4096, 300_000])
def test_a_full_disk_changes_nothing_and_says_so(store, path, room):
    put(store, reading_of(squares(5), plot_id=[f"OLD-{i}" for i in range(5)], digest="b"))
    store.close()
    before = contents(path, without=())
    said = answer(script(FULL, path, room))
    assert "nothing was changed" in said
    assert "disk" in said
    with open_store(path) as after:
        assert len(after.load_plots()) == 5
    assert contents(path, without=()) == before


CREATE = """
from eudr_geo.base.errors import InputError
sys.stdin.readline()
try:
    create_store(sys.argv[1], organisation=sys.argv[2], country="VN").close()
    print("made")
except InputError as error:
    print(error)
"""


@pytest.mark.slow
def test_of_programs_that_create_at_once_one_does(path):
    programs = [script(CREATE, path, f"org {i}", stdin=subprocess.PIPE) for i in range(4)]
    time.sleep(1.5)
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [answer(program) for program in programs]
    assert said.count("made") == 1
    assert all("already exists" in one for one in said if one != "made")
    with open_store(path) as store:
        assert store.meta["organisation"] == f"org {said.index('made')}"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_nothing_is_left_when_creating_fails(path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geopackage.gpkg_schema, "build", fail)
    with pytest.raises(StoreError, match="No space left"):
        create_store(path, organisation="o", country="VN")
    assert list(path.parent.iterdir()) == []


def test_a_file_system_without_links_will_do(path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    create_store(path, organisation="o", country="VN").close()
    with pytest.raises(InputError, match="already exists"):
        create_store(path, organisation="other", country="VN")
    with open_store(path) as store:
        assert store.meta["organisation"] == "o"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


STEPS = """
with open_store(sys.argv[1], write=True) as store:
    for k in range(15):
        codes = [f"{sys.argv[2]}-{k}-{i}" for i in range(3)]
        while True:
            try:
                put(store, reading_of(squares(3), plot_id=codes, digest="d"))
                break
            except Exception as error:
                if "changed while you looked" not in str(error):
                    raise
"""


@pytest.mark.slow
def test_programs_that_store_at_once_lose_nothing(store, path):
    store.close()
    programs = [script(STEPS, path, name) for name in "ABC"]
    for program in programs:
        answer(program)
    with open_store(path) as after:
        assert len(after.load_plots()) == 3 * 15 * 3
        assert [step.fid for step in after.log()] == list(range(1, 46))
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


HOLD = """
import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_who_holds_the_project_is_named(store, path, monkeypatch):
    store.close()
    monkeypatch.setattr(geopackage, "BUSY_S", 0.2)
    holder = script(HOLD, path, stdin=subprocess.PIPE)
    assert holder.stdout.readline() == "held\n"
    with open_store(path, write=True) as waiting:
        assert len(waiting.load_plots()) == 0  # reading does not wait for a writer
        with pytest.raises(BusyError) as refusal:
            put(waiting, reading_of(squares(3)))
        message = str(refusal.value)
        assert str(path) in message
        assert "close QGIS" in message
        if sys.platform == "linux":
            assert f"process {holder.pid}" in message
        holder.communicate("done\n", timeout=120)
        assert "3 plots new" in put(waiting, reading_of(squares(3)))[1]


def test_a_project_left_in_wal_by_qgis_is_brought_back_to_one_file(store, path):
    put(store, reading_of(squares(3)))
    store.close()
    with closing(sqlite3.connect(path)) as qgis:
        qgis.execute("PRAGMA journal_mode=WAL")
    with open_store(path, write=True) as again:
        assert len(again.load_plots()) == 3
    assert ask(path, "PRAGMA journal_mode") == [("delete",)]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("foreign geopackage", "is not a project of eudr-geo"),
        ("other database", "is not a project of eudr-geo"),
        ("text", "is not a project of eudr-geo"),
        ("empty", "is not a project of eudr-geo"),
        ("missing", "there is no project"),
        ("folder", "there is no project"),
    ],
)
def test_other_files_are_refused_in_one_line(path, samples, kind, said, write):
    if kind == "foreign geopackage":
        shutil.copy(samples / "clean" / "qfield.gpkg", path)
    elif kind == "other database":
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE eudr_meta (key, value)")
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_text("plots" * 1000 if kind == "text" else "")
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises((StoreError, InputError), match=said) as refusal:
        open_store(path, write=write)
    assert "\n" not in str(refusal.value)
    assert "eudr-geo init" in str(refusal.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("damage", ["page zeroed", "cut short"])
def test_a_damaged_project_is_not_opened(store, path, damage):
    put(store, reading_of(squares(2_000)))
    store.close()
    data = bytearray(path.read_bytes())
    if damage == "cut short":
        data = data[: len(data) // 2]
    else:
        root = ask(path, "SELECT rootpage FROM sqlite_master WHERE name = 'plot_version'")[0][0]
        data[(root - 1) * 4096 : root * 4096] = bytes(4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="restore it from a copy"):
        open_store(path, write=True)


def set_schema(path, version):
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE eudr_meta SET value = ? WHERE key = 'schema'", (str(version),))
        db.commit()


def test_a_project_of_a_newer_toolkit_is_refused(store, path):
    store.close()
    set_schema(path, migrations.SCHEMA_VERSION + 1)
    with pytest.raises(StoreError, match="newer eudr-geo"):
        open_store(path)


NOW, LATER = migrations.SCHEMA_VERSION, migrations.SCHEMA_VERSION + 1


def add_a_column(connection):
    connection.execute(text("ALTER TABLE producer ADD COLUMN nickname TEXT NOT NULL DEFAULT ''"))
    return ()


def test_an_older_project_is_copied_then_brought_up_to_date(store, path, monkeypatch):
    put(store, reading_of(squares(3)))
    store.close()
    before = contents(path, without=())
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", LATER)
    monkeypatch.setattr(migrations, "STEPS", {NOW: add_a_column})
    with pytest.raises(StoreError, match="older eudr-geo"):
        open_store(path)
    assert contents(path, without=()) == before
    with open_store(path, write=True) as mended:
        assert mended.meta["schema"] == str(LATER)
        assert len(mended.load_plots()) == 3
    assert ask(path, "SELECT nickname FROM producer") == [("",)]
    assert contents(path.with_name(f"coop.v{NOW}.gpkg"), without=()) == before
    with open_store(path, write=True):
        pass  # once is enough
    assert sorted(one.name for one in path.parent.iterdir()) == ["coop.gpkg", f"coop.v{NOW}.gpkg"]


def test_a_step_that_fails_leaves_the_older_project(store, path, monkeypatch):
    store.close()
    before = contents(path, without=())

    def fail(connection):
        add_a_column(connection)
        connection.execute(text("SELECT * FROM no_such_table"))

    path.with_name(f"coop.v{NOW}.gpkg").write_text("an earlier copy")
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", LATER)
    monkeypatch.setattr(migrations, "STEPS", {NOW: fail})
    with pytest.raises(Exception, match="no_such_table"):
        open_store(path, write=True)
    assert contents(path, without=()) == before
    assert path.with_name(f"coop.v{NOW}.gpkg").read_text() == "an earlier copy"
    assert contents(path.with_name(f"coop.v{NOW}-2.gpkg"), without=()) == before
    monkeypatch.setattr(migrations, "STEPS", {})
    with pytest.raises(StoreError, match="cannot follow"):
        open_store(path, write=True)


def test_a_reader_writes_nothing(store, path):
    put(store, reading_of(squares(3)))
    store.close()
    with open_store(path) as reader:
        with pytest.raises(StoreError, match="opened read-only"):
            put(reader, reading_of(squares(4)))
        with pytest.raises(StoreError, match="opened read-only"):
            reader.undo(now="x", who="x")
        with pytest.raises(Exception, match="readonly"), reader._reading() as connection:
            connection.execute(text("DELETE FROM plot"))


READ = """
import os
from eudr_geo.base.errors import StoreError
path = Path(sys.argv[1])
with open_store(sys.argv[2]) as warm:
    warm.load_plots()  # everything is imported
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_store(path) as store:
        print(len(store.load_plots()), "plots")
except StoreError as error:
    print(error)
try:
    open_store(path, write=True)
except StoreError as error:
    print(error)
"""


def read_only_folder(path, setup):
    """Read a project where nothing can be written, as a person without rights."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(path, folder / "coop.gpkg")
        setup(folder / "coop.gpkg")
        for one in folder.iterdir():
            one.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        folder.chmod(0o555)
        try:
            out = answer(script(READ, folder / "coop.gpkg", path))
            return out.splitlines()
        finally:
            folder.chmod(0o755)


def wal(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")


def half_done(path):
    """What a killed program leaves: a journal with the pages as they were, the file half written."""
    code = "import os, sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    code += "db.execute('PRAGMA cache_size=1')\ndb.execute('BEGIN IMMEDIATE')\n"
    code += 'db.execute("UPDATE plot SET place = place || hex(randomblob(2000))")\nos._exit(9)\n'
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=120)
    assert Path(f"{path}-journal").stat().st_size


@pytest.mark.skipif(sys.platform != "linux", reason="rights as on Linux")
@pytest.mark.parametrize(
    ("setup", "said"),
    [
        (lambda path: None, "300 plots"),
        (wal, "300 plots"),
        (half_done, "was not closed properly"),
    ],
    ids=["closed", "left in WAL", "half written"],
)
def test_a_read_only_disk_is_read_and_never_guessed_at(store, path, setup, said):
    put(store, reading_of(squares(300)))
    store.close()
    first, second = read_only_folder(path, setup)
    assert said in first
    assert "cannot be written to" in second


def test_what_a_killed_program_left_is_taken_back_by_a_mere_reader(store, path):
    put(store, reading_of(squares(300)))
    store.close()
    before = contents(path, without=())
    half_done(path)
    with open_store(path) as reader:
        assert set(reader.load_plots()["place"]) == {""}
    assert contents(path, without=()) == before


WATCH = """
import os
path = Path(sys.argv[1])
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
create_store(path, organisation="o", country="VN").close()
with open_store(path, write=True) as store:
    put(store, reading_of(squares(3)), originals=[])
    put(store, reading_of(squares(3, size=0.0012), digest="b"))
    store.copy_to(path.with_name("copy.gpkg"))
    store.undo(now="x", who="x")
    store.load_plots(), store.findings(), store.lot_book(), store.bbox(0, 0, 1, 1), store.source_files()
print([name for name in opened if name == str(path)], "fiona" in sys.modules, "pyogrio" in sys.modules)
"""


def test_nothing_opens_the_project_but_sqlite(path):
    assert answer(script(WATCH, path)) == "[] False False"


def test_no_line_of_the_store_opens_files_or_calls_gdal():
    words = (
        "open(",
        "read_bytes",
        "read_text",
        "write_bytes",
        "write_text",
        "fiona",
        "pyogrio",
        "geopandas",
        "read_file",
    )
    allowed = {
        "os.open(path, O_RDWR) before the file is in use": "handle = os.open(path, os.O_RDWR)",
        "locks": "/proc/",
    }
    for path in sorted((ROOT / "eudr_geo" / "store").rglob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if any(word in line for word in words) and not any(sign in line for sign in allowed.values()):
                pytest.fail(f"{path.name}:{number} opens a file: {line.strip()}")


def test_the_project_is_not_added_to_itself(store, path):
    with pytest.raises(InputError, match="is the project itself"):
        put(store, reading_of(squares(3)), originals=[path])
    assert len(store.load_plots()) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"country": "Vietnam"}, "no country code"),
        ({"country": ""}, "no country code"),
        ({"country": "VN", "commodity": "tea"}, "no commodity"),
    ],
)
def test_a_project_starts_with_a_country_and_a_commodity(path, options, said):
    with pytest.raises(InputError, match=said):
        create_store(path, organisation="o", **options)
    assert not path.exists()


def test_a_project_needs_a_folder(tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        create_store(tmp_path / "none" / "coop.gpkg", organisation="o", country="VN")
    with pytest.raises(InputError, match="GeoPackages only"):
        open_store("postgresql://localhost/coop")

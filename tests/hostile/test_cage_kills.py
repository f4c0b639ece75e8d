"""Readers that misbehave, in a cold cage and in a warm one: a finding that says why, and the next file is read."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from eudr_geo.base.limits import Limits
from eudr_geo.sources import cage
from eudr_geo.sources.cage import drivers, landlock, starting, walls, warm, wire
from eudr_geo.sources.reading import read_bytes, read_plots
from eudr_geo.words.saying import counted, in_language, joined, say

pytestmark = pytest.mark.cold
GOOD = '{"type":"Point","coordinates":[108.05,12.68]}'
SMALL = Limits(wall_s=240, cpu_s=20, memory_bytes=900_000_000, disk_bytes=1_000_000, result_bytes=5_000_000)

# what a reader does when it meets the file, a word of the reason, and the limits
BODIES = {
    "sleeps": ("import time; time.sleep(600)", "longer than 15 s", replace(SMALL, wall_s=15)),
    "turns in circles": ("\nwhile True: pass", "processor", replace(SMALL, cpu_s=2)),
    "allocates": ("bytearray(10**10)", "memory", SMALL),
    "allocates little by little": ("\nheld = []\nwhile True: held.append(bytearray(10**7))", "memory", SMALL),
    "writes a large file": ("open('big', 'wb').write(bytes(10**7))", "disk", SMALL),
    "answers for ever": ("\nwhile True: os.write(1, b'x' * 10**6)", "disk", SMALL),
    "answers nonsense": ("os.write(1, b'hello'); os._exit(0)", "nonsense", SMALL),
    "says nothing": ("os._exit(0)", "nonsense", SMALL),
    "crashes": ("import ctypes; ctypes.string_at(0)", "crashed", SMALL),
    "aborts": ("os.abort()", "crashed", SMALL),
    "raises": ("raise ZeroDivisionError", "crashed", SMALL),
    "recurses": ("\ndef f(): f()\nf()", "crashed", SMALL),
    "kills itself": ("os.kill(os.getpid(), 9)", "stopped", SMALL),
    "leaves a child behind": (
        "\nif os.fork() == 0:\n    time.sleep(600)\nos._exit(3)", "crashed", SMALL,
    ),
    "asks the network": (
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2).sendall(b'GET /x HTTP/1.0\\r\\n\\r\\n')",
        "crashed", SMALL,
    ),
    "reads another file": ("open({canary!r}).read()", "crashed", SMALL),
    "lists another folder": ("os.listdir('/tmp')", "crashed", SMALL),
    "writes beside its folder": ("open('../beside.txt', 'w').write('x')", "crashed", SMALL),
    "writes over another file": ("open({canary!r}, 'w').write('x')", "crashed", SMALL),
    "starts Python": ("os.execv(sys.executable, [sys.executable, '-c', 'pass'])", "crashed", SMALL),
    "stops its parent": ("os.kill(os.getppid(), 0)", "crashed", SMALL),
    "starts a program": ("os.execvp('gpsbabel', ['gpsbabel'])", "crashed", SMALL),
    "opens very many files": ("[open(os.devnull) for _ in range(1000)]", "crashed", SMALL),
}  # fmt: skip
NEEDS_LANDLOCK = {
    **dict.fromkeys(("reads another file", "lists another folder", "writes beside its folder"), 1),
    **dict.fromkeys(("writes over another file", "starts Python"), 1),
    "stops its parent": landlock.SIGNALS_FROM,
}
EVERYDAY = {"asks the network", "reads another file", "writes over another file", "starts a program"}
"""Walls that make test tries in warm cages; the others, and all in cold ones, cost seconds each."""
FAKE = """
import json, os, sys, time
sys.path[:0] = {path!r}
from eudr_geo.sources.cage import __main__ as child
def misbehave(job, limits):
    if b"evil" in open("in.bin", "rb").read():
        {body}
    return child_read(job, limits)
child_read, child._read = child._read, misbehave
child.main()
"""


@pytest.fixture
def misbehaving(monkeypatch, canary):
    """Puts a reader that misbehaves into every cage; "evil" in a file wakes it."""

    def put(body):
        body = textwrap.indent(
            body.replace("{port}", str(canary.port)).replace("{canary!r}", repr(str(canary.file))), "        "
        ).strip()
        script = FAKE.format(path=sys.path, body=body)
        real = subprocess.Popen

        def other(command, **options):
            return real([sys.executable, "-c", script, command[-1]], **options)

        monkeypatch.setattr(subprocess, "Popen", other)

    return put


@pytest.mark.fault(24)
@pytest.mark.parametrize("files", [pytest.param(1, marks=pytest.mark.slow), warm.WORTH_IT + 1], ids=["cold", "warm"])
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in EVERYDAY else pytest.mark.slow) for kind in sorted(BODIES)]
)
def test_a_reader_that_misbehaves_is_a_finding_and_the_next_file_is_read(
    misbehaving, monkeypatch, tmp_path, kind, files
):
    if files > 1 and not warm.is_possible():
        pytest.skip("no warm cages on this system")
    if kind.startswith("allocates") and not walls.limits_memory():
        pytest.skip("this system does not limit memory: doctor says so, and our own readers count what they hold")
    if kind == "asks the network" and not (walls.can_leave_network() or landlock.version() >= landlock.TCP_FROM):
        pytest.skip(
            "this system does not let a process leave the network: doctor says so, and no reader has a door to it"
        )
    if kind in NEEDS_LANDLOCK and landlock.version() < NEEDS_LANDLOCK[kind]:
        pytest.skip("this kernel does not let a process give that up")
    body, word, limits = BODIES[kind]
    misbehaving(body)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paths = []
    for at in range(files):
        path = tmp_path / f"{at}.geojson"
        path.write_text(GOOD + (" evil" if at == 0 else ""))
        paths.append(path)
    reading = read_plots(paths, limits=limits)
    (note,) = reading.files[0].notes
    assert note.code == "unreadable-file"
    assert word in note.why, note.why
    assert "evil" not in note.why
    assert note.fix
    assert len(reading.plots) == files - 1
    if files == 1:
        assert len(read_bytes("x.geojson", GOOD.encode(), limits=limits).plots) == 1
    assert not strays(tmp_path), "something that the reader started is still running"


def strays(folder):
    """Processes that still work in a cage below a folder, after the moment that a killed one needs to be gone."""
    for _ in range(50):
        if not (found := _strays(folder)):
            break
        time.sleep(0.1)
    return found


def _strays(folder):
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder) in str((entry / "cwd").readlink()):
                found.append(entry.name)
        except OSError:  # gone, or somebody else's
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not warm.is_possible(), reason="no warm cages on this system")
def test_a_warm_process_that_is_killed_costs_no_file(tmp_path, monkeypatch):
    paths = [tmp_path / f"{at}.geojson" for at in range(6)]
    for path in paths:
        path.write_text(GOOD)
    real = warm._Server.run
    calls = []

    def dying(self, *given):
        calls.append(1)
        if len(calls) in {2, 4}:
            self._process.kill()
            self._process.wait()
        return real(self, *given)

    monkeypatch.setattr(warm._Server, "run", dying)
    reading = read_plots(paths)
    assert len(reading.plots) == 6
    assert len(calls) == 6


@pytest.mark.skipif(not warm.is_possible(), reason="no warm cages on this system")
def test_warm_and_cold_cages_give_the_same_answer(samples):
    paths = sorted((samples / "messy").iterdir())[:8]
    together = read_plots(paths)
    alone = [read_plots(path) for path in paths]
    assert [file for reading in alone for file in reading.files] == list(together.files)
    assert repr([row for reading in alone for row in reading.rejected]) == repr(list(together.rejected))


@pytest.mark.fault(9)
@pytest.mark.parametrize(
    "script",
    [
        "import fiona, json\nwith fiona.Env() as env: print(json.dumps(sorted(env.drivers())))",
        "import pyogrio, json\nprint(json.dumps(sorted(pyogrio.list_drivers())))",
    ],
    ids=["fiona", "pyogrio"],
)
def test_no_driver_but_the_frozen_ones_is_in_the_cage(tmp_path, script):
    """Also those that a later GDAL brings: the list is compared with what is there, not with what we know."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=starting.environment(tmp_path), capture_output=True, text=True, check=False
    )
    if done.returncode and "No module named" in done.stderr:
        pytest.skip("that GDAL is not here: nothing to keep out")
    assert json.loads(done.stdout) == sorted(drivers.ALLOWED)


@pytest.mark.fault(9)
def test_no_second_gdal_is_loaded_in_the_cage(tmp_path):
    """Each library brings its own, with formats of its own: the list is of the one that reads MapInfo, and no other."""
    script = "from eudr_geo.sources.cage.walls import load; load(); import sys; print(*sys.modules)"
    done = subprocess.run(
        [*starting.command("x")[:-3], script], env={**starting.environment(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert "eudr_geo.sources.readers.mapinfo" in loaded
    assert not loaded & {"pyogrio", "osgeo", "osgeo.gdal", "geopandas"}


@pytest.mark.fault(10)
def test_a_program_that_loaded_gdal_first_changes_nothing(tmp_path, canary):
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{canary.file}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    (tmp_path / "plots.csv").write_text(vrt)
    script = (
        "import os, sys\nos.environ['GDAL_SKIP'] = ''\nos.environ['CPL_VSIL_CURL_ALLOWED_EXTENSIONS'] = '.csv'\n"
        "try:\n    import fiona; fiona.supported_drivers['OGR_VRT'] = 'r'\nexcept ImportError: pass\n"
        "from eudr_geo import read_plots\nreading = read_plots(sys.argv[1])\n"
        "print(len(reading.plots), reading.files[0].notes[0].code)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "plots.csv")], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stdout.split() == ["0", "unsupported-format"]


@pytest.mark.parametrize("seed", range(4))
def test_any_answer_is_believed_or_refused_and_nothing_else(seed):
    """The wire: cut, doubled, with other numbers in its head, filled with noise."""
    import random
    import re

    from eudr_geo.model.plots import Plots, Reading, Rejected, SourceFile

    draw = random.Random(seed)
    file = SourceFile("x", "", 0, "GeoJSON", records=3, plots=2, rejected=1)
    plots = Plots(
        {"record": [1, 2], "producer": ["Đ", ""], "geometry": [shapely.Point(108, 12), shapely.box(1, 2, 3, 4)]}
    )
    good = wire.pack(Reading(plots, (Rejected("x", 3, "not-finite", "why", "fix"),), (file,)))
    assert len(wire.unpack(good, "x", Limits())[0].plots) == 2
    for _ in range(700):
        data = bytearray(good)
        kind = draw.randrange(5)
        at = draw.randrange(len(data))
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at:at] = draw.randbytes(draw.choice((1, 8, 100)))
        elif kind == 2:
            numbers = list(re.finditer(rb"\d+", good[:2000]))
            chosen = draw.choice(numbers)
            data[chosen.start() : chosen.end()] = draw.choice((b"-1", b"0", b"9" * 30, b"1e9", b"null", b'"1"', b"[]"))
        elif kind == 3:
            data[at : at + 8] = draw.choice((b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f"))
        else:
            data = bytearray(draw.randbytes(len(good)))
        try:
            reading, _ = wire.unpack(bytes(data), "x", Limits())
        except wire.WireError:
            continue
        assert len(reading.plots) + len(reading.rejected) == reading.files[0].records


def note(why):
    """A note as the child writes it; why it is, as text or as the key and values of a sentence."""
    return {"code": "x", "why": why, "fix": "", "value": "", "severity": ""}


def test_a_sentence_comes_out_of_the_cage_as_it_went_in():
    from eudr_geo.model.plots import Note, Plots, Reading, SourceFile

    inner = say("reading:kind.word")
    parts = [counted("shapes:gpx.tracks", 1), counted("shapes:gpx.waypoints", 2)]
    notes = (
        Note("x", say("reading:file-is", what=inner), say("shapes:json.bare.do")),
        Note("x", say("shapes:gpx.several", names=joined(parts, ", ")), joined([inner, inner])),
        Note("x", "a plain text", ""),
    )
    packed = wire.pack(Reading(Plots({}), (), (SourceFile("x", "", 0, "GPX", notes=notes),)))
    heard = wire.unpack(packed, "x", Limits())[0].files[0].notes
    assert heard == notes
    assert in_language(heard[0].why, "es") == "el archivo es un documento de Word"
    assert in_language(heard[1].why, "fr") == "il contient 1 tracé, 2 points ; tout a été lu"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda head: head["tables"][0].update(rows=10**12), "length"),
        (lambda head: head.update(notes=[note("y" * 200_000)]), "too long"),
        (lambda head: head.update(notes=[note("")["fix"]]), "TypeError"),
        (lambda head: head.update(notes=[note(["shapes:layer.damaged", {"name": "y" * 200_000}])]), "too long"),
        (lambda head: head.update(notes=[note(["shapes:none", {"nowhere": "y" * 200_000}])]), "too long"),
        (lambda head: head.update(notes=[note(["shapes:none", {"y" * 200_000: 1}])]), "too long"),
        (
            lambda head: head.update(
                notes=[note(["reading:file-is", {"what": {"said": ["reading:file-is", {"what": ["y" * 200_000]}]}}])]
            ),
            "too long",
        ),
        (lambda head: head.update(notes=[note(["shapes:layer.damaged", {"name": "\ud800"}])]), "Unicode"),
        (lambda head: head.update(notes=[note(["shapes:layer.damaged", {}])]), "KeyError"),
        (lambda head: head.update(notes=[note(["shapes:layers", {"number": 2}])]), "KeyError"),
        (lambda head: head.update(notes=[note(["reading:records", {"most": "many"}])]), "ValueError"),
        (lambda head: head.update(notes=[note(["shapes:nobody-says-so", {}])]), "LookupError"),
        (lambda head: head.update(notes=[note(["../law/countries:VN", {}])]), "LookupError"),
        (
            lambda head: head.update(notes=[note(["reading:file-is", {"what": {"said": ["no:such", {}]}}])]),
            "LookupError",
        ),
        (lambda head: head.update(notes=[note(["shapes:none"])]), "ValueError"),
        (lambda head: head.update(notes=[note([["shapes:none"], {}])]), "TypeError"),
        (lambda head: head.update(notes=[note(None)]), "TypeError"),
        (lambda head: head.update(notes=[note(["all", {}])]), "KeyError"),
        (lambda head: head.update(other={"A": [[{"a": 1}]]}), "no kind"),
        (lambda head: head.update(other={"A": [["\ud800"]]}), "Unicode"),
        (lambda head: head.update(other=[1]), "AttributeError"),
        (lambda head: head["file"].update(plots=-1), "wrong kind"),
        (lambda head: head["file"].update(records=3), "add up"),
    ],
)
def test_the_parent_checks_what_the_child_says(change, why):
    import struct

    from eudr_geo.model.plots import Plots, Reading, SourceFile

    plots = Plots({"record": [1], "source": ["another file"], "geometry": [shapely.Point(108, 12)]})
    good = wire.pack(Reading(plots, (), (SourceFile("x", "", 0, "GeoJSON", records=1, plots=1),)))
    (length,) = struct.unpack("<Q", good[8:16])
    head = json.loads(good[16 : 16 + length])
    assert wire.unpack(good, "x", Limits())[0].plots["source"].tolist() == ["x"]
    change(head)
    text = json.dumps(head).encode()
    with pytest.raises(wire.WireError, match=why):
        wire.unpack(good[:8] + struct.pack("<Q", len(text)) + text + good[16 + length :], "x", Limits())


@pytest.mark.parametrize(("column", "values"), [("plot_id", ["x" * 200_000]), ("record", [-1])])
def test_the_parent_checks_the_columns_again(column, values):
    from eudr_geo.model.plots import Plots, Reading, SourceFile

    plots = Plots({"record": [1], "geometry": [shapely.Point(108, 12)], column: values})
    with pytest.raises(wire.WireError):
        wire.unpack(wire.pack(Reading(plots, (), (SourceFile("x", "", 0, "y", records=1, plots=1),))), "x", Limits())


def test_doctor_says_what_the_cage_can_do_here():
    """What it says of the network is what a child finds: one namespace, one door shut by Landlock, or none."""
    status, words = cage.describe()
    assert status == "ready"
    assert ("memory, time and file size limited" in words) == walls.limits_memory()
    left, speaks = walls.can_leave_network(), landlock.version()
    assert ("no network" in words.split(", ")) == left
    assert ("no TCP" in words) == (not left and speaks >= landlock.TCP_FROM)
    assert ("network not taken away" in words) == (not left and speaks < landlock.TCP_FROM)
    assert ("other files and programs out of reach" in words) == (speaks > 0)


def test_the_wall_round_the_network_is_tried_and_not_believed(monkeypatch):
    """In a container that may not make a namespace the answer is no, on one that may it is yes: both by the same call."""
    if not sys.platform.startswith("linux"):
        assert not walls.can_leave_network()
        return
    for outcome in (True, False):
        monkeypatch.setattr(walls, "leave_network", lambda outcome=outcome: outcome)
        assert walls.can_leave_network() is outcome
        assert ("no network" in cage.describe()[1]) is outcome


@pytest.mark.parametrize(
    ("network", "speaks", "words"),
    [
        (True, 7, ["no network", "other files and programs out of reach"]),
        (False, 4, ["no TCP", "other files and programs out of reach"]),
        (False, 3, ["network not taken away by the system", "other files and programs"]),
        (False, 0, ["network not taken away by the system", "other files not taken away by the system"]),
    ],
)
def test_doctor_is_frank_about_what_the_system_cannot_do(monkeypatch, network, speaks, words):
    monkeypatch.setattr(walls, "can_leave_network", lambda: network)
    monkeypatch.setattr(landlock, "version", lambda: speaks)
    _, said = cage.describe()
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("linux", "memory, time and file size limited"),
        ("darwin", "memory not on this system"),
        ("win32", "only the time is limited on Windows"),
    ],
)
def test_doctor_says_where_memory_is_not_limited(monkeypatch, platform, words):
    monkeypatch.setattr(sys, "platform", platform)
    status, said = cage.describe()
    assert status == "ready"
    assert words in said
    if platform != "linux":
        assert "other files not taken away" in said
        assert "network not taken away" in said
        assert "every file starts a process" in said


def test_the_cage_works_without_any_help_of_the_system(monkeypatch, tmp_path):
    """An old kernel, no namespaces, no fork: fewer walls, the same answers."""
    script = FAKE.format(path=sys.path, body="pass").replace(
        "child.main()",
        "from eudr_geo.sources.cage import landlock, walls\nlandlock.version = lambda: 0\nwalls.leave_network = lambda: False\nchild.main()",
    )
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **options: real([sys.executable, "-c", script, command[-1]], **options)
    )
    monkeypatch.setattr("eudr_geo.sources.reading.is_possible", lambda: False)
    paths = [tmp_path / f"{at}.geojson" for at in range(4)]
    for path in paths:
        path.write_text(GOOD)
    assert len(read_plots(paths).plots) == 4


def test_a_package_that_is_found_by_pythonpath_only_is_found_by_the_cage(tmp_path):
    """As when pip installed it for one user: the child looks where its parent looked."""
    import shutil

    folder = tmp_path / "elsewhere"
    shutil.copytree(
        Path(cage.__file__).parents[2],
        folder / "eudr_geo",
        ignore=shutil.ignore_patterns("__pycache__", "sample_plots"),
    )
    (tmp_path / "x.geojson").write_text(GOOD)
    script = (
        "import sys, eudr_geo, subprocess\n"
        "from eudr_geo.sources.cage import starting\n"
        "from eudr_geo.sources.reading import read_plots\n"
        "print(eudr_geo.__file__, len(read_plots(sys.argv[1]).plots))\n"
        "print(subprocess.run(starting.command('x')[:-3] + ['import sys, json; ours, *t = json.loads(sys.argv[1]); print(ours)', "
        "starting.command('x')[-2]], capture_output=True, text=True).stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, str(tmp_path / "x.geojson")],
        env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    where, plots, child = done.stdout.split()
    assert where.startswith(str(folder))
    assert plots == "1"
    assert child == str(folder)

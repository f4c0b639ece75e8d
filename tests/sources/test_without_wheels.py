"""Where a wheel is missing (Python 3.14, ARM), and where a system has less than Linux: the same answers, in other ways."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from gml_samples import GEODATABASE_ROWS, collection, geodatabase, plot
from tests_helpers import zipped

from eudr_geo.sources.cage import starting

ROOT = Path(__file__).parents[2]
READS = """
import hashlib, json, os, sys
for name in {hidden!r}:
    sys.modules[name] = None
from pathlib import Path
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.cage.wire import pack
from eudr_geo.sources.readers import choose
answers = {{}}
for number, path in enumerate(json.loads(sys.stdin.read())):
    folder = Path(str(number)); folder.mkdir(); os.chdir(folder)
    Path("in.bin").write_bytes(Path(path).read_bytes())
    source = Source(Path("in.bin"), "x")
    try:
        format_, read = choose(source)
        reading = read(source)
        answers[path] = [format_, hashlib.sha256(pack(reading)).hexdigest()]
    except WholeFileError as error:
        answers[path] = [error.code, error.why]
    os.chdir("..")
loaded = [name for name in ("fiona", "simdjson", "pyogrio") if sys.modules.get(name)]
print(json.dumps([answers, loaded]))
"""


def answers_of(paths, folder, hidden=()):
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READS.format(hidden=list(hidden))],
        input=json.dumps([str(path) for path in paths]), env={**starting.environment(folder), "PYTHONPATH": str(ROOT)},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Every sample of the repository, and one of each format that has none there."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "plots.gml").write_text(collection(plot("0071"), plot("B", "abc 108 12 109 13 109 12 108")))
    (folder / "base.zip").write_bytes(zipped(geodatabase(folder / "written.gdb", GEODATABASE_ROWS)))
    samples = [path for path in (ROOT / "sample_plots").rglob("*") if path.is_file() and path.suffix != ".md"]
    seeds = [path for path in (ROOT / "tests" / "hostile" / "seeds").iterdir() if path.suffix != ".md"]
    return sorted(samples) + sorted(seeds) + [folder / "plots.gml", folder / "base.zip"]


@pytest.fixture(scope="module")
def usual(paths, tmp_path_factory):
    return answers_of(paths, tmp_path_factory.mktemp("usual") / "x")[0]


@pytest.mark.parametrize("hidden", [("simdjson",), ("fiona",), ("simdjson", "fiona")], ids="+".join)
def test_every_sample_is_read_the_same_without(paths, usual, tmp_path, hidden):
    answers, loaded = answers_of(paths, tmp_path / "x", hidden)
    assert not set(loaded) & set(hidden)
    assert ("pyogrio" in loaded) == ("fiona" in hidden)
    assert {format_ for format_, _ in answers.values()} >= {"GML", "FileGDB", "MapInfo", "GeoJSON", "KML", "Shapefile"}
    assert answers == usual


def test_numbers_are_the_same_with_and_without_simdjson():
    from eudr_geo.sources.formats import numbers_in_json as door

    texts = [
        b"[]", b"[[108.05,12.68],[1e2,-3E-2]]", b"[-0.0]", b"[1e-999]", b"[1.7976931348623157e308]", b"[01]", b"[1.]",
        b"[.5]", b"[+1]", b"[1e999]", b"[NaN]", b"[Infinity]", b"[true]", b"[null]", b'["1"]', b"[{}]", b"[1,]", b"[1",
        b"[1]]", b"[1 2]", b"[1,\x002]", b"[1\x0c]", b"[" * 5000 + b"1" + b"]" * 5000, b"[123456789012345678901.5]",
    ]  # fmt: skip

    def told(read, text):
        try:
            return read(text).tolist()
        except door._FAULTS:
            return None

    if door.simdjson is None:
        pytest.skip("simdjson is not there: nothing to compare with")
    assert [told(door._by_json, text) for text in texts] == [told(door._by_simdjson, text) for text in texts]


IMPORTS_ALL = """
import importlib, os, pkgutil, signal, sys
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("fork", "setsid", "killpg", "waitid", "getuid", "register_at_fork"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGXCPU", "SIGXFSZ"):
    delattr(signal, name)
import eudr_geo
names = ["eudr_geo", *(found.name for found in pkgutil.walk_packages(eudr_geo.__path__, "eudr_geo."))]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


def test_every_module_is_imported_without_what_only_unix_has(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS_ALL], cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150

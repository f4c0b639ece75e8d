"""Payloads × names × ways in: no file makes us read another, ask an address, start a program or change anything."""

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from harness import PROGRAMS, ledger
from payloads import NAMES, SUFFIXES, payloads
from tests_helpers import SECRET

import eudr_geo
from eudr_geo.base.errors import EudrGeoError
from eudr_geo.cli import app
from eudr_geo.sources.reading import read_bytes, read_plots


def fingerprint(folder):
    """Every name and every byte below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def judged(reading, name):
    """Nothing of the secret, and a word on every file that gave no plot."""
    ledger(reading)
    assert SECRET not in repr(reading.files) + repr(reading.rejected), name
    for column in ("plot_id", "producer", "place", "extra"):
        assert not any(SECRET in value for value in reading.plots[column]), name
    for file in reading.files:
        if not file.plots:
            assert file.notes or file.rejected, f"{name}: {file.name} gave nothing, without a word"
            assert all(len(note.why) < 300 and "\n" not in note.why for note in file.notes), name


@pytest.fixture
def folder(canary, tmp_path):
    """Every payload under every name, in one folder."""
    where = tmp_path / "sent"
    where.mkdir()
    for (name, data), suffix in itertools.product(payloads(canary).items(), SUFFIXES):
        (where / f"{name}{suffix}").write_bytes(data)
    return where


@pytest.mark.cold
@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7, 43, 44, 45, 62, 69, 70, 71, files=len(NAMES) * len(SUFFIXES))
def test_no_payload_escapes_under_any_name(folder, tmp_path):
    """Through the door of the Python API, each file in a cage of its own."""
    before = fingerprint(folder)
    paths = sorted(folder.iterdir())
    assert len(paths) >= 250
    reading = read_plots(paths, country="VN", commodity="coffee")
    judged(reading, "all")
    by_payload = {}
    for file in reading.files:
        by_payload.setdefault(Path(file.name).stem, set()).add(
            (file.format, file.plots, file.rejected, tuple(note.code for note in file.notes))
        )
    different = {name: answers for name, answers in by_payload.items() if len(answers) > 1}
    assert not different, "the name of a file decided how it was read"
    assert fingerprint(folder) == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"sent"}


def run(arguments, data=None):
    done = CliRunner().invoke(app, arguments, input=data)
    if isinstance(done.exception, EudrGeoError):  # what main() says in one line
        return 2, f"{done.output}\n{done.exception}"
    assert done.exception is None or isinstance(done.exception, SystemExit), (arguments, done.exception)
    return done.exit_code, done.output


@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7, files=len(NAMES))
@pytest.mark.parametrize("command", ["check", "repair", "add"])
def test_no_payload_escapes_through_a_command(command, canary, tmp_path, monkeypatch):
    """Each payload once, the names taken in turn; all of them together, as somebody checks a folder."""
    (tmp_path / "sent").mkdir()
    monkeypatch.chdir(tmp_path)
    for (name, data), suffix in zip(payloads(canary).items(), itertools.cycle(SUFFIXES), strict=False):
        (tmp_path / "sent" / f"{name}{suffix}").write_bytes(data)
    arguments = {
        "check": ["check", "sent", "--country", "VN", "--format", "json"],
        "repair": ["repair", "sent", "--country", "VN", "-o", "repaired.geojson"],
        "add": ["add", "sent", "-p", "coop.gpkg", "--country", "VN", "--yes"],
    }[command]
    if command == "add":
        assert run(["init", "-p", "coop.gpkg", "--name", "Coop", "--country", "VN"])[0] == 0
    sent = fingerprint(tmp_path / "sent")
    code, said = run(arguments)
    assert code in {1, 2}
    assert SECRET not in said
    assert "Traceback" not in said
    assert fingerprint(tmp_path / "sent") == sent
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.parent.name != "sent":
            assert SECRET.encode() not in path.read_bytes(), path


@pytest.mark.fault(8)
@pytest.mark.parametrize("name", NAMES)
def test_no_payload_escapes_from_memory(canary, name):
    data = payloads(canary)[name]
    judged(read_bytes(f"{name}.geojson", data), name)


@pytest.mark.cold
@pytest.mark.fault(8)
def test_no_payload_escapes_from_a_path_as_text_or_the_public_verbs(canary, tmp_path):
    path = tmp_path / "plots.geojson"
    for data in list(payloads(canary).values())[:3]:
        path.write_bytes(data)
        judged(read_plots(str(path)), "text")
        judged(eudr_geo.read_plots([path]), "verb")


@pytest.mark.fault(5, 8)
@pytest.mark.parametrize(
    "name",
    [
        "vrt of a file",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("receiver's sentences", "gdal algorithm of a file")),
    ],
)
def test_the_program_itself_is_as_careful(canary, name, tmp_path):
    """A true process, from a file and from standard input, with the fake programs first on its PATH."""
    data = payloads(canary)[name]
    (tmp_path / "plots.csv").write_bytes(data)
    for argument, given in (("plots.csv", None), ("-", data)):
        done = subprocess.run(
            [sys.executable, "-m", "eudr_geo", "check", argument], cwd=tmp_path, input=given, capture_output=True, check=False
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode()
        assert done.returncode in {1, 2}
        assert SECRET not in said
        assert "Traceback" not in said
        assert "instructions or raw signals" in said


def test_the_fake_programs_would_be_found(canary):
    """The trap itself works: were a program started by name, it would be ours, and we would know."""
    assert all((Path(os.environ["PATH"].split(os.pathsep)[0]) / name).is_file() for name in PROGRAMS)
    subprocess.run(["gpsbabel"], check=True)
    assert canary.started.read_text() == "gpsbabel\n"
    canary.started.unlink()

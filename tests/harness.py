"""The fault harness, round every test: a file that must not be read or changed, a server that must not be asked,
programs that must not be started. Warm cages for all tests whose subject is not the cold start of one; and readers
without the cage, for tests that read thousands of files."""

import itertools
import os
import stat
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests_helpers import SECRET

from eudr_geo.model.plots import Plots
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources import cage
from eudr_geo.sources.cage.warm import Warm, is_possible
from eudr_geo.sources.readers import choose

PROGRAMS = ("gpsbabel", "java", "sh", "curl", "wget", "xdg-open", "libreoffice")


@dataclass
class Canary:
    """What a stranger's file would like to reach."""

    file: Path
    port: int
    started: Path
    hits: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/x"

    def check(self) -> None:
        assert self.hits == [], "a file made us ask an address"
        assert not self.started.exists(), f"a file made us start a program: {self.started.read_text()}"
        assert self.file.read_text() == SECRET_FILE, "a file made us change another one"


SECRET_FILE = f"plot_id,lat,lon\n{SECRET},12.68,108.05\n"


@pytest.fixture(scope="session")
def _canary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canary")
    (folder / "CANARY.csv").write_text(SECRET_FILE)
    for name in PROGRAMS:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >> {folder / 'started'}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    found = Canary(folder / "CANARY.csv", 0, folder / "started")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def canary(_canary, request, monkeypatch):
    if "browser" not in request.keywords:  # a browser may start what it likes
        monkeypatch.setenv("PATH", f"{_canary.started.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    yield _canary
    try:
        _canary.check()
    finally:
        _canary.hits.clear()
        _canary.started.unlink(missing_ok=True)
        _canary.file.write_text(SECRET_FILE)


class Stand:
    """Warm cages that all tests of a worker share: the same walls, and a tenth of the time of a cold start."""

    def __init__(self):
        self.cold, self.warm, self.read = False, None, cage.read

    def __call__(self, path, name, job, limits, warm=None):
        return self.read(path, name, job, limits, warm if self.cold or self.warm is None else self.warm)


@pytest.fixture(scope="session", autouse=True)
def _stand():
    stand = Stand()
    with pytest.MonkeyPatch.context() as patch, Warm(2) as warm:  # a process starts with the first file
        stand.warm = warm if is_possible() else None
        patch.setattr(cage, "read", stand)
        yield stand


@pytest.fixture(autouse=True)
def _cold_where_that_is_the_subject(_stand, request):
    _stand.cold = "cold" in request.keywords
    yield
    _stand.cold = False


@dataclass
class Seen:
    """What a reader made of a file, without the cage round it."""

    plots: Plots
    rejected: tuple
    notes: tuple
    format: str = ""
    crs: str = ""
    encoding: str = ""
    changes: tuple = ()

    @property
    def codes(self):
        return [note.code for note in self.notes]

    @property
    def reasons(self):
        return [(row.record, row.code) for row in self.rejected]


def ledger(reading):
    """The law of every import: each record is a plot or is rejected with a reason, and the files say the same."""
    for file in reading.files:
        assert file.records == file.plots + file.rejected, file.name
        assert file.plots == int((reading.plots["source"] == file.name).sum()), file.name
        assert file.rejected == sum(row.source == file.name for row in reading.rejected), file.name
        assert file.records or file.notes, f"{file.name}: nothing read, and no word about it"
    assert all(row.why and row.fix and row.code for row in reading.rejected)
    return reading


@pytest.fixture
def direct(tmp_path, monkeypatch):
    """Reads bytes as the child of the cage does, in this process: the same readers, a hundred times faster."""
    numbers = itertools.count()

    def read(data, name="x", **options):
        folder = tmp_path / f"direct{next(numbers)}"
        folder.mkdir()
        monkeypatch.chdir(folder)
        Path("in.bin").write_bytes(data.encode() if isinstance(data, str) else data)
        source = Source(Path("in.bin"), name, **options)
        try:
            format_, reader = choose(source)
            reading = reader(source)
        except WholeFileError as error:
            return Seen(Plots({}), (), (error,))
        (file,) = ledger(reading).files
        assert file.format == format_
        assert file.records == len(reading.plots) + len(reading.rejected)
        return Seen(reading.plots, reading.rejected, file.notes, file.format, file.crs, file.encoding, file.changes)

    return read

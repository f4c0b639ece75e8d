"""Canaries for every reading test: a file that must not be read, a server that must not be asked, a program that must
not be started."""

import itertools
import os
import stat
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests_helpers import SECRET

from eudr_geo.model.plots import Plots
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.readers import choose


class Canary:
    def __init__(self, file, port, hits, started):
        self.file, self.port, self.hits, self.started = file, port, hits, started


@pytest.fixture(autouse=True)
def canary(tmp_path, monkeypatch):
    folder = tmp_path / "canary"
    folder.mkdir()
    secret = folder / "CANARY.csv"
    secret.write_text(f"plot_id,lat,lon\n{SECRET},12.68,108.05\n")
    started = folder / "started"
    for name in ("gpsbabel", "java", "sh"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >> {started}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Canary(secret, server.server_port, hits, started)
    server.shutdown()
    server.server_close()
    thread.join()
    assert hits == [], "a file made us ask an address"
    assert not started.exists(), "a file made us start a program"


@dataclass
class Seen:
    """What a reader made of a file, without the cage round it."""

    plots: Plots
    rejected: tuple
    notes: tuple
    format: str = ""
    crs: str = ""
    encoding: str = ""

    @property
    def codes(self):
        return [note.code for note in self.notes]

    @property
    def reasons(self):
        return [(row.record, row.code) for row in self.rejected]


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
        (file,) = reading.files
        assert file.format == format_
        assert file.records == file.plots + file.rejected == len(reading.plots) + len(reading.rejected)
        assert all(row.why and row.fix for row in reading.rejected)
        return Seen(reading.plots, reading.rejected, file.notes, file.format, file.crs, file.encoding)

    return read

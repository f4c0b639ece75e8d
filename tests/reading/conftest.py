"""Canaries for every reading test: a file that must not be read, a server that must not be asked, a program that must
not be started."""

import os
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests_helpers import SECRET


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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Canary(secret, server.server_port, hits, started)
    server.shutdown()
    server.server_close()
    thread.join()
    assert hits == [], "a file made us ask an address"
    assert not started.exists(), "a file made us start a program"

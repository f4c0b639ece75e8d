"""Cages for many files: a process that has loaded the readers, and is copied for each file before it sees a byte of it.

Starting Python and loading numpy and shapely takes far longer than reading a small file. So one process does that once,
and forks a child for every file: the child shuts its walls and ends as a cage does, and what happens in it cannot reach
the next file. The process that is copied never reads anything of strangers. Only where the system can fork (Linux).
"""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eudr_geo.sources.cage.starting import command, environment

WORTH_IT = 3
"""Files from which on one warm process costs less than a cold one for each."""
_GRACE_S = 20.0  # to start up, and to notice that a child was killed


class WarmError(Exception):
    """The warm process is gone or does not answer; the file can be read in a cold cage."""


def is_possible() -> bool:
    """Tell whether this system can copy a running process safely."""
    return sys.platform == "linux" and hasattr(os, "fork")


class Warm:
    """A few warm processes, each serving one file at a time.

    Parameters
    ----------
    width
        How many.
    """

    def __init__(self, width: int) -> None:
        self._idle: queue.SimpleQueue[_Server | None] = queue.SimpleQueue()
        self._width = width
        for _ in range(width):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in range(self._width):
            server = self._idle.get()
            if server is not None:
                server.close()

    def run(self, folder: Path, job: dict[str, Any], wall_s: float) -> int | None:
        """Read one file; return the exit code of its child, None if it took too long.

        Raises
        ------
        WarmError
            When the process that is copied died or went dumb.
        """
        server = self._idle.get()
        try:
            server = server or _Server()
            return server.run(folder, job, wall_s)
        except (WarmError, OSError) as error:
            if server is not None:
                server.close()
            server = None
            raise WarmError from error
        finally:
            self._idle.put(server)


class _Server:
    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="eudr-geo-warm-")
        self._process = subprocess.Popen(
            command("--warm"),
            cwd=self._home.name,
            env=environment(Path(self._home.name)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._said = b""

    def run(self, folder: Path, job: dict[str, Any], wall_s: float) -> int | None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 – a pipe was asked for
        stdin.write(json.dumps({"folder": str(folder), "job": job}).encode() + b"\n")
        stdin.flush()
        child = self._number(_GRACE_S)
        if child is None or child < 2:
            raise WarmError
        code = self._number(wall_s)
        if code is not None:
            return code
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        if self._number(_GRACE_S) is None:
            raise WarmError
        return None

    def _number(self, timeout_s: float) -> int | None:
        """Next line of the process as a number, None when there was none in time."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 – a pipe was asked for
        end = time.monotonic() + timeout_s
        while b"\n" not in self._said:
            ready, _, _ = select.select([stdout], [], [], max(end - time.monotonic(), 0))
            if not ready:
                return None
            piece = os.read(stdout.fileno(), 64)
            if not piece or len(self._said) > 64:
                raise WarmError
            self._said += piece
        line, _, self._said = self._said.partition(b"\n")
        try:
            return int(line)
        except ValueError as error:
            raise WarmError from error

    def close(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()
        self._home.cleanup()

"""The process that is copied for each file: loads the readers, then forks, waits, tells; it reads no file itself."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def serve(read: Callable[[dict[str, Any]], None]) -> None:
    """Answer each line of stdin, a job, with two lines: the number of its child, and how that ended."""
    from eudr_geo.sources.cage.walls import load

    load()
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared
    while line := sys.stdin.buffer.readline():
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            _become_a_cage(told["folder"])
            code = 1
            try:
                read(told["job"])
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
            finally:
                os._exit(code)
        _say(child)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # whatever it started dies with it; its number is still its own
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    os.write(1, b"%d\n" % number)


def _become_a_cage(folder: str) -> None:
    """Leave the group, the folder and the pipes of the process this one is a copy of."""
    os.setsid()
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = folder
    nothing = os.open(os.devnull, os.O_RDWR)
    answer = os.open("out.bin", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(nothing, 0)
    os.dup2(answer, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    os.close(answer)

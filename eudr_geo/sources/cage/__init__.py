"""The cage: strangers' bytes are read in a process of their own, with little memory, little time and nowhere to go.

The child gets a copy of the file under a name of ours, an empty folder, no PATH, no network where the system can take
it away, and only the GDAL drivers we chose (set before GDAL is loaded; later has no effect). It answers in plain
buffers that are checked again here. Whatever it dies of becomes a finding.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from eudr_geo.base.limits import Limits, variable_of
from eudr_geo.model.plots import Note, Plots, Reading, SourceFile
from eudr_geo.sources.cage.drivers import ALLOWED
from eudr_geo.sources.cage.starting import command, environment
from eudr_geo.sources.cage.warm import Warm, WarmError, is_possible
from eudr_geo.sources.cage.wire import WireError, unpack
from eudr_geo.words.saying import say

_COPY_BLOCK = 1 << 20


def read(path: Path, name: str, job: dict[str, Any], limits: Limits, warm: Warm | None = None) -> tuple[Reading, Any]:
    """Read one file in the cage.

    Parameters
    ----------
    path
        The file.
    name
        The name the user knows it by; the child never sees it as a path.
    job
        What to read and what the user said about it: kind, country, commodity, crs, layer.
    limits
        Limits of the child.
    warm
        Where to take the child from, when many files are read; left out, it starts cold.

    Returns
    -------
    tuple
        The reading (with a note ``unreadable-file`` when the child failed), and the job's other answer, if any.
    """
    folder = Path(tempfile.mkdtemp(prefix="eudr-geo-cage-"))
    job = {**job, "name": name, "limits": asdict(limits)}
    child = warm or _Cold(folder, job)  # it loads the readers while the file is copied
    try:
        size, digest = _copy(path, folder / "in.bin", limits.file_bytes)
        if size > limits.file_bytes:
            return _failed(
                name,
                digest,
                size,
                say("reading:too-large", most=limits.file_bytes),
                say("reading:too-large.do", variable=variable_of("file_bytes")),
            ), None
        answer, complaint = _run(folder, job, limits, child)
        if complaint:
            return _failed(name, digest, size, complaint, say("reading:cage.do")), None
        try:
            reading, other = unpack(answer, name, limits)
        except WireError as error:
            return _failed(
                name, digest, size, say("reading:cage.nonsense", what=str(error)), say("reading:cage.do")
            ), None
        files = tuple(replace(file, sha256=digest, size_bytes=size) for file in reading.files)
        return Reading(reading.plots, reading.rejected, files), other
    finally:
        if isinstance(child, _Cold):
            child.close()
        shutil.rmtree(folder, ignore_errors=True)


def _copy(path: Path, target: Path, limit: int) -> tuple[int, str]:
    """Copy a file and hash it in one go; stop behind the limit."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, target.open("wb") as copy:
        while block := source.read(_COPY_BLOCK):
            size += len(block)
            digest.update(block)
            if size > limit:
                break
            copy.write(block)
    return size, digest.hexdigest()


def _run(folder: Path, job: dict[str, Any], limits: Limits, child: _Cold | Warm) -> tuple[bytes, str]:
    """Run the child; return its answer, or what it died of."""
    said = folder / "out.bin"  # a file and no pipe: its size is limited by the system, our memory is not
    code: int | None
    try:
        code = child.run(folder, job, limits.wall_s)
    except WarmError:
        cold = _Cold(folder, job)
        try:
            code = cold.run(folder, job, limits.wall_s)
        finally:
            cold.close()
    if code is None:
        return b"", say("reading:cage.wall", seconds=limits.wall_s)
    size = said.stat().st_size if said.is_file() else 0
    if code == 0:
        return (said.read_bytes(), "") if size <= limits.result_bytes else (b"", say("reading:cage.answer"))
    if code == -_SIGXCPU:
        return b"", say("reading:cage.cpu", seconds=limits.cpu_s)
    if code == -_SIGKILL:
        return b"", say("reading:cage.killed", seconds=limits.cpu_s)
    if code == MEMORY_EXIT:
        return b"", say("reading:cage.memory", megabytes=limits.memory_bytes // 1_000_000)
    if code in {DISK_EXIT, -_SIGXFSZ}:
        return b"", say("reading:cage.disk", megabytes=limits.disk_bytes // 1_000_000)
    return b"", say("reading:cage.crashed")


_SIGXCPU, _SIGKILL, _SIGXFSZ = (getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL", "SIGXFSZ"))
MEMORY_EXIT, DISK_EXIT = 77, 78
"""How the child says that its memory, or its share of the disk, ran out."""


class _Cold:
    """A child for one file: starts at once, and waits with its readers loaded until the file is there."""

    def __init__(self, folder: Path, job: dict[str, Any]) -> None:
        with (folder / "out.bin").open("wb") as answer:
            self._child = subprocess.Popen(
                command(json.dumps(job)),
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.PIPE,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # so that whatever it starts dies with it
            )

    def run(self, folder: Path, job: dict[str, Any], wall_s: float) -> int | None:  # noqa: ARG002 – told at the start
        """Let it read; return its exit code, None if it took too long."""
        try:
            with suppress(BrokenPipeError):  # it died before: its exit code tells
                self._child.communicate(b"\n", timeout=wall_s)
            return self._child.wait(timeout=wall_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.close()

    def close(self) -> None:
        """End it, and its children, should it have any; once, for its number may soon be another's."""
        child = self._child
        if child.stdin is None:
            return
        with suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(child.pid, signal.SIGKILL)
        if child.poll() is None:
            child.kill()
            child.wait()
        with suppress(BrokenPipeError):
            child.stdin.close()
        child.stdin = None


def _failed(name: str, digest: str, size: int, why: str, fix: str) -> Reading:
    note = Note("unreadable-file", why, fix)
    return Reading(Plots({}), (), (SourceFile(name, digest, size, "", notes=(note,)),))


def describe() -> tuple[str, str]:
    """Say how tight the cage is on this system, for ``eudr-geo doctor``."""
    from eudr_geo.sources.cage import landlock, walls

    parts = [f"GDAL reads only {', '.join(ALLOWED)}"]
    if walls.limits_memory():
        parts.append("memory, time and file size limited")
    elif sys.platform == "win32":
        parts.append("only the time is limited on Windows: memory and file size are counted by our own readers")
    else:
        parts.append("time and file size limited, memory not on this system: it is counted by our own readers")
    speaks = landlock.version()
    if walls.can_leave_network():
        parts.append("no network")
    else:
        parts.append(
            "no TCP" if speaks >= landlock.TCP_FROM else "network not taken away by the system, only from GDAL"
        )
    parts.append("other files and programs out of reach" if speaks else "other files not taken away by the system")
    parts.append("many files by copies of one process" if is_possible() else "every file starts a process")
    return "ready", ", ".join(parts)

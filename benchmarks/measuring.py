"""Run commands to their end and see what they cost: wall time, processor time, memory of the whole process tree."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.02


@dataclass(frozen=True)
class Run:
    """One run of a command and everything it started."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    code: int
    out: str


def measure(command: Sequence[str]) -> Run:
    """Run a command to its end and watch its whole process tree.

    The peak is the largest sum of resident memory over the tree at one moment, looked at every 20 ms. Pages that two
    processes share count twice, so it is rather too high than too low; a peak shorter than 20 ms may be missed, so the
    largest single process that the kernel saw is its lower bound.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_POLL_S):
            peak[0] = max(peak[0], sum(map(_resident, _tree(process.pid))))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    peak_mb = max(peak[0] / 1e6, usage.ru_maxrss * 1024 / 1e6)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak_mb, process.returncode, out)


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, ValueError):  # it has ended meanwhile
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def table(runs: dict[str, list[Run]]) -> str:
    """Medians, with the range of the wall time."""
    lines = [f"{'':32}{'wall s':>8}{'from–to':>14}{'CPU s':>8}{'peak MB':>9}"]
    for name, several in runs.items():
        walls = sorted(run.wall_s for run in several)
        span = f"{walls[0]:.1f}–{walls[-1]:.1f}"
        cpu, peak = (statistics.median(getattr(run, key) for run in several) for key in ("cpu_s", "peak_mb"))
        lines.append(f"{name:32}{statistics.median(walls):8.2f}{span:>14}{cpu:8.2f}{peak:9,.0f}")
    return "\n".join(lines)


def machine(packages: Sequence[str]) -> str:
    """What the figures were measured on: processor, load, versions."""
    here = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{here}, Python {platform.python_version()}\n" + ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in packages
    )

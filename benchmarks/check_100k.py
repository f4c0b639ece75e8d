"""How long ``eudr-geo check`` takes for 100 000 plots, and how much memory, beside ``geopandas.read_file``.

Both read the same file in the same run, in processes of their own, taking turns. What was seeded into the file is
compared with what was found: a fast wrong answer is none. Run it on a quiet machine::

    python benchmarks/check_100k.py [--count 100000] [--dense] [--repeat 3]

Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plot_generator import generate, truth_path

_POLL_S = 0.02
_PEER = """
import sys, time
start = time.perf_counter()
import geopandas
loaded = time.perf_counter()
plots = geopandas.read_file(sys.argv[1])
print(len(plots), loaded - start, time.perf_counter() - loaded)
"""
_VERSIONS = ("eudr-geo", "numpy", "shapely", "pyproj", "pysimdjson", "geopandas", "pyogrio", "fiona")


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


def compare(report: Path, plots: Path) -> list[str]:
    """Say for each seeded fault whether exactly the seeded records were found."""
    found, truth = json.loads(report.read_text()), json.loads(truth_path(plots).read_text())
    read = sum(one["records"] for one in found["inputs"])
    lines = [f"records: {read:,} of {truth['records']:,} read"]
    for rule, records in truth["faults"].items():
        named = {one["record"] for one in found["findings"] if one["rule"] == rule}
        missed, invented = len(set(records) - named), len(named - set(records))
        lines.append(f"{rule}: {len(records):,} seeded, {missed} missed, {invented} too many")
    return lines


def table(runs: dict[str, list[Run]]) -> str:
    """Medians, with the range of the wall time."""
    lines = [f"{'':32}{'wall s':>8}{'from–to':>14}{'CPU s':>8}{'peak MB':>9}"]
    for name, several in runs.items():
        walls = sorted(run.wall_s for run in several)
        span = f"{walls[0]:.1f}–{walls[-1]:.1f}"
        cpu, peak = (statistics.median(getattr(run, key) for run in several) for key in ("cpu_s", "peak_mb"))
        lines.append(f"{name:32}{statistics.median(walls):8.2f}{span:>14}{cpu:8.2f}{peak:9,.0f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when what was found is not what was seeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--count", type=int, default=100_000, help="how many plots (200 000 is the toolkit's limit a file)"
    )
    parser.add_argument("--dense", action="store_true", help="neighbours meet in slivers")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="eudr-geo-benchmark-") as folder:
        plots, report = Path(folder) / "plots.geojson", Path(folder) / "report.json"
        start = time.perf_counter()
        truth = generate(plots, given.count, dense=given.dense)
        size_mb = plots.stat().st_size / 1e6
        print(
            f"{truth.records:,} plots, {truth.corners:,} corners, {size_mb:.1f} MB of GeoJSON"
            f"{' (dense)' if given.dense else ''}; made in {time.perf_counter() - start:.1f} s, not counted"
        )
        ours = [sys.executable, "-m", "eudr_geo", "check", str(plots), "--format", "json", "-o", str(report)]
        peer = [sys.executable, "-c", _PEER, str(plots)]
        runs: dict[str, list[Run]] = {"eudr-geo check (all rules)": [], "geopandas.read_file (reads only)": []}
        inside: list[tuple[float, float]] = []
        for number in range(given.repeat):
            print(f"run {number + 1} of {given.repeat} …", file=sys.stderr)
            for name, command, allowed in zip(runs, (ours, peer), ({0, 1}, {0}), strict=True):
                run = measure(command)
                if run.code not in allowed:
                    print(f"{name} failed with exit code {run.code}", file=sys.stderr)
                    return 2
                runs[name].append(run)
            count, loading, reading = runs["geopandas.read_file (reads only)"][-1].out.split()
            if int(count) != truth.records:
                print(f"geopandas read {count} plots", file=sys.stderr)
                return 2
            inside.append((float(loading), float(reading)))
        print(table(runs))
        first, second = (statistics.median(run.wall_s for run in several) for several in runs.values())
        memory, peer_memory = (statistics.median(run.peak_mb for run in several) for several in runs.values())
        print(
            f"ratio: {first / second:.2f} × the time, {memory / peer_memory:.2f} × the memory of geopandas.read_file "
            f"(of whose time {statistics.median(one for one, _ in inside):.2f} s is import, "
            f"{statistics.median(one for _, one in inside):.2f} s the call)"
        )
        answers = compare(report, plots)
    print("\nfound what was seeded:", *answers, sep="\n  ")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"\n{machine}, Python {platform.python_version()}")
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in _VERSIONS))
    print(
        "\nThe two do not do the same: check reads, judges every plot by every rule and writes a report of all of them;"
        "\nread_file only reads. Not measured: a cold disk (the file is in the page cache), repair, maps, packages,"
        "\nother formats, holes and multipolygons (the file has none), more than one file at a time, other machines."
    )
    return int(any(" 0 missed, 0 too many" not in line for line in answers[1:]))


if __name__ == "__main__":
    sys.exit(main())

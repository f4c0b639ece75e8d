"""How long ``eudr-geo check`` takes for 100 000 plots, and how much memory, beside ``geopandas.read_file``.

Both read the same file in the same run, in processes of their own, taking turns. What was seeded into the file is
compared with what was found: a fast wrong answer is none. Run it on a quiet machine::

    python benchmarks/check_100k.py [--count 100000] [--dense] [--repeat 3]

Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measuring import Run, machine, measure, table
from plot_generator import generate, truth_path

_PEER = """
import sys, time
start = time.perf_counter()
import geopandas
loaded = time.perf_counter()
plots = geopandas.read_file(sys.argv[1])
print(len(plots), loaded - start, time.perf_counter() - loaded)
"""
_VERSIONS = ("eudr-geo", "numpy", "shapely", "pyproj", "pysimdjson", "geopandas", "pyogrio", "fiona")


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
    print(f"\n{machine(_VERSIONS)}")
    print(
        "\nThe two do not do the same: check reads, judges every plot by every rule and writes a report of all of them;"
        "\nread_file only reads. Not measured: a cold disk (the file is in the page cache), repair, maps, packages,"
        "\nother formats, holes and multipolygons (the file has none), more than one file at a time, other machines."
    )
    return int(any(" 0 missed, 0 too many" not in line for line in answers[1:]))


if __name__ == "__main__":
    sys.exit(main())

"""Processor time of tracing and of the store beside an earlier version of the code, in turn, in one run.

Each version runs in one process of its own; the two take turns, so that a busy machine slows both. The shortest of
several rounds counts. What is done is what ``trace_lots.py`` and ``store_100k.py`` do::

    git worktree add ../before e1f995f
    python benchmarks/against.py ../before [--rounds 3] [--most 1.2]

Exit code 1 when tracing or the store takes more than ``--most`` times what it took before.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_VERSIONS = ("eudr-geo", "numpy", "shapely", "sqlalchemy", "pandas")


def work(plots: int, deliveries: int) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Give the steps of one round: the benchmark, what is done, the work."""
    import store_100k
    import trace_lots

    from eudr_geo.lots.tracing import traces

    season = trace_lots.season(plots // 10, deliveries, 500)
    codes = season.table("lot")["code"].tolist()
    yield "trace_lots.py", f"a season of {deliveries:,} deliveries", lambda: traces(season, codes)
    shipped = trace_lots.shipment(2 * deliveries)
    yield "trace_lots.py", f"a consignment of {2 * deliveries:,} deliveries", lambda: traces(shipped, ["EXP-1"])
    with tempfile.TemporaryDirectory() as folder:
        for what, step in store_100k.steps(Path(folder) / "coop.gpkg", plots, deliveries, 500):
            yield "store_100k.py", what, step


def serve(plots: int, deliveries: int) -> None:
    """Do a round for each line of the input; print what each step took, JSON, s of processor time."""
    for _ in sys.stdin:
        took = []
        for benchmark, what, step in work(plots, deliveries):
            gc.collect()
            start = time.process_time()
            step()
            took.append((benchmark, what, time.process_time() - start))
        print(json.dumps(took), flush=True)


def version(folder: Path, given: argparse.Namespace) -> subprocess.Popen[str]:
    """Start the rounds with the code of a folder: same interpreter, same libraries, same work."""
    command = [sys.executable, __file__, str(folder), "--serve"]
    command += ["--plots", str(given.plots), "--deliveries", str(given.deliveries)]
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(HERE)])}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ours)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when a benchmark takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="folder of the earlier version")
    parser.add_argument("--plots", type=int, default=100_000)
    parser.add_argument("--deliveries", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=1.2, help="times what it took before")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        import eudr_geo

        if given.before.resolve() not in Path(eudr_geo.__file__).resolve().parents:
            raise SystemExit(f"the code of {given.before} was not taken")
        serve(given.plots, given.deliveries)
        return 0
    from measuring import machine

    print(machine(_VERSIONS))
    versions = [version(folder.resolve(), given) for folder in (given.before, HERE.parent)]
    best: list[dict[tuple[str, str], float]] = [defaultdict(lambda: float("inf")) for _ in versions]
    for _ in range(given.rounds):
        for process, shortest in zip(versions, best, strict=True):
            process.stdin.write("\n")
            process.stdin.flush()
            for benchmark, what, took in json.loads(process.stdout.readline()):
                shortest[benchmark, what] = min(shortest[benchmark, what], took)
    for process in versions:
        process.stdin.close()
        process.wait()
    before, now = best
    print(f"\n{'processor time, s':58}{'before':>9}{'now':>9}{'ratio':>8}")
    total: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key in before:
        print(f"{key[0]:16}{key[1]:42}{before[key]:9.3f}{now[key]:9.3f}{now[key] / before[key]:8.2f}")
        total[key[0]] = [one + more for one, more in zip(total[key[0]], (before[key], now[key]), strict=True)]
    ratios = {benchmark: new / old for benchmark, (old, new) in total.items()}
    for benchmark, (old, new) in total.items():
        print(f"{benchmark:16}{'together':42}{old:9.3f}{new:9.3f}{ratios[benchmark]:8.2f}")
    return int(max(ratios.values()) > given.most)


if __name__ == "__main__":
    sys.exit(main())

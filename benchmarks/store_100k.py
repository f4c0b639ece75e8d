"""How long a project takes with 100 000 plots: preview, store, read, the same again, undo; and with a large lot book.

In one process, on the disk named by ``--folder``. The figures are wall time; run it on a quiet machine::

    python benchmarks/store_100k.py [--count 100000] [--deliveries 50000] [--lots 500] [--folder /tmp]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from measuring import machine

from eudr_geo.model.findings import CheckResult, Findings
from eudr_geo.model.plots import Plots, Reading, SourceFile
from eudr_geo.model.workbook import book_of
from eudr_geo.project.importing import apply_book, apply_plots, preview_book, preview_plots
from eudr_geo.store import create_store

NOW = {"now": "2026-01-15T08:00:00Z", "who": "bench"}
_VERSIONS = ("eudr-geo", "numpy", "shapely", "sqlalchemy", "pandas")


def reading(count: int) -> Reading:
    """Plots of 22 corners in a grid, each of a producer of its own."""
    number = np.arange(count)
    centre = np.stack([105 + 0.002 * (number % 1000), 12 + 0.002 * (number // 1000)], axis=1)
    shapes = shapely.buffer(shapely.points(centre), 0.0005, quad_segs=5)
    shapes = shapely.set_precision(shapes, 1e-6)
    file = SourceFile("plots.geojson", "a" * 64, 10, "GeoJSON", records=count, plots=count)
    columns = {
        "source": ["plots.geojson"] * count,
        "record": number + 1,
        "plot_id": [f"P-{one}" for one in number],
        "producer_id": [f"H-{one // 3}" for one in number],
        "producer": [f"Farmer {one // 3}" for one in number],
        "country": ["VN"] * count,
        "commodity": ["coffee"] * count,
        "geometry": shapes,
    }
    return Reading(Plots(columns), (), (file,))


def book(plots: int, deliveries: int, lots: int) -> Any:
    """Day lots of many plots, each milled into a lot of green coffee."""
    day = [f"L-{one}-C" for one in range(lots // 2)]
    return book_of(
        {
            "lot": [{"code": code, "form": "cherry"} for code in day]
            + [{"code": code.replace("-C", "-G"), "form": "green"} for code in day],
            "delivery": [
                {
                    "code": f"D-{one}", "lot_code": day[one % len(day)], "plot_code": f"P-{one * 7 % plots}",
                    "producer_code": f"H-{one * 7 % plots // 3}", "quantity_kg": 40.0, "delivered_on": "2025-11-15",
                }
                for one in range(deliveries)
            ],
            "process": [{"code": f"M-{one}", "type": "wet_mill"} for one in range(len(day))],
            "process_line": [
                line
                for one, code in enumerate(day)
                for line in (
                    {"process_code": f"M-{one}", "direction": "in", "lot_code": code, "quantity_kg": 1000.0},
                    {"process_code": f"M-{one}", "direction": "out", "lot_code": f"{code[:-1]}G", "quantity_kg": 170.0},
                )
            ],
        }
    )  # fmt: skip


def steps(path: Path, plots: int, deliveries: int, lots: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Give the steps of a project one after the other, what each is called and its work; each has to be done."""
    land = reading(plots)
    checked = CheckResult(Findings([]), (), land.files, plots, 0)
    entries = book(plots, deliveries, lots)
    with create_store(path, organisation="Invented", country="VN") as store:
        shown: dict[str, Any] = {}

        def preview(name: str, work: Callable[[], Any]) -> Callable[[], Any]:
            return lambda: shown.update({name: work()})

        yield f"preview of {plots:,} new plots", preview("plots", lambda: preview_plots(store, land, checked, ()))
        yield "storing them", lambda: apply_plots(store, shown["plots"], **NOW)
        yield "reading them", store.load_plots
        yield "preview of the same plots again", preview("again", lambda: preview_plots(store, land, checked, ()))
        yield "storing them again: nothing new", lambda: apply_plots(store, shown["again"], **NOW)
        yield f"preview of {deliveries:,} deliveries", preview("book", lambda: preview_book(store, entries))
        yield "storing and attributing them", lambda: apply_book(store, shown["book"], **NOW)
        yield "reading the lot book", store.lot_book
        yield "undo of the lot book", lambda: store.undo(**NOW)
        yield "undo of the plots", lambda: store.undo(**NOW)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--deliveries", type=int, default=50_000)
    parser.add_argument("--lots", type=int, default=500)
    parser.add_argument("--folder", help="where the project is made")
    given = parser.parse_args(arguments)
    print(machine(_VERSIONS))
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        path = Path(folder) / "coop.gpkg"
        for what, work in steps(path, given.count, given.deliveries, given.lots):
            start = time.perf_counter()
            work()
            print(f"{what:44}{time.perf_counter() - start:8.2f} s{path.stat().st_size / 1e6:8.0f} MB", flush=True)


if __name__ == "__main__":
    main()

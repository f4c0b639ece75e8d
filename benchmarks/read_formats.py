"""How long the same plots take to read in each format, through the cage, beside the fastest raw way to read that file.

``read_plots`` starts a process with limits, counts every record itself, understands column names and keeps what the
file said; the raw way builds a GeoDataFrame (pyogrio; for CSV pandas and shapely) and no more. Both read the same file
in the same run, in processes of their own, taking turns::

    python benchmarks/read_formats.py [--count 100000] [--repeat 3] [--only CSV]

Exit code 1 when a ratio exceeds the goal, or a record is lost. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Run, machine, measure
from plot_generator import generate

GOAL = 2.0
"""Reading through the cage may take this many times the fastest raw way."""

_OURS = """
import sys
from eudr_geo import read_plots
reading = read_plots([sys.argv[1]])
print(len(reading.plots), reading.files[0].records)
"""
_RAW = """
import sys
from pyogrio import read_dataframe
print(len(read_dataframe(sys.argv[1])))
"""
_RAW_ARROW = """
import sys
from pyogrio import read_dataframe
print(len(read_dataframe(sys.argv[1], use_arrow=True)))
"""
_RAW_CSV = """
import sys
import geopandas, pandas, shapely
table = pandas.read_csv(sys.argv[1])
print(len(geopandas.GeoDataFrame(table, geometry=shapely.from_wkt(table["WKT"]), crs=4326)))
"""
_VERSIONS = ("eudr-geo", "numpy", "pandas", "shapely", "geopandas", "pyogrio", "python-calamine")


def files(folder: Path, count: int) -> dict[str, Path]:
    """Make the same plots in each format; a Shapefile holds only the polygons among them."""
    import geopandas as gpd

    made = {"GeoJSON": folder / "plots.geojson"}
    generate(made["GeoJSON"], count)
    plots = gpd.read_file(made["GeoJSON"])
    made["GeoPackage"] = folder / "plots.gpkg"
    plots.to_file(made["GeoPackage"], layer="plots")
    made["KML"] = folder / "plots.kml"
    plots.rename(columns={"ProductionPlace": "Name"}).to_file(made["KML"], driver="KML")
    made["CSV"] = folder / "plots.csv"
    table = plots.drop(columns="geometry")
    table.insert(0, "WKT", plots.geometry.to_wkt(rounding_precision=6, trim=False))
    table.to_csv(made["CSV"], index=False)
    parts = folder / "shapefile"
    parts.mkdir()
    polygons = plots[plots.geom_type == "Polygon"]
    short = {"ProducerName": "producer", "ProducerCountry": "country", "ProductionPlace": "plot_code"}
    short |= {"producer_code": "producerid", "mapped_on": "mapped_on"}
    polygons.rename(columns=short).astype({"mapped_on": str}).to_file(parts / "plots.shp", encoding="UTF-8")
    made["Shapefile"] = folder / "plots.zip"
    with zipfile.ZipFile(made["Shapefile"], "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(parts.iterdir()):
            archive.write(part, part.name)
    return made


def raw_ways(format_: str, path: Path) -> dict[str, list[str]]:
    """Return the ways to read the file that are raced for the fastest."""
    if format_ == "CSV":
        return {"pandas.read_csv + shapely": [sys.executable, "-c", _RAW_CSV, str(path)]}
    name = f"/vsizip/{path}/plots.shp" if format_ == "Shapefile" else str(path)
    ways = {"pyogrio": [sys.executable, "-c", _RAW, name]}
    if importlib.util.find_spec("pyarrow"):
        ways["pyogrio, Arrow"] = [sys.executable, "-c", _RAW_ARROW, name]
    return ways


def race(format_: str, path: Path, repeat: int) -> tuple[float, bool]:
    """Measure one format; print a line a way; return the ratio to the fastest raw way, and whether nothing was lost."""
    ways = {"eudr-geo, in the cage": [sys.executable, "-c", _OURS, str(path)], **raw_ways(format_, path)}
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(repeat):
        for name, command in ways.items():
            run = measure(command)
            if run.code:
                raise SystemExit(f"{name} failed on {format_} with exit code {run.code}")
            runs[name].append(run)
    ours, *raw = runs
    fastest = min(raw, key=lambda name: statistics.median(run.wall_s for run in runs[name]))
    wall = {name: statistics.median(run.wall_s for run in several) for name, several in runs.items()}
    peak = {name: statistics.median(run.peak_mb for run in several) for name, several in runs.items()}
    ratio, memory = wall[ours] / wall[fastest], peak[ours] / peak[fastest]
    for name in runs:
        told = f"{ratio:5.2f} × {memory:5.2f} ×" if name == ours else "  fastest raw" if name == fastest else ""
        file = f"{format_:11}{path.stat().st_size / 1e6:6.1f} MB"
        print(f"{file}  {name:27}{wall[name]:7.2f} s{peak[name]:8,.0f} MB  {told}")
    plots, records = map(int, runs[ours][-1].out.split())
    whole = plots == records == int(runs[fastest][-1].out)
    if not whole:
        print(f"{format_}: {records} records, {plots} plots, {runs[fastest][-1].out.strip()} the raw way")
    return ratio, whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when a goal is missed or a record lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="how many plots")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each")
    parser.add_argument("--make-in", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--only", action="append", metavar="FORMAT", help="only this format; may be repeated")
    given = parser.parse_args(arguments)
    if given.make_in:
        print(json.dumps({name: str(path) for name, path in files(given.make_in, given.count).items()}))
        return 0
    with tempfile.TemporaryDirectory(prefix="eudr-geo-benchmark-") as folder:
        # In a process of its own: what it held would count as the peak of every process started from here.
        maker = [sys.executable, __file__, "--count", str(given.count), "--make-in", folder]
        paths = json.loads(subprocess.run(maker, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        made = {name: Path(path) for name, path in paths.items()}
        print(f"{'':20}{'':29}{'wall':>9}{'peak':>11}  {'wall':>6} {'memory':>8}")
        found = {
            name: race(name, path, given.repeat) for name, path in made.items() if not given.only or name in given.only
        }
    print(f"\n{machine(_VERSIONS)}")
    slow = [f"{name} {ratio:.2f} ×" for name, (ratio, _) in found.items() if ratio > GOAL]
    print(
        f"above the goal of {GOAL:g} ×: {', '.join(slow)}" if slow else f"all within {GOAL:g} × of the fastest raw way"
    )
    return int(bool(slow) or not all(whole for _, whole in found.values()))


if __name__ == "__main__":
    sys.exit(main())

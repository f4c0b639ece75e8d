"""Small projects to play with, and a way to see every byte of one."""

import sqlite3
from contextlib import closing

import numpy as np
import shapely
from tests_helpers import plots_of

from eudr_geo.model.findings import CheckResult, Finding, Findings
from eudr_geo.model.plots import Reading, SourceFile
from eudr_geo.project.importing import apply_plots, preview_plots

EVENT = {"now": "2026-01-15T08:00:00Z", "who": "thu"}


def squares(n, *, start=0, size=0.001):
    """n squares in a row, going east."""
    west = 108 + 0.002 * np.arange(start, start + n)
    return shapely.box(west, 12.5, west + size, 12.5 + size)


def reading_of(geometries, *, name="a.geojson", digest="a", **columns):
    n = len(geometries)
    file = SourceFile(name, digest * 64, 10, "GeoJSON", records=n, plots=n)
    return Reading(plots_of(*geometries, source=[name] * n, **columns), (), (file,))


def result_of(reading, *, failing=()):
    findings = [
        Finding(
            "near-4-ha", "warning", "plot", "m", "h", "b", "a.geojson", 1,
            plot_id=reading.plots["plot_id"][row], row=row, measured={"area_ha": 3.9},
        )
        for row in failing
    ]  # fmt: skip
    return CheckResult(Findings(findings), (), reading.files, len(reading.plots), 0)


def put(store, reading, *, failing=(), changes=(), originals=(), **event):
    plan = preview_plots(store, reading, result_of(reading, failing=failing), changes)
    said = apply_plots(store, plan, originals=originals, **{**EVENT, **event})
    return plan, said


def contents(path, *, without=("journal", "journal_row")):
    """Every row of every table, the R-trees' too, as stored."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        names = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if row[0] not in without and not row[0].endswith(("_node", "_parent", "_rowid"))
        ]
        return {
            name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"'))) for name in names if name != "sqlite_stat1"
        }


def ask(path, query, *values):
    """What SQLite answers, from another connection."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(query, values).fetchall()

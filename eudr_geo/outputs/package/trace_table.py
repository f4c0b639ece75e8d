"""``trace.csv``: which plots fed each lot, and with how many kilograms."""

from __future__ import annotations

from eudr_geo.base.writing import csv_bytes
from eudr_geo.model.package import PackageData

SUMMARY = "which plots fed each lot, in kilograms (CSV)"
FILE = "trace.csv"


def render(package: PackageData) -> bytes:
    """Return the trace, one row a lot and plot, sorted by lot and plot, quantities in kg to the gram."""
    frame = package.trace
    return csv_bytes(list(frame.columns), frame.itertuples(index=False, name=None))

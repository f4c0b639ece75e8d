"""``dds_lines.csv``: the commodity lines to enter in a due diligence statement."""

from __future__ import annotations

from eudr_geo.base.writing import csv_bytes
from eudr_geo.lots.dds_lines import dds_lines
from eudr_geo.model.package import PackageData

SUMMARY = "commodity lines for the due diligence statement (CSV)"
FILE = "dds_lines.csv"


def render(package: PackageData) -> bytes:
    """Return the lines: HS code, country, lot, producers, plots and net mass in kg."""
    countries = dict(zip(package.plots["plot_id"], package.plots["country"], strict=True))
    frame = dds_lines(package.trace, package.lots, countries)
    return csv_bytes(list(frame.columns), frame.itertuples(index=False, name=None))

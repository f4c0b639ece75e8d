"""``dds_lines.csv``: the commodity lines to enter in a due diligence statement."""

from __future__ import annotations

from eudr_geo.base.writing import csv_bytes
from eudr_geo.lots.dds_lines import COLUMNS, table_of_lines
from eudr_geo.model.package import PackageData

SUMMARY = "commodity lines for the due diligence statement (CSV)"
FILE = "dds_lines.csv"


def render(package: PackageData) -> bytes:
    """Return the lines: statement, line, file, HS code, country, lot, producers, plots, net mass, unit, species."""
    return csv_bytes(COLUMNS, table_of_lines(package.lines))

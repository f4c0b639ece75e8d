"""``upstream.csv``: the suppliers' statements behind the packed lots, and the kilograms that they cover."""

from __future__ import annotations

from collections.abc import Mapping

from eudr_geo.base.writing import csv_bytes
from eudr_geo.model.package import PackageData

SUMMARY = "suppliers' statements behind the lots, in kilograms (CSV)"
FILE = "upstream.csv"
COLUMNS = ("reference_number", "lot_code", "quantity_kg", "quantity_min_kg", "quantity_max_kg")


def render(package: PackageData) -> Mapping[str, bytes]:
    """Return the statements, one row a statement and lot, sorted; no file where no lot was bought with one.

    Only the reference number is in it: with the verification number anybody can read the whole statement.
    """
    trace = package.trace
    bought = trace[trace["upstream_reference"] != ""]
    if not len(bought):
        return {}
    names = ["upstream_reference", "lot_code", "kg_attributed", "kg_min", "kg_max"]
    rows = bought.sort_values(["upstream_reference", "lot_code"], kind="stable")[names]
    return {FILE: csv_bytes(list(COLUMNS), rows.itertuples(index=False, name=None))}

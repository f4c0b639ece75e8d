"""``packing_list.csv``: containers, seals and bags of a consignment, and what came back of it."""

from __future__ import annotations

from collections.abc import Mapping

from eudr_geo.base.writing import csv_bytes
from eudr_geo.lots.shipments import PACKING_COLUMNS
from eudr_geo.model.package import PackageData

SUMMARY = "containers, seals, bags and net weights of the consignment, and what came back (CSV)"
FILE = "packing_list.csv"


def render(package: PackageData) -> Mapping[str, bytes]:
    """Return the lines, one row a container and lot; no file where the shipment states none of it."""
    return {FILE: csv_bytes(PACKING_COLUMNS, package.packing)} if package.packing else {}

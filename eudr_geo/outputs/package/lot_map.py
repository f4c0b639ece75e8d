"""``map.html``: which plots fed each lot, as one page that works without a network."""

from __future__ import annotations

from eudr_geo.model.package import PackageData
from eudr_geo.outputs.maps.data import LotMapData, MapLot
from eudr_geo.outputs.maps.making import lot_map, map_data

SUMMARY = "which plots fed each lot: interactive map (HTML, works offline)"
FILE = "map.html"


def render(package: PackageData) -> bytes:
    """Return the map of a package: its lots, its plots, its trace, its findings."""
    return lot_map(package_map(package)).encode()


def package_map(package: PackageData) -> LotMapData:
    """Return what the map of a package shows."""
    shipped = package.consignment.get("code", "")
    organisation = [package.organisation.get(key, "") for key in ("organisation", "season")]
    return map_data(
        package.plots,
        title=f"Origin of consignment {shipped}" if shipped else f"Origin of {', '.join(package.codes)}",
        subtitle=" · ".join(text for text in organisation if text),
        lots=[
            MapLot(str(row.code), str(row.form), str(row.stream_code), str(row.type), float(row.quantity_kg))
            for row in package.lots.itertuples()
        ],
        producers=package.producer_labels(),
        versions=[version for _, version in package.land()],
        feeds=package.trace,
        findings=package.check.findings,
    )

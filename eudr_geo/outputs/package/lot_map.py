"""``map.html``: which plots fed each lot, as one page that works without a network."""

from __future__ import annotations

from eudr_geo.law import country_names
from eudr_geo.model.package import PackageData
from eudr_geo.outputs.maps.data import LotMapData, MapLot, MapPlots
from eudr_geo.plots import countries
from eudr_geo.plots.geodesy import plot_area_ha

SUMMARY = "which plots fed each lot: interactive map (HTML, works offline)"
FILE = "map.html"

__all__ = ["FILE", "SUMMARY", "LotMapData", "MapLot", "MapPlots", "lot_map", "package_map", "render"]


def lot_map(data: LotMapData) -> str:
    """Return the map as the text of one HTML file that asks nothing of any other.

    Parameters
    ----------
    data
        What to show. Nothing else is read: no clock, no network, no file but the toolkit's own.
    """
    from eudr_geo.outputs.maps.offline import page  # folium takes half a second to import
    from eudr_geo.outputs.maps.payload import clean, payload

    return page(clean(data.title), payload(data))


def render(package: PackageData) -> bytes:
    """Return the map of a package: its lots, its plots, its trace, its findings."""
    return lot_map(package_map(package)).encode()


def package_map(package: PackageData) -> LotMapData:
    """Return what the map of a package shows."""
    import numpy as np

    plots = package.plots
    micro_first = package.lots.sort_values(["type", "code"], ascending=[False, True])
    names = country_names()
    versions = dict(zip(package.versions["plot_code"], package.versions["version"], strict=True))
    land = sorted(set(plots["country"].tolist()) - {""})
    measured, stated = plot_area_ha(plots), plots["area_ha"]
    shipped = package.consignment.get("code", "")
    organisation = [package.organisation.get(key, "") for key in ("organisation", "season")]
    return LotMapData(
        title=f"Origin of consignment {shipped}" if shipped else f"Origin of {', '.join(package.codes)}",
        subtitle=" · ".join(text for text in organisation if text),
        lots=[
            MapLot(str(row.code), str(row.form), str(row.stream_code), str(row.type), float(row.quantity_kg))
            for row in micro_first.itertuples()
        ],
        plots=MapPlots(
            code=plots["plot_id"],
            producer=package.producer_labels(),
            country=plots["country"],
            area_ha=np.where(measured > 0, measured, stated),
            geometry=plots.geometry,
            version=[versions.get(code, "") for code in plots["plot_id"]],
            producer_code=plots["producer_id"],
        ),
        feeds=package.trace,
        findings=tuple(package.check.findings),
        outlines=[(names.get(code, code), countries.outline(code)) for code in land if countries.is_known(code)],
    )

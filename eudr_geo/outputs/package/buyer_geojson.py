"""``plots_by_lot.geojson``: for buyers, one feature a lot and plot, kilograms and dates beside the EU's own names."""

from __future__ import annotations

from eudr_geo.model.package import PackageData
from eudr_geo.outputs.package.eudr_geojson import to_geojson

SUMMARY = "one feature a lot and plot, with kilograms and harvest dates (GeoJSON)"
FILE = "plots_by_lot.geojson"
PROFILE = "buyer"

LOT_COLUMNS = {
    "lot_code": "lot_code",
    "kg": "kg_attributed",
    "share": "share",
    "evidence_class": "evidence_class",
    "harvest_from": "harvest_from",
    "harvest_to": "harvest_to",
    "geometry_version": "plot_version",
}
"""Properties beside the official ones → columns of the trace; the EU system ignores them, a buyer joins on them."""


def render(package: PackageData) -> bytes:
    """Return the plots of each lot in the order of the trace; the four official properties come first."""
    row_of = {land: row for row, land in enumerate(package.land())}
    land = list(zip(package.trace["plot_code"], package.trace["plot_version"], strict=True))
    feeds = package.trace[[pair in row_of for pair in land]]
    rows = [row_of[pair] for pair in land if pair in row_of]
    places = package.places()
    labels = package.producer_labels()
    extra = feeds[list(LOT_COLUMNS.values())].rename(columns={old: new for new, old in LOT_COLUMNS.items()})
    return to_geojson(
        package.plots.take(rows),
        [labels[row] for row in rows],
        extra=extra.to_dict("records"),
        places=[places[row] for row in rows],
    )

"""The page's own words, by language. ``{}`` stands for the values, in order."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH: Mapping[str, str] = {
    "plot": "plot", "plots": "plots", "producer": "producer", "producers": "producers",
    "hectares": "hectares", "kilograms": "kilograms",
    "all_lots": "All lots", "all_lots_hint": "one colour a lot",
    "show": "Show",
    "micro": "micro-lot", "bulk": "bulk lot", "stream": "stream {}",
    "harvested": "harvested {} to {}", "harvested_on": "harvested {}",
    "legend_share": "Share of the lot’s weight",
    "legend_lots": "Lots",
    "legend_lots_hint": "A plot has the colour and shape of the lot to which it gave the largest share.",
    "legend_per_plot": "from each plot",
    "under": "under {}", "and_more": "{} and more",
    "signs": "Signs",
    "error_sign": "finding: error", "warning_sign": "finding: warning",
    "several_sign": "fed more than one lot",
    "group_sign": "several plots, ring by kg",
    "group_hint": "Click to see them.",
    "other_sign": "other plots",
    "find": "Find a plot or producer",
    "find_hint": "Code or name, for example {}",
    "find_none": "Nothing found. Check the spelling of the code or name.",
    "find_count": "{} found", "find_more": "{} more: type more letters.",
    "largest": "Largest shares",
    "plot_findings": "Plots with findings ({})",
    "lot_findings": "Findings about this lot ({})",
    "more": "and {} more",
    "error": "error", "warning": "warning", "note": "note",
    "row_producer": "Producer", "row_area": "Area", "row_place": "Position",
    "row_given": "Given", "row_share": "Share of lot", "row_bounds": "Between",
    "row_harvest": "Harvest", "row_evidence": "Evidence",
    "country": "country {}", "version": "version {}", "bounds": "{} and {} kg",
    "point": "given as a point; the circle has its declared area",
    "point_no_area": "given as a point, area not stated",
    "fed_nothing": "Fed none of the lots shown.",
    "exact": "exact: the delivery names the plot",
    "producer_evidence": "producer: the delivery names the producer, not the plot",
    "group": "group: only the collection group is known",
    "unknown": "unknown origin",
    "no_findings": "No findings.",
    "findings": "Findings",
    "unknown_kg": "{} kg have no known plot.",
    "without_area": "Area not known for {}.",
    "not_drawn": "Not on the map, no usable position: {}.",
    "no_plots": "No plots to show",
    "no_plots_hint": "No plot is linked to these lots yet. Enter the deliveries with their plots.",
    "fit": "Show all of it", "close": "Close", "zoom_in": "Zoom in", "zoom_out": "Zoom out",
    "bigger": "Show more", "smaller": "Show the map",
    "locator": "Where this is",
    "map": "Map of the plots. Arrow keys move it, plus and minus change its size.",
    "proportion": "Shares are attributed in proportion. “Between” gives the least and the most that is possible.",
    "claim": "This map is evidence of origin. It does not say that a product is deforestation-free or legal.",
    "credits": "eudr_geo {}. Drawn with Leaflet (BSD-2-Clause).",
    "credits_outline": "Outlines: Natural Earth, for orientation only.",
}  # fmt: skip

_LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH}


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language; English where it is not known."""
    return _LANGUAGES.get(language, _ENGLISH)

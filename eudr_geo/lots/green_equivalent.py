"""Green coffee equivalent: what a weight in any form would be as green coffee, and what a hectare can give of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.model.lot_book import Band

WARN_FACTOR, ERROR_FACTOR = 1.5, 3.0
"""Good practice: above so many times the typical yield a plot is doubted, or refused."""
HARDEST_KG_PER_HA = 6_000.0
"""Good practice: no hectare gives more green coffee in a season, whatever the country."""


@cache
def bands() -> Mapping[tuple[str, str, str], Band]:
    """Return the outturn bands: (form in, form out, species or "") → band. Dated, with sources, in ``data/``."""
    return {
        (row["form_in"], row["form_out"], row["species"]): Band(
            float(row["usual_low"]), float(row["usual_high"]), float(row["ceiling"])
        )
        for row in _rows("outturn_bands.csv")
    }


def green_factor(form: str, species: str = "") -> Band | None:
    """Return how many kg of green coffee 1 kg of a form is: usually at least and at most, and at the very most.

    Steps that have no band of their own are put together: wet parchment dries before it is hulled. None for a form
    that is no coffee of a known kind.

    Examples
    --------
    >>> green_factor("dry_parchment").ceiling, green_factor("green").low, green_factor("other")
    (0.9, 1.0, None)
    """
    if form == "green":
        return Band(1.0, 1.0, 1.0)
    if form == "roasted":
        roast = bands()["green", "roasted", ""]
        return Band(1 / roast.high, 1 / roast.low, 1 / roast.low)
    if form == "wet_parchment":
        dry, hulled = bands()["wet_parchment", "dry_parchment", ""], bands()["dry_parchment", "green", ""]
        return Band(dry.low * hulled.low, dry.high * hulled.high, dry.ceiling * hulled.ceiling)
    return bands().get((form, "green", species)) or bands().get((form, "green", ""))


def species_of(lot: Mapping[str, Any]) -> str:
    """Return arabica or robusta of what a lot says of its species, "" for anything else."""
    text = fold(lot.get("species") or "")
    if "arabica" in text:
        return "arabica"
    return "robusta" if "robusta" in text or "canephora" in text else ""


@cache
def _yields() -> Mapping[tuple[str, str], float]:
    return {(row["country"], row["species"]): float(row["typical_kg_per_ha"]) for row in _rows("yields.csv")}


def yield_caps(country: str, species: str = "") -> tuple[float, float]:
    """Return from how many kg of green coffee a hectare and season a plot is doubted, and refused.

    Typical yields are data with a source and a date (``data/yields.csv``); the factors are good practice.

    Examples
    --------
    >>> yield_caps("VN", "robusta"), yield_caps("ET")
    ((3750.0, 6000.0), (1200.0, 2400.0))
    """
    known = _yields()
    typical = known.get((country, species)) or known.get((country, "")) or known["", ""]
    return typical * WARN_FACTOR, min(typical * ERROR_FACTOR, HARDEST_KG_PER_HA)


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("eudr_geo").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))

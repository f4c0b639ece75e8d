"""What a weight in any form would be in the reference form of its commodity, and what a hectare can give of that.

Coffee is compared as green coffee, cocoa as dry beans, rubber as dry rubber, oil palm as crude oil, soya as beans. What
is counted in cubic metres or heads has no reference form.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.model.forms import KNOWN
from eudr_geo.model.lot_book import Band

WARN_FACTOR, ERROR_FACTOR = 1.5, 3.0
"""Good practice: above so many times the typical yield a plot is doubted, or refused."""
HARDEST_KG_PER_HA: Mapping[str, float] = {"coffee": 6_000.0}
"""Good practice: no hectare gives more of the reference form in a season, whatever the country."""
REFERENCES = frozenset(form for form, known in KNOWN.items() if known.is_reference)
"""Forms in which weights of their commodity are compared."""


@cache
def bands() -> Mapping[tuple[str, str, str], Band]:
    """Return the outturn bands: (form in, form out, species or "") → band. Dated, with sources, in ``data/``."""
    return {
        (row["form_in"], row["form_out"], row["species"]): Band(
            float(row["usual_low"]), float(row["usual_high"]), float(row["ceiling"])
        )
        for row in _rows("outturn_bands.csv")
    }


def reference_factor(form: str, species: str = "") -> Band | None:
    """Return how many kg of the reference form 1 kg of a form is: usually at least and at most, and at the very most.

    Steps that have no band of their own are put together: wet parchment dries before it is hulled. None for a form
    of which no source tells it.

    Examples
    --------
    >>> reference_factor("dry_parchment").ceiling, reference_factor("green").low, reference_factor("other")
    (0.9, 1.0, None)
    >>> reference_factor("wet_cocoa").high, reference_factor("rubber_sheet").high, reference_factor("logs")
    (0.49, 1.0, None)
    """
    if form in REFERENCES:
        return Band(1.0, 1.0, 1.0)
    known = KNOWN.get(form)
    if known is None or known.counted_in:
        return None
    onwards = sorted(REFERENCES & known.becomes) or [""]
    direct = bands().get((form, onwards[0], species)) or bands().get((form, onwards[0], ""))
    if direct:
        return direct
    for step in sorted(known.becomes - REFERENCES):  # one step, and from there
        first, rest = bands().get((form, step, "")), reference_factor(step, species)
        if first and rest:
            return Band(first.low * rest.low, first.high * rest.high, first.ceiling * rest.ceiling)
    for made_of in sorted(REFERENCES):
        band = bands().get((made_of, form, ""))
        if band and len(KNOWN[made_of].becomes) == 1:  # oil and meal of the same beans would count them twice
            return Band(1 / band.high, 1 / band.low, 1 / band.low)
    return None


def species_of(lot: Mapping[str, Any]) -> str:
    """Return arabica or robusta of what a lot says of its species, "" for anything else."""
    text = fold(lot.get("species") or "")
    if "arabica" in text:
        return "arabica"
    return "robusta" if "robusta" in text or "canephora" in text else ""


@cache
def _yields() -> Mapping[tuple[str, str, str], float]:
    return {
        (row["commodity"], row["country"], row["species"]): float(row["typical_kg_per_ha"])
        for row in _rows("yields.csv")
    }


def yield_caps(commodity: str, country: str, species: str = "") -> tuple[float, float] | None:
    """Return from how many kg of the reference form a hectare and season a plot is doubted, and refused.

    Typical yields are data with a source and a date (``data/yields.csv``); the factors are good practice. None for a
    commodity of which no source tells a yield.

    Examples
    --------
    >>> yield_caps("coffee", "VN", "robusta"), yield_caps("coffee", "ET"), yield_caps("wood", "CM")
    ((3750.0, 6000.0), (1200.0, 2400.0), None)
    >>> yield_caps("cocoa", "CI")
    (1050.0, 2100.0)
    """
    known = _yields()
    keys = ((commodity, country, species), (commodity, country, ""), (commodity, "", ""))
    typical = next((known[key] for key in keys if key in known), None)
    if typical is None:
        return None
    return typical * WARN_FACTOR, min(typical * ERROR_FACTOR, HARDEST_KG_PER_HA.get(commodity, float("inf")))


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("eudr_geo").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))

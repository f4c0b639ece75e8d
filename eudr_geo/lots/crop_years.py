"""When the crop year of a country usually begins: a proposal for a season without days, never a fact."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources


def usual_days(season: str, country: str, commodity: str) -> tuple[date, date] | None:
    """Return the first and last day of the crop year that a season usually is, None where no source tells.

    Twelve months from a month that is data with its source (``data/crop_years.csv``).

    Parameters
    ----------
    season
        Its code, as in ``2025/26``.
    country
        ISO 3166-1 alpha-2.
    commodity
        As the regulation calls it.

    Examples
    --------
    >>> [day.isoformat() for day in usual_days("2025/26", "VN", "coffee")]
    ['2025-10-01', '2026-09-30']
    >>> usual_days("2025/26", "VN", "wood"), usual_days("main crop", "VN", "coffee")
    (None, None)
    """
    months = _first_months()
    month = months.get((country, commodity)) or months.get(("", commodity))
    if month is None or not season[:4].isdigit():
        return None
    first = date(int(season[:4]), month, 1)
    return first, first.replace(year=first.year + 1) - timedelta(days=1)


@cache
def _first_months() -> Mapping[tuple[str, str], int]:
    text = resources.files("eudr_geo").joinpath("data", "crop_years.csv").read_text(encoding="utf-8")
    return {(row["country"], row["commodity"]): int(row["first_month"]) for row in csv.DictReader(text.splitlines())}

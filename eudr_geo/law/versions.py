"""Versions of the EU documents: which number or verb held in which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from eudr_geo.law.tables import table


@dataclass(frozen=True)
class EuVersion:
    """What the EU system's documents of one date say, where they differ from others."""

    name: str  # year and month
    values: Mapping[str, str]
    sources: Mapping[str, str]

    def number(self, name: str) -> float:
        """Return a number of this version, in the unit its row of ``eu_versions.csv`` tells.

        Examples
        --------
        >>> eu_version("2025-05").number("point_area_min"), eu_version().number("point_area_min")
        (0.1, 0.0001)
        """
        return float(self.values[name])

    def text(self, name: str) -> str:
        """Return a word of this version.

        Examples
        --------
        >>> eu_version("2025-05").text("beyond_six_decimals"), eu_version("2026-05").text("beyond_six_decimals")
        ('rounds', 'cuts off')
        """
        return self.values[name]


@cache
def _versions() -> Mapping[str, EuVersion]:
    rows = table("eu_versions.csv")
    return {
        name: EuVersion(
            name,
            {row["name"]: row["value"] for row in rows if row["version"] == name},
            {row["name"]: f"{row['source']} ({row['dated']})" for row in rows if row["version"] == name},
        )
        for name in sorted({row["version"] for row in rows})
    }


EU_VERSIONS: tuple[str, ...] = tuple(_versions())
"""Year and month of the documents that a check may follow, oldest first."""


def eu_version(name: str = "") -> EuVersion:
    """Return a version of the EU documents; by default the newest.

    Raises
    ------
    KeyError
        For a version that is not in ``eu_versions.csv``.
    """
    return _versions()[name or EU_VERSIONS[-1]]


NEWEST_EU_VERSION = eu_version()
"""What a check follows unless told otherwise."""

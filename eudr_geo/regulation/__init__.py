"""The law as data: every number of the regulation and of the EU system, with its source and date.

Nothing else in the toolkit holds such a number. ``GEO`` is the EUDR GeoJSON File Description v1.3 of 2026-05-29
(Operator API Reference v1.0, chapter 9); ``VAL`` the validation rules of the same document, chapter 10; ``ART`` an
article of Regulation (EU) 2023/1115 as consolidated on 2025-12-26.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

POLYGON_REQUIRED_ABOVE_HA = 4.0
"""ART 2(28): a plot of more than 4 ha (not cattle) is described by polygons."""
POINT_AREA_MIN_HA = 0.0001
"""VAL 2026: a point's area below this is refused (not cattle). It was 0.1 ha in the rules of 2025-02-18."""
POINT_AREA_MAX_HA = 4.0
"""VAL 2026: a point's area above this is refused (not cattle)."""
POINT_AREA_ASSUMED_HA = 4.0
"""GEO note 2: the EU system stores this area for a point that states none."""
NEAR_LIMIT_SHARE = 0.01
"""Good practice: within 1 % of 4 ha a polygon is the safe choice, because methods of measuring differ by 0.7 %."""
COORDINATE_DECIMALS = 6
"""ART 2(28): at least six decimal digits. VAL 2026: more are cut off (rounded, said the rules of 2025-02-18)."""
MIN_RING_POSITIONS = 4
"""GEO error 4 and RFC 7946, 3.1.6: positions of a ring, the closing one included."""
PRODUCER_NAME_MAX = 500
"""Schema of the EU system, release 8.2.1: length of a producer's name."""
PLACE_NAME_MAX = 200
"""Good practice: the EU system publishes no limit for ProductionPlace."""
GEOLOCATION_MAX_BYTES = 25_000_000
"""VAL 2026: 25 MB of geolocation a due diligence statement; read as 10^6 because the unit is not told."""
PRODUCERS_MAX_PER_LINE = 1_000
"""VAL 2026: producers of one commodity line."""
PRODUCERS_MAX_PER_STATEMENT = 10_000
"""VAL 2026: producers of one due diligence statement."""
EU_PROPERTIES = ("ProducerName", "ProducerCountry", "ProductionPlace", "Area")
"""GEO 9.3: the properties that the EU system reads, in this spelling only."""
CUT_OFF_DATE = "2020-12-31"
"""ART 2(13): deforestation after this date."""
APPLICATION_DATE = "2026-12-30"
"""ART 38(2) as amended by Regulation (EU) 2025/2650."""
COMMODITIES = ("coffee", "cocoa", "rubber", "oil-palm", "soya", "cattle", "wood")
"""ART 2(1): the relevant commodities."""
POINT_ANY_SIZE_COMMODITIES = frozenset({"cattle"})
"""ART 2(28): establishments of cattle are described by a point whatever their size."""
HUGE_PLOT_HA: Mapping[str, float] = {"coffee": 500.0, "cocoa": 500.0, "rubber": 5_000.0}
"""Good practice: above this a boundary is rarely one plot of the commodity but an estate, a district or a slip."""

_ALIASES: Mapping[str, str] = {
    "UK": "GB", "EL": "GR", "IVORY COAST": "CI", "COTE D IVOIRE": "CI", "VIET NAM": "VN", "LAO PDR": "LA",
    "TANZANIA": "TZ", "BOLIVIA": "BO", "VENEZUELA": "VE", "DR CONGO": "CD", "DRC": "CD", "LAOS": "LA", "RUSSIA": "RU",
    "USA": "US", "GREAT BRITAIN": "GB", "BURMA": "MM", "SWAZILAND": "SZ", "CAPE VERDE": "CV", "EAST TIMOR": "TL",
    "BRASIL": "BR", "COTE DIVOIRE": "CI", "DEMOCRATIC REPUBLIC OF THE CONGO": "CD", "PERU": "PE", "MEXICO": "MX",
}  # fmt: skip


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def country_names() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes in force → English short name."""
    return {row["iso2"]: row["name"] for row in _table("countries.csv")}


@cache
def _by_name() -> Mapping[str, str]:
    found = {_plain(row["name"]): row["iso2"] for row in _table("countries.csv")}
    found |= {row["iso3"]: row["iso2"] for row in _table("countries.csv") if row["iso3"]}
    return found | dict(_ALIASES)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.upper().replace("Đ", "D")).encode("ascii", "ignore").decode()
    return " ".join("".join(char if char.isalnum() else " " for char in letters).split())


def country_code(text: str) -> str:
    """Return the alpha-2 code that a text can only mean, or "".

    Examples
    --------
    >>> [country_code(text) for text in ("VN", "vn", "CIV", "Côte d'Ivoire", "UK", "Congo-Brazza")]
    ['VN', 'VN', 'CI', 'CI', 'GB', '']
    """
    code = text.strip().upper()
    if code in country_names():
        return code
    return _by_name().get(_plain(text), "")


@cache
def _risk() -> Mapping[str, str]:
    return {row["iso2"]: row["risk"] for row in _table("country_risk.csv")}


def country_risk(code: str) -> str:
    """Return low, standard or high (Implementing Regulation (EU) 2025/1093, in force since 2025-05-26).

    Territories that the act does not name are ``standard``: its Article 1(2) makes every country standard that is
    not listed, and for parts of listed states the answer is disputed.
    """
    return _risk().get(code, "standard")

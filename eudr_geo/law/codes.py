"""Countries as the EU system writes them: ISO 3166-1 alpha-2 codes, what people write instead, and their risk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from eudr_geo.base.cells import fold
from eudr_geo.law.tables import key_date, table

LOW, STANDARD, HIGH = "low", "standard", "high"
RISKS = (LOW, STANDARD, HIGH)
"""Levels of Article 29(1) of Regulation (EU) 2023/1115."""

_ANSWERS = frozenset({"no", "na", "si"})  # in small letters rather "no", "not available", "yes" than NO, NA, SI
_LITTLE_WORDS = frozenset({"the", "and", "of"})


@cache
def country_names() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes in force → usual English name."""
    return {row["iso2"]: row["name"] for row in table("countries.csv")}


@cache
def alpha_3() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes in force → alpha-3."""
    return {row["iso2"]: row["iso3"] for row in table("countries.csv")}


def _key(text: str) -> str:
    """A name as it is compared: no case, accents, punctuation or little words."""
    words = ["saint" if word == "st" else word for word in fold(text).split()]
    return " ".join([word for word in words if word not in _LITTLE_WORDS] or words)  # AND is Andorra


@cache
def _meanings() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {_key(name): (code,) for code, name in country_names().items()}
    found |= {three.casefold(): (code,) for code, three in alpha_3().items()}
    found |= {_key(row["name"]): tuple(row["iso2"].split()) for row in table("country_names.csv")}
    return found


def country_candidates(text: str) -> tuple[str, ...]:
    """Return the alpha-2 codes that a text may mean: one, several that it could equally mean, or none.

    Parameters
    ----------
    text
        A code of two or three letters, or a name in English, Spanish, French, Portuguese, Vietnamese or Indonesian.

    Examples
    --------
    >>> country_candidates("Congo"), country_candidates("Costa de Marfil"), country_candidates("Atlantis")
    (('CD', 'CG'), ('CI',), ())
    """
    given = text.strip()
    code = given.upper()
    if given in country_names() or (code in country_names() and given.casefold() not in _ANSWERS):
        return (code,)
    key = _key(given)
    return _meanings().get(key, ()) if key else ()


def country_code(text: str) -> str:
    """Return the alpha-2 code that a text can only mean, or "".

    Examples
    --------
    >>> [country_code(text) for text in ("VN", "vn", "CIV", "Côte d’Ivoire", "UK", "EL", "Viet Nam")]
    ['VN', 'VN', 'CI', 'CI', 'GB', 'GR', 'VN']
    >>> [country_code(text) for text in ("Congo", "no", "XX", "")]
    ['', '', '', '']
    """
    found = country_candidates(text)
    return found[0] if len(found) == 1 else ""


@cache
def _risks() -> Mapping[str, str]:
    return {row["iso2"]: row["risk"] for row in table("country_risk.csv")}


def country_risk(code: str, on: str = "") -> str:
    """Return a country's risk: low, standard or high.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2.
    on
        ISO date; by default the newest classification.

    Returns
    -------
    str
        "" for a code that is not in force. ``standard`` for every country that the act does not name (its Article
        1(2)), and for all before its first day (Article 29(2) of the regulation).

    Notes
    -----
    Implementing Regulation (EU) 2025/1093 of 22 May 2025, not amended up to 24 September 2026. For territories of a
    listed state the answer is disputed: see :func:`risk_is_settled`.

    Examples
    --------
    >>> country_risk("VN"), country_risk("CD"), country_risk("CG"), country_risk("MM"), country_risk("VN", "2025-01-01")
    ('low', 'standard', 'low', 'high', 'standard')
    """
    if code not in country_names():
        return ""
    return STANDARD if on and on < key_date("benchmark") else _risks().get(code, STANDARD)


def risk_is_settled(code: str) -> bool:
    """Tell whether the classification speaks of this country by its name; if not, "standard" is only the safe reading.

    Examples
    --------
    >>> risk_is_settled("VN"), risk_is_settled("RE")
    (True, False)
    """
    return code in _risks()

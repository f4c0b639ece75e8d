"""What the pages say of a rule in a language: its fault in one line, and what to do about it in general."""

from __future__ import annotations

from eudr_geo.checks import catalogue
from eudr_geo.words.tables import words


def fault_in(code: str, language: str) -> str:
    """Return the fault of a rule in one line, in a language; in English, what the rule itself says.

    Examples
    --------
    >>> fault_in("point-without-area", "es"), fault_in("point-without-area", "en")
    ('Un punto sin área.', 'A point states no area.')
    """
    rule = catalogue.load().get(code)
    return words("faults", language).get(code, "") or (rule.fault if rule else code)


def advice_in(code: str, language: str) -> str:
    """Return what to do about the fault of a rule in general, in a language; "" in English, where its page says it.

    Examples
    --------
    >>> advice_in("point-without-area", "pt"), advice_in("point-without-area", "en")
    ('Escreva a área em hectares.', '')
    """
    return words("faults", language).get(f"{code}.do", "")

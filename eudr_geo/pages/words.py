"""The fixed words of pages and worklists, in six languages (``data/page_words.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from eudr_geo import catalogue

LANGUAGES = ("en", "vi", "es", "fr", "pt", "id")


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("eudr_geo.data").joinpath("page_words.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(source.splitlines()))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language by key; ``{}`` in them stands for values, in order.

    Parameters
    ----------
    language
        One of :data:`LANGUAGES`; English where it is none of them.

    Examples
    --------
    >>> words("es")["error"], words("xx")["error"]
    ('error', 'error')
    """
    return _table().get(language, _table()["en"])


@cache
def _faults() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("eudr_geo.data").joinpath("fault_words.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(source.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE)}


def fault_in(code: str, language: str) -> str:
    """Return the fault of a rule in one line, in a language; in English where nobody has translated it.

    Examples
    --------
    >>> fault_in("point-without-area", "es"), fault_in("point-without-area", "en")
    ('Un punto sin área.', 'A point states no area.')
    """
    rule = catalogue.load().get(code)
    return _faults().get(code, {}).get(language, "") or (rule.fault if rule else code)


def advice_in(code: str, language: str) -> str:
    """Return what to do about the fault of a rule in general, in a language; "" in English, where each finding says it.

    Examples
    --------
    >>> advice_in("point-without-area", "pt"), advice_in("point-without-area", "en")
    ('Escreva a área em hectares.', '')
    """
    return _faults().get(code, {}).get(f"{language}_do", "")


def filled(text: str, *values: object) -> str:
    """Put values in the places of ``{}``; a value that has braces of its own stays as it is.

    Examples
    --------
    >>> filled("{} of {}", 3, "{}")
    '3 of {}'
    """
    first, *others = text.split("{}")
    return first + "".join(f"{value}{rest}" for value, rest in zip(values, others, strict=True))

"""The fixed words of pages and worklists, in six languages (``page.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("en", "vi", "es", "fr", "pt", "id")


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("eudr_geo.words").joinpath("page.csv").read_text(encoding="utf-8")
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


def filled(text: str, *values: object) -> str:
    """Put values in the places of ``{}``; a value that has braces of its own stays as it is.

    Examples
    --------
    >>> filled("{} of {}", 3, "{}")
    '3 of {}'
    """
    first, *others = text.split("{}")
    return first + "".join(f"{value}{rest}" for value, rest in zip(values, others, strict=True))

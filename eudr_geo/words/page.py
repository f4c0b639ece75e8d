"""The fixed words of pages and worklists (``page.csv``)."""

from __future__ import annotations

from collections.abc import Mapping

from eudr_geo.words import tables
from eudr_geo.words.tables import filled

__all__ = ["filled", "words"]


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language by key; ``{}`` in them stands for values, in order. English where it is unknown.

    Examples
    --------
    >>> words("es")["error"], words("xx")["error"]
    ('error', 'error')
    """
    return tables.words("page", language)

"""Which languages are spoken: those that the tables of words name, and one for each file in ``languages/``."""

from __future__ import annotations

from functools import cache

from eudr_geo.words import tables


@cache
def languages(table: str = "page") -> tuple[str, ...]:
    """Return the languages of a table of words, in the order of its header, those with a file of their own behind.

    Parameters
    ----------
    table
        A table of :func:`eudr_geo.words.tables.names`; by default the one that every reader of results meets.

    Examples
    --------
    >>> languages()
    ('en', 'vi', 'es', 'fr', 'pt', 'id')
    """
    own = tables.own_languages(table)
    return (*own, *(one for one in tables.further_languages() if one not in own))

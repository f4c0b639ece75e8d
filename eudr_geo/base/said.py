"""A sentence that knows what it says: English text that remembers its key and values, for every other language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


class Said(str):
    """An English sentence with the key of its row in the tables of words, and the values in it.

    It is text like any other: scripts and files that read English never notice. What shows it to a person asks
    :func:`eudr_geo.words.saying.in_language`. Joining or cutting it gives plain text that has forgotten.

    Parameters
    ----------
    text
        The sentence in English.
    key
        Table and row, as in ``findings:null-island``.
    values
        What stands in the places of the sentence, by name; a value may be a sentence of its own.

    Examples
    --------
    >>> sentence = Said("2 plots", "page:plots", {"count": 2})
    >>> sentence == "2 plots", sentence.key, sentence.upper()
    (True, 'page:plots', '2 PLOTS')
    """

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, Any]

    def __new__(cls, text: str, key: str, values: Mapping[str, Any]) -> Self:
        """Make a sentence; :func:`eudr_geo.words.saying.say` does it from a key."""
        self = super().__new__(cls, text)
        self.key = key
        self.values = values
        return self

    def __getnewargs__(self) -> tuple[str, str, Mapping[str, Any]]:  # type: ignore[override]
        """What a copy is made of."""
        return str(self), self.key, self.values

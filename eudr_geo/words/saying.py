"""Sentences by their keys: said in English, remembered, and said again in the language of whoever reads them.

A key names a table beside this file and a row in it: ``findings:null-island``. Places in a sentence have names and may
have a format, as in ``{area_ha:.2f}``; a language may put them in another order, but has the same ones. Numbers of all
languages but English have thin spaces between thousands, for a comma is read as a decimal mark in most of them; the
decimal mark is a point everywhere, as in every coordinate.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from eudr_geo.base.said import Said
from eudr_geo.words.tables import ENGLISH, names, table

_JOINED = "all"
"""Key of several sentences one behind the other."""
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
"""Between thousands; whoever escapes what cannot be printed lets it stand."""
_PLAIN = (str, int, float, bool, type(None))


def say(key: str, /, **values: Any) -> Said:
    """Return a sentence in English that can be said in every other language.

    Parameters
    ----------
    key
        Table and row.
    values
        What stands in its places: text, numbers, or sentences.

    Raises
    ------
    LookupError
        For a key that is in no table: a word is missing.

    Examples
    --------
    >>> say("commands:stored", summary="3 plots new")
    'Stored: 3 plots new.'
    """
    return Said(_template(key, ENGLISH).format(**values), key, values)


def counted(key: str, number: int, /, **values: Any) -> Said:
    """Return a sentence about a number of things: the row ``key.one`` for one of them, else the row itself.

    Examples
    --------
    >>> counted("commands:records", 1), counted("commands:records", 2000)
    ('1 record', '2,000 records')
    """
    return say(f"{key}.one" if number == 1 else key, number=number, **values)


def joined(parts: Sequence[str], between: str = "; ") -> str:
    """Return sentences one behind the other, each still able to be said in another language.

    Examples
    --------
    >>> joined(["a", "b"])
    'a; b'
    """
    if not any(isinstance(part, Said) for part in parts):
        return between.join(parts)
    if len(parts) == 1:
        return parts[0]
    return Said(between.join(parts), _JOINED, {"parts": tuple(parts), "between": between})


def knows(key: str) -> bool:
    """Tell whether a key is in its table."""
    name, _, row = key.partition(":")
    return name in names() and row in table(name)[ENGLISH]


@cache
def places(key: str) -> tuple[str, ...]:
    """Return the names of the places in a sentence, in their order.

    Examples
    --------
    >>> places("commands:stored")
    ('summary',)
    """
    found = (name for _, name, _, _ in string.Formatter().parse(_template(key, ENGLISH)) if name)
    return tuple(dict.fromkeys(found))


@cache
def _template(key: str, language: str) -> str:
    name, _, row = key.partition(":")
    if name not in names():  # a key may come from a process or a file that is not trusted: it opens nothing
        raise LookupError(f"no word for {key[:80]!r}: there is no table words/{name[:40]}.csv")
    try:
        known = table(name)
        return known.get(language, known[ENGLISH])[row]
    except KeyError as error:
        raise LookupError(f"no word for {key!r}: add a row to words/{name}.csv") from error


class _Numbers(string.Formatter):
    """Formats as Python does, numbers without commas between thousands, sentences in their language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as text."""
        if isinstance(value, str):
            return format(in_language(value, self._language), format_spec)
        return number_in(value, format_spec, self._language)


def number_in(value: float, format_spec: str, language: str) -> str:
    """Return a number as it stands in a language.

    Parameters
    ----------
    value
        The number.
    format_spec
        As Python formats it: ``,.2f``.
    language
        English has commas between thousands, every other language thin spaces.

    Examples
    --------
    >>> number_in(1260, ",.1f", "en"), number_in(1260, ",.1f", "vi").split(THIN_SPACE)
    ('1,260.0', ['1', '260.0'])
    """
    text = format(value, format_spec)
    return text if language == ENGLISH else text.replace(",", THIN_SPACE)


def in_language(text: str, language: str) -> str:
    """Return a text in a language: a sentence from its table, anything else as it is.

    Parameters
    ----------
    text
        A sentence of :func:`say`, or plain text such as a code or a name.
    language
        One of :func:`eudr_geo.words.languages.languages`; English where a table does not know it.

    Examples
    --------
    >>> in_language(say("commands:stored", summary="DL25-ML01-G"), "es")
    'Guardado: DL25-ML01-G.'
    >>> in_language("DL25-ML01-G", "es")
    'DL25-ML01-G'
    """
    if language == ENGLISH or not isinstance(text, Said):
        return str(text)
    if text.key == _JOINED:
        between: str = text.values["between"]
        return between.join(in_language(part, language) for part in text.values["parts"])
    return _Numbers(language).vformat(_template(text.key, language), (), text.values)


def to_plain(text: str) -> Any:
    """Return a text as plain data: itself, or a sentence as its key and values.

    Examples
    --------
    >>> to_plain(say("commands:stored", summary="x"))
    ['commands:stored', {'summary': 'x'}]
    """
    if not isinstance(text, Said):
        return str(text)
    if not text.values:
        return [text.key, {}]
    return [text.key, {name: _value_to_plain(value) for name, value in sorted(text.values.items())}]


def _value_to_plain(value: Any) -> Any:
    if type(value) in _PLAIN:  # nearly all
        return value
    if isinstance(value, Said):
        return {"said": to_plain(value)}
    if isinstance(value, (tuple, list)):
        return [_value_to_plain(part) for part in value]
    item = getattr(value, "item", None)  # a number of numpy
    plain = item() if callable(item) else value
    return plain if isinstance(plain, _PLAIN) else str(plain)


def from_plain(data: Any) -> str:
    """Return the text or sentence of :func:`to_plain`.

    Raises
    ------
    ValueError
        For data that is neither.
    LookupError
        For a sentence that nobody knows, or that lacks a value.
    """
    if isinstance(data, str):
        return data
    if not (isinstance(data, list) and len(data) == 2 and isinstance(data[0], str) and isinstance(data[1], Mapping)):
        raise ValueError("neither a text nor a sentence")
    values = {str(name): _value_from_plain(value) for name, value in data[1].items()}
    if data[0] == _JOINED:
        return joined([str(part) if not isinstance(part, str) else part for part in values["parts"]], values["between"])
    return say(data[0], **values)


def remembered(text: str, data: Any) -> str:
    """Return a text that was kept together with its :func:`to_plain`, as it was said then.

    Where the sentence has gone from the tables since, or has other places, the text stays in English.

    Examples
    --------
    >>> in_language(remembered("Stored: x.", ["commands:stored", {"summary": "x"}]), "fr")
    'Enregistré : x.'
    >>> in_language(remembered("It was so.", ["commands:no-longer", {}]), "fr")
    'It was so.'
    >>> in_language(remembered("Many records.", ["commands:records", {"number": "many"}]), "fr")
    'Many records.'
    """
    try:
        now = from_plain(data)
    except (LookupError, TypeError, ValueError):
        return text
    return Said(text, now.key, now.values) if isinstance(now, Said) else text


def _value_from_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_plain(value["said"])
    if isinstance(value, list):
        return tuple(_value_from_plain(part) for part in value)
    return value

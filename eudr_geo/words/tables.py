"""The tables of words beside this file: a key a row, a language a column.

The header of a table names its languages: what is neither ``key`` nor ``also`` is one. A further language comes as one
file, ``languages/<code>.csv`` with the columns ``key,text`` (and ``also``, where it has other names), which holds the
rows of every table: ``page:title`` is the row ``title`` of ``page.csv``.
"""

from __future__ import annotations

import csv
import string
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the tables lie."""

ENGLISH = "en"
_NO_LANGUAGE = ("key", "also")  # columns of a table that hold no words of one language
_SEVERAL = " | "  # between the names of a cell in ``also``


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    """Rows of a table of words; a cell that is not there is empty, too many cells are no table."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = tuple(csv.DictReader(lines, restval="", strict=True))
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise ValueError(f"{path.name}, row {number} ({row['key']}): more cells than headings")
    return rows


@cache
def _header(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(next(csv.reader(lines), ()))


@cache
def names() -> tuple[str, ...]:
    """Return the names of the tables, in order.

    Examples
    --------
    >>> "page" in names(), "map" in names()
    (True, True)
    """
    return tuple(path.stem for path in sorted(FOLDER.glob("*.csv")) if _header(path)[:1] == ("key",))


def own_languages(name: str) -> tuple[str, ...]:
    """Return the languages that the header of a table names, in its order."""
    return tuple(one for one in _header(FOLDER / f"{name}.csv") if one not in _NO_LANGUAGE)


@cache
def further_languages() -> tuple[str, ...]:
    """Return the languages that come as one file each, in order."""
    return tuple(path.stem for path in sorted((FOLDER / "languages").glob("*.csv")))


def _of_file(language: str, name: str, column: str) -> dict[str, str]:
    """Words, or other names, that the file of a further language has for a table."""
    rows = _rows(FOLDER / "languages" / f"{language}.csv")
    start = f"{name}:"
    return {row["key"].removeprefix(start): row.get(column, "") for row in rows if row["key"].startswith(start)}


def _written(name: str) -> dict[str, dict[str, str]]:
    """Language → key → word as written, in the order of the table; an empty word is none."""
    rows = _rows(FOLDER / f"{name}.csv")
    found = {language: {row["key"]: row[language] for row in rows} for language in own_languages(name)}
    for language in further_languages():
        found[language] = found.get(language, {}) | _of_file(language, name, "text")
    return {language: {key: text for key, text in words.items() if text.strip()} for language, words in found.items()}


@cache
def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return a table: language → key → word, every language with every key.

    A word that a language does not have yet stands in English; :func:`gaps` names it, and a test asks.

    Parameters
    ----------
    name
        One of :func:`names`.

    Raises
    ------
    OSError
        For a table that is not there.

    Examples
    --------
    >>> table("page")["es"]["warnings"]
    'advertencias'
    """
    written = _written(name)
    keys = [row["key"] for row in _rows(FOLDER / f"{name}.csv")]
    english = written.get(ENGLISH, {})
    return {
        language: {key: words.get(key) or english.get(key, "") for key in keys} for language, words in written.items()
    }


def words(name: str, language: str) -> Mapping[str, str]:
    """Return the words of a table in a language by key; English where the table does not know the language.

    Examples
    --------
    >>> words("page", "fr")["warnings"], words("page", "xx")["warnings"]
    ('avertissements', 'warnings')
    """
    known = table(name)
    return known.get(language) or known.get(ENGLISH, {})


@cache
def others(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return what else is understood, key → other names, from the columns ``also`` of a table and of language files."""
    found = {row["key"]: row.get("also", "") for row in _rows(FOLDER / f"{name}.csv")}
    for language in further_languages():
        for key, also in _of_file(language, name, "also").items():
            found[key] = _SEVERAL.join((found.get(key, ""), also))
    return {key: tuple(one for one in also.split(_SEVERAL) if one) for key, also in found.items()}


def filled(text: str, *values: object) -> str:
    """Put values in the places of ``{}``; a value that has braces of its own stays as it is.

    Examples
    --------
    >>> filled("{} of {}", 3, "{}")
    '3 of {}'
    """
    first, *rest = text.split("{}")
    return first + "".join(f"{value}{after}" for value, after in zip(values, rest, strict=True))


def _places(text: str) -> list[tuple[str, str]]:
    """Names and formats of the places in a text, sorted; a value that English can show, every language can."""
    found = string.Formatter().parse(text)
    return sorted((name, spec or "") for _, name, spec, _ in found if name is not None)


def gaps() -> Iterator[str]:
    """Tell what is wrong with the tables: a word that is missing, too much, there twice, or has other places.

    Examples
    --------
    >>> list(gaps())
    []
    """
    for name in names():
        keys = [row["key"] for row in _rows(FOLDER / f"{name}.csv")]
        for key in sorted({key for key in keys if keys.count(key) > 1 or not key}):
            yield f"{name}: the key {key!r} stands twice, or is empty"
        written = _written(name)
        for language, said in written.items():
            for key in keys:
                if key not in said:
                    yield f"{name}: no word for {key!r} in {language}"
                elif _places(said[key]) != _places(written.get(ENGLISH, {}).get(key, said[key])):
                    yield f"{name}: {key!r} has other places {{}} in {language} than in English"
            for key in said.keys() - set(keys):
                yield f"{name}: languages/{language}.csv has a row {key!r}, which is in no table"
    for language in further_languages():
        for row in _rows(FOLDER / "languages" / f"{language}.csv"):
            if row["key"].split(":", 1)[0] not in names():
                yield f"languages/{language}.csv: {row['key']!r} names no table"

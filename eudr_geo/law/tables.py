"""The dated tables beside this file, as rows of text."""

from __future__ import annotations

import csv
import pkgutil
from functools import cache


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV of this folder, one dictionary of text a row; an empty cell is "".

    Examples
    --------
    >>> table("dates.csv")[0]["date"]
    '2020-12-31'
    """
    data = pkgutil.get_data("eudr_geo.law", name)
    return tuple(csv.DictReader((data or b"").decode("utf-8").splitlines()))


@cache
def _rows() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in table("limits.csv")}


def limit(name: str) -> float:
    """Return a number of the regulation, in the unit its row tells.

    Raises
    ------
    KeyError
        For a name that is not in ``limits.csv``.
    """
    return float(_rows()[name]["value"])


def source_of(name: str) -> str:
    """Return where a limit stands, for messages and docs: article or document, and its date.

    Examples
    --------
    >>> source_of("polygon_required_above")
    'Regulation (EU) 2023/1115, Article 2(28) (2023-06-09)'
    """
    row = _rows()[name]
    return f"{row['source']} ({row['dated']})"


def key_date(name: str) -> str:
    """Return a date of the regulation's calendar, ISO 8601.

    Raises
    ------
    KeyError
        For a name that is not in ``dates.csv``.
    """
    return {row["name"]: row["date"] for row in table("dates.csv")}[name]

"""The one spelling of a season: ``2025/26``. Every season and crop year that is read or compared goes through here."""

from __future__ import annotations

import re
from typing import Any

from eudr_geo.base.cells import clean_text, text_of

_TWO_YEARS = re.compile(
    r"(?P<first>(?:19|20)?\d{2}) ?[-/_. \u2010-\u2015\u2212] ?(?P<second>(?:19|20)?\d{2})", re.ASCII
)
_YEAR_ALONE = re.compile(r"(?:19|20)\d{2}", re.ASCII)
_CENTURY = 2000  # of a year written with two digits: no book of a project is older


def season_code(text: Any) -> str | None:
    """Return a season as it is kept and compared, None where it cannot be read.

    Two years that follow each other, as people write them. A year alone is none: a harvest of 2025 may be that which
    began in 2024.

    Parameters
    ----------
    text
        What was written: text, or the number that a spreadsheet made of it.

    Examples
    --------
    >>> [season_code(text) for text in ("2025/26", "2025-26", "25/26", "2025/2026", " 2025 – 2026 ")]
    ['2025/26', '2025/26', '2025/26', '2025/26', '2025/26']
    >>> season_code("2025"), season_code("2025/27"), season_code("main crop"), season_code("1999/00")
    (None, None, None, '1999/00')
    """
    found = _TWO_YEARS.fullmatch(clean_text(text_of(text)))
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second"])
    first += 0 if first > 99 else _CENTURY
    follows = second == first + 1 if second > 99 else second == (first + 1) % 100
    return f"{first}/{(first + 1) % 100:02d}" if follows else None


def is_year_alone(text: Any) -> bool:
    """Tell whether one year stands where a season is asked: it may be the first or the second of two.

    Examples
    --------
    >>> is_year_alone("2025"), is_year_alone(2025.0), is_year_alone("2025/26")
    (True, True, False)
    """
    return _YEAR_ALONE.fullmatch(clean_text(text_of(text))) is not None


def as_season(text: Any) -> str:
    """Return a stored season for comparing: its code, else the text as it stands; "" for none.

    Older projects and other programs hold seasons as they were typed.

    Examples
    --------
    >>> as_season("2025-26"), as_season("main crop"), as_season(None)
    ('2025/26', 'main crop', '')
    """
    return season_code(text) or clean_text(text_of(text))

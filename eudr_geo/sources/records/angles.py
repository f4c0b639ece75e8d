"""Angles as people and devices write them: degrees, minutes, seconds, and the side of the globe in six languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eudr_geo.base.cells import fold
from eudr_geo.words.saying import say

LATITUDE, LONGITUDE = "lat", "lon"
_WORDS = {  # folded; single letters that mean one thing in every language
    LATITUDE: {
        "s": -1, "b": 1, "ls": -1, "lu": 1,  # B: bắc; LS, LU: lintang selatan, utara
        "north": 1, "nord": 1, "norte": 1, "bac": 1, "utara": 1,
        "south": -1, "sud": -1, "sur": -1, "sul": -1, "nam": -1, "selatan": -1,
    },
    LONGITUDE: {
        "e": 1, "d": 1, "l": 1, "t": -1, "w": -1, "o": -1,  # Đ: đông, L: leste, T: tây, O: oeste, ouest
        "bt": 1, "bb": -1,  # bujur timur, barat
        "east": 1, "est": 1, "este": 1, "leste": 1, "dong": 1, "timur": 1,
        "west": -1, "ouest": -1, "oeste": -1, "tay": -1, "barat": -1,
    },
}  # fmt: skip
_VIETNAMESE = {"b", "d", "t", "bac", "nam", "dong", "tay"}
_SIDE = r"[^\W\d_]+\.?"
_ANGLE = re.compile(
    rf"(?P<before>{_SIDE})?\s*(?P<sign>[-+\u2212])?\s*(?P<degrees>\d{{1,3}}(?:[.,]\d+)?)\s*(?:°|º|˚|\*|\bdeg\b|d(?=\s*\d)|\s|:|$|(?={_SIDE}))"
    rf"\s*(?:(?P<minutes>\d{{1,2}}(?:[.,]\d+)?)\s*(?:'|′|’|‘|`|´|\bmin\b|m(?=\s*\d)|\s|:|$|(?={_SIDE})))?"
    rf"\s*(?:(?P<seconds>\d{{1,2}}(?:[.,]\d+)?)\s*(?:\"|″|”|“|''|′′|’’|\bsec\b|s(?=\s|$)|\s|$|(?={_SIDE})))?"
    rf"\s*(?P<after>{_SIDE})?",
    re.IGNORECASE,
)
_PER_DEGREE = {"degrees": 0, "minutes": 2, "seconds": 3}
"""Decimals of a degree that a whole minute (1/60) and a whole second (1/3600) are worth."""


def side_words(texts: Iterable[str]) -> set[str]:
    """Return the words of sides that cells hold, folded: what language a table's letters are in.

    Examples
    --------
    >>> sorted(side_words(["12°40'B", "108°3' Đ", "12.5"]))
    ['b', 'd']
    """
    found: set[str] = set()
    for text in texts:
        if match := _ANGLE.fullmatch(text.strip()):
            found |= {fold(word) for word in (match["before"], match["after"]) if word}
    return found


def parse_angle(text: str, axis: str, words: Iterable[str] = ()) -> tuple[float, int] | None:
    r"""Return an angle in decimal degrees, and how many decimals of a degree it was written to; None if it is none.

    Parameters
    ----------
    text
        A cell: ``12°40'48.1"N``, ``N 12 40.802``, ``108° 3′ Đ``, ``75.5 O``.
    axis
        ``lat`` or ``lon``: O is west, L is east, B is north.
    words
        Words of sides in the whole table: where others are Vietnamese, ``N`` may be *nam*, south; it is refused there.

    Raises
    ------
    ValueError
        For a text that can be understood in two ways; says which.

    Examples
    --------
    >>> parse_angle("12°40'48\"N", "lat"), parse_angle("108 3.405 E", "lon")
    ((12.68, 3), (108.05675, 5))
    >>> parse_angle("75°30'O", "lon"), parse_angle("12.68", "lat"), parse_angle("hello", "lat")
    ((-75.5, 2), (12.68, 2), None)
    >>> parse_angle("12°40'N", "lat", ["đ"])
    Traceback (most recent call last):
        ...
    ValueError: N may mean north, or nam (south)
    """
    match = _ANGLE.fullmatch(text.strip())
    if match is None:
        return None
    side = _side(match, axis, {fold(word) for word in words})
    if side is None:
        return None
    parts = {name: match[name] for name in _PER_DEGREE if match[name] is not None}
    finest = list(parts)[-1]
    if any("." in value or "," in value for name, value in parts.items() if name != finest):
        return None  # 12.5° 30': a part behind a fraction
    numbers = {name: float(value.replace(",", ".")) for name, value in parts.items()}
    if numbers.get("minutes", 0) >= 60 or numbers.get("seconds", 0) >= 60:
        return None
    decimals = _PER_DEGREE[finest] + len(parts[finest].replace(",", ".").partition(".")[2])
    value = numbers["degrees"] + numbers.get("minutes", 0) / 60 + numbers.get("seconds", 0) / 3600
    # A hundred-millionth of a degree is a millimetre: what is behind it is the division's own.
    return side * round(value, 8), decimals


def _side(match: re.Match[str], axis: str, words: set[str]) -> int | None:
    told = [fold(word) for word in (match["before"], match["after"]) if word]
    is_minus = match["sign"] in {"-", "\u2212"}
    if not told:
        return -1 if is_minus else 1
    if len(told) > 1 or match["sign"]:
        return None
    (word,) = told
    if axis == LATITUDE and word == "n":
        if words & _VIETNAMESE:
            raise ValueError(say("tables:angle.north-or-nam"))
        return 1
    return _WORDS[axis].get(word)

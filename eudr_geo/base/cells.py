"""Text as people write it in sheets → values: numbers, dates, codes, headings. In doubt nothing, never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

HEADING_LIKENESS = 0.85
"""Likeness from which a misspelt heading is taken for a known one (``Longuitud``). Never used for codes."""

SHORTEST_LIKENESS = 5
"""Headings shorter than this must be exact: ``lot`` and ``plot`` are 86 % alike."""

_UNIT_AFTER = re.compile(r"\s{0,9}(kgs?|kilos?|ha|hectares?|hecta|m2|m²|%|°)\.?\s*$", re.IGNORECASE)
_BLANKS = " \u00a0\u202f'’"
_POSSESSIVE = re.compile(r"['’]s\b")
_HYPHENS = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return text for comparing headings: no case, accents or punctuation; ``đ`` has no decomposition and is mapped.

    Examples
    --------
    >>> fold("  Mã thửa đất (*)"), fold("ProducerName"), fold("AREA_ha")
    ('ma thua dat', 'producername', 'area ha')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d").replace("ı", "i"))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in letters).split())


def clean_text(text: str) -> str:
    """Return text in NFC with plain blanks, none doubled or at the ends, without invisible marks.

    Examples
    --------
    >>> clean_text(" Y  Blơm ")
    'Y Blơm'
    """
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


_CLEAN_CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*", re.ASCII)


def clean_code(text: str) -> str:
    """Return a code as it is compared: NFKC, upper case, no blanks at the ends or round hyphens, one kind of hyphen.

    Examples
    --------
    >>> clean_code(" sam -013 "), clean_code("0071"), clean_code("ml03–g")
    ('SAM-013', '0071', 'ML03-G')
    """
    if _CLEAN_CODE.fullmatch(text):  # as most codes are written
        return text
    code = _HYPHENS.sub("-", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).upper())
    return re.sub(r"\s*-\s*", "-", " ".join(code.split()))


def shown(value: Any) -> str:
    r"""Return a value for a message: at most 80 characters, control characters as escapes.

    Examples
    --------
    >>> print(shown("12" + chr(9) + "40"), len(shown("x" * 500)))
    12\t40 80
    """
    letters = (char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in str(value))
    return "".join(letters)[:80]


def letters(column: int) -> str:
    """Return the name of a column, 0 for A.

    Examples
    --------
    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


_CLEAN_CODES = re.compile(rf"(?:{_CLEAN_CODE.pattern}\n)*", re.ASCII)


def clean_codes(texts: Sequence[str]) -> Sequence[str]:
    """Return codes as :func:`clean_code` does each, looked at as a whole.

    Examples
    --------
    >>> clean_codes(["sam -013", "0071"]), clean_codes(["A-1", "A-2"])
    (['SAM-013', '0071'], ['A-1', 'A-2'])
    """
    whole = "\n".join([*texts, ""])
    is_clean = whole.count("\n") == len(texts) and _CLEAN_CODES.fullmatch(whole)
    return texts if is_clean else [clean_code(text) for text in texts]


def text_of(value: Any) -> str:
    """Return a cell as text; whole numbers without the ``.0`` that spreadsheets keep to themselves."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


_ONE_MARK = re.compile(r"-?([0-9]+)([.,])([0-9]+)")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LONGEST = 200  # characters: more than any number that somebody meant
_GROUP = 3  # digits of a group of thousands


def decimal_mark(values: Iterable[str]) -> str:
    """Return the decimal mark of a column of numbers: "." or ",", "" when the column does not tell.

    A column tells when a number in it can be read with one mark only and no other number contradicts it.

    Examples
    --------
    >>> decimal_mark(["12,5", "1.234,5"]), decimal_mark(["1,234.5"]), decimal_mark(["1.234", "12"])
    (',', '.', '')
    >>> decimal_mark(["12,5", "12.5"]), decimal_mark(["Buôn Ma Thuột, Ea Tam"])
    ('', '')
    """
    votes: set[str] = set()
    for value in values:
        if plain := _ONE_MARK.fullmatch(value):
            # Three digits behind one to three that do not begin with zero may be thousands: that tells nothing.
            if len(plain[3]) != _GROUP or len(plain[1]) > _GROUP or plain[1].startswith("0"):
                votes.add(plain[2])
        elif "." in value or "," in value:
            readable = [mark for mark in ".," if _read(value, mark) is not None]
            votes.update(readable if len(readable) == 1 else ())
    return votes.pop() if len(votes) == 1 else ""


@lru_cache(maxsize=2)
def _grammar(mark: str) -> re.Pattern[str]:
    """Grammar of a number: thousands in threes with one and the same mark, or none; a leading zero has no thousands."""
    other = re.escape("," if mark == "." else ".") + _BLANKS
    point = re.escape(mark)
    whole = rf"[1-9]\d{{0,2}}(?P<group>[{other}])\d{{3}}(?:(?P=group)\d{{3}})*|\d+"
    return re.compile(rf"[-+]?(?:(?:{whole})(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d{{1,2}})?")


def _read(text: str, mark: str) -> float | None:
    if mark == "." and _PLAIN.fullmatch(text):  # what nearly every number looks like
        return float(text)
    if len(text) > _LONGEST:
        return None  # thousands of blanks would cost the pattern seconds
    digits = _UNIT_AFTER.sub("", unicodedata.normalize("NFKC", text).strip().replace("−", "-"))
    if not _grammar(mark).fullmatch(digits):
        return None
    plain = re.sub(rf"[{_BLANKS}{',' if mark == '.' else '.'}]", "", digits)
    return float(plain.replace(",", "."))


def parse_number(text: str, mark: str = "") -> float | None:
    """Return a number, or None where the text is none or could mean two numbers.

    Parameters
    ----------
    text
        As written; a unit after it, blanks and apostrophes between thousands are accepted.
    mark
        The column's decimal mark from :func:`decimal_mark`; "" to judge this text alone.

    Examples
    --------
    >>> parse_number("412,5"), parse_number("1.234,5 kg"), parse_number("1.234"), parse_number("1.234", ",")
    (412.5, 1234.5, None, 1234.0)
    >>> parse_number("1.2.3"), parse_number("412,5", "."), parse_number("0,123"), parse_number("-1 234.5")
    (None, None, 0.123, -1234.5)
    """
    if mark:
        return _read(text, mark)
    meanings = {value for each in ".," if (value := _read(text, each)) is not None}
    return meanings.pop() if len(meanings) == 1 else None


_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_DMY = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_NAMED = re.compile(r"(\d{1,2})[- /.]*([a-z]{3})[a-z]*[- /.,]*(\d{4})")
_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BUDDHIST_AHEAD = 543


@lru_cache(maxsize=4096)
def parse_date(text: str) -> str | None:
    """Return an ISO 8601 date: ISO, day/month/year (the order of the countries served), or an Excel day number.

    A year of two digits is of this century up to 49; Thai and Lao years are taken back by 543; a year outside
    1900–2100 after that is no date.

    Examples
    --------
    >>> parse_date("15/11/2025"), parse_date("15-11-25"), parse_date("2568-11-15"), parse_date("45976")
    ('2025-11-15', '2025-11-15', '2025-11-15', '2025-11-15')
    >>> parse_date("ngày 15 tháng 11 năm 2025"), parse_date("15-Nov-2025"), parse_date("11/31/2025")
    ('2025-11-15', '2025-11-15', None)
    """
    text = clean_text(text)
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _DMY.fullmatch(text):
        year = int(match[4])
        if len(match[4]) == 2:
            year += 2000 if year < 50 else 0
        return _day(year, int(match[3]), int(match[1]))
    if _SERIAL.fullmatch(text):
        return excel_day(float(text))
    plain = fold(text)
    if match := _WORDS.fullmatch(plain):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if (match := _NAMED.fullmatch(plain)) and match[2] in _MONTHS:
        return _day(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    return None


def excel_day(number: float) -> str:
    """Return the ISO date of an Excel day number (1900 system; it counts a 29 February 1900 that never was).

    Examples
    --------
    >>> excel_day(45976.5)
    '2025-11-15'
    """
    return (date(1899, 12, 30) + timedelta(days=int(number))).isoformat()


def _day(year: int, month: int, day: int) -> str | None:
    if 2443 <= year <= 2643:  # Thailand and Laos count 543 years ahead
        year -= _BUDDHIST_AHEAD
    if not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def match_heading(heading: str, dictionary: Mapping[str, Sequence[str]], *, alike: bool = True) -> tuple[str, ...]:
    """Return the keys that a heading may stand for: none, one, or several that are equally like it.

    Parameters
    ----------
    heading
        As written, with or without a unit in brackets or a star.
    dictionary
        Key → headings that mean it.
    alike
        Whether a misspelt heading counts, word by word: ``Plot no`` is no misspelt ``Lot no``.

    Examples
    --------
    >>> match_heading("Longuitud *", {"lon": ["Longitud", "Longitude"], "lat": ["Latitud"]})
    ('lon',)
    >>> match_heading("plot", {"lot": ["lot"]}), match_heading("Loài", {"species": ["Loài"], "type": ["Loại"]})
    ((), ('species',))
    >>> match_heading("Altitude", {"lat": ["Latitude"]}), match_heading("Farmer's name", {"producer": ["farmer name"]})
    ((), ('producer',))
    """
    bare = re.sub(r"[(\[].*?[)\]]", " ", heading)
    wanted = fold(_POSSESSIVE.sub("", bare))
    if not wanted:
        return ()
    # With its accents a heading may be clear where without them it is not: Loài is a species, Loại a kind.
    accented = clean_text(bare).strip(" *:.").casefold()
    same = tuple(key for key, names in dictionary.items() if accented in {name.casefold() for name in names})
    if len(same) == 1:
        return same
    squeezed = wanted.replace(" ", "")
    folded = {key: [fold(name) for name in names] for key, names in dictionary.items()}
    exact = tuple(key for key, names in folded.items() if any(squeezed == name.replace(" ", "") for name in names))
    if exact or not alike or len(squeezed) < SHORTEST_LIKENESS:
        return exact
    best: dict[str, float] = {}
    for key, names in folded.items():
        likeness = max((_likeness(wanted, name) for name in names), default=0.0)
        if likeness >= HEADING_LIKENESS:
            best[key] = likeness
    top = max(best.values(), default=0.0)
    return tuple(key for key, likeness in best.items() if likeness == top)


def _likeness(one: str, other: str) -> float:
    """Likeness of two headings: of the words that differ, none of which may be short; 0 below what counts."""
    words, others = one.split(), other.split()
    if len(words) != len(others):  # a place is no misspelt number of a place
        return 0.0
    pairs = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if any(min(map(len, pair)) < SHORTEST_LIKENESS or pair[0][0] != pair[1][0] for pair in pairs):
        return 0.0
    return min((_word_likeness(*pair) for pair in pairs), default=1.0)


def _word_likeness(one: str, other: str) -> float:
    """Likeness of two words, 0 where the cheap upper bounds say that it is below what counts."""
    if 2 * min(len(one), len(other)) < HEADING_LIKENESS * (len(one) + len(other)):  # before the matcher is built
        return 0.0
    matcher = SequenceMatcher(None, one, other)
    enough = matcher.quick_ratio() >= HEADING_LIKENESS and matcher.ratio() >= HEADING_LIKENESS
    return matcher.ratio() if enough else 0.0

"""A position in one cell, as people copy it from a map or a phone: ``12.681234, 108.051234``; latitude comes first."""

from __future__ import annotations

import re

_POINTS = r"[-+\u2212]?\d{1,3}\.\d+"
_COMMAS = r"[-+\u2212]?\d{1,3},\d+"
_DEGREES = "°?"
_PAIR = re.compile(
    rf"[(\[]?\s*(?:({_POINTS}){_DEGREES}\s*[,;/ ]\s*({_POINTS}){_DEGREES}"
    rf"|({_COMMAS}){_DEGREES}\s*[;/ ]\s*({_COMMAS}){_DEGREES})\s*[)\]]?"
)
_PART = r"(?:[^,;A-Za-zĐđ]|(?<=\d),(?=\d)){2,24}"
_SIDES = re.compile(rf"([NSB]?{_PART}[NSB]?)[\s,;/]+([EWOĐDTL]?{_PART}[EWOĐDTL]?)", re.IGNORECASE)
_LONGEST = 80
_LARGEST_LATITUDE = 90.0


def pair_of(text: str) -> tuple[str, str] | None:
    r"""Return latitude and longitude as they are written, None for a cell that is no position.

    Two plain numbers are latitude and longitude, as maps and phones write them, unless the first can be no latitude.

    Examples
    --------
    >>> pair_of("12.681234, 108.051234"), pair_of("(108.05, 12.68)"), pair_of("12,68; 108,05")
    (('12.681234', '108.051234'), ('12.68', '108.05'), ('12,68', '108,05'))
    >>> pair_of("12°40'52.4\"N 108°03'04.4\"E"), pair_of("Buon Ma Thuot, 12")
    (('12°40\'52.4"N', '108°03\'04.4"E'), None)
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    if match := _PAIR.fullmatch(text):
        first, second = (one for one in match.groups() if one is not None)
        value = abs(float(first.replace(",", ".").replace("\u2212", "-")))
        return (second, first) if value > _LARGEST_LATITUDE else (first, second)
    if (match := _SIDES.fullmatch(text)) and _has_side(match[1]) and _has_side(match[2]):
        return match[1].strip(), match[2].strip()
    return None


def _has_side(text: str) -> bool:
    return text[:1].isalpha() != text[-1:].isalpha()

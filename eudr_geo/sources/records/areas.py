"""Declared areas as people write them → hectares: units in the heading or behind the number, the mark of the column."""

from __future__ import annotations

import re
from typing import Any

from eudr_geo.base.cells import fold, parse_number, text_of
from eudr_geo.model.source import NumberText

_HECTARES = {  # of one unit of area, international definitions
    "ha": 1.0, "hectare": 1.0, "hectares": 1.0, "hecta": 1.0, "hec": 1.0, "has": 1.0,
    "m2": 1e-4, "sqm": 1e-4, "acre": 0.40468564224, "acres": 0.40468564224, "ac": 0.40468564224,
}  # fmt: skip
_UNIT = re.compile(r"(.{0,80}?\d[\d.,]{0,40})\s{0,9}([^\W\d_]+[²2]?)\.?", re.DOTALL)  # bounded: cells may be long
_IN_BRACKETS = re.compile(r"[(\[]([^)\]]{0,80})[)\]]")


def unit_of(heading: str) -> float | None:
    """Return the hectares in one unit of the area, as the heading says; None for a unit that nobody converts.

    Examples
    --------
    >>> unit_of("Area"), unit_of("Diện tích (m2)"), unit_of("Area (rai)")
    (1.0, 0.0001, None)
    """
    named = _IN_BRACKETS.search(heading)
    words = fold(named[1] if named else heading).split()
    factors = [_HECTARES[word] for word in words if word in _HECTARES]
    if named and not factors and words:
        return None
    return factors[0] if factors else 1.0


def in_hectares(value: Any, factor: float = 1.0, mark: str = "", *, has_points: bool = False) -> tuple[str, bool]:
    """Return an area in hectares as a number with its digits, and whether a unit was converted or taken off.

    Parameters
    ----------
    value
        A cell.
    factor
        Hectares in one unit of the column.
    mark
        Decimal mark of the column, "" where it does not tell.
    has_points
        Other numbers of the row have decimal points: 1.234 is a little more than one.

    Returns
    -------
    tuple
        A :class:`~eudr_geo.model.source.NumberText`; or plain text, as it was written, where the area is not certain.

    Examples
    --------
    >>> in_hectares("1,35"), in_hectares("15000 m2"), in_hectares("1.234"), in_hectares("3 sào")
    (('1.35', False), ('1.5', True), ('1.234', False), ('3 sào', False))
    >>> type(in_hectares("1.234")[0]) is str, type(in_hectares("1,35")[0]) is str
    (True, False)
    """
    text = text_of(value)
    unit = None
    if isinstance(value, str) and (unit := _UNIT.fullmatch(text)):
        if (named := fold(unit[2])) not in _HECTARES:
            return text, False
        text, factor = unit[1], _HECTARES[named]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    number = float(value) if is_number else parse_number(text, mark)
    if number is None and has_points and not mark:
        number = parse_number(text, ".")
    if number is None or isinstance(value, bool):
        return text_of(value), False
    # Rounded to a thousandth of a square metre: 15000 m2 are 1.5 ha, not 1.5000000000000002.
    return NumberText(repr(number if factor == 1 else round(number * factor, 7))), factor != 1 or unit is not None

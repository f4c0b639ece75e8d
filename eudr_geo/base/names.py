"""Names of people and firms as they are written twice: the same one spelt otherwise, or another one."""

from __future__ import annotations

from difflib import SequenceMatcher

from eudr_geo.base.cells import fold

_ALIKE = 0.75
"""Likeness from which a word is taken for a slip of the pen. Only decides whether a person is asked."""
_SHORTEST = 4
"""Shorter words must be the same: An and Anh are two people."""


def is_another_name(one: str, other: str) -> bool:
    """Tell whether two names are hardly those of one person or firm, so that somebody has to be asked.

    The same are names that differ in accents, case, order or signs, of which one only says more than the other, or in
    which each word that differs is nearly the other's.

    Examples
    --------
    >>> is_another_name("Nguyen Van An", "NGUYỄN VĂN AN"), is_another_name("An, Nguyen Van", "Nguyen Van An")
    (False, False)
    >>> is_another_name("Kouassi Koffi", "Kouasi Koffi"), is_another_name("Koffi", "Koffi Yao")
    (False, False)
    >>> is_another_name("Nguyen Van An", "Nguyen Van Binh"), is_another_name("Ama Mensah", "Kofi Boateng")
    (True, True)
    """
    words, others = fold(one).split(), fold(other).split()
    left = [word for word in words if word not in others]
    right = [word for word in others if word not in words]
    if not left or not right:
        return False
    if len(left) != len(right):
        return True
    return not all(_is_slip(*pair) for pair in zip(left, right, strict=True))


def _is_slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST and SequenceMatcher(None, one, other).ratio() >= _ALIKE

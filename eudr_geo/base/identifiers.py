"""Check digits of identifiers that other systems give: GS1 keys, freight containers, ICO marks. Arithmetic only."""

from __future__ import annotations

import re

GTIN_DIGITS = (8, 12, 13, 14)
GLN_DIGITS = (13,)
SSCC_DIGITS = (18,)

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
_ICO_MARK = re.compile(r"\d{1,3}/\d{1,4}/\d{1,5}")
_LOT_CODE = re.compile(r"[A-Z0-9-]{1,20}")
_ELEVENS = 11


def gs1_check_digit(digits: str) -> int:
    """Return the check digit of a GTIN, GLN or SSCC without it (GS1 General Specifications 7.9: weights 3, 1, 3 …).

    Examples
    --------
    >>> gs1_check_digit("0952123454321"), gs1_check_digit("952123400000"), gs1_check_digit("10614141123456789")
    (3, 6, 7)
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def is_gs1(number: str, lengths: tuple[int, ...]) -> bool:
    """Tell whether a number has one of these lengths, digits only, and its check digit.

    Examples
    --------
    >>> is_gs1("09521234543213", GTIN_DIGITS), is_gs1("09521234543231", GTIN_DIGITS)
    (True, False)
    """
    if len(number) not in lengths or not (number.isascii() and number.isdigit()):
        return False
    return gs1_check_digit(number[:-1]) == int(number[-1])


def container_check_digit(number: str) -> int:
    """Return the check digit of a container number from its first ten characters (ISO 6346, annex A).

    Letters count from 10, leaving out the multiples of 11; each place weighs twice the one before it.

    Examples
    --------
    >>> container_check_digit("CSQU305438"), container_check_digit("MSKU123456")
    (3, 5)
    """
    total = sum(_value(character) << place for place, character in enumerate(number[:10]))
    return total % _ELEVENS % 10


def _value(character: str) -> int:
    if character.isdigit():
        return int(character)
    value = 10 + ord(character) - ord("A")
    return value + (value - 1) // 10  # 11, 22 and 33 are left out


def is_container(number: str) -> bool:
    """Tell whether a container number is well formed and has its check digit.

    Examples
    --------
    >>> is_container("CSQU3054383"), is_container("CSQU3054384"), is_container("12345")
    (True, False, False)
    """
    return bool(_CONTAINER.fullmatch(number)) and container_check_digit(number) == int(number[-1])


def is_eori(number: str) -> bool:
    """Tell whether an EORI number is well formed: a country and up to 15 signs.

    Source: Delegated Regulation (EU) 2015/2446, Annex B, type an..17 of data element 3/2.

    Examples
    --------
    >>> is_eori("DE123456789012345"), is_eori("123456"), is_eori("FR 12")
    (True, False, False)
    """
    return bool(_EORI.fullmatch(number))


def is_ico_mark(mark: str) -> bool:
    """Tell whether an ICO mark is country/exporter/shipment; the newer shipment numbers have five digits.

    Examples
    --------
    >>> is_ico_mark("145/0123/0042"), is_ico_mark("145-0123-0042")
    (True, False)
    """
    return bool(_ICO_MARK.fullmatch(mark.replace(" ", "")))


def is_lot_code(code: str) -> bool:
    """Tell whether a lot code fits on a GS1 label: at most 20 of A–Z, 0–9 and hyphen (application identifier 10).

    Examples
    --------
    >>> is_lot_code("DL25-ML03-G-2"), is_lot_code("LÔ 3"), is_lot_code("A" * 21)
    (True, False, False)
    """
    return bool(_LOT_CODE.fullmatch(code))

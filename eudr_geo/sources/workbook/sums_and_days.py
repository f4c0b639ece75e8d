"""Amounts with a currency beside them, and days of another calendar: told, never guessed."""

from __future__ import annotations

import re

from eudr_geo.base.cells import clean_text, fold
from eudr_geo.law import key_date
from eudr_geo.words.saying import say

PRODUCED_FROM = key_date("entry_into_force")
"""Goods from before this day are outside the regulation: such a date in Ethiopia is of its own calendar."""

_MONEY = re.compile(
    r"([^\W\d_]{1,3}\$?|[$€£¥₫])?\s{0,3}([-+]?\d[\d.,\s'’]{0,80})(?<!\s)\s{0,3}([^\W\d_]{1,4}|[$€£¥₫])?(?:\s{0,3}/\s{0,3}kg)?"
)
_CURRENCY = {
    "€": "EUR", "£": "GBP", "₫": "VND", "đ": "VND", "vnđ": "VND", "đồng": "VND", "r$": "BRL", "rp": "IDR", "us$": "USD",
    "fcfa": "XOF", "cfa": "XOF",
}  # fmt: skip
_OF_MANY = {"$", "¥"}  # signs of several currencies: they contradict none
MONTH_13 = 13
_ETHIOPIAN = re.compile(
    r".{0,40}\b(meskerem|t[iy]k[iy]mt|h[iy]dar|tahsas|yekat[iy]t|megab[iy]t|m[iy]yaz[iy]a|g[iy]nbot|sene|hamle|nehase|pagumen?"
    r"|e ?c)\b.{0,40}"
)
_YEARS_OF_THEIR_OWN = {"TH", "LA"}


def amount_in(text: str) -> tuple[str, frozenset[str]] | None:
    """Return the number and the currencies that an amount is written with, None where no currency stands beside it.

    Examples
    --------
    >>> amount_in("6,30 USD"), amount_in("1.000.000 đ") == ("1.000.000", frozenset({"VND"})), amount_in("6,30")
    (('6,30', frozenset({'USD'})), True, None)
    >>> amount_in("$6.30/kg")
    ('6.30', frozenset())
    """
    match = _MONEY.fullmatch(clean_text(text))
    if match is None or not (match[1] or match[3]):
        return None
    marks = {mark.casefold() for mark in (match[1], match[3]) if mark} - _OF_MANY
    return match[2].strip(), frozenset(_CURRENCY.get(mark, mark.upper()) for mark in marks)


def currency_code(text: str) -> str | None:
    """Return the ISO 4217 code of a currency as people write it, None where it is no currency or that of many.

    Examples
    --------
    >>> currency_code("vnd"), currency_code("đồng"), currency_code("$"), currency_code("money")
    ('VND', 'VND', None, None)
    """
    plain = clean_text(text).casefold()
    return _CURRENCY.get(plain) or (plain.upper() if re.fullmatch(r"[a-z]{3}", plain) else None)


def is_ethiopian(text: str, day: str | None, country: str, *, of_goods: bool) -> bool:
    """Tell whether a date is of the Ethiopian calendar, whose years are 7 or 8 behind.

    Parameters
    ----------
    text
        As written.
    day
        As read, ISO 8601; None where it is no date.
    country
        ISO 3166-1 alpha-2.
    of_goods
        Whether it dates goods; a plot may well be planted in 2010.

    Examples
    --------
    >>> is_ethiopian("15/03/2018", "2018-03-15", "ET", of_goods=True)
    True
    >>> is_ethiopian("15/03/2018", "2018-03-15", "UG", of_goods=True)
    False
    >>> is_ethiopian("5 Hidar 2018", None, "", of_goods=True)
    True
    """
    return bool(_ETHIOPIAN.fullmatch(fold(text))) or (
        of_goods and country == "ET" and day is not None and day < PRODUCED_FROM
    )


def date_hint(day: str, month: str, country: str) -> str:
    """Return what to do about a date that is none; day and month as they stand, "" where it has no such parts.

    Examples
    --------
    >>> date_hint("11", "25", "")
    'is the month written first? write day/month/year: 25/11'
    """
    if month and int(month) == MONTH_13:
        return say("book:ethiopian.do")
    if month and int(day) <= 12 < int(month):
        return say("book:no-date.do-month-first", day=month, month=day)
    if month and country in _YEARS_OF_THEIR_OWN:
        return say("book:no-date.do-year")
    return say("book:no-date.do")

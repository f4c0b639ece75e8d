"""Money on receipts: in which currency a price was paid. It stays in the project: no package, trace or map has any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from eudr_geo.base.season_codes import as_season
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.model.lot_book import LotBook

MONEY = ("price", "amount_paid", "second_payment")
"""Columns of a delivery with sums of money."""


class Unpriced(NamedTuple):
    """A receipt with a sum of money of which nobody says the currency."""

    code: str
    season: str  # "" where nobody can say


def currencies(book: LotBook) -> list[str]:
    """Return the currency of each delivery: its own, else that of its season; "" where neither says it.

    A season that several countries count in different currencies says it only for receipts of one of them. Of a receipt
    that no season can be told of, it is the one in which every season of its country is counted.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> came = [{"code": "R1", "lot_code": "C", "currency": "USD"}, {"code": "R2", "lot_code": "C"}]
    >>> season = [{"code": "2025/26", "currency": "VND"}]
    >>> lots = [{"code": "C", "crop_year": "2025/26"}]
    >>> currencies(book_of({"delivery": came, "season": season, "lot": lots}))
    ['USD', 'VND']
    """
    deliveries = book.table("delivery")
    table = book.table("season")
    seasons = [
        (as_season(code), country or "", currency or "")
        for code, country, currency in zip(*(table[name] for name in ("code", "country", "currency")), strict=True)
    ]
    plots, producers = (_countries(book, table) for table in ("plot", "producer"))
    columns = (deliveries[name] for name in ("currency", "plot_code", "producer_code"))
    found = []
    for own, plot, producer, season in zip(*columns, seasons_of(book).receipts, strict=True):
        country = plots.get(plot) or producers.get(producer) or ""
        fitting = {
            currency
            for code, where, currency in seasons  # a handful
            if (code == season.code or not season.code) and (not where or not country or where == country)
        }
        if season.code:
            fitting -= {""}
        found.append(own or (min(fitting) if len(fitting) == 1 else ""))
    return found


def without_currency(book: LotBook) -> Iterator[Unpriced]:
    """Yield receipts that state a sum of money in no currency, in the order of the table.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> list(without_currency(book_of({"delivery": [{"code": "R1", "lot_code": "C", "price": 12000.0}]})))
    [Unpriced(code='R1', season='')]
    """
    deliveries = book.table("delivery")
    sums = zip(*(deliveries[name] for name in MONEY), strict=True)
    states = [any(value is not None and value == value for value in row) for row in sums]  # noqa: PLR0124 (NaN)
    if not any(states):
        return
    for code, stated, currency, season in zip(
        deliveries["code"], states, currencies(book), seasons_of(book).receipts, strict=True
    ):
        if stated and not currency:
            yield Unpriced(str(code), season.code)


def _countries(book: LotBook, table: str) -> dict[Any, str]:
    rows = book.table(table)
    return {code: country or "" for code, country in zip(rows["code"], rows["country"], strict=True)}

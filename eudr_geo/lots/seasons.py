"""Seasons as facts: which season a receipt is of, by its days, and of which seasons the goods in a lot are.

A receipt is of the season whose first and last day hold its harvest, else its delivery, in its country. Where the book
has no season with days for that country, what the lot itself says counts. Two harvests are never taken for one only
because nobody named them: see :func:`runs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from graphlib import CycleError
from typing import Any

import numpy as np
import numpy.typing as npt

from eudr_geo.base.season_codes import as_season
from eudr_geo.lots.balance import kilograms
from eudr_geo.lots.graph import LotGraph, graph_of
from eudr_geo.model.lot_book import LotBook

Floats = npt.NDArray[np.float64]

SLACK_DAYS = 45
"""Good practice: a harvest begins early or ends late by so many days."""
BREAK_DAYS = 150
"""Good practice: receipts without a season are of two harvests when so many days lie between them."""
_YEAR_DAYS = 365
_LEAST_SHARE = 1e-9  # what floats leave over


@dataclass(frozen=True)
class Span:
    """A season with both its days; country "" for every country."""

    code: str
    country: str
    first: date
    last: date

    def is_of(self, country: str) -> bool:
        """Tell whether goods of a country can be of it; nobody may know the country."""
        return not self.country or not country or self.country == country

    def days_off(self, day: date) -> int:
        """Days before or after it, 0 within."""
        return max((self.first - day).days, (day - self.last).days, 0)


@dataclass(frozen=True)
class ReceiptSeason:
    """Of which season a receipt is.

    Attributes
    ----------
    code
        The season, "" where nobody can say.
    is_dated
        Its days say so; otherwise it is what the lot says.
    day
        The day that was looked at: of harvest, else of delivery, ISO 8601, "" for none.
    nearest
        The season nearest to that day, where days are known and none holds it, not by :data:`SLACK_DAYS` either.
    """

    code: str
    is_dated: bool = False
    day: str = ""
    nearest: Span | None = None


def day_of(text: Any) -> date | None:
    """Return a stored day, None for nothing and for what is no day.

    Examples
    --------
    >>> day_of("2025-10-01"), day_of(""), day_of("soon")
    (datetime.date(2025, 10, 1), None, None)
    """
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None


def runs(days: Sequence[str]) -> list[int]:
    """Return the harvest that each day belongs to, counted from 0: a break of five months, or a year, begins another.

    Parameters
    ----------
    days
        ISO 8601, in any order; what is no day is of the first harvest.

    Examples
    --------
    >>> runs(["2025-11-20", "2024-11-20", "2024-12-01"]), runs([])
    ([1, 0, 0], [])
    """
    found = [0] * len(days)
    known = sorted((day, place) for place, text in enumerate(days) if (day := day_of(text)))
    harvest, begun, latest = 0, None, None
    for day, place in known:
        if begun and latest and ((day - latest).days > BREAK_DAYS or (day - begun).days >= _YEAR_DAYS):
            harvest, begun = harvest + 1, day
        begun, latest = begun or day, day
        found[place] = harvest
    return found


class Seasons:
    """The seasons of a book.

    Parameters
    ----------
    book
        The lot book.

    Attributes
    ----------
    spans
        Those with both days in order, sorted by country, first day and code.
    undated
        Rows of the others.
    """

    def __init__(self, book: LotBook) -> None:
        self.book = book
        self.spans: list[Span] = []
        self.undated: list[dict[str, Any]] = []
        for row in _records(book, "season"):
            first, last = day_of(row["start"]), day_of(row["end"])
            if first and last and first <= last:
                self.spans.append(Span(as_season(row["code"]), row["country"] or "", first, last))
            else:
                self.undated.append(row)
        self.spans.sort(key=lambda one: (one.country, one.first, one.code))
        self._seen: dict[tuple[str, str], tuple[frozenset[str], int, Span | None]] = {}

    def overlaps(self) -> list[tuple[Span, Span]]:
        """Pairs of seasons of one country that share a day, the earlier first."""
        return [
            (one, other)
            for place, one in enumerate(self.spans)  # a handful of seasons
            for other in self.spans[place + 1 :]
            if one.code != other.code and one.is_of(other.country) and one.days_off(other.first) == 0
        ]

    def near(self, day: str, country: str) -> tuple[frozenset[str], int, Span | None]:
        """Codes of the seasons nearest to a day, how many days off, and one of them; none without seasons."""
        key = (day, country)
        if key not in self._seen:
            known = day_of(day)
            fitting = [one for one in self.spans if one.is_of(country)] if known else []
            off = min((one.days_off(known) for one in fitting if known), default=0)
            nearest = [one for one in fitting if known and one.days_off(known) == off]
            self._seen[key] = (frozenset(one.code for one in nearest), off, nearest[0] if nearest else None)
        return self._seen[key]

    @cached_property
    def stated(self) -> dict[str, str]:
        """Season that each lot states: its crop year, else the season of its stream, else ""."""
        streams = {code: as_season(season) for code, season in _columns(self.book, "stream", "code", "season_code")}
        return {
            lot: as_season(year) or streams.get(stream or "", "")
            for lot, year, stream in _columns(self.book, "lot", "code", "crop_year", "stream_code")
        }

    @cached_property
    def receipts(self) -> list[ReceiptSeason]:
        """Season of each delivery, in the order of the table."""
        country_of = {code: country or "" for code, country in _columns(self.book, "producer", "code", "country")}
        land = {code: country or "" for code, country in _columns(self.book, "plot", "code", "country")}
        names = ("lot_code", "plot_code", "producer_code", "harvested_from", "harvested_to", "delivered_on")
        known: dict[tuple[Any, ...], ReceiptSeason] = {}
        found = []
        for lot, plot, producer, *days in _columns(self.book, "delivery", *names):  # each case is looked for once
            case = (land.get(plot) or country_of.get(producer, ""), *days, self.stated.get(lot, ""))
            if case not in known:
                known[case] = self._of_receipt(
                    case[0], [one for one in days[:2] if one] or [one for one in days[2:] if one], case[-1]
                )
            found.append(known[case])
        return found

    def _of_receipt(self, country: str, days: Sequence[str], stated: str) -> ReceiptSeason:
        found = [(day, *self.near(day, country)) for day in days if day_of(day)]
        if not found:
            return ReceiptSeason(stated)
        day, codes, off, span = min(found, key=lambda one: one[2])  # of two days in a season the first
        if span is None:
            return ReceiptSeason(stated, day=day)
        if off > SLACK_DAYS:
            return ReceiptSeason(stated, day=day, nearest=span)
        if len(codes) == 1:
            return ReceiptSeason(span.code, is_dated=True, day=day)
        return ReceiptSeason(stated if stated in codes else "", is_dated=stated in codes, day=day)

    @cached_property
    def codes(self) -> list[str]:
        """Every season of a receipt or lot, sorted; "" where nobody knows it."""
        return sorted({one.code for one in self.receipts} | set(self.stated.values()) | {""})

    @cached_property
    def shares(self) -> Floats:
        """Part of each lot that is of each of :attr:`codes`, shape (lots of the graph, codes); rows sum to 1."""
        graph = graph_of(self.book)
        column = {code: place for place, code in enumerate(self.codes)}
        kg = np.zeros((len(graph.lots), len(self.codes)))
        places = np.array([graph.position.get(lot, -1) for lot in graph.deliveries["lot_code"]], dtype=np.int64)
        seasons = np.array([column[one.code] for one in self.receipts], dtype=np.int64)
        known = places >= 0
        np.add.at(kg, (places[known], seasons[known]), kilograms(graph.deliveries["quantity_kg"])[known])
        shares = np.zeros_like(kg)
        for lot in _order(graph):  # a lot after those that fed it
            own = kg[lot] + _made(graph, lot, shares)
            if own.sum() <= 0:
                own[column[self.stated.get(graph.lots[lot], "")]] = 1.0
            shares[lot] = own / own.sum()
        return shares

    def of_lot(self, lot: str) -> list[str]:
        """Seasons that the goods in a lot are of, sorted; none where nobody knows."""
        place = graph_of(self.book).position.get(lot)
        if place is None:
            return []
        return [
            code for code, share in zip(self.codes, self.shares[place], strict=True) if code and share > _LEAST_SHARE
        ]

    @cached_property
    def home(self) -> list[str]:
        """Season under which each lot of the graph is counted: the latest of its goods, else what it states."""
        graph = graph_of(self.book)
        return [max(self.of_lot(lot), default=self.stated.get(lot, "")) for lot in graph.lots]

    def of_lots(self, lots: Sequence[str]) -> list[str]:
        """Seasons of the goods in some lots, sorted."""
        return sorted({code for lot in lots for code in self.of_lot(lot)})

    def moisture_percent(self, code: str, usual: float) -> float:
        """Moisture at which weights of a season are compared: as stated, else the usual one."""
        rows = [row for row in _records(self.book, "season") if as_season(row["code"]) == code]
        return next(
            (float(row["standard_moisture_percent"]) for row in rows if row["standard_moisture_percent"]), usual
        )


def _made(graph: LotGraph, lot: int, shares: Floats) -> Floats:
    """Kilograms of each season that processes brought into a lot, in the mix of what went in."""
    brought = np.zeros(shares.shape[1])
    for code in graph.made_by[lot]:
        flow = graph.processes[code]
        mix = sum((kg * shares[parent] for parent, kg in flow.ins), np.zeros(shares.shape[1]))
        if mix.sum() > 0:
            brought += sum(kg for made, kg in flow.outs if made == lot) * mix / mix.sum()
    return brought


def _order(graph: LotGraph) -> list[int]:
    """Lots in the order of the flow; of a book with a circle, which has a rule of its own, as they stand."""
    everything = range(len(graph.lots))
    try:
        return graph.order(everything)
    except CycleError:
        return list(everything)


def _columns(book: LotBook, table: str, *names: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a few columns, None for nothing."""
    frame = book.table(table)
    columns = [frame[name].tolist() for name in names]
    return zip(*([None if one != one else one for one in column] for column in columns), strict=True)  # noqa: PLR0124 (NaN)


def _records(book: LotBook, table: str) -> list[dict[str, Any]]:
    frame = book.table(table)
    return list(frame.astype(object).where(frame.notna(), None).to_dict("records"))


_LATEST: list[tuple[LotBook, Seasons]] = []


def seasons_of(book: LotBook) -> Seasons:
    """Return the seasons of a book; those of the latest book are kept, because several rules ask for them in turn.

    Examples
    --------
    >>> seasons_of(LotBook()).of_lot("G-1"), seasons_of(LotBook()).overlaps()
    ([], [])
    """
    if not _LATEST or _LATEST[0][0] is not book:
        _LATEST[:] = [(book, Seasons(book))]
    return _LATEST[0][1]

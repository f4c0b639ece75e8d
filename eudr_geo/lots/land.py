"""Land is of the day: which version of a plot was in force, who held it, who was in a group, on the day of a harvest.

A lot stands for the land as it was when its goods grew. A survey made later, a plot sold or split later, a member who
left the group later change nothing about it (decisions 0105, 0117).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from eudr_geo.base.cells import fold
from eudr_geo.base.dates import day_after
from eudr_geo.model.lot_book import LotBook

NO_END = "9999-12-31"
"""Stands for the last day of what goes on; sorted behind every real day."""


HARVEST_DAYS = ("harvested_to", "harvested_from", "delivered_on")
"""Days of a receipt; the first that is stated is the one whose land counts."""


class Unit(NamedTuple):
    """What goods come from: a version of a plot in somebody's hands, or a supplier's statement."""

    plot: str
    version: int | None  # None where the book carries no versions
    producer: str  # "" where nobody says
    reference: str = ""  # of a supplier's statement: goods without land of our own


@dataclass(frozen=True)
class Span:
    """Somebody from one day to another, both included, ISO 8601; "" and :data:`NO_END` where it is open."""

    start: str
    end: str
    code: str

    def holds(self, day: str) -> bool:
        """Tell whether a day lies in it; of a day that nobody knows only what goes on is asked."""
        return self.start <= day <= self.end if day else self.end == NO_END


def harvest_day(row: Mapping[str, Any]) -> str:
    """Return the day whose land a receipt stands for: harvest ended, else began, else delivered, ISO 8601.

    Examples
    --------
    >>> harvest_day({"harvested_to": "", "harvested_from": "2025-11-14", "delivered_on": "2025-11-16"})
    '2025-11-14'
    """
    return next((str(row[name]) for name in HARVEST_DAYS if row.get(name)), "")


class Land:
    """The plots of a book with their versions, their holders and the groups of these, each asked for a day.

    Parameters
    ----------
    book
        The lot book. Without versions (a book read from a file) each plot is one piece of land for all days.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> tables = {"producer": [{"code": "H-1"}, {"code": "H-2"}],
    ...     "plot": [{"code": "T-1", "producer_code": "H-2", "held_since": "2026-01-20"}],
    ...     "plot_holding": [{"plot_code": "T-1", "producer_code": "H-1", "to_date": "2026-01-19"}]}
    >>> land = Land(book_of(tables))
    >>> land.holder("T-1", "2025-11-15"), land.holder("T-1", "2026-02-01"), land.held("H-1", "2025-11-15")
    ('H-1', 'H-2', ('T-1',))
    """

    def __init__(self, book: LotBook) -> None:
        self._book = book
        self._held: dict[tuple[str, str], tuple[str, ...]] = {}
        self._members: dict[tuple[str, str], tuple[str, ...]] = {}

    @cached_property
    def plots(self) -> dict[str, str]:
        """Code → present holder ("" where nobody says) of each plot of the plot table, in its order."""
        table = self._book.table("plot")
        return {code: who or "" for code, who in zip(table["code"], table["producer_code"], strict=True) if code}

    @cached_property
    def _first_days(self) -> dict[tuple[str, int], str]:
        """First day of each version of a plot, by its code and number; "" where nobody says."""
        table = self._book.versions()
        pieces = zip(table["plot_code"], table["version"], strict=True)
        return dict(zip(pieces, ((day or "") for day in table["valid_from"]), strict=True))

    @cached_property
    def _only(self) -> dict[str, int]:
        """Number of the last version of each plot, which is the only one where :attr:`_versions` has none of it."""
        return {code: int(number) for code, number in sorted(self._first_days, key=itemgetter(1))}

    @cached_property
    def _versions(self) -> dict[str, list[int]]:
        """Code → numbers of its versions, in order, where there are several: most land is surveyed once."""
        if len(self._only) == len(self._first_days):
            return {}
        found: dict[str, list[int]] = {}
        for code, number in sorted(self._first_days, key=itemgetter(1)):
            found.setdefault(code, []).append(int(number))
        return {code: numbers for code, numbers in found.items() if len(numbers) > 1}

    @property
    def is_mapped(self) -> bool:
        """Tell whether the book carries boundaries at all."""
        return bool(self._only)

    def version(self, code: str, day: str) -> int | None:
        """Return the version of a plot in force on a day: the last that had begun, else the first; None where none is.

        Of a day that nobody knows ("") it is the last one.
        """
        numbers = self._versions.get(code, ())
        if not numbers or not day:
            return self._only.get(code)
        begun = [number for number in numbers if self._first_days[code, number] <= day]
        return begun[-1] if begun else numbers[0]

    def exists(self, code: str, day: str) -> bool:
        """Tell whether a plot was a piece of land of its own on a day: what was split off later was not yet."""
        if code not in self._only or not day:
            return True
        return min(self._first_days[code, number] for number in self._versions.get(code, [self._only[code]])) <= day

    @cached_property
    def _holders(self) -> dict[str, str]:
        """Plot → its present holder, where somebody says who."""
        table = self._book.table("plot")
        return {code: who for code, who in zip(table["code"], table["producer_code"], strict=True) if who}

    @cached_property
    def _holdings(self) -> dict[str, list[Span]]:
        """Plot → who held it in turn, where any day is stated; the last goes on unless an end is stated."""
        past = self._book.table("plot_holding")
        before = zip(past["plot_code"], past["producer_code"], past["from_date"], past["to_date"], strict=True)
        table = self._book.table("plot")
        days = zip(table["code"], table["held_since"], table["held_until"], strict=True)
        dated = {*past["plot_code"], *(code for code, since, until in days if since or until)}
        present = zip(table["code"], table["producer_code"], table["held_since"], table["held_until"], strict=True)
        return _in_turn((row for row in present if row[0] in dated) if dated else (), before)

    @cached_property
    def _memberships(self) -> dict[str, list[Span]]:
        """Producer → the groups, as they are compared, one after the other."""
        table, past = self._book.table("producer"), self._book.table("group_membership")
        present = zip(table["code"], table["collection_group"], table["group_since"], table["group_until"], strict=True)
        before = zip(past["producer_code"], past["collection_group"], past["from_date"], past["to_date"], strict=True)
        spans = _in_turn(present, before)
        return {who: [Span(one.start, one.end, fold(one.code)) for one in its] for who, its in spans.items()}

    def spans(self, code: str) -> tuple[Span, ...]:
        """Return who held a plot and when, in the order of the days."""
        if code in self._holdings:
            return tuple(self._holdings[code])
        return (Span("", NO_END, self._holders[code]),) if code in self._holders else ()

    def holder(self, code: str, day: str) -> str:
        """Return the code of the producer who held a plot on a day, "" where nobody is known to have."""
        its = self._holdings.get(code)
        if its is None:
            return self._holders.get(code, "")
        return next((one.code for one in reversed(its) if one.holds(day)), "")

    @cached_property
    def _stakes(self) -> dict[str, list[str]]:
        """Producer → plots ever held, in the order of the plot table."""
        found: dict[str, dict[str, None]] = {}
        for code in self.plots:
            its = self._holdings.get(code)
            people = (self._holders.get(code),) if its is None else (one.code for one in its)
            for who in people:
                if who:
                    found.setdefault(who, {})[code] = None
        return {who: list(codes) for who, codes in found.items()}

    def ever_held(self, producer: str) -> tuple[str, ...]:
        """Return the codes of all plots that a producer holds or has held."""
        return tuple(self._stakes.get(producer, ()))

    def held(self, producer: str, day: str) -> tuple[str, ...]:
        """Return the codes of the plots that a producer held on a day, in the order of the plot table."""
        key = (producer, day)
        if key not in self._held:
            self._held[key] = tuple(
                code
                for code in self._stakes.get(producer, ())
                if self.exists(code, day) and any(one.code == producer and one.holds(day) for one in self.spans(code))
            )
        return self._held[key]

    @cached_property
    def _in_group(self) -> dict[str, list[str]]:
        """Group, as it is compared → producers who ever were in it, in the order of the producer table."""
        found: dict[str, dict[str, None]] = {}
        for who, spans in self._memberships.items():
            for one in spans:
                found.setdefault(one.code, {})[who] = None
        return {group: list(people) for group, people in found.items()}

    def members(self, group: str, day: str) -> tuple[str, ...]:
        """Return the codes of the producers who were in a collection group on a day, in the order of their table."""
        key = (fold(group), day)
        if key not in self._members:
            self._members[key] = tuple(
                who
                for who in self._in_group.get(key[0], ())
                if any(one.code == key[0] and one.holds(day) for one in self._memberships[who])
            )
        return self._members[key]

    def landless(self, group: str, day: str) -> tuple[str, ...]:
        """Return the members of a group on a day who then had no plot, or none with a boundary, sorted."""
        return tuple(
            sorted(
                who
                for who in self.members(group, day)
                if not any(not self.is_mapped or self.version(code, day) for code in self.held(who, day))
            )
        )

    def unit(self, code: str, day: str, named: str = "") -> Unit:
        """Return the piece of land that a plot was on a day; ``named`` is the producer whom the receipt names."""
        return Unit(code, self.version(code, day), self.holder(code, day) or self.plots.get(code) or named)

    @cached_property
    def _changing(self) -> Collection[str]:
        """Codes of the plots with several versions, or with days of their holders."""
        return self._versions.keys() | self._holdings.keys()

    def is_lasting(self, code: str) -> bool:
        """Tell whether a plot is the same piece of land in the same known hands on all days."""
        return code in self._holders and code not in self._changing


def _in_turn(present: Iterable[tuple[Any, ...]], past: Iterable[tuple[Any, ...]]) -> dict[str, list[Span]]:
    """Join what is with what was: who comes in again begins the day after the one before, unless a day is stated."""
    found: dict[str, list[Span]] = {}
    for code, who, start, end in past:
        found.setdefault(code, []).append(Span(start or "", end or NO_END, who))
    for spans in found.values():
        spans.sort(key=lambda one: (one.end, one.start, one.code))
    for code, who, start, end in present:
        if who:
            before = found.setdefault(code, [])
            last = before[-1].end if before else NO_END
            begins = start or (day_after(last) if before and last != NO_END else "")
            before.append(Span(begins, end or NO_END, who))
    return found

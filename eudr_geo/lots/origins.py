"""Where each receipt can come from: the plot it names, a supplier's statement, else the land of a producer or group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.commodities import commodities_of_lots, commodity_of_plots
from eudr_geo.lots.land import Land, Unit
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import CLASSES

EXACT, PRODUCER, GROUP, UNKNOWN = 0, 1, 2, 3
REFERENCED = CLASSES.index("referenced")

Ints = npt.NDArray[np.int64]
Choice = tuple[Unit, ...]


class Units(NamedTuple):
    """What deliveries can come from, u in all, sorted: suppliers' statements ("" for their plot), then land.

    By column and not one :class:`Unit` each: a hundred thousand such objects cost more than the tracing.
    """

    plots: list[str]
    versions: list[int | None]
    producers: list[str]
    references: list[str]


class Choices(NamedTuple):
    """Possible origins of the deliveries of a book: d deliveries, k rows of one delivery and one origin each."""

    units: Units
    deliveries: Ints  # shape (k,), sorted
    places: Ints  # shape (k,), positions among the units; u for unknown origin
    evidence: Ints  # of each delivery, shape (d,)


def choices_of(
    book: LotBook, land: Land, known: Collection[str], days: Sequence[str], bought: Sequence[str], more: Iterable[str]
) -> Choices:
    """Return the possible origins of each delivery.

    Parameters
    ----------
    book
        The lot book.
    land
        Its land.
    known
        Codes of its plots.
    days
        Harvest day of each delivery, ISO 8601.
    bought
        Supplier's statement that covers each delivery, "" for none.
    more
        Statements that cover goods without a delivery.
    """
    columns = [book.table("delivery")[name].tolist() for name in _NAMED]
    is_bought = np.array([bool(one) for one in bought], dtype=bool)
    plots: list[Any] = [None if reference else plot for plot, reference in zip(columns[0], bought, strict=True)]
    named = [plot for plot in dict.fromkeys(plots) if plot in known]
    # Most receipts name a plot that was one piece of land in the same hands on all days: taken by column.
    lasting: list[str] = [plot for plot in named if land.is_lasting(plot)]
    number = {plot: place for place, plot in enumerate(lasting)}
    chosen = np.array([number.get(plot, -1) for plot in plots], dtype=np.int64)
    evidence = np.full(len(plots), EXACT, dtype=np.int64)
    choices: dict[Choice, int] = {}
    statements: dict[str, Choice] = {one: (Unit("", None, "", one),) for one in {*bought, *more} - {""}}
    asked = _Asked(book, land, known)
    for row in np.flatnonzero(chosen < 0).tolist():  # a few lookups for each of the others
        if is_bought[row]:
            choice, evidence[row] = statements[bought[row]], REFERENCED
        else:
            choice, evidence[row] = asked.of(*[column[row] for column in columns], day=days[row])
        chosen[row] = len(lasting) + choices.setdefault(choice, len(choices))
    others = {one for several in (*choices, *statements.values()) for one in several if one.plot not in number}
    units, place, rank = _sorted_units(land, lasting, others)
    each = [[rank[number[one.plot]] if one.plot in number else place[one] for one in choice] for choice in choices]
    nowhere = [len(rank) + len(others)]
    flat = np.concatenate([rank, np.array([one for several in each for one in several or nowhere], dtype=np.int64)])
    counts = np.array([1] * len(lasting) + [len(several or nowhere) for several in each], dtype=np.int64)
    rows = np.repeat(np.arange(len(chosen)), counts[chosen])
    # Where the choice of each row begins among all, and how far this one is from it.
    begins = (np.cumsum(counts) - counts)[chosen]
    nth = np.arange(len(rows)) - (np.cumsum(counts[chosen]) - counts[chosen])[rows]
    return Choices(units, rows, flat[begins[rows] + nth], evidence)


def _sorted_units(land: Land, lasting: list[str], others: Collection[Unit]) -> tuple[Units, dict[Unit, int], Ints]:
    """Both kinds of units in one order; the place of each of the others, and of each of the lasting, by position."""
    more = sorted(others)  # a plot has a version in all of its units or in none: they can be compared
    plots = [*lasting, *(one.plot for one in more)]
    # A plot is lasting or not, so that its units stand beside each other, as sorted, whatever else there is.
    order = sorted(range(len(plots)), key=plots.__getitem__)
    rank = np.empty(len(plots), dtype=np.int64)
    rank[order] = np.arange(len(plots))
    versions = [*(land.version(plot, "") for plot in lasting), *(one.version for one in more)]
    producers = [*(land.holder(plot, "") for plot in lasting), *(one.producer for one in more)]
    references = [*([""] * len(lasting)), *(one.reference for one in more)]
    units = Units(
        [plots[row] for row in order],
        [versions[row] for row in order],
        [producers[row] for row in order],
        [references[row] for row in order],
    )
    split = len(lasting)
    return units, dict(zip(more, rank[split:].tolist(), strict=True)), rank[:split]


_NAMED = ("plot_code", "producer_code", "collection_group", "lot_code")


class _Asked:
    """Origins that depend on the day, or of receipts that name no plot; what many receipts ask is found once."""

    def __init__(self, book: LotBook, land: Land, known: Collection[str]) -> None:
        self._book, self._land, self._known = book, land, known
        self._own: dict[tuple[str, str, str], Choice] = {}
        self._several: dict[tuple[str, str, str, str], Choice] = {}

    @cached_property
    def _grown(self) -> dict[str, str]:
        return commodity_of_plots(self._book)

    @cached_property
    def _of_lot(self) -> dict[str, str]:
        return commodities_of_lots(self._book) if self._grown else {}

    def of(
        self, plot: str | None, producer: str | None, group: str | None, lot: str, *, day: str
    ) -> tuple[Choice, int]:
        """Return the possible origins of a receipt, none where nobody knows, and their class of evidence."""
        if plot in self._known:
            asked = (str(plot), day, producer or "")
            if asked not in self._own:
                self._own[asked] = (self._land.unit(*asked),)
            return self._own[asked], EXACT
        who, of = producer or "", "" if producer else group or ""
        commodity = self._of_lot.get(lot, "") if who or of else ""
        key = (who, of, day, commodity)
        if key not in self._several:
            people = (who,) if who else self._land.members(of, day) if of else ()
            held = (code for one in people for code in self._land.held(one, day))
            fitting = (code for code in held if not commodity or self._grown.get(code, commodity) == commodity)
            self._several[key] = tuple(self._land.unit(code, day) for code in fitting)
        choice = self._several[key]
        return choice, UNKNOWN if not choice else GROUP if of else PRODUCER

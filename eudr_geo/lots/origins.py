"""Where each receipt can come from: the plot it names, a supplier's statement, else the land of a producer or group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from eudr_geo.lots.commodities import commodities_of_lots, commodity_of_plots
from eudr_geo.lots.land import Land, Unit
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import CLASSES

EXACT, PRODUCER, GROUP, UNKNOWN = 0, 1, 2, 3
REFERENCED = CLASSES.index("referenced")


class Choices(NamedTuple):
    """Possible origins of the deliveries of a book."""

    units: list[Unit]  # sorted: suppliers' statements, then land
    places: list[list[int]]  # of each delivery, positions in units; their number for unknown origin
    evidence: list[int]  # of each delivery


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
    deliveries = book.table("delivery")
    columns = (deliveries[name] for name in ("plot_code", "producer_code", "collection_group"))
    found: list[tuple[Unit, ...]] = []
    classes: list[int] = []
    own: dict[tuple[str, str, str], tuple[Unit, ...]] = {}  # of a plot on a day: many receipts ask the same
    several: dict[tuple[str, str, str, str], tuple[Unit, ...]] = {}  # of a producer or group on a day, often asked
    statements = {one: (Unit("", None, "", one),) for one in {*bought, *more} - {""}}
    grown = commodity_of_plots(book)
    of_lot = commodities_of_lots(book) if grown else {}
    wanted = [of_lot.get(lot, "") for lot in deliveries["lot_code"]]
    for plot, producer, group, day, commodity, reference in zip(
        *columns, days, wanted, bought, strict=True
    ):  # a few lookups a delivery
        choice: tuple[Unit, ...]
        if reference:
            choice, evidence = statements[reference], REFERENCED
        elif plot in known:
            asked = (plot, day, producer or "")
            if asked not in own:
                own[asked] = (land.unit(*asked),)
            choice, evidence = own[asked], EXACT
        else:
            of = "" if producer else group or ""
            key = (producer or "", of, day, commodity)
            if key not in several:
                people = (producer,) if producer else land.members(of, day) if of else ()
                held = (code for who in people for code in land.held(who, day))
                fitting = (code for code in held if not commodity or grown.get(code, commodity) == commodity)
                several[key] = tuple(land.unit(code, day) for code in fitting)
            choice, evidence = several[key], (GROUP if of else PRODUCER)
        found.append(choice)
        classes.append(evidence if choice else UNKNOWN)
    used = {one for choices in (own, several, statements) for choice in choices.values() for one in choice}
    units = sorted(used, key=lambda one: (one.plot, one.version or 0, one.producer, one.reference))
    place = {one: i for i, one in enumerate(units)}
    # The same choice is the same tuple: places are looked up once for each.
    places = {id(choice): [place[one] for one in choice] or [len(units)] for choice in found}
    return Choices(units, [places[id(choice)] for choice in found], classes)

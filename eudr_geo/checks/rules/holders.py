"""Receipts and the people behind them: who held the land on the day of the harvest."""

from __future__ import annotations

from collections.abc import Iterator

from eudr_geo.checks.catalogue import ERROR, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.land import harvest_day
from eudr_geo.model.lot_book import LotBook

_LAND = "EUDR Article 9(1)(d): geolocation of all plots where the products were produced"


@lot_rule(severity=ERROR, basis=_LAND, ids=("LOT-EX-04",), at=("collection_group",))
def member_without_land(book: LotBook) -> Problems:
    """A receipt of a group whose member has no plot with a boundary.

    **Why it matters** Goods of a group can come from any of its members. Land that nobody mapped cannot be declared,
    and what came from it cannot be told from the rest.

    **Example** Receipt R-7 is of the group *Buôn Kli*; member NH-019 of that group has no plot in the project.

    **How to correct it** Map the member's plots, write the producer on the receipt, or end the membership with the day
    on which it ended.

    **Trap** Taking the member out of the group without a day changes every earlier receipt of the group.
    """
    return problems(_landless(book))


def _landless(book: LotBook) -> Iterator[Fault]:
    land = graph_of(book).land
    for row in rows(book, "delivery"):
        group = row["collection_group"]
        if not group or row["producer_code"] or row["plot_code"]:
            continue
        for who in land.landless(group, harvest_day(row)):
            why = because("member-without-land.why", producer=who, group=group)
            yield Fault("delivery", row["code"], row, why, {"other": who})


@lot_rule(severity=ERROR, basis=_LAND, ids=("LOT-EX-05",), at=("producer_code",))
def not_the_holder(book: LotBook) -> Problems:
    """A receipt names a plot and a producer who did not hold it on the day of the harvest.

    **Why it matters** One of the two is wrong: the goods came from other land, or from other hands.

    **Example** Receipt R1 of 15 November names producer H-2 and plot T-1, which H-1 held on that day.

    **How to correct it** Correct the producer or the plot on the receipt. If the plot was sold, write on the Plots
    sheet since when the new producer holds it.

    **Trap** A worker or a relative who brings the goods is not the producer: the receipt names the one who holds the
    plot.
    """
    return problems(_strangers(book))


def _strangers(book: LotBook) -> Iterator[Fault]:
    land, producers = graph_of(book).land, by_code(book, "producer")
    for row in rows(book, "delivery"):
        plot, producer, day = row["plot_code"], row["producer_code"], harvest_day(row)
        holder = land.holder(plot, day) if plot else ""
        if producer in producers and plot and day and not holder and land.spans(plot):
            values = {"producer": producer, "plot": plot}
            why = because("not-the-holder.why.nobody", day=day, **values)
            yield Fault("delivery", row["code"], row, why, {"other": plot})
        elif producer in producers and holder and holder != producer:
            values = {"producer": producer, "plot": plot, "holder": holder}
            day_told = "not-the-holder.why" if day else "not-the-holder.why.no-day"
            yield Fault("delivery", row["code"], row, because(day_told, day=day, **values), {"other": holder})

"""Lots and custody: nothing is delivered before it is harvested, or milled and shipped before it is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eudr_geo.base.said import Said
from eudr_geo.checks.catalogue import ERROR, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, noun, problems, rows, shipped_lots
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook


@lot_rule(
    severity=ERROR,
    basis="EUDR Article 9(1)(d): date or time range of production, for crops the harvest",
    at=("harvested_from",),
)
def missing_harvest_date(book: LotBook) -> Problems:
    """A delivery does not say when it was harvested.

    **Why it matters** The date or time range of production is information that the operator must hold for every
    product, and for a crop that is the harvest. Without it the land cannot be held against the cut-off date either.

    **Example** Delivery PN-014 has a delivery date, but no harvest date.

    **How to correct it** Ask the producer for the first and the last day of picking. If nobody knows better, the dates
    of the crop season are accepted.

    **Trap** The delivery date is not the harvest date: dried cherry may be months old.
    """
    return problems(
        Fault("delivery", row["code"], row)
        for row in rows(book, "delivery")
        if not row["harvested_from"] and not row["harvested_to"]
    )


@lot_rule(
    severity=ERROR,
    basis="good practice: harvest, delivery, processing and shipping follow each other",
    ids=("LOT-TIME",),
    at=("date_start", "delivered_on", "date_sent", "ship_date", "created_on"),
)
def dates_out_of_order(book: LotBook) -> Problems:
    """Something happened before what it depends on.

    **Why it matters** Goods cannot be shipped before they were harvested. Either a date is wrong, or the goods are
    not those.

    **Example** Delivery PN-014 was harvested on 2026-03-02 and delivered on 2026-02-20; a process draws from a lot
    days before anything came into it.

    **How to correct it** Compare the dates with the receipts. Day and month are often exchanged, and in January the
    old year is often written.

    **Trap** Goods may be delivered and milled on one day: equal dates are in order. A shipment may be planned ahead, up
    to a year; everything else that is written down has to have happened.
    """
    return problems(_order(book))


class _Calendar:
    """When goods came into each lot, and when they left it. Dates as ISO text sort as they are."""

    def __init__(self, book: LotBook) -> None:
        self.processes = by_code(book, "process")
        self.consignments = by_code(book, "consignment")
        self.came: dict[str, list[tuple[str, str]]] = {}  # first and last day of each way in
        self.left: dict[str, list[tuple[str, str, dict[str, Any], str]]] = {}
        self.shipped: dict[str, str] = {}  # last day on which some of the lot was shipped
        for row in rows(book, "delivery"):
            if row["delivered_on"]:
                self.came.setdefault(row["lot_code"], []).append((row["delivered_on"], row["delivered_on"]))
        for row in rows(book, "process_line"):
            process: dict[str, Any] = self.processes.get(row["process_code"], {})
            day, end = (process.get(name) or "" for name in ("date_start", "date_end"))
            if not (day or end) or not row["lot_code"]:
                continue
            if row["direction"] == "in":
                self.left.setdefault(row["lot_code"], []).append((day or end, "process", process, row["process_code"]))
            elif row["direction"] != "loss":
                self.came.setdefault(row["lot_code"], []).append((day or end, max(day, end)))
        for row in shipped_lots(book):
            consignment = self.consignments.get(row["consignment_code"])
            if consignment is not None and consignment["ship_date"]:
                entry = (consignment["ship_date"], "consignment", consignment, row["consignment_code"])
                self.left.setdefault(row["lot_code"], []).append(entry)
                self.shipped[row["lot_code"]] = max(entry[0], self.shipped.get(row["lot_code"], ""))

    def begun(self, lot: str | None) -> str:
        """First day on which something came into a lot, "" where nobody says."""
        return min((first for first, _ in self.came.get(lot or "", [])), default="")


def _order(book: LotBook) -> Iterator[Fault]:
    calendar = _Calendar(book)
    yield from _of_receipts(book)
    for code, row in calendar.processes.items():
        if row["date_start"] and row["date_end"] and row["date_start"] > row["date_end"]:
            yield Fault("process", code, row, _why("ended", day=row["date_end"], first=row["date_start"]))
    for lot, leaving in calendar.left.items():
        first = calendar.begun(lot)
        for day, subject, row, code in leaving:
            if first and day < first:
                yield Fault(subject, code, row, _why("taken", lot=lot, day=day, first=first))
    yield from _of_stores(book, calendar)
    yield from _of_handovers(book, calendar)
    if book.today:
        yield from _to_come(book, book.today)


def _why(clause: str, **values: Any) -> Said:
    return because(f"dates-out-of-order.why.{clause}", **values)


def _of_receipts(book: LotBook) -> Iterator[Fault]:
    for row in rows(book, "delivery"):
        first, last = row["harvested_from"] or row["harvested_to"], row["harvested_to"] or row["harvested_from"]
        if first and last and first > last:
            yield Fault("delivery", row["code"], row, _why("harvest", day=last, first=first))
        elif last and row["delivered_on"] and last > row["delivered_on"]:
            yield Fault("delivery", row["code"], row, _why("delivered", day=row["delivered_on"], last=last))


def _of_stores(book: LotBook, calendar: _Calendar) -> Iterator[Fault]:
    lots = by_code(book, "lot")
    for row in rows(book, "storage_stay"):
        lot, place, begins, ends = (row[name] for name in ("lot_code", "location_code", "from_date", "to_date"))
        first = calendar.begun(lot)
        own = {**lots.get(lot, {}), **{key: row.get(key) for key in ("src_file", "src_row")}}
        if begins and ends and ends < begins:
            yield Fault("lot", lot, own, _why("left-store", place=place, day=ends, first=begins))
        elif begins and first and begins < first:
            yield Fault("lot", lot, own, _why("stored", place=place, day=begins, first=first))


def _of_handovers(book: LotBook, calendar: _Calendar) -> Iterator[Fault]:
    graph = graph_of(book)
    given: dict[str, list[dict[str, Any]]] = {}
    for row in rows(book, "handover"):
        if row["lot_code"] and row["date_sent"]:
            given.setdefault(row["lot_code"], []).append(row)
    for lot, its in sorted(given.items()):
        its.sort(key=lambda row: (row["date_sent"], row["code"]))
        begun, gone = calendar.begun(lot), calendar.shipped.get(lot, "")
        for row in its:
            if begun and row["date_sent"] < begun:
                yield Fault("handover", row["code"], row, _why("sent", lot=lot, day=row["date_sent"], first=begun))
        # After shipping buyers hand goods on; the first hand cannot come after all of the lot has left.
        place = graph.position.get(lot, -1)
        is_gone = place >= 0 and graph.shipped_kg[place] >= graph.total_kg[place] - tolerance_kg(graph.total_kg[place])
        if gone and is_gone and its[0]["date_sent"] > gone:
            why = _why("sent-after", lot=lot, day=its[0]["date_sent"], last=gone)
            yield Fault("handover", its[0]["code"], its[0], why)


_PAST = (
    ("delivery", "code", "delivered_on", "delivered"),
    ("delivery", "code", "harvested_from", "harvested"),
    ("lot", "code", "created_on", "made"),
    ("lot", "code", "sealed_on", "sealed"),
    ("process", "code", "date_end", "ended"),
    ("process", "code", "date_start", "begun"),
    ("storage_stay", "lot_code", "from_date", "stored"),
    ("handover", "code", "date_received", "received"),
    ("handover", "code", "date_sent", "sent"),
    ("statement", "code", "submitted_at", "submitted"),
)
"""Table, its code, the column with a day on which something was done, and the row of the word for it."""
_SUBJECTS = {"storage_stay": "lot"}


def _to_come(book: LotBook, today: str) -> Iterator[Fault]:
    """Days that are said to be past and are not; a shipment may be planned, but no year ahead."""
    told: set[tuple[str, str]] = set()
    for table, own, column, word in _PAST:
        subject = _SUBJECTS.get(table, table)
        for row in rows(book, table):
            if row[column] and row[column][:10] > today and (subject, row[own]) not in told:
                told.add((subject, row[own]))
                done = because(f"dates-out-of-order.done.{word}")
                yield Fault(subject, row[own], row, _why("to-come", done=done, day=row[column], today=today))
    horizon = f"{int(today[:4]) + 1}{today[4:]}"
    for row in rows(book, "consignment"):
        if row["ship_date"] and row["ship_date"] > horizon:
            yield Fault("consignment", row["code"], row, _why("far-ahead", day=row["ship_date"], today=today))


@lot_rule(
    severity=ERROR,
    basis="good practice: a lot is closed before goods are taken out of it",
    ids=("LOT-STR-05",),
    at=("sealed_on",),
)
def drawn_before_sealed(book: LotBook) -> Problems:
    """Goods were taken out of a lot that was still being filled.

    **Why it matters** The shares of the plots are those of the whole lot. If goods left before the last delivery came
    in, that delivery cannot be in them, and the shares are wrong.

    **Example** Lot DL25-BULK-C is milled on 2025-11-20; another delivery goes into it on 2025-11-28.

    **How to correct it** Begin a new lot each time goods are taken out: one lot a day, a week or a filling of the tank.
    If the lot has a sealing date, correct it or the date of the process.

    **Trap** A silo that is filled and emptied all the time is no lot: enter it as a store of loose goods.
    """
    return problems(_early(book))


def _early(book: LotBook) -> Iterator[Fault]:
    calendar = _Calendar(book)
    loose = {
        row["code"]
        for row in rows(book, "location")
        if row["storage_mode"] == "loose" or row["kind"] in {"silo", "tank"}
    }
    poured = {row["lot_code"] for row in rows(book, "storage_stay") if row["location_code"] in loose}
    for row in rows(book, "lot"):
        ways = calendar.came.get(row["code"], [])
        came = (min(first for first, _ in ways), max(last for _, last in ways)) if ways else ()
        left = sorted(calendar.left.get(row["code"], []), key=lambda entry: (entry[0], entry[3]))
        if row["location_code"] in loose or row["code"] in poured or not (came or left):
            continue
        sealed = row["sealed_on"]
        if sealed and left and left[0][0] < sealed:
            day, subject, _, code = left[0]
            taker = {"taker": noun(subject), "taker_code": code, "day": day}
            yield Fault("lot", row["code"], row, because("drawn-before-sealed.why.taken", **taker, sealed=sealed))
        elif sealed and came and came[-1] > sealed:
            why = because("drawn-before-sealed.why.added", day=came[-1], sealed=sealed)
            yield Fault("lot", row["code"], row, why)
        elif came and left and came[0] <= left[0][0] < came[-1]:
            day, subject, _, code = left[0]
            taker = {"taker": noun(subject), "taker_code": code, "day": day}
            yield Fault("lot", row["code"], row, because("drawn-before-sealed.why.filling", **taker, last=came[-1]))

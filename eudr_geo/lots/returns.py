"""Goods that came back from a buyer: what handovers say of it, held against the shipments, which count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.lots.balance import kilograms, tolerance_kg
from eudr_geo.model.lot_book import LotBook

HANDED_OVER_DAYS = 7
"""Good practice: whoever takes a lot over within a week of its ship date takes over the shipment."""


@dataclass(frozen=True)
class HandedBack:
    """A handover from a buyer back, of goods that no shipment says to have come back."""

    handover: Mapping[str, Any]  # its row
    lot: str
    giver: str
    kg: float
    consignments: tuple[str, ...]  # that it can be of, sorted


def handed_back(book: LotBook) -> Iterator[HandedBack]:
    """Yield handovers that bring shipped goods back, where the shipments of the lot do not say that so much came back.

    The giver is the buyer of a shipment of the lot that had left by then: by name, or because the goods were handed to
    it within a week of the ship date.

    Parameters
    ----------
    book
        The lot book: handovers, organisations, consignments and their lines.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> back = {"code": "HO2", "lot_code": "G", "from_org": "BUYER", "to_org": "COOP", "date_sent": "2026-04-01"}
    >>> tables = {
    ...     "consignment": [{"code": "EX1", "buyer": "Buyer BV", "ship_date": "2026-03-01"}],
    ...     "consignment_line": [{"consignment_code": "EX1", "lot_code": "G", "quantity_kg": 600.0}],
    ...     "handover": [{**back, "quantity_sent_kg": 100.0}],
    ... }
    >>> [(one.lot, one.kg, one.consignments) for one in handed_back(book_of(tables))]
    [('G', 100.0, ('EX1',))]
    """
    handovers = _records(book, "handover")
    if not handovers:
        return
    heads = {row["code"]: row for row in _records(book, "consignment")}
    names = {row["code"]: row["name"] or "" for row in _records(book, "organisation")}
    shipped: dict[str, dict[str, Mapping[str, Any]]] = {}  # lot → the shipments that it is in
    left: dict[str, float] = {}  # lot → kg that shipments say to have come back, and no handover has yet
    lines = book.table("consignment_line")
    columns = (lines["consignment_code"], lines["lot_code"], kilograms(lines["returned_kg"]).tolist())
    for code, lot, kg in zip(*columns, strict=True):
        if code in heads and lot:
            shipped.setdefault(lot, {})[code] = heads[code]
            left[lot] = left.get(lot, 0.0) + kg
    for row in sorted(handovers, key=lambda row: (row["date_sent"] or "", str(row["code"]))):
        lot, giver = row["lot_code"], row["from_org"] or ""
        called = (giver, names.get(giver, ""))
        of = [
            code
            for code, head in sorted(shipped.get(lot, {}).items())
            if head["ship_date"]
            and row["date_sent"]
            and head["ship_date"] <= row["date_sent"]
            and (_is_called(called, head["buyer"] or "") or _took_over(handovers, row, head["ship_date"]))
            and not _is_called((row["to_org"] or "", names.get(row["to_org"] or "", "")), head["buyer"] or "")
        ]
        if not of:
            continue
        kg = float(kilograms([row["quantity_received_kg"] or row["quantity_sent_kg"]])[0])
        told = left.get(lot, 0.0)
        left[lot] = max(told - kg, 0.0)
        if kg > told + float(tolerance_kg(kg)):
            yield HandedBack(row, lot, called[1] or giver, kg, tuple(of))


def _records(book: LotBook, table: str) -> list[dict[str, Any]]:
    frame = book.table(table)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _is_called(names: tuple[str, str], buyer: str) -> bool:
    """Tell whether an organisation is the buyer: its name, or code, begins with the words of the other, or the reverse.

    Examples
    --------
    >>> _is_called(("BUYER", ""), "Buyer BV"), _is_called(("MILL", "Dry Mill"), "Buyer BV")
    (True, False)
    """
    own = fold(buyer).split()
    for name in names:
        words = fold(name).split()
        length = min(len(words), len(own))
        if length and words[:length] == own[:length]:
            return True
    return False


def _took_over(handovers: list[dict[str, Any]], back: Mapping[str, Any], ship_date: str) -> bool:
    """Tell whether who gives goods back took them over, from who gets them, about the day they were shipped."""
    return any(
        one["lot_code"] == back["lot_code"]
        and (one["from_org"], one["to_org"]) == (back["to_org"], back["from_org"])
        and (one["date_sent"] or "") <= back["date_sent"]
        and _days_apart(one["date_sent"] or "", ship_date) <= HANDED_OVER_DAYS
        for one in handovers
        if one["code"] != back["code"]
    )


def _days_apart(one: str, other: str) -> float:
    try:
        return abs((dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days)
    except ValueError:  # a day without its month or year: nobody can tell how far it is
        return float("inf")

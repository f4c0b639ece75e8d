"""Why rows of a lot book cannot be stored, and what to do about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from eudr_geo.base.said import Said
from eudr_geo.lots.balance import balances
from eudr_geo.lots.payments import without_currency
from eudr_geo.lots.returns import HandedBack, handed_back
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.project.importing.common import Refused
from eudr_geo.project.importing.keys import Key, Row, label, thing
from eudr_geo.store.demands import WEIGHT, Demands
from eudr_geo.store.erasing import PERSONAL
from eudr_geo.words.saying import counted, joined, say

UNKNOWN = "imports:unknown"
"""What is said of a row that names something neither the book nor the project knows."""

OVER_DRAWN = "imports:over-drawn"
"""What is said of a lot of which more is taken than it holds."""

BALANCE = frozenset({"lot", "delivery", "process_line", "consignment_line", "storage_stay"})
"""Tables that the balance of a lot is made of."""

_NAMED = 3


def refused(row: Row, key: Key, why: str, fix: str, column: str = "") -> Refused:
    """Return a row of a book that will not be stored."""
    place = row.get("src_file") or "", row.get("src_row")
    return Refused(*place, label(key), why, fix, row.get("src_sheet") or "", column)


def remembering(rows: Iterable[Row], forgotten: set[str]) -> list[Refused]:
    """Return the rows that would bring a forgotten person back; the book itself would be kept with the name in it."""
    found = []
    for row in rows if forgotten else ():
        code = row["code"]
        if code in forgotten and (row.get("name") not in (None, "", code) or any(row.get(one) for one in PERSONAL)):
            why, fix = say("imports:forgotten", code=code), say("imports:forgotten.do", code=code)
            found.append(refused(row, (code,), why, fix))
    return found


def twice(name: str, key: Key, first: Row, other: Row) -> Refused:
    """Return what is said of a code that stands on two rows with different values."""
    rows = [row["src_row"] for row in (first, other) if row.get("src_row")]
    about = thing(name, key)
    if len(rows) > 1:
        why = say("imports:twice.rows", thing=about, first=rows[0], second=rows[1])
    elif rows:  # a row that came from no file has no number
        why = say("imports:twice.row", thing=about, first=rows[0])
    else:
        why = say("imports:twice", thing=about)
    return refused(other, key, why, say("imports:twice.do"))


def faults(
    asks: Demands, name: str, key: Key, row: Row, known: Mapping[str, set[str]], *, is_new: bool
) -> list[tuple[str, str, str]]:
    """Return why a row cannot be stored, what to do, and the column that is meant.

    Parameters
    ----------
    asks
        What its table asks.
    name, key, row
        Table, key and row.
    known
        Table → codes that may be named.
    is_new
        Whether the project does not hold it yet.
    """
    found: list[tuple[str, str, str]] = []
    for column, target in asks.references:
        if row.get(column) and row[column] not in known[target]:
            kind = say(f"nouns:{target}")
            why = say(UNKNOWN, thing=thing(name, key), kind=kind, code=row[column])
            found.append((why, say(f"{UNKNOWN}.do", kind=kind), column))
    for one in asks.judged:
        value = row.get(one.name)
        if is_new and one.is_needed and value in (None, ""):
            about, called = thing(name, key), heading_of(name, one.name, row)
            found.append((say("imports:missing", thing=about, column=called), say("imports:missing.do"), one.name))
        elif value and one.allowed and value not in one.allowed:
            about, called = thing(name, key), heading_of(name, one.name, row)
            why = say("imports:not-allowed", thing=about, column=called, value=str(value)[:40])
            found.append((why, say("imports:not-allowed.do", values=_words(name, one.name, one.allowed)), one.name))
        elif one.name == WEIGHT and value is not None and not value > 0:
            about, called = thing(name, key), heading_of(name, one.name, row)
            why = say("imports:no-weight", thing=about, column=called, value=value)
            found.append((why, say("imports:no-weight.do"), one.name))
    return found


def heading_of(table: str, column: str, row: Mapping[str, object]) -> str:
    """Return the heading of a column on its sheet; the name of the column where it stands on none.

    Examples
    --------
    >>> str(heading_of("delivery", "quantity_kg", {}))
    'Net weight'
    """
    place = table_of(BOOK_TABLES[table]).columns[column].info.get("sheet")
    if place is None:
        return column
    side = 0 if row.get("direction") == "in" else -1  # a line of a process has one column for each side
    return say(f"columns:{place.keys[side]}")


def _words(table: str, column: str, allowed: Sequence[str]) -> str:
    """Words that a column may hold: in English as they are stored, in other languages as the workbook has them."""
    place = table_of(BOOK_TABLES[table]).columns[column].info.get("sheet")
    choice = "" if place is None else place.kind.partition(":")[2]
    return joined([Said(one, f"choices:{choice}.{one}", {}) if choice else one for one in allowed], ", ")


def over_draws(lots: Mapping[Key, Row], touched: Iterable[Row], after: LotBook) -> list[Refused]:
    """Return the lots of which more would be taken than they hold, where the book changes something about them.

    Parameters
    ----------
    lots
        Key → row of the lots as they would be.
    touched
        Rows of :data:`BALANCE` that are new, changed or gone.
    after
        The lot book as it would be.
    """
    codes = {row.get("lot_code") or row.get("code") for row in touched}
    found = []
    now = balances(after)
    back = {one.lot: one for one in handed_back(after)} if now.over.any() else {}
    for place in np.flatnonzero(now.over).tolist():  # those that are wrong: few
        lot = now.lots[place]
        if lot in codes:
            weights = {"taken_kg": now.taken[place], "lot": lot, "held_kg": now.held[place]}
            came = back.get(lot)
            why: str = say(OVER_DRAWN, **weights)
            fix: str = say("imports:over-drawn.do")
            if came is not None:
                why, fix = _as_a_return(came, weights)
            found.append(refused(lots[(lot,)], (lot,), why, fix, "quantity_kg"))
    return found


def unpriced(deliveries: Mapping[Key, Row], touched: Collection[str], after: LotBook) -> list[Refused]:
    """Return what is asked, once for all of them, about new sums of money that are in no currency.

    Parameters
    ----------
    deliveries
        Key → row of the deliveries as they would be.
    touched
        Codes of the deliveries whose money, or currency, is new or changed.
    after
        The lot book as it would be.
    """
    codes = [one.code for one in without_currency(after) if one.code in touched] if touched else []
    if not codes:
        return []
    why = counted("imports:no-currency", len(codes), receipts=", ".join(codes[:_NAMED]))
    sheets = {name: say(f"sheets:{name}") for name in ("seasons", "deliveries")}
    fix = say("imports:no-currency.do", currency=say("columns:deliveries.currency"), **sheets)
    return [refused(deliveries[(codes[0],)], (codes[0],), why, fix)]


def _as_a_return(came: HandedBack, weights: Mapping[str, object]) -> tuple[str, str]:
    """What is said where a handover from the buyer explains what is missing, and the columns that count."""
    shipment = ", ".join(came.consignments)
    why = say(
        "imports:over-drawn.returned",
        **weights,
        handover=came.handover["code"],
        back_kg=came.kg,
        giver=came.giver,
        shipment=shipment,
    )
    named = {key: say(f"columns:shipments.{key}") for key in ("returned_kg", "returned_on")}
    fix = say("imports:over-drawn.returned.do", **named, lot=came.lot, shipment=shipment, sheet=say("sheets:shipments"))
    return why, fix


def still_named(
    gone: Mapping[str, Mapping[Key, Row]], merged: Mapping[str, Mapping[Key, Row]], asks: Mapping[str, Demands]
) -> list[Refused]:
    """Return the rows that cannot go because a row that stays names them.

    Parameters
    ----------
    gone
        Table → key → row that would go.
    merged
        Table → key → row of the book as it would be.
    asks
        Table → what it asks.
    """
    found = []
    for table, rows in merged.items():
        for column, target in asks[table].references:
            codes = {key[0]: row for key, row in gone.get(target, {}).items()}
            named = {row[column]: key for key, row in rows.items() if row.get(column) in codes} if codes else {}
            for code, key in sorted(named.items()):
                why = say("imports:still-named", thing=thing(target, (code,)), other=thing(table, key))
                found.append(refused(codes[code], (code,), why, say("imports:still-named.do")))
    return found

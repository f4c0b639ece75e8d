"""The statements of a book, what they cover, until when they can be amended and must be kept; and what has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from eudr_geo.law import AMEND_HOURS, RETENTION_YEARS
from eudr_geo.lots.statements import ended, numbers_of_shipments
from eudr_geo.model.lot_book import LotBook

_AMENDED_WITHIN = dt.timedelta(hours=AMEND_HOURS)


class StatementLine(NamedTuple):
    """One statement, with everything that is known of it but its verification number.

    Days and moments are UTC, ISO 8601; "" where nobody said what they follow from. There are two readings of the time
    to amend: from the submission, and from the moment at which the numbers were given; the first is the safe one.
    """

    statement: str
    source: str
    kind: str
    status: str
    is_in_force: bool
    submitted_at: str
    available_at: str
    amend_until: str
    amend_until_by_numbers: str
    consignments: str
    buyers: str
    lots: str
    quantity_kg: float | None
    keep_until: str


def statement_lines(book: LotBook) -> list[StatementLine]:
    """Return the statements of a book, sorted by number.

    Parameters
    ----------
    book
        The lot book.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> rows = {"statement": [{"code": "26BE7XTVCZAQ2S", "source": "own", "kind": "dds", "submitted_at": "2026-02-03"}]}
    >>> line = statement_lines(book_of(rows))[0]
    >>> line.amend_until, line.keep_until
    ('2026-02-06T00:00:00Z', '2031-02-03')
    """
    over = ended(book)
    covers = book.table("statement_lot")
    shipped = _shipped(book)
    heads = {
        code: (buyer or "", day or "")
        for code, buyer, day in zip(
            *(book.table("consignment")[name] for name in ("code", "buyer", "ship_date")), strict=True
        )
    }
    lines = []
    for row in book.table("statement").to_dict("records"):  # as many as there are statements
        own = covers[covers["statement_code"] == row["code"]]
        consignments = sorted(set(own["consignment_code"]) - {None, ""})
        bought = _bought(book, row["code"]) if row["source"] == "supplier" else {}
        kg = bought or _covered(own.to_dict("records"), shipped)
        days = [
            row["submitted_at"] or row["available_at"] or "",
            *(heads.get(one, ("", ""))[1] for one in consignments),
        ]
        lines.append(
            StatementLine(
                row["code"],
                row["source"] or "",
                row["kind"] or "",
                row["status"] or "",
                row["code"] not in over,
                row["submitted_at"] or "",
                row["available_at"] or "",
                _amended_until(row["submitted_at"] or ""),
                _amended_until(row["available_at"] or ""),
                "; ".join(consignments),
                "; ".join(sorted({heads[one][0] for one in consignments if heads.get(one, ("",))[0]})),
                "; ".join(sorted(kg)),
                round(sum(kg.values()), 3) if kg else None,
                _kept_until(max(day[:10] for day in days)),
            )
        )
    return sorted(lines)


def shipments_without(book: LotBook) -> list[str]:
    """Return the shipments that no statement of our own in force covers, sorted.

    Parameters
    ----------
    book
        The lot book.
    """
    known = numbers_of_shipments(book)
    return sorted(code for code in book.table("consignment")["code"] if code not in known)


def _shipped(book: LotBook) -> dict[tuple[str, str], float]:
    table = book.table("consignment_line")
    found: dict[tuple[str, str], float] = {}
    for code, lot, kg in zip(*(table[name] for name in ("consignment_code", "lot_code", "quantity_kg")), strict=True):
        found[code, lot] = found.get((code, lot), 0.0) + float(kg or 0.0)
    return found


def _covered(rows: list[dict[str, object]], shipped: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Lot → kilograms under a statement of our own: as stated, else all of the lot in the shipment."""
    found: dict[str, float] = {}
    for row in rows:
        consignment, lot, kg = str(row["consignment_code"] or ""), str(row["lot_code"] or ""), row["quantity_kg"]
        if lot:
            stated = float(kg) if isinstance(kg, (int, float)) else shipped.get((consignment, lot), 0.0)
            found[lot] = found.get(lot, 0.0) + stated
    return found


def _bought(book: LotBook, statement: str) -> dict[str, float]:
    """Lot → kilograms that were bought with a supplier's statement, as deliveries and lots say it."""
    found: dict[str, float] = {}
    for table, lot, weight in (("delivery", "lot_code", "quantity_kg"), ("lot", "code", "upstream_kg")):
        frame = book.table(table)
        own = frame[frame["upstream_reference"] == statement]
        for code, kg in zip(own[lot], own[weight], strict=True):
            if code:
                found[str(code)] = found.get(str(code), 0.0) + float(kg if kg is not None and kg == kg else 0.0)  # noqa: PLR0124 (NaN)
    return found


def _amended_until(moment: str) -> str:
    """The last moment of 72 hours from a moment; from a day alone, counted from its beginning, which is safe."""
    try:
        begin = dt.datetime.fromisoformat(moment) if moment else None
    except ValueError:  # a year or a month alone tells no hours
        return ""
    return "" if begin is None else f"{(begin.replace(tzinfo=None) + _AMENDED_WITHIN).isoformat(timespec='seconds')}Z"


def _kept_until(day: str) -> str:
    """The day five years after the later of submission and shipment."""
    try:
        begin = dt.date.fromisoformat(day)
    except ValueError:  # no day, or a year or month alone
        return ""
    if (begin.month, begin.day) == (2, 29):  # which five years later is no day
        begin += dt.timedelta(days=1)
    return begin.replace(year=begin.year + RETENTION_YEARS).isoformat()

"""Which statement covers what: what a shipment's rows say of it, which are in force, who gets their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from eudr_geo.model.statements import ENDED

if TYPE_CHECKING:
    from eudr_geo.model.lot_book import LotBook

_SIMPLIFIED = re.compile(r"S\d{2}[A-Z]{2}[A-Z0-9]{9}")
"""The one form that is published: identifiers of simplified declarations have 14 characters and begin with S."""

Cover = tuple[str, str | None]
"""Statement and lot; None for a lot that nobody named."""


def kind_of(number: str) -> str:
    """Return the kind of statement that a number is of, as far as its form tells.

    Examples
    --------
    >>> kind_of("S26FRNMNBSA96Q"), kind_of("26BE7XTVCZAQ2S")
    ('sd', 'dds')
    """
    return "sd" if _SIMPLIFIED.fullmatch(number) else "dds"


def covered(lots: Sequence[str], stated: Iterable[Cover]) -> list[Cover]:
    """Return what the statements of one shipment cover, each pair once, in the order in which they were written.

    One statement on any of the rows is that of the whole shipment, like its buyer and its day; of several each covers
    the lot on its row.

    Parameters
    ----------
    lots
        Lots of the shipment.
    stated
        Statement and lot of each row that names a statement; None for a row without a lot.

    Examples
    --------
    >>> covered(["A", "B"], [("26BE7XTVCZAQ2S", "A")])
    [('26BE7XTVCZAQ2S', 'A'), ('26BE7XTVCZAQ2S', 'B')]
    >>> covered(["A", "B"], [("26BE7XTVCZAQ2S", "A"), ("25HR3TXDB21346", "B")])
    [('26BE7XTVCZAQ2S', 'A'), ('25HR3TXDB21346', 'B')]
    """
    rows = list(dict.fromkeys(stated))
    numbers = list(dict.fromkeys(number for number, _ in rows))
    if len(numbers) == 1 and lots:
        return [(numbers[0], lot) for lot in dict.fromkeys(lots)]
    return rows


def ended(book: LotBook) -> frozenset[str]:
    """Return the statements that cover nothing any more: rejected, withdrawn, obsolete, or replaced by another.

    Parameters
    ----------
    book
        The lot book.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> rows = [{"code": "C-77", "kind": "contingency"}, {"code": "26BE7XTVCZAQ2S", "replaces": "C-77"}]
    >>> sorted(ended(book_of({"statement": rows})))
    ['C-77']
    """
    table = book.table("statement")
    replaced = set(table["replaces"]) - {None, ""}
    codes = zip(table["code"], table["reference"], table["status"], strict=True)
    return frozenset(str(code) for code, number, status in codes if status in ENDED or {code, number} & replaced)


def numbers_of_shipments(book: LotBook) -> Mapping[str, list[str]]:
    """Return the statements of our own that cover each shipment and are in force, sorted: the numbers its buyer gets.

    Parameters
    ----------
    book
        The lot book.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> rows = {"statement": [{"code": "26BE7XTVCZAQ2S", "source": "own"}]}
    >>> rows["statement_lot"] = [{"statement_code": "26BE7XTVCZAQ2S", "consignment_code": "EX1", "lot_code": "G"}]
    >>> dict(numbers_of_shipments(book_of(rows)))
    {'EX1': ['26BE7XTVCZAQ2S']}
    """
    lines, over = book.table("statement_lot"), ended(book)
    found: dict[str, set[str]] = {}
    for statement, consignment in zip(lines["statement_code"], lines["consignment_code"], strict=True):
        if consignment and statement not in over:
            found.setdefault(str(consignment), set()).add(str(statement))
    return {code: sorted(numbers) for code, numbers in found.items()}

"""Of which commodity a lot is: told by its HS code, else by its form, else by what it came from or became."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eudr_geo.law.annex import annex_entries
from eudr_geo.model.forms import KNOWN
from eudr_geo.model.lot_book import LotBook

COFFEE = "coffee"
COMMODITY_OF_FORM: Mapping[str, str] = {form: known.commodity for form, known in KNOWN.items()}
"""Forms that goods of one commodity alone have."""


def commodity_of_hs(hs_code: str | None) -> str:
    """Return the commodity that an HS code stands for in Annex I, on whichever day; "" where none or several fit.

    Examples
    --------
    >>> commodity_of_hs("0901 11"), commodity_of_hs("1801"), commodity_of_hs("100630")
    ('coffee', 'cocoa', '')
    """
    digits = "".join(char for char in hs_code or "" if char.isdigit())
    found = {one.commodity for one in annex_entries() if len(digits) >= 4 and digits.startswith(one.stem[:4])}
    exact = {one.commodity for one in annex_entries() if len(digits) >= 4 and digits.startswith(one.stem)}
    chosen = exact or found
    return next(iter(chosen)) if len(chosen) == 1 else ""


def stated_commodities(book: LotBook) -> dict[str, str]:
    """Return lot → the commodity that its own row or its line of a shipment states, by HS code, else by form."""
    found: dict[str, str] = {}
    lots, lines = book.table("lot"), book.table("consignment_line")
    forms = {code: COMMODITY_OF_FORM.get(form or "", "") for code, form in zip(lots["code"], lots["form"], strict=True)}
    for code, hs_code in (*_pairs(lots["code"], lots["hs_code"]), *_pairs(lines["lot_code"], lines["hs_code"])):
        if commodity := commodity_of_hs(hs_code):
            found.setdefault(code, commodity)
    return {**{code: one for code, one in forms.items() if one}, **found}


def commodities_of_lots(book: LotBook) -> dict[str, str]:
    """Return lot → commodity, where anything tells it.

    What the lot states goes first; then what the lots that it came from or went into state, where they agree; then
    the plots of its own receipts, where they agree.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> commodities_of_lots(book_of({"lot": [{"code": "G", "form": "green"}, {"code": "K", "hs_code": "1801"}]}))
    {'G': 'coffee', 'K': 'cocoa'}
    """
    found = stated_commodities(book)
    lines = book.table("process_line")
    processes: dict[str, set[str]] = {}
    for process, lot in _pairs(lines["process_code"], lines["lot_code"]):
        processes.setdefault(process, set()).add(lot)
    grown = True
    while grown:  # each round passes what is known one process further
        grown = False
        for lots in processes.values():
            known = {found[lot] for lot in lots if lot in found}
            if len(known) == 1:
                fresh = {lot: next(iter(known)) for lot in lots if lot not in found}
                found |= fresh
                grown = grown or bool(fresh)
    plots = commodity_of_plots(book)
    deliveries = book.table("delivery")
    grew: dict[str, set[str]] = {}
    for lot, plot in _pairs(deliveries["lot_code"], deliveries["plot_code"]):
        if plots.get(plot):
            grew.setdefault(lot, set()).add(plots[plot])
    return {**{lot: next(iter(some)) for lot, some in grew.items() if len(some) == 1}, **found}


def commodity_of_plots(book: LotBook) -> dict[str, str]:
    """Return plot → what grows on it, where the book says it."""
    table = book.table("plot")
    return {code: what for code, what in _pairs(table["code"], table["commodity"]) if what}


def _pairs(one: Iterable[object], other: Iterable[object]) -> list[tuple[str, str]]:
    return [(str(a), str(b or "")) for a, b in zip(one, other, strict=True) if a]

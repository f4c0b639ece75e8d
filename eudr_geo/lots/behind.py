"""Every record of the lot book that stands behind some lots: their receipts, processes, stays, handovers, papers.

A finding about any of them speaks of the lots, so a package that holds the lots has to know of it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.seasons import seasons_of
from eudr_geo.model.lot_book import LotBook

if TYPE_CHECKING:
    import pandas as pd

Records = frozenset[tuple[str, str]]
"""Pairs of subject and code, as findings name them."""


def records_behind(
    book: LotBook, lots: Collection[str], *, plots: Collection[str] = (), consignments: Collection[str] = ()
) -> Records:
    """Return the records that some lots stand on, as pairs of subject and code.

    Parameters
    ----------
    book
        The lot book.
    lots
        Codes of the lots and of all lots behind them.
    plots
        Codes of the plots that are declared for them.
    consignments
        Codes of the consignments that are packed.
    """
    own, land = set(lots), set(plots)
    receipts = _of(book, "delivery", "lot_code", own)
    lines = book.table("process_line")
    made = lines[lines["lot_code"].isin(own) & (lines["direction"] != "in")]
    processes = set(made["process_code"])
    stays = _of(book, "storage_stay", "lot_code", own)
    handovers = _of(book, "handover", "lot_code", own)
    kept = book.table("lot")[book.table("lot")["code"].isin(own)]
    streams = _codes(kept, "stream_code")
    run = book.table("process")[book.table("process")["code"].isin(processes)]
    of_book = seasons_of(book)
    seasons = {*of_book.of_lots(sorted(own)), *(of_book.stated.get(lot, "") for lot in own)} - {""}
    found = {
        "lot": own,
        "stay": own,
        "measurement": own,
        "plot": land,
        "process": processes,
        "consignment": set(consignments),
        "delivery": _codes(receipts, "code"),
        "handover": _codes(handovers, "code"),
        "producer": _codes(receipts, "producer_code") | _codes(_of(book, "plot", "code", land), "producer_code"),
        "stream": streams,
        "season": seasons | {"of the book"},
        "location": _codes(kept, "location_code") | _codes(stays, "location_code") | _codes(run, "location_code"),
        "organisation": _codes(handovers, "from_org") | _codes(handovers, "to_org") | _codes(kept, "custodian_code"),
    }
    return frozenset((subject, code) for subject, codes in found.items() for code in codes)


def plots_behind(book: LotBook, lots: Collection[str]) -> list[str]:
    """Return the plots that can have given anything to some lots, sorted.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> came = [{"lot_code": "C", "plot_code": "T-2", "quantity_kg": 90.0}, {"lot_code": "D", "plot_code": "T-1"}]
    >>> plots_behind(book_of({"lot": [{"code": "C"}, {"code": "D"}], "delivery": came}), ["C"])
    ['T-2']
    """
    graph = graph_of(book)
    return sorted({plot for lot in lots if lot in graph.position for plot in graph.plots_behind(graph.position[lot])})


def _of(book: LotBook, table: str, column: str, codes: Collection[str]) -> pd.DataFrame:
    frame = book.table(table)
    return frame[frame[column].isin(list(codes))]


def _codes(frame: pd.DataFrame, column: str) -> set[str]:
    return {code for code in frame[column] if isinstance(code, str) and code}

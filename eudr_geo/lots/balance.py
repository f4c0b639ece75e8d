"""The balance of a lot: what it holds, what was taken from it. One definition, for arithmetic and for the store's SQL.

A lot holds its stated weight, else what came in: deliveries, and what processes made; less what it lost in store. Taken
is what went into processes and what was shipped. More than it holds is taken when the difference is beyond what scales
and spilling explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from eudr_geo.base.scales import TOLERANCE_KG, TOLERANCE_MOST_KG, TOLERANCE_SHARE
from eudr_geo.model.lot_book import LotBook

Floats = npt.NDArray[np.float64]


class Flow(NamedTuple):
    """Rows of a table whose ``quantity_kg`` goes into or out of the lot of ``lot_code``."""

    table: str
    directions: tuple[str, ...] = ()  # of a process line; empty: every row of the table
    unless: str = ""  # column with a reason why the row does not count
    less: str = ""  # column with what came back
    only: str = ""  # column without which the row says nothing


IN: tuple[Flow, ...] = (Flow("delivery", unless="void_reason"), Flow("process_line", ("out", "byproduct")))
"""What brings kilograms into a lot."""

DRAWN: tuple[Flow, ...] = (Flow("process_line", ("in",)), Flow("consignment_line", less="returned_kg"))
"""What takes kilograms from a lot for something else."""

LOST: tuple[Flow, ...] = (Flow("storage_stay", less="quantity_out_kg", only="quantity_out_kg"),)
"""What a lot loses while it lies in store: what went in less what came out."""

OUT: tuple[Flow, ...] = (*DRAWN, *LOST)
"""What takes kilograms from a lot."""


def kilograms(column: Any, *, missing: float = 0.0) -> Floats:
    """Return a column of quantities as floats, shape (n,); nothing, text and negative numbers become ``missing``.

    Examples
    --------
    >>> kilograms([12, None, "a sack", -3]).tolist()
    [12.0, 0.0, 0.0, 0.0]
    """
    import pandas as pd

    values = pd.to_numeric(pd.Series(list(column), dtype=object), errors="coerce").to_numpy(np.float64)
    return np.where(np.isfinite(values) & (values > 0), values, missing)


def moved_kg(book: LotBook, flows: Sequence[Flow], lots: Sequence[str]) -> Floats:
    """Return what these flows move for each lot, shape (n,), kg.

    Parameters
    ----------
    book
        The lot book.
    flows
        :data:`IN` or :data:`OUT`, or a part of them.
    lots
        Codes of lots; rows of others are passed over.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> rows = [{"lot_code": "ML03-C", "quantity_kg": 300.0}, {"lot_code": "ML03-C", "quantity_kg": 200.0}]
    >>> moved_kg(book_of({"delivery": rows}), IN, ["ML03-C", "ML04-C"]).tolist()
    [500.0, 0.0]
    """
    position = {code: place for place, code in enumerate(lots)}
    total = np.zeros(len(lots))
    for table, directions, unless, less, only in flows:
        rows = book.table(table)
        place = np.array([position.get(code, -1) for code in rows["lot_code"]], dtype=np.int64)
        chosen = place >= 0
        if directions:
            chosen &= rows["direction"].isin(directions).to_numpy(dtype=bool)
        if unless:
            chosen &= ~rows[unless].astype(bool).to_numpy(dtype=bool)
        if only:
            chosen &= kilograms(rows[only]) > 0
        moved = kilograms(rows["quantity_kg"])
        if less:
            moved = np.maximum(moved - kilograms(rows[less]), 0.0)
        total += np.bincount(place[chosen], moved[chosen], minlength=len(lots))
    return total


def held_kg(stated: Floats, inflow: Floats) -> Floats:
    """Return what lots hold, shape (n,), kg: as stated (NaN or 0 where nobody says), else what came in.

    Examples
    --------
    >>> held_kg(np.array([105.0, np.nan]), np.array([90.0, 90.0])).tolist()
    [105.0, 90.0]
    """
    return np.where(stated > 0, stated, inflow)


def tolerance_kg(held: Floats | float) -> Any:
    """Return what scales and spilling explain, kg, of the shape of ``held``.

    Examples
    --------
    >>> float(tolerance_kg(100.0)), float(tolerance_kg(10_000.0)), float(tolerance_kg(100_000.0))
    (1.0, 50.0, 60.0)
    """
    return np.clip(TOLERANCE_SHARE * np.asarray(held, dtype=np.float64), TOLERANCE_KG, TOLERANCE_MOST_KG)


def is_over_drawn(held: Floats, taken: Floats) -> npt.NDArray[np.bool_]:
    """Tell of which lots more is taken than they hold, shape (n,). Where nobody knows what a lot holds: of none.

    Examples
    --------
    >>> is_over_drawn(np.array([100.0, 100.0, 0.0]), np.array([101.0, 101.5, 50.0])).tolist()
    [False, True, False]
    """
    over: npt.NDArray[np.bool_] = (held > 0) & (taken > held + tolerance_kg(held))
    return over


class Balances(NamedTuple):
    """Lots of a book and their balance; arrays of shape (n,), kg."""

    lots: list[str]
    held: Floats
    taken: Floats
    over: npt.NDArray[np.bool_]


def balances(book: LotBook) -> Balances:
    """Return the balance of every lot of the lot table.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> shipped = [{"consignment_code": "C1", "lot_code": "ML03-G", "quantity_kg": 130.0}]
    >>> found = balances(book_of({"lot": [{"code": "ML03-G", "quantity_kg": 105.0}], "consignment_line": shipped}))
    >>> found.lots, found.held.tolist(), found.taken.tolist(), found.over.tolist()
    (['ML03-G'], [105.0], [130.0], [True])
    """
    rows = book.table("lot")
    lots = [str(code) for code in rows["code"]]
    held = held_kg(kilograms(rows["quantity_kg"], missing=np.nan), moved_kg(book, IN, lots))
    taken, lost = moved_kg(book, DRAWN, lots), moved_kg(book, LOST, lots)
    return Balances(lots, np.maximum(held - lost, 0.0), taken, is_over_drawn(held, taken + lost))

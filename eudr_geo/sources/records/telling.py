"""What a table is, by its headings: a lots workbook, boundaries, waivers, outturn bands. Pure: cells in, a word out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from eudr_geo.base.cells import clean_text, match_heading
from eudr_geo.lots.sheet_names import HEADING_ROWS, sheets_of
from eudr_geo.lots.sheets import sheets
from eudr_geo.model.findings import Waiver
from eudr_geo.model.lot_book import BAND_COLUMNS
from eudr_geo.sources.records.doors import BANDS, BOOK, BOUNDARIES, WAIVERS
from eudr_geo.sources.records.sheet_headings import columns_of
from eudr_geo.words.workbook import META_SHEET, SCHEMA
from eudr_geo.words.worklist import HIDDEN

Sheets = Mapping[str, Sequence[Sequence[Any]]]
WAIVER_COLUMNS = tuple(one.name for one in fields(Waiver))
"""Headings of a table of waivers."""
_LAND = {"producers", "plots"}  # sheets that a list of boundaries may have as well
_ENOUGH = 2  # sheets of goods: one may go with a list of boundaries


def kind_of_cells(cells: Sheets) -> str:
    """Return what a table is: ``book``, ``boundaries``, ``waivers``, ``bands``, or "" where its headings do not tell.

    Examples
    --------
    >>> kind_of_cells({"": [["plot_id", "lat", "lon"], ["P-1", "12.7", "108.1"]]}), kind_of_cells({"": [["a", "b"]]})
    ('boundaries', '')
    """
    if HIDDEN in cells:  # a worklist comes back as boundaries do
        return BOUNDARIES
    if any(
        clean_text(str(cell)).startswith(SCHEMA.partition("/")[0]) for row in cells.get(META_SHEET, ()) for cell in row
    ):
        return BOOK
    first = [row for rows in cells.values() for row in rows[:HEADING_ROWS]]
    for kind, columns in ((WAIVERS, WAIVER_COLUMNS), (BANDS, BAND_COLUMNS)):
        if any(set(columns) <= {clean_text(str(cell)).lower() for cell in row} for row in first):
            return kind
    names = {one.key: one.names() for one in sheets()}
    sure = [keys for rows in cells.values() if len(keys := sheets_of(rows)) == 1]
    called = [keys for title in cells if len(keys := match_heading(title, names)) == 1]
    known = {keys[0] for keys in (*sure, *called)}
    goods = known - _LAND
    has_places = any(columns_of(row) for row in first)
    if len(goods) >= _ENOUGH:
        return BOOK
    if has_places:
        return "" if known - {"plots"} else BOUNDARIES
    return BOOK if known else ""

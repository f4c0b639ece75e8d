"""What was gathered from the sheets of a workbook: tables as lists of rows, land as text, receipts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eudr_geo.model.changes import CellChange
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.workbook import CellIssue, ExtraColumn, LeftOut, SheetPlace, book_of

if TYPE_CHECKING:
    from eudr_geo.sources.workbook.sheet_row import Row


@dataclass(frozen=True)
class PlotCells:
    """What the Plots sheet says about the land of one plot, still as text."""

    sheet: str
    row: int
    cell: str
    plot_code: str
    lat: str
    lon: str
    wkt: str
    area_ha: float | None
    mapped_on: str


@dataclass
class Cells:
    """What was read: tables as lists of rows, land as text, receipts."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in BOOK_TABLES})
    land: list[PlotCells] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    issues: list[CellIssue] = field(default_factory=list)
    doubts: list[CellIssue] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    extra: list[ExtraColumn] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)  # sheet -> rows with anything in them
    taken: dict[str, int] = field(default_factory=dict)
    language: str = ""
    unweighed: list[tuple[Row, dict[str, Any], dict[str, Any]]] = field(default_factory=list)  # without a weight
    headings: dict[str, frozenset[str]] = field(default_factory=dict)  # key of a sheet -> keys of its columns
    places: dict[str, SheetPlace] = field(default_factory=dict)  # sheet -> where its columns stand

    def book(self) -> LotBook:
        """Return the tables as a lot book."""
        return book_of(self.tables)

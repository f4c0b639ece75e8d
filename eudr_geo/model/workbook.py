"""What the lots workbook said: a lot book, the plots drawn in it, and a receipt for every cell changed or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eudr_geo.model.changes import CellChange
from eudr_geo.model.findings import ERROR
from eudr_geo.model.lot_book import LotBook, columns
from eudr_geo.model.plots import Plots, SourceFile

if TYPE_CHECKING:
    import pandas as pd


def frame_of(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of a book: exactly its columns, object dtype, None where nothing is stated."""
    import pandas as pd

    names = columns(table)
    data = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    return pd.DataFrame(data, columns=names)


def book_of(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> LotBook:
    """Return lists of rows as a lot book; tables without rows are left out.

    Examples
    --------
    >>> book_of({"lot": [{"code": "ML03-G", "form": "green"}]}).table("lot")["code"].tolist()
    ['ML03-G']
    """
    return LotBook({name: frame_of(name, rows) for name, rows in tables.items() if rows})


@dataclass(frozen=True, slots=True)
class CellIssue:
    """A cell, row or sheet that could not be used as it is."""

    sheet: str
    cell: str  # "" for the sheet as a whole
    value: str  # at most 80 characters
    why: str
    fix: str
    severity: str = ERROR  # error: the row is left out; warning: the value is left out; note: worth knowing
    table: str = ""  # the sheet's key, the column's key and the row, for writing the issue beside its cell again
    key: str = ""
    row: int | None = None

    def __str__(self) -> str:
        where = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        return f"{where}: {self.why} – {self.fix}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that could not be used, as it was written."""

    table: str  # the sheet's key
    sheet: str  # its name in the file
    row: int
    values: Mapping[str, Any]  # column key -> cell


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column that nobody knows: not used, but kept and written back."""

    table: str  # the sheet's key
    sheet: str  # its name in the file
    heading: str
    values: Mapping[int, Any]  # row as a person counts → cell


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """Where the columns of a sheet stand in a file."""

    table: str  # the sheet's key
    columns: Mapping[str, str]  # column key -> its letters
    headings: Mapping[str, str]  # column key -> its heading as written


@dataclass(frozen=True)
class BookReading:
    """One workbook as read.

    Attributes
    ----------
    book
        The rows that could be understood.
    plots
        Plots whose point or boundary stands on the Plots sheet; empty when there is none.
    changes, issues
        The receipt, in the order of sheets and rows.
    file
        The file; ``records`` counts the rows of its sheets, ``plots`` those taken, ``rejected`` those left out.
    language
        Language of the workbook, "" if it does not tell.
    headings
        Key of each sheet that is there → keys of its columns: what is not there was not left empty.
    places
        Name of each sheet in the file → where its columns stand.
    doubts
        The issues, one a column, for which a person has to say which decimal mark was meant.
    """

    book: LotBook
    plots: Plots
    changes: tuple[CellChange, ...]
    issues: tuple[CellIssue, ...]
    file: SourceFile
    language: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)  # sheet name -> rows taken
    seen: Mapping[str, int] = field(default_factory=dict)  # sheet name -> rows with anything in them
    left_out: tuple[LeftOut, ...] = ()
    extra: tuple[ExtraColumn, ...] = ()
    headings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    places: Mapping[str, SheetPlace] = field(default_factory=dict)
    doubts: tuple[CellIssue, ...] = ()

    def errors(self) -> tuple[CellIssue, ...]:
        """The issues for which something was left out that the book needs."""
        return tuple(issue for issue in self.issues if issue.severity == ERROR)

"""Writing down what a workbook stated, taking rows away with what hangs on them, superseding packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from eudr_geo.model.base import Base, table_of
from eudr_geo.model.lineage import BuiltPackage, StatedRow, Workbook
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.records import StoredChange, StoredFinding
from eudr_geo.project.importing.keys import Key, Row, digest_of, said_of, text_of
from eudr_geo.project.importing.lineage import Lineage, Stated
from eudr_geo.store import Store
from eudr_geo.store.journal import Writer

_EARLIER_KEPT = 20  # digests of a row's earlier states


@dataclass
class Statements:
    """What is to be written down of what a workbook states."""

    workbook: Row = field(default_factory=dict)
    workbook_fid: int | None = None
    changed_workbook: Row = field(default_factory=dict)
    new: list[Row] = field(default_factory=list)
    changed: dict[int, Row] = field(default_factory=dict)
    is_of_a_file: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether the workbook says what it said before, row by row."""
        return not self.is_of_a_file or not (self.new or self.changed or self.changed_workbook)

    def say(self, table: str, key: Key, row: Row, was: Stated | None, old_key: Key) -> None:
        """Note what the workbook says of a row."""
        said = said_of(row)
        if was is None or was.fid is None:
            self.new.append(
                {"table_name": table, "row_key": text_of(list(key)), "said": text_of(said), "earlier": "[]"}
            )
        elif was.said != said or was.is_gone or key != old_key:
            earlier = [one for one in (*was.earlier, digest_of(was.said)) if one != digest_of(said)]
            self.changed[was.fid] = {
                "row_key": text_of(list(key)),
                "said": text_of(said),
                "earlier": text_of(earlier[-_EARLIER_KEPT:]),
                "is_gone": False,
            }

    def end(self, table: str, key: Key, was: Stated) -> None:
        """Note that a row no longer stands in the workbook."""
        if was.fid is None:
            self.new.append(
                {"table_name": table, "row_key": text_of(list(key)), "said": text_of(was.said), "is_gone": True}
            )
        else:
            self.changed[was.fid] = {"is_gone": True}

    def note(self, lineage: Lineage | None, file: SourceFile | None, prefix: str, decimal: str) -> None:
        """Note which workbook it is."""
        self.is_of_a_file = lineage is not None and file is not None
        if lineage is None or file is None:
            return
        self.workbook = {"code": lineage.code, "file": file.name, "sha256": file.sha256, "prefix": prefix}
        self.workbook["decimal_mark"] = decimal
        self.workbook_fid = lineage.fid
        if lineage.fid is None or (lineage.file, lineage.prefix, lineage.decimal) != (file.name, prefix, decimal):
            self.changed_workbook = self.workbook


def store_statements(writer: Writer, statements: Statements) -> None:
    """Write down what the workbook states, inside a step."""
    if statements.is_empty:
        return
    books, rows = table_of(Workbook), table_of(StatedRow)
    if statements.workbook_fid is None:
        writer.insert(books, [statements.workbook])
    else:
        writer.update(books, {statements.workbook_fid: statements.workbook})
    code = statements.workbook["code"]
    writer.insert(rows, [{**row, "workbook_code": code} for row in statements.new])
    writer.update(rows, statements.changed)


def take_away(store: Store, writer: Writer, gone: Mapping[str, Mapping[Key, Row]]) -> None:
    """Delete rows of the book, and what is kept of plots beside the book: their land, findings and repairs."""
    plots = {str(key[0]) for key in gone.get("plot", {})}
    if plots:
        for noun in _about_plots():
            _delete(store, writer, noun, plots)
    for name in reversed(list(BOOK_TABLES)):
        writer.delete(table_of(BOOK_TABLES[name]), [int(row["fid"]) for row in gone.get(name, {}).values()])


def _about_plots() -> list[type[Base]]:
    """Nouns outside the book that name a plot."""
    book = {noun.__tablename__ for noun in BOOK_TABLES.values()}
    return [
        mapper.class_
        for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.class_.__tablename__))
        if mapper.class_.__tablename__ not in book
        and (_names_plot(table_of(mapper.class_)) or mapper.class_ in {StoredFinding, StoredChange})
    ]


def _names_plot(table: Table) -> bool:
    return any(key.column.table.name == "plot" and key.parent.name == "plot_code" for key in table.foreign_keys)


def _delete(store: Store, writer: Writer, noun: type[Any], plots: set[str]) -> None:
    frame = store.table(noun)
    writer.delete(table_of(noun), frame[frame["plot_code"].isin(sorted(plots))]["fid"].tolist())


def supersede(writer: Writer, packages: Sequence[int], why: str) -> None:
    """Say of packages that they no longer say what the project says."""
    if why:
        writer.update(
            table_of(BuiltPackage),
            {fid: {"superseded_at": writer.now, "superseded_why": why} for fid in packages},
        )

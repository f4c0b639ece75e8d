"""Import of a lot book: every table of it by code, all or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eudr_geo.base.errors import RefusedError
from eudr_geo.lots.balance import balances
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.plots import Reading, SourceFile
from eudr_geo.model.workbook import frame_of
from eudr_geo.project.importing.common import NOTHING_NEW, Refused, packed, stood_still, store_files
from eudr_geo.project.importing.land import PlotImport, preview_plots, store_plots
from eudr_geo.store import Store
from eudr_geo.store.demands import Demands, demands_of
from eudr_geo.store.erasing import PERSONAL

if TYPE_CHECKING:
    import pandas as pd

_KEYS: Mapping[str, tuple[str, ...]] = {
    "stream_plot": ("stream_code", "plot_code"),
    "process_line": ("process_code", "direction", "lot_code"),
    "consignment_line": ("consignment_code", "lot_code"),
    "storage_stay": ("lot_code", "location_code", "from_date"),
    "measurement": ("lot_code", "stream_code", "indicator", "date", "number"),
    "benchmark_price": ("form", "market", "date"),
    "dds_reference": ("reference",),
}
"""What tells two rows apart in tables without a code of their own."""

_LOSSES = frozenset({"process_line"})

_WHERE_FROM = frozenset({"src_file", "src_sheet", "src_row", "imported_at"})

Key = tuple[Any, ...]
Row = dict[str, Any]


@dataclass
class BookImport:
    """What an import of a workbook would do, table by table."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[tuple[int, Row]]] = field(default_factory=dict)  # row number, the columns that differ
    unchanged: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    file: SourceFile | None = None
    seen: int = 0  # last step of the project that was looked at
    after: LotBook = field(default_factory=LotBook)  # the project's lot book as it would be

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be stored."""
        return not any(self.new.values()) and not any(self.changed.values())

    def counts(self) -> list[tuple[str, int, int, int]]:
        """Table, new, changed, unchanged."""
        return [
            (name, len(self.new.get(name, ())), len(self.changed.get(name, ())), self.unchanged.get(name, 0))
            for name in BOOK_TABLES
            if self.new.get(name) or self.changed.get(name) or self.unchanged.get(name)
        ]

    def summary(self) -> str:
        """One plain sentence."""
        parts = []
        for place, word in ((1, "new"), (2, "changed")):
            found = [_counted(row[0], int(row[place])) for row in self.counts() if row[place]]
            parts += [f"{', '.join(found)} {word}"] if found else []
        return "; ".join(parts)


def _counted(table: str, number: int) -> str:
    """A number of rows in words: 1 delivery, 2 deliveries."""
    noun = table.replace("_", " ")
    several = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def preview_book(store: Store, book: LotBook, file: SourceFile | None = None) -> BookImport:
    """Say what storing this lot book would do; nothing is stored.

    Rows are matched by code; lines of processes and consignments by what they join, losses of one process by their
    order. A cell without a value never wipes out what is known. Refused by name, and with it the whole book, because a
    half-stored book would trace wrongly: a row that names something neither the book nor the project knows, a row
    that stands twice, one without what its table needs, a weight that is not more than zero.

    Parameters
    ----------
    store
        The project.
    book
        The workbook's rows.
    file
        The workbook as a file; kept with the import.
    """
    plan = BookImport(file=file, seen=store.history())
    asks = {name: demands_of(noun) for name, noun in BOOK_TABLES.items()}
    coded = [name for name in BOOK_TABLES if asks[name].has_code]
    plan.refused += _remembering(book, store.forgotten())
    merged: dict[str, dict[Key, Row]] = {}
    known = {name: store.codes(BOOK_TABLES[name]) | set(book.table(name)["code"]) for name in coded}
    for name, noun in BOOK_TABLES.items():
        given = _by_key(name, _rows(book.table(name)))
        if not given and name not in _BALANCE:
            continue
        held = {key: rows[0] for key, rows in _by_key(name, _rows(store.table(noun))).items()}
        merged[name] = {**held, **{key: {**held.get(key, {}), **_stated(rows[0])} for key, rows in given.items()}}
        for key, rows in given.items():
            first = rows[0]
            for other in rows[1:]:
                if _differing(other, first) or _differing(first, other):
                    plan.refused.append(_twice(name, key, first, other))
                else:
                    plan.unchanged[name] = plan.unchanged.get(name, 0) + 1
            why = _faults(asks[name], name, key, first, known, is_new=key not in held)
            plan.refused += [
                Refused(first.get("src_file") or "", first.get("src_row"), _label(key), *one) for one in why
            ]
            if key not in held:
                plan.new.setdefault(name, []).append({k: value for k, value in first.items() if value is not None})
            elif differs := _differing(first, held[key]):
                plan.changed.setdefault(name, []).append((int(held[key]["fid"]), differs))
            else:
                plan.unchanged[name] = plan.unchanged.get(name, 0) + 1
    plan.after = _after(store, merged)
    if not plan.is_empty:
        plan.refused += _over_draws(merged, plan)
    return plan


def _after(store: Store, merged: Mapping[str, Mapping[Key, Row]]) -> LotBook:
    """The lot book of the project with these rows in it, for rules that look at both together."""
    now = store.lot_book()
    frames = {name: frame_of(name, list(rows.values())) for name, rows in merged.items()}
    return dataclasses.replace(now, frames={**now.frames, **frames})


_BALANCE = frozenset({"lot", "delivery", "process_line", "consignment_line"})


def _remembering(book: LotBook, forgotten: set[str]) -> list[Refused]:
    """Rows that would bring a forgotten person back; the book itself would be kept with the name in it."""
    found = []
    for row in _rows(book.table("producer")) if forgotten else ():
        code = row["code"]
        if code in forgotten and (row.get("name") not in (None, "", code) or any(row.get(one) for one in PERSONAL)):
            why = f"the person behind producer {code} was forgotten, and this row names them"
            fix = f"write {code} for the name, and leave the other cells empty"
            found.append(Refused(row.get("src_file") or "", row.get("src_row"), code, why, fix))
    return found


def _stated(row: Row) -> Row:
    return {column: value for column, value in row.items() if value not in (None, "")}


def _over_draws(merged: Mapping[str, Mapping[Key, Row]], plan: BookImport) -> list[Refused]:
    """Lots of which more would be taken than they hold, where this book changes something about them."""
    touched = {
        row.get("lot_code") or row.get("code")
        for name in sorted(_BALANCE)
        for row in (*plan.new.get(name, []), *(_row_of(merged[name], fid) for fid, _ in plan.changed.get(name, [])))
    }
    found = []
    now = balances(plan.after)
    for place in np.flatnonzero(now.over).tolist():  # those that are wrong: few
        lot = now.lots[place]
        if lot in touched:
            row = merged["lot"][(lot,)]
            why = f"{now.taken[place]:,.1f} kg are taken from lot {lot}, which holds {now.held[place]:,.1f} kg"
            fix = "correct the weights, or enter the missing deliveries"
            found.append(Refused(row.get("src_file") or "", row.get("src_row"), lot, why, fix))
    return found


def _row_of(rows: Mapping[Key, Row], fid: int) -> Row:
    return next(row for row in rows.values() if row.get("fid") == fid)


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [
        {str(key): None if value is None or value != value else value for key, value in row.items()}  # noqa: PLR0124 (NaN)
        for row in frame.to_dict("records")
    ]


def _by_key(name: str, rows: list[Row]) -> dict[Key, list[Row]]:
    """Rows by what tells them apart. Losses name no lot: the first of a process is one, the second another."""
    columns = _KEYS.get(name, ("code",))
    found: dict[Key, list[Row]] = {}
    nth: dict[Key, int] = {}
    for row in rows:
        key = tuple(row.get(column) for column in columns)
        if name in _LOSSES and None in key:
            nth[key] = nth.get(key, 0) + 1
            key = (*key, nth[key])
        found.setdefault(key, []).append(row)
    return found


def _differing(given: Row, held: Row) -> Row:
    """Columns that are stated and differ."""
    return {
        column: value
        for column, value in given.items()
        if column not in _WHERE_FROM and value not in (None, "") and held.get(column) != value
    }


def _label(key: Key) -> str:
    return " / ".join(str(part or "–") for part in key)


def _twice(name: str, key: Key, first: Row, other: Row) -> Refused:
    rows = " and ".join(str(row["src_row"]) for row in (first, other) if row.get("src_row"))
    where = f" (rows {rows})" if rows else ""
    return Refused(
        other.get("src_file") or "",
        other.get("src_row"),
        _label(key),
        f"{name.replace('_', ' ')} {_label(key)} stands twice with different values{where}",
        "correct its code, or make one row of the two",
    )


def _faults(
    asks: Demands, name: str, key: Key, row: Row, known: Mapping[str, set[str]], *, is_new: bool
) -> list[tuple[str, str]]:
    """Why a row cannot be stored, and what to do."""
    label = f"{name.replace('_', ' ')} {_label(key)}"
    faults = []
    for column, target in asks.references:
        if row.get(column) and row[column] not in known[target]:
            why = f"{label} names the {target} {row[column]}, which nobody knows"
            faults.append((why, f"add the {target}, or correct the code"))
    for one in asks.columns:
        value = row.get(one.name)
        if is_new and one.is_needed and value in (None, ""):
            faults.append((f"{label} has no {one.name}", "fill it in"))
        elif value and one.allowed and value not in one.allowed:
            words = ", ".join(one.allowed)
            faults.append((f"{label} has the {one.name} {str(value)[:40]!r}", f"write one of {words}"))
        elif one.name == "quantity_kg" and value is not None and not value > 0:
            faults.append((f"{label} has a {one.name} of {value}", "write a weight of more than zero"))
    return faults


def apply_book(
    store: Store,
    plan: BookImport,
    *,
    now: str,
    who: str,
    original: str | Path | None = None,
    land: PlotImport | None = None,
) -> str:
    """Store a lot book whole, or nothing of it; see :func:`eudr_geo.project.importing.apply_plots`.

    Parameters
    ----------
    store
        The project, opened for writing.
    plan
        The preview.
    now, who
        For the log: UTC time (ISO 8601) and login name.
    original
        The workbook; kept byte for byte.
    land
        Preview of the plots whose land stands in the workbook: stored in the same step.

    Returns
    -------
    str
        One plain sentence of what was stored.

    Raises
    ------
    RefusedError
        When a row of the book was refused, or the project was changed since the preview.
    """
    if plan.refused:
        first = plan.refused[0]
        more = f" (and {len(plan.refused) - 1} more)" if len(plan.refused) > 1 else ""
        raise RefusedError(f"nothing stored: {first.why}{more}", fix=first.fix)
    if plan.is_empty and (land is None or land.is_empty):
        return NOTHING_NEW
    files = () if plan.file is None else (plan.file,)
    contents = packed(store, files, () if original is None else (original,))
    with store.writing(now=now, who=who, action="book", summary=plan.summary()) as writer:
        stood_still(writer, plan.seen)
        store_files(store, writer, files, contents)
        for name, noun in BOOK_TABLES.items():
            table = table_of(noun)
            writer.insert(table, plan.new.get(name, []))
            writer.update(table, dict(plan.changed.get(name, [])))
        if land is not None:
            # Looked at again: the book may just have named these plots.
            reading = Reading(land.plots, (), land.files)
            land = dataclasses.replace(_again(store, reading, land), refused=land.refused)
            store_plots(store, writer, land, contents)
        writer.summary = "; ".join(part for part in (plan.summary(), land.summary() if land else "") if part)
    return f"Stored: {writer.summary}."


def _again(store: Store, reading: Reading, land: PlotImport) -> PlotImport:
    if land.result is None:
        raise RefusedError("nothing stored: the plots were not checked", fix="check them first")
    return preview_plots(store, reading, land.result, land.changes)

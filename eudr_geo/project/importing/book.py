"""Import of a lot book: every table of it by code, all or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.said import Said
from eudr_geo.lots.balance import balances
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.plots import Reading, SourceFile
from eudr_geo.model.workbook import frame_of
from eudr_geo.project.importing.common import Refused, nothing_new, packed, stood_still, store_files
from eudr_geo.project.importing.land import PlotImport, preview_plots, store_plots
from eudr_geo.store import Store
from eudr_geo.store.demands import Demands, demands_of
from eudr_geo.store.erasing import PERSONAL
from eudr_geo.words.saying import counted, joined, say

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

UNKNOWN = "imports:unknown"
"""What is said of a row that names something neither the book nor the project knows."""

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
        for place, how in ((1, "imports:new"), (2, "imports:changed")):
            found = [counted(f"imports:rows.{row[0]}", int(row[place])) for row in self.counts() if row[place]]
            parts += [say(how, rows=joined(found, ", "))] if found else []
        return joined(parts)


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
            why, fix = say("imports:forgotten", code=code), say("imports:forgotten.do", code=code)
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
            why = say("imports:over-drawn", taken_kg=now.taken[place], lot=lot, held_kg=now.held[place])
            fix = say("imports:over-drawn.do")
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


def _called(table: str, column: str, row: Row) -> str:
    """Name of a column: in English that of the table, in other languages the heading of the workbook."""
    place = table_of(BOOK_TABLES[table]).columns[column].info.get("sheet")
    if place is None:
        return column
    side = 0 if row.get("direction") == "in" else -1  # a line of a process has one column for each side
    return Said(column, f"columns:{place.keys[side]}", {})


def _words(table: str, column: str, allowed: Sequence[str]) -> str:
    """Words that a column may hold: in English as they are stored, in other languages as the workbook has them."""
    place = table_of(BOOK_TABLES[table]).columns[column].info.get("sheet")
    choice = "" if place is None else place.kind.partition(":")[2]
    return joined([Said(one, f"choices:{choice}.{one}", {}) if choice else one for one in allowed], ", ")


def _thing(name: str, key: Key) -> str:
    return say("imports:thing", kind=say(f"nouns:{name}"), code=_label(key))


def _twice(name: str, key: Key, first: Row, other: Row) -> Refused:
    rows = [row["src_row"] for row in (first, other) if row.get("src_row")]
    thing = _thing(name, key)
    if len(rows) > 1:
        why = say("imports:twice.rows", thing=thing, first=rows[0], second=rows[1])
    elif rows:  # a row that came from no file has no number
        why = say("imports:twice.row", thing=thing, first=rows[0])
    else:
        why = say("imports:twice", thing=thing)
    return Refused(
        other.get("src_file") or "",
        other.get("src_row"),
        _label(key),
        why,
        say("imports:twice.do"),
    )


def _faults(
    asks: Demands, name: str, key: Key, row: Row, known: Mapping[str, set[str]], *, is_new: bool
) -> list[tuple[str, str]]:
    """Why a row cannot be stored, and what to do."""
    thing = _thing(name, key)
    faults: list[tuple[str, str]] = []
    for column, target in asks.references:
        if row.get(column) and row[column] not in known[target]:
            kind = say(f"nouns:{target}")
            why = say(UNKNOWN, thing=thing, kind=kind, code=row[column])
            faults.append((why, say(f"{UNKNOWN}.do", kind=kind)))
    for one in asks.columns:
        value = row.get(one.name)
        called = _called(name, one.name, row)
        if is_new and one.is_needed and value in (None, ""):
            faults.append((say("imports:missing", thing=thing, column=called), say("imports:missing.do")))
        elif value and one.allowed and value not in one.allowed:
            why = say("imports:not-allowed", thing=thing, column=called, value=str(value)[:40])
            faults.append((why, say("imports:not-allowed.do", values=_words(name, one.name, one.allowed))))
        elif one.name == "quantity_kg" and value is not None and not value > 0:
            why = say("imports:no-weight", thing=thing, column=called, value=value)
            faults.append((why, say("imports:no-weight.do")))
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
        more = len(plan.refused) - 1
        raise RefusedError(
            say("imports:refused.more" if more else "imports:refused", why=first.why, more=more), fix=first.fix
        )
    if plan.is_empty and (land is None or land.is_empty):
        return nothing_new()
    files = () if plan.file is None else (plan.file,)
    contents = packed(store, files, () if original is None else (original,))
    with store.writing(now=now, who=who, action="book", summary=str(plan.summary())) as writer:
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
        summary = joined([part for part in (plan.summary(), land.summary() if land else "") if part])
        writer.summary = str(summary)
    return say("commands:stored", summary=summary)


def _again(store: Store, reading: Reading, land: PlotImport) -> PlotImport:
    if land.result is None:
        raise RefusedError(say("imports:unchecked"), fix=say("imports:unchecked.do"))
    return preview_plots(store, reading, land.result, land.changes)

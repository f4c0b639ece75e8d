"""What tells the rows of a lot book apart, and how a row is called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eudr_geo.base.dates import days_between
from eudr_geo.base.names import is_another_name
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[Any, ...]
Row = dict[str, Any]

KEYS: Mapping[str, tuple[str, ...]] = {
    "season": ("code", "country"),
    "stream_plot": ("stream_code", "plot_code"),
    "process_line": ("process_code", "direction", "lot_code"),
    "consignment_line": ("consignment_code", "lot_code", "container"),
    "storage_stay": ("lot_code", "location_code", "from_date"),
    "measurement": ("lot_code", "stream_code", "indicator", "date", "number"),
    "benchmark_price": ("form", "market", "date"),
    "statement_lot": ("statement_code", "consignment_code", "lot_code"),
    "status_event": ("statement_code", "at", "status", "by"),
    "plot_holding": ("plot_code", "producer_code", "from_date", "to_date"),
    "group_membership": ("producer_code", "collection_group", "from_date", "to_date"),
}
"""What tells two rows apart in tables without a code of their own, or where two countries may have one code."""

HEADS: Mapping[str, tuple[str, str]] = {
    "process_line": ("process", "process_code"),
    "consignment_line": ("consignment", "consignment_code"),
    "stream_plot": ("plot", "plot_code"),
    "statement_lot": ("consignment", "consignment_code"),
}
"""Table of lines → the table of what they are lines of, and the column that names it: it is stated as a whole."""

IMPLIED = ("organisation", "location", "stream", "statement")
"""Tables whose rows come from a name on a row of another sheet: they go when nothing names them any more."""

OWN_SHEET: Mapping[str, frozenset[str]] = {
    "organisation": frozenset({"role", "is_own", "country", "address", "email", "eori", "gln", "tax_id"}),
    "location": frozenset({"geometry", "parent_code", "organisation_code"}),
}
"""Table → columns that only a row of its own sheet says: such a row that is gone is asked about like any other."""

SERIES: Mapping[str, tuple[str, ...]] = {
    "delivery": ("code",),
    "process": ("code",),
    "process_line": ("process_code",),
    "handover": ("code",),
}
"""Columns with the numbers of pads of paper, which begin again: a prefix keeps one pad from another."""

MADE_NUMBER = "AUTO-"
"""How a number begins that was made of what a row says."""

_STANDS_FOR: Mapping[str, tuple[tuple[str, ...], str]] = {
    "delivery": (("lot_code", "producer_code", "plot_code"), "delivered_on"),
    "process": ((), "date_start"),
    "lot": ((), "created_on"),
    "consignment": ((), "ship_date"),
    "handover": (("lot_code",), "date_sent"),
}
"""Table → columns that say which thing a number stands for, and its day: another value is hardly a correction."""

_CALLED: Mapping[str, str] = {"producer": "name", "organisation": "name"}
"""Table → column with the name of a person or firm: its code given to somebody else."""

ANOTHER_SEASON_DAYS = 183
"""Good practice: two days further apart than half a year are not of one harvest."""

_LOSSES = frozenset({"process_line"})

WHERE_FROM = frozenset({"src_file", "src_sheet", "src_row", "imported_at"})
"""Columns that say where a row stands, not what it says."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return a frame as rows, None where nothing is stated."""
    names = [str(name) for name in frame.columns]
    columns = [[value if value == value else None for value in frame[name].tolist()] for name in names]  # noqa: PLR0124 (NaN)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def by_key(name: str, rows: list[Row]) -> dict[Key, list[Row]]:
    """Return rows by what tells them apart. Losses name no lot: the first of a process is one, the second another."""
    columns = KEYS.get(name, ("code",))
    found: dict[Key, list[Row]] = {}
    nth: dict[Key, int] = {}
    for row in rows:
        stated = map(row.get, columns)
        key = tuple([None if value == "" else value for value in stated])
        if name in _LOSSES and None in key:
            nth[key] = nth.get(key, 0) + 1
            key = (*key, nth[key])
        found.setdefault(key, []).append(row)
    return found


def said_of(row: Row) -> Row:
    """Return what a row states: its columns with a value, without where it stands.

    Examples
    --------
    >>> said_of({"code": "R1", "quantity_kg": 90.0, "plot_code": None, "src_row": 2})
    {'code': 'R1', 'quantity_kg': 90.0}
    """
    return {
        column: _plain(value)
        for column, value in row.items()
        if column not in WHERE_FROM and column != "fid" and not (value is None or value == "")
    }


def _plain(value: Any) -> Any:
    """A value as it can be remembered as text: a position as WKT."""
    return value.wkt if hasattr(value, "wkt") else value


def text_of(value: Any) -> str:
    """Return a key or what a row says as text, the same for the same."""
    return _ENCODER.encode(value)


def digest_of(said: Row) -> str:
    """Return a short digest of what a row says."""
    return hashlib.sha256(text_of(said).encode()).hexdigest()[:16]


def label(key: Key) -> str:
    """Return a key as people read it.

    Examples
    --------
    >>> label(("ML03-G", "Bay 2", None))
    'ML03-G / Bay 2 / –'
    """
    return " / ".join(str(part or "–") for part in key)


def thing(name: str, key: Key) -> str:
    """Return what a row is about, like *delivery R1*."""
    return say("imports:thing", kind=say(f"nouns:{name}"), code=label(key))


def stands_for_another(table: str, key: Key, changed: Row, before: Row) -> bool:
    """Tell whether what changes of a row makes another thing of it: a number that was given twice.

    Examples
    --------
    >>> stands_for_another("delivery", ("R1",), {"quantity_kg": 90.0}, {"quantity_kg": 100.0})
    False
    >>> stands_for_another("delivery", ("R1",), {"delivered_on": "2026-11-10"}, {"delivered_on": "2025-11-15"})
    True
    >>> stands_for_another("producer", ("P1",), {"name": "Trần Thị Bình"}, {"name": "Nguyễn Văn An"})
    True
    """
    name = _CALLED.get(table, "")
    was = before.get(name) if changed.get(name) else None
    if was and was not in key and is_another_name(str(was), str(changed[name])):  # its code stands for a name not known
        return True
    things, day = _STANDS_FOR.get(table, ((), ""))
    if any(changed.get(column) and before.get(column) for column in things):
        return True
    return bool(changed.get(day)) and days_between(str(before[day]), str(changed[day])) > ANOTHER_SEASON_DAYS

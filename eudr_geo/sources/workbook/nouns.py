"""Columns of a noun from a row of a sheet: which they are and how each is read, the noun itself says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from eudr_geo.base.cells import clean_code, fold
from eudr_geo.base.said import Said
from eudr_geo.lots.sheets import BY_NAME, HIDDEN, Field
from eudr_geo.sources.workbook.receipts import shown
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.words.saying import joined, knows, say

Record = dict[str, Any]
Tables = dict[str, list[Record]]
"""Table of the lot book → its rows so far."""


def values(
    row: Row,
    tables: Tables,
    table: str,
    *,
    needed: bool = True,
    unit: str = "",
    side: str = "",
    without: str = "",
    spared: str = "",
) -> Record:
    """Return the columns of a noun that stand on the row's sheet, None where nothing is stated and nothing usual.

    Cells are read from left to right, money after its currency. A place or organisation that is named for the first
    time gets a row of its own.

    Parameters
    ----------
    row
        The row of a sheet.
    tables
        What was read so far.
    table
        Table of the noun.
    needed
        False: no cell must be filled, because a row above says it.
    unit
        Unit of its weights, where the row states one.
    side
        ``in`` or ``out`` of a line of a process.
    without
        A column of the noun that was read already.
    spared
        A column that may be empty although rows need it.
    """
    record: Record = {}
    for column in sorted(row.sheet.spec.of(table, side), key=lambda one: one.how == "money"):
        if column.column == without:
            continue
        is_needed = needed and column.required and column.column != spared
        value = row.value(column, needed=is_needed, unit=unit, currency=record.get("currency"))
        if column.how in BY_NAME:
            value = None if value is None else named(tables, row, column.how, column.key, value)
        record[column.column] = column.default if value is None else value
    return record


def named(tables: Tables, row: Row, table: str, key: str, name: str) -> str | None:
    """Return the code of a place or organisation that is named by its code or by its name.

    What is named for the first time gets a row of its own. A name that two of them have names neither.

    Parameters
    ----------
    tables
        What was read so far.
    row, key
        The row, and the column that names it.
    table
        ``location`` or ``organisation``.
    name
        As written.
    """
    code = clean_code(name)
    if has(tables, table, code):
        return code
    called = [str(one["code"]) for one in tables[table] if one.get("name") and fold(one["name"]) == fold(name)]
    if len(called) > 1:
        why = say("book:name-of-two", name=name, codes=joined(called, ", "))
        row.fail(key, name, why, say("book:name-of-two.do"))
        return None
    if called:
        row.changed(key, name, called[0], "name-to-code")
        return called[0]
    tables[table].append({"code": code, "name": name, **row.provenance})
    return code


def has(tables: Tables, table: str, code: str | None) -> bool:
    """Tell whether a table has a row with this code."""
    return any(row["code"] == code for row in tables[table])


def compare(
    row: Row,
    columns: Iterable[Field],
    said: Mapping[str, Any],
    known: Mapping[str, Any],
    thing: str,
    fix: str,
    *,
    strict: bool = False,
) -> None:
    """Tell where a row says something else of a thing than a row above it.

    Parameters
    ----------
    row
        The row.
    columns
        The columns to compare.
    said, known
        What this row says, what the rows above said, by column of the noun.
    thing, fix
        The thing, for the message, and what to do.
    strict
        The row is left out; else only the value is, unless no row can do without it.
    """  # fmt: skip
    for column in columns:
        value, before = said[column.column], known.get(column.column)
        if value and before and value != before:
            why = say("book:says-above", thing=thing, value=_in_words(column, before, str(before)))
            row.refuse(column.key, _in_words(column, value, shown(value)), why, fix, needed=strict or column.required)


def _in_words(column: Field, value: Any, text: str) -> str:
    """A value of the store as text; of a list of words as the word that a language has for it."""
    if column.secret:
        return HIDDEN
    choice = "yesno" if column.kind == "yesno" else column.kind.partition(":")[2]
    said = ("yes" if value == column.yes_and_no[0] else "no") if choice == "yesno" else str(value)
    key = f"choices:{choice}.{said}"
    return Said(text, key, {}) if choice and knows(key) else text


def refuse_stated(row: Row, columns: Iterable[Field], said: Mapping[str, Any], why: str, fix: str) -> None:
    """Tell of each cell that is filled in where there is nothing that it could be said of; it is left out."""
    for column in columns:
        if said[column.column] not in {None, column.default}:
            value = said[column.column]
            row.refuse(column.key, _in_words(column, value, shown(value)), why, fix, needed=False)


def fill_up(known: Record, said: Mapping[str, Any]) -> None:
    """Add to what is known of a thing what a further row says of it."""
    known.update({key: value for key, value in said.items() if value is not None and known.get(key) is None})


def numbered(text: str, made: dict[str, int]) -> str:
    """Return a number made of what a row says; the second row that says the same gets a 2 behind it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    made[digest] = made.get(digest, 0) + 1
    return f"AUTO-{digest}" if made[digest] == 1 else f"AUTO-{digest}-{made[digest]}"


_NUMBERED_BY: Mapping[str, frozenset[str]] = {
    "delivery": frozenset(
        {
            "lot_code", "producer_code", "plot_code", "quantity_kg", "delivered_on", "form", "harvested_from",
            "harvested_to", "price",
        }
    ),
    "offer": frozenset(
        {
            "lot_code", "buyer", "date", "price", "currency", "unit", "incoterm", "quantity_kg", "status",
            "accepted_price", "accepted_on", "contract",
        }
    ),
    "cost": frozenset(
        {"stream_code", "category", "amount", "currency", "date", "incremental", "variability"}
    ),
}  # fmt: skip
"""What a number is made of: what a workbook of the first version had, so that its rows keep their numbers."""


def give_number(record: Record, table: str, made: dict[str, int]) -> str | None:
    """Give a row without a number one, and return it: the same rows get the same numbers, wherever they stand.

    Parameters
    ----------
    record
        The row; its ``code`` is filled in.
    table
        Its table.
    made
        Numbers given so far.
    """
    if record["code"] is not None:
        return None
    number = numbered("|".join(str(record[key]) for key in sorted(record) if key in _NUMBERED_BY[table]), made)
    record["code"] = number
    return number

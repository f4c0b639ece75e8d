"""Rows of the Seasons sheet. Pure."""

from __future__ import annotations

import re
from typing import Any

from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.nouns import values
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows
from eudr_geo.words.saying import say

_CURRENCY = re.compile(r"[A-Z]{3}")  # ISO 4217
_MOST_MOISTURE = 20.0
"""Percent. Good practice: nothing is sold moister, so a larger number is in the wrong column."""


def seasons(found: Cells, rows: AllRows) -> None:
    """Read when each season begins and ends, what it gave and is to give."""
    kept: dict[tuple[Any, Any], int] = {}
    table = found.tables["season"]
    for row in rows:
        record = values(row, found.tables, "season")
        record["country"] = record["country"] or rows.context.country or None
        start, end = record["start"], record["end"]
        if start and end and end < start:
            why = say("book:season-ends-before", start=start, end=end)
            row.fail("end", end, why, say("book:left-before.do"))
        record["currency"] = _currency(row, record["currency"])
        moisture = record["standard_moisture_percent"]
        if moisture is not None and not 0 < moisture <= _MOST_MOISTURE:
            why, fix = say("book:season-moisture", value=moisture), say("book:season-moisture.do")
            row.refuse("moisture", moisture, why, fix, needed=False)
            record["standard_moisture_percent"] = None
        key = (record["code"], record["country"])
        if record["code"] and key in kept:
            why = say("book:season-twice", code=key[0], country=key[1] or "–", row=kept[key])
            row.fail("code", key[0], why, say("book:season-twice.do"))
        if row.take(table, record):
            kept[key] = row.number_shown
    codes = {code for code, _ in kept}
    # What an older workbook says of the season on its hidden sheet counts where the sheet does not name it.
    found.tables["season"] = [one for one in table if one["src_row"] is not None or one["code"] not in codes]


def _currency(row: Row, text: str | None) -> str | None:
    code = (text or "").upper()
    if text is not None and not _CURRENCY.fullmatch(code):
        row.refuse(
            "currency", text, say("book:season-currency", value=text), say("book:season-currency.do"), needed=False
        )
        return None
    return code or None


def only_season(found: Cells) -> str | None:
    """Return the season of a workbook that names only one; None where it names several, or none."""
    codes = {row["code"] for row in found.tables["season"]}
    return codes.pop() if len(codes) == 1 else None

"""Which sheets of the lots workbook a table of cells is, by its headings. Pure, and known to every room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from eudr_geo.base.cells import match_heading
from eudr_geo.lots.sheets import READ_ORDER, Sheet, sheet

HEADING_ROWS = 10
"""The heading row stands among the first ten; titles and logos may stand above it."""

_ENOUGH = 3  # columns known of a sheet that has a name of its own: two words may stand on any list
_LONGEST_HEADING = 200  # characters


@lru_cache(maxsize=4096)
def exactly(key: str, text: str) -> tuple[str, ...]:
    """Return the columns of a sheet that a heading means without a doubt."""
    return match_heading(text, sheet(key).dictionary(), alike=False) if len(text) <= _LONGEST_HEADING else ()


def heading_row(spec: Sheet, cells: Sequence[Sequence[Any]]) -> int:
    """Return the row among the first ten that has most headings of the sheet, -1 for none."""
    enough = min(2, sum(one.required for one in spec.fields))
    dictionary = spec.dictionary()
    for means in (partial(exactly, spec.key), partial(match_heading, dictionary=dictionary)):  # misspelt ones cost more
        scores = [
            len({keys for cell in row if isinstance(cell, str) and (keys := means(cell))})
            for row in cells[:HEADING_ROWS]
        ]
        if scores and max(scores) >= enough:
            return scores.index(max(scores))
    return -1


def sheets_of(rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Sheets all of whose required columns are there; the one with most columns is meant."""
    known = {key: known_columns(sheet(key), rows) for key in READ_ORDER}
    most = max(known.values())
    return tuple(key for key, count in known.items() if count == most) if most >= _ENOUGH else ()


def known_columns(spec: Sheet, rows: Sequence[Sequence[Any]]) -> int:
    """Columns of a sheet that are there by an exact name, 0 unless all of the required ones are."""
    at = heading_row(spec, rows)
    if at < 0:
        return 0
    found = {keys[0] for cell in rows[at] if isinstance(cell, str) and len(keys := exactly(spec.key, cell)) == 1}
    return len(found) if all(one.key in found for one in spec.fields if one.required) else 0

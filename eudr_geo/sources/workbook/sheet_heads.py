"""Which sheet a sheet is and which column a column: by names in six languages. What is in doubt is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eudr_geo.base.cells import clean_text, fold, match_heading
from eudr_geo.lots.sheet_names import exactly, heading_row, known_columns, sheets_of
from eudr_geo.lots.sheets import READ_ORDER, Sheet, sheet, sheets
from eudr_geo.sources.workbook.receipts import Context, as_text
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import META_SHEET, plain_sheets

_SHORTEST_NAME, _LONGEST_HEADING = 3, 200  # characters
_COUNTERS = {"stt", "tt", "no", "nr", "n", "n o", "nro", "num", "nomor", "so", "item", "line", "row"}
"""Headings, folded, of columns that only count the rows."""


@dataclass
class Heads:
    """The headings of one row, and what they mean."""

    columns: dict[str, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    ties: dict[int, tuple[str, ...]] = field(default_factory=dict)
    twice: dict[int, str] = field(default_factory=dict)


def heads_of(spec: Sheet, row: Sequence[Any]) -> Heads:
    """Return what the headings of a row mean: sure ones first, then what is left for doubtful ones, then misspelt ones.

    Examples
    --------
    >>> from eudr_geo.lots.sheets import sheet
    >>> found = heads_of(sheet("processing"), ["No", "Step", "Date", "Type", "Weather"])
    >>> found.columns, found.unknown
    ({'code': 0, 'step': 1, 'date': 2, 'kind': 3}, [4])
    """
    found, dictionary = Heads(), spec.dictionary()
    texts = {at: as_text(cell) for at, cell in enumerate(row) if cell is not None and as_text(cell).strip()}
    exact = {at: exactly(spec.key, text) for at, text in texts.items()}
    for at, keys in exact.items():
        if len(keys) == 1 and found.columns.setdefault(keys[0], at) != at:
            found.twice[at] = keys[0]
    for at, keys in exact.items():
        if len(keys) > 1:
            free = [key for key in keys if key not in found.columns]
            if len(free) == 1:  # the other meanings have columns of their own
                found.columns[free[0]] = at
            else:
                found.ties[at] = keys
    for at in list(found.twice):  # a word that mostly means another column, where that one is there already
        weak = [one.key for one in spec.fields if fold(texts[at]) in one.weak and one.key not in found.columns]
        if len(weak) == 1:
            found.columns[weak[0]] = at
            del found.twice[at]
    for at, keys in exact.items():
        if keys:
            continue
        alike = tuple(key for key in match_heading(texts[at], dictionary) if key not in found.columns)
        if len(alike) == 1:
            found.columns[alike[0]] = at
        elif alike:
            found.ties[at] = alike
        else:
            found.unknown.append(at)
    return found


def is_counter(heading: str) -> bool:
    """Tell whether a heading stands over a column that only counts the rows.

    Examples
    --------
    >>> is_counter("STT"), is_counter("N°"), is_counter("No."), is_counter("Notes")
    (True, True, True, False)
    """
    return fold(heading) in _COUNTERS or heading.strip() == "#"


def name_sheets(context: Context, cells: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, tuple[str, ...]]:
    """Return the keys of the sheets that each sheet of a workbook may be: one, none, or several.

    By its name; else by a known name within its name (``Deliveries November``); else by its headings.
    """
    named = {}
    names = {one.key: one.names() for one in sheets()}
    for title, rows in cells.items():
        if title == META_SHEET or fold(title) in plain_sheets():
            continue
        keys = match_heading(title, names)
        if not keys and (found := _within(title, rows) or sheets_of(rows)):
            keys = found
            if len(keys) == 1:
                context.change(title, "", title, say(f"sheets:{keys[0]}"), "sheet")
        named[title] = keys
    return named


def _within(title: str, rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Sheets whose name stands within the title and whose headings are there; the longest name is meant."""
    words = f" {fold(title)} "
    inside = {key: max((len(name) for name in _folded(key) if f" {name} " in words), default=0) for key in READ_ORDER}
    fitting = {key: size for key, size in inside.items() if size >= _SHORTEST_NAME and known_columns(sheet(key), rows)}
    longest = max(fitting.values(), default=0)
    return tuple(key for key, size in fitting.items() if size == longest)


@cache
def _folded(key: str) -> frozenset[str]:
    return frozenset(fold(name) for name in sheet(key).names())


def language_of(named: Mapping[str, tuple[str, ...]], cells: Mapping[str, Sequence[Sequence[Any]]]) -> str:
    """Return the language that most sheet names and headings are in, "" where two are level.

    Examples
    --------
    >>> language_of({"Lô hàng": ("lots",)}, {"Lô hàng": [["Mã lô", "Loại lô", "Dạng", "Ngày tạo"]]})
    'vi'
    >>> language_of({"Costs": ("costs",)}, {"Costs": [["x"]]}), language_of({}, {})
    ('en', '')
    """
    votes: Counter[str] = Counter()
    for title, keys in named.items():
        if len(keys) != 1:
            continue
        spec = sheet(keys[0])
        at = heading_row(spec, cells[title])
        written = [fold(title), *(_bare(cell) for cell in (cells[title][at] if at >= 0 else ()) if cell is not None)]
        for lang in languages("columns"):
            own = {fold(spec.title(lang)), *(fold(one.title(lang)) for one in spec.fields)}
            votes[lang] += sum(text in own for text in written)
    ranked = votes.most_common(2)
    if not ranked or not ranked[0][1] or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return ""
    return ranked[0][0]


_IN_BRACKETS = re.compile(r"[(\[][^)\]]{0,200}[)\]]")


def _bare(cell: Any) -> str:
    return fold(_IN_BRACKETS.sub(" ", clean_text(as_text(cell))))

"""Rows that a comma in a name has shifted: put together again where the boundary and the other rows tell how.

TerraTrac writes CSV without quotes round names, so ``Dang, Thi`` fills two cells and moves all behind it. The boundary,
the only quoted cell, and the numbers before it stand where they must: they say by how much the row has moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

from eudr_geo.base.cells import parse_number

_MOST_COMMAS = 4  # in the names of one row; more ways to put them together than anybody can tell apart
_VALUE, _SHAPE = 2, 1  # what it counts that a text, or only its kind, stands in the same column of other rows
_LIST = re.compile(r"\s*(?:\[.*\]|[A-Za-z]+\s*Z?\s*\(.*\))\s*", re.DOTALL)


def rejoined(
    rows: Sequence[Sequence[Any]], top: int, width: int, boundary: int
) -> dict[int, tuple[list[str], list[tuple[int, str, str]]]]:
    """Return the rows that can be put together again: row → its cells, and what was joined.

    Parameters
    ----------
    rows
        The table, cells as text.
    top, width
        Row of the headings, and how many columns they have.
    boundary
        Column of the boundary.

    Returns
    -------
    dict
        For each row with too many cells that can be understood in one way only: its cells, and column, text before
        (with ``|`` between the cells) and text after of each joined cell. Other rows are left to be refused.

    Examples
    --------
    >>> table = [["id", "name", "no", "ha", "polygon"], ["1", "Lan", "M1", "1", "[[1, 2]]"]]
    >>> table.append(["2", "Dang", " Thi", "M2", "2", "[[1, 2]]"])
    >>> rejoined(table, 0, 5, 4)
    {2: (['2', 'Dang, Thi', 'M2', '2', '[[1, 2]]'], [(1, 'Dang| Thi', 'Dang, Thi')])}
    """
    broken = [row for row in range(top + 1, len(rows)) if width < len(rows[row]) <= width + _MOST_COMMAS]
    if not broken:
        return {}
    whole = [row for row in rows[top + 1 :] if len(row) == width]
    values = [{row[place] for row in whole} for place in range(width)]
    kinds = [{_kind(text) for text in texts} for texts in values]
    found: dict[int, tuple[list[str], list[tuple[int, str, str]]]] = {}
    for row in broken:  # the few rows that are broken, each in its own way
        cells = [str(cell) for cell in rows[row]]
        more = len(cells) - width
        fixed = _first_number(cells, boundary, more)
        if not _LIST.fullmatch(cells[boundary + more]) or fixed == boundary:
            continue
        best = [(-1, list[list[str]]()), (-1, list[list[str]]())]
        for groups in _ways(cells[: fixed + more], fixed):
            score = 0
            for place, group in enumerate(groups):
                text = ",".join(group)
                score += _VALUE * (text in values[place]) + _SHAPE * (_kind(text) in kinds[place])
                # A name goes on behind a comma and a blank; no cell of this kind of file begins with one.
                score += sum(10 if part.startswith(" ") else -1 for part in group[1:])
            best = sorted([*best, (score, groups)], key=lambda one: -one[0])[:2]
        if best[0][0] == best[1][0]:
            continue
        groups = best[0][1]
        joined = [(place, "|".join(one), ",".join(one)) for place, one in enumerate(groups) if len(one) > 1]
        found[row] = [",".join(one) for one in groups] + cells[fixed + more :], joined
    return found


def _first_number(cells: Sequence[str], boundary: int, more: int) -> int:
    """Column from which on, up to the boundary, the moved cells hold numbers or nothing."""
    place = boundary
    while place and (not (text := cells[place - 1 + more].strip()) or parse_number(text, ".") is not None):
        place -= 1
    return max(place, 1)


def _ways(cells: Sequence[str], columns: int) -> Iterator[list[list[str]]]:
    """Every way to put neighbouring cells together so that they fill so many columns."""
    for extra in combinations_with_replacement(range(columns), len(cells) - columns):
        groups, at = [], 0
        for place in range(columns):
            size = 1 + extra.count(place)
            groups.append(list(cells[at : at + size]))
            at += size
        yield groups


def _kind(text: str) -> str:
    """Kind of a code: digits as 9, letters as A, the same kind side by side once."""
    plain = "".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in text)
    return re.sub(r"(.)\1+", r"\1", plain)

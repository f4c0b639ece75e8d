"""Which row of a sheet of plots holds the headings, and which column means what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from eudr_geo.base.cells import fold, shown, text_of
from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.records.cell_shapes import looks_like_odk, looks_like_one
from eudr_geo.sources.records.headings import EU_COLUMNS, NUMBERS_OF_ROWS, OF_A_SHEET_OF_PLOTS, OWN_CODES, match_column
from eudr_geo.sources.records.pairs import pair_of
from eudr_geo.words.saying import say

_HEADING_ROWS = 10  # titles and logos above the headings
_LONGEST_HEADING = 100
_FROM_ABOVE = 2  # headings that a second line of headings has at least
_SURVEYED = 1_000  # rows that are looked at to tell a column of boundaries


def columns_of(cells: Sequence[Any]) -> dict[str, list[int]]:
    """Columns that the cells of a row mean as headings, empty when there is none for coordinates."""
    found = named_columns(cells)
    if not {"lat", "lon"} <= set(found):
        found |= _prefixed(cells)
    enough = {"lat", "lon"} <= set(found) or {"x", "y"} <= set(found) or "wkt" in found
    return found if enough else {}


def named_columns(cells: Sequence[Any]) -> dict[str, list[int]]:
    """Columns that the cells of a row mean as headings: column of a plot → places."""
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        meant = match_column(text_of(cell)) if isinstance(cell, str) and len(cell) <= _LONGEST_HEADING else ()
        if len(meant) == 1:
            found.setdefault(meant[0], []).append(place)
    return found


def _prefixed(cells: Sequence[Any]) -> dict[str, list[int]]:
    """Survey programs put the question before the word: ``_location_latitude``, ``_location_longitude``."""
    names = [fold(text_of(cell)) if isinstance(cell, str) else "" for cell in cells]
    for place, name in enumerate(names):
        if name.endswith(" latitude") and (other := f"{name.removesuffix(' latitude')} longitude") in names:
            return {"lat": [place], "lon": [names.index(other)]}
    return {}


def find_headings(rows: Sequence[Sequence[Any]]) -> tuple[int, list[str], dict[str, int]] | None:
    """Find the row that looks most like headings, the headings, and which column means what.

    "Polygon" alone may also be a value in a row of data. Where headings have two lines, a column that says nothing in
    the second one is called what the first one calls it.
    """
    best: tuple[int, int, dict[str, list[int]]] | None = None
    for top in range(min(len(rows), _HEADING_ROWS)):
        found = columns_of(_with_line_above(rows, top))
        places = [place for place in found.get("wkt", []) if _holds_boundaries(rows, place, top)]
        found = {**found, "wkt": places} if places else {key: at for key, at in found.items() if key != "wkt"}
        has_point = {"lat", "lon"} <= set(found) or {"x", "y"} <= set(found)
        if (places or has_point) and (best is None or len(found) > best[0]):
            best = len(found), top, found
    if survey := _survey(rows, best[1] if best else None):
        best = survey
    if best is None:
        return None
    _, top, found = best
    headings = _with_line_above(rows, top)
    if "plot_id" not in found:
        found = {**found, **_stand_in(rows, headings, top)}
    for key in ("lat", "lon", "x", "y"):
        _check_one(rows, found.get(key, []), top)
    # Where several columns mean one thing, the EU system's own name wins; the others are kept under theirs.
    columns = {
        key: next((at for at in places if headings[at] in {*EU_COLUMNS, *OWN_CODES}), places[0])
        for key, places in found.items()
    }
    return top, headings, columns


def _with_line_above(rows: Sequence[Sequence[Any]], top: int) -> list[str]:
    """Headings of a row; blank ones as the line above has them, if that is a line of headings too."""
    headings = [text_of(cell) for cell in rows[top]]
    above = [text_of(cell) if isinstance(cell, str) else "" for cell in rows[top - 1]] if top else []
    if sum(map(bool, above)) < _FROM_ABOVE:
        return headings
    headings += [""] * (len(above) - len(headings))
    return [own or (above[place] if place < len(above) else "") for place, own in enumerate(headings)]


def _stand_in(rows: Sequence[Sequence[Any]], headings: Sequence[str], top: int) -> dict[str, list[int]]:
    """Column that names the plots in a sheet whose headings do not say so in full."""
    folded = [fold(heading) for heading in headings]
    for place, name in enumerate(folded):
        if name in _OF_A_SHEET_OF_PLOTS:
            return {"plot_id": [place]}
    for place, name in enumerate(folded):
        if name in _NUMBERS_OF_ROWS:
            values = [text_of(row[place]) for row in rows[top + 1 :] if place < len(row) and any(map(text_of, row))]
            if values and all(values) and len(set(values)) == len(values):
                return {"plot_id": [place]}
    return {}


_OF_A_SHEET_OF_PLOTS = {fold(name) for name in OF_A_SHEET_OF_PLOTS}
_NUMBERS_OF_ROWS = {fold(name) for name in NUMBERS_OF_ROWS}


def _survey(rows: Sequence[Sequence[Any]], known: int | None) -> tuple[int, int, dict[str, list[int]]] | None:
    """Find boundaries of ODK and KoboToolbox: their column bears the question's name, so its cells must tell.

    A survey may ask for a point and for a boundary: the column with the most positions is taken, the other stays.
    """
    tops = range(min(len(rows), _HEADING_ROWS)) if known is None else [known]
    top = next((row for row in tops if sum(isinstance(cell, str) and bool(cell) for cell in rows[row]) > 1), None)
    if top is None or any(isinstance(cell, str) and (looks_like_one(cell) or pair_of(cell)) for cell in rows[top]):
        return None  # a row of data is no headings
    found = {key: at for key, at in named_columns(rows[top]).items() if key != "wkt"}
    positions: dict[int, int] = {}
    for row in rows[top + 1 : top + 1 + _SURVEYED]:
        for place, cell in enumerate(row):
            if isinstance(cell, str) and ";" in cell and looks_like_odk(cell):
                positions[place] = positions.get(place, 0) + cell.count(";")
            elif known is None and isinstance(cell, str) and (looks_like_odk(cell) or pair_of(cell)):
                positions[place] = positions.get(place, 0) + 1
    if not positions:
        return None
    return len(found), top, {**found, "wkt": [max(positions, key=lambda place: (positions[place], -place))]}


def _holds_boundaries(rows: Sequence[Sequence[Any]], place: int, top: int) -> bool:
    under = islice(rows, top + 1, None)
    below = list(islice((text for row in under if place < len(row) and (text := text_of(row[place]))), _SURVEYED))
    if not below:  # headings of an empty table, not the last row of one
        return not any(text_of(cell) for row in rows[:top] for cell in row)
    return any(looks_like_one(text) or pair_of(text) for text in below)


def _check_one(rows: Sequence[Sequence[Any]], places: list[int], top: int) -> None:
    """Two columns for one coordinate are one only if they say the same everywhere."""
    for other in places[1:]:
        for row in rows[top + 1 :]:
            first, second = (text_of(row[at]) if at < len(row) else "" for at in (places[0], other))
            if first != second:
                name, its_double = (shown(text_of(rows[top][at])) for at in (places[0], other))
                raise WholeFileError(
                    "unreadable-file",
                    say("tables:differ", name=name, other=its_double, first=shown(first), second=shown(second)),
                    say("tables:differ.do"),
                )

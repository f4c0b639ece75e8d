"""A corrected worklist → rows of plots: what it knew of each plot, with what people filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eudr_geo.base.cells import clean_text, fold, shown, text_of
from eudr_geo.model.source import RecordError, WholeFileError
from eudr_geo.sources.records.cell_shapes import looks_like_odk
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.headings import COORDINATES, match_column
from eudr_geo.words.languages import languages
from eudr_geo.words.page import words
from eudr_geo.words.saying import say
from eudr_geo.words.worklist import CORRECTIONS, HEADINGS, HIDDEN, KEPT, SCHEMA

Rows = list[list[Any]]
_COLUMNS = (*KEPT, "lat", "lon", "wkt")
_HEADING_ROWS = 10


@dataclass
class _Known:
    """A plot as it was when the worklist was made."""

    values: dict[str, Any]
    extra: dict[str, Any]
    seen: bool = False


@dataclass
class _Worklist:
    known: dict[str, _Known] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)  # plot code → its numbers


def corrected(cells: Mapping[str, Sequence[Sequence[Any]]], gathering: Gathering) -> dict[str, Rows]:
    """Return the sheets of a worklist as sheets of plots, each plot in the row in which a person sees it.

    A row that cannot be understood is rejected and left empty.

    Parameters
    ----------
    cells
        Sheet name → rows of cells, the hidden sheet among them.
    gathering
        Takes the rejected rows and what there is to say about the file.

    Raises
    ------
    WholeFileError
        When the hidden sheet is not as this toolkit writes it, or no sheet has the columns of a worklist.
    """
    worklist = _hidden(cells[HIDDEN])
    extras = sorted({name for known in worklist.known.values() for name in known.extra})
    found: dict[str, Rows] = {}
    for title, rows in cells.items():
        head = None if title == HIDDEN else _heading(rows)
        if head is None:
            if title not in {HIDDEN, *(words(language)["wl_guide"] for language in languages())}:
                gathering.note("several-layers", say("tables:worklist.sheet", name=shown(title)))
            continue
        top, columns = head
        made: Rows = [[] for _ in rows]
        made[top] = [*_COLUMNS, *extras]
        for at in range(top + 1, len(rows)):
            row = rows[at]
            if not any(text_of(cell) for cell in row):
                continue
            try:
                made[at] = _row(row, columns, worklist, extras)
            except RecordError as error:
                gathering.count()
                plot = _cell(row, columns, "plot")
                gathering.reject(at + 1, error, group=title, plot_id=clean_text(text_of(plot))[:100])
        found[title] = made
    if not found:
        raise WholeFileError("unsupported-format", say("tables:worklist.columns"), say("tables:worklist.columns.do"))
    missing = sum(not known.seen for known in worklist.known.values())
    if missing:
        gathering.note(
            "several-layers",
            say("tables:worklist.gone", missing=missing, plots=len(worklist.known)),
            severity="note",
        )
    return found


def is_torn_off(cells: Mapping[str, Sequence[Sequence[Any]]]) -> bool:
    """Tell whether these are sheets of a worklist without the one that knows the plots."""
    return HIDDEN not in cells and any(
        (head := _heading(rows)) is not None and {*CORRECTIONS} & set(head[1]) for rows in cells.values()
    )


def _hidden(rows: Sequence[Sequence[Any]]) -> _Worklist:
    if len(rows) < 2 or text_of(rows[0][0] if rows[0] else None) != SCHEMA:
        raise WholeFileError(
            "unreadable-file", say("tables:worklist.kind", schema=SCHEMA), say("tables:worklist.kind.do")
        )
    headings = [text_of(cell) for cell in rows[1]]
    places = {heading: headings.index(heading) for heading in HEADINGS if heading in headings}
    worklist = _Worklist()
    for row in rows[2:]:
        values = {heading: row[place] if place < len(row) else None for heading, place in places.items()}
        number = _number(values.get("no"))
        if not number:
            continue
        values["wkt"] = "".join(text_of(cell) for cell in row[places["wkt"] :]) if "wkt" in places else ""
        worklist.known[number] = _Known(values, _extra(text_of(values.get("extra"))))
        worklist.numbers.setdefault(text_of(values.get("plot_id")), []).append(number)
    return worklist


def _extra(text: str) -> dict[str, Any]:
    """The other properties of a plot, those left out that the reader would take for coordinates."""
    try:
        properties = json.loads(text) if text else {}
    except ValueError:  # cut off at the length of a cell
        return {}
    kept = {}
    for name, value in properties.items() if isinstance(properties, dict) else ():
        plain = value if isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)
        is_place = {*match_column(name)} & {*COORDINATES, "vertex"}
        if not is_place and name not in _COLUMNS and not (isinstance(plain, str) and looks_like_odk(plain)):
            kept[name] = plain
    return kept


def _heading(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    """The row of headings, in any of the languages, and the place of each column."""
    named = {
        fold(words(language)[f"wl_{key}"]): key for language in languages() for key in ("no", "plot", *CORRECTIONS)
    }
    for top, row in enumerate(rows[:_HEADING_ROWS]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            key = named.get(fold(text_of(cell))) if isinstance(cell, str) else None
            if key:
                places.setdefault(key, place)
        if {"no", "plot"} <= set(places):
            return top, places
    return None


def _row(row: Sequence[Any], columns: Mapping[str, int], worklist: _Worklist, extras: Sequence[str]) -> list[Any]:
    """The plot of a row with its corrections, in the order of the columns."""
    known = _known(row, columns, worklist)
    values = {name: known.values.get(name) for name in (*KEPT, "wkt")}
    new = {column: _cell(row, columns, key) for key, column in CORRECTIONS.items()}
    given = {column: value for column, value in new.items() if text_of(value)}
    values |= given
    if {"lat", "lon"} & set(given) and "wkt" not in given:
        values |= _moved(given, text_of(known.values.get("wkt")))
    known.seen = True
    return [values.get(name) for name in _COLUMNS] + [known.extra.get(name) for name in extras]


def _known(row: Sequence[Any], columns: Mapping[str, int], worklist: _Worklist) -> _Known:
    number, plot = _number(_cell(row, columns, "no")), text_of(_cell(row, columns, "plot"))
    if not number:
        candidates = worklist.numbers.get(plot, [])
        if not plot or len(candidates) != 1:
            key = "tables:worklist.no-number.several" if candidates else "tables:worklist.no-number"
            raise RecordError(
                "unreadable-record",
                say(key, plot=shown(plot)),
                say("tables:worklist.number.do"),
                plot,
            )
        number = candidates[0]
    known = worklist.known.get(number)
    if known is None:
        raise RecordError(
            "unreadable-record",
            say("tables:worklist.number", number=shown(number)),
            say("tables:worklist.number.do"),
            number,
        )
    code = text_of(known.values.get("plot_id"))
    if plot != code:
        raise RecordError(
            "unreadable-record",
            say("tables:worklist.other-plot", number=number, code=shown(code), plot=shown(plot)),
            say("tables:worklist.other-plot.do"),
            plot,
        )
    if known.seen:
        raise RecordError(
            "unreadable-record",
            say("tables:worklist.twice", number=number, code=shown(code)),
            say("tables:worklist.twice.do"),
            number,
        )
    return known


def _moved(given: Mapping[str, Any], wkt: str) -> dict[str, Any]:
    """A new point: both coordinates, the one that was not corrected as it was."""
    if wkt and not wkt.startswith("POINT "):
        raise RecordError(
            "unreadable-record",
            say("tables:worklist.point"),
            say("tables:worklist.point.do"),
        )
    was = dict(zip(("lon", "lat"), wkt.removeprefix("POINT (").rstrip(")").split(), strict=False))
    return {"wkt": None, "lat": given.get("lat", was.get("lat")), "lon": given.get("lon", was.get("lon"))}


def _cell(row: Sequence[Any], columns: Mapping[str, int], key: str) -> Any:
    place = columns.get(key)
    return None if place is None or place >= len(row) else row[place]


def _number(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return text_of(value)

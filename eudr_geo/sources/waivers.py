"""A table of waivers in: which findings somebody answers for, why, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eudr_geo.base.cells import clean_code, clean_text, parse_date, text_of
from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits
from eudr_geo.checks.catalogue import load
from eudr_geo.checks.waiving import may_be_waived
from eudr_geo.lots.sheet_names import HEADING_ROWS
from eudr_geo.model.findings import Waiver
from eudr_geo.sources.reading import read_sheets
from eudr_geo.sources.records.doors import WAIVERS, other_door
from eudr_geo.sources.records.telling import WAIVER_COLUMNS, kind_of_cells
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import META_SHEET

_LONGEST = 500  # characters of a reason: it is printed on every line it concerns


def read_waivers(path: str | Path, *, limits: Limits | None = None) -> tuple[Waiver, ...]:
    """Return the waivers of a table, one a row, in its order. It is opened in the cage.

    Parameters
    ----------
    path
        An XLSX, XLS, ODS or CSV; headings ``rule, code, reason, waived_by, waived_on, until``, all cells filled.
    limits
        How much the file may ask of us.

    Raises
    ------
    InputError
        For a file that is not there, is no table or is another kind of table; for a missing column, an empty cell, a
        date that is none, a rule that is unknown or nobody can waive, or a second waiver of one thing.
    """
    reading, sheets = read_sheets(path, limits=limits, headings=WAIVER_COLUMNS)
    name = reading.files[0].name
    for note in reading.files[0].notes:
        raise InputError(say("workbook_files:about", file=name, why=note.why), fix=note.fix)
    if any(row[:1] == ["encoding"] for row in sheets.get(META_SHEET, ())):  # guessed: letters may be wrong
        raise InputError(say("errors:waivers.encoding", name=name), fix=say("errors:waivers.encoding.do"))
    kind = kind_of_cells(sheets)
    if kind not in {"", WAIVERS}:
        other = other_door(kind, name)
        raise InputError(say("workbook_files:about", file=name, why=other.why), fix=other.fix)
    return _waivers(sheets, name)


def _waivers(sheets: Mapping[str, Sequence[Sequence[Any]]], name: str) -> tuple[Waiver, ...]:
    """Waivers of every sheet that has their headings; the others of a workbook are notes of its owner."""
    texts = {title: [[clean_text(text_of(cell)) for cell in row] for row in rows] for title, rows in sheets.items()}
    heads = {title: _head(rows) for title, rows in texts.items()}
    fullest = max(heads, key=lambda title: len(set(heads[title][1]) & set(WAIVER_COLUMNS)), default="")
    if missing := [column for column in WAIVER_COLUMNS if column not in heads.get(fullest, (0, []))[1]]:
        raise InputError(
            say("errors:waivers.column", name=name, column=missing[0]),
            fix=say("errors:waivers.column.do", values=", ".join(WAIVER_COLUMNS)),
        )
    found: dict[tuple[str, str], Waiver] = {}
    for title, (at, head) in heads.items():
        if not set(WAIVER_COLUMNS) <= set(head):
            continue
        shown = f"{name}, {title}" if title else name
        for line, cells in enumerate(texts[title][at + 1 :], start=at + 2):
            if not any(cells):
                continue
            given = dict(zip(head, [*cells, *[""] * len(head)], strict=False))
            place = say("errors:waivers.place", name=shown, line=line)
            waiver = _one(Waiver(**{column: given[column] for column in WAIVER_COLUMNS}), place)
            if found.setdefault((waiver.rule, clean_code(waiver.code)), waiver) is not waiver:
                raise InputError(
                    say("errors:waivers.twice", name=shown, line=line, rule=waiver.rule, code=waiver.code),
                    fix=say("errors:waivers.twice.do"),
                )
    return tuple(found.values())


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """The row of headings, among the first ten: a title may stand above it."""
    scores = [len({cell.lower() for cell in row} & set(WAIVER_COLUMNS)) for row in rows[:HEADING_ROWS]]
    at = scores.index(max(scores)) if scores else 0
    return at, [cell.lower() for cell in rows[at]] if rows else []


def _one(waiver: Waiver, place: str) -> Waiver:
    for column in WAIVER_COLUMNS:
        if not getattr(waiver, column):
            raise InputError(
                say("errors:waivers.empty", place=place, column=column), fix=say("errors:waivers.empty.do")
            )
    if waiver.rule not in load():
        raise InputError(say("errors:waivers.rule", place=place, rule=waiver.rule), fix=say("errors:waivers.rule.do"))
    if not may_be_waived(waiver.rule):
        raise InputError(
            say("errors:waivers.never", place=place, rule=waiver.rule, basis=load()[waiver.rule].basis),
            fix=say("errors:waivers.never.do"),
        )
    if len(waiver.reason) > _LONGEST:
        raise InputError(say("errors:waivers.reason", place=place, most=_LONGEST), fix=say("errors:waivers.reason.do"))
    days = {}
    for column in ("waived_on", "until"):
        value = getattr(waiver, column)
        days[column] = parse_date(value)
        if days[column] is None:
            raise InputError(
                say("errors:waivers.date", place=place, column=column, value=value), fix=say("errors:waivers.date.do")
            )
    if str(days["until"]) < str(days["waived_on"]):
        raise InputError(
            say("errors:waivers.order", place=place, until=days["until"]), fix=say("errors:waivers.order.do")
        )
    return replace(waiver, waived_on=str(days["waived_on"]), until=str(days["until"]))

"""A table of waivers in: which findings somebody answers for, why, and until when."""

from __future__ import annotations

from dataclasses import fields, replace

from eudr_geo.base.cells import clean_code, clean_text, parse_date
from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits
from eudr_geo.checks.catalogue import load
from eudr_geo.checks.waiving import may_be_waived
from eudr_geo.model.findings import Waiver
from eudr_geo.sources.formats.csv_text import decoded, rows_of
from eudr_geo.words.saying import say

COLUMNS = tuple(one.name for one in fields(Waiver))
"""Headings of a table of waivers."""
_LONGEST = 500  # characters of a reason: it is printed on every line it concerns


def read_waivers(data: bytes, name: str) -> tuple[Waiver, ...]:
    """Return the waivers of a CSV, one a row, in its order.

    Parameters
    ----------
    data
        The file; headings ``rule, code, reason, waived_by, waived_on, until``, all cells filled.
    name
        What the messages call it.

    Raises
    ------
    InputError
        For a missing column, an empty cell, a date that is none, a rule that is unknown or nobody can waive, or a
        second waiver of one thing.
    """
    text, _, certain = decoded(data)
    if not certain:
        raise InputError(say("errors:waivers.encoding", name=name), fix=say("errors:waivers.encoding.do"))
    rows = rows_of(text, Limits(), lambda row: len({str(cell).strip().lower() for cell in row} & set(COLUMNS)))
    head = [clean_text(cell).lower() for cell in rows[0]] if rows else []
    if missing := [column for column in COLUMNS if column not in head]:
        raise InputError(
            say("errors:waivers.column", name=name, column=missing[0]),
            fix=say("errors:waivers.column.do", values=", ".join(COLUMNS)),
        )
    found: dict[tuple[str, str], Waiver] = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [clean_text(cell) for cell in row]
        if not any(cells):
            continue
        given = dict(zip(head, [*cells, *[""] * len(head)], strict=False))
        waiver = _one(
            Waiver(**{column: given[column] for column in COLUMNS}), say("errors:waivers.place", name=name, line=line)
        )
        if found.setdefault((waiver.rule, clean_code(waiver.code)), waiver) is not waiver:
            raise InputError(
                say("errors:waivers.twice", name=name, line=line, rule=waiver.rule, code=waiver.code),
                fix=say("errors:waivers.twice.do"),
            )
    return tuple(found.values())


def _one(waiver: Waiver, place: str) -> Waiver:
    for column in COLUMNS:
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

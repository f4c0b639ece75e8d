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
        raise InputError(f"{name}: the text encoding cannot be told", fix="save the table as CSV UTF-8")
    rows = rows_of(text, Limits(), lambda row: len({str(cell).strip().lower() for cell in row} & set(COLUMNS)))
    head = [clean_text(cell).lower() for cell in rows[0]] if rows else []
    if missing := [column for column in COLUMNS if column not in head]:
        raise InputError(f"{name} has no column {missing[0]}", fix=f"the headings are: {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], Waiver] = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [clean_text(cell) for cell in row]
        if not any(cells):
            continue
        given = dict(zip(head, [*cells, *[""] * len(head)], strict=False))
        waiver = _one(Waiver(**{column: given[column] for column in COLUMNS}), f"{name}, line {line}")
        if found.setdefault((waiver.rule, clean_code(waiver.code)), waiver) is not waiver:
            raise InputError(f"{name}, line {line}: {waiver.rule} on {waiver.code} is waived twice", fix="keep one row")
    return tuple(found.values())


def _one(waiver: Waiver, where: str) -> Waiver:
    for column in COLUMNS:
        if not getattr(waiver, column):
            raise InputError(f"{where}: {column} is empty", fix="a waiver says what, why, who, and until when")
    if waiver.rule not in load():
        raise InputError(f"{where}: there is no rule {waiver.rule!r}", fix="the codes are listed by: eudr-geo rules")
    if not may_be_waived(waiver.rule):
        raise InputError(
            f"{where}: {waiver.rule} cannot be waived; it is an error by {load()[waiver.rule].basis}",
            fix="correct the data; the EU system or the authority would refuse it",
        )
    if len(waiver.reason) > _LONGEST:
        raise InputError(f"{where}: the reason has more than {_LONGEST} characters", fix="say it in a sentence")
    days = {}
    for column in ("waived_on", "until"):
        value = getattr(waiver, column)
        days[column] = parse_date(value)
        if days[column] is None:
            raise InputError(f"{where}: {column} {value!r} is no date", fix="write it as 2026-12-31")
    if str(days["until"]) < str(days["waived_on"]):
        raise InputError(f"{where}: it ends on {days['until']}, before it begins", fix="correct one of the dates")
    return replace(waiver, waived_on=str(days["waived_on"]), until=str(days["until"]))

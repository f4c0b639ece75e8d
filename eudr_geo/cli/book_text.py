"""What ``eudr-geo book`` shows before it stores: rows new, changed and gone, and the questions that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eudr_geo.base.said import Said
from eudr_geo.cli import speech
from eudr_geo.words.saying import counted, joined, say

if TYPE_CHECKING:
    from eudr_geo.model.workbook import BookReading
    from eudr_geo.project.importing import BookImport
    from eudr_geo.project.importing.common import Refused
    from eudr_geo.project.importing.questions import Question

ROWS_SHOWN = 30
QUESTIONS_SHOWN = 200  # a sheet that is gone asks for each of its rows
_AS_ANSWERED = "cell_changes:number-as-answered"


def rows(plan: BookImport) -> list[str]:
    """Return a line for each row that changes or goes, then for each new one, as far as a screen holds them."""
    ordered = sorted(plan.rows, key=lambda one: one.how == "new")
    shown = [f"  {speech.spoken(one.sentence())}" for one in ordered[:ROWS_SHOWN]]
    if len(ordered) > ROWS_SHOWN:
        shown.append(f"  {speech.spoken(counted('imports:rows.more', len(ordered) - ROWS_SHOWN))}")
    return shown


def about_the_workbook(plan: BookImport, read: BookReading) -> list[str]:
    """Return what is to be said of the workbook: what it is a later state of, what its numbers look like."""
    from eudr_geo.project.importing.book_faults import heading_of

    lineage, found = plan.lineage, []
    if lineage is None or plan.file is None:
        return []
    if lineage.how == "alike":
        found.append(say("commands:book.known.alike", file=plan.file.name, workbook=lineage.code))
    if prefix := plan.statements.workbook.get("prefix"):
        found.append(say("commands:book.prefix", prefix=prefix))
    mark = plan.statements.workbook.get("decimal_mark")
    if mark and any(isinstance(one.rule, Said) and one.rule.key == _AS_ANSWERED for one in read.changes):
        found.append(say("commands:book.decimal.comma" if mark == "," else "commands:book.decimal.point"))
    found += [
        say("commands:book.column_gone", table=say(f"reports:noun.{table}"), column=heading_of(table, column, {}))
        for table, column in plan.columns_gone
    ]
    return [speech.spoken(one) for one in found]


def questions(plan: BookImport) -> list[str]:
    """Return a line for each question: the open ones with how to answer them, then those that an option answers."""
    left = plan.left_open
    answered = [one for one in plan.questions if one not in left]
    asked = left[:QUESTIONS_SHOWN]
    lines: list[str] = [say("commands:book.question", where=where(one), what=one.what, cure=one.cure) for one in asked]
    if len(left) > QUESTIONS_SHOWN:
        lines.append(counted("imports:rows.more", len(left) - QUESTIONS_SHOWN))
    lines += [say("commands:book.answered", where=where(one), what=one.what) for one in answered[:ROWS_SHOWN]]
    if len(answered) > ROWS_SHOWN:
        lines.append(counted("imports:rows.more", len(answered) - ROWS_SHOWN))
    return [speech.spoken(line) for line in lines]


def where(one: Question) -> str:
    """Return where a question stands: file, sheet and row as far as they are known.

    Examples
    --------
    >>> from eudr_geo.project.importing.questions import Question
    >>> str(where(Question("gone", "book.xlsx", "Deliveries", 5, "", "", "")))
    'book.xlsx, Deliveries, row 5'
    """
    parts: list[str] = [one.source] if one.source else []
    if one.record:
        parts.append(say("imports:row.place", sheet=one.sheet, row=one.record))
    elif one.sheet:
        parts.append(one.sheet)
    return joined(parts or [one.code], ", ")


def refused(one: Refused, read: BookReading) -> str:
    """Return a line for a row that would not be stored, with its cell in the workbook."""
    from eudr_geo.project.importing.in_cells import field_of

    place = read.places.get(one.sheet)
    found = field_of(place, one.column) if place is not None and one.column else None
    if place is not None and found is not None and one.record is not None:
        where = f"{one.sheet}!{place.columns[found.key]}{one.record}"
    elif one.sheet and one.record is not None:
        where = say("imports:row.place", sheet=one.sheet, row=one.record)
    else:
        return speech.spoken(say("commands:book.refused", why=one.why, fix=one.fix))
    return speech.spoken(say("commands:book.refused.at", place=where, why=one.why, fix=one.fix))

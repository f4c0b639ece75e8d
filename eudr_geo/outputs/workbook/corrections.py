"""What a corrected copy has beside its rows: columns that nobody knows, the list of issues and that of changes."""

from __future__ import annotations

from typing import Any

from eudr_geo.model.workbook import BookReading, CellIssue
from eudr_geo.outputs.workbook.making import OPTIONAL, WRONG, Maker
from eudr_geo.words.saying import in_language, say
from eudr_geo.words.workbook import label


def add_extras(maker: Maker, reading: BookReading) -> None:
    """Write columns that nobody knows behind the known ones, each cell in the row it came with."""
    behind: dict[str, list[tuple[str, str]]] = {}  # headings behind the known ones; one heading of two sheets is one
    for extra in reading.extra:
        spec = next((one for one in maker.shown if one.key == extra.table), None)
        if spec is None:
            continue
        own = behind.setdefault(spec.key, [])
        before = [sheet for sheet, heading in own if heading == extra.heading]
        if before and extra.sheet not in before:
            column = len(maker.columns[spec.key]) + 1 + [heading for _, heading in own].index(extra.heading)
        else:
            own.append((extra.sheet, extra.heading))
            column = len(maker.columns[spec.key]) + len(own)
        sheet = maker.workbook[spec.title(maker.lang)]
        cell = maker.put(sheet, 1, column, extra.heading)
        cell.font, cell.fill, cell.alignment = maker.head, maker.fills[OPTIONAL], maker.wrap
        for row, value in extra.values.items():
            if (at := maker.placed.get((spec.key, (extra.sheet, row)))) is not None:
                maker.put(sheet, at, column, value)


def add_issues(maker: Maker, reading: BookReading, spoken: str) -> None:
    """Add the list of issues, each linked to its cell, with a comment there; and the list of changes.

    Parameters
    ----------
    maker
        The copy, with its rows.
    reading
        What was read.
    spoken
        Language of the comments and of the two lists.
    """
    from openpyxl.styles import Font

    sheet = maker.workbook.create_sheet(label("title.issues", spoken), 0)
    names = ("severity", "sheet", "cell", "value", "why", "fix")
    maker.heading(sheet, [label(name, spoken) for name in names])
    for column, width in zip("ABCDEF", (11, 16, 9, 24, 52, 52), strict=True):
        sheet.column_dimensions[column].width = width
    for row, issue in enumerate(reading.issues, start=2):
        target = _target(maker, issue)
        said = (say(f"page:{issue.severity}"), issue.sheet, issue.cell, issue.value, issue.why, issue.fix)
        for at, value in enumerate(said, start=1):
            maker.put(sheet, row, at, in_language(value, spoken)).alignment = maker.wrap
        if target is not None:
            title, place = target
            cell = maker.put(sheet, row, 3, place)
            maker.link(cell, title, place)
            cell.font = Font(underline="single", color="0563C1")
            _mark(maker, maker.workbook[title][place], issue, spoken)
    sheet.freeze_panes = "A2"
    changes = maker.workbook.create_sheet(label("title.changes", spoken), 1)
    maker.heading(changes, [label(name, spoken) for name in ("sheet", "cell", "before", "after", "rule")])
    for column, width in zip("ABCDE", (16, 9, 30, 30, 26), strict=True):
        changes.column_dimensions[column].width = width
    for row, change in enumerate(reading.changes, start=2):
        for at, value in enumerate((change.sheet, change.cell, change.before, change.after, change.rule), start=1):
            maker.put(changes, row, at, in_language(value, spoken))
    changes.freeze_panes = "A2"
    maker.workbook.active = 0


def _target(maker: Maker, issue: CellIssue) -> tuple[str, str] | None:
    """Where in this workbook the cell of an issue stands now."""
    from openpyxl.utils import get_column_letter

    row = maker.placed.get((issue.table, (issue.sheet, issue.row or 0)))
    spec = next((one for one in maker.shown if one.key == issue.table), None)
    if row is None or spec is None or not issue.key:
        return None
    keys = [field.key for field in maker.columns[spec.key]]
    if issue.key not in keys:  # a column of earlier workbooks, which the copy has on another sheet
        return None
    column = keys.index(issue.key) + 1
    return spec.title(maker.lang), f"{get_column_letter(column)}{row}"


def _mark(maker: Maker, cell: Any, issue: CellIssue, spoken: str) -> None:
    from openpyxl.comments import Comment

    before = f"{cell.comment.text}\n" if cell.comment else ""
    told = in_language(say("book:comment", why=issue.why, fix=issue.fix), spoken)
    cell.comment = Comment(f"{before}{told}", "eudr-geo", width=320, height=120)
    cell.fill = maker.fills[WRONG]

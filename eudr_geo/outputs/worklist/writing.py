"""A worklist as XLSX: a guide, a sheet for each village, and the plots as they were on a hidden sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from eudr_geo.model.plots import Plots
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_page import versions
from eudr_geo.outputs.worklist.land import land_text
from eudr_geo.outputs.worklist.tasks import Task, about_files, tasks
from eudr_geo.outputs.xlsx import CELL_LENGTH, put, workbook_bytes
from eudr_geo.words.page import filled, words
from eudr_geo.words.saying import in_language
from eudr_geo.words.worklist import CHUNK, CORRECTIONS, HEADINGS, HIDDEN, KEPT, REMARKS, SCHEMA, SHOWN

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_SHEETS = 60
"""With more villages than this all plots stand on one sheet, with a filter."""
_WIDTHS = {
    "no": 6, "plot": 16, "producer": 22, "place": 18, "record": 22, "severity": 10, "wrong": 48, "do": 44, "spot": 22,
    "new_plot": 15, "new_producer": 20, "new_country": 12, "new_area": 12, "new_lat": 14, "new_lon": 14,
    "new_boundary": 30, "new_date": 14, "remarks": 26, "picture": 9,
}  # fmt: skip
_DARK, _GREEN, _PALE = "14532D", "2E7D5A", "E8F3EC"
_SEVERITIES = {"error": "FBD5D0", "warning": "FDF1D8"}
_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\'\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_LETTERS = 52  # of the text columns, for the height of a row
_MOST_LINES = 14


def worklist(report: Report, *, page: str = "") -> bytes:
    """Return the worklist of a report; the same report gives the same bytes.

    Parameters
    ----------
    report
        The report; its language is that of the headings and the guide.
    page
        Name of the file beside it with the drawings, to which each row is linked; "" for none.
    """
    from openpyxl import Workbook

    kind, found = tasks(report)
    workbook = Workbook()
    for empty in workbook.worksheets:
        workbook.remove(empty)
    said = words(report.language)
    _guide(workbook.create_sheet(said["wl_guide"]), report, found)
    taken = {said["wl_guide"].casefold(), HIDDEN}
    files = {file.name: number for number, file in enumerate(report.result.files, start=1)}
    groups = [(name, list(some)) for name, some in groupby(found, key=lambda task: task.group)]
    if len(groups) > MOST_SHEETS:
        groups = [(said["wl_plots"], found)]
    for name, some in groups:
        title = _title(name or f"– {said['not_stated']}", taken)
        _sheet(workbook.create_sheet(title), some, report.language, kind, page, files)
    _hidden(workbook.create_sheet(HIDDEN), report.plots, found)
    workbook.active = 0
    return workbook_bytes(workbook)


def _title(name: str, taken: set[str]) -> str:
    """A name that a sheet may have: at most 31 letters, none of those that spreadsheets refuse, each once."""
    plain = " ".join(_NOT_IN_TITLE.sub(" ", name).split())[:31].strip() or "–"
    title, number = plain, 1
    while title.casefold() in taken:
        number += 1
        title = f"{plain[: 31 - len(str(number)) - 1].strip()} {number}"
    taken.add(title.casefold())
    return title


def _guide(sheet: Worksheet, report: Report, found: Sequence[Task]) -> None:
    from openpyxl.styles import Alignment, Font

    said = words(report.language)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 110
    errors = sum(task.severity == "error" for task in found)
    lines = [(said["wl_title"], True), (", ".join(file.name for file in report.result.files)[:1000], False)]
    if found:
        lines.append((filled(said["wl_counts"], len(found), errors, len(found) - errors), True))
        lines += [(said[f"wl_step{step}"], False) for step in (1, 2, 3, 4)]
    else:
        lines.append((said["wl_nothing"], False))
    whole = about_files(list(report.result.findings))
    if whole:
        lines.append((said["wl_about_files"], True))
        told = [[in_language(text, report.language) for text in (one.message, one.hint)] for one in whole]
        lines += [(f"{one.source}: {wrong}. → {do}", False) for one, (wrong, do) in zip(whole, told, strict=True)]
    waived = report.result.findings.waived()
    if waived:
        lines.append((said["wl_waived"], True))
        lines += [
            (f"{one.rule}, {one.plot_id or one.code or one.source}: {in_language(one.message, report.language)}", False)
            for one in waived
        ]
    lines += [(filled(said["crashed"], error.rule, error.message), True) for error in report.result.tool_errors]
    lines += [(said["claim"], False), (versions(report), False)]
    for row, (text, strong) in enumerate(lines, start=1):
        cell = put(sheet, row, 1, text[:CELL_LENGTH])
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=strong, size=16 if row == 1 else 11, color=_DARK if strong else "000000")
        if row > 1:
            sheet.row_dimensions[row].height = 16.0 * min(max(-(-len(text) // 110), 1), 20) + 4


def _sheet(
    sheet: Worksheet, some: Sequence[Task], language: str, kind: str, page: str, files: Mapping[str, int]
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    said = words(language)
    keys = [*SHOWN, *(("picture",) if page else ()), *CORRECTIONS, REMARKS]
    fills = {color: PatternFill("solid", fgColor=color) for color in (_DARK, _GREEN)}
    looks: dict[str, Any] = {}
    for column, key in enumerate(keys, start=1):
        head = put(sheet, 1, column, said[kind] if key == "place" and kind != "file" else said[f"wl_{key}"])
        head.font, head.alignment = Font(bold=True, color="FFFFFF"), Alignment(wrap_text=True, vertical="center")
        head.fill = fills[_GREEN if key in CORRECTIONS or key == REMARKS else _DARK]
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[key]
    sheet.row_dimensions[1].height = 48
    for row, task in enumerate(some, start=2):
        values = _values(task, said, language)
        for column, key in enumerate(keys, start=1):
            value = values.get(key)
            look = f"{key} {task.severity}" if key == "severity" else key
            if look not in looks:
                looks[look] = _look(sheet.cell(row, column), key, task.severity)
            # The style as a whole: attribute by attribute takes ten times as long.
            cell: Any = sheet.cell(row, column)
            cell._style = copy(looks[look])  # noqa: SLF001
            put(sheet, row, column, value[:CELL_LENGTH] if isinstance(value, str) else value)
            if key == "picture" and task.row is not None:
                put(sheet, row, column, said["wl_open"])
                cell.hyperlink = f"{page}#at={files.get(task.source, 0)}-{task.record}"
        lines = max(
            sum(-(-max(len(line), 1) // _LINE_LETTERS) for line in str(values[key]).split("\n"))
            for key in ("wrong", "do")
        )
        sheet.row_dimensions[row].height = 15.0 * min(max(lines, 2), _MOST_LINES) + 4
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(keys))}{len(some) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    if sheet.oddFooter is not None:
        sheet.oddFooter.center.text = "&A – &P/&N"


def _look(cell: Any, key: str, severity: str) -> Any:
    """The style of a column's cells, made on one of them."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = Border(*(Side(style="thin", color="C9D3CD"),) * 4)
    if key == "severity":
        cell.fill = PatternFill("solid", fgColor=_SEVERITIES[severity])
    elif key in CORRECTIONS or key == REMARKS:
        cell.fill = PatternFill("solid", fgColor=_PALE)
        # Text: a code keeps its zeros, a coordinate its digits, and 1-2 does not become a date.
        cell.number_format = "yyyy-mm-dd" if key == "new_date" else "@"
    elif key in {"plot", "spot"}:
        cell.number_format = "@"
    elif key == "picture":
        cell.font = Font(underline="single", color="0563C1")
    return copy(cell._style)  # noqa: SLF001


def _values(task: Task, said: Any, language: str) -> dict[str, Any]:
    spot = task.spot
    return {
        "no": task.number,
        "plot": task.plot_id,
        "producer": task.producer,
        "place": task.group,
        "record": task.source + ("" if task.record is None else f", {filled(said['record'], task.record)}"),
        "severity": said[task.severity],
        "wrong": task.wrong(language),
        "do": task.hints(language),
        "spot": f"{spot[1]:.6f}, {spot[0]:.6f}" if spot else "",  # as the maps of phones take it
    }


def _hidden(sheet: Worksheet, plots: Plots, found: Sequence[Task]) -> None:
    sheet.sheet_state = "hidden"
    put(sheet, 1, 1, SCHEMA)
    for column, heading in enumerate(HEADINGS, start=1):
        put(sheet, 2, column, heading)
    for row, task in enumerate(found, start=3):
        kept: dict[str, Any] = {"no": task.number, "source": task.source, "record": task.record}
        pieces: list[str] = []
        if task.row is None:
            kept["plot_id"] = task.plot_id
        else:
            kept |= {name: _plain(plots[name][task.row]) for name in KEPT}
            if kept["producer_id"] == kept["producer"]:  # a project calls by name who has no code
                kept["producer_id"] = None
            kept["area_ha"] = plots["area_text"][task.row] or kept["area_ha"]
            kept["extra"] = plots["extra"][task.row][:CELL_LENGTH]
            text = land_text(plots, task.row)
            pieces = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
        for column, heading in enumerate(HEADINGS[:-1], start=1):
            put(sheet, row, column, kept.get(heading))
        for column, piece in enumerate(pieces, start=len(HEADINGS)):
            put(sheet, row, column, piece)


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value or None

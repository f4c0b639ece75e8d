"""Tables, CSV and workbooks: points in degrees or metres, or boundaries in a cell. Ids stay text; nothing shifts."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eudr_geo.base.cells import fold, shown, text_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.formats.archives import members, names_in
from eudr_geo.sources.formats.coordinate_text import Regions, assembled
from eudr_geo.sources.formats.csv_text import SEPARATORS, decoded, rows_of
from eudr_geo.sources.formats.hidden_cells import Hidden, hidden_in
from eudr_geo.sources.formats.old_workbook import scanned
from eudr_geo.sources.formats.sheet_claims import check_reach, counts_from_1904, failed_in, too_wide, with_known_errors
from eudr_geo.sources.records.doors import BOOK, BOUNDARIES, other_door
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.plot_sheet import PlotSheet
from eudr_geo.sources.records.sheet_headings import columns_of, named_columns
from eudr_geo.words.saying import joined, say
from eudr_geo.words.workbook import META_SHEET, known_headings
from eudr_geo.words.worklist import FIRST_HEADINGS, HIDDEN

FORMATS = ("CSV", "ODS", "XLS", "XLSX")
_FIRST_ROWS = 10
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_ARCHIVE, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_REPEATED = re.compile(
    rb"<table:table-(?:row|cell)\s[^>]{0,2000}?table:number-(rows|columns)-repeated=[\"'](\d{1,9})[\"']"
)
_FILLED = re.compile(rb"office:value|<text:")
_OF_COORDINATES = 100
_NAMED = 5  # columns
_UNHIDE = "tables:hidden.do"
_NEAR = 100_000  # bytes behind a repeated row in which its cells begin


def sniff(head: bytes) -> str:
    """Return the kind of a workbook, CSV for text with a separator in its first lines."""
    if head.startswith(_ARCHIVE):
        is_open_document = b"content.xml" in head and b"styles.xml" in head
        return "XLSX" if b"xl/workbook" in head else "ODS" if is_open_document else ""
    if head.startswith(_OLD_WORKBOOK):
        return "XLS"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "CSV"
    if b"\0" in head or head.lstrip(b"\xef\xbb\xbf \r\n")[:1] in (b"<", b"{", b"["):
        return ""
    first = b"\n".join(head.splitlines()[:_FIRST_ROWS])
    return "CSV" if any(mark.encode() in first for mark in SEPARATORS) else ""


def read(source: Source) -> Reading:
    """Read a table of plots.

    Raises
    ------
    WholeFileError
        When no sheet has headings for coordinates, or the text cannot be decoded.
    """
    format_ = _format(source)
    gathering = Gathering(source, format_)
    cells = {"": _csv_rows(source, gathering)} if format_ == "CSV" else workbook_cells(source)
    is_worklist = HIDDEN in cells
    if is_worklist:
        from eudr_geo.sources.records.worklist import corrected

        cells = corrected(cells, gathering)
    else:
        _refuse_torn_off(cells)
        _refuse_other_tables(cells, source)
    regions = Regions()
    sheets = [PlotSheet(gathering, name, rows, regions) for name, rows in cells.items() if source.layer in {"", name}]
    taken = [sheet for sheet in sheets if sheet.read()]
    if not taken:
        raise WholeFileError(
            "unsupported-format",
            say("tables:no-sheet", name=shown(source.layer)) if not sheets else say("tables:no-headings"),
            say("tables:no-sheet.do", names=", ".join(shown(name) for name in cells))
            if not sheets
            else say("tables:no-headings.do"),
        )
    if not is_worklist:
        _tell_sheets(gathering, cells, sheets, taken)
    if format_ != "CSV" and not is_worklist:
        _tell_hidden(gathering, source, taken)
    regions.close()
    bulk = [one for sheet in taken for one in sheet.bulk]
    plots = gathering.plots(*assembled(regions, bulk, len(gathering.shapes)))
    systems: dict[str, list[int]] = {}
    for sheet in taken:
        for code, rows in sheet.in_system.items():
            systems.setdefault(code, []).extend(rows)
    if systems or source.crs:
        from eudr_geo.sources.records.converting import converted, offers_converted

        plots = converted(gathering, plots, systems)
        if source.crs:
            gathering.rejected = offers_converted(gathering.rejected, source.crs)
    return gathering.finish(plots)


def _tell_sheets(
    gathering: Gathering,
    cells: Mapping[str, Sequence[Sequence[Any]]],
    sheets: Sequence[PlotSheet],
    taken: Sequence[PlotSheet],
) -> None:
    """Say that several sheets were read, and name those with something in them in which no plots were found."""
    told = [say("tables:several", sheets=len(taken))] if len(taken) > 1 else []
    fix = say("reading:do.name-layer")
    without = {sheet.name for sheet in sheets} - {sheet.name for sheet in taken}
    if others := [name for name in cells if name in without and any(any(map(text_of, row)) for row in cells[name])]:
        listed = ", ".join(shown(name) for name in others[:_NAMED]) + (" …" if len(others) > _NAMED else "")
        told.append(say("tables:others", names=listed))
        fix = say("tables:others.do")
    if told:
        gathering.note("several-layers", joined(told), fix)


def _tell_hidden(gathering: Gathering, source: Source, sheets: Sequence[PlotSheet]) -> None:
    """Say which sheets, rows and columns with something in them the workbook does not show; they were read."""
    hidden = hidden_in(source, gathering.format)
    for sheet in sheets:
        found = hidden.get(sheet.name, Hidden())
        if found.is_sheet:
            gathering.note("hidden-cells", say("tables:hidden.sheet", name=shown(sheet.name)), say(_UNHIDE))
        rows = [row for row in sorted(found.rows) if row < len(sheet.rows) and any(map(text_of, sheet.rows[row]))]
        if rows:
            gathering.note(
                "hidden-cells",
                say("tables:hidden.rows", name=shown(sheet.name), number=len(rows), first=rows[0] + 1),
                say(_UNHIDE),
            )
        columns = [shown(sheet.headings[place]) for place in sorted(found.columns) if place < sheet.width]
        if columns := [heading for heading in columns if heading]:
            named = ", ".join(columns[:_NAMED]) + (" …" if len(columns) > _NAMED else "")
            gathering.note(
                "hidden-cells",
                say("tables:hidden.columns", name=shown(sheet.name), columns=named),
                say(_UNHIDE),
                severity="note",
            )


def _refuse_torn_off(cells: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """Say what a sheet of a worklist is that came without the sheet that knows the plots: corrections of nothing."""
    if not any(rows and rows[0] and rows[0][0] in FIRST_HEADINGS for rows in cells.values()):
        return
    from eudr_geo.sources.records.worklist import is_torn_off

    if is_torn_off(cells):
        raise WholeFileError(
            "unsupported-format",
            say("tables:worklist.torn-off", name=HIDDEN),
            say("tables:worklist.torn-off.do"),
        )


def _refuse_other_tables(cells: Mapping[str, Sequence[Sequence[Any]]], source: Source) -> None:
    """Send a table that another command reads to it: half of a lots workbook is no list of boundaries."""
    if source.layer:  # a sheet that is asked for by its name is read
        return
    if len(cells) == 1 and any(columns_of(row) for rows in cells.values() for row in rows[:_FIRST_ROWS]):
        return  # most tables: a list of boundaries, and the sheets of the lots workbook need not be loaded
    from eudr_geo.sources.records.telling import kind_of_cells

    kind = kind_of_cells(cells)
    if kind not in {"", BOUNDARIES} and not (kind == BOOK and set(cells) == {""}):  # a CSV is a sheet, and no workbook
        raise other_door(kind, source.name)


def _format(source: Source) -> str:
    with source.path.open("rb") as stream:
        head = stream.read(len(_ARCHIVE))
    if head == _OLD_WORKBOOK:
        return "XLS"
    if head != _ARCHIVE:
        return "CSV"
    return "XLSX" if any(name.startswith("xl/") for name in names_in(source)) else "ODS"


def _csv_rows(source: Source, gathering: Gathering) -> list[list[Any]]:
    text, gathering.encoding, certain = decoded(source.path.read_bytes())
    if not certain:
        gathering.note(
            "unreadable-text",
            say("tables:encoding", encoding=gathering.encoding),
            say("tables:encoding.do"),
        )
    return rows_of(text, source.limits, _likeness, keep_torn=True)


def _likeness(row: Sequence[Any]) -> int:
    """How much a row looks like headings: those of coordinates decide, others only where there are none."""
    return _OF_COORDINATES * len(columns_of(row)) + len(named_columns(row))


def book_cells(source: Source, headings: Sequence[str] = ()) -> dict[str, list[list[Any]]]:
    """Return the sheets of a lots workbook; a CSV is one sheet, named "".

    What the file says about itself stands on the sheet ``_meta``: an ``encoding`` that was not told, day numbers that
    begin in 1904. A cell whose formula was never calculated holds :data:`~eudr_geo.words.workbook.NO_VALUE`.
    """
    format_ = _format(source)
    if format_ == "CSV":
        rows, encoding = _csv_book(source, headings)
        return {"": rows, META_SHEET: [["encoding", encoding]]} if encoding else {"": rows}
    sheets = workbook_cells(source)
    if format_ == "XLSX" and counts_from_1904(members(source)):
        sheets[META_SHEET] = [*sheets.get(META_SHEET, []), ["date1904", "1"]]
    return sheets


def _csv_book(source: Source, headings: Sequence[str]) -> tuple[list[list[Any]], str]:
    """Cells as text, by the separator that gives most headings; and the encoding, "" where the file tells it."""
    known = {fold(name) for name in headings} or known_headings()
    text, encoding, certain = decoded(source.path.read_bytes())
    rows = rows_of(text, source.limits, lambda row: sum(fold(_BRACKETS.sub(" ", str(cell))) in known for cell in row))
    return [[cell or None for cell in row] for row in rows], "" if certain else encoding


def workbook_cells(source: Source) -> dict[str, list[list[Any]]]:
    """Return the cells of every sheet: text, numbers, true or false, dates as ISO text, None. Rows as a person counts.

    Raises
    ------
    WholeFileError
        For a damaged workbook, or one that claims more rows or columns than the limits.
    """
    format_ = _format(source)
    parts = members(source) if format_ != "XLS" else {}
    _scan(source, parts)
    of_old = scanned(source.path.read_bytes(), source.limits) if format_ == "XLS" else {}
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_object(str(_for_library(source, parts)))
        cells = {
            str(name): [
                [_cell(cell) for cell in row]
                for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in workbook.sheet_names
        }
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise WholeFileError(
            "unreadable-file", say("tables:book.damaged", what=shown(error)), say("tables:do.save-in-excel")
        ) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library says when it loses its way
            raise
        raise WholeFileError("unreadable-file", say("tables:book.broken"), say("tables:do.save-in-excel")) from error
    for name, failed in (of_old or failed_in(parts, format_, source.limits)).items():
        rows = cells.get(name, [])
        for (row, column), text in failed.items():  # few: the library gives an empty cell for each, or none at all
            rows += [[] for _ in range(len(rows), row + 1)]
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = text
    return cells


def _for_library(source: Source, parts: dict[str, bytes]) -> Path:
    """The workbook's file, or a copy with older errors in the place of those that the library does not know."""
    newer = {name: with_known_errors(data) for name, data in parts.items() if name.startswith("xl/worksheets/")}
    newer = {name: data for name, data in newer.items() if data is not parts[name]}
    if not newer:
        return source.path
    copy = source.path.with_name("known-errors.xlsx")
    with zipfile.ZipFile(source.path) as original, zipfile.ZipFile(copy, "w") as archive:
        for info in original.infolist():  # counted and found harmless before
            archive.writestr(info.filename, newer.get(info.filename) or original.read(info))
    return copy


def _scan(source: Source, parts: dict[str, bytes]) -> None:
    """Look at what the cells claim before any library does: five kilobytes may claim a million rows."""
    for name, data in parts.items():
        if not name.lower().endswith((".xml", ".rels")):
            continue
        if b"<!DOCTYPE" in data[:2048] or b"<!ENTITY" in data[:4096]:
            raise WholeFileError("unreadable-file", say("tables:book.doctype"), say("reading:do.not-open"))
        if name == "content.xml":
            _scan_open_document(data, source)
        else:
            check_reach(data, source.limits)  # any part may be a sheet: the workbook's own list of them is a claim


def _scan_open_document(data: bytes, source: Source) -> None:
    """Refuse a row or cell with something in it that is said to stand there very often."""
    limits = source.limits
    for match in _REPEATED.finditer(data):
        most = limits.sheet_rows if match[1] == b"rows" else limits.sheet_columns
        if int(match[2]) > most and _FILLED.search(data, match.end(), match.end() + _NEAR):
            end = data.find(b"</table:table-row>" if match[1] == b"rows" else b"</table:table-cell>", match.end())
            if end < 0 or _FILLED.search(data, match.start(), end):
                raise too_wide(limits)


def _cell(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    return value

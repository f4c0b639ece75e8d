"""The lots workbook as cells → a lot book. Pure: cells in, rows and receipts out; nothing is opened here.

Every change made to understand a cell is logged, every cell that cannot be understood is an issue with its place. A
row that lacks something it cannot do without is left out and counted; nothing disappears in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Float

from eudr_geo.base.cells import clean_text, parse_number
from eudr_geo.base.season_codes import season_code
from eudr_geo.lots.sheets import READ_ORDER, sheet
from eudr_geo.model.base import table_of
from eudr_geo.model.findings import NOTE, WARNING
from eudr_geo.model.lot_book import BOOK_TABLES, columns
from eudr_geo.sources.workbook import (
    land_sheets,
    lot_sheets,
    place_sheets,
    season_sheet,
    statement_cells,
    trade_sheets,
)
from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.receipts import Context, either, row_place
from eudr_geo.sources.workbook.sheet_heads import language_of, name_sheets
from eudr_geo.sources.workbook.sheet_rows import AllRows, SheetRows
from eudr_geo.sources.workbook.volumes import receipts_measured
from eudr_geo.words.saying import joined, say
from eudr_geo.words.workbook import META_SHEET

ENCODING_OF = "encoding of "
"""Key on the sheet ``_meta``, with the sheet's name behind it: how a CSV was read that does not tell."""


READERS: Mapping[str, Callable[[Cells, AllRows], None]] = {
    "organisations": place_sheets.organisations,
    "producers": land_sheets.producers,
    "seasons": season_sheet.seasons,
    "plots": land_sheets.plots,
    "places": place_sheets.places,
    "deliveries": lot_sheets.deliveries,
    "lots": lot_sheets.lots,
    "processing": lot_sheets.processing,
    "storage": trade_sheets.storage,
    "handovers": trade_sheets.handovers,
    "measurements": trade_sheets.measurements,
    "offers": trade_sheets.offers,
    "costs": trade_sheets.costs,
    "shipments": trade_sheets.shipments,
    "statements": statement_cells.statements,
}
"""What reads the rows of a sheet."""


def read_cells(
    cells: Mapping[str, Sequence[Sequence[Any]]],
    *,
    name: str = "",
    lang: str = "",
    country: str = "",
    fill_down: bool = False,
    decimal: str = "",
) -> Cells:
    """Read the sheets of a workbook.

    Parameters
    ----------
    cells
        Sheet name → rows of cells from A1 on: text, numbers, True or False, dates as ISO text, None.
    name
        Name of the file, for the provenance of each row.
    lang
        Language that decides where a number could be read two ways (``vi``: decimal comma); by default the
        workbook's own.
    country
        ISO 3166-1 alpha-2 code of producers and plots that name none, and of customary units.
    fill_down
        A blank cell of certain columns says the same as the one above it.
    decimal
        Decimal mark of numbers that could be two, as a person answered; "" where nobody did.
    """
    found = Cells()
    meta = _meta(cells.get(META_SHEET, []))
    told = lang or meta.get("language", "")
    context = Context(
        name, told, country or meta.get("country", ""), found.changes, found.issues, found.left_out,
        fill_down, found.extra, bool(lang), decimal, meta.get("date1904") == "1",
    )  # fmt: skip
    for key, encoding in meta.items():
        if key.startswith(ENCODING_OF):
            context.change(key.removeprefix(ENCODING_OF), "", encoding, "UTF-8", "encoding")
    named = name_sheets(context, cells)
    context.language = found.language = told or language_of(named, cells)
    _ledger(found, context, meta)
    for key in READ_ORDER:
        titles = [title for title, keys in named.items() if keys == (key,)]
        if len(titles) > 1:
            why = say("book:several-sheets", number=len(titles), sheet=say(f"sheets:{key}"))
            context.issue(titles[1], "", ", ".join(titles), why, say("book:several-sheets.do"), NOTE)
        parts = [SheetRows(context, sheet(key), title, cells[title]) for title in titles]
        if parts:
            found.headings[key] = frozenset(column for part in parts for column in part.columns)
        for part in parts:
            found.places[part.title] = part.place_of_columns()
        READERS[key](found, AllRows(context, sheet(key), parts))
        for part in parts:
            found.seen[part.title], found.taken[part.title] = part.seen, part.taken
            found.doubts += part.tell_doubts()
    receipts_measured(found)
    _missing_sheets(context, {keys[0] for keys in named.values() if len(keys) == 1}, found.language)
    for title, keys in named.items():
        _other_sheet(context, title, keys, cells[title])
    _resolve_references(found, context)
    _complete(found, context)
    return found


def _missing_sheets(context: Context, there: set[str], language: str) -> None:
    """Say what a workbook lacks: everything, or one of the three sheets that others lean on."""
    if not there:
        titles = joined([_called(key, language) for key in ("producers", "plots", "deliveries", "lots")], ", ")
        context.issue("", "", "", say("book:no-sheet"), say("book:no-sheet.do", sheets=titles))
    for key in ("plots", "deliveries", "lots"):
        if there and key not in there:
            title = _called(key, language)
            why, fix = say("book:no-such-sheet", sheet=title), say("book:no-such-sheet.do")
            context.issue(title, "", "", why, fix, WARNING)


def _called(key: str, language: str) -> str:
    """Name of a sheet in the language of the workbook; where that does not tell, in whatever is spoken."""
    return sheet(key).title(language) if language else say(f"sheets:{key}")


def _meta(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    pairs = (row for row in rows if len(row) > 1 and row[0])
    return {str(row[0]): "" if row[1] is None else clean_text(str(row[1])) for row in pairs}


def _ledger(found: Cells, context: Context, meta: Mapping[str, str]) -> None:
    """Organisation and season of older workbooks stand on the hidden sheet, a row a column."""
    for table in ("organisation", "season"):
        known = table_of(BOOK_TABLES[table]).columns
        row: dict[str, Any] = {}
        for key, value in meta.items():
            column = key.removeprefix(f"{table}.")
            if column == key or not value:
                continue
            is_number = column in known and isinstance(known[column].type, Float)
            row[column] = parse_number(value, ".") if is_number else value
            if (table, column) == ("season", "code"):
                row[column] = season_code(value)
            if column not in columns(table) or row[column] is None:
                if (table, column) == ("season", "code"):
                    why = say("book:no-season", value=value[:40])
                elif column in known:
                    why = say("book:meta.no-number", value=value[:40])
                else:
                    why = say("book:meta.no-column", kind=say(f"nouns:{table}"), column=column)
                context.issue(META_SHEET, "", key, say("book:left-out", why=why), say("book:meta.do"), NOTE)
                del row[column]
        if row.get("code"):
            found.tables[table].append(row | {"src_file": context.name, "src_sheet": META_SHEET, "src_row": None})


def _other_sheet(context: Context, title: str, keys: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    if not any(any(cell is not None for cell in row) for row in rows):
        return
    if len(keys) > 1:
        could_be = either([say(f"sheets:{key}") for key in keys])
        context.issue(title, "", title, say("book:sheet-could-be", sheets=could_be), say("book:sheet-could-be.do"))
    elif not keys:
        context.issue(title, "", title, say("book:other-sheet"), say("book:other-sheet.do"), NOTE)


_CODED = frozenset({"producer", "plot", "lot"})
"""Nouns whose codes a spreadsheet may have taken for numbers."""


def _references() -> Iterator[tuple[str, str, str]]:
    """Table, column and noun of every reference that the rows of a workbook hold."""
    for table, noun in BOOK_TABLES.items():
        for column in table_of(noun).columns:
            for key in column.foreign_keys:
                if key.column.table.name in _CODED:
                    yield table, column.name, key.column.table.name


def _resolve_references(found: Cells, context: Context) -> None:
    """Give back the leading zeros that a spreadsheet took from a reference made of digits, where one code fits."""
    for table, column, target in _references():
        known = {row["code"] for row in found.tables[target]}
        stripped: dict[str, list[str]] = {}
        for code in sorted(known):
            stripped.setdefault(code.lstrip("0"), []).append(code)
        for row in found.tables[table]:
            code = row.get(column)
            if code is None or code in known or not code.isdigit():
                continue
            fitting = stripped.get(code.lstrip("0"), [])
            if len(fitting) == 1:
                context.change(row["src_sheet"], row_place(row["src_row"]), code, fitting[0], "leading-zeros")
                row[column] = fitting[0]


def _complete(found: Cells, context: Context) -> None:
    """Fill in what other sheets imply: the producer of a delivery's plot, the micro-lots of the Plots sheet."""
    owner = {row["code"]: row["producer_code"] for row in found.tables["plot"]}
    since = {row["code"]: row["held_since"] or "" for row in found.tables["plot"]}
    for row in found.tables["delivery"]:
        day = row["harvested_to"] or row["harvested_from"] or row["delivered_on"] or ""
        if day < since.get(row["plot_code"], ""):
            continue  # the plot has changed hands since: the project knows who held it then
        if row["producer_code"] is None and owner.get(row["plot_code"]):
            row["producer_code"] = owner[row["plot_code"]]
            context.change(
                row["src_sheet"], row_place(row["src_row"]), "", str(row["producer_code"]), "producer-of-plot"
            )
    known = {row["code"] for row in found.tables["stream"]}
    season = season_sheet.only_season(found)
    for row in found.tables["stream_plot"]:
        if row["stream_code"] not in known:
            known.add(row["stream_code"])
            place = {key: row[key] for key in ("src_file", "src_sheet", "src_row")}
            found.tables["stream"].append({"code": row["stream_code"], "type": "micro", "season_code": season, **place})

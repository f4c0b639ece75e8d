"""One lots workbook in the making: its guide, lists of words, sheets and rows, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from eudr_geo.lots.sheets import STAGES, Field, Sheet, sheets
from eudr_geo.model.lot_book import LotBook
from eudr_geo.outputs.workbook.nouns import Cells
from eudr_geo.outputs.xlsx import put, workbook_bytes
from eudr_geo.words.workbook import SCHEMA, choices, guide, label, suggestions, word

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

REQUIRED, OPTIONAL, WRONG = "14532D", "3F7D5C", "FBD5D0"
"""Colours of headings that must be filled, of the others, and of what could not be understood."""
_FORMATS = {"kg": "#,##0.###", "date": "dd/mm/yyyy", "code": "@", "text": "@", "whole": "0"}
_WIDTHS = {"text": 22, "code": 17, "date": 13, "kg": 13, "number": 12, "whole": 11, "yesno": 11, "country": 11}
_SUGGESTED = "suggested "
_OFFERED = {("lots", "process"), ("offers", "incoterm"), ("shipments", "incoterm"), ("deliveries", "unit")}
"""Columns of free text with a list to choose from; other words are taken as well."""
_GUIDE_LINE = 58  # characters beside each other in the last column of the guide
_LISTED_ROWS = 5000  # rows that get drop-down lists


def _is_said(value: Any) -> bool:
    """Tell whether a value is text or a number; NaN is none."""
    return isinstance(value, str) or (isinstance(value, (int, float)) and value == value)  # noqa: PLR0124


class Maker:
    """One workbook in the making."""

    def __init__(self, lang: str, stage: int, book: LotBook, rows: Mapping[str, Sequence[Cells]]) -> None:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.lang, self.book, self.rows = lang, book, rows
        self.shown = [one for one in sheets() if one.stage <= stage or rows.get(one.key)]
        self.stage = stage
        self.columns = {one.key: self._columns_of(one) for one in self.shown}
        self.workbook: Workbook = Workbook()
        for empty in self.workbook.worksheets:
            self.workbook.remove(empty)
        self.lists: dict[str, str] = {}  # list of words -> its range
        self.placed: dict[tuple[str, tuple[str, int]], int] = {}  # kind of sheet, sheet and row read -> row written
        self.head = Font(bold=True, color="FFFFFF")
        self.wrap = Alignment(wrap_text=True, vertical="center")
        self.fills = {color: PatternFill("solid", fgColor=color) for color in (REQUIRED, OPTIONAL, WRONG)}
        line = Side(style="thin", color="D5DDD8")
        self.border = Border(bottom=line)
        self._guide()
        for spec in self.shown:
            self.workbook.create_sheet(spec.title(lang))
        self._lists()
        for spec in self.shown:
            self._sheet(spec)
        self._meta()

    def _columns_of(self, spec: Sheet) -> list[Field]:
        """The columns of a sheet as it is written: those of earlier workbooks only where a row as written has them."""
        rows = self.rows.get(spec.key, ())
        return [one for one in spec.fields if not one.is_earlier or any(row.get(one.key) for row in rows)]

    def say(self, name: str) -> str:
        """Return a word of the workbook's furniture."""
        return label(name, self.lang)

    def put(self, sheet: Worksheet, row: int, column: int, value: Any) -> Any:
        """Write a value; text stays text even where it looks like a formula."""
        return put(sheet, row, column, value)

    @staticmethod
    def link(cell: Any, title: str, place: str) -> None:
        """Make a cell lead to another one of this workbook."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!{place}")

    def heading(self, sheet: Worksheet, names: Sequence[str], color: str = REQUIRED, row: int = 1) -> None:
        """Write a row of headings."""
        for column, name in enumerate(names, start=1):
            cell = self.put(sheet, row, column, name)
            cell.font, cell.fill, cell.alignment = self.head, self.fills[color], self.wrap

    def _guide(self) -> None:
        from openpyxl.styles import Font
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.workbook.create_sheet(self.say("title.guide"))
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for column, width in zip("ABCD", (24, 34, 18, 60), strict=True):
            sheet.column_dimensions[column].width = width
        self.put(sheet, 1, 1, self.say("title.book")).font = Font(bold=True, size=16, color=REQUIRED)
        row = 3
        for text in guide(self.lang):
            self.put(sheet, row, 1, text).alignment = self.wrap
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
            sheet.row_dimensions[row].height = 32
            row += 1
        for spec in self.shown:
            row += 1
            cell = self.put(sheet, row, 1, spec.title(self.lang))
            cell.font = Font(bold=True, color=REQUIRED, underline="single")
            self.link(cell, spec.title(self.lang), "A1")
            self.put(sheet, row, 2, spec.purposes[self.lang])
            row += 1
            self.heading(sheet, ("", self.say("column"), "", self.say("what")), OPTIONAL, row)
            for field in self.columns[spec.key]:
                row += 1
                self.put(sheet, row, 2, field.heading(self.lang))
                self.put(
                    sheet,
                    row,
                    3,
                    self.say("must" if field.required else "must.micro") if field.required or field.micro else "",
                )
                what = self._what(field)
                self.put(sheet, row, 4, what).alignment = self.wrap
                if len(what) > _GUIDE_LINE:  # no program makes a row higher by itself before it is touched
                    sheet.row_dimensions[row].height = 15 * (1 + len(what) // _GUIDE_LINE)

    def _what(self, field: Field) -> str:
        kind, _, words = field.kind.partition(":")
        text = self.say(f"kind.{kind}")
        if words:
            text += ": " + ", ".join(word(words, value, self.lang) for value in choices()[words])
        return text

    def _lists(self) -> None:
        """Lists of words for drop-down lists, and a live list of the codes of each sheet."""
        from openpyxl.utils import get_column_letter
        from openpyxl.workbook.defined_name import DefinedName

        sheet = self.workbook.create_sheet(self.say("title.lists"))
        used = {field.kind.partition(":")[2] for spec in self.shown for field in self.columns[spec.key]} - {""}
        lists = {name: [word(name, value, self.lang) for value in choices()[name]] for name in sorted(used | {"yesno"})}
        lists |= {f"{_SUGGESTED}{key}": list(words) for key, words in suggestions(self.lang).items()}
        for column, (name, words) in enumerate(lists.items(), start=1):
            letter = get_column_letter(column)
            sheet.column_dimensions[letter].width = 20
            cell = self.put(sheet, 1, column, name.removeprefix(_SUGGESTED))
            cell.font, cell.fill = self.head, self.fills[REQUIRED]
            for row, value in enumerate(words, start=2):
                self.put(sheet, row, column, value)
            self.lists[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(words) + 1}"
        for spec in self.shown:
            if any(field.refers == spec.key for one in self.shown for field in self.columns[one.key]):
                title = spec.title(self.lang)
                size = f"MAX(1,COUNTA('{title}'!$A$2:$A${_LISTED_ROWS}))"
                name = f"codes_{spec.key}"
                self.workbook.defined_names[name] = DefinedName(name, attr_text=f"OFFSET('{title}'!$A$2,0,0,{size},1)")
                self.lists[spec.key] = name
        sheet.freeze_panes = "A2"

    def _sheet(self, spec: Sheet) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.workbook[spec.title(self.lang)]
        sheet.freeze_panes = "B2"
        sheet.sheet_properties.tabColor = REQUIRED if spec.stage == STAGES[0] else OPTIONAL
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_title_rows = "1:1"
        sheet.row_dimensions[1].height = 32
        for column, field in enumerate(self.columns[spec.key], start=1):
            letter = get_column_letter(column)
            cell = self.put(sheet, 1, column, field.heading(self.lang))
            cell.font, cell.alignment = self.head, self.wrap
            cell.fill = self.fills[REQUIRED if field.required or field.micro else OPTIONAL]
            dimension = sheet.column_dimensions[letter]
            kind = field.kind.partition(":")[0]
            dimension.width = max(_WIDTHS.get(kind, 16), min(len(field.heading(self.lang)) + 2, 28))
            if kind in _FORMATS:
                dimension.number_format = _FORMATS[kind]
            self._validation(sheet, spec, field, letter)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(self.columns[spec.key]))}1"
        for number, cells in enumerate(self.rows.get(spec.key, ()), start=2):
            if cells.get("_row") is not None:
                self.placed.setdefault((spec.key, cells["_row"]), number)
            for column, field in enumerate(self.columns[spec.key], start=1):
                raw = bool(cells.get("_raw"))
                value = cells.get(field.key) if raw else self._value(field, cells.get(field.key))
                cell = self.put(sheet, number, column, value)
                kind = field.kind.partition(":")[0]
                if kind in _FORMATS and not raw:
                    cell.number_format = _FORMATS[kind]
                if raw:
                    cell.fill = self.fills[WRONG]
                cell.border = self.border

    def _value(self, field: Field, value: Any) -> Any:
        if value is None or value == "":
            return None
        kind, _, words = field.kind.partition(":")
        if (words or kind == "yesno") and value in choices()[words or kind]:
            return word(words or kind, value, self.lang)
        if kind == "date" and isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                return value
        return value

    def _validation(self, sheet: Worksheet, spec: Sheet, field: Field, letter: str) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        kind, _, words = field.kind.partition(":")
        source = self.lists.get(words or ("yesno" if kind == "yesno" else field.refers))
        offered = self.lists.get(f"{_SUGGESTED}{field.key}") if kind == "text" else None
        if offered and (spec.key, field.key) in _OFFERED:
            rule = DataValidation(type="list", formula1=offered, allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_LISTED_ROWS}")
            return
        if source:
            rule = DataValidation(type="list", formula1=source, allow_blank=True)
            # A code may be new: the sheet it refers to is often filled in afterwards.
            rule.errorStyle = "warning" if field.refers else "stop"
        elif kind == "kg":
            rule = DataValidation(type="decimal", operator="greaterThan", formula1="0", allow_blank=True)
        elif kind == "date":
            rule = DataValidation(type="date", operator="greaterThan", formula1="18264", allow_blank=True)
        else:
            return
        rule.showErrorMessage = True
        rule.errorTitle = field.heading(self.lang)[:32]
        rule.error = self._what(field)[:255]
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{_LISTED_ROWS}")

    def _meta(self) -> None:
        sheet = self.workbook.create_sheet("_meta")
        sheet.sheet_state = "hidden"
        pairs = [("schema", SCHEMA), ("language", self.lang), ("stage", str(self.stage))]
        frame = self.book.table("organisation")
        stated = frame[frame["country"].map(_is_said) & (frame["country"] != "")]
        own = stated[stated["is_own"] == True]  # noqa: E712 (a column, with cells that say nothing)
        pairs += [("country", country) for country in (own if len(own) else stated)["country"].tolist()[:1]]
        for row, (key, value) in enumerate(pairs, start=1):
            self.put(sheet, row, 1, key)
            self.put(sheet, row, 2, value)

    def finish(self) -> bytes:
        """Return the workbook's bytes: no clock, members in order."""
        return workbook_bytes(self.workbook)

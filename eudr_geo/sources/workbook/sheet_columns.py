"""What the rows of one sheet share: which column is which, its unit and decimal mark, and what of it is in doubt."""

from __future__ import annotations

from eudr_geo.base.cells import parse_number
from eudr_geo.base.said import Said
from eudr_geo.lots.sheets import Sheet
from eudr_geo.model.workbook import CellIssue
from eudr_geo.sources.workbook.receipts import Context, shown
from eudr_geo.words.saying import counted, say
from eudr_geo.words.workbook import decimal_mark_of, is_usual_mark, unit_kg


class Columns:
    """What the rows of one sheet share: where it is, which column is which, what unit and mark a column is in.

    Attributes
    ----------
    title
        Name of the sheet as in the file.
    seen, taken
        Rows with anything in them; rows that became rows of the book.
    """

    def __init__(self, context: Context, spec: Sheet, title: str) -> None:
        self.context, self.spec, self.title = context, spec, title
        self.seen = self.taken = 0
        self.columns: dict[str, int] = {}
        self.written: dict[str, str] = {}  # column -> its heading in the file, without star and unit
        self.units: dict[str, str] = {}
        self.marks: dict[str, str] = {}
        self.month_first: set[str] = set()
        self.secret = {one.key for one in spec.fields if one.secret}
        self.doubts: dict[str, list[tuple[int, str, str]]] = {}  # column → row, place, text of what is two numbers

    def usual(self, key: str) -> Said:
        """What a column is called where no sheet of the user's calls it otherwise."""
        return say(f"columns:{self.spec.key}.{key}")

    def called(self, key: str) -> str:
        """What a column is called in the user's own sheet."""
        return self.written.get(key) or self.usual(key)

    def factor(self, unit: str) -> float | None:
        """Kilograms in a unit of the workbook's country, None if nobody knows it there."""
        return unit_kg(unit, self.country)

    @property
    def country(self) -> str:
        """Country whose customary units count; a Vietnamese workbook without one is of Vietnam."""
        return self.context.country or ("VN" if self.context.language == "vi" else "")

    @property
    def usual_mark(self) -> str:
        """Decimal mark of the workbook's language, if its country has it too or it was asked for; else ""."""
        mark = decimal_mark_of(self.context.language, self.country)
        return mark if self.context.is_language_asked_for or is_usual_mark(mark, self.country) else ""

    def tell_doubts(self) -> list[CellIssue]:
        """Tell of each column whose numbers could be two, once; return what was told."""
        told = []
        for key, cells in self.doubts.items():
            row, place, text = cells[0]
            by_comma, by_point = (f"{parse_number(text, mark) or 0:.15g}" for mark in ",.")
            why = counted(
                "book:two-numbers",
                len(cells),
                column=self.called(key),
                value=shown(text),
                comma=by_comma,
                point=by_point,
            )
            fix, called = say("book:two-numbers.do"), self.spec.key
            self.context.issue(self.title, place, text, why, fix, table=called, key=key, row=row)
            told.append(self.context.issues[-1])
        return told

"""What an import of a book does to one row, and what is to be asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eudr_geo.lots.sheets import HIDDEN
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.project.importing.book_faults import heading_of
from eudr_geo.project.importing.hands import DATED
from eudr_geo.project.importing.keys import Key, Row, digest_of, said_of, stands_for_another, thing
from eudr_geo.project.importing.lineage import Stated
from eudr_geo.project.importing.questions import BACK, CONFLICT, REUSED, Question
from eudr_geo.words.saying import joined, say

NEW, CHANGED, GONE = "new", "changed", "gone"


@dataclass(frozen=True)
class RowSaid:
    """A row that is new, changed or gone, for somebody who looks at the preview."""

    how: str
    table: str
    key: Key
    sheet: str
    row: int | None
    columns: tuple[tuple[str, Any, Any], ...] = ()  # name, before, after

    def sentence(self) -> str:
        """One plain sentence."""
        about = thing(self.table, self.key)
        parts = [_column_said(*one) for one in self.columns]
        place = say("imports:row.place", sheet=self.sheet, row=self.row) if self.row else self.sheet
        if not parts:
            return say(f"imports:row.{self.how}", thing=about, place=place)
        return say("imports:row.changed", thing=about, place=place, columns=joined(parts, ", "))


def _column_said(name: str, before: Any, after: Any) -> str:
    return say("imports:row.column", column=name, before=_shown(before), after=_shown(after))


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)[:40]


def hidden(table: str, column: str, before: Any, after: Any) -> tuple[Any, Any]:
    """Return what was and what is in a column as it may be shown: of a secret one only whether there is anything."""
    if not table_of(BOOK_TABLES[table]).columns[column].info.get("secret"):
        return before, after
    return before and HIDDEN, after and HIDDEN


def merged_row(table: str, row: Row, held: Row, was: Stated | None, columns: frozenset[str] | None) -> tuple[Row, Row]:
    """Return the columns of a held row that change, with their new and with their old values.

    What the workbook says as it said it before changes nothing, whatever the project holds by now; a cell that it had
    filled and now leaves empty is emptied; what it never said is left alone.

    Parameters
    ----------
    table
        The table.
    row, held
        The row as the file has it, and as the project holds it.
    was
        What the workbook said of it before; None for a workbook that never spoke of it.
    columns
        Columns of the noun that the file has; None = all.
    """
    said, known = said_of(row), said_of(held)
    before = {} if was is None else was.said
    changed = {
        column: row[column]
        for column, value in said.items()
        if known.get(column) != value and (was is None or was.is_gone or before.get(column) != value)
    }
    for column in sorted(before.keys() - said.keys()):
        told_by_plot = table == "delivery" and column == "producer_code" and "plot_code" in said
        if not was_gone(was) and column in known and (columns is None or column in columns) and not told_by_plot:
            changed[column] = getattr(table_of(BOOK_TABLES[table]).columns[column].default, "arg", None)
    return changed, {column: held.get(column) for column in changed}


def was_gone(was: Stated | None) -> bool:
    """Tell whether a workbook had left the row out when it was read last."""
    return was is not None and was.is_gone


def question_about(
    table: str, key: Key, row: Row, changed: Row, before: Row, was: Stated | None, other: str, prefix: str
) -> Question | None:
    """Return what has to be asked about a row that changes, or that is there again; None for a plain correction.

    Parameters
    ----------
    table, key, row
        The row of the file.
    changed, before
        Columns that change, and their values in the project; both empty for a row that the project does not hold.
    was
        What the workbook said before.
    other
        Another workbook that speaks of the row; "" for none.
    prefix
        A prefix that would keep this pad of paper from the earlier one.
    """
    if was is None and not changed:
        return None  # as nearly all rows of a new workbook are
    place = (row.get("src_file") or "", row.get("src_sheet") or "", row.get("src_row"))
    about = thing(table, key)
    contradicted = {column: value for column, value in changed.items() if before.get(column) not in (None, "")}
    columns = joined(
        [
            _column_said(heading_of(table, column, row), *hidden(table, column, before[column], value))
            for column, value in contradicted.items()
        ],
        ", ",
    )  # fmt: skip
    if contradicted and stands_for_another(table, key, contradicted, before):
        series = "imports:reused.do" if table in {"delivery", "process", "handover"} else "imports:reused.do-code"
        return Question(
            REUSED, *place, about, say("imports:reused", thing=about, columns=columns), say(series, prefix=prefix)
        )
    dated = DATED.get(table)
    if dated is not None and dated.column in contradicted:
        if changed.get(dated.since):
            return None  # it says from when on: what was before stays known
        what = say("imports:hands", thing=about, columns=columns)
        column = say(f"columns:{table}s.{dated.since}")
        return Question(REUSED, *place, about, what, say("imports:hands.do", column=column))
    if contradicted and other:
        what = say("imports:conflict", thing=about, columns=columns, workbook=other)
        return Question(CONFLICT, *place, about, what, say("imports:conflict.do"))
    if was is None:
        return None
    now = digest_of(said_of(row))
    if was.is_gone and not before and now == digest_of(was.said):
        return Question(BACK, *place, about, say("imports:back.row", thing=about), say("imports:back.do"))
    if not was.is_gone and changed and now in was.earlier:
        return Question(BACK, *place, about, say("imports:back", thing=about, columns=columns), say("imports:back.do"))
    return None

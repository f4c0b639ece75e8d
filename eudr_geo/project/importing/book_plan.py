"""What an import of a workbook would do."""

from __future__ import annotations

from dataclasses import dataclass, field

from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.plots import SourceFile
from eudr_geo.project.importing.common import Refused
from eudr_geo.project.importing.frozen import Frozen
from eudr_geo.project.importing.keys import Key, Row
from eudr_geo.project.importing.lineage import Lineage
from eudr_geo.project.importing.questions import Answers, Question
from eudr_geo.project.importing.rows_said import RowSaid
from eudr_geo.project.importing.stating import Statements
from eudr_geo.words.saying import counted, joined, say


@dataclass
class BookImport:
    """What an import of a workbook would do, table by table."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[tuple[int, Row]]] = field(default_factory=dict)  # row number, the columns that differ
    gone: dict[str, dict[Key, Row]] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    moved: dict[str, dict[int, Row]] = field(default_factory=dict)  # row number, where the row stands now
    refused: list[Refused] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    columns_gone: list[tuple[str, str]] = field(default_factory=list)  # table, column: no more on the sheet
    rows: list[RowSaid] = field(default_factory=list)  # new, changed and gone rows, for a person
    answers: Answers = field(default_factory=Answers)
    lineage: Lineage | None = None
    statements: Statements = field(default_factory=Statements)
    frozen: Frozen = field(default_factory=Frozen)
    file: SourceFile | None = None
    seen: int = 0  # last step of the project that was looked at
    after: LotBook = field(default_factory=LotBook)  # the project's lot book as it would be

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be stored."""
        parts = (self.new, self.changed, self.gone, self.moved)
        return not any(any(part.values()) for part in parts) and self.statements.is_empty

    @property
    def is_first(self) -> bool:
        """Tell whether the project holds nothing that this workbook speaks of: every row is new."""
        return not (any(self.changed.values()) or any(self.gone.values()) or any(self.unchanged.values()))

    @property
    def left_open(self) -> list[Question]:
        """The questions that no answer fits: while there is one nothing is stored."""
        return self.answers.left_open(self.questions)

    def counts(self) -> list[tuple[str, int, int, int, int]]:
        """Table, new, changed, gone, unchanged."""
        found = [
            (
                name,
                len(self.new.get(name, ())),
                len(self.changed.get(name, ())),
                len(self.gone.get(name, ())),
                self.unchanged.get(name, 0),
            )
            for name in BOOK_TABLES
        ]
        return [row for row in found if any(row[1:])]

    def summary(self) -> str:
        """One plain sentence."""
        parts = []
        for place, how in ((1, "imports:new"), (2, "imports:changed"), (3, "imports:gone")):
            found = [counted(f"imports:rows.{row[0]}", int(row[place])) for row in self.counts() if row[place]]
            parts += [say(how, rows=joined(found, ", "))] if found else []
        moved = sum(len(rows) for rows in self.moved.values())
        if not parts and moved:
            parts.append(counted("imports:moved-rows", moved))
        if self.answers.correction and self.questions:
            parts.append(say("imports:correction", reason=self.answers.correction))
        return joined(parts)

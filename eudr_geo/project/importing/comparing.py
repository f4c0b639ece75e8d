"""A workbook held against the project: row by row what is new, changed, gone, and what has to be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property

from eudr_geo.lots.payments import MONEY
from eudr_geo.lots.sheets import sheets
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook, in_force, keeper_of
from eudr_geo.model.workbook import frame_of
from eudr_geo.project.importing.book_faults import (
    BALANCE,
    faults,
    heading_of,
    over_draws,
    refused,
    remembering,
    still_named,
    twice,
    unpriced,
)
from eudr_geo.project.importing.book_plan import BookImport
from eudr_geo.project.importing.frozen import Touch, built_packages, frozen_by, frozen_question
from eudr_geo.project.importing.hands import DATED, event_of, past_of
from eudr_geo.project.importing.keys import (
    HEADS,
    IMPLIED,
    MADE_NUMBER,
    OWN_SHEET,
    SERIES,
    WHERE_FROM,
    Key,
    Row,
    by_key,
    rows_of,
    said_of,
    thing,
)
from eudr_geo.project.importing.lineage import ALIKE, Lineage, Stated, corrected, lineage_of, lineages
from eudr_geo.project.importing.questions import BACK, GONE, REMOVE, Question
from eudr_geo.project.importing.rows_said import CHANGED, NEW, RowSaid, hidden, merged_row, question_about, was_gone
from eudr_geo.project.importing.rows_said import GONE as ROW_GONE
from eudr_geo.store import Store
from eudr_geo.store.demands import Demands, demands_of
from eudr_geo.words.saying import say

_PLACE = ("src_file", "src_sheet", "src_row")


class Comparison:
    """The work of one preview: what is given, what is held, what it comes to."""

    def __init__(self, store: Store, plan: BookImport, headings: Mapping[str, frozenset[str]] | None) -> None:
        self.store, self.plan, self.headings = store, plan, headings
        self.asks: dict[str, Demands] = {name: demands_of(noun) for name, noun in BOOK_TABLES.items()}
        self.given: dict[str, dict[Key, Row]] = {}
        self.held: dict[str, dict[Key, Row]] = {}
        self.merged: dict[str, dict[Key, Row]] = {}
        self.touches: list[Touch] = []
        self.lineage = Lineage("")
        self.prefix = ""

    def run(self, book: LotBook, today: str) -> BookImport:
        """Return the plan; see :func:`eudr_geo.project.importing.preview_book`."""
        plan = self.plan
        plan.refused += remembering(rows_of(book.table("producer")), self.store.forgotten())
        before = {name: by_key(name, rows_of(book.table(name))) for name in BOOK_TABLES}
        if plan.file is not None:
            first = {name: {key: rows[0] for key, rows in keyed.items()} for name, keyed in before.items()}
            self.lineage = lineage_of(lineages(self.store), first, plan.file.name, plan.answers.known_as)
            plan.lineage = self.lineage
            self.prefix = self.lineage.prefix if plan.answers.prefix is None else plan.answers.prefix
        if self.prefix:
            before = {name: by_key(name, self._in_series(name, keyed)) for name, keyed in before.items()}
        for name, noun in BOOK_TABLES.items():
            self.held[name] = {key: rows[0] for key, rows in by_key(name, rows_of(self.store.table(noun))).items()}
            self.given[name] = self._once(name, before[name])
        for name in BOOK_TABLES:
            self._table(name)
        self._implied()
        plan.refused += still_named(plan.gone, self.merged, self.asks)
        plan.after = self._after()
        if not plan.is_empty:
            touched = (row for one in self.touches if one.table in BALANCE for row in (one.before, one.after) if row)
            plan.refused += over_draws(self.merged["lot"], touched, plan.after)
            paid = {
                str(one.key[0])
                for one in self.touches
                if one.table == "delivery" and one.after and one.columns & {*MONEY, "currency"}
            }
            plan.refused += unpriced(self.merged["delivery"], paid, plan.after)
            self._frozen(today)
        decimal = plan.answers.decimal or self.lineage.decimal
        plan.statements.note(self.lineage if plan.file is not None else None, plan.file, self.prefix, decimal)
        return plan

    def _in_series(self, name: str, keyed: Mapping[Key, list[Row]]) -> list[Row]:
        """Rows with the prefix of this pad of paper before their numbers."""
        columns = SERIES.get(name, ())
        rows = [row for rows in keyed.values() for row in rows]
        for row in rows:
            for column in columns:
                number = str(row[column] or "")
                if number and not number.startswith((MADE_NUMBER, self.prefix)):
                    row[column] = f"{self.prefix}{number}"
        return rows

    def _once(self, name: str, keyed: Mapping[Key, list[Row]]) -> dict[Key, Row]:
        """One row a key; rows that say different things under one key are refused."""
        for key, (first, *others) in keyed.items():
            for other in others:
                if _contradicts(other, first) or _contradicts(first, other):
                    self.plan.refused.append(twice(name, key, first, other))
                else:
                    self.plan.unchanged[name] = self.plan.unchanged.get(name, 0) + 1
        return {key: rows[0] for key, rows in keyed.items()}

    def _columns(self, name: str) -> frozenset[str] | None:
        """Columns of a noun that the file has; None = all."""
        if self.headings is None:
            return None
        return frozenset(
            one.column
            for sheet in sheets()
            for one in sheet.fields
            if one.table == name and one.key in self.headings.get(sheet.key, ())
        )

    def _is_stated(self, name: str) -> bool:
        """Tell whether the file says anything about a table, be it that there are no rows."""
        if self.given[name] or name in IMPLIED:
            return True
        if self.lineage.how == ALIKE:  # under another name an empty sheet is one that was left out
            return False
        if name == "stream_plot" or self.headings is None or self._columns(name):
            return True
        return any(not one.is_gone for one in self.lineage.of(name).values())  # its sheet was there, and is not now

    def _table(self, name: str) -> None:
        plan, given, held = self.plan, self.given[name], self.held[name]
        stated = self.lineage.of(name)
        gone = {}
        if plan.file is not None and self._is_stated(name):
            gone = {key: one.said for key, one in stated.items() if key not in given and not one.is_gone}
        places = {key: (held[key]["src_sheet"], held[key]["src_row"]) for key in gone if key in held}
        new = {key: row for key, row in given.items() if key not in held}
        was_key = corrected(name, {key: gone[key] for key in places}, new, places) if gone and new else {}
        merged = self.merged[name] = dict(held)
        known = self._known
        columns = self._columns(name)
        if columns and given and self.lineage.how != ALIKE:
            was = {column for key, one in stated.items() if key in given for column in one.said}
            now = {column for row in given.values() for column in said_of(row)} | columns
            plan.columns_gone += [(name, column) for column in sorted(was - now)]
        for key, row in given.items():
            old_key = was_key.get(key, key)
            is_new = old_key not in held
            why = faults(self.asks[name], name, key, row, known, is_new=is_new)
            plan.refused += [refused(row, key, *one) for one in why]
            if is_new:
                if not self._new(name, key, row):
                    continue
            else:
                merged.pop(old_key)
                merged[key] = self._known_row(name, key, old_key, row, columns)
            if plan.file is not None:
                plan.statements.say(name, key, row, stated.get(old_key), old_key)
        found = set(was_key.values())
        for key in gone:
            if key not in found:
                self._missing(name, key)

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        """Table → codes that the project knows or the book gives."""
        return {
            name: {str(key[0]) for key in (*self.held[name], *self.given[name])}
            for name in BOOK_TABLES
            if self.asks[name].has_code
        }

    def _new(self, name: str, key: Key, row: Row) -> bool:
        """Note a row that the project does not hold; tell whether it comes in."""
        plan = self.plan
        question = self._ask(name, key, row, {}, {})
        if question is not None and plan.answers.keeps_newer:
            return False
        fresh = {column: value for column, value in row.items() if value is not None}
        plan.new.setdefault(name, []).append(fresh)
        if event := event_of(name, fresh, fresh):
            plan.new.setdefault(event[0], []).append(event[1])
        plan.rows.append(RowSaid(NEW, name, key, row.get("src_sheet") or "", row.get("src_row")))
        self.merged[name][key] = row
        self.touches.append(Touch(name, key, None, fresh))
        return True

    def _known_row(self, name: str, key: Key, old_key: Key, row: Row, columns: frozenset[str] | None) -> Row:
        """The row as it would be; notes what changes."""
        plan, held = self.plan, self.held[name][old_key]
        was = self.lineage.of(name).get(old_key)
        changed, before = merged_row(name, row, held, was, columns)
        question = self._ask(name, key, row, changed, before) if changed else None
        if question is not None and question.kind == BACK and plan.answers.keeps_newer:
            changed = {}
        here = {column: row[column] for column in _PLACE if row.get(column) is not None}
        moved = any(held.get(column) != value for column, value in here.items())
        if changed and not plan.answers.correction and (past := past_of(name, held, changed)):
            plan.new.setdefault(past[0], []).append({**past[1], **here})
        if event := event_of(name, {**held, **changed, **here}, changed):
            plan.new.setdefault(event[0], []).append(event[1])
        if changed:
            plan.changed.setdefault(name, []).append((int(held["fid"]), {**changed, **here}))
            said = [
                (heading_of(name, one, row), *hidden(name, one, before[one], value)) for one, value in changed.items()
            ]
            plan.rows.append(RowSaid(CHANGED, name, key, row.get("src_sheet") or "", row.get("src_row"), tuple(said)))
            self.touches.append(Touch(name, key, held, {**held, **changed}))
        else:
            plan.unchanged[name] = plan.unchanged.get(name, 0) + 1
            if moved and plan.file is not None and was is not None:
                plan.moved.setdefault(name, {})[int(held["fid"])] = here
        return {**held, **changed, **here}

    def _ask(self, name: str, key: Key, row: Row, changed: Row, before: Row) -> Question | None:
        other = self.lineage.others.get(name, {}).get(key, "")
        was = self.lineage.of(name).get(key)
        question = question_about(name, key, row, changed, before, was, other, self._proposed)
        dated = DATED.get(name)
        if (
            question is not None
            and dated is not None
            and dated.column in changed
            and not self._is_used(name, key, before)
        ):
            return None  # nothing was delivered from it yet: who holds it is only being filled in
        if question is not None:
            self.plan.questions.append(question)
        return question

    def _is_used(self, name: str, key: Key, before: Row) -> bool:
        """Tell whether a receipt of the project stands on who held a plot, or on who was in a group."""
        was = before.get(DATED[name].column)
        for row in self.held["delivery"].values():  # only for the few plots and producers that change hands
            if name == "plot" and (
                row["plot_code"] == key[0] or (not row["plot_code"] and row["producer_code"] == was)
            ):
                return True
            if name == "producer" and row["collection_group"] == was and not row["producer_code"]:
                return True
        return False

    @cached_property
    def _proposed(self) -> str:
        """A prefix for a new pad of paper: the year of the workbook's season, else of its latest delivery."""
        days = [str(row["delivered_on"]) for row in self.given["delivery"].values() if row.get("delivered_on")]
        seasons = [str(key[0]) for key in self.given["season"]]
        year = (max(seasons) if seasons else max(days, default=""))[:4]
        return f"{year[2:]}-" if year.isdigit() else "B-"

    def _missing(self, name: str, key: Key) -> None:
        """A row that the workbook had and no longer has."""
        plan, row = self.plan, self.held[name].get(key)
        stated = self.lineage.of(name)[key]
        if name in IMPLIED and not _is_of_its_own(name, stated):
            return
        head = HEADS.get(name)
        follows = head is not None and row is not None and self._follows(head[0], str(row[head[1]]))
        if row is not None and not follows and key not in self.lineage.others.get(name, {}):
            what = say("imports:gone.row", thing=thing(name, key), file=self.lineage.file or self.lineage.code)
            question = Question(
                GONE, row["src_file"] or "", row["src_sheet"] or "", row["src_row"], thing(name, key), what,
                say("imports:gone.do"),
            )  # fmt: skip
            plan.questions.append(question)
        plan.statements.end(name, key, stated)
        if row is None or key in self.lineage.others.get(name, {}):
            return
        if follows or plan.answers.missing == REMOVE:
            self._take(name, key, row)

    def _follows(self, table: str, code: str) -> bool:
        """Tell whether a line is stated as a whole with what it is a line of, or goes with it."""
        key = (code,)
        if key in self.given[table]:
            return True
        stated = self.lineage.of(table).get(key)
        return (
            self._is_stated(table)
            and stated is not None
            and not was_gone(stated)
            and self.plan.answers.missing == REMOVE
        )

    def _take(self, name: str, key: Key, row: Row) -> None:
        self.plan.gone.setdefault(name, {})[key] = row
        self.plan.rows.append(RowSaid(ROW_GONE, name, key, row["src_sheet"] or "", row["src_row"]))
        self.merged[name].pop(key)
        self.touches.append(Touch(name, key, row, None))

    def _implied(self) -> None:
        """Stores, organisations and streams that nothing names any more go without a question."""
        named: dict[str, set[str]] = {}
        for table, rows in self.merged.items():
            for column, target in self.asks[table].references:
                if target in IMPLIED:
                    named.setdefault(target, set()).update(str(row[column]) for row in rows.values() if row.get(column))
        for name in reversed(IMPLIED):
            for key, stated in self.lineage.of(name).items():
                if key in self.given[name] or stated.is_gone or self.plan.file is None:
                    continue
                if _is_of_its_own(name, stated):
                    continue
                row = self.held[name].get(key)
                if (
                    row is not None
                    and str(key[0]) not in named.get(name, ())
                    and key not in self.lineage.others.get(name, {})
                ):
                    self.plan.statements.end(name, key, stated)
                    self._take(name, key, row)

    def _after(self) -> LotBook:
        """The lot book of the project with these rows in it, for rules that look at both together."""
        now = self._now
        untouched = {name for name, rows in self.given.items() if not rows and not self.plan.gone.get(name)}
        frames = {
            name: frame_of(name, list(rows.values())) for name, rows in self.merged.items() if name not in untouched
        }
        frames = {**now.frames, **frames}
        keeper = keeper_of(frames["organisation"], str(self.store.meta.get("organisation") or ""))
        return dataclasses.replace(now, frames=in_force(frames), keeper=keeper)

    @cached_property
    def _now(self) -> LotBook:
        """The lot book of the project as it is."""
        return self.store.lot_book()

    def _frozen(self, today: str) -> None:
        plan = self.plan
        plan.frozen = frozen_by(self._now, plan.after, self.touches, built_packages(self.store), today)
        for place, rests in sorted(plan.frozen.rests.items()):
            touch = self.touches[place]
            row = self.given[touch.table].get(touch.key) or touch.before or {}
            plan.questions.append(frozen_question(touch, row, rests))


def _is_of_its_own(name: str, stated: Stated) -> bool:
    """Tell whether a row stood on the sheet of its table, and did not only come from a name on another one."""
    return any(stated.said.get(column) for column in OWN_SHEET.get(name, ()))


def _contradicts(given: Row, held: Row) -> bool:
    """Tell whether a row states something that the other has not or has otherwise."""
    return any(
        held.get(column) != value
        for column, value in given.items()
        if column not in WHERE_FROM and value is not None and value != ""
    )

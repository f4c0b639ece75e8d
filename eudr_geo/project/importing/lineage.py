"""Which workbook a file is a later state of, and what that workbook said before: row by row."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from eudr_geo.model.lineage import StatedRow, Workbook
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.records import StoredFile
from eudr_geo.project.importing.keys import (
    HEADS,
    KEYS,
    MADE_NUMBER,
    Key,
    Row,
    by_key,
    digest_of,
    rows_of,
    said_of,
    stands_for_another,
)
from eudr_geo.store import Store

NEW, NAMED, ALIKE = "new", "named", "alike"
"""A workbook that was never read; one known by its name; one under another name that says mostly the same."""

FLOWS = ("lot", "delivery", "process", "process_line", "consignment", "consignment_line", "storage_stay", "handover")
"""Tables of goods on the move: what tells one workbook from another, for two stations may share their producers."""

_ALIKE_SHARE = 0.5
_FEW_COLUMNS = 2  # a row that differs in no more is the same row, corrected
_WORKBOOKS = frozenset({"XLSX", "XLS", "ODS", "CSV"})
_SAME_CODE = frozenset({"producer", "plot"})  # land and people change their code only by a word of its own
_MOST_PAIRS = 250_000  # beyond it rows are paired by where they stand
_COPY = re.compile(r"\s*(\(\d+\)|[-–] copy)$", re.IGNORECASE)


@dataclass
class Stated:
    """A row as a workbook said it last."""

    said: Row
    earlier: tuple[str, ...] = ()
    is_gone: bool = False
    fid: int | None = None  # of its row in the project; None where an older project did not keep it


@dataclass
class Lineage:
    """A workbook and what it said.

    Attributes
    ----------
    code
        Name it is known by.
    how
        :data:`NEW`, :data:`NAMED` or :data:`ALIKE`.
    fid, file, prefix, decimal
        Its row in the project, the file it was last read from, what is put before its numbers, their decimal mark where
        a person had to say it.
    stated
        Table → key → what it said.
    others
        Table → key → name of another workbook that says something of the row.
    """

    code: str
    how: str = NEW
    fid: int | None = None
    file: str = ""
    prefix: str = ""
    stated: dict[str, dict[Key, Stated]] = field(default_factory=dict)
    others: dict[str, dict[Key, str]] = field(default_factory=dict)
    decimal: str = ""

    def of(self, table: str) -> Mapping[Key, Stated]:
        """Return what it said of the rows of a table."""
        return self.stated.get(table, {})


def lineages(store: Store) -> list[Lineage]:
    """Return the workbooks that the project has read, in the order in which they came.

    A project from before rows were remembered tells by its rows: each has the file it was last read from.
    """
    known = {
        row["code"]: Lineage(
            row["code"], NAMED, int(row["fid"]), row["file"], row["prefix"], decimal=row["decimal_mark"]
        )
        for row in rows_of(store.table(Workbook))
    }
    for row in rows_of(store.table(StatedRow)):
        one = Stated(json.loads(row["said"]), tuple(json.loads(row["earlier"])), bool(row["is_gone"]), int(row["fid"]))
        key = tuple(json.loads(row["row_key"]))
        known[row["workbook_code"]].stated.setdefault(row["table_name"], {})[key] = one
    return list(known.values()) if known else _from_rows(store)


def _from_rows(store: Store) -> list[Lineage]:
    names = {row["name"] for row in rows_of(store.table(StoredFile)) if row["format"] in _WORKBOOKS}
    known: dict[str, Lineage] = {}
    for table, noun in BOOK_TABLES.items() if names else ():
        for key, rows in by_key(table, rows_of(store.table(noun))).items():
            file = rows[0]["src_file"]
            if file in names:
                one = known.setdefault(file, Lineage(file, NAMED, None, file))
                one.stated.setdefault(table, {})[key] = Stated(said_of(rows[0]))
    return list(known.values())


def lineage_of(known: Iterable[Lineage], given: Mapping[str, Mapping[Key, Row]], file: str, known_as: str) -> Lineage:
    """Return the workbook that a file is a state of.

    The name it was given goes first, then its file name; then the workbook that says the same of at least half of the
    goods on the move and of more than half of all rows (of the shorter of the two), or, for a file without goods on the
    move, of at least half of all that the workbook says.

    Parameters
    ----------
    known
        Workbooks of the project.
    given
        Table → key → row of the file.
    file
        Its name.
    known_as
        Name that a person gave; "" for none.
    """
    found = list(known)
    wanted = plain_name(known_as or file)
    chosen = next((one for one in found if wanted in {plain_name(one.code), plain_name(one.file)}), None)
    if chosen is None and not known_as:
        shares = [(_likeness(one, given), place) for place, one in enumerate(found)]
        best, place = max(shares, default=(0.0, -1))
        if best > 0:
            chosen = found[place]
            chosen.how = ALIKE
    lineage = chosen or Lineage(known_as or file)
    for other in found:
        if other is not lineage:
            for table, stated in other.stated.items():
                names = {key: other.code for key, one in stated.items() if not one.is_gone}
                lineage.others.setdefault(table, {}).update(names)
    return lineage


def decimal_of(store: Store, book: LotBook, file: str, known_as: str) -> str:
    """Return the decimal mark that a person once said a workbook has, "" for none.

    Parameters
    ----------
    store
        The project.
    book
        What could be read of the file without it.
    file, known_as
        Name of the file; name that a person gave for it, "" for none.
    """
    given = {name: by_key(name, rows_of(book.table(name))) for name in BOOK_TABLES}
    first = {name: {key: rows[0] for key, rows in keyed.items()} for name, keyed in given.items()}
    return lineage_of(lineages(store), first, file, known_as).decimal


def plain_name(name: str) -> str:
    """Return a file name without what copying adds to it.

    Examples
    --------
    >>> plain_name("Book 2025 (1).xlsx") == plain_name("book 2025.XLSX")
    True
    """
    path = PurePath(unicodedata.normalize("NFC", name))
    return _COPY.sub("", path.stem).casefold().strip()


def _likeness(one: Lineage, given: Mapping[str, Mapping[Key, Row]]) -> float:
    """How many rows are in both; 0 where those are too few for a later state of the same workbook."""
    flows = [table for table in FLOWS if given.get(table)]
    moved, all_rows = _shared(one, given, flows), _shared(one, given, list(BOOK_TABLES))
    if not flows:
        return all_rows.same if all_rows.same >= _ALIKE_SHARE * all_rows.before else 0.0
    is_alike = moved.same >= _ALIKE_SHARE * moved.least and all_rows.same > _ALIKE_SHARE * all_rows.least
    return all_rows.same if moved.same and is_alike else 0.0


class _Shared(NamedTuple):
    same: int
    before: int
    now: int

    @property
    def least(self) -> int:
        return min(self.before, self.now)


def _shared(one: Lineage, given: Mapping[str, Mapping[Key, Row]], tables: Sequence[str]) -> _Shared:
    same = before = now = 0
    for table in tables:
        there = {key: said.said for key, said in one.of(table).items() if not said.is_gone}
        rows = given.get(table, {})
        before, now = before + len(there), now + len(rows)
        for key in there.keys() & rows.keys():
            said = said_of(rows[key])
            columns = differing(there[key], said)
            changed = {column: said.get(column) for column in columns}
            same += len(columns) <= _FEW_COLUMNS and not stands_for_another(table, key, changed, there[key])
    return _Shared(same, before, now)


def differing(one: Row, other: Row) -> list[str]:
    """Return the columns in which two statements differ, sorted.

    Examples
    --------
    >>> differing({"code": "R1", "quantity_kg": 100.0}, {"code": "R1", "quantity_kg": 90.0, "bags": 2})
    ['bags', 'quantity_kg']
    """
    return sorted(column for column in one.keys() | other.keys() if one.get(column) != other.get(column))


def corrected(
    table: str, gone: Mapping[Key, Row], new: Mapping[Key, Row], places: Mapping[Key, tuple[str, int | None]]
) -> dict[Key, Key]:
    """Return which new row is which row that is gone, corrected in what tells it from others.

    A row with a number of its own is the same where everything else is: its number was corrected. A row whose number
    was made of what it says, or that has none, is the same where it differs in at most two columns and no other row is
    as near; of two that are, the one that stands where it stood.

    Parameters
    ----------
    table
        Their table.
    gone
        Key → what was said.
    new
        Key → the row now, with where it stands.
    places
        Key of a row that is gone → its sheet and row.

    Returns
    -------
    dict
        New key → old key.
    """
    if table == "consignment_line":
        return _repacked(gone, new, places)
    if table in HEADS or table in _SAME_CODE:
        return {}
    found = {} if table in KEYS else _renumbered(gone, new)
    return found | _nearest(table, gone, new, places, found)


def _nearest(
    table: str,
    gone: Mapping[Key, Row],
    new: Mapping[Key, Row],
    places: Mapping[Key, tuple[str, int | None]],
    found: Mapping[Key, Key],
) -> dict[Key, Key]:
    """New key → old key of the row that is nearest to it, where neither was found before and no other is as near."""
    left_gone = {key: said for key, said in gone.items() if key not in found.values()}
    left_new = {key: row for key, row in new.items() if key not in found}
    if table not in KEYS:
        made = {key for key in (*left_gone, *left_new) if str(key[0]).startswith(MADE_NUMBER)}
        if not made:
            return {}
    pairs: dict[Key, Key] = {}
    near = _near(table, left_gone, left_new, places)
    for key in sorted(left_new, key=str):  # rows without a partner: few
        best = [old for old, _ in near.get(key, ())]
        if len(best) == 1:
            back = [one for one, olds in near.items() if best[0] in {old for old, _ in olds}]
            if len(back) == 1 and best[0] not in pairs.values():
                pairs[key] = best[0]
    return pairs


def _repacked(
    gone: Mapping[Key, Row], new: Mapping[Key, Row], places: Mapping[Key, tuple[str, int | None]]
) -> dict[Key, Key]:
    """Lines of one lot in one shipment whose container was filled in or corrected: one that stays one is the same."""
    found: dict[Key, Key] = {}
    for goods in sorted({key[:2] for key in new}, key=str):
        before = {key: said for key, said in gone.items() if key[:2] == goods}
        now = {key: row for key, row in new.items() if key[:2] == goods}
        if len(before) == len(now) == 1:
            found[next(iter(now))] = next(iter(before))
        elif before:
            found |= _nearest("consignment_line", before, now, places, {})
    return found


def _renumbered(gone: Mapping[Key, Row], new: Mapping[Key, Row]) -> dict[Key, Key]:
    def rest(said: Row) -> str:
        return digest_of({column: value for column, value in said.items() if column != "code"})

    before: dict[str, list[Key]] = {}
    now: dict[str, list[Key]] = {}
    for key, said in gone.items():
        before.setdefault(rest(said), []).append(key)
    for key, row in new.items():
        now.setdefault(rest(said_of(row)), []).append(key)
    return {
        keys[0]: before[digest][0]
        for digest, keys in now.items()
        if len(keys) == 1 and len(before.get(digest, ())) == 1
    }


def _near(
    table: str, gone: Mapping[Key, Row], new: Mapping[Key, Row], places: Mapping[Key, tuple[str, int | None]]
) -> dict[Key, list[tuple[Key, int]]]:
    """New key → the keys that are gone and nearest to it, with the number of columns that differ."""
    by_place = len(gone) * len(new) > _MOST_PAIRS
    at = {place: key for key, place in places.items()}
    found: dict[Key, list[tuple[Key, int]]] = {}
    for key, row in new.items():  # rows without a partner against each other: few, or by place
        here = (row.get("src_sheet") or "", row.get("src_row"))
        candidates = [at[here]] if by_place and at.get(here) in gone else [] if by_place else list(gone)
        is_made = any(str(one).startswith(MADE_NUMBER) for one in key)
        near = []
        for old in candidates:
            if table not in KEYS and not is_made and not str(old[0]).startswith(MADE_NUMBER):
                continue
            columns = [one for one in differing(gone[old], said_of(row)) if table in KEYS or one != "code"]
            if len(columns) <= _FEW_COLUMNS:
                near.append((len(columns), places.get(old) != here, old))
        if near:
            least = min(one[:2] for one in near)
            found[key] = [(old, count) for count, other, old in near if (count, other) == least]
    return found

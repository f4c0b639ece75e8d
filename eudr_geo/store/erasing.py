"""Forgetting a person: name, telephone, village and day of consent go from every row and from what the log remembers.

The code stays, and with it the plots and the kilograms: they are what the law asks to keep. The log is sealed anew over
what is left, and no step before can be taken back.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Text, select, update

from eudr_geo.base.errors import InputError
from eudr_geo.model.base import Base, table_of
from eudr_geo.model.lineage import StatedRow
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.model.people import Organisation, Producer
from eudr_geo.model.records import Journal, JournalRow, StoredFile
from eudr_geo.store.journal import FORGET
from eudr_geo.store.schema import gpkg_schema, seals
from eudr_geo.words.saying import say

PERSONAL = ("village", "phone", "consent_date")
"""Columns of a producer that are emptied; the name becomes the code."""

_SUMMARY = "forgot the person behind "
_SHORTEST_PHONE = 6  # digits; shorter ones stand in half of all numbers
_THEIRS = ("name", "phone", "email", "address")
"""What others are known by: it stays, even where it is the same name."""
_PEOPLE = (Producer.__tablename__, Organisation.__tablename__)


def _folded(text: str) -> tuple[str, list[int]]:
    """Text without case, accents and punctuation, and the place in the text that each letter comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char.casefold().replace("đ", "d")):
            if not unicodedata.combining(part):
                letters.append(part if part.isalnum() else " ")
                places.append(place)
    return "".join(letters), places


@dataclass(frozen=True)
class Person:
    """What a person is known by in the project: the code, which stays, and names and telephone numbers, which go.

    Examples
    --------
    >>> hanh = Person("NH-1", ("Trần Thị Hạnh",), ("0900 000 001",))
    >>> hanh.taken_out("plot of TRAN THI HANH, tel. 0900000001")
    'plot of NH-1, tel. NH-1'
    >>> hanh.is_in("Trần Thị Hạnhh")
    False
    """

    code: str
    names: tuple[str, ...]
    phones: tuple[str, ...]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        parts = [" +".join(map(re.escape, _folded(name)[0].split())) for name in self.names]
        digits = ["".join(char for char in phone if char.isdigit()) for phone in self.phones]
        parts += [" *".join(one) for one in digits if len(one) >= _SHORTEST_PHONE]
        parts = sorted({part for part in parts if part}, key=lambda part: (-len(part), part))
        return re.compile(rf"(?<![^ ])(?:{'|'.join(parts)})(?![^ ])") if parts else None

    def is_in(self, text: str) -> bool:
        """Tell whether a text names the person."""
        return self._pattern is not None and self._pattern.search(_folded(text)[0]) is not None

    def taken_out(self, text: str) -> str:
        """Return a text with the code in place of the person; JSON stays JSON."""
        if self._pattern is None:
            return text
        if text[:1] in {"{", "["}:
            try:
                held = json.loads(text)
            except ValueError:
                held = None  # it only looks like it: then it is a text like others
            if held is not None:
                fresh = self._inside(held)
                return text if fresh == held else json.dumps(fresh, ensure_ascii=text.isascii())
        folded, places = _folded(text)
        for match in reversed(list(self._pattern.finditer(folded))):
            first, last = places[match.start()], places[match.end() - 1] + 1
            while last < len(text) and unicodedata.combining(text[last]):
                last += 1
            text = f"{text[:first]}{self.code}{text[last:]}"
        return text

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.taken_out(value)
        if isinstance(value, list):
            return [self._inside(one) for one in value]
        if isinstance(value, dict):
            return {key: self._inside(one) for key, one in value.items()}
        return value


@dataclass
class Erasure:
    """What forgetting a person would change."""

    person: Person
    rows: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)  # table → row → columns
    images: dict[int, str] = field(default_factory=dict)  # row of the log → what it remembers
    stays: tuple[str, ...] = ()  # where the name stands for somebody or something else
    others: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # table, text and what becomes of it: not their own
    seen: int = 0  # last step of the project that was looked at

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to forget."""
        return not self.rows and not self.images


def person_of(connection: Connection, code: str) -> Person:
    """Return what a producer is and was known by.

    Raises
    ------
    InputError
        When the project has no such producer.
    """
    table = table_of(Producer)
    row = connection.execute(select(table.c.name, table.c.phone).where(table.c.code == code)).first()
    if row is None:
        raise InputError(say("errors:no_producer", code=code), fix=say("errors:no_producer.do"))
    names, phones = [str(row[0])], [str(row[1])]
    for image in _images(connection).values():
        if image[0] == Producer.__tablename__ and image[1].get("code") == code:
            names.append(str(image[1].get("name") or ""))
            phones.append(str(image[1].get("phone") or ""))
    return Person(code, tuple(sorted({one for one in names if one and one != code})), tuple(sorted({*phones} - {""})))


def _images(connection: Connection) -> dict[int, tuple[str, dict[str, Any]]]:
    lines = table_of(JournalRow)
    query = select(lines.c.fid, lines.c.table_name, lines.c.before).where(lines.c.before.is_not(None))
    return {fid: (name, json.loads(before)) for fid, name, before in connection.execute(query.order_by(lines.c.fid))}


def look(connection: Connection, code: str) -> Erasure:
    """Say what forgetting a producer would change; nothing is changed."""
    person = person_of(connection, code)
    found, stays = Erasure(person), []
    for table in Base.metadata.sorted_tables:
        if table.name == JournalRow.__tablename__:
            continue
        names = [
            column.name
            for column in table.columns
            if isinstance(column.type, Text) and not _is_code(table, column.name)
        ]
        for row in connection.execute(
            select(table.c.fid, *_codes(table), *(table.c[name] for name in names))
        ).mappings():
            own = table.name == Producer.__tablename__ and row["code"] == code
            if own:
                fresh = _forgotten(person, {name: row[name] for name in names})
            else:
                fresh = _without(person, dict(row), names) | _statement(person, table.name, dict(row))
            if table.name in _PEOPLE and not own and [fresh.pop(one) for one in _THEIRS if one in fresh]:
                stays.append(f"{table.name} {row['code']}")
            if fresh:
                found.rows.setdefault(table.name, {})[row["fid"]] = fresh
            if not own and table.name in BOOK_TABLES:
                found.others += [(table.name, row[name], after) for name, after in fresh.items()]
    for fid, (name, image) in _images(connection).items():
        own = name == Producer.__tablename__ and image.get("code") == code
        known = Base.metadata.tables[name]
        texts = [key for key, value in image.items() if isinstance(value, str) and not _is_code(known, key)]
        fresh = _forgotten(person, image) if own else _without(person, image, texts) | _statement(person, name, image)
        if name in _PEOPLE and not own:
            fresh = {key: value for key, value in fresh.items() if key not in _THEIRS}
        if fresh:
            found.images[fid] = json.dumps({**image, **fresh})
    found.stays = (*stays, *_elsewhere(connection, person))
    return found


def _codes(table: Any) -> list[Any]:
    return [table.c.code] if table.name in _PEOPLE else []


def _is_code(table: Any, column: str) -> bool:
    """Codes, hashes and what other rows are found by stay."""
    unique = column == "code" and table.columns["code"].unique
    return bool(unique) or column.endswith(("_code", "sha256", "_hash", "_at"))


def _forgotten(person: Person, row: Mapping[str, Any]) -> dict[str, str]:
    """The columns of the person's own row that change."""
    wanted = {"name": person.code, **dict.fromkeys(PERSONAL, "")}
    own = {name: value for name, value in wanted.items() if name in row and row[name] != value}
    return _without(person, row, [name for name in row if name not in wanted and name != "code"]) | own


def _statement(person: Person, table: str, row: Mapping[str, Any]) -> dict[str, str]:
    """What changes of a workbook's own words about the person; digests of earlier ones could be guessed, and go."""
    if table != StatedRow.__tablename__ or row["table_name"] != Producer.__tablename__:
        return {}
    if json.loads(row["row_key"]) != [person.code]:
        return {}
    said = json.loads(row["said"])
    kept = {name: value for name, value in {**said, "name": person.code}.items() if name not in PERSONAL}
    fresh = {"said": json.dumps(kept, ensure_ascii=False, sort_keys=True), "earlier": "[]"}
    return {name: value for name, value in fresh.items() if row[name] != value}


def _without(person: Person, row: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The columns that name the person, with the code in its place."""
    texts = {name: row[name] for name in names if isinstance(row[name], str)}
    return {name: fresh for name, value in texts.items() if (fresh := person.taken_out(value)) != value}


def _elsewhere(connection: Connection, person: Person) -> list[str]:
    """Codes that hold the name, and tables of other programs: they are named, never written to."""
    sql = connection.exec_driver_sql
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Text) and _is_code(table, column.name):
                values = connection.execute(select(column).distinct()).scalars()
                if any(isinstance(one, str) and one != person.code and person.is_in(one) for one in values):
                    found.append(f"{column.name} of {table.name}")
    ours = {*Base.metadata.tables, "layer_styles"}
    for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all():
        if name in ours or name.startswith(("sqlite_", "gpkg_", "rtree_")):
            continue
        quoted = name.replace('"', '""')
        if any(isinstance(one, str) and person.is_in(one) for row in sql(f'SELECT * FROM "{quoted}"') for one in row):
            found.append(f"table {name}")
    return found


def erase(connection: Connection, found: Erasure, files: Collection[int], *, now: str, who: str) -> None:
    """Forget: change the rows, let the copies of files go, seal the log anew and note the step.

    Parameters
    ----------
    connection
        Of a transaction that holds the lock.
    found
        What :func:`look` said under the same lock.
    files
        Row numbers of stored files whose bytes go; their names and hashes stay.
    now, who
        For the log.
    """
    sql = connection.exec_driver_sql
    sql("PRAGMA secure_delete=ON")
    broken = seals.first_broken(connection)
    gpkg_schema.take_down(connection)
    for name, rows in found.rows.items():
        table = Base.metadata.tables[name]
        for fid, values in rows.items():
            connection.execute(update(table).where(table.c.fid == fid).values(values))
    for fid, before in found.images.items():
        sql("UPDATE journal_row SET before = ? WHERE fid = ?", (before, fid))
    table = table_of(StoredFile)
    for fid in sorted(files):
        connection.execute(update(table).where(table.c.fid == fid).values(content=None))
    seals.seal_anew(connection, broken)
    _note(connection, found.person.code, now, who)
    gpkg_schema.put_up(connection)


def _note(connection: Connection, code: str, now: str, who: str) -> None:
    journal = table_of(Journal)
    last = connection.execute(select(journal.c.fid, journal.c.sha256).order_by(journal.c.fid.desc())).first()
    step, before = (last[0] + 1, last[1]) if last else (1, "")
    said = (
        now,
        who,
        FORGET,
        f"{_SUMMARY}{code}; the log is sealed anew, and no step before this one can be taken back",
    )
    row = dict(zip(("at", "who", "action", "summary"), said, strict=True))
    connection.execute(journal.insert().values(fid=step, sha256=seals.seal_of(before, step, said, ()), **row))


def forgotten(connection: Connection) -> set[str]:
    """Return the codes of the people that the project has forgotten."""
    journal = table_of(Journal)
    said = connection.execute(select(journal.c.summary).where(journal.c.action == FORGET)).scalars()
    return {one.removeprefix(_SUMMARY).split(";")[0] for one in said}

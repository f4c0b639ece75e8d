"""Rows of the sheets on organisations and on places: who they are, and where stores, mills and ports are. Pure."""

from __future__ import annotations

import re
from typing import Any

import shapely

from eudr_geo.base.identifiers import is_eori
from eudr_geo.model.source import RecordError
from eudr_geo.sources.records.angles import side_words
from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.nouns import Record, named, values
from eudr_geo.sources.workbook.positions import is_exchanged, point_of
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows
from eudr_geo.words.saying import say

_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>.]{1,63}(?:\.[^@\s,;<>.]{1,63}){1,8}")
"""One sign @ and a domain with a dot: more is not asked, for only a letter that arrives proves an address."""


def organisations(found: Cells, rows: AllRows) -> None:
    """Read the organisations: the one that keeps the book, and those that it deals with."""
    table = found.tables["organisation"]
    kept: dict[str, int] = {}
    own = ""
    for row in rows:
        record = values(row, found.tables, "organisation")
        record["eori"] = _eori(row, record["eori"])
        if record["email"] and not _EMAIL.fullmatch(record["email"]):
            row.refuse("email", record["email"], say("book:no-email"), say("book:no-email.do"), needed=False)
            record["email"] = None
        _once(row, "org_code", record["code"], kept)
        if record["is_own"] and own:
            row.fail("own", record["code"], say("book:own-twice", code=own), say("book:own-twice.do"))
        if row.take(table, record):
            kept[record["code"]] = row.number_shown
            own = record["code"] if record["is_own"] else own
    # What an older workbook says on its hidden sheet counts where the sheet does not name it.
    found.tables["organisation"] = [one for one in table if one["src_row"] is not None or one["code"] not in kept]


def _eori(row: Row, text: str | None) -> str | None:
    """An EORI number without the blanks that people write in it."""
    if text is None:
        return None
    number = text.replace(" ", "").upper()
    if not is_eori(number):
        row.refuse("eori", text, say("book:no-eori"), say("book:no-eori.do"), needed=False)
        return None
    return number


def _once(row: Row, key: str, code: str | None, kept: dict[str, int]) -> None:
    if code in kept:
        row.fail(key, code, say("book:code-twice", code=code, row=kept[code]), say("book:code-twice.do"))


def places(found: Cells, rows: AllRows) -> None:
    """Read the places: what they are, where they are, what they are part of."""
    table = found.tables["location"]
    kept: dict[str, int] = {}
    parts: list[tuple[Row, Record]] = []
    read = list(rows)
    words = side_words(row.as_written(key) for row in read for key in ("lat", "lon"))
    for row in read:
        record = values(row, found.tables, "location", without="parent_code")
        _once(row, "place_code", record["code"], kept)
        record["geometry"] = _position(row, words, rows.context.country)
        if row.take(table, record):
            kept[record["code"]] = row.number_shown
            parts.append((row, table[-1]))
    for row, record in parts:  # now every place of the sheet is known by its code and its name
        whole = row.text("part_of")
        parent = None if whole is None else named(found.tables, row, "location", "part_of", whole)
        if parent == record["code"]:
            row.refuse("part_of", whole, say("book:part-of-itself"), say("book:part-of-itself.do"), needed=False)
            parent = None
        record["parent_code"] = parent


def _position(row: Row, words: Any, country: str) -> shapely.Point | None:
    """The position of a place; latitude and longitude are exchanged where only that puts it into its country."""
    lat, lon = row.as_written("lat"), row.as_written("lon")
    if not lat and not lon:
        return None
    try:
        shape = point_of(lat, lon, words)
        if is_exchanged(shape, country):
            shape = point_of(lon, lat, words)
            row.changed("lat", f"{lat}, {lon}", f"{lon}, {lat}", "latitude-and-longitude-exchanged")
    except RecordError as error:
        row.refuse("lat" if lat else "lon", str(error.value or lat or lon), error.why, error.fix, needed=False)
        return None
    return shape.geometry if isinstance(shape.geometry, shapely.Point) else None

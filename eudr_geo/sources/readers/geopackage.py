"""GeoPackages of strangers: a database is a program, so it is opened with all it could do taken away. No GDAL.

GDAL hangs on a view that never ends, and turns a damaged geometry into none without a word.
"""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from types import NoneType
from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.plots.projecting import known
from eudr_geo.sources.formats.gpkg_shapes import HUGE, LONGEST_VALUE, of_other_systems, reach, shapes_of
from eudr_geo.sources.records.doors import other_door
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import PROJECTED, Layer, nobody_knows, read_layers, system_of
from eudr_geo.words.saying import say

FORMATS = ("GeoPackage",)
_STEPS = 20_000  # SQLite instructions between two looks at the clock
_LONGEST_S = 2.0  # of one question to a stranger's file; an ordinary one takes milliseconds
_UNDEFINED = {0, -1, 99999}  # systems that are none, by the standard and by habit
_BLOCK = 4096  # rows
_MAY = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_PRAGMA,
}  # fmt: skip
_READ = ("sqlite_master", "gpkg_geometry_columns", "gpkg_contents", "gpkg_spatial_ref_sys")
_PRAGMAS = {"table_info", "trusted_schema", "cell_size_check", "mmap_size", "query_only", "quick_check"}


def sniff(head: bytes) -> str:
    """Return GeoPackage for any SQLite database; whether it is one is seen inside."""
    return "GeoPackage" if head.startswith(b"SQLite format 3\0") else ""


def read(source: Source) -> Reading:
    """Read every layer of features.

    Raises
    ------
    WholeFileError
        When it is none, is damaged, or a layer is a query instead of a table.
    """
    gathering = Gathering(source, "GeoPackage")
    _refuse_cut_off(source)
    try:
        with closing(sqlite3.connect(f"file:{source.path}?mode=ro&immutable=1", uri=True)) as base:
            _harden(base)
            try:
                layers, others = _layers(base, source)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                base.text_factory = _text  # some text is not UTF-8: it is told of record by record
                layers, others = _layers(base, source)
    except (sqlite3.Error, struct.error, UnicodeError) as error:
        what = say("shapes:gpkg.name") if isinstance(error, UnicodeError) else shown(error)
        raise WholeFileError(
            "unreadable-file", say("shapes:gpkg.damaged", what=what), say("shapes:do.again")
        ) from error
    if others and not source.layer:
        gathering.note(
            "several-layers",
            say("shapes:gpkg.others", names=", ".join(others[:5])),
            say("shapes:gpkg.others.do"),
        )
    return read_layers(gathering, layers)


def refuse_project(source: Source) -> None:
    """Stop at a project of ours.

    Raises
    ------
    WholeFileError
        Naming the command that looks at projects.
    """
    _refuse_cut_off(source)
    try:
        with closing(sqlite3.connect(f"file:{source.path}?mode=ro&immutable=1", uri=True)) as base:
            _harden(base)
            found = _asked(base, "SELECT 1 FROM sqlite_master WHERE name = 'eudr_meta' AND type = 'table'")
    except sqlite3.Error as error:
        raise WholeFileError(
            "unreadable-file", say("shapes:gpkg.damaged", what=shown(error)), say("shapes:do.again")
        ) from error
    if found:
        raise other_door("project", source.name)


def _refuse_cut_off(source: Source) -> None:
    """Stop at a file shorter than it says: SQLite would fill its last page with zeros, and the shapes on it too."""
    size = source.path.stat().st_size
    with source.path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100:
        raise WholeFileError("unreadable-file", say("shapes:gpkg.breaks-off"), say("shapes:gpkg.breaks-off.do"))
    page = 65_536 if head[16:18] == b"\0\1" else int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0  # else the number is an old one
    if page and (size < page * pages if pages else size % page):
        raise WholeFileError("unreadable-file", say("shapes:gpkg.breaks-off"), say("shapes:gpkg.breaks-off.do"))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _harden(base: sqlite3.Connection) -> None:
    """Take away what a database could do (SQLite's own advice for files of strangers)."""
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
        base.execute(f"PRAGMA {pragma}")
    base.set_authorizer(_authorize)


def _check(base: sqlite3.Connection, *tables: str) -> None:
    """Stop at a table whose tree is damaged: rows would be missing without a word. Indexes are not read."""
    for table in tables:
        (answer,) = _asked(base, f"PRAGMA quick_check({_quoted(table)})")[0]
        if answer != "ok":
            raise sqlite3.DatabaseError(str(answer))


def _authorize(action: int, first: str | None, *_: str | None) -> int:
    """Allow what reading tables needs: no function, no view that calls itself, no attached file, no change."""
    is_allowed = action in _MAY and (action != sqlite3.SQLITE_PRAGMA or first in _PRAGMAS)
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _asked(base: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Return the rows of a question that may not take long: a query hidden in the file could run for ever."""
    end = time.monotonic() + _LONGEST_S
    base.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        return base.execute(query, values).fetchall()
    finally:
        base.set_progress_handler(None, 0)


def _layers(base: sqlite3.Connection, source: Source) -> tuple[list[Layer], list[str]]:
    """Layers of features, and the names of what else the file offers."""
    kinds = dict(_asked(base, "SELECT name, type FROM sqlite_master"))
    if kinds.get("eudr_meta") == "table" and not source.layer:
        raise other_door("project", source.name)
    if kinds.get("gpkg_geometry_columns") != "table":
        raise WholeFileError("unsupported-format", say("shapes:gpkg.database"), say("shapes:gpkg.database.do"))
    _check(base, *(table for table in _READ if kinds.get(table, "table") == "table"))
    found = _asked(base, "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name")
    layers = []
    for table, column, srs in found:
        if source.layer not in {"", table}:
            continue
        if kinds.get(table) != "table":
            key = "shapes:gpkg.query" if table in kinds else "shapes:gpkg.only-name"
            raise WholeFileError("unreadable-file", say(key, name=shown(table)), say("shapes:gpkg.layer.do"))
        _check(base, str(table))
        layer = Layer(str(table))
        _system(base, layer, srs, source)
        _rows(base, layer, str(column), source, srs)
        layers.append(layer)
    offered = (
        _asked(base, "SELECT table_name, data_type FROM gpkg_contents ORDER BY table_name")
        if kinds.get("gpkg_contents") == "table"
        else []
    )
    others = [f"{shown(name)} ({shown(kind)})" for name, kind in offered if name not in {row[0] for row in found}]
    return layers, others


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _system(base: sqlite3.Connection, layer: Layer, srs: Any, source: Source) -> None:
    if source.crs:
        return
    rows = _asked(
        base,
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs,),
    )
    if not rows or srs in _UNDEFINED:
        layer.why_no_crs = f"srs_id {shown(srs)}"
        return
    organization, number, definition = (str(value) for value in rows[0])
    code = f"{organization}:{number}"
    if organization.upper() == "EPSG" and number != str(srs) and known(f"EPSG:{srs}") and known(code):
        raise WholeFileError(
            "unknown-crs",
            say("shapes:gpkg.two-systems", name=shown(layer.name), number=shown(srs), code=shown(code)),
            say("shapes:gpkg.two-systems.do"),
            code,
        )
    if organization.upper() == "EPSG" and known(code):
        layer.crs = system_of(code)
    elif known(definition):
        layer.crs = system_of(definition)
    else:
        raise nobody_knows(definition)


def _rows(base: sqlite3.Connection, layer: Layer, geometry: str, source: Source, srs: Any) -> None:
    info = _asked(base, f"PRAGMA table_info({_quoted(layer.name)})")
    names = [str(row[1]) for row in info]
    if geometry not in names:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:gpkg.no-column", name=shown(layer.name), column=shown(geometry)),
            say("shapes:do.again"),
        )
    logical = {str(row[1]) for row in info if str(row[2]).upper() == "BOOLEAN"}
    keys = [str(row[1]) for row in info if row[5]]
    kept = [(name, name in logical) for name in names if name not in {geometry, *keys}]
    columns = [_quoted(name) for name in (keys[:1] or ["rowid"]) + [geometry] + [name for name, _ in kept]]
    limit = source.limits.records
    values: list[list[Any]] = [[] for _ in kept]
    # Some thousand at a time: what a block needed is used again by the next, and new memory is slow.
    for block in _blocks(base, columns, layer.name, limit + 1):
        _, blobs, *stored = zip(*block, strict=True)
        layer.looks_projected = layer.looks_projected or (not layer.told and reach(blobs) > PROJECTED)
        told = shapes_of(blobs)
        for row in of_other_systems(blobs, srs if layer.crs and not source.crs else None):
            told[row] = RecordError(
                "unreadable-record", say("shapes:gpkg.other-system"), say("shapes:gpkg.other-system.do")
            )
        layer.told += told
        for column, part in zip(values, stored, strict=True):
            column.extend(part)
    if len(layer.told) > limit:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:layer.rows", name=shown(layer.name), most=limit),
            say("reading:do.split", variable=variable_of("records")),
        )
    for (name, is_logical), one in zip(kept, values, strict=True):
        layer.columns[name] = _stored(one, logical=is_logical)


def _blocks(base: sqlite3.Connection, columns: list[str], table: str, limit: int) -> Iterator[list[Any]]:
    """Rows of a table; one that holds a huge value comes without it, so that it costs no other row."""
    query = f"SELECT {', '.join(columns)} FROM {_quoted(table)} ORDER BY 1 LIMIT "  # noqa: S608 – quoted
    done = 0
    try:
        rows = base.execute(query + str(limit))
        while block := rows.fetchmany(_BLOCK):
            yield block
            done += len(block)
    except sqlite3.DataError:  # too big: what is left is asked for again, and only this block row by row
        for start in range(done, limit, _BLOCK):
            most = min(_BLOCK, limit - start)
            try:
                block = base.execute(f"{query}{most} OFFSET {start}").fetchall()
            except sqlite3.DataError:
                asked = (_without_huge(base, columns, table, start + at) for at in range(most))
                block = [row for row in asked if row]
            if not block:
                return
            yield block


def _without_huge(base: sqlite3.Connection, columns: list[str], table: str, at: int) -> tuple[Any, ...] | None:
    query = f"FROM {_quoted(table)} ORDER BY 1 LIMIT 1 OFFSET {at}"
    try:
        row: tuple[Any, ...] | None = base.execute(f"SELECT {', '.join(columns)} {query}").fetchone()
    except sqlite3.DataError:
        small = []
        for name in columns[2:]:
            try:
                small.append(base.execute(f"SELECT {columns[0]}, {name} {query}").fetchone()[1])
            except sqlite3.DataError:
                small.append(None)
        return (None, HUGE, *small)
    return row


def _stored(values: list[Any], *, logical: bool) -> list[Any]:
    """Values of a column as text, numbers as written, true or false; None for nothing and for bytes."""
    kinds = set(map(type, values))
    if kinds <= {str, NoneType}:
        return values
    if kinds == {float}:
        return list(map(NumberText, map(repr, values)))
    return [_one_stored(value, logical=logical) for value in values]


def _one_stored(value: Any, *, logical: bool) -> Any:
    if isinstance(value, str):
        return value
    if logical and isinstance(value, int):
        return bool(value)
    if isinstance(value, (int, float)):
        return NumberText(repr(value))
    return None

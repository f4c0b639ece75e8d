"""The embedded store: one GeoPackage, touched by Python's own SQLite and nothing else.

Journal mode DELETE, not WAL: a project is copied, mailed and kept on shared folders. WAL needs shared memory, which a
network drive does not give, and what stands in a ``-wal`` file that was not copied along is lost. GDAL never sees the
live file, and nothing here opens it as a file: POSIX locks belong to the process, so closing *any* handle of the file
drops SQLite's locks, and two programs then write at once.

Everything that PostGIS would do in another way is a method of :class:`GeoPackage`.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Engine, LargeBinary, Table, create_engine, event, insert, text, type_coerce
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from eudr_geo.base.errors import BusyError, EudrGeoError, InputError, StoreError
from eudr_geo.base.version import VERSION
from eudr_geo.base.writing import sync_folder
from eudr_geo.model import gpkg_blob
from eudr_geo.model.base import Geometry, table_of
from eudr_geo.model.lots import Season
from eudr_geo.store import migrations
from eudr_geo.store.schema import gpkg_schema, strangers
from eudr_geo.words.saying import say

BUSY_S = 30.0
_BULK = 1_000  # new rows from which the R-tree is filled by itself and not by its trigger
_LEFTOVERS = ("-journal", "-wal")


class GeoPackage:
    """One project file with one connection."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.write = write
        self.migrated: migrations.Migrated | None = None
        if write and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise StoreError(say("errors:not_writable", path=path), fix=say("errors:not_writable.do"))
        self.engine: Engine = create_engine("sqlite://", creator=self._connect, poolclass=StaticPool)

        @event.listens_for(self.engine, "begin")
        def _begin(connection: Connection) -> None:
            # The lock is taken at the start of a step, not in its middle: a step never fails half way for it.
            reading = not write or connection.get_execution_options().get("reading", False)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    def _connect(self) -> sqlite3.Connection:
        # rw even for reading: only so can SQLite take back what a killed program left half done.
        try:
            return self._prepare("?mode=rw")
        except sqlite3.OperationalError as error:
            if self.write or not any(words in str(error) for words in ("unable to open", "readonly")):
                raise
            left = [name for suffix in _LEFTOVERS if _has_bytes(name := Path(f"{self.path}{suffix}"))]
            if os.access(self.path.parent, os.W_OK):
                raise
            if left:
                raise StoreError(
                    say("errors:not_closed", path=self.path), fix=say("errors:not_closed.do", name=left[0].name)
                ) from error
        return self._prepare("?mode=ro&immutable=1")  # a read-only disk: nobody writes, so locks are not needed

    def _prepare(self, options: str) -> sqlite3.Connection:
        uri = self.path.resolve().as_uri() + options
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
                connection.create_function(name, 1, _edge(place), deterministic=True)
            connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA trusted_schema=ON")  # the standard's triggers call the functions above
            connection.execute("PRAGMA cell_size_check=ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first look at the file itself
            if self.write:
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("PRAGMA fullfsync=ON")  # macOS: a plain fsync stays in the drive's cache
                connection.execute("PRAGMA journal_mode=DELETE")  # QGIS leaves WAL behind
            else:
                connection.execute("PRAGMA query_only=ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what SQLite says into one line that says what to do."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            known = self._explain(error)
            if known is None:
                raise
            raise known from error

    def _explain(self, error: Exception) -> EudrGeoError | None:
        said = str(getattr(error, "orig", None) or error)
        if isinstance(error, (IntegrityError, sqlite3.IntegrityError)):
            return InputError(say("errors:refused_row", said=said), fix=say("errors:refused_row.do"))
        for words, failure, fix in (
            ("locked", BusyError, "busy.do"),
            ("disk is full", StoreError, "unusable.full"),
            ("disk I/O error", StoreError, "unusable.disk"),
            ("readonly database", StoreError, "unusable.readonly"),
            ("unable to open", StoreError, "unusable.folder"),
            ("malformed", StoreError, "from_copy"),
            ("Could not decode", StoreError, "from_copy"),
            ("no such table", StoreError, "from_copy"),
            ("no such column", StoreError, "from_copy"),
            ("not a database", StoreError, "not_ours.do"),
        ):
            if words in said:
                what_to_do = say(f"errors:{fix}")
                if failure is BusyError:
                    return BusyError(say("errors:busy", path=self.path, who=holder_of(self.path)), fix=what_to_do)
                if words == "not a database":
                    return StoreError(say("errors:not_ours", path=self.path), fix=what_to_do)
                return StoreError(say("errors:unusable", path=self.path, said=said), fix=what_to_do)
        return None

    def meta(self) -> dict[str, str]:
        """Return the project's own facts, or refuse in one line what is no project of ours.

        An older project is copied and brought up to date, when it was opened for writing.

        Raises
        ------
        StoreError
            For another kind of file, a damaged one, or one of a newer toolkit.
        """
        with self.explained(), self.engine.connect().execution_options(reading=True) as connection:
            application = connection.execute(text("PRAGMA application_id")).scalar()
            ours = connection.execute(
                text("SELECT count(*) FROM sqlite_master WHERE name = 'eudr_meta' AND type = 'table'")
            ).scalar()
            if application != gpkg_schema.APPLICATION_ID or not ours:
                raise StoreError(say("errors:not_ours", path=self.path), fix=say("errors:not_ours.make_one"))
            verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if verdict != "ok":
                raise StoreError(say("errors:damaged", path=self.path, said=verdict), fix=say("errors:from_copy"))
            if found := strangers.strangers(connection):
                raise StoreError(
                    say("errors:strange_program", path=self.path, names=", ".join(found)),
                    fix=say("errors:strange_program.do"),
                )
            facts = _facts(connection)
            is_changed = strangers.are_changed(connection)
            connection.rollback()
        version = int(facts["schema"]) if facts.get("schema", "").isdigit() else 0
        if version > migrations.SCHEMA_VERSION:
            raise StoreError(say("errors:newer", path=self.path), fix="pip install --upgrade eudr-geo")
        if version < migrations.SCHEMA_VERSION:
            if not self.write:
                raise StoreError(say("errors:older", path=self.path), fix=say("errors:older.do"))
            with self.explained(), self.engine.begin() as connection:
                self.migrated = migrations.migrate(self.path, connection)
                facts = _facts(connection)
            if self.migrated is not None and self.migrated.said:
                self.compact()
        elif self.write and is_changed:
            with self.explained(), self.engine.begin() as connection:
                gpkg_schema.take_down(connection)
                gpkg_schema.put_up(connection)
        return facts

    def geometries(self, values: Sequence[bytes | None]) -> Any:
        """Return the geometries of raw values, shape (n,)."""
        return gpkg_blob.decode_all(values)

    def raw(self, column: Any) -> Any:
        """Return a geometry column that is read as it is stored, for :meth:`geometries`."""
        return type_coerce(column, LargeBinary).label(column.name)

    def insert(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
        """Insert rows given by column, all at once; the R-tree is filled in bulk when they are many."""
        columns = dict(columns)
        fids = list(columns["fid"])
        bulk = table.name in gpkg_schema.LAYERS and len(fids) >= _BULK
        boxes = None
        for column in table.columns:
            if isinstance(column.type, Geometry):
                boxes = shapely.bounds(np.array([*columns[column.name], None], dtype=object)[:-1])
                columns[column.name] = gpkg_blob.encode(columns[column.name])
        run = connection.exec_driver_sql
        if bulk:
            run(f"DROP TRIGGER {gpkg_schema.insert_trigger(table.name)}")  # part of the transaction, like all the rest
        run(_insert(table, list(columns)), list(zip(*columns.values(), strict=True)))
        if bulk and boxes is not None:
            known = ~np.isnan(boxes[:, 0])
            rows = [
                (fid, west, east, south, north)
                for fid, (west, south, east, north), good in zip(fids, boxes.tolist(), known.tolist(), strict=True)
                if good
            ]
            if rows:
                run(f"INSERT INTO {gpkg_schema.tree_of(table.name)} VALUES (?,?,?,?,?)", rows)
            gpkg_schema.make_insert_trigger(connection, table.name)

    def raw_rows(self, connection: Connection, table: Table, fids: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return rows as SQLite holds them, in the order of the table's columns, so that they come back exactly."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        marks = ",".join("?" * len(fids))
        query = f'SELECT {names} FROM "{table.name}" WHERE fid IN ({marks}) ORDER BY fid'
        return [tuple(row) for row in connection.exec_driver_sql(query, tuple(fids))]

    def restore_rows(self, connection: Connection, table: Table, names: Sequence[str], rows: list[Any]) -> None:
        """Put rows back as :meth:`raw_rows` gave them."""
        connection.exec_driver_sql(_insert(table, names), rows)

    def defer_references(self, connection: Connection) -> None:
        """Look at references when the step ends, not row by row."""
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")

    def bbox(self, connection: Connection, box: tuple[float, float, float, float]) -> list[str]:
        """Codes of plots whose present box touches this one (west, south, east, north)."""
        tree = gpkg_schema.tree_of("plot_version")
        query = (  # the R-tree holds 32-bit numbers, rounded outwards: its answer is looked at again
            f"SELECT p.plot_code FROM {tree} t JOIN plots p ON p.OGC_FID = t.id"
            " WHERE t.maxx >= :w AND t.minx <= :e AND t.maxy >= :s AND t.miny <= :n"
            " AND ST_MaxX(p.geometry) >= :w AND ST_MinX(p.geometry) <= :e"
            " AND ST_MaxY(p.geometry) >= :s AND ST_MinY(p.geometry) <= :n"
        )
        found = connection.execute(text(query), dict(zip("wsen", box, strict=True)))
        return sorted(row[0] for row in found)

    def compact(self) -> None:
        """Write the file anew: what was deleted is nowhere in it, not even in pages that are free."""
        with self.explained(), self.engine.connect().execution_options(reading=True) as connection:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101 – it is the one of _connect
            raw.execute("VACUUM")

    def copy_to(self, target: Path) -> None:
        """Write a compact copy beside its name and move it there; what was deleted is not in it.

        Raises
        ------
        InputError
            When something is there already.
        """
        with placed(target) as beside, self.explained(), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101 – it is the one of _connect
            raw.execute("PRAGMA query_only=OFF")  # it would forbid the copy as well
            try:
                raw.execute("VACUUM INTO ?", (str(beside),))
            finally:
                raw.execute(f"PRAGMA query_only={'OFF' if self.write else 'ON'}")


def create(path: Path, meta: Mapping[str, str]) -> None:
    """Create a project; of two programs that create it at once, one does and the other is told so.

    Raises
    ------
    InputError
        When something is there already.
    StoreError
        When the folder cannot be written to.
    """
    with placed(path) as beside:
        beside.touch(exist_ok=False)
        file = GeoPackage(beside, write=True)
        try:
            with file.explained(), file.engine.begin() as connection:
                gpkg_schema.build(connection, {**meta, "schema": str(migrations.SCHEMA_VERSION), "toolkit": VERSION})
                if meta.get("season"):
                    row = {"code": meta["season"], "country": meta.get("country", "")}
                    connection.execute(insert(table_of(Season)).values(row))
        finally:
            file.close()


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Give a name beside the target; what is written there takes the target's name, whole, and never another's place."""
    if path.exists():
        raise InputError(say("errors:already_there", path=path), fix=say("errors:already_there.do"))
    if not path.parent.is_dir():
        raise InputError(say("errors:no_folder", path=path.parent), fix=say("errors:no_folder.do"))
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        yield beside
        _sync(beside)
        try:
            os.link(beside, path)  # unlike a rename it never takes the place of a file
        except FileExistsError:
            raise InputError(say("errors:already_there", path=path), fix=say("errors:already_there.do")) from None
        except OSError:  # a file system without links: claim the name, then take the place of the empty claim
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                raise InputError(say("errors:already_there", path=path), fix=say("errors:already_there.do")) from None
            beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            say("errors:not_written", path=path, said=error.strerror or error), fix=say("errors:not_written.do")
        ) from error
    finally:
        for name in (beside, Path(f"{beside}-journal")):
            with suppress(OSError):
                name.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Make sure that a file not yet in use is on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def holder_of(path: Path) -> str:
    """Name the program that holds a file, where the system tells (Linux): never by opening the file."""
    try:
        state = path.stat()
        device = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}:{state.st_ino}"
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            parts = line.split()
            if device in parts and "->" not in parts:
                pid = int(parts[4])
                if pid not in {0, -1, os.getpid()}:
                    name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
                    return f"{name} (process {pid})"
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    return say("errors:busy.another")


def _facts(connection: Connection) -> dict[str, str]:
    return {str(key): str(value) for key, value in connection.execute(text("SELECT key, value FROM eudr_meta"))}


def _insert(table: Table, names: Sequence[str]) -> str:
    known = {column.name for column in table.columns}
    if not known.issuperset(names):  # names stand in the statement: only ours
        raise ValueError(f"{table.name} has no column {sorted(set(names) - known)}")
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({",".join("?" * len(names))})'


def _has_bytes(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _edge(place: int) -> Any:
    def edge(blob: Any) -> float | None:
        found = _edges(blob)
        return None if found is None else found[place]

    return edge


def _is_empty(blob: Any) -> int | None:
    return None if blob is None else int(_edges(blob) is None)


def _edges(blob: Any) -> gpkg_blob.Edges | None:
    try:
        return gpkg_blob.edges(blob)
    except (TypeError, ValueError, struct.error, shapely.GEOSException):
        return None  # no geometry, written by another program: it is in no tree, and no trigger fails for it

"""The embedded store: one GeoPackage, touched by Python's own SQLite and nothing else.

Journal mode DELETE, not WAL: a project is copied, mailed and kept on shared folders, and a WAL that stays behind loses
what was stored. GDAL never sees the live file (two SQLite libraries in one process corrupt it); it gets copies.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import StaticPool

from eudr_geo.errors import BusyError, InputError, StoreError
from eudr_geo.model import lots, people, places, records, trade  # noqa: F401 – their tables belong to the schema
from eudr_geo.model.base import Base
from eudr_geo.model.land import PlotVersion
from eudr_geo.model.places import Location
from eudr_geo.store.migrations import SCHEMA_VERSION, migrate

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
BUSY_S = 30.0
_NEVER = "1970-01-01T00:00:00.000Z"  # last_change of layers: no clock in the file's own tables
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)

_LAYERS = {PlotVersion.__tablename__: "GEOMETRY", Location.__tablename__: "POINT"}

_VIEWS = {
    "plots": """SELECT v.fid AS OGC_FID, v.geometry AS geometry, p.code AS plot_code, p.producer_code, r.name AS producer,
        p.country, p.commodity, p.place, v.area_ha, v.version, v.mapped_on,
        (SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'error') AS errors,
        (SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'warning') AS warnings
      FROM plot_version v JOIN plot p ON p.code = v.plot_code LEFT JOIN producer r ON r.code = p.producer_code
      WHERE v.version = (SELECT max(w.version) FROM plot_version w WHERE w.plot_code = v.plot_code)""",
    "lot_plots": """SELECT d.fid AS OGC_FID, v.geometry AS geometry, d.lot_code, d.plot_code, d.producer_code,
        d.quantity_kg, d.delivered_on, d.harvested_from, d.harvested_to
      FROM delivery d JOIN plot_version v ON v.plot_code = d.plot_code
      WHERE v.version = (SELECT max(w.version) FROM plot_version w WHERE w.plot_code = d.plot_code)""",
}

_STYLE = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis styleCategories="Symbology"><renderer-v2
 type="RuleRenderer"><rules key="r"><rule key="e" symbol="0" filter="errors &gt; 0" label="with errors"/><rule key="w"
 symbol="1" filter="errors = 0 AND warnings &gt; 0" label="with warnings"/><rule key="g" symbol="2" filter="ELSE"
 label="no finding"/></rules><symbols>{}</symbols></renderer-v2></qgis>"""
_SYMBOL = """<symbol type="fill" name="{}" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="{},90"/>
<prop k="outline_color" v="{},255"/><prop k="outline_style" v="{}"/><prop k="outline_width" v="0.5"/></layer></symbol>"""


def engine_of(path: Path, *, write: bool) -> Engine:
    """Return an engine with one connection; ``write`` takes the lock at the start of a transaction, not in its middle."""
    immutable = not os.access(path.parent, os.W_OK)
    mode = "rw" if write else "ro"
    suffix = "&immutable=1" if immutable and not write else ""

    def connect() -> sqlite3.Connection:
        uri = f"{path.resolve().as_uri()}?mode={mode}{suffix}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        for name, place in (("ST_MinX", 0), ("ST_MaxX", 1), ("ST_MinY", 2), ("ST_MaxY", 3)):
            connection.create_function(name, 1, _edge(place), deterministic=True)
        connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=ON")  # our own triggers call the functions above
        if write:
            connection.execute("PRAGMA synchronous=FULL")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
        except Exception as error:
            if "locked" in str(error):
                raise BusyError(
                    f"another program holds {path}", fix="close QGIS or the other eudr-geo and try again"
                ) from error
            raise

    return engine


def _edge(place: int) -> Any:
    def edge(blob: bytes | None) -> float | None:
        if blob is None:
            return None
        if (blob[3] >> 1) & 7:
            return float(struct.unpack_from("<d", blob, 8 + 8 * place)[0])
        return float(struct.unpack_from("<d", blob, 13 + 8 * (place // 2))[0])  # a point: behind WKB's own five bytes

    return edge


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else (blob[3] >> 4) & 1


def create(path: Path, meta: Mapping[str, str]) -> None:
    """Create a project beside its name and move it there; two programs that create at once make one project.

    Raises
    ------
    InputError
        When something is there already.
    StoreError
        When the folder cannot be written to.
    """
    if path.exists():
        raise InputError(f"{path} already exists", fix="name another file")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent} is not a folder", fix="make the folder first")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        beside.touch(exist_ok=False)
        engine = engine_of(beside, write=True)
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
            _schema(connection, meta)
        engine.dispose()
        try:
            os.link(beside, path)  # unlike a rename it never takes the place of a file
        except FileExistsError:
            raise InputError(f"{path} already exists", fix="name another file") from None
        except OSError:  # a file system without links
            if path.exists():
                raise InputError(f"{path} already exists", fix="name another file") from None
            beside.rename(path)
    except OSError as error:
        raise StoreError(
            f"cannot create {path}: {error.strerror}", fix="check the folder and the room on the disk"
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def _schema(connection: Connection, meta: Mapping[str, str]) -> None:
    run = connection.exec_driver_sql
    run(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)"
    )
    from pyproj import CRS

    wgs84 = CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
    for row in (
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84, "longitude/latitude coordinates in decimal degrees on WGS 84"),
    ):
        run("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", row)
    run(
        "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))"
    )
    run(
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))"
    )
    run(
        "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    Base.metadata.create_all(connection)
    run("CREATE TABLE eudr_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    for key, value in {**meta, "schema": str(SCHEMA_VERSION)}.items():
        run("INSERT INTO eudr_meta VALUES (?,?)", (key, value))
    for name, query in _VIEWS.items():
        run(f"CREATE VIEW {name} AS {query}")
    layers = {**_LAYERS, **dict.fromkeys(_VIEWS, "GEOMETRY")}
    for name in [*(table.name for table in Base.metadata.sorted_tables), "eudr_meta", *_VIEWS]:
        kind = "features" if name in layers else "attributes"
        run(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES (?,?,?,?,?)",
            (name, kind, name, _NEVER, 4326 if name in layers else 0),
        )
    for name, kind in layers.items():
        run("INSERT INTO gpkg_geometry_columns VALUES (?,'geometry',?,4326,0,0)", (name, kind))
    for name in _LAYERS:
        _spatial_index(connection, name)
    run(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME)"
    )
    run(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES ('layer_styles','attributes','layer_styles',?,0)",
        (_NEVER,),
    )
    symbols = "".join(
        _SYMBOL.format(*row)
        for row in (
            (0, "179,38,30", "179,38,30", "dash"),
            (1, "200,140,20", "138,90,0", "dot"),
            (2, "46,125,90", "30,90,60", "solid"),
        )
    )
    run(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, useAsDefault, update_time) VALUES ('','','plots','geometry','findings',?,1,?)",
        (_STYLE.format(symbols), _NEVER),
    )


def _spatial_index(connection: Connection, table: str) -> None:
    """The R-tree of the standard (OGC 12-128r18, annex F.3) with its triggers, kept right whoever edits the table."""
    run = connection.exec_driver_sql
    tree = f"rtree_{table}_geometry"
    box = "ST_MinX(NEW.geometry), ST_MaxX(NEW.geometry), ST_MinY(NEW.geometry), ST_MaxY(NEW.geometry)"
    run(
        "INSERT INTO gpkg_extensions VALUES (?,'geometry','gpkg_rtree_index','http://www.geopackage.org/spec120/#extension_rtree','write-only')",
        (table,),
    )
    run(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")
    filled = "NEW.geometry NOT NULL AND NOT ST_IsEmpty(NEW.geometry)"
    run(
        f"CREATE TRIGGER {tree}_insert AFTER INSERT ON {table} WHEN {filled} BEGIN INSERT OR REPLACE INTO {tree} VALUES (NEW.fid, {box}); END"
    )
    run(
        f"CREATE TRIGGER {tree}_update1 AFTER UPDATE OF geometry ON {table} WHEN OLD.fid = NEW.fid AND {filled} BEGIN INSERT OR REPLACE INTO {tree} VALUES (NEW.fid, {box}); END"
    )
    run(
        f"CREATE TRIGGER {tree}_update2 AFTER UPDATE OF geometry ON {table} WHEN OLD.fid = NEW.fid AND NOT ({filled}) BEGIN DELETE FROM {tree} WHERE id = OLD.fid; END"
    )
    run(
        f"CREATE TRIGGER {tree}_delete AFTER DELETE ON {table} WHEN OLD.geometry NOT NULL BEGIN DELETE FROM {tree} WHERE id = OLD.fid; END"
    )


def check_is_project(path: Path, connection: Connection, *, write: bool) -> dict[str, str]:
    """Return the project's own facts, or refuse in one line what is no project of ours.

    Raises
    ------
    StoreError
        For another kind of file, a damaged one, or one of a newer toolkit.
    """
    try:
        application = connection.execute(text("PRAGMA application_id")).scalar()
        ours = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'eudr_meta'")).scalar()
        if application != APPLICATION_ID or not ours:
            raise StoreError(
                f"{path} is not a project of eudr-geo", fix="make one with: eudr-geo init; read it with: eudr-geo add"
            )
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        meta = {str(key): str(value) for key, value in connection.execute(text("SELECT key, value FROM eudr_meta"))}
    except StoreError:
        raise
    except Exception as error:
        if "locked" in str(error):
            raise BusyError(f"another program holds {path}", fix="close it and try again") from error
        raise StoreError(f"{path} is not a project, or is damaged", fix="restore it from a copy") from error
    finally:
        connection.rollback()
    if verdict != "ok":
        raise StoreError(f"{path} is damaged: {verdict}", fix="restore it from a copy")
    version = int(meta.get("schema", "0"))
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path} was made by a newer eudr-geo", fix="pip install --upgrade eudr-geo")
    if version < SCHEMA_VERSION:
        if not write:
            raise StoreError(
                f"{path} was made by an older eudr-geo",
                fix="open it once for writing: it is copied, then brought up to date",
            )
        migrate(path, connection, version)
        meta["schema"] = str(SCHEMA_VERSION)
    return meta

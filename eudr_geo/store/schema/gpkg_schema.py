"""The tables of a GeoPackage (OGC 12-128r18): those of the standard, ours, the layers that other programs show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table

from eudr_geo.model import attributed, land, lineage, lots, people, places, quality, records, trade  # noqa: F401 – the schema
from eudr_geo.model.base import Base
from eudr_geo.store.schema import allocation, fences, qgis_styles

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
_NEVER = "1970-01-01T00:00:00.000Z"  # last_change of layers: no clock in the file's own tables

LAYERS = {
    land.PlotVersion.__tablename__: "GEOMETRY",
    places.Location.__tablename__: "POINT",
    attributed.LotFlow.__tablename__: "LINESTRING",
}
"""Tables with a geometry and an R-tree, and the kind of geometry."""

VIEWS = {
    "plots": """SELECT v.fid AS OGC_FID, v.geometry AS geometry, p.code AS plot_code, p.producer_code, r.name AS producer,
        p.country, p.commodity, p.place, v.area_ha, v.version, v.mapped_on,
        CAST((SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'error'
          AND COALESCE(f.plot_version, v.version) = v.version) AS INTEGER) AS errors,
        CAST((SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'warning'
          AND COALESCE(f.plot_version, v.version) = v.version) AS INTEGER) AS warnings
      FROM plot_version v JOIN plot p ON p.code = v.plot_code LEFT JOIN producer r ON r.code = p.producer_code
      WHERE v.version = (SELECT max(w.version) FROM plot_version w WHERE w.plot_code = v.plot_code)""",
    "lot_plots": """SELECT a.fid AS OGC_FID, v.geometry AS geometry, a.lot_code, l.stream_code, l.form, a.plot_code,
        a.plot_version, a.producer_code, a.quantity_kg, a.share, a.quantity_min_kg, a.quantity_max_kg, a.evidence_class,
        a.harvested_from, a.harvested_to
      FROM lot_attribution a JOIN lot l ON l.code = a.lot_code
      JOIN plot_version v ON v.plot_code = a.plot_code AND v.version = a.plot_version""",
    "lot_flows": """SELECT f.fid AS OGC_FID, f.geometry AS geometry, f.lot_code, l.stream_code, f.kind, f.from_code, f.to_code,
        f.quantity_kg
      FROM lot_flow f JOIN lot l ON l.code = f.lot_code""",
}
"""Layers for people: plots as they are now, which plots each lot came from with how many kg, and the ways it went."""

VIEW_KINDS = {"plots": "GEOMETRY", "lot_plots": "GEOMETRY", "lot_flows": "LINESTRING"}

STYLE_NAME = "eudr-geo"

_OURS = (*(f"rtree_{name}_geometry_" for name in LAYERS), "over_draw_", *fences.PREFIXES)
"""How the names of our triggers begin."""

_STANDARD = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_STYLES = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT,
    f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT, ui TEXT, update_time DATETIME)"""


def build(connection: Connection, meta: Mapping[str, str]) -> None:
    """Make every table of an empty file."""
    run = connection.exec_driver_sql
    run(f"PRAGMA application_id={APPLICATION_ID}")
    run(f"PRAGMA user_version={USER_VERSION}")
    for statement in _STANDARD:
        run(statement)
    _reference_systems(connection)
    Base.metadata.create_all(connection)
    for table in Base.metadata.sorted_tables:
        _index_references(connection, table)
    run("CREATE TABLE eudr_meta (fid INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL)")
    for key, value in meta.items():
        run("INSERT INTO eudr_meta (key, value) VALUES (?,?)", (key, value))
    run(_STYLES)
    _announce(connection, [*(table.name for table in Base.metadata.sorted_tables), "eudr_meta", "layer_styles"])
    for name in LAYERS:
        _spatial_index(connection, name)
    put_up(connection)


def is_ours(trigger: str) -> bool:
    """Tell whether a trigger has a name of ours; what it does is another question."""
    return trigger.startswith(_OURS)


def take_down(connection: Connection) -> None:
    """Drop what follows from the tables: fences, layers for people, triggers of the R-trees.

    Before tables are changed: SQLite refuses to drop a column while a view or a trigger might name it. What other
    programs made stays.
    """
    run = connection.exec_driver_sql
    for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
        if name.startswith(_OURS):
            run(f'DROP TRIGGER "{name}"')
    for name in VIEWS:
        run(f"DROP VIEW IF EXISTS {name}")


def put_up(connection: Connection) -> None:
    """Make them (again), as they are in a new project."""
    for name in LAYERS:
        _tree_triggers(connection, name)
    allocation.make_triggers(connection)
    fences.make(connection)
    _views(connection)


def _announce(connection: Connection, names: Iterable[str]) -> None:
    """Name tables and views in the standard's own tables, where QGIS looks."""
    run = connection.exec_driver_sql
    layers = {**LAYERS, **VIEW_KINDS}
    for name in names:
        run(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES (?,?,?,?,?)",
            (name, "features" if name in layers else "attributes", name, _NEVER, 4326 if name in layers else 0),
        )
        if name in layers:
            run("INSERT INTO gpkg_geometry_columns VALUES (?,'geometry',?,4326,0,0)", (name, layers[name]))


def _views(connection: Connection) -> None:
    """Make the layers for people, and their styles, in place of those of an older version."""
    run = connection.exec_driver_sql
    for name, query in VIEWS.items():
        run(f"DROP VIEW IF EXISTS {name}")
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            run(f"DELETE FROM {table} WHERE table_name = ?", (name,))
        run("DELETE FROM layer_styles WHERE f_table_name = ? AND styleName = ?", (name, STYLE_NAME))
        run(f"CREATE VIEW {name} AS {query}")
        run(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, useAsDefault, update_time) VALUES ('','',?,'geometry',?,?,1,?)",
            (name, STYLE_NAME, qgis_styles.STYLES[name], _NEVER),
        )
    _announce(connection, VIEWS)


def _reference_systems(connection: Connection) -> None:
    from pyproj import CRS

    wgs84 = CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
    for row in (
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84, "longitude/latitude coordinates in decimal degrees on WGS 84"),
    ):
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", row)


def _index_references(connection: Connection, table: Table) -> None:
    """An index on each reference: without it, deleting a plot reads the whole of every table that names plots."""
    indexed = {index.columns.keys()[0] for index in table.indexes}
    indexed |= {column.name for column in table.columns if column.unique}
    for key in sorted(table.foreign_keys, key=lambda key: str(key.parent.name)):
        if key.parent.name not in indexed:
            statement = f"CREATE INDEX ix_{table.name}_{key.parent.name} ON {table.name} ({key.parent.name})"
            connection.exec_driver_sql(statement)


def tree_of(table: str) -> str:
    """Name of a layer's R-tree, as the standard has it."""
    return f"rtree_{table}_geometry"


def insert_trigger(table: str) -> str:
    """Name of the trigger that puts new rows into the R-tree."""
    return f"{tree_of(table)}_insert"


def make_insert_trigger(connection: Connection, table: str) -> None:
    """Create the trigger that puts new rows into the R-tree (annex F.3 of the standard)."""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {insert_trigger(table)} AFTER INSERT ON {table} WHEN {_FILLED} BEGIN INSERT OR REPLACE INTO {tree_of(table)} VALUES (NEW.fid, {_BOX}); END"
    )


_BOX = "ST_MinX(NEW.geometry), ST_MaxX(NEW.geometry), ST_MinY(NEW.geometry), ST_MaxY(NEW.geometry)"
_FILLED = "(NEW.geometry NOT NULL AND NOT ST_IsEmpty(NEW.geometry))"


def _spatial_index(connection: Connection, table: str) -> None:
    """The R-tree of the standard."""
    run = connection.exec_driver_sql
    tree = tree_of(table)
    run(
        "INSERT INTO gpkg_extensions VALUES (?,'geometry','gpkg_rtree_index','http://www.geopackage.org/spec120/#extension_rtree','write-only')",
        (table,),
    )
    run(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")


def _tree_triggers(connection: Connection, table: str) -> None:
    """The triggers that keep an R-tree right whichever program edits the table."""
    run = connection.exec_driver_sql
    tree = tree_of(table)
    make_insert_trigger(connection, table)
    put = f"INSERT OR REPLACE INTO {tree} VALUES (NEW.fid, {_BOX})"
    for number, when, act in (
        (1, f"UPDATE OF geometry ON {table} WHEN OLD.fid = NEW.fid AND {_FILLED}", put),
        (
            2,
            f"UPDATE OF geometry ON {table} WHEN OLD.fid = NEW.fid AND NOT {_FILLED}",
            f"DELETE FROM {tree} WHERE id = OLD.fid",
        ),
        (
            3,
            f"UPDATE ON {table} WHEN OLD.fid != NEW.fid AND {_FILLED}",
            f"DELETE FROM {tree} WHERE id = OLD.fid; {put}",
        ),
        (
            4,
            f"UPDATE ON {table} WHEN OLD.fid != NEW.fid AND NOT {_FILLED}",
            f"DELETE FROM {tree} WHERE id IN (OLD.fid, NEW.fid)",
        ),
    ):
        run(f"CREATE TRIGGER {tree}_update{number} AFTER {when} BEGIN {act}; END")
    run(
        f"CREATE TRIGGER {tree}_delete AFTER DELETE ON {table} WHEN OLD.geometry NOT NULL BEGIN DELETE FROM {tree} WHERE id = OLD.fid; END"
    )

"""The tables of a GeoPackage (OGC 12-128r18): those of the standard, ours, the layers that other programs show."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table

from eudr_geo.model import land, lots, people, places, records, trade  # noqa: F401 – their tables are the schema
from eudr_geo.model.base import Base

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
_NEVER = "1970-01-01T00:00:00.000Z"  # last_change of layers: no clock in the file's own tables

LAYERS = {land.PlotVersion.__tablename__: "GEOMETRY", places.Location.__tablename__: "POINT"}
"""Tables with a geometry and an R-tree, and the kind of geometry."""

VIEWS = {
    "plots": """SELECT v.fid AS OGC_FID, v.geometry AS geometry, p.code AS plot_code, p.producer_code, r.name AS producer,
        p.country, p.commodity, p.place, v.area_ha, v.version, v.mapped_on,
        CAST((SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'error') AS INTEGER) AS errors,
        CAST((SELECT count(*) FROM finding f WHERE f.plot_code = p.code AND f.severity = 'warning') AS INTEGER) AS warnings
      FROM plot_version v JOIN plot p ON p.code = v.plot_code LEFT JOIN producer r ON r.code = p.producer_code
      WHERE v.version = (SELECT max(w.version) FROM plot_version w WHERE w.plot_code = v.plot_code)""",
    "lot_plots": """SELECT d.fid AS OGC_FID, v.geometry AS geometry, d.lot_code, d.plot_code, d.producer_code,
        d.quantity_kg, d.delivered_on, d.harvested_from, d.harvested_to
      FROM delivery d JOIN plot_version v ON v.plot_code = d.plot_code
      WHERE v.version = (SELECT max(w.version) FROM plot_version w WHERE w.plot_code = d.plot_code)""",
}
"""Layers for people: plots as they are now, and where each lot's deliveries came from."""

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

_QML = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis styleCategories="Symbology"><renderer-v2
 type="RuleRenderer"><rules key="r"><rule key="e" symbol="0" filter="errors &gt; 0" label="with errors"/><rule key="w"
 symbol="1" filter="errors = 0 AND warnings &gt; 0" label="with warnings"/><rule key="g" symbol="2" filter="ELSE"
 label="no finding"/></rules><symbols>{}</symbols></renderer-v2></qgis>"""
_SYMBOL = """<symbol type="fill" name="{}" alpha="1"><layer class="SimpleFill" enabled="1"><prop k="color" v="{},90"/>
<prop k="outline_color" v="{},255"/><prop k="outline_style" v="{}"/><prop k="outline_width" v="0.5"/></layer></symbol>"""
_SYMBOLS = (
    (0, "179,38,30", "179,38,30", "dash"),
    (1, "200,140,20", "138,90,0", "dot"),
    (2, "46,125,90", "30,90,60", "solid"),
)


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
    for name, query in VIEWS.items():
        run(f"CREATE VIEW {name} AS {query}")
    run(_STYLES)
    run(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, useAsDefault, update_time) VALUES ('','','plots','geometry','findings',?,1,?)",
        (_QML.format("".join(_SYMBOL.format(*row) for row in _SYMBOLS)), _NEVER),
    )
    layers = {**LAYERS, **dict.fromkeys(VIEWS, "GEOMETRY")}
    for name in [*(table.name for table in Base.metadata.sorted_tables), "eudr_meta", "layer_styles", *VIEWS]:
        run(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES (?,?,?,?,?)",
            (name, "features" if name in layers else "attributes", name, _NEVER, 4326 if name in layers else 0),
        )
    for name, kind in layers.items():
        run("INSERT INTO gpkg_geometry_columns VALUES (?,'geometry',?,4326,0,0)", (name, kind))
    for name in LAYERS:
        _spatial_index(connection, name)


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
    """The R-tree of the standard with its triggers, kept right whichever program edits the table."""
    run = connection.exec_driver_sql
    tree = tree_of(table)
    run(
        "INSERT INTO gpkg_extensions VALUES (?,'geometry','gpkg_rtree_index','http://www.geopackage.org/spec120/#extension_rtree','write-only')",
        (table,),
    )
    run(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")
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

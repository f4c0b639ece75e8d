"""Payloads: what strangers may send to make us read other files, ask addresses, start programs or change something."""

import io
import json
import sqlite3
import zipfile

from tests_helpers import workbook_bytes, zipped

SUFFIXES = (".geojson", ".json", ".kml", ".kmz", ".gpx", ".csv", ".xlsx", ".zip", ".gpkg", ".shp")
PLOT = '{"type":"Point","coordinates":[108.05,12.68]}'
DOCTYPE = '<!DOCTYPE k [<!ENTITY x SYSTEM "{}">]>'
KML_HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
KML_PLOT = "<Placemark><name>{}</name><Point><coordinates>108.05,12.68</coordinates></Point></Placemark>"


GML_PLOT = '<x:plot_id>A</x:plot_id><x:geom><gml:Point srsName="EPSG:4326"><gml:pos>108.05 12.68</gml:pos></gml:Point></x:geom>'


def gml(record, head=""):
    return (
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:x="urn:x" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {head}><gml:featureMember><x:plots>{record}</x:plots>'
        "</gml:featureMember></gml:FeatureCollection>"
    )


def vrt(source, more=""):
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{source}</SrcDataSource>{more or "<SrcLayer>CANARY</SrcLayer>"}'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def laughs():
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9))
    return f'<!DOCTYPE k [<!ENTITY a0 "ha">{levels}]>{KML_HEAD}{KML_PLOT.format("&a8;")}</Document></kml>'


def package(*statements, first=""):
    """A GeoPackage with one table of plots, and whatever the statements add."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "PRAGMA application_id=1196444487; PRAGMA user_version=10300;"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, "
        "organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'x', '');"
        "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, "
        "last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);"
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, "
        "z INTEGER, m INTEGER);"
        "CREATE TABLE plots (fid INTEGER PRIMARY KEY, geom BLOB, plot_id TEXT);"
    )
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    return connection.serialize()


def listed(table):
    return (
        f"INSERT INTO gpkg_contents VALUES ('{table}','features','{table}','','',NULL,NULL,NULL,NULL,4326)",
        f"INSERT INTO gpkg_geometry_columns VALUES ('{table}','geom','POINT',4326,0,0)",
    )


def payloads(canary):
    """Name of each payload, and its bytes; the secret file and address are the canary's."""
    file, url = str(canary.file), canary.url
    gdalg = {"type": "gdal_streamed_alg"}
    nmea = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\n" * 5
    link = f"{KML_HEAD}<NetworkLink><Link><href>{{}}</href></Link></NetworkLink>{KML_PLOT.format('A')}</Document></kml>"
    recursive = "CREATE VIEW bomb AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid+1 FROM n) SELECT fid, NULL geom, 'x' plot_id FROM n"
    virtual = "INSERT INTO sqlite_master VALUES ('table','v','v',0,'CREATE VIRTUAL TABLE v USING VirtualOGR(''{}'')')"
    found = {
        "vrt of a file": vrt(file),
        "vrt of a table of users": vrt("CSV:/etc/passwd", "<SrcSQL>SELECT * FROM passwd</SrcSQL>"),
        "vrt of an address": vrt(url),
        "vrt of a remote file": vrt(f"/vsicurl/{url}"),
        "vrt that starts a program": vrt(f"GPSBABEL:csv:{file}"),
        "vrt that deletes": vrt(file, "<SrcSQL dialect='SQLITE'>DELETE FROM CANARY</SrcSQL>"),
        "vrt that attaches": vrt(file, f"<SrcSQL dialect='SQLITE'>ATTACH DATABASE '{file}' AS a</SrcSQL>"),
        "vrt that loads code": vrt(file, "<SrcSQL dialect='SQLITE'>SELECT load_extension('x')</SrcSQL>"),
        "vrt behind a comment": f"<!-- plots -->\n<?xml version='1.0'?>{vrt(file)}",
        "vrt with a mark of bytes": "\ufeff" + vrt(file),
        "gdal algorithm of a file": json.dumps({**gdalg, "command_line": f"gdal vector pipeline ! read {file}"}),
        "gdal algorithm of an address": json.dumps({**gdalg, "command_line": f"gdal vector pipeline ! read /vsicurl/{url}"}),
        "gdal algorithm that writes": json.dumps({**gdalg, "command_line": f"gdal vector pipeline ! read {file} ! write {file}"}),
        "map service": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "web service of features": f"<OGCAPIFeatures><URL>{url}</URL></OGCAPIFeatures>",
        "catalogue service": f"<OGRCSWDataSource><URL>{url}</URL></OGRCSWDataSource>",
        "receiver's sentences": nmea,
        "receiver's memory": b"MsRcf\0\1\2",
        "entity of a file": DOCTYPE.format(f"file://{file}") + f"{KML_HEAD}{KML_PLOT.format('&x;')}</Document></kml>",
        "entity of an address": DOCTYPE.format(url) + f"{KML_HEAD}{KML_PLOT.format('&x;')}</Document></kml>",
        "parameter entity": f'<!DOCTYPE k [<!ENTITY % r SYSTEM "{url}"> %r;]>{KML_HEAD}</Document></kml>',
        "entity in a walk": DOCTYPE.format(f"file://{file}") + '<gpx><wpt lat="12" lon="108"><name>&x;</name></wpt></gpx>',
        "billion laughs": laughs(),
        "link to an address": link.format(url),
        "link to a file": link.format(file),
        "picture from an address": f'{KML_HEAD}<Style><IconStyle><Icon><href>{url}</href></Icon></IconStyle></Style>{KML_PLOT.format("A")}</Document></kml>',
        "gml of a remote schema": f'<FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x {url}"/>',
        "gml of an entity": DOCTYPE.format(f"file://{file}") + gml("<x:plot_id>&x;</x:plot_id>"),
        "gml of a remote entity": DOCTYPE.format(url) + gml("<x:plot_id>&x;</x:plot_id>"),
        "gml of laughs": laughs().split("]>")[0] + "]>" + gml("<x:plot_id>&a8;</x:plot_id>"),
        "gml with its schema at an address": gml(GML_PLOT, f'xsi:schemaLocation="urn:x {url}"'),
        "gml with its schema in a file": gml(GML_PLOT, f'xsi:schemaLocation="urn:x file://{file}" xsi:noNamespaceSchemaLocation="{file}"'),
        "gml of shapes at an address": gml(f'<x:plot_id>A</x:plot_id><x:geom><gml:Polygon xlink:href="{url}"/></x:geom>'),
        "gml of shapes in a file": gml(f'<x:plot_id>A</x:plot_id><x:geom><gml:Polygon xlink:href="file://{file}#a"/></x:geom>'),
        "gml of records at an address": gml("").replace("<x:plots></x:plots>", "").replace("<gml:featureMember>", f'<gml:featureMember xlink:href="{url}">'),
        "gml of a system at an address": gml(GML_PLOT.replace("EPSG:4326", url)),
        "gml of a system in a file": gml(GML_PLOT.replace("EPSG:4326", f"file://{file}")),
        "gml that includes": gml(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{file}" parse="text"/>{GML_PLOT}'),
        "geodatabase of a linked file": zipped({"a.gdb/a00000001.gdbtable": vrt(file), "a.gdb/a00000001.gdbtablx": vrt(file), "a.gdb/gdb": str(file)}),
        "crs from an address": f'{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":"{url}"}}}},"features":[]}}',
        "web page": f'<html><head><meta http-equiv="refresh" content="0;url={url}"></head></html>',
        "endless view": package(recursive, *listed("bomb")),
        "view of zeros": package(
            "CREATE VIEW zero AS SELECT 1 fid, zeroblob(900000000) geom, 'x' plot_id", *listed("zero")
        ),
        "view that loads code": package(
            "CREATE VIEW code AS SELECT 1 fid, NULL geom, load_extension('x') plot_id", *listed("code")
        ),
        "trigger that deletes": package(
            *listed("plots"), "CREATE TRIGGER t AFTER INSERT ON plots BEGIN DELETE FROM plots; END"
        ),
        "table of another file": package("PRAGMA writable_schema=ON", virtual.format(file), *listed("v")),
    }  # fmt: skip
    inner = {name: found[name] for name in ("vrt of a file", "gdal algorithm of an address", "map service")}
    for name, data in inner.items():
        found[f"{name}, zipped"] = zipped({"plots.geojson": data})
        found[f"{name}, in a folder of an archive"] = zipped(
            {"a/b/plots.shp": data, "a/b/plots.dbf": data, "a/b/plots.shx": data}
        )
        found[f"{name}, as doc.kml"] = zipped({"doc.kml": data})
        found[f"{name}, in a workbook"] = with_member(
            workbook_bytes([["plot_id", "lat", "lon"]]), "xl/worksheets/sheet1.xml", data
        )
    found["entity in a workbook"] = with_member(
        workbook_bytes([["plot_id", "lat", "lon"]]), "xl/sharedStrings.xml",
        DOCTYPE.format(f"file://{file}") + '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&x;</t></si></sst>',
    )  # fmt: skip
    found["formulas of a workbook"] = workbook_bytes(
        [["plot_id", "lat", "lon"], [f'=WEBSERVICE("{url}")', 12.68, 108.05], ["=cmd|'/c calc'!A1", 12.68, 108.06]]
    )
    return {name: data if isinstance(data, bytes) else data.encode() for name, data in found.items()}


def with_member(archive, name, data):
    """The same archive with one file replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, data)
    return out.getvalue()


NAMES = sorted(payloads(type("C", (), {"file": "/x", "url": "http://127.0.0.1/x"})()))

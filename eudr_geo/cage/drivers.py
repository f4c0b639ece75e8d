"""The only GDAL drivers that ever see a stranger's file, and all others by name.

GDAL chooses a driver by content, so a list of what is forbidden is never complete: a file called ``plots.geojson``
can be a program that opens other files. The list is that of the GDAL in fiona's wheel; a test compares it with the
drivers that are really there inside the cage.
"""

ALLOWED = ("ESRI Shapefile", "GPKG")

# GDAL 3.9.2, as bundled with fiona 1.10.1; later names are added, none is taken away.
SKIPPED = (  # fmt: skip
    "AVCBin", "AVCE00", "AmigoCloud", "CAD", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "ESRIJSON",
    "Elasticsearch", "FlatGeobuf", "GML", "GPSBabel", "GPX", "GTFS", "GeoJSON", "GeoJSONSeq", "GeoRSS",
    "Geoconcept", "JML", "JSONFG", "KML", "LVBAG", "MVT", "MapInfo File", "MapML", "Memory", "MiraMonVector", "NGW",
    "OAPIF", "ODS", "OGR_GMT", "OGR_VRT", "OSM", "OpenFileGDB", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite",
    "SVG", "SXF", "Selafin", "TIGER", "TopoJSON", "UK .NTF", "VDV", "VFK", "WAsP", "WFS", "XLSX",
    "GDALG", "GPSBABEL", "GPSBabel", "NGW", "ADBC", "LIBKML", "MongoDBv3", "PMTiles", "XODR",
)

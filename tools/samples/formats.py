"""Files in the formats that suppliers send, the same bytes each time: no clock, nothing compressed, nothing left to a driver."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import struct
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from samples.land import Micro, Ring, degrees

_MADE = (2025, 9, 1, 8, 0, 0)
_STAMP = "2025-09-01T08:00:00Z"
WGS84_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
_WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_DEFAULT_STYLE = '<Style id="plot"><LineStyle><color>ff00aaff</color></LineStyle><PolyStyle><color>4000aaff</color></PolyStyle></Style>'


class Raw(str):
    """A value that goes into JSON as it is, digits and faults included."""

    __slots__ = ()


# ---------------------------------------------------------------- geometry as text


def position(corner: Micro) -> str:
    """One position of a GeoJSON."""
    return f"[{degrees(corner[0])},{degrees(corner[1])}]"


def polygon(*rings: Sequence[Micro]) -> str:
    """A polygon of closed rings as GeoJSON."""
    return geometry("Polygon", "[" + ",".join("[" + ",".join(map(position, ring)) + "]" for ring in rings) + "]")


def point(corner: Micro) -> str:
    """A point as GeoJSON."""
    return geometry("Point", position(corner))


def geometry(kind: str, coordinates: str) -> str:
    """A geometry of coordinates that are text already."""
    return f'{{"type":"{kind}","coordinates":{coordinates}}}'


def wkt(ring: Ring, decimals: int = 6) -> str:
    """A boundary as WKT."""
    numbers = (f"{x / 1e6:.{decimals}f} {y / 1e6:.{decimals}f}" for x, y in ring.closed())
    return f"POLYGON (({', '.join(numbers)}))"


# ---------------------------------------------------------------- GeoJSON and KML


def feature(geometry_text: str, properties: Mapping[str, Any] | None) -> str:
    """One feature; ``None`` leaves the properties out."""
    if properties is None:
        return f'{{"type":"Feature","geometry":{geometry_text}}}'
    pairs = ",".join(
        f"{json.dumps(key, ensure_ascii=False)}:{value if isinstance(value, Raw) else json.dumps(value, ensure_ascii=False)}"
        for key, value in properties.items()
    )
    return f'{{"type":"Feature","properties":{{{pairs}}},"geometry":{geometry_text}}}'


def geojson(features: Iterable[str], *, head: str = "") -> bytes:
    """A collection, one feature a line."""
    body = ",\n".join(features)
    return f'{{"type":"FeatureCollection",{head}"features":[\n{body}\n]}}\n'.encode()


def kml_polygon(ring: Ring, *, height: str = "") -> str:
    """A boundary as KML; ``height`` is written behind each position."""
    text = " ".join(f"{degrees(x)},{degrees(y)}{height}" for x, y in ring.closed())
    return f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs></Polygon>"


def placemark(name: str, geometry_xml: str, data: Mapping[str, str]) -> str:
    """One placemark with its data."""
    items = "".join(f"<Data name={quoteattr(key)}><value>{escape(value)}</value></Data>" for key, value in data.items())
    return (
        f"<Placemark><name>{escape(name)}</name><styleUrl>#plot</styleUrl>"
        f"<ExtendedData>{items}</ExtendedData>{geometry_xml}</Placemark>"
    )


def kml(folders: Mapping[str, Sequence[str]]) -> bytes:
    """A KML of folders of placemarks, as mapping programs write it."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
        _DEFAULT_STYLE,
    ]
    for name, placemarks in folders.items():
        lines += [f"<Folder><name>{escape(name)}</name>", *placemarks, "</Folder>"]
    return "\n".join([*lines, "</Document>", "</kml>", ""]).encode()


# ---------------------------------------------------------------- archives


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of files that are stored, not compressed: compressed bytes depend on the release of zlib."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _MADE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            zipped.writestr(info, data)
    return out.getvalue()


def shapefile(
    name: str, rings: Sequence[Ring], fields: Mapping[str, tuple[str, int, int]], rows: Sequence[Mapping[str, str]], *,
    folder: str = "", prj: bool = True,
) -> bytes:  # fmt: skip
    """A zipped shapefile of boundaries.

    Parameters
    ----------
    name
        Name of the layer.
    rings, rows
        One boundary and its values each; values as text that fits its field.
    fields
        Name (at most ten letters) → type (C, N), length, decimals.
    folder
        Folder inside the archive.
    prj
        Whether the file that tells the coordinate system is there.
    """
    shp, shx = _shp(rings)
    files = {".shp": shp, ".shx": shx, ".dbf": _dbf(fields, rows), ".cpg": b"UTF-8"}
    if prj:
        files[".prj"] = WGS84_PRJ.encode()
    return archive({f"{folder}{name}{suffix}": data for suffix, data in files.items()})


def _shp(rings: Sequence[Ring]) -> tuple[bytes, bytes]:
    records, index = b"", b""
    for number, ring in enumerate(rings, start=1):
        # A shapefile's outer ring runs clockwise.
        xy = [(x / 1e6, y / 1e6) for x, y in reversed(ring.closed())]
        content = struct.pack("<i4d2ii", 5, *_box(xy), 1, len(xy), 0) + b"".join(struct.pack("<2d", *p) for p in xy)
        index += struct.pack(">2i", (100 + len(records)) // 2, len(content) // 2)
        records += struct.pack(">2i", number, len(content) // 2) + content
    box = _box([(x / 1e6, y / 1e6) for ring in rings for x, y in ring.corners])

    def head(size: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2) + struct.pack("<2i8d", 1000, 5, *box, 0, 0, 0, 0)

    return head(100 + len(records)) + records, head(100 + len(index)) + index


def _box(xy: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    return min(x for x, _ in xy), min(y for _, y in xy), max(x for x, _ in xy), max(y for _, y in xy)


def _dbf(fields: Mapping[str, tuple[str, int, int]], rows: Sequence[Mapping[str, str]]) -> bytes:
    width = 1 + sum(length for _, length, _ in fields.values())
    start = 32 + 32 * len(fields) + 1
    year, month, day = _MADE[:3]
    head = struct.pack("<4BIHH20x", 3, year - 1900, month, day, len(rows), start, width)
    for name, (kind, length, decimals) in fields.items():
        head += struct.pack("<11sc4xBB14x", name.encode("ascii"), kind.encode(), length, decimals)
    body = b""
    for row in rows:
        body += b" "
        for name, (kind, length, _) in fields.items():
            value = row[name].encode()
            if len(value) > length:
                raise ValueError(f"{row[name]!r} is longer than the field {name}")
            body += value.rjust(length) if kind == "N" else value.ljust(length)
    return head + b"\r" + body + b"\x1a"


# ---------------------------------------------------------------- GeoPackage


def geopackage(layer: str, columns: Mapping[str, str], rows: Sequence[tuple[Ring, Sequence[Any]]]) -> bytes:
    """A GeoPackage of one layer of boundaries.

    Parameters
    ----------
    layer
        Its name.
    columns
        Name → SQL type.
    rows
        Boundary and values.
    """
    names = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    box = _box([(x / 1e6, y / 1e6) for ring, _ in rows for x, y in ring.corners])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        with closing(sqlite3.connect(path)) as base:
            base.executescript(
                "PRAGMA page_size=4096; PRAGMA auto_vacuum=NONE; PRAGMA application_id=0x47504B47; PRAGMA user_version=10300;"
                + _GPKG_TABLES
                + f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POLYGON, {names});'
            )
            base.executemany(
                "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
                [
                    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian"),
                    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic"),
                    ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84_WKT, "longitude/latitude, WGS 84"),
                ],
            )
            base.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)",
                (layer, layer, _STAMP, *box),
            )
            base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', 4326, 0, 0)", (layer,))
            marks = ", ".join("?" * (len(columns) + 1))
            target = ", ".join(["geom", *(f'"{name}"' for name in columns)])
            base.executemany(
                f'INSERT INTO "{layer}" ({target}) VALUES ({marks})',
                [(_gpkg_blob(ring), *values) for ring, values in rows],
            )
            base.commit()
        data = bytearray(path.read_bytes())
    data[24:28] = data[92:96] = struct.pack(">I", 1)  # how often it was changed
    data[96:100] = struct.pack(">I", 3040000)  # which SQLite wrote it
    return bytes(data)


_GPKG_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
"""


def _gpkg_blob(ring: Ring) -> bytes:
    xy = [(x / 1e6, y / 1e6) for x, y in ring.closed()]
    x0, y0, x1, y1 = _box(xy)
    head = b"GP" + struct.pack("<BBi4d", 0, 3, 4326, x0, x1, y0, y1)
    return head + struct.pack("<BIII", 1, 3, 1, len(xy)) + b"".join(struct.pack("<2d", *p) for p in xy)


# ---------------------------------------------------------------- tables


def table(rows: Iterable[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV with the line ends that spreadsheets write."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    text = out.getvalue()
    return cp1258(text) if encoding == "cp1258" else text.encode(encoding)


def cp1258(text: str) -> bytes:
    r"""Text as old Vietnamese Windows wrote it: a letter with its shape, then its tone as a character of its own.

    >>> cp1258("Nguyễn Ổn")
    b'Nguy\xea\xden \xd4\xd2n'
    """
    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", parts.replace(tone, "")).encode("cp1258") + tone.encode("cp1258")
    return out


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]], *, merged: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """A plain XLSX."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(title, ()):
            sheet.merge_cells(cells)
    return settled(book)


def settled(book: Any) -> bytes:
    """The bytes of an openpyxl workbook without the clock."""
    book.properties.creator = "eudr_geo samples"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as zipped:
        files = {name: zipped.read(name) for name in sorted(zipped.namelist())}
    core = files["docProps/core.xml"]
    files["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(?:modified|created)[^>]*>)[^<]*", rb"\g<1>" + _STAMP.encode(), core
    )
    return archive(files)

"""Layers of Shapefiles and GeoPackages: their records, text and coordinate systems, read without GDAL."""

from __future__ import annotations

import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from eudr_geo.archives import members, not_read
from eudr_geo.dbase import read_table
from eudr_geo.gathering import shown
from eudr_geo.limits import raise_it
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.projecting import known

if TYPE_CHECKING:
    from eudr_geo.gathering import Gathering

_QUERY_STEPS = 50_000_000  # SQLite instructions for a stranger's file: a recursive view would run for ever
_LONGEST_VALUE = 50_000_000  # bytes of one value in a stranger's database
_WGS84 = {"EPSG:4326", "EPSG:4979"}
_PROJECTED = 400.0  # no longitude is that large
_SHP_HEAD, _SHP_RECORD_HEAD = 100, 8
_SHP_LINES, _SHP_PATCHES = {3, 13, 23}, 31
_CURVES = {
    8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface",
    13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle",
}  # fmt: skip
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_NO_GEOMETRY = ("missing-geometry", "it has no geometry", "walk the plot, or take its point")


@dataclass
class Layer:
    """One layer: where GDAL finds its shapes, and its records."""

    path: Path
    name: str  # as people know it
    driver: str
    table: str = ""  # name inside the file
    crs: str = ""  # EPSG:nnnn, "" when the file does not tell
    why_no_crs: str = ""
    looks_projected: bool = False
    # Key of the shape, properties, and why there is no shape to look for.
    records: list[tuple[int, dict[str, Any], RecordError | None]] = field(default_factory=list)


def shapefile_layers(source: Source, gathering: Gathering) -> list[Layer]:
    """Return the Shapefiles of an archive, wherever in it they lie; shapes are written under names of ours.

    Raises
    ------
    WholeFileError
        When the table that belongs to one is missing or damaged, or its coordinate system is one nobody knows.
    """
    by_stem: dict[str, dict[str, bytes]] = {}
    files = members(source)
    if others := not_read(files, taken=".shp"):
        gathering.note("several-layers", others, "send it on its own")
    for name, data in files.items():
        path = PurePosixPath(name.replace("\\", "/"))
        by_stem.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = data
    stems = sorted(stem for stem, parts in by_stem.items() if ".shp" in parts)
    bases = [PurePosixPath(stem).name for stem in stems]
    layers = []
    for number, (stem, base) in enumerate(zip(stems, bases, strict=True)):
        name = base if bases.count(base) == 1 else stem
        if not source.layer or source.layer == name:
            layers.append(_shapefile(by_stem[stem], name, Path(f"shapefile{number}"), gathering))
    return layers


def _shapefile(parts: dict[str, bytes], name: str, folder: Path, gathering: Gathering) -> Layer:
    if ".dbf" not in parts:
        raise WholeFileError(
            "unreadable-file",
            f"{shown(name)}.dbf is missing, and with it the plot codes",
            "zip all files of the shapefile",
        )
    table = read_table(parts[".dbf"], parts.get(".cpg", b"")[:40].decode("ascii", "ignore"))
    gathering.encoding = table.encoding
    if not table.certain:
        told = "tells an encoding that its text does not have" if ".cpg" in parts else "does not tell its text encoding"
        gathering.note(
            "unreadable-text",
            f"{shown(name)} {told}; read as {table.encoding}",
            "check the names; export it again with UTF-8 as encoding",
        )
    if table.cut:
        gathering.note(
            "unreadable-text",
            f"{table.cut} texts of {shown(name)} end in the middle of a letter: the column is too narrow",
            "check the long names; export as GeoJSON or GeoPackage",
        )
    kinds, shp, index = _shape_kinds(parts[".shp"], parts.get(".shx", b""))
    folder.mkdir()
    (folder / "in.shp").write_bytes(shp)
    if index:
        (folder / "in.shx").write_bytes(index)
    layer = Layer(folder / "in.shp", name, "ESRI Shapefile")
    box = struct.unpack("<4d", shp[36:68]) if len(shp) >= _SHP_HEAD else (0.0,) * 4
    layer.looks_projected = max(abs(value) for value in box) > _PROJECTED
    _shapefile_system(layer, parts.get(".prj"), gathering)
    if table.count > gathering.source.limits.records:
        raise WholeFileError(
            "unreadable-file",
            f"{shown(name)} says it has {table.count:,} rows, more than {gathering.source.limits.records:,}",
            f"split the file, {raise_it('records')}",
        )
    for row in range(max(table.count, len(kinds))):
        if row < len(table.rows) and table.deleted[row]:
            continue  # deleted by whoever made the file: no record any more
        properties = dict(zip(table.names, table.rows[row], strict=True)) if row < len(table.rows) else {}
        layer.records.append((row, properties, _shape_fault(row, kinds, len(table.rows))))
    return layer


def _shape_kinds(shp: bytes, shx: bytes) -> tuple[list[int], bytes, bytes]:
    """Type numbers of the shapes, the file to give to GDAL, and its index ("" to have it made anew).

    A file that breaks off is cut behind its last whole shape; -1 stands for what is missing or unreadable.
    """
    size = struct.unpack(">i", shp[24:28])[0] * 2 if len(shp) >= _SHP_HEAD else 0
    index = shx[_SHP_HEAD : len(shx) - (len(shx) - _SHP_HEAD) % 8]
    offsets = [int(one[0]) * 2 for one in struct.iter_unpack(">ii", index)]
    if offsets and size <= len(shp):
        kinds = [
            struct.unpack("<i", shp[at + 8 : at + 12])[0] if _SHP_HEAD <= at <= len(shp) - 12 else -1 for at in offsets
        ]
        return kinds, shp, shx
    kinds, at = [], _SHP_HEAD
    while at + 12 <= len(shp):  # without an index, from shape to shape
        length = struct.unpack(">i", shp[at + 4 : at + 8])[0] * 2
        if length < 4 or at + _SHP_RECORD_HEAD + length > len(shp):
            break
        kinds.append(struct.unpack("<i", shp[at + 8 : at + 12])[0])
        at += _SHP_RECORD_HEAD + length
    whole = shp[:24] + struct.pack(">i", at // 2) + shp[28:at] if len(shp) >= _SHP_HEAD else shp
    return kinds + [-1] * (len(offsets) - len(kinds)), whole, b""


def _shape_fault(row: int, kinds: list[int], rows: int) -> RecordError | None:
    if row >= rows:
        return RecordError("unreadable-record", "its row in the table (.dbf) is missing", "export the layer again")
    if row >= len(kinds) or kinds[row] == -1:
        return RecordError("unreadable-record", "its shape is missing: the .shp file breaks off", "export it again")
    if kinds[row] == 0:
        return RecordError(*_NO_GEOMETRY)
    if kinds[row] == _SHP_PATCHES:
        return RecordError("unsupported-geometry", "a MultiPatch is no plot", "export polygons", "MultiPatch")
    return None


def _shapefile_system(layer: Layer, prj: bytes | None, gathering: Gathering) -> None:
    if gathering.source.crs:
        return
    text = (prj or b"").decode("utf-8", "replace").strip("\ufeff\0 \r\n\t")
    if not text:
        layer.why_no_crs = " (no .prj)"
    elif code := known(text):
        layer.crs = "EPSG:4326" if code in _WGS84 else code
    elif re.match(r"(PROJ|GEOG|LOCAL_?|GEOD|BOUND|COMPD?_?)(CS|CRS)\b", text, re.IGNORECASE):
        raise _nobody_knows(text)
    else:
        layer.why_no_crs = " (its .prj makes no sense)"


def _nobody_knows(text: str) -> WholeFileError:
    name = re.search(r'"([^"]*)"', text)
    told = name[1] if name else text
    return WholeFileError(
        "unknown-crs",
        f"the coordinate system {shown(told)[:60]} is not known",
        "say which with --crs EPSG:…, or export as WGS 84",
        shown(told),
    )


def package_layers(source: Source) -> list[Layer]:
    """Return the layers of a GeoPackage with their rows.

    Raises
    ------
    WholeFileError
        When it is none, is damaged, or a layer is a query instead of a table.
    """
    path = source.path.rename(source.path.with_suffix(".gpkg"))
    layers: list[Layer] = []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as base:
            _harden(base)
            kinds = dict(base.execute("SELECT name, type FROM sqlite_master"))
            if kinds.get("gpkg_geometry_columns") != "table":
                raise WholeFileError(
                    "unsupported-format", "the file is a database, but no GeoPackage", "export the layer as GeoPackage"
                )
            found = base.execute(
                "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name"
            ).fetchall()
            for table, column, srs in found:
                if source.layer and source.layer != table:
                    continue
                if kinds.get(table) != "table":
                    what = "is a query, not a table" if table in kinds else "is not in the file, only its name"
                    raise WholeFileError(
                        "unreadable-file", f"the layer {shown(table)} {what}", "export the layer to a new GeoPackage"
                    )
                layer = Layer(path, str(table), "GPKG", str(table))
                _package_system(base, layer, srs, source)
                _package_rows(base, layer, str(column), source)
                layers.append(layer)
    except (sqlite3.Error, struct.error) as error:
        raise WholeFileError(
            "unreadable-file", f"the GeoPackage is damaged ({shown(error)})", "export it again"
        ) from error
    return layers


def _harden(base: sqlite3.Connection) -> None:
    """A stranger's database is a program: take away what it could do (SQLite's own advice)."""
    base.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
        base.execute(f"PRAGMA {pragma}")
    base.set_progress_handler(lambda: 1, _QUERY_STEPS)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _package_system(base: sqlite3.Connection, layer: Layer, srs: Any, source: Source) -> None:
    if source.crs:
        return
    row = base.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)
    ).fetchone()
    if row is None or srs in {0, -1, 99999}:
        layer.why_no_crs = f" (srs_id {shown(srs)})"
        return
    organization, number, definition = (str(value) for value in row)
    code = known(f"{organization}:{number}" if organization.upper() == "EPSG" else definition) or known(definition)
    if code is None:
        raise _nobody_knows(definition)
    layer.crs = "EPSG:4326" if code in _WGS84 else code


def _package_rows(base: sqlite3.Connection, layer: Layer, geometry: str, source: Source) -> None:
    info = base.execute(f"PRAGMA table_info({_quoted(layer.table)})").fetchall()
    names = [str(row[1]) for row in info]
    if geometry not in names:
        raise WholeFileError(
            "unreadable-file", f"the layer {shown(layer.name)} has no column {shown(geometry)}", "export it again"
        )
    logical = {str(row[1]) for row in info if str(row[2]).upper() == "BOOLEAN"}
    keys = [str(row[1]) for row in info if row[5]]
    kept = [name for name in names if name not in {geometry, *keys}]
    columns = ", ".join(_quoted(name) for name in (*(keys[:1] or ["rowid"]), geometry, *kept))
    query = f"SELECT {columns} FROM {_quoted(layer.table)} ORDER BY 1 LIMIT {source.limits.records + 1}"  # noqa: S608 – quoted
    for key, blob, *values in base.execute(query):
        properties = {name: _stored(value, name in logical) for name, value in zip(kept, values, strict=True)}
        if not layer.records and isinstance(blob, bytes):
            layer.looks_projected = _is_projected(blob)
        layer.records.append((int(key), properties, _blob_fault(blob)))


def _stored(value: Any, logical: bool) -> Any:
    if logical and isinstance(value, int):
        return bool(value)
    if isinstance(value, (int, float)):
        return NumberText(repr(value))
    return None if isinstance(value, bytes) else value


def _wkb_at(blob: bytes) -> int:
    return 8 + _ENVELOPE_BYTES[min((blob[3] >> 1) & 7, 4)]


def _is_projected(blob: bytes) -> bool:
    if len(blob) < 24 or not (blob[3] >> 1) & 7:
        return False
    west, east = struct.unpack("<2d" if blob[3] & 1 else ">2d", blob[8:24])
    return bool(max(abs(west), abs(east)) > _PROJECTED)


def _blob_fault(blob: Any) -> RecordError | None:
    """Why a stored geometry is no shape to look for; GDAL would turn a curve into hundreds of corners."""
    if blob is None:
        return RecordError(*_NO_GEOMETRY)
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < _wkb_at(blob) + 5:
        return RecordError("unreadable-record", "its stored geometry is damaged", "export the layer again")
    at = _wkb_at(blob)
    kind = struct.unpack("<I" if blob[at] else ">I", blob[at + 1 : at + 5])[0] & 0xFFFF
    if name := _CURVES.get(kind % 1000):
        return RecordError("unsupported-geometry", f"a {name} is no plot", "export polygons without curves", name)
    return None

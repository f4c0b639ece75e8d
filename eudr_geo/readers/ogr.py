"""Zipped Shapefile and GeoPackage through fiona, with an allow-list of drivers; records are counted by us."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely
import shapely.geometry

from eudr_geo.archives import members
from eudr_geo.boundaries import FACTS, facts_of_doubles
from eudr_geo.gathering import Gathering, shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError

FORMATS = ("GeoPackage", "Shapefile")
_POLYGONAL = {"Point", "MultiPoint", "Polygon", "MultiPolygon", "GeometryCollection"}
_QUERY_STEPS = 50_000_000  # SQLite instructions for a stranger's GeoPackage: a recursive view would run for ever


def sniff(head: bytes) -> str:
    """Return GeoPackage for SQLite, Shapefile for a zip that holds one."""
    if head.startswith(b"SQLite format 3\0"):
        return "GeoPackage"
    if head.startswith(b"PK\x03\x04") and b"xl/" not in head and b"[Content_Types]" not in head:
        return "Shapefile"
    return ""


def read(source: Source) -> Reading:
    """Read a zipped Shapefile or a GeoPackage.

    Raises
    ------
    WholeFileError
        When there is no layer in it, it is damaged, or a part of it is missing.
    """
    with source.path.open("rb") as stream:
        is_package = stream.read(16).startswith(b"SQLite format 3")
    gathering = Gathering(source, "GeoPackage" if is_package else "Shapefile")
    layers = list(_package_layers(source) if is_package else _shapefiles(source, gathering))
    if source.layer:
        layers = [layer for layer in layers if layer[1] == source.layer]
    if not layers:
        raise WholeFileError("unreadable-file", "there is no layer of plots in it", "export the layer of plots")
    if len(layers) > 1:
        gathering.note(
            "several-layers",
            f"it holds {len(layers)} layers; all were read: {', '.join(shown(name) for _, name, _, _ in layers)}",
            "name one with --layer",
        )
    tables = [_layer(gathering, *layer) for layer in layers]
    plots = gathering.plots(
        np.concatenate([table[0] for table in tables]),
        {name: np.concatenate([table[1][name] for table in tables]) for name in FACTS},
    )
    return gathering.finish(plots)


def _package_layers(source: Source) -> Iterator[tuple[Path, str, int, str]]:
    """Layers of a GeoPackage and how many rows each has, counted without GDAL."""
    path = source.path.rename(source.path.with_suffix(".gpkg"))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("PRAGMA cell_size_check=ON")
            base.set_progress_handler(lambda: 1, _QUERY_STEPS)
            kinds = dict(base.execute("SELECT name, type FROM sqlite_master"))
            for (table,) in base.execute("SELECT table_name FROM gpkg_geometry_columns ORDER BY table_name").fetchall():
                if kinds.get(table) != "table":
                    raise WholeFileError(
                        "unreadable-file",
                        f"the layer {shown(table)} is a query, not a table",
                        "export the layer to a new GeoPackage",
                    )
                quoted = '"' + str(table).replace('"', '""') + '"'
                (count,) = base.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 – quoted above
                yield path, str(table), int(count), "GPKG"
    except sqlite3.Error as error:
        raise WholeFileError("unreadable-file", f"the GeoPackage is damaged ({error})", "export it again") from error


def _shapefiles(source: Source, gathering: Gathering) -> Iterator[tuple[Path, str, int, str]]:
    """Shapefiles of an archive, wherever in it they lie, written under names of ours."""
    by_stem: dict[str, dict[str, bytes]] = {}
    for name, data in members(source).items():
        path = PurePosixPath(name)
        by_stem.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = data
    for number, stem in enumerate(sorted(stem for stem, parts in by_stem.items() if ".shp" in parts)):
        parts, name = by_stem[stem], PurePosixPath(stem).name
        if ".dbf" not in parts:
            raise WholeFileError(
                "unreadable-file",
                f"{shown(name)}.dbf is missing, and with it the plot codes",
                "zip all files of the shapefile",
            )
        folder = Path(f"shapefile{number}")
        folder.mkdir()
        for suffix, data in parts.items():
            if suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
                (folder / f"in{suffix}").write_bytes(data)
        if ".cpg" not in parts:
            encoding = _dbf_encoding(parts[".dbf"])
            (folder / "in.cpg").write_text(encoding, encoding="ascii")
            if encoding != "UTF-8":
                gathering.note(
                    "unreadable-text",
                    f"{shown(name)} does not tell its text encoding; read as {encoding}",
                    "check the names; add a .cpg file",
                )
            gathering.encoding = encoding
        if ".prj" not in parts and not source.crs:
            gathering.note(
                "unknown-crs",
                f"{shown(name)} does not tell its coordinate system (no .prj)",
                "say which with --crs EPSG:…, or zip the .prj too",
                severity="" if _looks_projected(parts[".shp"]) else "warning",
            )
        count = struct.unpack("<I", parts[".dbf"][4:8])[0] if len(parts[".dbf"]) > 8 else 0
        yield folder / "in.shp", name, int(count), "ESRI Shapefile"


def _looks_projected(shp: bytes) -> bool:
    box = struct.unpack("<4d", shp[36:68]) if len(shp) >= 100 else (0.0,) * 4
    return bool(max(abs(value) for value in box) > 400)


def _dbf_encoding(dbf: bytes) -> str:
    """UTF-8 if the text is, else what it most likely is."""
    try:
        dbf.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        start = struct.unpack("<H", dbf[8:10])[0]
        best = from_bytes(dbf[start : start + 200_000], cp_isolation=["cp1252", "cp1258", "latin_1"]).best()
        return "CP1258" if best is not None and best.encoding == "cp1258" else "CP1252"
    return "UTF-8"


def _layer(gathering: Gathering, path: Path, name: str, expected: int, driver: str) -> tuple[Any, dict[str, Any]]:
    import fiona
    from fiona.errors import FionaError

    options = {"SHAPE_RESTORE_SHX": "YES"} if driver == "ESRI Shapefile" else {}
    geometries: list[Any] = []
    seen = 0
    try:
        with (
            fiona.Env(**options),
            fiona.open(path, enabled_drivers=[driver], layer=name if driver == "GPKG" else None) as layer,
        ):
            _system(gathering, layer)
            for feature in layer:
                seen += 1
                gathering.count()
                geometry = _feature(gathering, gathering.records, feature, name)
                if geometry is not None:
                    geometries.append(geometry)
    except (FionaError, OSError, UnicodeDecodeError, ValueError) as error:
        raise WholeFileError(
            "unreadable-file", f"the layer {shown(name)} is damaged ({shown(error)})", "export it again"
        ) from error
    for _ in range(expected - seen):  # what GDAL did not give us is still a record
        gathering.count()
        gathering.reject(
            gathering.records,
            RecordError("unreadable-record", "the record is damaged", "export the layer again"),
            group=name,
        )
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    facts = facts_of_doubles(array)
    array = shapely.force_2d(array)
    if driver == "ESRI Shapefile":  # the format winds exteriors clockwise: that tells nothing of the supplier
        array = shapely.orient_polygons(array)
    if gathering.crs != "EPSG:4326":
        from eudr_geo.projecting import to_wgs84

        array = to_wgs84(array, gathering.crs)
        facts["short_lons"][:] = facts["short_lats"][:] = 0  # digits of metres say nothing about degrees
        facts["decimals"][:] = np.minimum(facts["decimals"], 6)
    return array, facts


def _system(gathering: Gathering, layer: Any) -> None:
    from eudr_geo.projecting import known

    wkt = gathering.source.crs or layer.crs_wkt
    if not wkt:
        return
    code = known(wkt)
    if code is None:
        raise WholeFileError(
            "unknown-crs",
            f"the coordinate system {shown(wkt)[:40]} is not known",
            "say which with --crs EPSG:…",
            shown(wkt),
        )
    if code != "EPSG:4326":
        gathering.crs = code


def _feature(gathering: Gathering, number: int, feature: Any, group: str) -> Any:
    properties = {name: _value(value) for name, value in dict(feature.properties).items()}
    try:
        if feature.geometry is None:
            raise RecordError("missing-geometry", "it has no geometry, or a damaged one", "draw the plot again")
        kind = feature.geometry.type
        if kind not in _POLYGONAL:
            raise RecordError("unsupported-geometry", f"a {shown(kind)} is no plot", "export points or polygons", kind)
        geometry = shapely.geometry.shape(feature.geometry)
        if geometry.is_empty:
            raise RecordError("missing-geometry", "its geometry is empty", "draw the plot again")
        if not np.isfinite(shapely.get_coordinates(geometry)).all():
            raise RecordError("not-finite", "a coordinate is not a number", "export the layer again")
        gathering.add(number, properties, None, group=group)
    except RecordError as error:
        gathering.reject(number, error, group=group, properties=properties)
        return None
    except (ValueError, shapely.errors.GEOSException) as error:
        gathering.reject(
            number,
            RecordError("unreadable-record", f"its geometry cannot be built ({shown(error)})", "draw the plot again"),
            group=group,
            properties=properties,
        )
        return None
    return geometry


def _value(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return NumberText(repr(value))
    if isinstance(value, bytes):
        return None
    return value if isinstance(value, str) else json.dumps(value, default=str)

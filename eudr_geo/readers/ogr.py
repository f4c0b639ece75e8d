"""Zipped Shapefile and GeoPackage. GDAL (fiona, one driver at a time) reads shapes and nothing else.

Text, numbers and the count of records are read by us: GDAL cuts text at a NUL, drops letters of some code pages,
skips deleted rows and turns a damaged shape into none, each without a word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
import shapely.geometry

from eudr_geo.boundaries import FACTS, Shape, facts_of_doubles, offered_polygon, shape_of
from eudr_geo.gathering import Gathering, shown
from eudr_geo.layers import Layer, package_layers, shapefile_layers
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.regulation import MIN_RING_POSITIONS

FORMATS = ("GeoPackage", "Shapefile")
_KINDS = {"Point", "MultiPoint", "Polygon", "MultiPolygon", "GeometryCollection"}
_WGS84 = "EPSG:4326"


def sniff(head: bytes) -> str:
    """Return GeoPackage for SQLite, Shapefile for an archive that names one."""
    if head.startswith(b"SQLite format 3\0"):
        return "GeoPackage"
    return "Shapefile" if head.startswith(b"PK\x03\x04") and b".shp" in head.lower() else ""


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
    layers = package_layers(source) if is_package else shapefile_layers(source, gathering)
    if source.layer:
        layers = [layer for layer in layers if layer.name == source.layer]
    if not layers:
        raise WholeFileError("unreadable-file", "there is no layer of plots in it", "export the layer of plots")
    if len(layers) > 1:
        gathering.note(
            "several-layers",
            f"it holds {len(layers)} layers; all were read: {', '.join(shown(layer.name) for layer in layers)}",
            "name one with --layer",
        )
    tables = [_read(gathering, layer) for layer in layers]
    plots = gathering.plots(
        np.concatenate([geometries for geometries, _ in tables]),
        {name: np.concatenate([facts[name] for _, facts in tables]) for name in FACTS},
    )
    return gathering.finish(plots)


def _read(gathering: Gathering, layer: Layer) -> tuple[Any, dict[str, Any]]:
    """Put the records of a layer where they belong; return the geometries of its plots and their facts."""
    shapes = _shapes(layer)
    crs = _system(gathering, layer)
    first = len(gathering.shapes)
    geometries: list[Any] = []
    for key, properties, state in layer.records:
        gathering.count()
        offer: Shape | None = None
        try:
            if state:
                raise state
            if key not in shapes:
                raise RecordError("unreadable-record", "its shape is damaged", "export the layer again")
            kind, nested = shapes[key]
            if kind in {"LineString", "LinearRing"}:
                offer = offered_polygon(_written(nested)) if _is_finite(nested) else None
            geometry = _geometry(kind, nested)
            is_shape = isinstance(geometry, Shape)  # a ring that shapely cannot hold as it is
            gathering.add(gathering.records, properties, geometry if is_shape else None, group=layer.name)
            geometries.append(None if is_shape else geometry)
        except RecordError as error:
            gathering.reject(gathering.records, error, group=layer.name, properties=properties, offer=offer)
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    facts = facts_of_doubles(array)
    array = shapely.force_2d(array)
    if layer.driver == "ESRI Shapefile":  # the format winds exteriors clockwise: that tells nothing of the supplier
        array = shapely.orient_polygons(array)
    if crs != _WGS84:
        from eudr_geo.projecting import to_wgs84

        array = to_wgs84(array, crs)
        for shape in gathering.shapes[first:]:
            if shape is not None:
                (shape.geometry,) = to_wgs84([shape.geometry], crs)
                shape.short_lons = shape.short_lats = 0
        facts["short_lons"][:] = facts["short_lats"][:] = 0  # digits of metres say nothing about degrees
        facts["decimals"][:] = np.minimum(facts["decimals"], 6)
    return array, facts


def _shapes(layer: Layer) -> dict[int, tuple[str, Any]]:
    """Kind and coordinates of every shape that GDAL can read, by the key of its record."""
    import fiona
    from fiona.errors import FionaError

    found: dict[int, tuple[str, Any]] = {}
    options = {"SHAPE_RESTORE_SHX": "YES"} if layer.driver == "ESRI Shapefile" else {}
    name = {"layer": layer.table} if layer.driver == "GPKG" else {}
    try:
        with (
            fiona.Env(**options),
            fiona.open(layer.path, enabled_drivers=[layer.driver], include_fields=[], **name) as opened,
        ):
            features = iter(opened)
            for _ in range(len(layer.records) + 1):
                try:
                    feature = next(features)
                except StopIteration:
                    break
                except (FionaError, ValueError):
                    continue  # one shape that GDAL cannot make sense of: its record says so
                if feature.geometry is not None:
                    found[int(feature.id)] = _plain(feature.geometry)
    except (FionaError, OSError) as error:
        raise WholeFileError(
            "unreadable-file", f"the layer {shown(layer.name)} is damaged and cannot be opened", "export it again"
        ) from error
    return found


def _plain(geometry: Any) -> tuple[str, Any]:
    if geometry.type == "GeometryCollection":
        return geometry.type, [_plain(part) for part in geometry.geometries or ()]
    return geometry.type, geometry.coordinates


def _system(gathering: Gathering, layer: Layer) -> str:
    """Code of the layer's coordinate system; WGS 84, with a note, where nobody tells."""
    if told := gathering.source.crs or layer.crs:
        if told != _WGS84:
            gathering.crs = told
        return told
    gathering.note(
        "unknown-crs",
        f"{shown(layer.name)} does not tell its coordinate system{layer.why_no_crs}",
        "say which with --crs EPSG:…, or ask who made the file",
        severity="" if layer.looks_projected else "warning",
    )
    return _WGS84


def _geometry(kind: str, nested: Any) -> Any:
    """A shapely geometry, or a :class:`Shape` where a ring is open or short and only that can say so."""
    if kind not in _KINDS:
        raise RecordError(
            "unsupported-geometry", f"a {shown(kind)} is no plot", "export points or polygons", shown(kind)
        )
    if kind == "GeometryCollection":
        if any("String" in part for part in _kinds(nested)):
            raise RecordError(
                "unsupported-geometry", "the collection holds a line", "keep points and polygons only", "LineString"
            )
        return shape_of(kind, [(part, _written(inner)) for part, inner in nested])
    if nested is None or not len(nested) or (kind != "Point" and not any(len(part) for part in nested)):
        raise RecordError("missing-geometry", "its geometry is empty", "draw the plot again")
    if not _is_finite(nested):
        raise RecordError(
            "not-finite", "a coordinate is not a number", "take the plot again, or export the layer again"
        )
    polygons = {"Polygon": [nested], "MultiPolygon": nested}.get(kind, [])
    # Only rings are looked at here, not positions.
    if any(len(ring) < MIN_RING_POSITIONS or ring[0] != ring[-1] for rings in polygons for ring in rings):
        return shape_of(kind, _written(nested))
    try:
        return shapely.geometry.shape({"type": kind, "coordinates": nested})
    except (ValueError, TypeError, shapely.errors.GEOSException) as error:
        raise RecordError(
            "unreadable-record", f"its geometry cannot be built ({shown(error)})", "draw the plot again"
        ) from error


def _kinds(parts: Any) -> list[str]:
    return [found for kind, inner in parts for found in (_kinds(inner) if kind == "GeometryCollection" else [kind])]


def _is_finite(nested: Any) -> bool:
    while nested and isinstance(nested[0], (list, tuple)) and isinstance(nested[0][0], (list, tuple)):
        nested = [position for part in nested for position in part]
    flat = [number for part in nested for number in (part if isinstance(part, (list, tuple)) else (part,))]
    return bool(np.isfinite(np.array(flat, dtype=np.float64)).all())


def _written(nested: Any) -> Any:
    """Coordinates as text, the shortest that means the same number."""
    if isinstance(nested, (list, tuple)):
        return [_written(inner) for inner in nested]
    return NumberText(nested if isinstance(nested, str) else repr(float(nested)))

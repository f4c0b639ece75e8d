"""``geolocation/line-1.geojson`` …: the land of each commodity line as the EU Information System takes it (Type II)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.errors import RefusedError
from eudr_geo.law import COORDINATE_DECIMALS
from eudr_geo.model.package import PackageData
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots.geodesy import area_ha
from eudr_geo.words.saying import say

SUMMARY = "the land of each commodity line as the EU system takes it (GeoJSON, Type II)"
FILE = "geolocation/"
FOLDERS = ("geolocation", "statement-*")
"""Folders of a package that it fills: the second where more than one statement is needed."""

_POSITION_BYTES = len("[-179.123456,-89.123456],")
_FEATURE_BYTES = 270  # the fixed words of a feature and the number of a version, with room

_POSITION = f"[%.{COORDINATE_DECIMALS}f,%.{COORDINATE_DECIMALS}f]"


def render(package: PackageData) -> dict[str, bytes]:
    """Return a file for each commodity line: name → GeoJSON. See :func:`to_geojson`."""
    row_of = {land: row for row, land in enumerate(package.land())}
    texts = _features(package.plots, package.producer_labels(), None, package.places())
    return {line.file: _collection(texts[row_of[land]] for land in line.land) for line in package.lines}


def size_bounds(plots: Plots, producers: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return how many bytes the feature of each plot has at most, shape (n,).

    Parameters
    ----------
    plots, producers
        As for :func:`to_geojson`.
    """
    corners = shapely.get_num_coordinates(plots.geometry) + 3 * shapely.get_num_geometries(plots.geometry)
    columns = (producers, plots["country"], plots["plot_id"], plots["place"])
    words = np.sum(
        [[len(json.dumps(str(one), ensure_ascii=False).encode()) for one in column] for column in columns], axis=0
    )
    return np.asarray(corners * _POSITION_BYTES + words + _FEATURE_BYTES * shapely.get_num_geometries(plots.geometry))


def to_geojson(
    plots: Plots,
    producers: Sequence[str] | None = None,
    *,
    extra: Sequence[Mapping[str, Any]] | None = None,
    places: Sequence[str] | None = None,
) -> bytes:
    """Return plots as EUDR GeoJSON: minified RFC 7946, six decimals as fixed text, the four official properties.

    Collections, multipoints, and multipolygons whose parts share sides (a plot split along a hole) are written as one
    feature a part; rings run counter-clockwise outside (a courtesy: the EU system takes both). ``Area`` is the
    geodesic area of a polygon and the declared area of a point, ha, to 1 m²; it is left out where nothing is stated,
    and for one of several points.

    Parameters
    ----------
    plots
        Plots without a standing error. Coordinates are rounded to six decimals.
    producers
        ``ProducerName`` of each plot, shape (n,); by default the producer's name.
    extra
        More properties of each plot, behind the official ones, shape (n,); by default none.
    places
        ``ProductionPlace`` of each plot, shape (n,); by default its code, else its place.

    Returns
    -------
    bytes
        UTF-8 without a byte order mark.

    Raises
    ------
    RefusedError
        For a plot without a geometry, with a hole, or of a kind the EU system does not take.

    Notes
    -----
    Source: EUDR GeoJSON File Description v1.3 of 2026-05-29 (types, properties, error 7 on rounding, error 15 on
    holes, error 14 on ``Area``).
    """
    names = list(plots["producer"]) if producers is None else list(producers)
    return _collection(_features(plots, names, extra, places))


def _collection(features: Iterable[str]) -> bytes:
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def _features(
    plots: Plots, names: Sequence[str], extra: Sequence[Mapping[str, Any]] | None, places: Sequence[str] | None = None
) -> list[str]:
    """The features of each plot as text, with commas between several."""
    parts, owner = _explode(plots)
    parts = _oriented(np.round(shapely.get_coordinates(parts), COORDINATE_DECIMALS) + 0.0, parts)
    areas = area_ha(parts)
    texts = _geometry_texts(parts)
    out: list[list[str]] = [[] for _ in range(len(plots))]
    single = np.bincount(owner, minlength=len(plots)) == 1
    # Each feature is text of its own; the coordinates were formatted in bulk.
    for part, row in enumerate(owner.tolist()):
        properties: dict[str, Any] = {}
        if names[row]:
            properties["ProducerName"] = names[row]
        if plots["country"][row]:
            properties["ProducerCountry"] = plots["country"][row]
        place = places[row] if places is not None else plots["plot_id"][row] or plots["place"][row]
        if place:
            properties["ProductionPlace"] = place
        area = areas[part] if areas[part] > 0 else plots["area_ha"][row] if single[row] else np.nan
        if np.isfinite(area):
            properties["Area"] = round(float(area), 4)
        if extra is not None:
            properties |= extra[row]
        out[row].append(
            '{"type":"Feature","properties":'
            + json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
            + ',"geometry":'
            + texts[part]
            + "}"
        )
    return [",".join(texts) for texts in out]


def _explode(plots: Plots) -> tuple[Array, npt.NDArray[np.int64]]:
    """One geometry a feature: points, polygons and multipolygons of several parts, each with the row it came from."""
    geometries = plots.geometry
    kinds = shapely.get_type_id(geometries)
    known = np.isin(kinds, (0, 3, 4, 6, 7)) & ~shapely.is_empty(geometries)
    if not known.all():
        row = int(np.flatnonzero(~known)[0])
        raise RefusedError(say("packages:no-shape", plot=_name(plots, row)), fix=say("packages:no-shape.do"))
    rows = np.arange(len(plots))
    # Parts that share a side are no valid multipolygon, and each of them is a valid polygon.
    to_split = (kinds == 4) | (kinds == 7) | ((kinds == 6) & ~shapely.is_valid(geometries))
    to_split |= (kinds == 6) & (shapely.get_num_geometries(geometries) == 1)
    while to_split.any():
        parts, owner = shapely.get_parts(geometries[to_split], return_index=True)
        merged = np.concatenate([geometries[~to_split], parts])
        rows = np.concatenate([rows[~to_split], rows[to_split][owner]])
        order = np.argsort(rows, kind="stable")
        geometries, rows = merged[order], rows[order]
        kinds = shapely.get_type_id(geometries)
        to_split = (kinds == 4) | (kinds == 7)
    polygons, owner = shapely.get_parts(geometries, return_index=True)
    holes = shapely.get_num_interior_rings(polygons) > 0
    if holes.any():
        row = int(rows[owner[np.flatnonzero(holes)[0]]])
        raise RefusedError(say("packages:hole", plot=_name(plots, row)), fix=say("packages:hole.do"))
    return geometries, rows


def _name(plots: Plots, row: int) -> str:
    """A plot in a sentence: its code, else where it was read."""
    code = str(plots["plot_id"][row])
    return code or say("findings:plot.of-file", file=plots["source"][row], number=int(plots["record"][row]))


def _oriented(coords: npt.NDArray[np.float64], geometries: Array) -> Array:
    rounded = shapely.set_coordinates(np.array(geometries, dtype=object, copy=True), coords)
    result: Array = shapely.orient_polygons(rounded)
    return result


def _geometry_texts(geometries: Array) -> list[str]:
    coords = shapely.get_coordinates(geometries)
    kinds = shapely.get_type_id(geometries)
    counts = shapely.get_num_coordinates(geometries)
    ends = np.cumsum(counts)
    values = (coords + 0.0).tolist()  # -0.0 would be written with its sign
    texts: list[str] = []
    for row, end in enumerate(ends.tolist()):
        positions = [_POSITION % tuple(position) for position in values[end - counts[row] : end]]
        if kinds[row] == 0:
            texts.append('{"type":"Point","coordinates":' + positions[0] + "}")
        elif kinds[row] == 3:
            texts.append('{"type":"Polygon","coordinates":[[' + ",".join(positions) + "]]}")
        else:
            rings = shapely.get_num_coordinates(shapely.get_parts(geometries[row])).tolist()
            texts.append('{"type":"MultiPolygon","coordinates":[' + ",".join(_polygons(positions, rings)) + "]}")
    return texts


def _polygons(positions: list[str], counts: list[int]) -> Iterable[str]:
    start = 0
    for count in counts:
        yield "[[" + ",".join(positions[start : start + count]) + "]]"
        start += count

"""The one door to GDAL's vector drivers: fiona, or pyogrio where fiona has no wheel; both with the same face.

A driver is trusted with nothing but decoding. Who asks has counted the records before and compares; which of them are
curves is asked apart, because both libraries quietly make corners of a curve. Only for readers inside the cage, where
GDAL was started with the drivers of ``cage/drivers.py`` and no others.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.double_shapes import Told, damaged, no_geometry
from eudr_geo.sources.formats.wkb import parse
from eudr_geo.words.saying import say

_CURVES = (
    "OGR_GEOMETRY IN ('CIRCULARSTRING', 'COMPOUNDCURVE', 'CURVEPOLYGON', 'MULTICURVE', 'MULTISURFACE', 'CURVE',"
    " 'SURFACE', 'POLYHEDRALSURFACE', 'TIN', 'TRIANGLE')"
)
_EXACT = 2**53  # whole numbers beyond it are not kept by a double
_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
_CURVED: Told = ("CurvePolygon", np.empty((0, 2)), False)


class OgrError(Exception):
    """The driver cannot open the file, or the layer."""


@dataclass
class Rows:
    """What a driver says of a layer, and what it gave."""

    count: int  # as the driver says before it reads, -1 when it does not say
    crs_wkt: str = ""
    has_shapes: bool = True  # False for a table
    records: list[tuple[dict[str, Any], Told | RecordError]] = field(default_factory=list)


def has_fiona() -> bool:
    """Tell whether fiona is there; where it has no wheel, pyogrio stands in."""
    return importlib.util.find_spec("fiona") is not None


def layers_of(path: Path, driver: str) -> list[str]:
    """Return the names of the layers of a file or folder.

    Raises
    ------
    OgrError
        When the driver cannot open it.
    """
    if has_fiona():
        return _fiona_layers(path, driver)
    with _no_remarks():
        return _pyogrio_layers(path)


def rows_of(path: Path, driver: str, layer: str | None = None, *, most: int) -> Rows:
    """Return what a driver gives of a layer, at most ``most`` records; nothing when it says that there are more.

    Raises
    ------
    OgrError
        When the driver cannot open it.
    """
    if has_fiona():
        return _fiona_rows(path, driver, layer, most)
    with _no_remarks():
        return _pyogrio_rows(path, driver, layer, most)


@contextmanager
def _no_remarks() -> Iterator[None]:
    """Without the driver's remarks on rings and the like: records are counted, and the rules judge every plot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _fiona_layers(path: Path, driver: str) -> list[str]:
    import fiona
    from fiona.errors import FionaError

    try:
        with fiona.Env():
            names: list[str] = fiona.listlayers(path)
    except (FionaError, ValueError, OSError) as error:
        raise OgrError(driver) from error
    return names


def _fiona_rows(path: Path, driver: str, layer: str | None, most: int) -> Rows:
    import fiona
    from fiona.errors import FionaError

    try:
        with fiona.open(path, enabled_drivers=[driver], layer=layer) as opened:
            try:
                count = len(opened)
            except TypeError:  # a format that tells no number (MIF)
                count = -1
            rows = Rows(count, opened.crs_wkt or "")
            rows.has_shapes = opened.schema["geometry"] != "None"
            if count > most or not rows.has_shapes:
                return rows
            upto = count if count >= 0 else most + 1
            curved = {feature.id for feature in _each(opened.filter(where=_CURVES), upto) if feature}
            for feature in _each(iter(opened), upto):
                if feature is None:
                    rows.records.append(({}, damaged()))
                    continue
                properties = {key: _value(value) for key, value in feature.properties.items()}
                told = _CURVED if feature.id in curved else _from_mapping(feature.geometry)
                rows.records.append((properties, told))
    except (FionaError, ValueError, OSError) as error:
        raise OgrError(driver) from error
    return rows


def _each(features: Iterator[Any], upto: int) -> Iterator[Any]:
    """The records up to a number; None for one that the driver fails on."""
    from fiona.errors import FionaError

    for _ in range(upto):
        try:
            yield next(features)
        except StopIteration:
            return
        except (FionaError, ValueError):
            yield None


def _pyogrio_layers(path: Path) -> list[str]:
    from pyogrio import list_layers
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        return [str(name) for name, _ in list_layers(path)]
    except (DataSourceError, DataLayerError) as error:
        raise OgrError(str(path)) from error


def _pyogrio_rows(path: Path, driver: str, layer: str | None, most: int) -> Rows:
    from pyogrio import read_info
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        info = read_info(path, layer=layer, force_feature_count=True)
        if info["driver"] != driver:
            raise OgrError(driver)
        rows = Rows(int(info["features"]), info["crs"] or "")
        rows.has_shapes = info["geometry_type"] is not None
        if rows.count <= most and rows.has_shapes:
            curved = set(_ids(path, layer, _CURVES))
            rows.records = list(_pyogrio_records(path, layer, info, curved, 0, rows.count))
    except (DataSourceError, DataLayerError, FeatureError, ValueError, RuntimeError) as error:
        raise OgrError(driver) from error
    return rows


def _ids(path: Path, layer: str | None, where: str) -> list[int]:
    from pyogrio.raw import read

    _, ids, _, _ = read(path, layer=layer, where=where, columns=[], return_fids=True)
    return [int(one) for one in ids]


def _pyogrio_records(
    path: Path, layer: str | None, info: dict[str, Any], curved: set[int], first: int, count: int
) -> Iterator[tuple[dict[str, Any], Told | RecordError]]:
    """Records of a range; one that the driver fails on takes those beside it along, so the range is halved."""
    from pyogrio.errors import FeatureError
    from pyogrio.raw import read

    if count <= 0:
        return
    try:
        meta, ids, shapes, columns = read(
            path, layer=layer, skip_features=first, max_features=count, return_fids=True, datetime_as_string=True
        )
    except (FeatureError, ValueError):
        if count == 1:
            yield {}, damaged()
            return
        yield from _pyogrio_records(path, layer, info, curved, first, count // 2)
        yield from _pyogrio_records(path, layer, info, curved, first + count // 2, count - count // 2)
        return
    kinds = dict(zip(info["fields"].tolist(), info["dtypes"].tolist(), strict=True))
    names = meta["fields"].tolist()
    values = [_plain(column, kinds.get(name, "")) for name, column in zip(names, columns, strict=True)]
    for row, number in enumerate(ids.tolist()):
        properties = {name: column[row] for name, column in zip(names, values, strict=True)}
        lossy = next((name for name, value in properties.items() if isinstance(value, RecordError)), "")
        if lossy:
            yield {name: None if name == lossy else value for name, value in properties.items()}, properties[lossy]
        else:
            yield properties, _CURVED if number in curved else _from_wkb(shapes[row] if shapes is not None else None)


def _plain(column: Any, kind: str) -> list[Any]:
    """Values of a column; whole numbers beside empty cells come as doubles and are made whole again."""
    if str(kind).startswith(("int", "uint")) and column.dtype.kind == "f":
        return [None if value != value else _whole(value) for value in column.tolist()]  # noqa: PLR0124 – no number
    if column.dtype.kind == "f":
        return [None if value != value else _value(value) for value in column.tolist()]  # noqa: PLR0124
    return [_value(value) for value in column.tolist()]


def _whole(value: float) -> Any:
    if abs(value) < _EXACT:
        return NumberText(int(value))
    return RecordError("unreadable-record", say("shapes:long-number"), say("shapes:long-number.do"))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return NumberText(repr(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"({len(value):,} bytes)"  # a picture or an attachment
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_value(one) for one in (value.tolist() if isinstance(value, np.ndarray) else value)]
    return str(value)


def _from_wkb(data: bytes | None) -> Told | RecordError:
    if data is None:
        return no_geometry()
    try:
        kind, nested = parse(bytes(data))
    except ValueError:
        return damaged()
    return kind, nested, _width(nested) > 2


def _width(nested: Any) -> int:
    while isinstance(nested, (list, tuple)) and nested:
        nested = nested[1] if isinstance(nested[0], str) else nested[0]
    return int(nested.shape[1]) if isinstance(nested, np.ndarray) else 0


def _from_mapping(geometry: Any) -> Told | RecordError:
    if geometry is None:
        return no_geometry()
    kind, nested = _nested(geometry)
    return kind, nested, _width(nested) > 2


def _nested(geometry: Any) -> tuple[str, Any]:
    kind = geometry.type
    if kind == "GeometryCollection":
        return kind, [_nested(part) for part in geometry.geometries or ()]
    return kind, _arrays(geometry.coordinates, _DEPTHS[kind])


def _arrays(nested: Any, depth: int) -> Any:
    if depth > 1:
        return [_arrays(inner, depth - 1) for inner in nested]
    return np.array(nested if depth else [nested], dtype=np.float64).reshape(len(nested) if depth else 1, -1)

"""GeoDataFrames in: plots that are in a notebook already, with the same ledger as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from eudr_geo.base.errors import InputError
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source
from eudr_geo.sources.formats.boundaries import facts_of_doubles, offered_polygon
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import geopandas as gpd

_LINES = ("LineString", "LinearRing")
_KINDS = ("Point", "MultiPoint", "Polygon", "MultiPolygon", "GeometryCollection")
_WGS84 = 4326


def read_geodataframe(
    frame: gpd.GeoDataFrame, *, name: str = "GeoDataFrame", country: str = "", commodity: str = ""
) -> Reading:
    """Take plots from a GeoDataFrame: every row becomes a plot or is rejected with a reason.

    Column names are understood as those of files are (``ProductionPlace``, ``plot code``, ``area_ha`` …). The digits
    of coordinates are those of their shortest text: a frame cannot tell how they were written.

    Parameters
    ----------
    frame
        One row a plot, in any coordinate system that it tells.
    name
        What reports call it.
    country
        ISO 3166-1 alpha-2 code of rows that do not name one.
    commodity
        Commodity of rows that do not name one.

    Returns
    -------
    Reading
        Plots in the order of the rows, in longitude and latitude; ``record`` counts rows from 1.

    Raises
    ------
    InputError
        When the frame has no coordinate system, or two columns of one name.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame({"plot_id": ["P-1"]}, geometry=[shapely.Point(108.056789, 12.712345)], crs=4326)
    >>> read_geodataframe(frame, country="VN").plots["plot_id"].tolist()
    ['P-1']
    """
    if frame.crs is None:
        raise InputError(say("shapes:frame.no-system"), fix=say("shapes:frame.no-system.do"))
    if frame.crs.to_epsg() != _WGS84:
        frame = frame.to_crs(_WGS84)
    table = frame.drop(columns=frame.geometry.name)
    if not table.columns.is_unique:
        raise InputError(say("shapes:frame.twice"), fix=say("shapes:frame.twice.do"))
    gathering = Gathering(Source(Path(), name, country=country, commodity=commodity), "GeoDataFrame")
    shapes = np.asarray(frame.geometry.array, dtype=object)
    faults = _faults(shapes)
    cells = {str(column): table[column].array for column in table.columns}
    kept = []
    # Row by row, because texts are cleaned and columns understood exactly as those of files are.
    for row, fault in enumerate(faults):
        gathering.count()
        properties = {key: _value(values[row]) for key, values in cells.items()}
        try:
            if fault is not None:
                raise fault
            gathering.add(gathering.records, properties, None)
            kept.append(row)
        except RecordError as error:
            gathering.reject(gathering.records, error, properties=properties, offer=_offer(shapes[row]))
    geometry = shapes[kept]
    return gathering.finish(gathering.plots(shapely.force_2d(geometry), facts_of_doubles(geometry)))


def _faults(shapes: Any) -> list[RecordError | None]:
    """Why a geometry can be no plot, row by row."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coords).all(axis=1)]] = False
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = np.array([None if shape is None else shape.geom_type for shape in shapes], dtype=object)
    faults: list[RecordError | None] = [None] * len(shapes)
    for row in np.flatnonzero(missing | ~finite | ~np.isin(kinds, _KINDS)).tolist():
        if missing[row]:
            faults[row] = RecordError("missing-geometry", say("shapes:none"), say("shapes:none.do"))
        elif not finite[row]:
            faults[row] = RecordError("not-finite", say("shapes:not-a-number"), say("shapes:frame.number.do"))
        else:
            faults[row] = RecordError(
                "unsupported-geometry", say("shapes:no-plot", kind=kinds[row]), say("shapes:frame.kind.do"), kinds[row]
            )
    return faults


def _offer(shape: Any) -> Any:
    if shape is None or shape.geom_type not in _LINES or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    return offered_polygon(
        [[NumberText(repr(x)), NumberText(repr(y))] for x, y in shapely.get_coordinates(shape).tolist()]
    )


def _value(value: Any) -> Any:
    """A cell as a reader hands it over: nothing, a truth value, a number as text, a date as ISO 8601, or text."""
    import pandas as pd

    if value is None or (np.isscalar(value) and pd.isna(value)) or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)):
        number = float(value)
        return NumberText(str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return value if isinstance(value, (str, list, dict)) else str(value)

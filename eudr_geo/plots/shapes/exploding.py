"""One record with several geometries taken apart: a plot for each, told from each other by a number behind the code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Plots
from eudr_geo.plots.shapes.rings import MULTIPOINT, POINT


def parts_of(geometries: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return the parts of geometries, in their order, and the position of the one that each belongs to, shape (k,).

    Several points inside a collection are a part each.

    Examples
    --------
    >>> several = shapely.MultiPoint([(1, 2), (3, 4)])
    >>> mixed = shapely.GeometryCollection([several, shapely.Point(5, 6)])
    >>> parts_of(np.array([mixed, several], dtype=object))[1].tolist()
    [0, 0, 0, 1, 1]
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    several = shapely.get_type_id(parts) == MULTIPOINT
    times = np.where(several, np.maximum(shapely.get_num_geometries(parts), 1), 1)
    flat = np.repeat(parts, times)
    points = np.repeat(several & ~shapely.is_empty(parts), times)
    place = np.arange(len(flat)) - np.repeat(np.cumsum(times) - times, times)
    flat[points] = shapely.get_geometry(flat[points], place[points])
    return flat, np.repeat(owner, times)


def explode(plots: Plots) -> Plots:
    """Return a plot for each part of each plot, those of one plot together and in its order.

    Parameters
    ----------
    plots
        Multi geometries and collections.

    Returns
    -------
    Plots
        The code of a part is that of the plot with ``.1``, ``.2`` … behind it, and so is its place where the place was
        the code. An area was stated for all parts together, so no part has one; what is no coordinate stays.

    Examples
    --------
    >>> points = shapely.MultiPoint([(108.05, 12.68), (108.06, 12.69)])
    >>> parts = explode(Plots({"plot_id": ["T-1"], "area_ha": [3.0], "geometry": [points]}))
    >>> parts["plot_id"].tolist(), parts.geometry.tolist(), parts["area_ha"].tolist()
    (['T-1.1', 'T-1.2'], [<POINT (108.05 12.68)>, <POINT (108.06 12.69)>], [nan, nan])
    """
    parts, owner = parts_of(plots.geometry)
    first = np.searchsorted(owner, np.arange(len(plots)))
    number = (np.arange(len(owner)) - first[owner] + 1).tolist()
    whole = plots.take(owner)
    codes = [f"{code}.{at}" if code else "" for code, at in zip(whole["plot_id"].tolist(), number, strict=True)]
    is_place = whole["place"] == whole["plot_id"]
    empty = np.zeros(len(owner), dtype=np.int64)
    return whole.with_columns(
        geometry=parts,
        plot_id=codes,
        place=np.where(is_place, np.array(codes, dtype=object), whole["place"]),
        area_ha=np.full(len(owner), np.nan),
        area_text=[""] * len(owner),
        vertices=shapely.get_num_coordinates(parts),
        # Counted for the record as a whole when it was read; of a part only "none" or "some" is known.
        short_lons=np.minimum(whole["short_lons"], shapely.get_num_coordinates(parts)),
        short_lats=np.minimum(whole["short_lats"], shapely.get_num_coordinates(parts)),
        open_rings=empty,
        short_rings=np.where(shapely.get_type_id(parts) == POINT, 0, whole["short_rings"]),
    )

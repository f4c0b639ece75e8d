"""Other coordinate systems → WGS 84. Only for systems that were named; nothing is guessed here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import shapely

from eudr_geo.model.plots import Plots

_DECIMALS = 6  # of what was converted: the digits of metres say nothing about degrees
_CODE = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?:?(\d{4,6})|(\d{4,6})", re.IGNORECASE)


def known(name: str) -> str | None:
    """Return ``EPSG:nnnn`` of a coordinate system's name, code or WKT; None when nobody knows it.

    Examples
    --------
    >>> known("32648"), known("urn:ogc:def:crs:EPSG::3405"), known("my own grid")
    ('EPSG:32648', 'EPSG:3405', None)
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    match = _CODE.fullmatch(name.strip())
    try:
        crs = CRS.from_user_input(int(match[1] or match[2]) if match else name)
        code = crs.to_epsg(min_confidence=70)
    except (CRSError, ValueError, OverflowError):
        return None
    return f"EPSG:{code}" if code else None


@cache
def transformer(code: str) -> Any:
    """Return the transformation from a system to WGS 84 longitude and latitude."""
    from pyproj import Transformer

    return Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def to_wgs84(geometries: Any, code: str) -> Any:
    """Return geometries in longitude and latitude; what lies outside the system's reach becomes not finite.

    Parameters
    ----------
    geometries
        Shape (n,), x y in the system.
    code
        ``EPSG:nnnn``.
    """
    coords = shapely.get_coordinates(geometries)
    lon, lat = transformer(code).transform(coords[:, 0], coords[:, 1])
    # The transformation's own digits are noise below a millimetre.
    xy = np.round(np.column_stack([lon, lat]), 8)
    return shapely.set_coordinates(np.array(geometries, dtype=object, copy=True), xy)


def plots_to_wgs84(plots: Plots, code: str, rows: Any = slice(None)) -> Plots:
    """Return plots, or these rows of them, in longitude and latitude, their digits no longer judged.

    Parameters
    ----------
    plots
        Coordinates in the system.
    code
        ``EPSG:nnnn``.
    rows
        Positions of the plots to convert; all by default.
    """
    changed = {name: plots[name].copy() for name in ("geometry", "short_lons", "short_lats", "decimals")}
    changed["geometry"][rows] = to_wgs84(plots.geometry[rows], code)
    if code != "EPSG:4326":
        changed["short_lons"][rows] = changed["short_lats"][rows] = 0
        changed["decimals"][rows] = np.minimum(changed["decimals"][rows], _DECIMALS)
    return plots.with_columns(**changed)

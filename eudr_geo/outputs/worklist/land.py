"""A boundary as text with the digits it was delivered with, so that what was wrong with it can be seen again."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from eudr_geo.model.plots import Plots

_DIGITS = 6
_POINT, _POLYGON, _MULTI_POINT, _MULTI_POLYGON = 0, 3, 4, 6


def land_text(plots: Plots, row: int) -> str:
    """Return the geometry of a plot as WKT, or GeoJSON where it is a collection or a line; "" where there is none.

    Rings that were not closed are written open, rings that were padded without their padding, and coordinates with
    at least the decimals that the file had.

    Examples
    --------
    >>> plots = Plots({"geometry": [shapely.Point(108.05, 12.68)], "short_lons": [1], "short_lats": [1]})
    >>> land_text(plots, 0)
    'POINT (108.05 12.68)'
    """
    geometry = plots.geometry[row]
    if geometry is None or shapely.is_empty(geometry):
        return ""
    writer = _Writer(
        0 if plots["short_lons"][row] or plots["short_lats"][row] else _DIGITS,
        int(plots["open_rings"][row]),
        padded=bool(plots["short_rings"][row]),
    )
    kind = shapely.get_type_id(geometry)
    if kind == _POINT:
        return f"POINT ({writer.positions(shapely.get_coordinates(geometry))})"
    if kind == _POLYGON:
        return f"POLYGON {writer.polygon(geometry)}"
    if kind == _MULTI_POLYGON:
        return f"MULTIPOLYGON ({', '.join(writer.polygon(part) for part in shapely.get_parts(geometry))})"
    if kind == _MULTI_POINT:
        return f"MULTIPOINT ({writer.positions(shapely.get_coordinates(geometry))})"
    return str(shapely.to_geojson(geometry))  # what WKT has no plain word for


class _Writer:
    def __init__(self, least: int, open_rings: int, *, padded: bool) -> None:
        self._least, self._open, self._padded = least, open_rings, padded

    def positions(self, coords: Any) -> str:
        return ", ".join(f"{self._number(lon)} {self._number(lat)}" for lon, lat in coords.tolist())

    def polygon(self, polygon: Any) -> str:
        return f"({', '.join(self._ring(ring) for ring in shapely.get_rings(polygon))})"

    def _ring(self, ring: Any) -> str:
        coords = shapely.get_coordinates(ring)
        if self._padded and len(coords) <= 4:  # the ring had fewer positions: those that only fill it up are left out
            coords = np.vstack([coords[:1], coords[1:][(np.diff(coords, axis=0) != 0).any(axis=1)]])
        if self._open and len(coords) > 1:
            self._open -= 1
            coords = coords[:-1]
        return f"({self.positions(coords)})"

    def _number(self, value: float) -> str:
        text = np.format_float_positional(value, trim="-")
        whole, _, part = text.partition(".")
        return f"{whole}.{part.ljust(self._least, '0')}" if len(part) < self._least else text

"""Plots in another coordinate system → WGS 84, those left out that are plainly not in it; said, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Plots, Rejected
from eudr_geo.plots.projecting import plots_to_wgs84, transformer
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.words.saying import counted, say

Mask = npt.NDArray[np.bool_]

_MARGIN_DEG = 1.0  # plots a little outside the area that a system is made for are common


def converted(gathering: Gathering, plots: Plots, systems: Mapping[str, Sequence[int]]) -> Plots:
    """Return plots with these rows converted to WGS 84, and note what could not be in the system named for it.

    Parameters
    ----------
    gathering
        Where the notes go; the offers of its rejected records are converted with the plots, by their record.
    plots
        Coordinates as in the file.
    systems
        Code of a system → rows of the plots that are said to be in it.
    """
    for code, rows in systems.items():
        chosen = np.asarray(rows, dtype=np.int64)
        geometries = plots.geometry[chosen]
        degrees = in_degrees(geometries, code)
        note_degrees(gathering, int(degrees.sum()), code)
        turned = ~degrees & _is_exchanged(geometries, code)
        if turned.any():
            gathering.note(
                "unknown-crs",
                counted("shapes:exchanged", int(turned.sum()), code=code),
                say("shapes:exchanged.do"),
            )
        plots = plots_to_wgs84(plots, code, chosen[~degrees & ~turned])
    return plots


def in_degrees(geometries: Any, code: str) -> Mask:
    """Tell which geometries are in degrees already: no land is so near to the origin of a system in metres.

    Parameters
    ----------
    geometries
        Shape (n,), coordinates as in the file.
    code
        The system they are said to be in.
    """
    if not _is_projected(code):
        return np.zeros(len(geometries), dtype=np.bool_)
    bounds = np.abs(shapely.bounds(geometries))
    return np.asarray((bounds[:, [0, 2]] <= 180).all(axis=1) & (bounds[:, [1, 3]] <= 180).all(axis=1), dtype=np.bool_)


def note_degrees(gathering: Gathering, n: int, code: str) -> None:
    """Say that some plots were in degrees already."""
    if n:
        gathering.note(
            "unknown-crs",
            counted("shapes:in-degrees", n, code=code),
            say("shapes:in-degrees.do"),
            severity="warning",
        )


def offers_converted(rejected: Sequence[Rejected], code: str) -> list[Rejected]:
    """Return rejected records with the plots that they would be in WGS 84."""
    done = []
    for one in rejected:  # few, each with a table of its own
        offer = one.offer
        if offer is None or in_degrees(offer.geometry, code)[0]:
            done.append(one)
            continue
        offer = plots_to_wgs84(offer, code)
        lon, lat = (float(values[0]) for values in offer.points_lon_lat())
        done.append(replace(one, offer=offer, lon=lon, lat=lat))
    return done


def _is_projected(code: str) -> bool:
    from pyproj import CRS

    return bool(CRS.from_user_input(code).is_projected)


def _is_exchanged(geometries: Any, code: str) -> Mask:
    """Tell which geometries lie in the area that a system is made for only if their two numbers are exchanged."""
    from pyproj import CRS

    system = CRS.from_user_input(code)
    if not system.is_projected or system.area_of_use is None or not len(geometries):
        return np.zeros(len(geometries), dtype=np.bool_)
    bounds = shapely.bounds(geometries)
    x, y = bounds[:, 0], bounds[:, 1]
    west, south, east, north = system.area_of_use.bounds
    if west > east:  # across the antimeridian: nothing is judged
        return np.zeros(len(geometries), dtype=np.bool_)

    def lies_in(first: Any, second: Any) -> Mask:
        lon, lat = transformer(code).transform(first, second)
        inside = (lon > west - _MARGIN_DEG) & (lon < east + _MARGIN_DEG)
        return np.asarray(inside & (lat > south - _MARGIN_DEG) & (lat < north + _MARGIN_DEG), dtype=np.bool_)

    return ~lies_in(x, y) & lies_in(y, x)

"""Corners and edges: needles, positions that say nothing, and boundaries that run off the end of the map."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Geometry

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, plot_rule, repairs
from eudr_geo.checks.lengths import say_distance
from eudr_geo.checks.measures import strayed, times_told, with_geometry
from eudr_geo.model.plots import Plots
from eudr_geo.plots.geodesy import metres_per_degree
from eudr_geo.plots.shapes.antimeridian import crosses, cut
from eudr_geo.plots.shapes.corners import (
    WRONG_STRAY,
    needles,
    on_straight_runs,
    shared_positions,
    walks_out_and_back,
)
from eudr_geo.plots.shapes.rings import Floats, Mask, Rings, first_marked, rebuild, rings_of
from eudr_geo.words.saying import say

EXCESS_MOST = 20
"""Good practice: fewer positions than this on straight runs are not worth a word."""
EXCESS_SHARE = 0.5
"""Good practice: half of a boundary's positions."""
_BYTES = 23  # of one position in GeoJSON: [108.056789,12.712345],


@plot_rule(
    severity=WARNING,
    basis="good practice: GPS surveys of fields",
    requires=("self-intersection", "folded-boundary", "zero-area", "stray-corner"),
    ids=("R-04",),
)
def spike(plots: Plots) -> Problems:
    """A needle: the boundary runs far out to one corner and almost straight back.

    **Why it matters** Nobody farms a strip of a hand's width. The phone lost its place for a moment, or the walker went
    to the road and back. The needle may reach into the neighbour's plot or into forest.

    **Example** A plot of 80 m by 100 m with one corner 60 m away from all the others; the way out and the way back are
    50 cm apart. Or a walk to the road and back with a position every five metres.

    **How to correct it** Delete the corners of the needle. The repair does that when asked for by name. If the strip is
    real, for instance a path, walk both of its sides again.

    **Trap** A long narrow field has two acute ends and is no needle: it is told as a sliver, if it is too narrow. A
    path of a metre and more belongs to the plot, if the farmer says so.
    """
    rings = rings_of(plots.geometry)
    tips = _needles(rings)
    # Positions of one needle stand side by side in the ring: where a run of them begins is one needle.
    begins = tips & ~np.roll(tips, 1)
    times = np.bincount(rings.owner[rings.position_ring()[begins]], minlength=len(plots))
    rows = np.flatnonzero(times)
    if not len(rows):
        return Problems.none()
    place = first_marked(rings, tips, len(plots))[rows]
    return Problems(
        rows,
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"times": times[rows].astype(np.int64), "times_told": times_told(times[rows].astype(np.int64))},
    )


@repairs("spike", safe=False, changes_area=True)
def take_off_needles(plots: Plots) -> Plots:
    """Take out the tips of needles."""
    rings = rings_of(plots.geometry)
    return with_geometry(plots, rebuild(plots.geometry, rings.drop(_needles(rings))))


def _needles(rings: Rings) -> Mask:
    scale = _scale(rings)
    return needles(rings, scale) | walks_out_and_back(rings, scale)


def _scale(rings: Rings) -> Floats:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.column_stack(metres_per_degree(rings.coords[rings.starts[:-1], 1]))


@plot_rule(
    severity=(WARNING, ERROR),
    basis="good practice: GPS surveys of fields",
    requires=("too-few-vertices", "null-island", "crosses-antimeridian"),
    ids=("R-04",),
)
def stray_corner(plots: Plots) -> Problems:
    """One corner far away from all the others: the GPS jumped, or a number was typed wrongly.

    **Why it matters** The plot becomes a long triangle over land that belongs to others; its area is wrong by a factor
    of ten or a thousand. The EU system takes it without a word.

    **Example** Eight corners of a garden of 90 m, one of them at 108.1520 instead of 108.0520: it lies 10.9 km away.

    **How to correct it** Compare the digits of this corner with those of its neighbours: mostly one digit or a minus is
    wrong. If nobody can tell the right number, delete the corner if the others still describe the plot; otherwise walk
    it again.

    **Trap** Do not take the measured area for the declared one here: it is that of the long triangle. A plot of two
    separate fields is no fault, as long as they are two parts and not one boundary.
    """
    kind = strayed(plots, "kind")
    rows = np.flatnonzero(kind)
    away, rest = strayed(plots, "distance_m")[rows], strayed(plots, "rest_m")[rows]
    lon, lat = strayed(plots, "lon")[rows], strayed(plots, "lat")[rows]
    return Problems(
        rows,
        case=list(map(_slip, plots.geometry[rows], lon.tolist(), lat.tolist())),
        lon=lon,
        lat=lat,
        measured={
            "distance_m": away,
            "far": [say_distance(metres) for metres in away.tolist()],
            "span": [say_distance(metres) for metres in rest.tolist()],
        },
        severity=np.where(kind[rows] == WRONG_STRAY, ERROR, WARNING),
    )


def _slip(geometry: Geometry, lon: float, lat: float) -> str:
    """Name what would bring a stray corner back to the others, where one simple slip explains it."""
    coords = shapely.get_coordinates(geometry)
    others = coords[(coords != [lon, lat]).any(axis=1)]
    low, high = others.min(axis=0), others.max(axis=0)
    margin = high - low
    for x, y, what in (
        (-lon, lat, "sign-of-longitude"),
        (lon, -lat, "sign-of-latitude"),
        (lat, lon, "exchanged"),
    ):
        if (([x, y] >= low - margin) & ([x, y] <= high + margin)).all():
            return what
    return ""


@plot_rule(
    severity=WARNING,
    basis="good practice: size of a statement (EU system: 25 MB)",
    requires=("self-intersection", "folded-boundary", "zero-area", "duplicate-vertices", "crosses-antimeridian"),
    ids=("R-11",),
)
def excess_vertices(plots: Plots) -> Problems:
    """Many positions on straight runs, where two would say the same.

    **Why it matters** The EU system takes 25 MB a statement. Positions on a straight line fill it and say nothing.

    **Example** A field of four corners that a program wrote with a position every metre: 400 positions, 396 of which
    can go.

    **How to correct it** The repair takes them out when asked for by name; the boundary moves by less than 11 cm, and a
    border shared with a neighbour keeps the same corners on both sides. Or set the recorder to one position every few
    metres.

    **Trap** "Simplify" in a map program cuts corners off and opens gaps between neighbours. Do not use it on plots. The
    document of May 2025 counts such positions among the errors, those of 2026 do not: no refusal is known, so it is a
    warning.
    """
    rings, spare = on_straight_runs(plots.geometry)
    times = np.bincount(rings.owner[rings.position_ring()[spare]], minlength=len(plots))
    count = np.bincount(rings.owner[rings.position_ring()], minlength=len(plots))
    rows = np.flatnonzero((times >= EXCESS_MOST) & (times >= EXCESS_SHARE * count))
    return Problems(
        rows,
        measured={
            "times": times[rows].astype(np.int64),
            "positions": count[rows].astype(np.int64),
            "value": [say("findings:size.kb", value=saved * _BYTES / 1000) for saved in times[rows].tolist()],
        },
    )


@repairs("excess-vertices", safe=False)
def thin_out(plots: Plots) -> Plots:
    """Take out positions on straight runs, but none that another boundary of the table needs."""
    rings, spare = on_straight_runs(plots.geometry)
    whole, own = plots.whole()
    others = np.setdiff1d(np.arange(len(whole)), own)
    if len(others):
        near = np.unique(shapely.STRtree(whole.geometry[others]).query(plots.geometry, predicate="intersects")[1])
        around = shapely.get_coordinates(whole.geometry[others[near]])
    else:
        around = np.empty((0, 2))
    spare &= ~shared_positions(rings.coords, spare | rings.is_closing(), around)
    return with_geometry(plots, rebuild(plots.geometry, rings.drop(spare)))


@plot_rule(
    severity=ERROR,
    basis="RFC 7946, 3.1.9; good practice",
    requires=("too-few-vertices", "projected-coordinates", "swapped-axes", "out-of-range"),
    ids=("R-12",),
)
def crosses_antimeridian(plots: Plots) -> Problems:
    """A boundary that jumps from one end of the map to the other, across 180 degrees.

    **Why it matters** Programs draw the sides the long way round: the plot becomes a band round the whole Earth.

    **Example** A plot in Fiji with corners at 179.9990 and -179.9990: 200 m wide in truth, 360 degrees in the file.

    **How to correct it** The repair, when asked for by name, cuts the plot at 180 degrees into two parts.

    **Trap** If the plot is nowhere near 180 degrees, one corner has lost or gained a minus: correct that corner.
    """
    return Problems(np.flatnonzero(crosses(plots.geometry)))


@repairs(
    "crosses-antimeridian",
    safe=False,
    changes_kind=True,
    changes_area=True,
)
def cut_at_antimeridian(plots: Plots) -> Plots:
    """Cut plots at 180 degrees."""
    geometry = plots.geometry.copy()
    for row in range(len(plots)):  # hardly ever one
        geometry[row] = cut(geometry[row])
    return with_geometry(plots, geometry)

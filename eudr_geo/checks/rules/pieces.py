"""Pieces: one plot sent in parts below the limit, and points whose area lies on somebody else's plot."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks.catalogue import NOTE, WARNING, Problems, plots_rule
from eudr_geo.checks.measures import SOUND, any_size, is_point
from eudr_geo.checks.rules.neighbours import TOO_MANY, named
from eudr_geo.law import IMPLIED_OVERLAP_SHARE, POLYGON_REQUIRED_ABOVE_HA
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots.geodesy import metres_per_degree, plot_area_ha
from eudr_geo.plots.shapes.outlines import linked

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_PRODUCER, NO_AREA = "no producer", "no area"
_REACH = 1.2  # of both radii: two square plots side by side lie 0.89 of them apart, two long ones a little more
_MANY_POINTS = 12  # more points than one family has: the name is that of an estate, or of a whole cooperative
_LARGE_HA = 3.0  # of an estate only points nearly as large as a point may be are pieces
_EQUAL_SHARE = 0.05  # pieces that a program has cut have one size
_LIKE_SIZED = 4  # how many plots of nearly one size of a producer each is compared with
_DISC_CORNERS = 32
_PAIRS_MOST = 5_000_000


@plots_rule(
    severity=WARNING,
    basis="Regulation (EU) 2023/1115, Article 2(27) and (28)",
    requires=(*SOUND, "area-not-a-number", "point-above-4-ha", "shared-location", "identical-plots"),
    ids=("A-12",),
)
def split_plot(plots: Plots) -> Problems:
    """One plot of more than 4 hectares sent as several pieces, each small enough for a point.

    **Why it matters** Above 4 ha the law asks for the boundary of the plot. Cutting it into pieces until a point is
    enough hides the boundary; an inspector calls that circumvention.

    **Example** Three points of one producer, 150 m apart, with 2.4, 2.0 and 1.9 ha: one farm of 6.3 ha.

    **How to correct it** If it is one piece of land, walk round it and send one boundary. If they are really separate
    plots, walk round each of them: boundaries side by side are fine.

    **Trap** A family may own two plots that touch. With their own boundaries nothing is hidden, and nothing is said,
    unless they look cut by a ruler: one straight line between two pieces of the same size.
    """
    points, cuts = _points(plots), _cuts(plots)
    area = np.where(is_point(plots), plots["area_ha"], plot_area_ha(plots))
    group = linked(len(plots), *(np.concatenate(side) for side in zip(points, cuts, strict=True)))
    chosen = np.flatnonzero(group >= 0)
    total = np.bincount(group[chosen], weights=area[chosen], minlength=len(plots))
    times = np.bincount(group[chosen], minlength=len(plots))
    rows = chosen[total[group[chosen]] > POLYGON_REQUIRED_ABOVE_HA]
    return Problems(
        rows,
        case=np.where(is_point(plots)[rows], "points", "cut").tolist(),
        measured={"times": times[group[rows]], "area_ha": area[rows], "total_ha": total[group[rows]]},
        unseen={
            NO_PRODUCER: np.flatnonzero(_owners(plots) < 0),
            NO_AREA: np.flatnonzero(is_point(plots) & np.isnan(plots["area_ha"])),
        },
    )


def _owners(plots: Plots) -> Ints:
    """A number for each producer, by code or else by name and country; -1 where none is stated."""

    def find(table: Plots) -> Ints:
        number: dict[tuple[str, str, str], int] = {}
        found = np.full(len(table), -1, dtype=np.int64)
        columns = (table[name].tolist() for name in ("producer_id", "producer", "country"))
        for row, (code, name, country) in enumerate(zip(*columns, strict=True)):  # text: a dictionary is the fast way
            if code or name:
                key = (code.strip().casefold(), "" if code else name.strip().casefold(), country)
                found[row] = number.setdefault(key, len(number))
        return found

    owners: Ints = plots.share("owners", find)
    return owners


def _points(plots: Plots) -> tuple[Ints, Ints]:
    """Pairs of points of one producer that lie as close as one piece of land."""
    area, owner = plots["area_ha"], _owners(plots)
    single = is_point(plots) & (shapely.get_num_coordinates(plots.geometry) == 1)
    rows = np.flatnonzero(single & ~any_size(plots) & (area > 0) & (area <= POLYGON_REQUIRED_ABOVE_HA) & (owner >= 0))
    times = np.bincount(owner[rows], minlength=len(plots) + 1)
    total = np.bincount(owner[rows], weights=area[rows], minlength=len(plots) + 1)
    enough = (times[owner[rows]] > 1) & (total[owner[rows]] > POLYGON_REQUIRED_ABOVE_HA)
    rows = rows[enough & ((times[owner[rows]] <= _MANY_POINTS) | (area[rows] >= _LARGE_HA))]
    xy = shapely.get_coordinates(plots.geometry[rows])
    scale = np.column_stack(metres_per_degree(xy[:, 1]))
    radius = np.sqrt(area[rows] * 10_000 / np.pi)
    reach = 2 * _REACH * np.sqrt(POLYGON_REQUIRED_ABOVE_HA * 10_000 / np.pi) / scale
    one, other = shapely.STRtree(np.asarray(shapely.points(xy))).query(shapely.box(*(xy - reach).T, *(xy + reach).T))
    near = (one < other) & (owner[rows[one]] == owner[rows[other]])
    one, other = one[near], other[near]
    apart = np.hypot(*((xy[one] - xy[other]) * scale[one]).T)
    touching = apart <= _REACH * (radius[one] + radius[other])
    return rows[one[touching]], rows[other[touching]]


def _cuts(plots: Plots) -> tuple[Ints, Ints]:
    """Pairs of polygons of one producer, of one size, that share one straight side."""
    area, owner, geometry = plot_area_ha(plots), _owners(plots), plots.geometry
    with np.errstate(invalid="ignore"):
        fits = (owner >= 0) & (area > 0) & (area <= POLYGON_REQUIRED_ABOVE_HA) & ~any_size(plots)
    rows = np.flatnonzero(fits & (shapely.get_dimensions(geometry) == 2))
    rows = rows[np.lexsort((area[rows], owner[rows]))]
    pairs: list[tuple[Ints, Ints]] = []
    for step in range(1, _LIKE_SIZED + 1):  # in the order of size the pieces of one plot follow each other
        first, second = rows[:-step], rows[step:]
        alike = (owner[first] == owner[second]) & (area[second] <= (1 + _EQUAL_SHARE) * area[first])
        pairs.append((first[alike], second[alike]))
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    a, b = shapely.bounds(geometry[first]), shapely.bounds(geometry[second])
    meet = (a[:, :2] <= b[:, 2:]).all(axis=1) & (b[:, :2] <= a[:, 2:]).all(axis=1)
    first, second = first[meet], second[meet]
    border = shapely.line_merge(
        shapely.intersection(shapely.boundary(geometry[first]), shapely.boundary(geometry[second]))
    )
    # One line of two ends that is long enough to be a cut; a walked border has corners of its own.
    straight = (shapely.get_type_id(border) == 1) & (shapely.get_num_coordinates(border) == 2)
    lat = shapely.bounds(geometry[first])[:, 1]
    long_m = shapely.length(border) * metres_per_degree(lat)[1]
    cut = straight & (long_m >= 0.25 * np.sqrt(area[first] * 10_000))
    return first[cut], second[cut]


@plots_rule(
    severity=NOTE,
    basis="good practice",
    requires=(
        *SOUND, "folded-boundary", "interior-ring", "area-not-a-number", "point-above-4-ha", "point-area-too-small",
        "null-island", "shared-location", "identical-plots", "split-plot",
    ),
    ids=("A-11",),
)  # fmt: skip
def implied_overlap(plots: Plots) -> Problems:
    """The land that a point stands for lies on another plot.

    **Why it matters** A point of 3 ha stands for land of about 100 m around it. If that land is already inside another
    plot's boundary, one of the two is in the wrong place, or the land is declared twice.

    **Example** A point with 2 ha in the middle of the neighbour's boundary of 2.1 ha.

    **How to correct it** Look at both on the map, with the two producers. Take the point in the middle of its plot, or
    walk round it.

    **Trap** A point does not tell the form of its plot: the circle around it is only a guess. So it is a note, and only
    where more than half of the circle lies on the other plot.
    """
    points = is_point(plots) & ~any_size(plots) & (shapely.get_num_coordinates(plots.geometry) == 1)
    stated = points & (plots["area_ha"] > 0)
    rows = np.flatnonzero(stated)
    unseen: dict[str, Any] = {NO_AREA: np.flatnonzero(points & ~stated)}
    if not len(rows):
        return Problems([], unseen=unseen)
    discs = _discs(plots.geometry[rows], plots["area_ha"][rows])
    ground = plots.geometry.copy()
    ground[rows] = discs
    others = np.flatnonzero(stated | ((shapely.get_dimensions(plots.geometry) == 2) & ~any_size(plots)))
    one, other = shapely.STRtree(ground[others]).query(discs)
    if len(one) > _PAIRS_MOST:  # everything covers everything: that is told, not measured
        unseen[TOO_MANY] = rows
        return Problems([], unseen=unseen)
    a, b = rows[one], others[other]
    apart = (a != b) & ~(stated[b] & (a < b))  # two points are told once, for the later one
    a, b, one = a[apart], b[apart], one[apart]
    sound = shapely.is_valid(ground[b])  # a fault too small for any rule must not stop the measuring
    a, b, one = a[sound], b[sound], one[sound]
    area = shapely.area(ground)
    shared = shapely.area(shapely.intersection(discs[one], ground[b]))
    smaller = np.where(stated[b], np.minimum(area[a], area[b]), area[a])
    share = shared / smaller
    told = np.flatnonzero(share > IMPLIED_OVERLAP_SHARE)
    order = told[np.lexsort((b[told], -share[told], a[told]))]
    _, largest = np.unique(a[order], return_index=True)
    chosen = order[largest]  # each point is told once, with the plot it shares most with
    later, earlier = a[chosen].tolist(), b[chosen].tolist()
    return Problems(
        a[chosen],
        measured={
            "other": [named(plots, row, there) for row, there in zip(later, earlier, strict=True)],
            "overlap_percent": share[chosen] * 100,
            "area_ha": plots["area_ha"][a[chosen]],
        },
        unseen=unseen,
    )


def _discs(points: Array, area_ha: Floats) -> Array:
    """Discs of these areas round points, as polygons, lon lat."""
    xy = shapely.get_coordinates(points)
    angle = np.arange(_DISC_CORNERS) * 2 * np.pi / _DISC_CORNERS
    # A polygon of n corners has n/2 · sin(2π/n) · r² inside.
    radius = np.sqrt(area_ha * 10_000 / (_DISC_CORNERS / 2 * np.sin(2 * np.pi / _DISC_CORNERS)))
    reach = radius[:, None] / np.column_stack(metres_per_degree(xy[:, 1]))
    rings = xy[:, None] + np.stack([np.cos(angle), np.sin(angle)], axis=-1)[None] * reach[:, None]
    return np.asarray(shapely.polygons(rings), dtype=object)

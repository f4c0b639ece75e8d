"""Invention: boundaries that nobody walked, and points that stand for many plots."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import clean_code
from eudr_geo.checks.catalogue import WARNING, Problems, plot_rule, plots_rule
from eudr_geo.checks.measures import SOUND, any_size, is_point
from eudr_geo.checks.rules.neighbours import JITTER_DEG
from eudr_geo.law import POLYGON_REQUIRED_ABOVE_HA, SHARED_LOCATION_M, SHARED_LOCATION_PLOTS
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots.geodesy import metres_per_degree, plot_area_ha, spherical_area_ha
from eudr_geo.plots.shapes.outlines import FIGURE, figures, repeated
from eudr_geo.plots.shapes.rings import exterior_polygons

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_CIRCLE_CORNERS = 8  # fewer do not make a circle: a program draws one with 16 or more
_OCTAGON = 0.9  # of the roundness of a circle; eight corners have 0.948, less what digits take
_ROUND_SHARE = 0.02  # of the radius; no walk is as round, a drawn circle at six decimals is ten times rounder
_DIGIT_M = 0.15  # what six decimals may move a corner: half a digit on both axes, and as much for the centre
_DIGIT_DEG = 1.4e-6
_FILLED = 0.9995  # of its box; a walked rectangle turned by a twentieth of a degree fills less
_REGULAR_SHARE = 0.01
_EXACT_HA = 0.001  # ten square metres of four hectares: a walk hits it once in ten thousand plots
_EXACT_SIMPLE_HA = 0.005  # for figures of few corners: four hectares as a map program of another earth rounds them
_SIMPLE_CORNERS = 6
_PLACES, _PLACES_PLAIN = 3, 5  # where one figure must stand; plain ones of three and four corners may be alike
_APART_DEG = 1e-5  # one metre: closer boundaries are one plot sent twice


def _measured(plots: Plots, rows: Ints) -> Floats:
    """Figures of some rows, NaN for the others, shape (n, 8)."""
    found = np.full((len(plots), len(FIGURE)), np.nan)
    found[rows] = figures(plots.geometry[rows])
    return found


def _could_be_round(polygons: Array) -> Ints:
    """Polygons that may be circles, told by what GEOS measures in degrees: most are not looked at again."""
    many = np.flatnonzero(shapely.get_num_coordinates(polygons) > _CIRCLE_CORNERS)
    area, length = shapely.area(polygons[many]), shapely.length(polygons[many])
    middle = np.radians(shapely.bounds(polygons[many])[:, 1].clip(-85, 85))
    # A circle of metres is an ellipse of degrees, its axes as 1 to cos φ (Ramanujan's length of an ellipse).
    k = np.cos(middle)
    ellipse = 4 * k / ((1 + k) * (1 + ((1 - k) / (1 + k)) ** 2 / 4)) ** 2
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        roundness = 4 * np.pi * area / length**2
    chosen: Ints = many[roundness >= _OCTAGON * ellipse]
    return chosen


def _circles(geometries: Array) -> Floats:
    """Circles that stand for boundaries: how many parts, corners and mean radius in m, shape (n, 3); 0 for others."""
    result = np.zeros((len(geometries), 3))
    polygons, owner = exterior_polygons(geometries)
    chosen = _could_be_round(polygons)
    found = figures(polygons[chosen])
    corners, radius_m, unround_m, radius_deg, unround_deg = found[:, [0, 3, 4, 5, 6]].T
    with np.errstate(invalid="ignore"):
        in_metres = unround_m <= _ROUND_SHARE * radius_m + _DIGIT_M
        # A program that takes degrees for metres draws a circle of degrees: an ellipse on the ground.
        in_degrees = unround_deg <= _ROUND_SHARE * radius_deg + _DIGIT_DEG
        is_round = np.flatnonzero((corners >= _CIRCLE_CORNERS) & (in_metres | in_degrees))
    rows = owner[chosen[is_round]]
    times = np.bincount(rows, minlength=len(geometries))
    # One field among others may be round; when every part is, nobody walked any of them.
    whole = np.flatnonzero((times > 0) & (times == np.bincount(owner, minlength=len(geometries))))
    result[whole, 0] = times[whole]
    for column, values in ((1, corners), (2, radius_m)):
        summed = np.bincount(rows, weights=values[is_round], minlength=len(geometries))[whole]
        result[whole, column] = summed if column == 1 else summed / times[whole]
    return result


@plot_rule(severity=WARNING, basis="Commission FAQ v5, 1.16", requires=(*SOUND, "interior-ring"), ids=("G-08",))
def circle_as_boundary(plots: Plots) -> Problems:
    """A circle drawn round a point stands for the boundary.

    **Why it matters** For a plot above 4 ha the law asks for its real boundary; the Commission says that a circle round
    a central point is none. Inside the circle lies land that is not the plot, and some of the plot lies outside.

    **Example** 64 corners, each 113 m from the middle: a point that a program has widened to 4 ha. Or three such
    circles as the parts of one plot.

    **How to correct it** Walk round the plot. If it has 4 ha or less, send the point with its area instead of the
    circle: that is allowed, and honest.

    **Trap** Fields under a turning sprinkler are real circles, 20 ha and more. If yours is one, set the finding aside
    with that reason. A round plot that was walked is never as round as a drawn circle, and is not named.
    """
    circles = _circles(plots.geometry)
    rows = np.flatnonzero(circles[:, 0])
    area, (parts, corners, radius) = plot_area_ha(plots)[rows], circles[rows].T
    return Problems(
        rows,
        case=np.where(
            parts == 1,
            np.where(area > POLYGON_REQUIRED_ABOVE_HA, "one-large", "one"),
            np.where(area > POLYGON_REQUIRED_ABOVE_HA, "parts-large", "parts"),
        ).tolist(),
        measured={
            "positions": corners.astype(np.int64),
            "distance_m": radius,
            "area_ha": area,
            "parts": parts.astype(np.int64),
        },
    )


@plots_rule(
    severity=WARNING,
    basis="good practice; Regulation (EU) 2023/1115, Article 2(28): the perimeter of each plot",
    requires=(*SOUND, "interior-ring", "circle-as-boundary", "sliver"),
    ids=("G-08",),
)
def invented_boundary(plots: Plots) -> Problems:
    """A boundary that looks drawn at a desk: a box along the map, one figure in many places, exactly 4 hectares.

    **Why it matters** The law asks for the perimeter of the plot. A buyer who lays the plots over a satellite image
    sees at once that such a figure follows no field, and then doubts all the others.

    **Example** 108.0500 12.6800, 108.0520 12.6800, 108.0520 12.6820, 108.0500 12.6820: a box whose sides run exactly
    north and east. Or one figure of seven corners that stands in five villages.

    **How to correct it** Ask who made the boundary. If nobody walked it, walk it. If a plot has 4 ha or less, a point
    inside it with its area is better than an invented figure.

    **Trap** Four straight sides are no fault: a garden measured with a tape is a rectangle too, but it lies turned as
    the land does. Equal plots side by side, as a settlement scheme cuts them, are not named either. If the land office
    really drew the box along the map, set the finding aside with that reason.
    """
    geometry = plots.geometry
    sizes, area = shapely.bounds(geometry), plot_area_ha(plots)
    one = (shapely.get_dimensions(geometry) == 2) & (shapely.get_num_geometries(geometry) == 1)
    corners = np.where(one, shapely.get_num_coordinates(geometry) - 1, 0)
    few = _measured(plots, np.flatnonzero((corners >= 5) & (corners < _CIRCLE_CORNERS)))
    off = np.abs(area - POLYGON_REQUIRED_ABOVE_HA)
    with np.errstate(invalid="ignore", divide="ignore"):
        box = one & (shapely.area(geometry) >= _FILLED * (sizes[:, 2] - sizes[:, 0]) * (sizes[:, 3] - sizes[:, 1]))
        regular = (few[:, 4] <= _REGULAR_SHARE * few[:, 3] + _DIGIT_M) & (
            few[:, 7] <= _REGULAR_SHARE * few[:, 1] / few[:, 0] + 2 * _DIGIT_M
        )
        near = np.flatnonzero(off < 0.01 * POLYGON_REQUIRED_ABOVE_HA)  # the sphere is at most 0.7 % away
        off[near] = np.minimum(off[near], np.abs(spherical_area_ha(geometry[near]) - POLYGON_REQUIRED_ABOVE_HA))
        exact = (off <= _EXACT_HA) | ((off <= _EXACT_SIMPLE_HA) & (corners <= _SIMPLE_CORNERS))
    drawn = box | regular
    times = np.where(drawn, 0, _places(plots, np.flatnonzero((corners >= 3) & ~drawn)))
    rows = np.flatnonzero(drawn | (times > 0) | exact)
    return Problems(
        rows,
        case=np.select(
            [box[rows], regular[rows], times[rows] > 0], ["box", "regular", "repeated"], default="exact"
        ).tolist(),
        measured={
            "area_ha": area[rows],
            "times": times[rows],
            "corners": corners[rows],
            "most": [POLYGON_REQUIRED_ABOVE_HA] * len(rows),
        },
    )


def _places(plots: Plots, rows: Ints) -> Ints:
    """In how many places the figure of each boundary stands, where these are too many; else 0."""
    first = repeated(plots.geometry, rows, JITTER_DEG)
    chosen = np.flatnonzero(first >= 0)
    times = np.zeros(len(plots), dtype=np.int64)
    if not len(chosen):
        return times
    box = shapely.bounds(plots.geometry[chosen])
    corners = shapely.get_num_coordinates(plots.geometry[chosen]) - 1
    place = np.round(box[:, :2] / _APART_DEG).astype(np.int64)
    _, kind = np.unique(np.column_stack([first[chosen], place]), axis=0, return_inverse=True)
    _, once = np.unique(kind, return_index=True)  # the same boundary sent twice is one place
    far = once[~((corners[once] <= 4) & _beside_its_like(box[once], first[chosen][once]))]
    count = np.bincount(first[chosen[far]], minlength=len(plots))
    needed = np.where(corners <= 4, _PLACES_PLAIN, _PLACES)
    many = count[first[chosen]]
    lone = np.isin(kind, kind[far])
    times[chosen] = np.where((many >= needed) & lone, many, 0)
    return times


def _beside_its_like(box: Any, figure_: Ints) -> Mask:
    """Tell which boxes lie next to one of the same figure, as the plots of a scheme do."""
    beside = np.zeros(len(box), dtype=bool)
    reach = (box[:, 2:] - box[:, :2]).max(axis=1, initial=0) / 2
    shapes = shapely.box(*box.T)
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapely.box(*(box + np.column_stack([-reach, -reach, reach, reach])).T))
    near = (one != other) & (figure_[one] == figure_[other])
    beside[one[near]] = True
    return beside


@plots_rule(
    severity=WARNING,
    basis="good practice; Regulation (EU) 2023/1115, Article 2(28): the position of each plot",
    requires=("projected-coordinates", "swapped-axes", "out-of-range", "null-island"),
    ids=("C-12",),
)
def shared_location(plots: Plots) -> Problems:
    """One place stands for many plots: the village, the office, the collector's house.

    **Why it matters** The law asks for the place of each plot. Twenty farmers cannot grow coffee on one spot: the
    place is not that of their land, and a forest that was felled on it stays unseen.

    **Example** Twelve plots of twelve farmers, all at 108.051200 12.681000: the position of the buying station.

    **How to correct it** Visit the plots and take a point inside each. Until then leave them out of EUDR lots.

    **Trap** A telephone that has no fix writes its last position again and again: look at the time stamps before you
    think of bad will. Two points at one place are named as identical-plots; establishments of cattle may share a place.
    """
    points = np.flatnonzero(is_point(plots) & ~any_size(plots) & (shapely.get_num_coordinates(plots.geometry) == 1))
    times = np.zeros(len(plots), dtype=np.int64)
    if len(points) >= SHARED_LOCATION_PLOTS:
        times[points] = _crowd(plots, points)
    rows = np.flatnonzero(times >= SHARED_LOCATION_PLOTS)
    return Problems(
        rows,
        measured={"times": times[rows], "within_m": [SHARED_LOCATION_M] * len(rows)},
    )


def _crowd(plots: Plots, points: Ints) -> Ints:
    """How many plots lie within reach of each point, itself counted; a code that stands twice in a spot counts once."""
    # Places are told apart to a metre, so that a thousand plots at one place are one question.
    cell = np.round(shapely.get_coordinates(plots.geometry[points]) / _APART_DEG).astype(np.int64)
    texts = plots["plot_id"][points].tolist()
    known = {text: clean_code(text) for text in set(texts)}
    codes: Array = np.array([known[text] or f"\0{row}" for text, row in zip(texts, points.tolist(), strict=True)])
    _, code = np.unique(codes, return_inverse=True)
    spots, spot = np.unique(cell, axis=0, return_inverse=True)
    distinct = np.unique(np.column_stack([spot, code]), axis=0)[:, 0]
    weight = np.bincount(distinct, minlength=len(spots))
    xy = spots * _APART_DEG
    scale = np.column_stack(metres_per_degree(xy[:, 1]))
    reach = SHARED_LOCATION_M / scale
    one, other = shapely.STRtree(np.asarray(shapely.points(xy))).query(shapely.box(*(xy - reach).T, *(xy + reach).T))
    near = np.hypot(*((xy[one] - xy[other]) * scale[one]).T) <= SHARED_LOCATION_M
    around = np.bincount(one[near], weights=weight[other[near]], minlength=len(spots)).astype(np.int64)
    return around[spot]

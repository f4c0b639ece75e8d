"""Neighbours: the same land twice, or land that two plots claim."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import clean_code
from eudr_geo.checks.catalogue import WARNING, Problems, plots_rule
from eudr_geo.law import OVERLAP_HA, OVERLAP_SHARE
from eudr_geo.model.land_names import plots_and_versions
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots.geodesy import area_ha, plot_area_ha
from eudr_geo.plots.shapes.fingerprint import geometry_hashes
from eudr_geo.words.saying import say

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

INSIDE_SHARE = 0.99
"""Good practice: when so much of the smaller plot lies in the other one, it lies inside it."""
JITTER_DEG = 1e-6
"""A boundary that went through two programs differs in its last digit: the sixth decimal, a tenth of a metre."""
SAME_DEG = 5e-6
"""One plot sent with five and with six decimals: half of the fifth decimal, half a metre. No two plots are so alike."""

IDENTICAL, CONTAINED, OVERLAPPING = "identical", "contained", "overlapping"
TOO_MANY = "too many neighbours"
_PAIRS_FREE, _PAIRS_PER_PLOT = 100_000, 20  # boxes that meet; beyond that everything covers everything
_BATCH = 2_000_000  # pairs held at a time
_ALONE = 20_000  # fewer intersections than this are not worth a second thread
_ROUGHLY = 0.9  # of a limit, where degrees are taken for metres: right to 1 %
_NEEDS = (
    "unclosed-ring", "too-few-vertices", "zero-area", "self-intersection", "folded-boundary", "interior-ring",
    "overlapping-parts", "projected-coordinates", "swapped-axes", "out-of-range", "null-island", "shared-location",
    "crosses-antimeridian", "stray-corner",
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Plots that share ground, k pairs: rows of the table, ``second`` the later one. Each pair has one kind."""

    first: Ints
    second: Ints
    kind: npt.NDArray[np.object_]
    shared_ha: Floats
    percent: Floats  # of the smaller plot
    lon: Floats  # a place in the shared ground
    lat: Floats
    unseen: Ints  # rows that were not compared with all the others


def pairs_of(plots: Plots) -> Pairs:
    """Return the pairs of a table, found once for all three rules."""
    found: Pairs = plots.share("pairs", _find)
    return found


def meeting(plots: Plots) -> tuple[Ints, Ints, Ints]:
    """Return pairs of rows, earlier and later, whose polygons meet, and rows that were not compared with all others."""
    found: tuple[Ints, Ints, Ints] = plots.share("meeting", _all_meeting)
    return found


def _all_meeting(plots: Plots) -> tuple[Ints, Ints, Ints]:
    geometries = plots.geometry
    alone = np.ones(len(plots), dtype=bool)
    alone[copies_of(plots)[1]] = False
    return _meeting(geometries, np.flatnonzero(alone & (shapely.get_dimensions(geometries) == 2)))


def copies_of(plots: Plots) -> tuple[Ints, Ints]:
    """Return :func:`copies` of a table, found once."""
    found: tuple[Ints, Ints] = plots.share("copies", lambda table: copies(table.geometry))
    return found


def _find(plots: Plots) -> Pairs:
    geometries = plots.geometry
    area = plot_area_ha(plots)
    original, copy = copies_of(plots)
    alone = np.ones(len(plots), dtype=bool)
    alone[copy] = False
    # A copy is told once, beside the first of its kind; what else that land meets is told for the first.
    first, second, unseen = meeting(plots)
    same = same_land(geometries[first], geometries[second])
    points = np.flatnonzero(alone & (shapely.get_dimensions(geometries) == 0))
    tree = shapely.STRtree(geometries[points])
    near_first, near_second = tree.query(geometries[points], predicate="dwithin", distance=1.5 * SAME_DEG)
    near = near_first < near_second
    same_first = np.concatenate([original, first[same], points[near_first[near]]])
    same_second = np.concatenate([copy, second[same], points[near_second[near]]])

    first, second = first[~same], second[~same]
    smaller = np.minimum(area[first], area[second])
    # What the boxes share is more than what the plots share: most neighbours are left out here.
    enough = np.minimum(np.maximum(OVERLAP_SHARE * smaller, OVERLAP_HA), INSIDE_SHARE * smaller) * _ROUGHLY
    worth = np.flatnonzero(_shared_box_ha(geometries[first], geometries[second]) > enough)
    first, second, smaller, enough = first[worth], second[worth], smaller[worth], enough[worth]
    shapes = _sound(geometries, np.union1d(first, second))
    ground = _intersection(shapes[first], shapes[second])
    worth = np.flatnonzero(shapely.area(ground) * _ha_per_square_degree(geometries[first]) > enough)
    first, second, smaller, ground = first[worth], second[worth], smaller[worth], ground[worth]
    shared_ha = area_ha(ground)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = shared_ha / smaller
    kind = np.full(len(first), "", dtype=object)
    kind[(share > OVERLAP_SHARE) & (shared_ha > OVERLAP_HA)] = OVERLAPPING
    kind[share >= INSIDE_SHARE] = CONTAINED
    told = kind != ""
    inside = shapely.get_coordinates(shapely.point_on_surface(ground[told])).reshape(-1, 2)

    lon, lat = plots.points_lon_lat()
    all_first = np.concatenate([same_first, first[told]])
    all_second = np.concatenate([same_second, second[told]])
    order = np.lexsort((all_first, all_second))
    order = order[~_versions_of_one_plot(plots, all_first[order], all_second[order])]
    return Pairs(
        all_first[order],
        all_second[order],
        np.concatenate([np.full(len(same_first), IDENTICAL, dtype=object), kind[told]])[order],
        np.concatenate([area[same_second], shared_ha[told]])[order],
        np.concatenate([np.full(len(same_first), 100.0), share[told] * 100])[order],
        np.concatenate([lon[same_second], inside[:, 0]])[order],
        np.concatenate([lat[same_second], inside[:, 1]])[order],
        unseen,
    )


def _versions_of_one_plot(plots: Plots, first: Ints, second: Ints) -> Mask:
    """Which pairs are one plot in two of its surveys, named as a package names them: the same land, declared twice."""
    rows = np.union1d(first, second)
    one, two = np.searchsorted(rows, first), np.searchsorted(rows, second)
    named = [plots_and_versions(plots[column][rows]) for column in ("plot_id", "place")]
    same: Mask = np.zeros(len(first), dtype=bool)
    for (plot, version), (other, another) in product(named, named):
        same |= (plot[one] != "") & (plot[one] == other[two]) & (version[one] != another[two])
    return same


def copies(geometries: Array) -> tuple[Ints, Ints]:
    """Return which rows repeat an earlier one at six decimals: the first of its kind, and the copy.

    Only rows that share their box with another are compared, so that a thousand copies of one plot are a thousand
    pairs and not half a million.
    """
    box = np.round(np.nan_to_num(shapely.bounds(geometries)) / JITTER_DEG).astype(np.int64)
    with np.errstate(over="ignore"):  # a hash: rows of one kind have equal ones, others hardly ever
        key = box @ np.array([1, 2_654_435_761, 40_503_000_017, 9_007_199_254_740_993], dtype=np.int64)
    _, kind, times = np.unique(key, return_inverse=True, return_counts=True)
    suspects = np.flatnonzero(times[kind] > 1)
    hashes = np.array(geometry_hashes(geometries[suspects]), dtype=object)
    if not len(suspects):
        return suspects, suspects
    _, first, group = np.unique(hashes.astype(str), return_index=True, return_inverse=True)
    original = suspects[first[group]]
    again = original != suspects
    return original[again], suspects[again]


def _meeting(geometries: Array, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Return pairs of rows, earlier and later, whose geometries meet; and rows that were not compared with all."""
    shapes = geometries[rows]
    tree = shapely.STRtree(shapes)
    left = _PAIRS_FREE + _PAIRS_PER_PLOT * len(rows)
    block = max(_BATCH // max(len(rows), 1), 1)  # rows at a time, so that no answer outgrows the memory
    found: list[tuple[Ints, Ints]] = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    done = 0
    while done < len(rows) and left > 0:
        one, other = tree.query(shapes[done : done + block])
        one = one + done
        one, other = one[one < other], other[one < other]
        done += block
        if len(one) > left:  # only whole rows count as compared
            done = max(int(one[left]), int(one[0]) + 1)
            one, other = one[one < done], other[one < done]
        left -= len(one)
        meets = shapely.intersects(shapes[one], shapes[other])
        found.append((one[meets], other[meets]))
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    return rows[first], rows[second], rows[done:]


def _ha_per_square_degree(geometries: Array) -> Floats:
    """Hectares of a square degree at the southern edge of each geometry, to 1 %."""
    south: Floats = np.radians(shapely.bounds(geometries)[:, 1].clip(-89, 89))
    return np.cos(south) * (111_320.0**2 / 10_000.0)


def _shared_box_ha(some: Array, others: Array) -> Floats:
    a, b = shapely.bounds(some), shapely.bounds(others)
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared: Floats = sides.clip(0).prod(axis=1) * _ha_per_square_degree(some)
    return shared


def _intersection(some: Array, others: Array) -> Array:
    """Intersect pairs; shapely lets go of the interpreter, so that two threads take half the time."""
    if len(some) < _ALONE:
        return np.asarray(shapely.intersection(some, others), dtype=object)
    with ThreadPoolExecutor(max_workers=2) as threads:
        parts = threads.map(shapely.intersection, np.array_split(some, 8), np.array_split(others, 8))
        return np.concatenate(list(parts))


def _sound(geometries: Array, rows: Ints) -> Array:
    """The geometries, those of these rows made valid where a fault is too small for any rule: only to be measured."""
    invalid = rows[~shapely.is_valid(geometries[rows])]
    if not len(invalid):
        return geometries
    shapes = geometries.copy()
    shapes[invalid] = shapely.make_valid(geometries[invalid], method="structure", keep_collapsed=False)
    return shapes


def same_land(some: Array, others: Array) -> Mask:
    """Tell which geometries are the same land: start vertex, direction and the last digit do not matter.

    Parameters
    ----------
    some, others
        Geometries, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,): of one kind, and no place of one outline farther than :data:`SAME_DEG` (both axes) from the other.

    Examples
    --------
    >>> square = shapely.Polygon([(108, 12), (108.001, 12), (108.001, 12.001), (108, 12.001)])
    >>> again = shapely.Polygon([(108.001, 12.001), (108.001, 12), (108, 12), (108.000001, 12.001)])
    >>> same_land(np.array([square, square]), np.array([again, shapely.Point(108, 12)])).tolist()
    [True, False]
    """
    same = np.zeros(len(some), dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):  # numbers that are no place on earth
        apart = np.abs(shapely.bounds(some) - shapely.bounds(others)).max(axis=1, initial=0)
    alike = shapely.get_dimensions(some) == shapely.get_dimensions(others)
    rows = np.flatnonzero(alike & (apart <= 1.5 * SAME_DEG))
    if len(rows):
        a, b = some[rows], others[rows]
        outlined = shapely.get_dimensions(a) == 2
        with np.errstate(invalid="ignore", over="ignore"):  # numbers that are no place on earth
            far = shapely.hausdorff_distance(
                np.where(outlined, shapely.boundary(a), a), np.where(outlined, shapely.boundary(b), b)
            )
            # A collection has no outline, so that equality is asked for as well.
            copy = shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), SAME_DEG)
            same[rows] = copy | (far <= 1.5 * SAME_DEG)
    return same


def named(plots: Plots, row: int, other: int) -> str:
    """Name another plot as it is found again: its code and its record, with its file where that is another one."""
    record, source, code = int(plots["record"][other]), plots["source"][other], plots["plot_id"][other]
    if source == plots["source"][row]:
        place = say("findings:plot.record", number=record)
    else:
        place = say("findings:plot.of-file", file=source, number=record)
    return say("findings:plot.code", plot=code, place=place) if code else place


def _told(plots: Plots, kind: str, case: Callable[[int, int], str]) -> Problems:
    pairs = pairs_of(plots)
    chosen = np.flatnonzero(pairs.kind == kind)
    couples = list(zip(pairs.first[chosen].tolist(), pairs.second[chosen].tolist(), strict=True))
    measured: dict[str, Any] = {"other": [named(plots, second, first) for first, second in couples]}
    if kind != IDENTICAL:
        area, shared = plot_area_ha(plots), pairs.shared_ha[chosen]
        measured |= {
            "overlap_ha": shared,
            "overlap_percent": pairs.percent[chosen],
            "this_percent": 100 * shared / area[pairs.second[chosen]],
            "other_percent": 100 * shared / area[pairs.first[chosen]],
        }
    return Problems(
        pairs.second[chosen],
        case=[case(first, second) for first, second in couples],
        lon=pairs.lon[chosen],
        lat=pairs.lat[chosen],
        measured=measured,
        unseen={TOO_MANY: pairs.unseen},
    )


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def identical_plots(plots: Plots) -> Problems:
    """The same boundary or point stands twice.

    **Why it matters** The land would be counted twice, and its harvest too. If two producers send it, one of them
    sells coffee from land that is not theirs.

    **Example** Two collectors mapped the garden of one family, as T-014-1 and as K-203-1. Or a file was put together
    with an older copy of itself.

    **How to correct it** Under one code: delete one of the two. Under two codes: ask who works the land, keep that
    plot, and correct the receipts that name the other code.

    **Trap** The corner where the walk began, its direction and a last digit do not matter, nor that one copy has five
    decimals and the other six: it is the same land. Two points of one household are no proof of two gardens either.
    """
    codes = plots["plot_id"]

    def case(first: int, second: int) -> str:
        if not codes[first] or not codes[second]:
            return "no-code"
        return "same-code" if clean_code(codes[first]) == clean_code(codes[second]) else "other-code"

    return _told(plots, IDENTICAL, case)


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def overlapping_plots(plots: Plots) -> Problems:
    """Two plots share ground.

    **Why it matters** Two producers claim the same trees, and the land is declared twice. Inspectors lay all plots of
    a statement on one map; there it is the first thing they see.

    **Example** Two neighbours were mapped by two people. Each walked on the far side of the path between them: 0.06 ha
    belong to both.

    **How to correct it** Go to the common boundary with both neighbours, walk it once and use that line for both
    plots.

    **Trap** A thin strip along a common boundary is normal, because no telephone is exact: up to 1 % of the smaller
    plot or 0.01 ha nothing is said. Never cut one plot along the other's line at the desk: you would decide whose
    trees they are.
    """
    return _told(plots, OVERLAPPING, lambda _first, _second: "")


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def contained_plot(plots: Plots) -> Problems:
    """One plot lies inside another.

    **Why it matters** Its land is declared twice: once alone, once as part of the larger plot. If anything is wrong
    with the larger one, the smaller one is lost with it.

    **Example** The whole farm of 3.2 ha was mapped in one year, its coffee block of 0.8 ha in the next, and both were
    sent.

    **How to correct it** Keep the plot that the receipts name. Mostly that is the block where the coffee stands.

    **Trap** A family may work a field in the middle of a neighbour's land. Then both plots are right, and the
    neighbour's boundary must go round the field: draw his plot as pieces without a hole.
    """
    area = plot_area_ha(plots)
    return _told(plots, CONTAINED, lambda first, second: "inside" if area[second] <= area[first] else "around")

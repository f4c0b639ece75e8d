"""Neighbours: the same land twice, or land that two plots claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.catalogue import WARNING, Problems, plots_rule
from eudr_geo.cells import clean_code
from eudr_geo.geodesy import area_ha, plot_area_ha
from eudr_geo.model.plots import Plots

Ints = npt.NDArray[np.int64]

_SHARE, _HECTARES = 0.01, 0.01  # less shared ground than this is a slip of the pen along a common boundary
_INSIDE_SHARE = 0.99  # so much of the smaller plot lies in the other: it is contained
_JITTER_DEG = 1e-6  # a boundary sent twice through two programs differs in the last digit
_NEEDS = (
    "unclosed-ring", "too-few-vertices", "zero-area", "self-intersection", "interior-ring", "overlapping-parts",
    "projected-coordinates", "swapped-axes", "out-of-range", "null-island",
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Plots that share ground; ``second`` is the later row. Each pair has one kind."""

    first: Ints
    second: Ints
    kind: npt.NDArray[np.object_]  # identical, contained, overlapping
    shared_ha: npt.NDArray[np.float64]
    percent: npt.NDArray[np.float64]  # of the smaller plot


def pairs_of(plots: Plots) -> Pairs:
    """Return the pairs of a table, found once for all three rules."""
    found: Pairs = plots.share("pairs", _find)
    return found


def _find(plots: Plots) -> Pairs:
    geometries = plots.geometry
    tree = shapely.STRtree(geometries)
    first, second = tree.query(geometries)  # boxes only; the exact question is asked for the half that is left
    keep = first < second
    first, second = first[keep], second[keep]
    meets = shapely.intersects(geometries[first], geometries[second])
    first, second = first[meets], second[meets]
    area = plot_area_ha(plots)
    is_point = shapely.get_dimensions(geometries) == 0
    same = _same(geometries, first, second)
    flat = is_point[first] | is_point[second]
    worth = np.flatnonzero(~flat & ~same)
    shared = np.zeros(len(first))
    if len(worth):
        shared[worth] = np.nan_to_num(
            area_ha(shapely.intersection(geometries[first[worth]], geometries[second[worth]]))
        )
    smaller = np.minimum(area[first], area[second])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(smaller > 0, shared / smaller, 0.0)
    shared[same] = smaller[same]
    share[same] = 1.0
    kind = np.full(len(first), "", dtype=object)
    kind[(share > _SHARE) & (shared > _HECTARES)] = "overlapping"
    kind[~flat & (share >= _INSIDE_SHARE)] = "contained"
    kind[same] = "identical"
    told = kind != ""
    order = np.lexsort((first[told], second[told]))
    return Pairs(
        first[told][order], second[told][order], kind[told][order], shared[told][order], share[told][order] * 100
    )


def _same(geometries: Any, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
    """Tell which pairs are the same geometry: start vertex, direction and the last digit do not matter."""
    close = (
        np.abs(shapely.bounds(geometries[first]) - shapely.bounds(geometries[second])).max(axis=1, initial=0)
        <= _JITTER_DEG
    )
    same = np.zeros(len(first), dtype=bool)
    rows = np.flatnonzero(close & (shapely.get_type_id(geometries[first]) == shapely.get_type_id(geometries[second])))
    if len(rows):
        a, b = shapely.boundary(geometries[first[rows]]), shapely.boundary(geometries[second[rows]])
        points = shapely.get_dimensions(geometries[first[rows]]) == 0
        far = np.where(points, 0.0, shapely.hausdorff_distance(np.where(points, None, a), np.where(points, None, b)))
        same[rows] = np.nan_to_num(far, nan=1.0) <= 2 * _JITTER_DEG
    return same


def _label(plots: Plots, row: int) -> str:
    return plots["plot_id"][row] or f"{plots['source'][row]}, record {plots['record'][row]}"


def _told(plots: Plots, kind: str, message: str, hint: str) -> Problems:
    pairs = pairs_of(plots)
    chosen = pairs.kind == kind
    second = pairs.second[chosen]
    others = [_label(plots, row) for row in pairs.first[chosen].tolist()]
    return Problems(
        second,
        message,
        hint,
        measured={"other": others, "overlap_ha": pairs.shared_ha[chosen], "overlap_percent": pairs.percent[chosen]},
    )


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def identical_plots(plots: Plots) -> Problems:
    """The same boundary or point stands twice.

    **Why it matters** The land would be counted twice, and its harvest too.

    **Example** Two collectors sent the same farm under two codes; or one file was merged with itself.

    **How to correct it** Keep one. If the codes differ, ask which producer works the land.

    **Trap** The start corner and the direction of the walk do not matter, nor does a last digit: it is the same land.
    """
    found = _told(plots, "identical", "the same land as {other}{value}", "keep one of the two; ask who works the land")
    pairs = pairs_of(plots)
    chosen = pairs.kind == "identical"
    same_code = [
        clean_code(plots["plot_id"][a]) == clean_code(plots["plot_id"][b]) != ""
        for a, b in zip(pairs.first[chosen].tolist(), pairs.second[chosen].tolist(), strict=True)
    ]
    words = [", under the same code" if same else "" for same in same_code]
    return Problems(found.rows, found.message, found.hint, measured={**found.measured, "value": words})


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def overlapping_plots(plots: Plots) -> Problems:
    """Two plots share ground.

    **Why it matters** Two producers may claim the same trees; the land is declared twice.

    **Example** The boundary between two neighbours was walked by each on the other's side of the path.

    **How to correct it** Walk the common boundary once, with both neighbours.

    **Trap** A narrow strip along a common boundary is normal. Named from 1 % of the smaller plot and 0.01 ha.
    """
    return _told(
        plots,
        "overlapping",
        "shares {overlap_ha:.2f} ha with {other} ({overlap_percent:.0f} % of the smaller)",
        "walk the common boundary once, with both neighbours",
    )


@plots_rule(severity=WARNING, basis="good practice", requires=_NEEDS, ids=("R-14",))
def contained_plot(plots: Plots) -> Problems:
    """One plot lies inside another.

    **Why it matters** Its land is declared twice: once alone and once as part of the larger plot.

    **Example** A farm and one of its coffee blocks, both sent as plots.

    **How to correct it** Declare the block only, or the farm only, whichever the deliveries name.

    **Trap** A producer may work a field in the middle of a neighbour's land. Then the neighbour's boundary is too wide.
    """
    return _told(
        plots,
        "contained",
        "one lies inside the other: {other} ({overlap_ha:.2f} ha shared)",
        "declare one of the two, whichever the deliveries name",
    )

"""Sizes: boundaries narrower, smaller or larger than a plot can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.checks.catalogue import WARNING, Problems, plot_rule
from eudr_geo.checks.lengths import say_width
from eudr_geo.checks.measures import SOUND, commodities
from eudr_geo.law import HUGE_PLOT_HA, SLIVER_LENGTH, SLIVER_WIDTH_M, TINY_POLYGON_HA
from eudr_geo.model.plots import Array, Plots
from eudr_geo.plots.geodesy import LONGEST_DEGREE_M, area_ha, plot_area_ha
from eudr_geo.plots.shapes.outlines import FIGURE, figures
from eudr_geo.plots.shapes.rings import polygon_parts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@plot_rule(severity=WARNING, basis="good practice", requires=SOUND, ids=("R-15",))
def sliver(plots: Plots) -> Problems:
    """A boundary longer and thinner than a plot can be.

    **Why it matters** A telephone knows its place to 3 to 10 m. A strip of two metres was not walked: it is what is
    left between two boundaries that do not quite meet, or one side of a plot whose other side is missing.

    **Example** A strip of 1.5 m by 180 m along the boundary between two neighbours, left over when one was cut along
    the other.

    **How to correct it** Look at it on the map. If it is left over from cutting, delete it. If one side of a plot is
    missing, walk the plot again.

    **Trap** Terraces are narrow and right: nothing is said from 3 m on. And do not join a strip to the neighbour's plot
    to make it disappear: it may be somebody's path.
    """
    area = plot_area_ha(plots) * 10_000
    longest = shapely.length(plots.geometry) * LONGEST_DEGREE_M  # most boundaries need no closer look
    rows = np.flatnonzero((area > 0) & (2 * area < SLIVER_WIDTH_M * longest))
    length = np.full(len(plots), np.nan)
    length[rows] = figures(plots.geometry[rows])[:, FIGURE.index("length_m")]
    with np.errstate(invalid="ignore", divide="ignore"):
        width = 2 * area / length  # a strip of w by l has 2wl / (2w + 2l), which is w where l is much longer
        rows = np.flatnonzero((width < SLIVER_WIDTH_M) & (length / 2 / width > SLIVER_LENGTH + 1))
    return Problems(
        rows,
        measured={
            "distance_m": width[rows],
            "area_ha": area[rows] / 10_000,
            "across": [say_width(metres) for metres in width[rows].tolist()],
            "along_m": length[rows] / 2 - width[rows],
        },
    )


@plot_rule(severity=WARNING, basis="good practice", requires=(*SOUND, "sliver"), ids=("R-15",))
def tiny_polygon(plots: Plots) -> Problems:
    """The boundary, or a part of it that lies apart, encloses less than a hundredth of a hectare.

    **Why it matters** 100 m² are smaller than most houses. Mostly it is a slip of the finger, and the boundary of the
    real plot is missing; a scrap beside the plot is what a program left over when it cut two plots apart.

    **Example** A triangle of 12 m² that was drawn by a double click. Or a plot of 1.2 ha with a second part of 3 m²
    beside it.

    **How to correct it** Compare with the producer's records. Delete the slip or the scrap, and walk the plot if it was
    never walked.

    **Trap** A nursery or some trees beside the house may really be so small. Then nothing is wrong. Parts that touch
    each other are one piece of land, as after a split along a hole: their sizes alone say nothing.
    """
    area = plot_area_ha(plots)
    part_ha, place = _scraps(plots.geometry, np.flatnonzero(area >= TINY_POLYGON_HA))
    whole = (area > 0) & (area < TINY_POLYGON_HA)
    rows = np.flatnonzero(whole | ~np.isnan(part_ha))
    small = np.where(whole, area, part_ha)[rows]
    lon, lat = np.where(whole, plots.points_lon_lat(), place.T)[:, rows]
    return Problems(
        rows,
        case=np.where(whole[rows], "", "part").tolist(),
        lon=lon,
        lat=lat,
        measured={"area_ha": small},
    )


def _scraps(geometries: Array, rows: Ints) -> tuple[Floats, Floats]:
    """Area of the smallest part too small for a field that touches no other part, ha, and where; NaN for none."""
    found, place = np.full(len(geometries), np.nan), np.full((len(geometries), 2), np.nan)
    several = rows[shapely.get_num_geometries(geometries[rows]) > 1]
    parts, owner = polygon_parts(geometries[several])
    part_ha = area_ha(parts)
    small = np.flatnonzero((part_ha > 0) & (part_ha < TINY_POLYGON_HA))
    one, other = shapely.STRtree(parts).query(parts[small], predicate="intersects")
    touching = np.zeros(len(small), dtype=bool)
    touching[one[(small[one] != other) & (owner[small[one]] == owner[other])]] = True
    alone = small[~touching]
    # The smallest is written last, and stays.
    order = alone[np.argsort(-part_ha[alone], kind="stable")]
    found[several[owner[order]]] = part_ha[order]
    place[several[owner[order]]] = shapely.get_coordinates(
        shapely.get_point(shapely.get_exterior_ring(parts[order]), 0)
    )
    return found, place


@plot_rule(severity=WARNING, basis="good practice", requires=SOUND, ids=("R-15", "G-05"))
def huge_polygon(plots: Plots) -> Problems:
    """The boundary is larger than one plot of this commodity can plausibly be.

    **Why it matters** The outline of a village, a concession or a district is no plot. Everything in it would be
    declared, and one felled tree anywhere in it makes all of it unfit.

    **Example** A coffee "plot" of 20 000 ha: the outline of a commune.

    **How to correct it** Send the plots in it, one polygon each.

    **Trap** Large estates exist, and the Commission's own sample has cocoa farms of 20 000 ha. It is a warning, no
    more: if the estate is really one plot, say so and send it.
    """
    area = plot_area_ha(plots)
    rows = np.flatnonzero(area > _huge_above_ha(commodities(plots)))
    return Problems(rows, measured={"area_ha": area[rows]})


def _huge_above_ha(names: Array) -> Floats:
    limits = {name: HUGE_PLOT_HA.get(name, HUGE_PLOT_HA[""]) for name in set(names.tolist())}
    return np.array([limits[name] for name in names.tolist()], dtype=np.float64)

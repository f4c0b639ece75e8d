"""Shapes: whether the plot hangs together, without crossings, holes or overlapping parts, and is of a plain kind."""

from __future__ import annotations

import numpy as np
import shapely

from eudr_geo.checks.catalogue import ERROR, NOTE, WARNING, Problems, plot_rule, repairs
from eudr_geo.checks.measures import counted, strayed, tangled, with_geometry
from eudr_geo.checks.rules.coordinates import at_null_island, beyond_the_globe
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Plots
from eudr_geo.plots.geodesy import area_ha
from eudr_geo.plots.shapes.corners import WRONG_STRAY
from eudr_geo.plots.shapes.crossings import CROSSING_LIMIT
from eudr_geo.plots.shapes.crossings import overlapping_parts as pairs_of_parts
from eudr_geo.plots.shapes.exploding import explode
from eudr_geo.plots.shapes.parting import hole_free, united, untangled
from eudr_geo.plots.shapes.rings import COLLECTION, MULTIPOINT, MULTIPOLYGON, POLYGON, first_marked, rings_of

OVERLAP_MIN_HA = 0.0001
"""Good practice: parts that share less than 1 m² only share the width of a digit."""


@plot_rule(severity=ERROR, basis=f"{GEO}, error 1", requires=("zero-area",), ids=("R-03",))
def self_intersection(plots: Plots) -> Problems:
    """Sides that cross, or a ring that touches itself: a bow-tie, a figure eight, a loop.

    **Why it matters** Where sides cross nobody can say what is inside. Each program computes another area, and the EU
    system refuses the polygon.

    **Example** 108.0500 12.6800, 108.0520 12.6820, 108.0520 12.6800, 108.0500 12.6820: the corners of a square in the
    wrong order make a bow-tie; the sides cross at 108.0510 12.6810.

    **How to correct it** Put the corners in the order in which one walks round the plot. A small loop where a walk
    began and ended can be cut off. The repair, when asked for by name, parts the shape where it crosses itself and
    keeps everything that was enclosed; look at the result before you use it.

    **Trap** Many programs "repair" a bow-tie with a buffer of width zero: half of the plot is lost without a word. A
    plot with a deep bay is no fault, however odd it looks, as long as its sides do not meet.
    """
    nowhere, at_zero = beyond_the_globe(plots), at_null_island(plots)[:, 0] > 0
    far_off = strayed(plots, "kind") == WRONG_STRAY
    # A corner with a wrong number pulls sides across the others: that is told under its own name.
    rows = np.flatnonzero((tangled(plots, "crossing") > 0) & ~nowhere & ~at_zero & ~far_off)
    lon, lat = tangled(plots, "lon")[rows], tangled(plots, "lat")[rows]
    pairs = tangled(plots, "times")[rows].astype(np.int64)
    return Problems(
        rows,
        case=["pairs" if times > 1 else "" for times in pairs.tolist()],
        lon=lon,
        lat=lat,
        measured={"times": pairs, "lon": lon, "lat": lat},
        unseen={
            "out-of-range": np.flatnonzero(nowhere),
            "null-island": np.flatnonzero(at_zero),
            "stray-corner": np.flatnonzero(far_off),
        },
    )


@repairs(
    "self-intersection",
    safe=False,
    changes_kind=True,
    changes_area=True,
    values={"most": CROSSING_LIMIT},
)
def untangle(plots: Plots) -> Plots:
    """Part boundaries where they cross themselves, within the budget of :mod:`eudr_geo.plots.shapes.parting`."""
    geometry = plots.geometry.copy()
    kinds = shapely.get_type_id(geometry)
    for row in np.flatnonzero((kinds == POLYGON) | (kinds == MULTIPOLYGON)):  # each with its own budget
        geometry[row] = untangled(geometry[row])
    return with_geometry(plots, geometry)


@plot_rule(
    severity=ERROR, basis=f"{GEO}, important note, errors 3 and 15", requires=("too-few-vertices",), ids=("R-05",)
)
def interior_ring(plots: Plots) -> Problems:
    """A hole in the plot: the EU system fills it.

    **Why it matters** The EU system only looks at the outer boundary. A house, a pond or a piece of forest inside the
    hole would be declared as part of the plot – and a felled tree in that forest as deforestation on it.

    **Example** A field of 200 m by 200 m with a patch of forest of 50 m by 50 m left out in its middle.

    **How to correct it** Draw the plot as two or more pieces without a hole, like a ring cut in two. The repair, when
    asked for by name, does that along straight cuts between existing corners: no corner is new, the area is exact.

    **Trap** Never delete the inner ring: that declares the forest as coffee land. And do not join the hole to the
    edge by a cut that runs there and back on the same line: the boundary then lies on itself, which is refused too.
    The official papers say both that a hole "will not be processed" and that only the outer boundary counts: either
    way the hole is lost, so it is an error here.
    """
    holes = counted(plots, "holes")
    rows = np.flatnonzero(holes > 0)
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows])
    marked = np.zeros(len(rings.coords), dtype=bool)
    marked[rings.starts[:-1][rings.number > 0]] = True
    place = first_marked(rings, marked, len(rows))
    return Problems(
        rows,
        case=["several" if count > 1 else "" for count in holes[rows].tolist()],
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"holes": holes[rows]},
    )


@repairs(
    "interior-ring",
    safe=False,
    changes_kind=True,
)
def split_along_holes(plots: Plots) -> Plots:
    """Split plots along their holes; a plot that cannot be split exactly stays as it is."""
    geometry = plots.geometry.copy()
    kinds = shapely.get_type_id(geometry)
    for row in np.flatnonzero((kinds == POLYGON) | (kinds == MULTIPOLYGON)):  # only plots with a hole come here
        pieces = [hole_free(part) for part in shapely.get_parts(geometry[row])]
        if all(piece is not None for piece in pieces):
            flat = [part for piece in pieces if piece is not None for part in piece]
            geometry[row] = flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)
    return with_geometry(plots, geometry)


@plot_rule(
    severity=ERROR,
    basis=f"good practice; {GEO}, errors 1 and 2, for polygons; OGC Simple Features, 6.1.14",
    requires=("self-intersection", "folded-boundary", "interior-ring"),
    ids=("R-13",),
)
def overlapping_parts(plots: Plots) -> Problems:
    """Parts of one plot that cover the same ground.

    **Why it matters** The shared ground is counted twice: the area is too large, and programs disagree about the shape.

    **Example** A plot in two parts, digitised twice by two people: the second part covers 30 m of the first.

    **How to correct it** Move the boundary between the two parts so that they only meet, or make one part of them. The
    repair, when asked for by name, makes one part of what overlaps.

    **Trap** Parts that only share a side or a corner are no fault: two halves of a plot that was split along a hole
    must touch. Two plots of different farmers that overlap are another matter: see overlapping-plots.
    """
    several = np.flatnonzero(shapely.get_num_geometries(plots.geometry) > 1)
    pairs, shared = pairs_of_parts(plots.geometry[several])
    if not len(pairs):
        return Problems.none()
    shared_ha = np.nan_to_num(area_ha(shared))
    total_ha = np.bincount(pairs, weights=shared_ha, minlength=len(several))
    wide = np.flatnonzero(total_ha >= OVERLAP_MIN_HA)
    order = np.lexsort((-shared_ha, pairs))
    largest = shared[order[np.searchsorted(pairs[order], wide)]]
    middle = shapely.get_coordinates(shapely.point_on_surface(largest)).reshape(-1, 2)
    return Problems(
        several[wide],
        lon=middle[:, 0],
        lat=middle[:, 1],
        measured={"overlap_ha": total_ha[wide]},
    )


@repairs("overlapping-parts", safe=False, changes_kind=True, changes_area=True)
def unite_parts(plots: Plots) -> Plots:
    """Make one part of parts that overlap."""
    geometry = plots.geometry.copy()
    for row in np.flatnonzero(shapely.get_type_id(geometry) == MULTIPOLYGON):  # only failing plots come here
        geometry[row] = united(geometry[row])
    return with_geometry(plots, geometry)


@plot_rule(severity=WARNING, basis=f"{GEO}, definition of Area; good practice", ids=("G-06",))
def multipoint(plots: Plots) -> Problems:
    """Several points in one record: one area for many points means nothing.

    **Why it matters** The area belongs to "the point". With several points nobody knows whether it is the area of each
    or of all together, and the limit of 4 hectares cannot be checked.

    **Example** One record with the points 108.0500 12.6800 and 108.0600 12.6900 and an area of 3 ha.

    **How to correct it** Write one record for each point, each with its own plot code and its own area.

    **Trap** If the points are the corners of one plot, they are not points but a boundary: make a polygon of them.
    """
    parts = shapely.get_num_geometries(plots.geometry)
    rows = np.flatnonzero((shapely.get_type_id(plots.geometry) == MULTIPOINT) & (parts > 1))
    return Problems(rows, measured={"positions": parts[rows].astype(np.int64)})


@repairs("multipoint", safe=True, changes_kind=True, takes_apart=True)
def explode_points(plots: Plots) -> Plots:
    """Make a plot of each point."""
    return explode(plots)


@plot_rule(severity=WARNING, basis=f"{GEO}, definition of GeometryCollection; good practice", ids=("G-07",))
def geometry_collection(plots: Plots) -> Problems:
    """A collection of geometries in one record.

    **Why it matters** The EU system allows collections, but few other programs read them: parts get lost on the way.
    And a plot is one piece of land of one kind, not a point and a polygon together.

    **Example** One record with the boundary of the field and a point for the farmer's house.

    **How to correct it** Write one record for each plot. Leave out what is not the plot: the house, the gate, the well.

    **Trap** Two separate pieces of one plot are a multipolygon, which is fine; only the mixture is not.
    """
    parts = shapely.get_num_geometries(plots.geometry)
    rows = np.flatnonzero((shapely.get_type_id(plots.geometry) == COLLECTION) & (parts > 1))
    return Problems(rows, measured={"times": parts[rows].astype(np.int64)})


@repairs("geometry-collection", safe=True, changes_kind=True, takes_apart=True)
def explode_collection(plots: Plots) -> Plots:
    """Make a plot of each geometry."""
    return explode(plots)


@plot_rule(severity=NOTE, basis=f"{GEO}, definitions", ids=("G-04",))
def one_part_multi(plots: Plots) -> Problems:
    """A multi geometry with a single part.

    **Why it matters** The EU system's document defines a multipolygon as two or more polygons. One in a multi wrapper
    is usually accepted, but it is more than needed.

    **Example** A Shapefile that calls every plot a multipolygon, though each has one part.

    **How to correct it** Nothing has to be done in the field. The repair takes the wrapper off; no number changes.

    **Trap** Do not join several farmers' plots to make a "real" multipolygon: one record is one plot.
    """
    multi = shapely.get_type_id(plots.geometry) >= MULTIPOINT
    return Problems(np.flatnonzero(multi & (shapely.get_num_geometries(plots.geometry) == 1)))


@repairs("one-part-multi", safe=True, changes_kind=True)
def unwrap(plots: Plots) -> Plots:
    """Take the one part out of its multi geometry."""
    return plots.with_columns(geometry=np.asarray(shapely.get_geometry(plots.geometry, 0)))

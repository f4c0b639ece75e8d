"""Rings: whether the boundary is a closed line of enough corners, walked once."""

from __future__ import annotations

import numpy as np
import shapely

from eudr_geo.checks.catalogue import ERROR, NOTE, Problems, plot_rule, repairs
from eudr_geo.checks.lengths import say_length
from eudr_geo.checks.measures import counted, strayed, tangled, times_told, with_geometry
from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.law.documents import GEO
from eudr_geo.model.plots import Plots
from eudr_geo.plots.geodesy import distance_m
from eudr_geo.plots.shapes.decimals import without_doubles
from eudr_geo.plots.shapes.folds import folds, unfold, without_width
from eudr_geo.plots.shapes.rings import first_marked, rebuild, rings_of, same_as_previous, turns


@plot_rule(
    severity=ERROR,
    basis=f"{GEO}, error 4; RFC 7946, 3.1.6",
    requires=("too-few-vertices",),
    ids=("R-01",),
    reads=("open_rings",),
)
def unclosed_ring(plots: Plots) -> Problems:
    """A boundary that does not end where it began.

    **Why it matters** The EU system only takes rings whose first and last position are the same pair of numbers. With
    an open ring the whole file is refused, not just this plot.

    **Example** A boundary from a phone: 108.0500 12.6800, 108.0520 12.6800, 108.0520 12.6820, 108.0500 12.6820 – four
    corners, but the first one is not written again at the end.

    **How to correct it** In the office: let the repair write the first position again at the end; no other number
    changes. In the field: walk until you stand at the first corner again before you press "finish".

    **Trap** A large gap between the end and the beginning may mean that the walk was broken off. The repair closes it
    with a straight line; look at the gap named in the message before you believe the area. A gap of a few millimetres
    is an open ring too: nearly the same is not the same.
    """
    rows = np.flatnonzero(plots["open_rings"] > 0)
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows])
    # The table holds the ring closed: the gap lies between its last position but one and its last.
    alone = np.flatnonzero(np.bincount(rings.owner, minlength=len(rows)) == 1)
    closing = rings.starts[np.searchsorted(rings.owner, alone) + 1] - 1
    lon, lat = (values[rows].copy() for values in plots.points_lon_lat())
    lon[alone], lat[alone] = rings.coords[closing - 1].T
    gap_m = np.full(len(rows), np.nan)
    ends = np.column_stack([lon[alone], lat[alone], rings.coords[closing]])
    on_earth = (np.abs(ends) <= [360, 90, 360, 90]).all(axis=1)
    gap_m[alone[on_earth]] = distance_m(*ends[on_earth].T)
    why = [say_length(metres) if np.isfinite(metres) else "" for metres in gap_m.tolist()]
    return Problems(
        rows,
        case=["" if gap else "somewhere" for gap in why],
        lon=lon,
        lat=lat,
        measured={"distance_m": gap_m, "times": plots["open_rings"][rows], "why": why},
    )


@repairs("unclosed-ring", safe=True)
def close_rings(plots: Plots) -> Plots:
    """The geometry in the table is closed already; from now on the boundary is taken to be so."""
    return plots.with_columns(
        open_rings=np.zeros(len(plots), dtype=np.int64), vertices=plots["vertices"] + plots["open_rings"]
    )


@plot_rule(severity=ERROR, basis=f"{GEO}, error 4; RFC 7946, 3.1.6", ids=("R-02",), reads=("short_rings",))
def too_few_vertices(plots: Plots) -> Problems:
    """A ring of fewer than four positions: no land lies between two corners.

    **Why it matters** A polygon needs three corners and the first one again at the end. The EU system refuses less.

    **Example** 108.0500 12.6800, 108.0520 12.6800, 108.0500 12.6800: out to a second corner and back.

    **How to correct it** Go back to the plot and walk all its corners. If the plot is 4 hectares or smaller, one point
    inside it with its area will do.

    **Trap** A triangle is allowed: three corners and the closing position make four. An error text of the EU system
    asks for four points that do not lie on one line, yet a sample of the Commission is a triangle. Do not invent a
    corner to make the message go away; a corner nobody stood on is a false statement.
    """
    rows = np.flatnonzero(plots["short_rings"] > 0)
    return Problems(
        rows,
        measured={"times": plots["short_rings"][rows], "least": [MIN_RING_POSITIONS] * len(rows)},
    )


@plot_rule(severity=ERROR, basis=f"{GEO}, error 6", requires=("unclosed-ring", "too-few-vertices"), ids=("R-06",))
def zero_area(plots: Plots) -> Problems:
    """A boundary that encloses nothing: all corners on one line, or every way walked there and back.

    **Why it matters** There is no land inside, so nothing could have grown there. The EU system refuses a polygon
    whose points lie on one straight line.

    **Example** 108.0500 12.6800, 108.0510 12.6810, 108.0520 12.6820, 108.0500 12.6800: three corners on one path.

    **How to correct it** Walk round the plot, not along one side of it. If only the path to the plot was recorded,
    delete it and record the plot.

    **Trap** A bow-tie may have an area of zero by the formula and still enclose land on both sides; that is
    self-intersection. A long narrow strip is a shape, not a line: it passes here if it is wider than a millimetre.
    """
    rows = np.flatnonzero(counted(plots, "thin") > 0)
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows]).exteriors()
    # Few rows: each exterior ring is asked again which of them it was.
    thin = np.array([without_width(rings.ring(index)) for index in range(len(rings))], dtype=bool)
    marked = np.zeros(len(rings.coords), dtype=bool)
    marked[rings.starts[:-1][thin]] = True
    place = first_marked(rings, marked, len(rows))
    return Problems(
        rows,
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"positions": shapely.get_num_coordinates(plots.geometry[rows]).astype(np.int64)},
    )


@plot_rule(severity=ERROR, basis=f"{GEO}, error 7", requires=("zero-area",), ids=("R-07",))
def duplicate_vertices(plots: Plots) -> Problems:
    """The same position twice in a row.

    **Why it matters** Two equal positions make a side of no length. The EU system counts them as an error.

    **Example** 108.0520 12.6800, 108.0520 12.6800: the button was pressed twice at the same corner.

    **How to correct it** The repair drops the second of the two. The shape and the area stay the same to the last
    digit.

    **Trap** The last position of a ring must equal the first; that pair is no fault and must stay. A position that
    returns later in the ring, with others in between, is not this fault: the ring touches itself there.
    """
    rows = np.flatnonzero(counted(plots, "doubled") > 0)
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows])
    place = first_marked(rings, same_as_previous(rings), len(rows))
    return Problems(
        rows,
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"times": counted(plots, "doubled")[rows], "times_told": times_told(counted(plots, "doubled")[rows])},
    )


@repairs("duplicate-vertices", safe=True)
def drop_doubles(plots: Plots) -> Plots:
    """Drop the later of two equal positions."""
    return with_geometry(plots, without_doubles(plots.geometry))


@plot_rule(severity=ERROR, basis=f"{GEO}, error 2", requires=("zero-area",), ids=("R-04",))
def folded_boundary(plots: Plots) -> Problems:
    """A boundary that runs back over itself: a spike without width, or sides that lie on each other.

    **Why it matters** No land lies between two sides on the same line. The EU system refuses "overlapping sides".

    **Example** 108.0520 12.6820, 108.0540 12.6820, 108.0520 12.6820: the walker went 200 m to the road and came back
    the same way with the recorder running.

    **How to correct it** The repair takes the tip of a spike without width out; no land is lost. Where longer sides lie
    on each other (a corridor to an island, a hole joined to the edge by a cut), draw the plot as two pieces.

    **Trap** A real path strip that belongs to the plot has a width: walk both sides of it. A needle that is thin but
    not without width is not touched here. The official list says of this error that it makes "a concave shape", but the
    Commission's own samples are concave: a bay in the boundary is no fault.
    """
    from eudr_geo.plots.shapes.corners import WRONG_STRAY

    spikes, along = counted(plots, "folds"), tangled(plots, "overlapping")
    # A corner with a wrong number may pull its sides along others: that is told under its own name.
    rows = np.flatnonzero(((spikes > 0) | (along > 0)) & (strayed(plots, "kind") != WRONG_STRAY))
    if not len(rows):
        return Problems.none()
    rings = rings_of(plots.geometry[rows])
    place = first_marked(rings, folds(rings), len(rows))
    by_side = np.isnan(place[:, 0])
    place[by_side, 0], place[by_side, 1] = tangled(plots, "lon")[rows][by_side], tangled(plots, "lat")[rows][by_side]
    return Problems(
        rows,
        case=["sides" if side else "spike" for side in by_side.tolist()],
        lon=place[:, 0],
        lat=place[:, 1],
        measured={"times": np.maximum(spikes[rows], 1)},
    )


@repairs("folded-boundary", safe=True)
def unfold_rings(plots: Plots) -> Plots:
    """Take out the tips of folds until none is left."""
    rings = rings_of(plots.geometry)
    bent = np.unique(rings.position_ring()[folds(rings)])
    return with_geometry(plots, rebuild(plots.geometry, unfold(rings, bent)))


@plot_rule(
    severity=NOTE,
    basis="RFC 7946, 3.1.6",
    requires=("self-intersection", "swapped-axes", "crosses-antimeridian"),
    ids=("R-10",),
)
def clockwise_ring(plots: Plots) -> Problems:
    """An exterior ring wound clockwise.

    **Why it matters** RFC 7946 asks for counter-clockwise rings; the EU system takes both, and so do its own
    examples. Some other programs take a clockwise ring for a hole.

    **Example** 108.0500 12.6800, 108.0500 12.6820, 108.0520 12.6820, 108.0520 12.6800, 108.0500 12.6800: walked with
    the plot on the right-hand side.

    **How to correct it** Nothing has to be done in the field. The repair turns the order of the positions; every
    position stays where it is. Our own files are always written counter-clockwise.

    **Trap** Do not reject or walk again a plot for this. It is a note, never a reason to refuse a supplier's file.
    """
    rows = np.flatnonzero(counted(plots, "clockwise") > 0)
    return Problems(
        rows,
        measured={"times": counted(plots, "clockwise")[rows]},
    )


@repairs("clockwise-ring", safe=True)
def wind_rings(plots: Plots) -> Plots:
    """Wind exterior rings counter-clockwise and holes clockwise, starting at the same position."""
    rings = rings_of(plots.geometry)
    turned = turns(rings) == np.where(rings.number > 0, 1, -1)
    # In a turned ring the positions stand in mirrored order, so that the closing position becomes the first.
    ring = rings.position_ring()
    at = np.arange(len(rings.coords))
    mirrored = rings.starts[:-1][ring] + rings.starts[1:][ring] - 1 - at
    coords = rings.coords[np.where(turned[ring], mirrored, at)]
    return plots.with_columns(geometry=rebuild(plots.geometry, rings.with_coords(coords)))

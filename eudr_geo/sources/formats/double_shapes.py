"""Geometries from arrays of doubles, as binary formats store them; used by their readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.plots.building import build_polygons
from eudr_geo.sources.formats.boundaries import Shape, offered_polygon, shape_of
from eudr_geo.words.saying import say

Floats = npt.NDArray[np.float64]

MADE = "made"
"""Stands for the kind of a geometry that its reader has made already."""

Told = tuple[str, Any, bool]
"""Kind, nested arrays of positions (or a geometry, where the kind is :data:`MADE`), heights or measures."""

_TAKEN = {"Point", "MultiPoint", "Polygon", "MultiPolygon", "GeometryCollection"}


def damaged() -> RecordError:
    """Return what is said of a record whose shape makes no sense."""
    return RecordError("unreadable-record", say("shapes:damaged"), say("shapes:do.layer-again"))


def no_geometry() -> RecordError:
    """Return what is said of a record without a shape."""
    return RecordError("missing-geometry", say("shapes:none"), say("shapes:none.do"))


def geometry_of(kind: str, nested: Any) -> Any:
    """Return a shapely geometry, or a :class:`Shape` where a ring is open or short and only that can say so.

    Parameters
    ----------
    kind
        GeoJSON name of the geometry.
    nested
        Arrays of positions, shape (k, 2 or more), nested as GeoJSON nests them (one array for a point or several, a
        list for rings, a list of lists for several polygons); a list of (kind, nested) for a collection.

    Raises
    ------
    RecordError
        For what is no plot, is empty, or holds a number that is none.

    Examples
    --------
    >>> import numpy as np
    >>> str(geometry_of("Point", np.array([[108.05, 12.68]])))
    'POINT (108.05 12.68)'
    """
    if kind not in _TAKEN:
        raise RecordError(
            "unsupported-geometry",
            say("shapes:no-plot", kind=kind) if kind else say("shapes:no-plot.unknown"),
            say("shapes:do.without-curves"),
            kind,
        )
    if kind == "GeometryCollection":
        lines = [part for part in _kinds(nested) if part not in _TAKEN]
        if lines:
            raise RecordError(
                "unsupported-geometry",
                say("shapes:collection.holds", kind=lines[0]) if lines[0] else say("shapes:collection.holds-unknown"),
                say("shapes:collection.holds.do"),
                lines[0],
            )
        return shape_of(kind, _written_parts(nested))
    arrays = list(_arrays(nested))
    if not sum(map(len, arrays)):
        raise RecordError("missing-geometry", say("shapes:geometry-empty"), say("shapes:do.draw-again"))
    if not all(np.isfinite(array[:, :2]).all() for array in arrays):
        raise RecordError("not-finite", say("shapes:not-a-number"), say("shapes:not-a-number.do"))
    if kind == "Point":
        if len(nested) != 1:
            raise damaged()
        return shapely.points(nested[0])
    if kind == "MultiPoint":
        return shapely.multipoints(nested)
    # Only rings are looked at here, not positions.
    if any(len(ring) < MIN_RING_POSITIONS or (ring[0, :2] != ring[-1, :2]).any() for ring in arrays):
        return shape_of(kind, _written(nested))
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in ([nested] if kind == "Polygon" else nested)]
    return polygons[0] if kind == "Polygon" else shapely.multipolygons(polygons)


def plain_polygons(told: Sequence[tuple[str, Any] | None]) -> Any:
    """Build all polygons of one sound ring and all points together; None for what has to be looked at alone.

    Parameters
    ----------
    told
        Kind and nested arrays of each record, as :func:`geometry_of` takes them; None for no geometry.

    Returns
    -------
    numpy.ndarray
        Geometries, shape (n,), two-dimensional.
    """
    made = np.empty(len(told), dtype=object)
    rings = {row: one[1][0] for row, one in enumerate(told) if one and one[0] == "Polygon" and len(one[1]) == 1}
    points = {row: one[1] for row, one in enumerate(told) if one and one[0] == "Point" and len(one[1]) == 1}
    for rows, arrays, is_ring in ((rings, list(rings.values()), True), (points, list(points.values()), False)):
        if not rows:
            continue
        places = np.fromiter(rows, dtype=np.int64, count=len(rows))
        size = np.array([len(array) for array in arrays])
        xy = np.concatenate([array[:, :2] for array in arrays])
        owner = np.repeat(np.arange(len(arrays)), size)
        sound = np.bincount(owner[~np.isfinite(xy).all(axis=1)], minlength=len(arrays)) == 0
        if is_ring:
            last = np.cumsum(size) - 1
            sound &= size >= MIN_RING_POSITIONS
            sound[sound] &= (xy[last[sound] - size[sound] + 1] == xy[last[sound]]).all(axis=1)
        keep = sound[owner]
        if is_ring:
            built = build_polygons(xy[keep], np.append(0, np.cumsum(size[sound])))
        else:
            built = np.asarray(shapely.points(xy[keep]))
        made[places[sound]] = built
    return made


def offer_of(kind: str, nested: Any) -> Shape | None:
    """Return the polygon that a line would be if it were closed, None for anything else."""
    if kind != "LineString" or not len(nested) or not np.isfinite(nested).all():
        return None
    return offered_polygon(_written(nested))


def _arrays(nested: Any) -> Iterator[Floats]:
    if isinstance(nested, np.ndarray):
        yield nested
    else:
        for inner in nested:
            yield from _arrays(inner)


def _kinds(parts: Any) -> Iterator[str]:
    for kind, inner in parts:
        if kind == "GeometryCollection":
            yield from _kinds(inner)
        else:
            yield kind


def _written_parts(parts: Any) -> list[tuple[str, Any]]:
    found = []
    for kind, inner in parts:
        if kind == "GeometryCollection":
            found.append((kind, _written_parts(inner)))
        else:
            positions = _written(inner)
            found.append((kind, positions[0] if kind == "Point" and positions else positions))
    return found


def _written(nested: Any) -> Any:
    """Positions as text, the shortest that means the same number."""
    if isinstance(nested, np.ndarray):
        return [[NumberText(repr(number)) for number in position] for position in nested.tolist()]
    return [_written(inner) for inner in nested]


def largest_of(nested: Any) -> float:
    """Return the largest ordinate of nested arrays, without its sign; 0 where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> largest_of([np.array([[-108.05, 12.68], [np.nan, 1.0]])])
    108.05
    """
    if isinstance(nested, np.ndarray):
        flat = np.abs(nested[:, :2])
        return float(flat[np.isfinite(flat)].max(initial=0.0))
    return max((largest_of(inner[1] if isinstance(inner, tuple) else inner) for inner in nested), default=0.0)

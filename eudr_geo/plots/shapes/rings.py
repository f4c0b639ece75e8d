"""All rings of all plots as flat arrays, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.plots import Array
from eudr_geo.plots.building import build_polygons

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

POINT, POLYGON, MULTIPOINT, MULTIPOLYGON, COLLECTION = 0, 3, 4, 6, 7
"""Type ids of shapely that a plot may have."""
_NOISE = 1e-12  # share of a ring's box below which its area is the noise of doubles


@dataclass(frozen=True)
class Rings:
    """All rings of some geometries, one after the other, each closed.

    Parameters
    ----------
    coords
        Positions of all rings, shape (m, 2), lon lat.
    starts
        Where each ring starts in ``coords``, and the end of the last: shape (r + 1,).
    owner
        Row of the geometry that owns the ring, shape (r,), ascending.
    part
        Number of the polygon that owns it, counted over all geometries, shape (r,), ascending.
    number
        0 for the exterior ring of its polygon, 1, 2 … for its holes, shape (r,).
    """

    coords: Floats
    starts: Ints
    owner: Ints
    part: Ints
    number: Ints

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def counts(self) -> Ints:
        """Positions of each ring, the closing one counted."""
        return np.diff(self.starts)

    def ring(self, index: int) -> Floats:
        """Positions of one ring, shape (k, 2)."""
        return self.coords[self.starts[index] : self.starts[index + 1]]

    def position_ring(self) -> Ints:
        """Return which ring each position belongs to, shape (m,)."""
        return np.repeat(np.arange(len(self)), self.counts)

    def is_closing(self) -> Mask:
        """Tell which positions close a ring, shape (m,)."""
        closing = np.zeros(len(self.coords), dtype=bool)
        closing[self.starts[1:] - 1] = True
        return closing

    def with_coords(self, coords: Floats) -> Rings:
        """Return the same rings with other coordinates, as many."""
        return replace(self, coords=coords)

    def exteriors(self) -> Rings:
        """Return the exterior rings only."""
        return self.select(self.number == 0)

    def select(self, rings: Mask) -> Rings:
        """Return some of the rings."""
        keep = rings[self.position_ring()]
        return Rings(
            self.coords[keep],
            starts_of(self.counts[rings]),
            self.owner[rings],
            self.part[rings],
            self.number[rings],
        )

    def drop(self, positions: Mask) -> Rings:
        """Return the rings without these positions, closed again; the mark on a closing position is ignored."""
        closing = self.is_closing()
        keep = ~positions & ~closing
        ring = self.position_ring()
        left = np.bincount(ring[keep], minlength=len(self)).astype(np.int64)
        kept, kept_ring = self.coords[keep], ring[keep]
        starts = starts_of(left)
        first = kept[np.minimum(starts[:-1], max(len(kept) - 1, 0))] if len(kept) else np.empty((len(self), 2))
        alive = left > 0
        # Each ring's first position once more behind its last.
        coords = np.concatenate([kept, first[alive]])
        order = np.argsort(np.concatenate([kept_ring, np.flatnonzero(alive)]), kind="stable")
        return replace(self, coords=coords[order], starts=starts_of(np.where(alive, left + 1, 0)))


def starts_of(counts: Ints) -> Ints:
    """Return where each of some runs of these lengths starts, and the end of the last."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def polygon_parts(geometries: Array) -> tuple[Array, Ints]:
    """Return the polygons of each geometry, collections opened, and the row that owns each (ascending).

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    >>> polygons, owner = polygon_parts(np.array([shapely.Point(0, 0), two]))
    >>> len(polygons), owner.tolist()
    (2, [1, 1])
    """
    parts, owner = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    nested = shapely.get_type_id(parts) >= MULTIPOINT
    while nested.any():
        inner, inner_owner = shapely.get_parts(parts[nested], return_index=True)
        owner = np.concatenate([owner[~nested], owner[nested][inner_owner]])
        parts = np.concatenate([parts[~nested], inner])
        order = np.argsort(owner, kind="stable")
        parts, owner = parts[order], owner[order]
        nested = shapely.get_type_id(parts) >= MULTIPOINT
    is_polygon = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    return parts[is_polygon], owner[is_polygon].astype(np.int64)


def exterior_polygons(geometries: Array) -> tuple[Array, Ints]:
    """Return the polygons of each geometry without their holes, and the row that owns each."""
    polygons, owner = polygon_parts(geometries)
    holed = shapely.get_num_interior_rings(polygons) > 0
    if holed.any():
        polygons = polygons.copy()
        polygons[holed] = shapely.polygons(shapely.get_exterior_ring(polygons[holed]))
    return polygons, owner


def rings_of(geometries: Array) -> Rings:
    """Return all rings of the geometries as flat arrays; points, lines and missing geometries have none.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> rings = rings_of(np.array([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)]))
    >>> len(rings), rings.owner.tolist(), rings.counts.tolist()
    (1, [1], [5])
    """
    polygons, owner = polygon_parts(geometries)
    rings, part = shapely.get_rings(polygons, return_index=True)
    part = part.astype(np.int64)
    number = np.arange(len(rings)) - np.searchsorted(part, part)
    counts = shapely.get_num_coordinates(rings).astype(np.int64)
    return Rings(shapely.get_coordinates(rings), starts_of(counts), owner[part], part, number)


def rebuild(geometries: Array, rings: Rings) -> Array:
    """Return the geometries with their rings replaced, each of the same kind as before.

    Parameters
    ----------
    geometries
        Shape (n,).
    rings
        What :func:`rings_of` gave for them, with changed coordinates. A geometry with a ring left of fewer than
        four positions stays as it is; so does a collection inside a collection.
    """
    result = np.array(geometries, dtype=object, copy=True)
    hopeless = np.zeros(len(result), dtype=bool)
    hopeless[rings.owner[rings.counts < 4]] = True
    types = shapely.get_type_id(result)
    for row in np.flatnonzero(types == COLLECTION):  # rare, and numpy cannot see inside
        hopeless[row] |= bool((shapely.get_type_id(shapely.get_parts(result[row])) >= MULTIPOINT).any())
    rings = rings.select(~hopeless[rings.owner])
    if not len(rings):
        return result
    first = rings.number == 0
    polygons = build_polygons(rings.coords, rings.starts, np.append(np.flatnonzero(first), len(rings)))
    owner = rings.owner[first]
    single = types[owner] == POLYGON
    result[owner[single]] = polygons[single]
    many = types[owner] == MULTIPOLYGON
    if many.any():
        rows, index = np.unique(owner[many], return_inverse=True)
        result[rows] = shapely.multipolygons(polygons[many], indices=index)
    for row in np.unique(owner[types[owner] == COLLECTION]):  # rare: one by one, points kept in their place
        members = shapely.get_parts(result[row])
        members[shapely.get_type_id(members) == POLYGON] = polygons[owner == row]
        result[row] = shapely.GeometryCollection(list(members))
    return result


def same_as_previous(rings: Rings, coords: Floats | None = None) -> Mask:
    """Tell which positions equal the one before them in their ring, shape (m,).

    The closing position is compared with the one before it, as in ``A B C A A``; a ring's first never counts.

    Parameters
    ----------
    rings
        The rings.
    coords
        Positions to compare in place of the rings' own, as rounded; shape (m, 2).
    """
    positions = rings.coords if coords is None else coords
    same = np.zeros(len(positions), dtype=bool)
    if len(positions):
        same[1:] = (positions[1:] == positions[:-1]).all(axis=1)
        same[rings.starts[:-1][rings.counts > 0]] = False
    return same


def first_marked(rings: Rings, marked: Mask, rows: int) -> Floats:
    """Return the first marked position of each geometry, shape (rows, 2), lon lat; NaN where none is marked."""
    result = np.full((rows, 2), np.nan)
    at = np.flatnonzero(marked)
    owner, first = np.unique(rings.owner[rings.position_ring()[at]], return_index=True)
    result[owner] = rings.coords[at[first]]
    return result


def signed_areas(rings: Rings) -> Floats:
    """Return the signed area of each ring in square degrees, shape (r,): positive when wound counter-clockwise."""
    if not len(rings):
        return np.empty(0)
    with np.errstate(over="ignore", invalid="ignore"):
        local = rings.coords - np.repeat(rings.coords[rings.starts[:-1]], rings.counts, axis=0)
        cross = np.zeros(len(local))
        cross[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
        cross[rings.starts[1:] - 1] = 0.0  # from one ring to the next
        return np.asarray(np.add.reduceat(cross, rings.starts[:-1]) / 2)


def turns(rings: Rings) -> Ints:
    """Return how each ring is wound, shape (r,): 1 counter-clockwise, -1 clockwise, 0 where digits cannot tell."""
    with np.errstate(over="ignore", invalid="ignore"):
        share = signed_areas(rings) / np.square(diameters(rings))
    return np.where(np.abs(share) > _NOISE, np.sign(np.nan_to_num(share)), 0).astype(np.int64)


def diameters(rings: Rings) -> Floats:
    """Return the diagonal of each ring's box, degrees, shape (r,)."""
    if not len(rings):
        return np.empty(0)
    with np.errstate(over="ignore", invalid="ignore"):
        low = np.minimum.reduceat(rings.coords, rings.starts[:-1], axis=0)
        high = np.maximum.reduceat(rings.coords, rings.starts[:-1], axis=0)
        return np.asarray(np.hypot(*(high - low).T))


def exchanged(geometries: Array) -> Array:
    """Return the geometries with longitude and latitude exchanged."""
    return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), lambda coords: coords[:, ::-1]))

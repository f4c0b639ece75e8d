"""Coordinates of many features at once: numpy passes over the bytes of their arrays, no Python number per ordinate.

The text matters as much as the values: digits as written decide on precision, and a double has lost its zeros.
Measured against one ``json.loads`` and one shapely object a feature: see ``benchmarks/``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.law import COORDINATE_DECIMALS
from eudr_geo.plots.building import build_polygons, ring_faults
from eudr_geo.sources.formats.boundaries import FACTS, decimals_of, largest
from eudr_geo.sources.formats.numbers_in_json import numbers_of

Ints = npt.NDArray[np.int64]

_EMPTY = re.compile(rb"\[\s*\]")
_COMMAS = bytes.maketrans(b" \n", b",,")
_LARGEST = 1e12  # no system has coordinates of that size
_LEVELS = {"Point": 1, "MultiPoint": 2, "Polygon": 3, "MultiPolygon": 4}


@dataclass
class Regions:
    """Decoded coordinate arrays; region k is the k-th array of the file."""

    xy: list[npt.NDArray[np.float64]] = field(default_factory=list)
    first: list[Ints] = field(default_factory=list)  # first position of each region, in the whole file
    count: list[Ints] = field(default_factory=list)
    depth: list[Ints] = field(default_factory=list)  # 1 a point … 4 a multipolygon; 0 = look at it one by one
    ring: list[Ints] = field(default_factory=list)  # of each position: running number of its ring in the file
    polygon: list[Ints] = field(default_factory=list)  # of each position: running number of its polygon
    facts: dict[str, list[Ints]] = field(
        default_factory=lambda: {name: [] for name in ("has_z", "short_lons", "short_lats", "decimals")}
    )
    positions: int = 0
    total: int = 0

    def decode(self, kinds: Sequence[str], arrays: list[bytes], most: int) -> list[int]:
        """Decode the arrays of one block; return the number of each region, -1 for one to be looked at alone.

        Parameters
        ----------
        kinds
            Kind of geometry of each array.
        arrays
            JSON text of nested arrays of numbers.
        most
            Positions that one geometry may have.
        """
        if not arrays:
            return []
        first = self.total
        self.add(arrays)
        depths, counts = self.depth[-1].tolist(), self.count[-1].tolist()
        return [
            first + at if depths[at] == _LEVELS[kind] and counts[at] <= most else -1 for at, kind in enumerate(kinds)
        ]

    def add(self, arrays: list[bytes]) -> None:
        """Decode the arrays of one block; each is JSON text of nested arrays of numbers."""
        if not arrays:
            return
        text = b"[" + b",".join(arrays) + b"]"
        values = numbers_of(text)
        if values is None:
            self._one_by_one(arrays)  # some array is not what it seemed: each is judged alone
            return
        data = np.frombuffer(text, dtype=np.uint8)
        opens, closes = data == ord("["), data == ord("]")
        number = ~(opens | closes | (data == ord(",")) | (data <= ord(" ")))
        before = np.concatenate([[False], number[:-1]])
        starts = np.flatnonzero(number & ~before)
        ends = np.flatnonzero(~number & before)
        if len(starts) != len(values) or not len(starts):
            self._one_by_one(arrays)
            return
        # Running sums over brackets and numbers only: a tenth of the bytes.
        marks = np.flatnonzero(opens | closes | (number & ~before))
        is_open, is_start = opens[marks], number[marks]
        level_of = np.cumsum(is_open.astype(np.int32) - closes[marks], dtype=np.int32)
        # Each array opens where it was put, and nothing else does: brackets of one must not close those of another.
        lengths = np.array([len(array) + 1 for array in arrays])
        if not np.array_equal(marks[is_open & (level_of == 2)], np.cumsum(lengths) - lengths + 1):
            self._one_by_one(arrays)
            return
        opened = np.cumsum(is_open, dtype=np.int32)
        region_of = np.cumsum(is_open & (level_of == 2), dtype=np.int32) - 1
        level, innermost = level_of[is_start], opened[is_start]
        level_opened = level_of[is_open]
        region = region_of[is_start].astype(np.int64)
        n = len(arrays)
        # A position is a run of numbers directly behind one bracket.
        new_position = np.concatenate([[True], innermost[1:] != innermost[:-1]])
        position = np.cumsum(new_position) - 1
        head = np.flatnonzero(new_position)
        size = np.diff(np.append(head, len(starts)))
        own_level = (level[head] - 1).astype(np.int64)  # relative to its region
        own_region = region[head]
        irregular = np.zeros(n, dtype=bool)
        irregular[own_region[(size < 2) | (size > 4)]] = True
        strange = level != level_opened[innermost - 1]  # a number behind a closed bracket
        irregular[region[strange]] = True
        depth = np.zeros(n, dtype=np.int64)
        depth[own_region] = own_level
        irregular[own_region[depth[own_region] != own_level]] = True
        irregular |= (depth < 1) | (depth > 4)
        for match in _EMPTY.finditer(text):
            irregular[region_of[np.searchsorted(marks, match.start())]] = True
        irregular[region[~np.isfinite(values) | (np.abs(values) >= _LARGEST)]] = True
        decimals = self._decimals(data, text, starts, ends)
        fours = head[size == 4]  # four whole numbers are two with decimal commas
        irregular[region[fours[(decimals[fours[:, None] + np.arange(4)] == 0).all(axis=1)]]] = True
        ordinate = np.arange(len(starts)) - head[position]
        short = decimals < COORDINATE_DECIMALS
        self.facts["short_lons"].append(np.bincount(region[short & (ordinate == 0)], minlength=n).astype(np.int64))
        self.facts["short_lats"].append(np.bincount(region[short & (ordinate == 1)], minlength=n).astype(np.int64))
        flat = ordinate < 2
        self.facts["decimals"].append(largest(decimals[flat], region[flat], n))
        has_z = np.zeros(n, dtype=np.int64)
        has_z[own_region[size > 2]] = 1
        self.facts["has_z"].append(has_z)
        second = np.minimum(head + 1, len(values) - 1)
        self.xy.append(np.column_stack([values[head], values[second]]) + 0.0)
        count = np.bincount(own_region, minlength=n).astype(np.int64)
        self.first.append(np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) + self.positions)
        self.count.append(count)
        # Relative level D of positions: rings open at D - 1, polygons at D - 2 (absolute levels are one deeper).
        level3 = np.cumsum(is_open & (level_of == 3), dtype=np.int32)[is_start][head]
        level4 = np.cumsum(is_open & (level_of == 4), dtype=np.int32)[is_start][head]
        is_multi = depth[own_region] == 4
        self.ring.append(np.where(is_multi, level4, level3).astype(np.int64))
        self.polygon.append(np.where(is_multi, level3, 0).astype(np.int64))
        depth[irregular] = 0
        self.depth.append(depth)
        self.positions += len(head)
        self.total += n

    def add_rings(self, rings: bytes, n: int, most: int, marks: bytes = b", ") -> bool:
        """Decode n rings, a line each; add none if one of them has to be looked at alone.

        Parameters
        ----------
        rings
            As ``lon,lat lon,lat``, in KML; heights may stand behind, in all of them or in none.
        n
            How many.
        most
            Positions that one of them may have.
        marks
            What parts the numbers of a position, and the positions; exchanged in WKT.
        """
        if b"e" in rings or b"E" in rings or b"[" in rings:
            return False
        text = b"[%b]" % rings.translate(_COMMAS)
        values = numbers_of(text)
        if values is None:
            return False
        data = np.frombuffer(text, dtype=np.uint8)
        commas = np.flatnonzero(data == ord(","))
        mark = np.frombuffer(rings, dtype=np.uint8)[commas - 1]  # as it was written
        width = int(np.argmax(mark != marks[0])) + 1 if (mark != marks[0]).any() else len(mark) + 1
        is_last = np.append(mark[width - 1 :: width], ord("\n"))  # behind a position
        count = np.diff(np.flatnonzero(is_last == ord("\n")), prepend=-1)
        is_plain = (
            len(values) == len(commas) + 1 == width * len(is_last)
            and width in {2, 3}
            and len(count) == n
            and count.max() <= most
            and ((is_last == marks[1]) | (is_last == ord("\n"))).all()
            and np.count_nonzero(mark == marks[0]) == (width - 1) * len(is_last)
            and not (data <= ord(" ")).any()
        )
        if not is_plain or not (np.abs(values) < _LARGEST).all():
            return False
        starts = np.concatenate([[1], commas + 1])
        ends = np.concatenate([commas, [len(data) - 1]])
        decimals = self._decimals(data, text, starts, ends).reshape(-1, width)[:, :2]
        first = np.cumsum(count) - count
        if not np.add.reduceat(decimals.sum(axis=1), first).all():  # whole degrees: perhaps decimal commas
            return False
        short = np.add.reduceat(decimals < COORDINATE_DECIMALS, first, axis=0, dtype=np.int64)
        self.facts["short_lons"].append(short[:, 0])
        self.facts["short_lats"].append(short[:, 1])
        self.facts["decimals"].append(np.maximum.reduceat(decimals.max(axis=1), first))
        self.facts["has_z"].append(np.full(n, width > 2, dtype=np.int64))
        self.xy.append(values.reshape(-1, width)[:, :2] + 0.0)
        self.first.append(first + self.positions)
        self.count.append(count)
        self.depth.append(np.full(n, _LEVELS["Polygon"], dtype=np.int64))
        self.ring.append(np.zeros(len(decimals), dtype=np.int64))
        self.polygon.append(np.zeros(len(decimals), dtype=np.int64))
        self.positions += len(decimals)
        self.total += n
        return True

    def _one_by_one(self, arrays: list[bytes]) -> None:
        n = len(arrays)
        empty = np.zeros(n, dtype=np.int64)
        self.depth.append(empty)
        self.count.append(empty)
        self.first.append(np.full(n, self.positions))
        for values in self.facts.values():
            values.append(empty)
        self.total += n

    @staticmethod
    def _decimals(data: Any, text: bytes, starts: Ints, ends: Ints) -> Ints:
        """Digits after the point of each number, as written."""
        if len(ends) < len(starts):
            ends = np.append(ends, len(data))
        dots = np.flatnonzero(data == ord("."))
        has_exponents = b"e" in text or b"E" in text
        if not has_exponents and len(dots) == len(starts) and (dots > starts).all() and (dots < ends).all():
            decimals: Ints = ends - dots - 1  # one point in each number
            return decimals
        owner = np.searchsorted(starts, dots, side="right") - 1
        decimals = np.zeros(len(starts), dtype=np.int64)
        decimals[owner] = ends[owner] - dots - 1
        if has_exponents:
            exponents = np.flatnonzero((data == ord("e")) | (data == ord("E")))
            for row in np.unique(np.searchsorted(starts, exponents, side="right") - 1).tolist():
                decimals[row] = decimals_of(text[starts[row] : ends[row]].decode())
        return decimals

    def close(self) -> None:
        """Join the blocks; call once, after the last one."""
        self.all_xy = np.concatenate(self.xy) if self.xy else np.empty((0, 2))
        joined = {name: _join(getattr(self, name)) for name in ("first", "count", "depth", "ring", "polygon")}
        self.all_first, self.all_count, self.all_depth = joined["first"], joined["count"], joined["depth"]
        self.all_ring, self.all_polygon = joined["ring"], joined["polygon"]
        self.all_facts = {name: _join(values) for name, values in self.facts.items()}
        self.xy, self.ring, self.polygon = [], [], []


def _join(blocks: list[Ints]) -> Ints:
    return np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64)


def assemble(regions: Regions, kind: str, numbers: Ints) -> tuple[Any, dict[str, Ints]]:
    """Build the geometries of regions of one kind.

    Parameters
    ----------
    regions
        Closed regions.
    kind
        Point, MultiPoint, Polygon or MultiPolygon.
    numbers
        Region numbers, shape (n,), all of the depth that the kind has.

    Returns
    -------
    tuple
        Geometries, shape (n,), and the facts by name, each of shape (n,).
    """
    n = len(numbers)
    count, first = regions.all_count[numbers], regions.all_first[numbers]
    facts: dict[str, Ints] = {name: values[numbers] for name, values in regions.all_facts.items()}
    facts |= {"vertices": count, "open_rings": np.zeros(n, np.int64), "short_rings": np.zeros(n, np.int64)}
    owner = np.repeat(np.arange(n), count)
    rows: Any = slice(0, 0)
    if n and (first[1:] == first[:-1] + count[:-1]).all():  # one behind the other, as nearly always
        rows = slice(int(first[0]), int(first[-1] + count[-1]))
    elif n:
        rows = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    xy = regions.all_xy[rows]
    if kind == "Point":
        return shapely.points(xy), facts
    if kind == "MultiPoint":
        return shapely.multipoints(shapely.points(xy), indices=owner), facts
    ring = regions.all_ring[rows]
    is_new = np.concatenate([[True], (ring[1:] != ring[:-1]) | (owner[1:] != owner[:-1])])
    start = np.flatnonzero(is_new)
    ring_starts = np.append(start, len(xy))
    ring_owner = owner[start]
    is_open, too_short = ring_faults(xy, ring_starts)
    is_open &= ~too_short
    facts["open_rings"] = np.bincount(ring_owner[is_open], minlength=n).astype(np.int64)
    facts["short_rings"] = np.bincount(ring_owner[too_short], minlength=n).astype(np.int64)
    part = regions.all_polygon[rows][start]
    new_part = np.concatenate([[True], (part[1:] != part[:-1]) | (ring_owner[1:] != ring_owner[:-1])])
    part_starts = np.append(np.flatnonzero(new_part), len(start))
    if kind == "Polygon":
        return build_polygons(xy, ring_starts, part_starts), facts
    multi_starts = np.append(np.searchsorted(ring_owner[new_part], np.arange(n)), len(part_starts) - 1)
    return build_polygons(xy, ring_starts, part_starts, multi_starts), facts


def assembled(regions: Regions, bulk: Sequence[tuple[int, str, int]], n: int) -> tuple[Any, dict[str, Ints]]:
    """Build the geometries of a table of n rows, kind by kind; rows that are not in ``bulk`` stay empty.

    Parameters
    ----------
    regions
        Closed regions.
    bulk
        Row, kind and region number of each geometry.
    n
        Rows of the table.
    """
    geometries = np.empty(n, dtype=object)
    facts = {name: np.zeros(n, dtype=np.int64) for name in FACTS}
    rows = np.array([row for row, _, _ in bulk], dtype=np.int64)
    numbers = np.array([number for _, _, number in bulk], dtype=np.int64)
    kinds = np.array([kind for _, kind, _ in bulk])
    for kind in _LEVELS:
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            built, its_facts = assemble(regions, kind, numbers[chosen])
            geometries[rows[chosen]] = built
            for name, values in its_facts.items():
                facts[name][rows[chosen]] = values
    return geometries, facts


LEVELS = _LEVELS
"""Nesting depth of each kind that is assembled in bulk."""

"""Make large files of invented plots with known faults, for measuring.

Villages of 400 plots, 6 to 40 corners each (21 to 22 on average), median 1.0 ha, 3.5 % above 4 ha, one plot in ten a
point, 1 % bow-ties, 1 % exact copies of a neighbour, six properties. Neighbours overlap now and then; with ``--dense``
they lie so close that boundaries walked with a phone meet in slivers. The truth goes into a file beside the plots.

Examples::

    python benchmarks/plot_generator.py 100000 plots.geojson
    python benchmarks/plot_generator.py 1000000 plots.geojson --dense

Same arguments and release of numpy: same bytes. Memory does not grow with the number of plots.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

VILLAGE = 400
_SIDE = 20  # plots along a side of a village
_MOST_CORNERS = 40
_SPREAD = 0.765  # of the logarithm of areas: 3.5 % of plots exceed four times the median
_LARGEST_HA = 12.0
_POINTS, _BOW_TIES, _COPIES = 0.10, 0.01, 0.01
_APART_M = {False: 258.0, True: 192.0}  # between the middles of two plots
_SLOT_DEG = 0.056  # a village and the road to the next one
REGIONS = (
    ("VN", 107.80, 109.00, 12.05, 14.35),
    ("BR", -46.40, -43.60, -21.40, -18.60),
    ("ET", 36.30, 39.20, 6.10, 8.40),
    ("CO", -75.90, -73.60, 3.20, 6.40),
)
"""Country, and a rectangle well inside it: longitudes, latitudes."""
_FIRST = ("Ana", "Bekele", "Đạt", "Hạnh", "João", "Luz", "Y Blơm", "Tigist", "Thủy", "Zé", "Gebre", "Ngọc")
_LAST = ("Êban", "Nguyễn", "Silva", "Tadesse", "Restrepo", "Trần", "Niê", "Alemu", "Muñoz", "Araújo", "Phạm", "Desta")


@dataclass
class Truth:
    """Which record has which fault, and what the set looks like. Records count from 1."""

    seed: int
    dense: bool
    records: int = 0
    points: int = 0
    above_4_ha: int = 0
    corners: int = 0
    bow_ties: list[int] = field(default_factory=list)
    copies: list[tuple[int, int]] = field(default_factory=list)  # record, and the earlier one it repeats

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "schema": "eudr-geo.benchmark-truth/1",
            "seed": self.seed,
            "dense": self.dense,
            "records": self.records,
            "points": self.points,
            "polygons_above_4_ha": self.above_4_ha,
            "corners": self.corners,
            "faults": {
                "self-intersection": self.bow_ties,
                "identical-plots": [record for record, _ in self.copies],
            },
            "copies": self.copies,
        }


def generate(path: Path, count: int, *, seed: int = 1, dense: bool = False) -> Truth:
    """Write a GeoJSON of plots and, beside it, its truth.

    Parameters
    ----------
    path
        The GeoJSON to write, one feature a line; the truth goes into ``<path>.truth.json``.
    count
        How many plots.
    seed
        Another seed, other plots.
    dense
        Whether neighbours meet in slivers.
    """
    truth = Truth(seed, dense)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for number in range(math.ceil(count / VILLAGE)):
            plots = min(VILLAGE, count - truth.records)
            lines = list(_village(number, plots, truth))
            out.write(",\n".join(lines) if number == 0 else ",\n" + ",\n".join(lines))
        out.write("\n]}\n")
    truth_path(path).write_text(json.dumps(truth.to_dict()) + "\n", encoding="utf-8")
    return truth


def truth_path(path: Path) -> Path:
    """Where the truth of a file is."""
    return path.with_name(path.name + ".truth.json")


def _place(number: int) -> tuple[str, float, float]:
    """Country and south-west corner of a village; no two villages share ground."""
    country, west, east, south, north = REGIONS[number % len(REGIONS)]
    turn = number // len(REGIONS)
    columns, rows = int((east - west) / _SLOT_DEG), int((north - south) / _SLOT_DEG)
    if turn >= columns * rows:
        raise SystemExit(f"there is room for {columns * rows * len(REGIONS) * VILLAGE:,} plots at most")
    # A stride without a common divisor visits each slot once, in no visible order.
    stride = next(
        step for step in range(columns * rows * 5 // 8, columns * rows) if math.gcd(step, columns * rows) == 1
    )
    slot = turn * stride % (columns * rows)
    return country, west + slot % columns * _SLOT_DEG, south + slot // columns * _SLOT_DEG


def _village(number: int, count: int, truth: Truth) -> Iterator[str]:
    """Features of one village, each with its own chance, so that a longer file begins like a shorter one."""
    rng = np.random.default_rng([truth.seed, number])
    country, west, south = _place(number)
    apart = _APART_M[truth.dense]
    index = np.arange(VILLAGE)
    per_lon = 111_320.0 * math.cos(math.radians(south))
    middle_lon = west + ((index % _SIDE + 0.5) * apart + rng.uniform(-0.12, 0.12, VILLAGE) * apart) / per_lon
    middle_lat = south + ((index // _SIDE + 0.5) * apart + rng.uniform(-0.12, 0.12, VILLAGE) * apart) / 110_600.0
    area_ha = np.minimum(np.exp(rng.normal(0.0, _SPREAD, VILLAGE)), _LARGEST_HA)
    corners = rng.integers(6, 38, VILLAGE)
    corners = np.minimum(corners + (rng.random(VILLAGE) < 0.1) * rng.integers(0, 6, VILLAGE), _MOST_CORNERS)
    is_point = (rng.random(VILLAGE) < _POINTS) & (area_ha < 3.9)
    rings = [
        _ring(rng, middle_lon[i], middle_lat[i], per_lon, float(area_ha[i]), int(corners[i])) for i in range(VILLAGE)
    ]
    chance = rng.random(VILLAGE)
    surveyed = rng.integers(1, 29, VILLAGE)
    sound = [i for i in range(VILLAGE) if not is_point[i] and chance[i] >= (_BOW_TIES + _COPIES) / (1 - _POINTS)]
    for i in range(count):
        record = truth.records + 1
        ring = rings[i]
        if is_point[i]:
            truth.points += 1
            geometry = f'{{"type":"Point","coordinates":[{middle_lon[i]:.6f},{middle_lat[i]:.6f}]}}'
        else:
            area = area_ha[i]
            earlier = [j for j in sound if j < i]
            if chance[i] < _BOW_TIES / (1 - _POINTS):
                truth.bow_ties.append(record)
                half = len(ring) // 2
                ring = np.concatenate([ring[:half], ring[half:][::-1]])
            elif i not in sound and earlier:
                source = earlier[-1 - int(chance[i] * 1e6) % min(len(earlier), 30)]
                truth.copies.append((record, record - i + source))
                ring, area = rings[source], area_ha[source]
            area_ha[i] = area
            truth.above_4_ha += int(area > 4)
            truth.corners += len(ring)
            positions = ("[%.6f,%.6f]," * len(ring)) % tuple(ring.ravel())
            geometry = f'{{"type":"Polygon","coordinates":[[{positions}[{ring[0, 0]:.6f},{ring[0, 1]:.6f}]]]}}'
        truth.records += 1
        whose = record // 3 * 37 % (len(_FIRST) * len(_LAST))  # three plots each
        properties = (
            f'"ProducerName":"{_FIRST[whose % len(_FIRST)]} {_LAST[whose // len(_FIRST)]} {record // 3}",'
            f'"ProducerCountry":"{country}","ProductionPlace":"P-{record:07d}","Area":{area_ha[i]:.4f},'
            f'"producer_code":"F-{record // 3:06d}","mapped_on":"2025-06-{surveyed[i]:02d}"'
        )
        yield f'{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}'


def _ring(rng: np.random.Generator, lon: float, lat: float, per_lon: float, area_ha: float, corners: int) -> Floats:
    """A boundary as walked round a middle, scaled to its area, counter-clockwise, shape (corners, 2), degrees."""
    angles = (np.arange(corners) + rng.uniform(-0.25, 0.25, corners)) * 2 * np.pi / corners + rng.uniform(0, 6.28)
    lobes = rng.uniform(-0.16, 0.16, 3), rng.uniform(0, 6.28, 3)
    radius = 1 + sum(lobes[0][k] * np.cos((k + 2) * angles + lobes[1][k]) for k in range(3))
    radius = radius + rng.normal(0, 0.015, corners)
    x, y = radius * np.cos(angles), radius * np.sin(angles)
    plain = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    scale = math.sqrt(area_ha * 10_000 / plain)
    return np.round(np.column_stack([lon + x * scale / per_lon, lat + y * scale / 110_600.0]), 6)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many plots")
    parser.add_argument("out", type=Path, help="the GeoJSON to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dense", action="store_true", help="neighbours meet in slivers")
    given = parser.parse_args(arguments)
    truth = generate(given.out, given.count, seed=given.seed, dense=given.dense)
    megabytes = given.out.stat().st_size / 1e6
    print(
        f"{given.out}: {truth.records:,} plots, {megabytes:,.1f} MB, {truth.points:,} points, "
        f"{truth.above_4_ha:,} polygons above 4 ha, {len(truth.bow_ties):,} bow-ties, {len(truth.copies):,} copies"
    )


if __name__ == "__main__":
    main()

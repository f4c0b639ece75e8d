"""Make a file of invented smallholder plots in which every fault that a plot rule knows is seeded, and its truth.

The clean plots are what honest people send: walks round a field with the noise of a phone and corners where the walker
turned, rectangles measured with a tape, plots of a settlement scheme that are all alike, narrow terraces, points with
an area. Neighbours walk their common boundary each on their own. Half of the villages send numbers as most programs
write them, without the zeros at their end. About one plot in nine is given a fault; the truth beside the file tells
for each record under which code it must be found, and nothing else.

Examples::

    python benchmarks/fault_generator.py 100000 plots.geojson

Same arguments and release of numpy: same bytes.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from plot_generator import _FIRST, _LAST, REGIONS, truth_path

Ring = list[tuple[float, float]]

_SIDE = 12  # cells along a side of a village
_SLOT_DEG = 0.056
_FAULTY = 0.11
_BORDER = ((107.56546, 12.6), (107.55521, 12.65), (107.54387, 12.7), (107.53787, 12.75))
"""Places on the border of Viet Nam and Cambodia as Natural Earth draws it, and as far from each other as plots are."""


_ROOMS = {"VN": (104.9, 21.9), "BR": (-56.0, -9.0), "ET": (36.6, 10.4), "CO": (-73.0, 3.6)}


@dataclass
class Plot:
    """One record as it will be written."""

    rings: list[Ring]  # closed; of a point one ring of one position
    kind: str = "Polygon"
    properties: dict[str, Any] = field(default_factory=dict)
    expected: tuple[str, ...] = ()  # rules that must find it
    digits: int = 6
    zeros: bool = True  # whether zeros at the end are written
    area_text: str = ""  # JSON of the area where it is no number
    geometry: str = ""  # JSON of the geometry where the fault is in its form
    bare: bool = False  # no properties at all


@dataclass
class Village:
    """Where a village lies and how its people write."""

    rng: np.random.Generator
    number: int
    country: str
    west: float
    south: float
    zeros: bool
    rooms: dict[str, int]

    def room(self) -> tuple[float, float]:
        """A place of its own, three kilometres from everything, for what is too large for a village."""
        number = self.rooms[self.country] = self.rooms.get(self.country, -1) + 1
        lon, lat = _ROOMS[self.country]
        lon, lat = (round(value + float(self.rng.uniform(0, 0.001)), 6) for value in (lon, lat))
        return lon + number % 30 * 0.04, lat + number // 30 * 0.04

    def to_degrees(self, x: float, y: float) -> tuple[float, float]:
        """Metres from the corner of the village as degrees."""
        per_lat = 110_600.0
        per_lon = 111_320.0 * math.cos(math.radians(self.south))
        return self.west + x / per_lon, self.south + y / per_lat

    def ring(self, metres: Sequence[tuple[float, float]]) -> Ring:
        """Close a ring of metres."""
        ring = [self.to_degrees(x, y) for x, y in metres]
        return [*ring, ring[0]]


def generate(path: Path, count: int, *, seed: int = 1) -> dict[str, Any]:
    """Write the plots and, beside them, their truth; return the truth."""
    expected: dict[str, list[int]] = {}
    clean: list[int] = []
    record = 0
    rooms: dict[str, int] = {}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for number in range(count):
            for plot in _village(number, seed, rooms):
                if record == count:
                    break
                record += 1
                out.write((",\n" if record > 1 else "") + _feature(plot))
                for rule in plot.expected:
                    expected.setdefault(rule, []).append(record)
                if not plot.expected:
                    clean.append(record)
            if record == count:
                break
        out.write("\n]}\n")
    truth = {
        "schema": "eudr-geo.fault-truth/1",
        "seed": seed,
        "records": record,
        "faults": dict(sorted(expected.items())),
        "clean": clean,
    }
    truth_path(path).write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return truth


def _feature(plot: Plot) -> str:
    properties = dict(plot.properties)
    area = properties.pop("Area", None)
    body = json.dumps(properties, ensure_ascii=False)[1:-1]
    if plot.area_text or area is not None:
        body += (", " if body else "") + f'"Area": {plot.area_text or format(area, ".4f")}'
    geometry = plot.geometry or _geometry(plot)
    stated = "" if plot.bare else f'"properties":{{{body}}},'
    return f'{{"type":"Feature",{stated}"geometry":{geometry}}}'


def _geometry(plot: Plot) -> str:
    if plot.kind == "Point":
        return f'{{"type":"Point","coordinates":{_position(plot.rings[0][0], plot)}}}'
    rings = ",".join("[" + ",".join(_position(xy, plot) for xy in ring) + "]" for ring in plot.rings)
    return f'{{"type":"Polygon","coordinates":[{rings}]}}'


def _position(xy: tuple[float, float], plot: Plot) -> str:
    return "[" + ",".join(_number(value, plot) for value in xy) + "]"


def _number(value: float, plot: Plot) -> str:
    text = f"{value:.{plot.digits}f}"
    if not plot.zeros:
        text = text.rstrip("0")
        text += "0" if text.endswith(".") else ""
    return text


def _village(number: int, seed: int, rooms: dict[str, int]) -> Iterator[Plot]:
    rng = np.random.default_rng([seed, 77, number])
    country, west, east, south, north = REGIONS[number % len(REGIONS)]
    columns, rows = int((east - west) / _SLOT_DEG), int((north - south) / _SLOT_DEG)
    slot = number // len(REGIONS)
    if slot >= columns * rows:
        raise SystemExit(f"there is room for {columns * rows * len(REGIONS) * _SIDE**2:,} plots at most")
    village = Village(
        rng,
        number,
        country,
        west + slot % columns * _SLOT_DEG,
        south + slot // columns * _SLOT_DEG,
        bool(rng.random() < 0.5),
        rooms,
    )
    scheme = rng.random() < 0.06
    lattice = _lattice(village, scheme=scheme)
    names = [
        f"{_FIRST[rng.integers(len(_FIRST))]} {_LAST[rng.integers(len(_LAST))]} {chr(65 + i % 26)}{i // 26 or ''}"
        for i in range(_SIDE * _SIDE)
    ]
    owners = rng.permutation(np.arange(_SIDE * _SIDE) // (1 if scheme else 2))  # families own land here and there
    for cell in range(_SIDE * _SIDE):
        owner = int(owners[cell])
        code = f"{country}-{number:04d}"
        stated = {
            "ProducerName": f"{names[owner]} {number}",
            "ProducerCountry": country,
            "ProductionPlace": f"{code}-{owner:03d}-{cell:03d}",
            "producer_code": f"F-{number:04d}-{owner:03d}",
        }
        faulty = not scheme and rng.random() < _FAULTY
        corners = lattice(cell % _SIDE, cell // _SIDE)
        if faulty:
            middle = np.mean(corners, axis=0)
            inner = [tuple(middle + (np.asarray(corner) - middle) * 0.55) for corner in corners]
            base = _walked(village, inner, noise=0.6)
            yield from _FAULTS[int(rng.integers(len(_FAULTS)))](
                village, replace(base, properties=stated), tuple(middle)
            )
        else:
            yield _honest(village, corners, stated, scheme=scheme)


def _lattice(village: Village, *, scheme: bool) -> Callable[[int, int], list[tuple[float, float]]]:
    rng = village.rng
    side = float(np.exp(rng.normal(math.log(100), 0.25)))
    turn = float(rng.uniform(0.02, 1.5))
    jitter = 0.0 if scheme else 0.17
    nodes = np.stack(np.meshgrid(np.arange(_SIDE + 1), np.arange(_SIDE + 1), indexing="ij"), axis=-1).astype(float)
    nodes += rng.uniform(-jitter, jitter, nodes.shape)
    nodes = nodes * side
    rotate = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    nodes = nodes @ rotate + [1_900, 700]

    def cell(i: int, j: int) -> list[tuple[float, float]]:
        return [tuple(nodes[a, b]) for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]

    return cell


def _walked(village: Village, corners: Sequence[Any], *, noise: float) -> Plot:
    """A walk along the sides: uneven steps, wandering error, a slow curve where the land bends."""
    rng = village.rng
    metres: list[tuple[float, float]] = []
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        (ax, ay), (bx, by) = a, b
        length = math.hypot(bx - ax, by - ay)
        steps = np.sort(rng.uniform(0.06, 0.94, int(rng.integers(1, 8))))
        steps = np.concatenate([[0.0], steps[np.diff(steps, prepend=0.0) > 2.5 / length]])
        off = rng.normal(0, noise, len(steps))
        bow = noise * rng.uniform(-1, 1) * np.sin(np.pi * steps)
        nx, ny = -(by - ay) / length, (bx - ax) / length
        for t, d in zip(steps.tolist(), (off + bow).tolist(), strict=True):
            metres.append((ax + (bx - ax) * t + nx * d, ay + (by - ay) * t + ny * d))
    return Plot([village.ring(metres)], zeros=village.zeros)


def _honest(village: Village, corners: list[tuple[float, float]], stated: dict[str, Any], *, scheme: bool) -> Plot:
    rng = village.rng
    if scheme:
        return Plot([village.ring(corners)], properties=stated, zeros=village.zeros)
    chance = rng.random()
    middle = np.mean(corners, axis=0)
    area = _area_m2(corners) / 10_000
    if chance < 0.12:  # a point in the middle of the field, its area from the land paper
        x, y = middle + rng.normal(0, 4, 2)
        declared = round(float(area * rng.uniform(0.75, 0.98)), 2)
        if declared <= 3.9:
            return Plot([[village.to_degrees(x, y)]], "Point", {**stated, "Area": declared}, zeros=village.zeros)
    if chance < 0.22:  # four corners and a tape, turned as the land lies
        turn = rng.uniform(0.02, 1.55)
        w, h = (5 * round(float(rng.uniform(20, 60)) / 5) for _ in range(2))
        box = [
            (middle[0] + x * math.cos(turn) - y * math.sin(turn), middle[1] + x * math.sin(turn) + y * math.cos(turn))
            for x, y in ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2))
        ]
        return Plot([village.ring(box)], properties=stated, zeros=village.zeros)
    if chance < 0.24:  # a terrace
        turn, w, h = rng.uniform(0.02, 1.55), float(rng.uniform(40, 70)), float(rng.uniform(4.5, 8))
        strip = [
            (middle[0] + x * math.cos(turn) - y * math.sin(turn), middle[1] + x * math.sin(turn) + y * math.cos(turn))
            for x, y in (
                (-w / 2, 0),
                (0, rng.uniform(0.4, 1)),
                (w / 2, 0),
                (w / 2, h),
                (0, h + rng.uniform(0.4, 1)),
                (-w / 2, h),
            )
        ]
        return Plot([village.ring(strip)], properties=stated, zeros=village.zeros)
    if chance < 0.26:  # three corners
        return Plot([village.ring(corners[:3])], properties=stated, zeros=village.zeros)
    if chance < 0.32:  # a round garden
        n, r = int(rng.integers(9, 30)), float(rng.uniform(12, 30))
        angle = np.sort(rng.uniform(0, 1, n) * 0.8 / n + np.arange(n) / n) * 2 * np.pi
        radius = r * (1 + 0.08 * np.cos(2 * angle + rng.uniform(0, 6)) + rng.normal(0, 0.03, n))
        garden = list(
            zip(
                (middle[0] + radius * np.cos(angle)).tolist(),
                (middle[1] + radius * np.sin(angle)).tolist(),
                strict=True,
            )
        )
        return Plot([village.ring(garden)], properties=stated, zeros=village.zeros)
    plot = replace(_walked(village, corners, noise=0.35), properties=stated)
    if rng.random() < 0.5:  # what the producer says, within what people know of their land
        plot.properties["Area"] = round(float(area * rng.uniform(0.94, 1.06)), 2)
    return plot


def _area_m2(corners: Sequence[Any]) -> float:
    after = [*corners[1:], corners[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, after, strict=True))) / 2


def _circle(village: Village, middle: Any, radius: float, corners: int, turn: float = 0.3) -> Ring:
    angle = [turn + 2 * math.pi * k / corners for k in range(corners)]
    return village.ring([(middle[0] + radius * math.cos(a), middle[1] + radius * math.sin(a)) for a in angle])


def _turned(
    village: Village, middle: Any, corners: Sequence[tuple[float, float]], turn: float | None = None
) -> list[tuple[float, float]]:
    """Corners round a middle, turned and stretched so that no two are one figure."""
    turn = float(village.rng.uniform(0.05, 1.5)) if turn is None else turn
    stretch = float(village.rng.uniform(0.88, 1.08))
    corners = [(x * stretch, y) for x, y in corners]
    c, s = math.cos(turn), math.sin(turn)
    return [(middle[0] + x * c - y * s, middle[1] + x * s + y * c) for x, y in corners]


_FAULTS: list[Callable[[Village, Plot, Any], Iterator[Plot]]] = []


def fault(*rules: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register how a sound plot is made faulty; the changed plot must be found under these rules and no other."""

    def register(make: Callable[..., Any]) -> Callable[..., Any]:
        def seed(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
            made = make(village, plot, middle)
            yield from ([replace(made, expected=rules)] if isinstance(made, Plot) else made)

        _FAULTS.append(seed)
        return make

    return register


def _as_point(village: Village, plot: Plot, middle: Any, area: float | None, **more: Any) -> Plot:
    stated = {**plot.properties, **more}
    if area is not None:
        stated["Area"] = area
    return Plot([[village.to_degrees(*middle)]], "Point", stated, zeros=True)


# --- records that cannot become plots


@fault("unreadable-record")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, geometry='{"type":"Polygon","coordinates":[[108.1,12.6],[108.2,12.6]]}')


@fault("missing-geometry")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, geometry="null")


@fault("nested-point")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, geometry='{"type":"Point","coordinates":[[108.123456,12.654321]]}')


@fault("unsupported-geometry")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    line = ",".join(_position(xy, plot) for xy in plot.rings[0])
    return replace(plot, geometry=f'{{"type":"LineString","coordinates":[{line}]}}')


@fault("not-finite")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, geometry='{"type":"Point","coordinates":["108,123456",12.654321]}')


# --- rings and shapes


@fault("unclosed-ring")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[plot.rings[0][:-1]])


@fault("too-few-vertices")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[[plot.rings[0][0], plot.rings[0][1], plot.rings[0][0]]])


@fault("zero-area")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    (x, y), far = middle, 0.0005
    lon, lat = village.to_degrees(x, y)
    return replace(plot, rings=[[(lon, lat), (lon + far, lat), (lon + 2 * far, lat), (lon, lat)]], zeros=True)


@fault("self-intersection")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = plot.rings[0][:-1]
    half = len(ring) // 2
    ring = ring[:half] + ring[half:][::-1]
    return replace(plot, rings=[[*ring, ring[0]]])


@fault("folded-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = plot.rings[0]
    lon, lat = village.to_degrees(*middle)
    out = (ring[1][0] + (ring[1][0] - lon) * 0.4, ring[1][1] + (ring[1][1] - lat) * 0.4)
    return replace(plot, rings=[[*ring[:2], out, ring[1], *ring[2:]]])


@fault("interior-ring")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(
        plot, rings=[plot.rings[0], village.ring(_turned(village, middle, [(-4, -5), (-4, 6), (5, 4), (4, -4)]))]
    )


@fault("duplicate-vertices")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = plot.rings[0]
    return replace(plot, rings=[[*ring[:3], *ring[2:]]])


@fault("duplicate-after-rounding")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = [(round(x, 6), round(y, 6)) for x, y in plot.rings[0]]
    near = (ring[2][0] + 2e-8, ring[2][1] + 2e-8)
    at = (ring[2][0] + 1e-8, ring[2][1] + 1e-8)
    return replace(plot, rings=[[*ring[:2], at, near, *ring[3:]]], digits=8, zeros=True)


@fault("invalid-after-rounding")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    # A neck of three centimetres in the middle: at six decimals its two sides fall together.
    lon, lat = (round(value, 6) for value in village.to_degrees(*middle))
    a, b, c = (round(float(village.rng.uniform(0.00012, 0.0002)), 6) for _ in range(3))
    ring = [
        (lon - a, lat - b),
        (lon + c, lat - a),
        (lon + 1.2e-7, lat),
        (lon + a, lat + c),
        (lon - b, lat + a),
        (lon - 1.2e-7, lat),
    ]
    return replace(plot, rings=[[*ring, ring[0]]], digits=8, zeros=True)


@fault("overlapping-parts")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    turn = float(village.rng.uniform(0.05, 1.5))
    one = village.ring(_turned(village, middle, [(-25, -20), (5, -22), (8, 20), (-24, 23)], turn))
    two = village.ring(_turned(village, middle, [(-5, -18), (26, -20), (24, 19), (-4, 20)], turn))
    parts = ",".join("[[" + ",".join(_position(xy, plot) for xy in ring) + "]]" for ring in (one, two))
    return replace(plot, geometry=f'{{"type":"MultiPolygon","coordinates":[{parts}]}}')


@fault("clockwise-ring")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[plot.rings[0][::-1]])


@fault("spike")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    base = _turned(village, middle, [(-18, -15), (16, -17), (19, 14), (1.6, 15.1), (1.0, 60), (0.4, 15), (-17, 16)])
    return replace(plot, rings=[village.ring(base)])


@fault("spike")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    # To the road and back with the recorder running: a position every five metres, half a metre between the two ways.
    steps = int(village.rng.integers(4, 8))
    out = [(18 + 5 * k, 0.2 * (k % 2)) for k in range(1, steps)]
    back = [(x + 0.3, y + 0.5) for x, y in out[::-1]]
    base = [(-18, -15), (16, -17), (18, -0.3), *out, *back, (18, 0.5), (19, 14), (-17, 16)]
    return replace(plot, rings=[village.ring(_turned(village, middle, base))])


@fault("stray-corner")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = plot.rings[0][:-1]
    lon, lat = ring[2]
    slips = ((lon + 0.1, lat), (lon, lat + 1.0), (-lon if abs(lon) < 90 else lon - 10, lat), (lon + 0.006, lat - 0.006))
    ring[2] = slips[village.number % len(slips)]
    return replace(plot, rings=[[*ring, ring[0]]])


@fault("excess-vertices")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    corners = _turned(village, middle, [(-22, -17), (20, -19), (21, 18), (-20, 16)])
    along = [
        (ax + (bx - ax) * k / 40, ay + (by - ay) * k / 40)
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True)
        for k in range(40)
    ]
    return replace(plot, rings=[village.ring(along)])


@fault("crosses-antimeridian")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    lat = -16.6 - village.number * 1e-3 - middle[0] * 1e-7
    ring = [(179.9996, lat), (-179.9996, lat + 0.00003), (-179.9995, lat + 0.0006), (179.9997, lat + 0.00055)]
    return replace(plot, rings=[[*ring, ring[0]]], properties={**plot.properties, "ProducerCountry": "FJ"}, zeros=True)


@fault("sliver")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    w = float(village.rng.uniform(0.8, 2.4))
    return replace(plot, rings=[village.ring(_turned(village, middle, [(-30, 0), (30, 0.5), (30, w + 0.5), (-30, w)]))])


@fault("tiny-polygon")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[village.ring(_turned(village, middle, [(-4, -3), (4, -4), (5, 3)]))])


@fault("tiny-polygon")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    scrap = village.ring(_turned(village, (middle[0] + 36, middle[1] + 36), [(-1, -1), (1.5, -1), (1, 0.8)]))
    field_ = village.ring(_turned(village, middle, [(-18, -15), (16, -17), (19, 14), (-17, 16)]))
    parts = ",".join("[[" + ",".join(_position(xy, plot) for xy in ring) + "]]" for ring in (field_, scrap))
    return replace(plot, geometry=f'{{"type":"MultiPolygon","coordinates":[{parts}]}}')


@fault("huge-polygon")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    lon, lat = village.room()
    a, b, c = (float(village.rng.uniform(0.024, 0.03)) for _ in range(3))
    ring = [(lon, lat), (lon + a, lat + 0.001), (lon + b, lat + c), (lon + 0.001, lat + a)]
    return replace(plot, rings=[[*ring, ring[0]]], zeros=True)


@fault("circle-as-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(
        plot,
        rings=[_circle(village, middle, float(village.rng.uniform(12, 24)), int(village.rng.choice([16, 20, 32, 64])))],
    )


@fault("circle-as-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    circles = (_circle(village, (middle[0] + d, middle[1]), float(village.rng.uniform(8, 11)), 32) for d in (-13, 13))
    parts = ",".join("[[" + ",".join(_position(xy, plot) for xy in ring) + "]]" for ring in circles)
    return replace(plot, geometry=f'{{"type":"MultiPolygon","coordinates":[{parts}]}}')


@fault("invented-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    lon, lat = (round(value, 6) for value in village.to_degrees(*middle))
    w, h = (round(float(village.rng.uniform(0.0001, 0.0002)), 6) for _ in range(2))
    ring = [(lon - w, lat - h), (lon + w, lat - h), (lon + w, lat + h), (lon - w, lat + h)]
    return replace(plot, rings=[[*ring, ring[0]]], zeros=True)


@fault("invented-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[_circle(village, middle, 20, int(village.rng.integers(5, 8)))])


@fault("invented-boundary")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    lon, lat = (round(value, 6) for value in village.to_degrees(*middle))
    figure = [
        (-0.000150, -0.000110),
        (0.000041, -0.000163),
        (0.000172, -0.000052),
        (0.000121, 0.000144),
        (-0.000098, 0.000157),
    ]
    ring = [(lon + x, lat + y) for x, y in figure]
    return replace(plot, rings=[[*ring, ring[0]]], zeros=True)


@fault("multipoint")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    points = ",".join(_position(village.to_degrees(middle[0] + d, middle[1]), plot) for d in (-15, 15))
    stated = {**plot.properties, "Area": 0.1}
    return replace(plot, geometry=f'{{"type":"MultiPoint","coordinates":[{points}]}}', properties=stated)


@fault("geometry-collection")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    point = replace(plot, kind="Point", rings=[[village.to_degrees(*middle)]])
    return replace(
        plot, geometry=f'{{"type":"GeometryCollection","geometries":[{_geometry(plot)},{_geometry(point)}]}}'
    )


@fault("one-part-multi")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = ",".join(_position(xy, plot) for xy in plot.rings[0])
    return replace(plot, geometry=f'{{"type":"MultiPolygon","coordinates":[[[{ring}]]]}}')


# --- coordinates


@fault("out-of-range")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = list(plot.rings[0])
    ring[1] = (ring[1][0], 191.234567)
    return replace(plot, rings=[ring])


@fault("out-of-range")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    # A latitude that only an exchanged order would explain, and the declared country says that it does not.
    lon, lat = village.to_degrees(*middle)
    return replace(_as_point(village, plot, middle, 0.4), rings=[[(lon, lat + 90 if lat > 0 else lat - 90)]])


@fault("projected-coordinates")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    # Excel has taken the decimal points away.
    ring = [(round(x * 1e6), round(y * 1e6)) for x, y in plot.rings[0]]
    return replace(plot, rings=[ring], digits=0, zeros=True)


@fault("projected-coordinates")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    x, y = 400_000 + village.number * 500 + middle[0], 1_400_000 + middle[1]
    ring = [(x + a * 3e5, y + b * 3e5) for a, b in ((0, 0), (0.0002, 0), (0.0002, 0.0002), (0, 0.00021))]
    return replace(plot, rings=[[*ring, ring[0]]], digits=2, zeros=True)


@fault("swapped-axes")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, rings=[[(lat, lon) for lon, lat in plot.rings[0]]])


@fault("null-island")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(_as_point(village, plot, middle, 0.8), rings=[[(0.0, 0.0)]])


@fault("null-island")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = plot.rings[0][:-1]
    ring[1] = (0.0, 0.0)
    return replace(plot, rings=[[*ring, ring[0]]], zeros=True)


@fault("low-precision")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(
        plot,
        digits=4 if village.number % 2 else 5,
        rings=[
            village.ring(
                _turned(
                    village, middle, [(-28, -25), (2, -29), (27, -24), (30, 2), (25, 28), (-2, 26), (-29, 27), (-26, 1)]
                )
            )
        ],
    )


@fault("low-precision")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(_as_point(village, plot, middle, 0.1), digits=4)


@fault("excess-precision")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, digits=9, rings=[[(x + 3.1e-8, y + 2.3e-8) for x, y in plot.rings[0]]], zeros=True)


@fault("elevation")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    ring = ",".join(_position(xy, plot)[:-1] + ",512.4]" for xy in plot.rings[0])
    return replace(plot, geometry=f'{{"type":"Polygon","coordinates":[[{ring}]]}}')


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    for k in range(6):
        stated = {
            "ProducerName": f"{plot.properties['ProducerName']} neighbour {k} {village.rng.integers(10**6)}",
            "ProductionPlace": f"{plot.properties['ProductionPlace']}-{k}",
            "producer_code": f"{plot.properties['producer_code']}-{k}",
        }
        at = (middle[0] + float(village.rng.uniform(-1.5, 1.5)), middle[1] + float(village.rng.uniform(-1.5, 1.5)))
        yield replace(_as_point(village, plot, at, 0.05, **stated), expected=("shared-location",))


# --- place, people, area


@fault("missing-country")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, properties={k: v for k, v in plot.properties.items() if k != "ProducerCountry"})


@fault("unknown-country")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    wrong = {"VN": "Viet Nam", "BR": "BRA", "ET": "Ethiopia", "CO": "XX"}[village.country]
    return replace(plot, properties={**plot.properties, "ProducerCountry": wrong})


@fault("outside-country")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    shift = {"VN": -2.2, "BR": 12.0, "ET": 12.0, "CO": -6.0}[village.country]
    return replace(plot, rings=[[(lon + shift, lat) for lon, lat in plot.rings[0]]])


@fault("crosses-border")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    number = village.rooms["border"] = village.rooms.get("border", -1) + 1
    lon, lat = _BORDER[number % 4]
    lat += number // 4 * 0.0003 - 0.006
    a, b, c, d = (float(village.rng.uniform(0.00001, 0.00005)) for _ in range(4))
    ring = [
        (lon - 0.035 + a, lat),
        (lon + 0.03 - b, lat + c),
        (lon + 0.031, lat + 0.0001 + d),
        (lon - 0.034, lat + 0.00012),
    ]
    stated = {**plot.properties, "ProducerCountry": "VN"}
    return replace(plot, rings=[[*ring, ring[0]]], properties=stated, zeros=True)


@fault("missing-plot-id")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, properties={k: v for k, v in plot.properties.items() if k != "ProductionPlace"})


@fault("missing-producer")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(
        plot, properties={k: v for k, v in plot.properties.items() if k not in {"ProducerName", "producer_code"}}
    )


@fault("missing-properties", "missing-country")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, bare=True)


@fault("misspelt-property")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    stated = {("producer_name" if k == "ProducerName" else k): v for k, v in plot.properties.items()}
    return replace(plot, properties=stated)


@fault("long-text")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(
        plot,
        properties={
            **plot.properties,
            "ProductionPlace": plot.properties["ProductionPlace"] + " behind the river" * 14,
        },
    )


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    other = village.ring(_turned(village, (middle[0] + 14, middle[1]), [(-7, -6), (6, -7), (7, 7), (-6, 6)]))
    one = village.ring(_turned(village, (middle[0] - 14, middle[1]), [(-6, -7), (7, -6), (6, 6), (-7, 7)]))
    stated = {
        **plot.properties,
        "ProducerName": plot.properties["ProducerName"] + f" junior {village.rng.integers(10**6)}",
    }
    stated["producer_code"] += "-b"
    yield replace(plot, rings=[one], properties=stated)
    yield replace(
        plot,
        rings=[one],
        properties=stated
        | {"ProductionPlace": stated["ProductionPlace"] + "b", "ProducerName": stated["ProducerName"].upper()},
        expected=("producer-spellings", "identical-plots"),
    )
    yield replace(
        plot,
        rings=[other],
        properties=stated | {"ProductionPlace": stated["ProductionPlace"] + " "},
        expected=("duplicate-plot-id",),
    )


@fault("area-not-a-number")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, area_text=['"0,4"', '"0.4 ha"', '"0.4"', "-1"][village.number % 4])


@fault("point-above-4-ha")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return _as_point(village, plot, middle, 6.25)


@fault("point-without-area")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return _as_point(village, plot, middle, None)


@fault("point-area-too-small")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return _as_point(village, plot, middle, 0.0)


@fault("area-mismatch")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(plot, properties={**plot.properties, "Area": 9.5})


@fault("near-4-ha")
def _(village: Village, plot: Plot, middle: Any) -> Plot:
    return replace(_as_point(village, plot, middle, 3.98), rings=[[village.room()]])


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    lon, lat = village.room()
    for k, ha in enumerate((2.4, 2.1, 1.9)):
        stated = {**plot.properties, "ProductionPlace": f"{plot.properties['ProductionPlace']}-{k}", "Area": ha}
        yield Plot([[(lon + k * 0.0014, lat + 0.0001 * k)]], "Point", stated, ("split-plot",))


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    lon, lat = village.room()
    turn = float(village.rng.uniform(0.05, 1.5))
    c, s = math.cos(turn), math.sin(turn)
    for k in range(2):  # one farm of 4.8 ha, cut by a ruler
        corners = [(150 * k, 0), (150 * (k + 1), 0), (150 * (k + 1) - 2 * k, 160), (150 * k + 2 * (1 - k), 160)]
        ring = [(lon + (x * c - y * s) / 108_000, lat + (x * s + y * c) / 110_600) for x, y in corners]
        stated = {**plot.properties, "ProductionPlace": f"{plot.properties['ProductionPlace']}-{k}"}
        yield Plot([[*ring, ring[0]]], "Polygon", stated, ("split-plot",))


# --- neighbours


def _second(village: Village, plot: Plot, rings: list[Ring], *rules: str) -> Plot:
    stated = {
        **plot.properties,
        "ProducerName": plot.properties["ProducerName"] + f" brother {village.rng.integers(10**6)}",
        "ProductionPlace": plot.properties["ProductionPlace"] + "-2",
        "producer_code": plot.properties["producer_code"] + "-2",
    }
    return replace(plot, rings=rings, properties=stated, expected=rules)


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    yield plot
    ring = plot.rings[0][:-1]
    ring = ring[3:] + ring[:3]
    jitter = 0 if village.number % 2 else 1e-6
    ring = [(round(x, 6) + jitter, round(y, 6)) for x, y in ring]
    yield _second(village, plot, [[*ring, ring[0]]], "identical-plots")


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    turn = float(village.rng.uniform(0.05, 1.5))
    corners = [(-15, -21), (14, -20), (15, 19), (-14, 22)]
    one, two = (village.ring(_turned(village, (middle[0] + d, middle[1]), corners, turn)) for d in (-5, 5))
    yield replace(plot, rings=[one])
    yield _second(village, plot, [two], "overlapping-plots")


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    yield plot
    yield _second(
        village, plot, [village.ring(_turned(village, middle, [(-7, -8), (8, -7), (7, 8), (-8, 7)]))], "contained-plot"
    )


@fault()
def _(village: Village, plot: Plot, middle: Any) -> Iterator[Plot]:
    yield plot
    at = _second(village, plot, [], "implied-overlap")
    yield replace(at, kind="Point", rings=[[village.to_degrees(*middle)]], properties={**at.properties, "Area": 0.05})


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many records")
    parser.add_argument("out", type=Path, help="the GeoJSON to write")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    truth = generate(given.out, given.count, seed=given.seed)
    seeded = sum(map(len, truth["faults"].values()))
    print(f"{given.out}: {truth['records']:,} records, {len(truth['clean']):,} of them clean, {seeded:,} faults")


if __name__ == "__main__":
    main()

"""Land: hamlets of smallholder plots with boundaries as people walk them.

A hamlet's block is divided again and again across its longer side, as land is when it is inherited; the parts shrink
by the width of a path, bend with the slope, and are walked with a phone that is off by a metre. All in plain
arithmetic, no geometry library: another release of one must not move a corner of the samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from samples.dice import Dice

Metres = tuple[float, float]
"""East and north of the middle of a hamlet."""
Micro = tuple[int, int]
"""Longitude and latitude in millionths of a degree: six decimals, exactly."""

M_PER_DEGREE_LAT = 110_600.0  # at 12.7° north
_PATH_M = 3.5  # half the path between two plots
_WALK_M = 0.9  # how far a walked corner lies off, at most
_STEP_M = (24.0, 40.0)  # between two corners of a walk
_MOST_CORNERS = 24
_LEAST_M2, _MOST_M2 = 2_150.0, 38_000.0


@dataclass(frozen=True)
class Ring:
    """One boundary: corners in walking order, counter-clockwise, the first not repeated."""

    corners: tuple[Micro, ...]

    def closed(self) -> list[Micro]:
        """Corners with the first one again at the end."""
        return [*self.corners, self.corners[0]]

    def inside(self) -> Micro:
        """A position well inside: the centre of gravity, which the gentle bends of these plots leave inside."""
        x0, y0 = self.corners[0]
        points = [(float(x - x0), float(y - y0)) for x, y in self.corners]
        area = _area(points)
        pairs = list(zip(points, points[1:] + points[:1], strict=True))
        cx = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
        cy = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
        return x0 + round(cx), y0 + round(cy)

    def moved(self, east: int, north: int) -> Ring:
        """The same boundary elsewhere, millionths of a degree."""
        return Ring(tuple((x + east, y + north) for x, y in self.corners))


def degrees(value: int) -> str:
    """Millionths of a degree as text with exactly six decimals.

    >>> degrees(108_050_000), degrees(-1)
    ('108.050000', '-0.000001')
    """
    whole, part = divmod(abs(value), 1_000_000)
    return f"{'-' if value < 0 else ''}{whole}.{part:06d}"


def hamlet(
    dice: Dice, lon: float, lat: float, count: int, *, median_ha: float = 1.0, large: int = 0, near: float = 0.75
) -> list[Ring]:
    """Return plots of a hamlet around a place; none touches another.

    Parameters
    ----------
    dice
        Its chance.
    lon, lat
        Its middle, degrees.
    count
        How many plots.
    median_ha
        Size of the plot in the middle of the list by size.
    large
        How many of them exceed 4 ha.
    near
        Share of the land that belongs to the cooperative's members; the rest is left out.
    """
    block_m2 = count / near * median_ha * 1.35e4 + large * 30_000
    bend, slope = _Bend(dice), dice.uniform(0, math.pi)
    while True:
        pieces = _divide(dice, _block(dice, block_m2, slope), slope, median_ha * 1e4, large)
        big = [piece for piece in pieces if _area(piece) > _MOST_M2]
        small = dice.shuffled([piece for piece in pieces if _area(piece) <= _MOST_M2])
        if len(big) >= large and len(small) >= count - large:
            break
        block_m2 *= 1.1
    chosen = sorted(big[:large] + small[: count - large], key=lambda piece: (-max(y for _, y in piece), piece[0]))
    return [_on_earth(_walk(dice, piece, bend), lon, lat) for piece in chosen]


def _area(points: Sequence[Metres]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) / 2


def _block(dice: Dice, m2: float, slope: float) -> list[Metres]:
    """The convex outline of a hamlet's land, longer along the slope than across."""
    stretch = dice.uniform(1.15, 1.6)
    radius = math.sqrt(m2 / math.pi)
    points = []
    for i in range(11):
        angle = 2 * math.pi * (i + dice.uniform(-0.2, 0.2)) / 11
        x, y = radius * stretch * math.cos(angle), radius / stretch * math.sin(angle)
        points.append((x * math.cos(slope) - y * math.sin(slope), x * math.sin(slope) + y * math.cos(slope)))
    return points


def _divide(dice: Dice, block: list[Metres], slope: float, median_m2: float, large: int) -> list[list[Metres]]:
    """Divide a block until each part is as small as a plot there is."""
    waiting, done = [block], []
    while waiting:
        piece = waiting.pop()
        area = _area(piece)
        if large and 46_000 < area < 68_000:
            large -= 1
            done.append(piece)
        elif area <= min(dice.lognormal(median_m2 * 1.75, 0.5), _MOST_M2):
            if area > _LEAST_M2 * 1.35 and _compact(piece) > 0.45:
                done.append(piece)
        else:
            waiting += _cut(dice, piece, slope)
    return done


def _compact(points: Sequence[Metres]) -> float:
    """1 for a circle, near 0 for a strip."""
    around = sum(math.dist(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True))
    return 4 * math.pi * _area(points) / around**2


def _cut(dice: Dice, piece: list[Metres], slope: float) -> list[list[Metres]]:
    """Cut a piece in two across its longer side, along the slope or down it, never quite straight."""
    lengths = {}
    for quarter in (0, 1):
        angle = slope + quarter * math.pi / 2
        along = [x * math.cos(angle) + y * math.sin(angle) for x, y in piece]
        lengths[max(along) - min(along)] = angle
    angle = lengths[max(lengths)] + dice.bell() * 0.08
    normal = (math.cos(angle), math.sin(angle))
    along = sorted(x * normal[0] + y * normal[1] for x, y in piece)
    at = along[0] + (along[-1] - along[0]) * dice.uniform(0.38, 0.62)
    return [_half(piece, normal, at), _half(piece, (-normal[0], -normal[1]), -at)]


def _half(piece: Sequence[Metres], normal: Metres, at: float) -> list[Metres]:
    """The part of a convex piece on one side of a line (Sutherland and Hodgman's clipping)."""
    result = []
    for a, b in zip(piece, [*piece[1:], piece[0]], strict=True):
        far_a, far_b = (p[0] * normal[0] + p[1] * normal[1] - at for p in (a, b))
        if far_a <= 0:
            result.append(a)
        if (far_a < 0 < far_b) or (far_b < 0 < far_a):
            share = far_a / (far_a - far_b)
            result.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    return result


class _Bend:
    """How boundaries of a hamlet follow its slope: two gentle waves."""

    def __init__(self, dice: Dice) -> None:
        self.turn = dice.uniform(0, 2 * math.pi)
        self.waves = [
            (dice.uniform(14, 22), dice.uniform(320, 460), dice.uniform(0, 6.28)),
            (dice.uniform(1.2, 2.2), dice.uniform(95, 140), dice.uniform(0, 6.28)),
        ]

    def __call__(self, point: Metres) -> Metres:
        x, y = point
        for number, (metres, length, start) in enumerate(self.waves):
            turn = self.turn + number * 1.1
            across = (x * math.cos(turn) + y * math.sin(turn)) * 2 * math.pi / length + start
            x, y = x - math.sin(turn) * metres * math.sin(across), y + math.cos(turn) * metres * math.sin(across)
        return x, y


def _walk(dice: Dice, piece: list[Metres], bend: _Bend) -> list[Metres]:
    """Walk round a plot: inside its paths, a corner every so many steps, each a little off."""
    inner: list[Metres] = piece
    for a, b in zip(piece, [*piece[1:], piece[0]], strict=True):
        length = math.dist(a, b)
        if length < 1e-6:
            continue
        out = ((b[1] - a[1]) / length, (a[0] - b[0]) / length)
        inner = _half(inner, out, a[0] * out[0] + a[1] * out[1] - _PATH_M)
    inner = [p for p, q in zip(inner, [*inner[1:], inner[0]], strict=True) if math.dist(p, q) > 6]
    step = dice.uniform(*_STEP_M)
    while True:
        corners = []
        for a, b in zip(inner, [*inner[1:], inner[0]], strict=True):
            parts = max(1, round(math.dist(a, b) / step))
            corners += [(a[0] + (b[0] - a[0]) * i / parts, a[1] + (b[1] - a[1]) * i / parts) for i in range(parts)]
        if len(corners) <= _MOST_CORNERS:
            break
        step *= 1.1
    start = dice.whole(0, len(corners) - 1)
    walked = []
    for x, y in map(bend, corners[start:] + corners[:start]):
        angle, off = dice.uniform(0, 2 * math.pi), dice.uniform(0, _WALK_M)
        walked.append((x + off * math.cos(angle), y + off * math.sin(angle)))
    return walked


def _on_earth(points: Sequence[Metres], lon: float, lat: float) -> Ring:
    per_lon = 111_320.0 * math.cos(math.radians(lat))
    return Ring(tuple((round((lon + x / per_lon) * 1e6), round((lat + y / M_PER_DEGREE_LAT) * 1e6)) for x, y in points))

"""The cooperative's plots: 240 plots of 60 producers in 12 hamlets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import shapely

from eudr_geo.plots.geodesy import area_ha
from samples.dice import Dice
from samples.land import M_PER_DEGREE_LAT, Ring, hamlet
from samples.people import HAMLETS, Person, people

NAME = "Hợp tác xã Cà phê Ea Mẫu"
_A_HAMLET = 20
_POINTS = 36
_TOUCHING_M = 40.0


@dataclass(frozen=True)
class SamplePlot:
    """One plot with what the field officer wrote down about it."""

    code: str
    producer: Person
    ring: Ring
    area_ha: float  # as declared: the title's figure, a few percent off the measured one
    mapped_on: str
    planted_year: int
    tenure: str
    is_point: bool = False

    @property
    def lon_lat(self) -> tuple[int, int]:
        """The point taken on it, millionths of a degree."""
        return self.ring.inside()


def measured_ha(ring: Ring) -> float:
    """Geodesic area of a boundary."""
    return float(area_ha([shapely.Polygon([(x / 1e6, y / 1e6) for x, y in ring.corners])])[0])


def plots() -> list[SamplePlot]:
    """Return the 240 plots, by producer."""
    dice = Dice("land")
    members = people(Dice("people"))
    found: list[SamplePlot] = []
    for number, place in enumerate(HAMLETS):
        rings = hamlet(dice, place.lon, place.lat, _A_HAMLET, large=1 if number % 2 else 0)
        owners = _owners(dice, rings, [person for person in members if person.hamlet == place])
        for person in dict.fromkeys(sorted(owners, key=lambda one: one.code)):
            own = [ring for ring, owner in zip(rings, owners, strict=True) if owner == person]
            for count, ring in enumerate(own, start=1):
                found.append(
                    SamplePlot(
                        code=f"T-{person.code[3:]}-{count}",
                        producer=person,
                        ring=ring,
                        area_ha=_declared(dice, measured_ha(ring)),
                        mapped_on=f"2025-{dice.whole(3, 8):02d}-{dice.whole(1, 28):02d}",
                        planted_year=dice.whole(1994, 2019),
                        tenure="sổ đỏ" if dice.chance(0.7) else "chưa có sổ",
                    )
                )
    return _with_points(dice, found)


def _declared(dice: Dice, measured: float) -> float:
    """Area as the papers have it: to 0.01 ha, a few percent off, on the right side of 4 ha."""
    declared = round(measured * dice.uniform(0.965, 1.035), 2)
    return declared if (declared > 4) == (measured > 4) and not 3.9 < declared < 4.1 else round(measured, 2)


def _owners(dice: Dice, rings: list[Ring], members: list[Person]) -> list[Person]:
    """Give each plot an owner, three to six each; nobody's neighbouring plots exceed 4 ha together."""
    areas = [measured_ha(ring) for ring in rings]
    while True:
        shares = [3 + dice.whole(0, 3) for _ in members]
        if sum(shares) == len(rings):
            break
    while True:
        names = [person for person, share in zip(members, shares, strict=True) for _ in range(share)]
        owners = dice.shuffled(names)
        if all(_group_ha(rings, areas, owners, i) <= 3.8 for i in range(len(rings)) if areas[i] < 3.8) and not any(
            owners[i] == owners[j] and _near(rings[i], rings[j])
            for i in range(len(rings))
            if areas[i] >= 3.8
            for j in range(len(rings))
            if i != j
        ):
            return owners


def _group_ha(rings: list[Ring], areas: list[float], owners: list[Person], start: int) -> float:
    """Area of the plots of one owner that touch each other, beginning with one of them."""
    group, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for other in range(len(rings)):
            if other not in group and owners[other] == owners[start] and _near(rings[here], rings[other]):
                group.add(other)
                waiting.append(other)
    return sum(areas[i] for i in group)


def _near(a: Ring, b: Ring) -> bool:
    per_lon = 111_320.0 * math.cos(math.radians(a.corners[0][1] / 1e6)) / 1e6
    per_lat = M_PER_DEGREE_LAT / 1e6
    return any(
        math.hypot((xa - xb) * per_lon, (ya - yb) * per_lat) < _TOUCHING_M
        for xa, ya in a.corners
        for xb, yb in b.corners
    )


def _with_points(dice: Dice, found: list[SamplePlot]) -> list[SamplePlot]:
    """Small plots of which only a point was taken; the last digit is never 0, which a spreadsheet would drop."""
    fit = [i for i, plot in enumerate(found) if plot.area_ha < 1.3 and all(value % 10 for value in plot.lon_lat)]
    chosen = set(dice.shuffled(fit)[:_POINTS])
    return [replace(plot, is_point=i in chosen) for i, plot in enumerate(found)]

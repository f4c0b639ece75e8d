"""The messy set: one small file for each everyday fault, mostly good plots, the fault on the records named.

Each file has a hamlet of its own, so that all of them can also be checked together.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samples import formats
from samples.coop import measured_ha
from samples.dice import Dice
from samples.formats import feature
from samples.land import Ring, degrees, hamlet
from samples.people import invented_name

Codes = Mapping[str, Sequence[int]]

_WEST, _SOUTH, _STEP, _A_ROW = 108.40, 12.56, 0.025, 10
HEADINGS = ("plot_code", "producer_name", "country", "area_ha")
GONE = {"missing-geometry", "unsupported-geometry", "nested-point", "not-finite", "unreadable-record"}
"""Codes under which a record does not become a plot."""


@dataclass(frozen=True)
class Land:
    """One plot of a messy file."""

    code: str
    name: str
    ring: Ring
    area_ha: float

    @property
    def official(self) -> dict[str, Any]:
        """The four properties of the EU system."""
        return {
            "ProducerName": self.name,
            "ProducerCountry": "VN",
            "ProductionPlace": self.code,
            "Area": self.area_ha,
        }

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Cells of a table without the coordinates."""
        return self.code, self.name, "VN", f"{self.area_ha:.2f}"

    @property
    def lat_lon(self) -> tuple[str, str]:
        """A point on it as text."""
        lon, lat = self.ring.inside()
        return degrees(lat), degrees(lon)

    def polygon(self) -> str:
        """The boundary as GeoJSON."""
        return formats.polygon(self.ring.closed())

    def feature(self) -> str:
        """The good feature."""
        return feature(self.polygon(), self.official)


@dataclass(frozen=True)
class Messy:
    """One messy file: what is in it and what the toolkit must say."""

    name: str
    fault: str  # one sentence
    data: bytes
    records: int
    codes: Codes = field(default_factory=dict)  # errors and warnings → records; none for the file as a whole
    notes: Codes = field(default_factory=dict)
    together_with: tuple[str, ...] = ()  # files that must be checked with it for the fault to be seen

    @property
    def rejected(self) -> int:
        """Records that do not become plots."""
        return len({record for code, records in self.codes.items() if code in GONE for record in records})

    def expected(self) -> dict[str, Any]:
        """The entry of ``expected.json``."""
        entry: dict[str, Any] = {
            "codes": {code: list(records) for code, records in self.codes.items()},
            "notes": {code: list(records) for code, records in self.notes.items()},
            "records": self.records,
            "plots": self.records - self.rejected,
            "rejected": self.rejected,
        }
        return entry | ({"together_with": list(self.together_with)} if self.together_with else {})


Maker = Callable[[list[Land], Dice], Messy]
MAKERS: list[tuple[int, dict[str, Any], Maker]] = []


def messy_file(count: int, **options: Any) -> Callable[[Maker], Maker]:
    """Give a maker this many plots of its own hamlet."""

    def register(maker: Maker) -> Maker:
        MAKERS.append((count, options, maker))
        return maker

    return register


def messy() -> list[Messy]:
    """Return the messy files, in the order of the README."""
    for part in ("faulty_coordinates", "faulty_records", "faulty_files", "app_files"):
        importlib.import_module(f"samples.{part}")
    return [
        maker(land_of(number, maker.__name__, count, options), Dice(maker.__name__))
        for number, (count, options, maker) in enumerate(MAKERS)
    ]


def expected(files: Sequence[Messy]) -> bytes:
    """Return ``expected.json``."""
    lines = (f"{json.dumps(one.name)}: {json.dumps(one.expected())}" for one in files)
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def land_of(number: int, name: str, count: int, options: Mapping[str, Any]) -> list[Land]:
    """Return the hamlet of a file: where it lies and its codes come from its number, its land from its name."""
    dice = Dice(f"land of {name}")
    east, north = number % _A_ROW * _STEP, number // _A_ROW * _STEP
    rings = hamlet(dice, _WEST + east, _SOUTH + north, count, **{"median_ha": 0.8, **options})
    return [
        Land(f"T-{901 + number}-{k}", invented_name(dice, ede=number % 2 == 0), ring, round(measured_ha(ring), 2))
        for k, ring in enumerate(rings, start=1)
    ]


def features(land: Sequence[Land], changed: Mapping[int, str]) -> list[str]:
    """All features; those of ``changed`` (record → feature) take the place of the good ones."""
    return [changed.get(number) or plot.feature() for number, plot in enumerate(land, start=1)]


def points(land: Sequence[Land], changed: Mapping[int, Sequence[str]]) -> list[Sequence[str]]:
    """Rows of points, the heading first; ``changed`` by sheet row."""
    rows = [(*plot.row, *plot.lat_lon) for plot in land]
    return [
        (*HEADINGS, "latitude", "longitude"),
        *(changed.get(number, row) for number, row in enumerate(rows, start=2)),
    ]


def numbers(land: Sequence[Any], first: int = 1) -> list[int]:
    """Numbers of all records."""
    return list(range(first, first + len(land)))


def kml_data(plot: Land) -> dict[str, str]:
    """Data of a good placemark."""
    return {"ProducerName": plot.name, "ProducerCountry": "VN", "Area": f"{plot.area_ha:.2f}"}

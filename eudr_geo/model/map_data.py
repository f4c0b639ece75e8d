"""What a map shows: plots, lots, and how many kilograms went from one to the other. Drawn by ``exports/lot_map``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class MapPlot:
    """A plot on the map."""

    code: str
    producer: str
    country: str
    area_ha: float | None
    geometry: Any
    findings: tuple[tuple[str, str], ...] = ()  # severity, what is wrong


@dataclass(frozen=True)
class MapLot:
    """A lot in the list of layers."""

    code: str
    form: str
    stream: str
    type: str  # micro, bulk or ""
    quantity_kg: float
    custody_model: str = ""


@dataclass(frozen=True)
class MapFeed:
    """Kilograms of a plot in a lot."""

    lot: str
    plot: str
    kg: float
    share: float  # of the lot, 0–1
    kg_min: float
    kg_max: float
    evidence: str
    harvest_from: str
    harvest_to: str


@dataclass(frozen=True)
class MapData:
    """Everything on one map."""

    title: str
    subtitle: str
    plots: tuple[MapPlot, ...]
    lots: tuple[MapLot, ...] = ()
    feeds: tuple[MapFeed, ...] = ()
    outlines: tuple[tuple[str, Any], ...] = field(default_factory=tuple)  # name, geometry

"""What the project holds of a plot beside its boundary."""

from __future__ import annotations

from typing import NamedTuple


class PlotFacts(NamedTuple):
    """What the project holds of a plot, without its boundary; ``version`` is 0 where it has no boundary yet."""

    fid: int
    producer_code: str | None
    producer: str | None  # name
    country: str
    commodity: str
    place: str
    version_fid: int | None
    version: int
    geometry_hash: str
    declared_area_ha: float | None
    area_ha: float | None
    mapped_on: str
    valid_from: str
    held_since: str

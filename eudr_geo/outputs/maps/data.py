"""What a lot map shows: lots, plots, who fed what, findings, background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from eudr_geo.lots.routes import Route
from eudr_geo.model.findings import Finding

Array = npt.NDArray[Any]

FEED_COLUMNS = (
    "lot_code", "plot_code", "kg_attributed", "share", "kg_min", "kg_max", "evidence_class", "harvest_from",
    "harvest_to",
)  # fmt: skip
"""The columns of a trace that the map needs, named as in ``trace.csv``."""


@dataclass(frozen=True)
class MapLot:
    """A lot to show."""

    code: str
    form: str = ""
    stream: str = ""
    type: str = ""  # micro, bulk or ""
    quantity_kg: float = float("nan")
    remark: str = ""  # what else is said of it beside its name


@dataclass(frozen=True)
class MapPlots:
    """The plots to show: one array (or list) a column, all of length n.

    Attributes
    ----------
    code
        Plot codes, each once.
    producer
        Producer as it may be shown: a name, or a code where names must not leave.
    country
        ISO 3166-1 alpha-2, or "".
    area_ha
        Area; for a point, the declared one. NaN where nothing is known.
    geometry
        Shapely geometries or None, lon lat, WGS 84.
    version
        Number of the version in force, or "".
    producer_code
        What tells producers of one name apart; left out, the shown names do.
    """

    code: Sequence[str] | Array = ()
    producer: Sequence[str] | Array = ()
    country: Sequence[str] | Array = ()
    area_ha: Sequence[float] | Array = ()
    geometry: Sequence[Any] | Array = ()
    version: Sequence[Any] | Array = ()
    producer_code: Sequence[str] | Array | None = None

    def __post_init__(self) -> None:
        """Refuse columns of different lengths: every value would then stand beside the wrong plot."""
        columns = [self.code, self.producer, self.country, self.area_ha, self.geometry, self.version]
        if self.producer_code is not None:
            columns.append(self.producer_code)
        if len({len(column) for column in columns}) > 1:
            raise ValueError(f"plot columns differ in length: {[len(column) for column in columns]}")

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class MapPlace:
    """A store, station, mill or port that the way of a lot leads past; ``kind`` is one of the model's words."""

    code: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class LotMapData:
    """Everything on the page; the map computes nothing that the package does not say.

    Attributes
    ----------
    title, subtitle
        Heading of the page, and what stands small above it (organisation, season, consignment).
    lots
        The lots, in the order of the layer switch.
    plots
        Every plot to draw; those that fed none of the lots are drawn thin and grey.
    feeds
        One row a lot and plot, columns :data:`FEED_COLUMNS`; a data frame of the trace will do. Rows without a plot
        code are kilograms of unknown origin and are shown as such. Rows of other lots are left aside.
    findings
        About plots (by ``plot_id``) or about the lots (by ``code``).
    outlines
        Background: (name, geometry) pairs, the country of the plots first.
    places
        Places whose position is known.
    routes
        Lot code → its way past them.
    language
        Language of the page's own words.
    """

    title: str
    subtitle: str = ""
    lots: Sequence[MapLot] = ()
    plots: MapPlots = field(default_factory=MapPlots)
    feeds: Mapping[str, Sequence[Any]] | Any = field(default_factory=lambda: dict.fromkeys(FEED_COLUMNS, ()))
    findings: Sequence[Finding] = ()
    outlines: Sequence[tuple[str, Any]] = ()
    language: str = "en"
    places: Sequence[MapPlace] = ()
    routes: Mapping[str, Route] = field(default_factory=dict)

    def feed(self, column: str) -> Array:
        """Return one column of the feeds, shape (n,)."""
        kind: Any = float if column == "share" or column.startswith("kg_") else object
        values = self.feeds[column]
        array = np.empty(len(values), dtype=kind)
        array[:] = values
        return array

"""The lot book: every table of the lot side as frames, whichever file or project it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eudr_geo.model.land import Plot, PlotHolding
from eudr_geo.model.lots import Delivery, Lot, Process, ProcessLine, Season, Stream, StreamPlot
from eudr_geo.model.people import GroupMembership, Organisation, Producer
from eudr_geo.model.places import Location, StorageStay
from eudr_geo.model.quality import Measurement
from eudr_geo.model.statements import Statement, StatementLot, StatusEvent
from eudr_geo.model.trade import (
    BenchmarkPrice,
    Consignment,
    ConsignmentLine,
    Cost,
    Handover,
    Offer,
)

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.base import Base

BOOK_TABLES: Mapping[str, type[Base]] = {
    "organisation": Organisation,
    "producer": Producer,
    "group_membership": GroupMembership,
    "plot": Plot,
    "plot_holding": PlotHolding,
    "season": Season,
    "stream": Stream,
    "stream_plot": StreamPlot,
    "location": Location,
    "statement": Statement,
    "lot": Lot,
    "delivery": Delivery,
    "process": Process,
    "process_line": ProcessLine,
    "consignment": Consignment,
    "consignment_line": ConsignmentLine,
    "storage_stay": StorageStay,
    "handover": Handover,
    "measurement": Measurement,
    "benchmark_price": BenchmarkPrice,
    "offer": Offer,
    "cost": Cost,
    "statement_lot": StatementLot,
    "status_event": StatusEvent,
}
"""The tables of a lot book, in an order in which each comes after those it refers to."""

LAND_COLUMNS = ("plot_code", "version", "area_ha", "valid_from", "valid_to", "geometry_hash")
"""Columns of the versions of plots that a book may carry: the land as lots need it, without its geometry."""

_OF_THE_PROJECT = frozenset({"fid", "imported_at"})


def columns(table: str) -> list[str]:
    """Columns of a table of the book, without what only a project knows: the row number, the time of storing."""
    return [column.name for column in BOOK_TABLES[table].__table__.columns if column.name not in _OF_THE_PROJECT]


def empty_frame(table: str) -> pd.DataFrame:
    """Return a frame of no rows with the table's columns."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns(table)})


def in_force(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables without what was voided: a receipt that was declared void brings nothing into a lot.

    Examples
    --------
    >>> from eudr_geo.model.workbook import frame_of
    >>> rows = [{"code": "R1"}, {"code": "R2", "void_reason": "written twice"}]
    >>> in_force({"delivery": frame_of("delivery", rows)})["delivery"]["code"].tolist()
    ['R1']
    """
    found = dict(frames)
    if "delivery" in found:
        rows = found["delivery"]
        void = rows["void_reason"].fillna("") != ""
        if void.any():
            found["delivery"] = rows[~void].reset_index(drop=True)
    return found


def keeper_of(organisations: pd.DataFrame, said: str) -> str:
    """Return the name of the organisation that keeps the book: of its own row, else what the project was made with.

    Examples
    --------
    >>> from eudr_geo.model.workbook import frame_of
    >>> frame = frame_of("organisation", [{"code": "COOP", "name": "Ea Tam Cooperative", "is_own": True}])
    >>> keeper_of(frame, "Ea Tam"), keeper_of(frame[:0], "Ea Tam")
    ('Ea Tam Cooperative', 'Ea Tam')
    """
    own = [name for name, is_own in zip(organisations["name"], organisations["is_own"], strict=True) if is_own]
    return str(own[0]) if own and own[0] else said


@dataclass(frozen=True)
class Band:
    """What usually comes out of a step, as a share of what goes in, and what cannot."""

    low: float
    high: float
    ceiling: float


BAND_COLUMNS = ("form_in", "form_out", "species", "processes", "median", "usual_low", "usual_high", "ceiling")
"""Headings of a table of bands."""


@dataclass(frozen=True)
class LotBook:
    """Producers, plots (codes only), deliveries, lots, processes and consignments.

    Attributes
    ----------
    frames
        Table name of :data:`BOOK_TABLES` → frame with exactly :func:`columns` of it, all columns of object dtype;
        None where nothing is stated, dates as ISO 8601 text, quantities as float kg. Read them with :meth:`table`.
    land
        Versions of the plots, columns :data:`LAND_COLUMNS`; None for a book that is read from a file.
    bands
        The organisation's own outturn bands, (form in, form out, species or "") → band; they go before the general
        ones.
    today
        The day on which the book is judged, ISO 8601; "" where nobody says, and then no day is called still to come.
    keeper
        Name of the organisation that keeps the book and takes in what is delivered; "" where nobody says.
    superseded
        Consignment or lot of which a package was built → day (ISO 8601) on which what it says was last corrected.

    Examples
    --------
    >>> LotBook().table("lot").columns[:3].tolist()
    ['code', 'stream_code', 'form']
    """

    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    land: pd.DataFrame | None = None
    bands: Mapping[tuple[str, str, str], Band] = field(default_factory=dict)
    today: str = ""
    keeper: str = ""
    superseded: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, empty where the book has none."""
        return self.frames.get(name, empty_frame(name))

    def versions(self) -> pd.DataFrame:
        """Return the versions of the plots, empty where the book does not carry them."""
        import pandas as pd

        return pd.DataFrame(columns=list(LAND_COLUMNS), dtype=object) if self.land is None else self.land

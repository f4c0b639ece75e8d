"""What tracing found, kept in the project so that QGIS can show it; made anew after every step, never typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Geometry, Numbered, col


class LotAttribution(Numbered, Base):
    """Kilograms of a lot attributed to one version of a plot; an empty plot is what no plot is known for."""

    __tablename__ = "lot_attribution"
    __table_args__ = (UniqueConstraint("lot_code", "plot_code", "plot_version", "producer_code", "evidence_class"),)

    lot_code: Mapped[str] = col("lot")
    plot_code: Mapped[str] = col("plot, empty where none is known", default="", index=True)
    producer_code: Mapped[str] = col("producer", default="")
    plot_version: Mapped[int | None] = col("version of the plot that gave the goods")
    geometry_hash: Mapped[str] = col("SHA-256 of that version's geometry: the land the lot stands for", default="")
    quantity_kg: Mapped[float] = col("attributed, in the form of the lot", unit="kg")
    share: Mapped[float] = col("part of the lot, 0 to 1")
    quantity_min_kg: Mapped[float] = col("least that the plot can have given", unit="kg")
    quantity_max_kg: Mapped[float] = col("most that the plot can have given", unit="kg")
    evidence_class: Mapped[str] = col("exact, producer, group, silo, referenced or unknown")
    harvested_from: Mapped[str] = col("first day of harvest, ISO 8601", default="")
    harvested_to: Mapped[str] = col("last day of harvest, ISO 8601", default="")
    upstream_reference: Mapped[str] = col("supplier's due diligence statement that covers it", default="")


class LotFlow(Numbered, Base):
    """Goods on their way: from a plot to a site, or from one site to the next."""

    __tablename__ = "lot_flow"

    lot_code: Mapped[str] = col("lot", index=True)
    kind: Mapped[str] = col("delivery, process or storage")
    from_code: Mapped[str] = col("plot or location it left")
    to_code: Mapped[str] = col("location it came to")
    quantity_kg: Mapped[float] = col("weight", unit="kg")
    geometry: Mapped[Any] = col("straight line, lon lat, WGS 84", Geometry("LINESTRING"))

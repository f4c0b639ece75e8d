"""Land: plots and their dated versions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Geometry, Numbered, Provenance, col


class Plot(Numbered, Provenance, Base):
    """One piece of land of one producer, known by its code."""

    __tablename__ = "plot"

    code: Mapped[str] = col(
        "plot code, at most 40 characters", unique=True, sheet="plots.code", kind="code", required=True
    )
    producer_code: Mapped[str | None] = col(
        "producer who works the plot", ForeignKey("producer.code"), index=True, sheet="plots.producer", required=True
    )
    held_since: Mapped[str] = col(
        "first day on which this producer holds the plot, ISO 8601; empty = since the one before, or always",
        default="",
        sheet="plots.held_since",
        kind="date",
    )
    held_until: Mapped[str] = col(
        "last day on which this producer held the plot, ISO 8601; empty = still",
        default="",
        sheet="plots.held_until",
        kind="date",
    )
    commodity: Mapped[str] = col(
        "coffee, cocoa, rubber, oil-palm, soya, cattle or wood",
        default="",
        sheet="plots.commodity",
        kind="choice:commodity",
    )
    country: Mapped[str] = col("ISO 3166-1 alpha-2 country code", default="", sheet="plots.country", kind="country")
    place: Mapped[str] = col("place name", default="", sheet="plots.place")
    planted_year: Mapped[int | None] = col("year of planting", sheet="plots.planted_year")
    tenure: Mapped[str] = col("title or form of tenure", default="", sheet="plots.tenure")
    variety: Mapped[str] = col("variety planted", default="")
    scheme_ids: Mapped[str] = col(
        "numbers under certification schemes, name=number, separated by semicolons", default=""
    )
    geo_id: Mapped[str] = col("number in a public registry of field boundaries", default="")


class PlotHolding(Numbered, Provenance, Base):
    """A producer who held a plot before the present one. Kept when the plot changes hands; nobody types it."""

    __tablename__ = "plot_holding"

    plot_code: Mapped[str] = col("plot", ForeignKey("plot.code"), index=True)
    producer_code: Mapped[str] = col("producer who held it", ForeignKey("producer.code"), index=True)
    from_date: Mapped[str] = col("first day, ISO 8601; empty = always", default="")
    to_date: Mapped[str] = col("last day, ISO 8601")


class PlotVersion(Numbered, Provenance, Base):
    """The land of a plot as mapped at one time. A new survey makes a new version; the old one stays."""

    __tablename__ = "plot_version"
    __table_args__ = (UniqueConstraint("plot_code", "version"),)

    plot_code: Mapped[str] = col("plot", ForeignKey("plot.code"), index=True)
    version: Mapped[int] = col("1 for the first survey")
    geometry: Mapped[Any] = col("boundary or point, lon lat, WGS 84", Geometry("GEOMETRY"))
    area_ha: Mapped[float | None] = col("area: geodesic of a polygon, declared of a point", unit="ha")
    declared_area_ha: Mapped[float | None] = col("area as declared", unit="ha")
    geometry_hash: Mapped[str] = col("SHA-256 of the normalised geometry at six decimals", index=True)
    mapped_on: Mapped[str] = col("date of the survey, ISO 8601; empty when not stated", default="")
    valid_from: Mapped[str] = col("first day of this version, ISO 8601; empty = always", default="")
    valid_to: Mapped[str] = col("last day of this version, ISO 8601; empty = still valid", default="")
    decimals: Mapped[int | None] = col("most decimals written in the file")
    source_sha256: Mapped[str] = col("SHA-256 of the file the boundary came from", default="")
    method: Mapped[str] = col("how it was mapped: walked with GPS, drawn on imagery, cadastre …", default="")
    accuracy_m: Mapped[float | None] = col("accuracy as stated", unit="m")
    mapper: Mapped[str] = col("who mapped it", default="")

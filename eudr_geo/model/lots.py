"""Lots and how they came about: a lot never changes form; kilograms live on the edges."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col

FORMS = ("cherry", "dried_cherry", "wet_parchment", "dry_parchment", "green", "roasted", "other")
STREAM_TYPES = ("micro", "bulk")
PROCESS_TYPES = (
    "merge",
    "split",
    "wet_mill",
    "dry",
    "dry_mill",
    "grade",
    "blend",
    "repack",
    "roast",
    "adjust",
)
LINE_DIRECTIONS = ("in", "out", "byproduct", "loss")
TOLERANCE_KG, TOLERANCE_SHARE = 1.0, 0.005
"""Good practice: what scales and spilling explain, the larger of 1 kg and 0.5 % of the lot."""
LOT_STATUSES = ("open", "sealed", "consumed", "shipped", "rejected", "destroyed")


class Season(Numbered, Provenance, Base):
    """A harvest season of one country."""

    __tablename__ = "season"

    code: Mapped[str] = col("season, for example 2025/26", unique=True)
    country: Mapped[str] = col("ISO 3166-1 alpha-2 country code", default="")
    start: Mapped[str] = col("first day, ISO 8601", default="")
    end: Mapped[str] = col("last day, ISO 8601", default="")
    target_kg: Mapped[float | None] = col("green coffee the organisation means to make", unit="kg")
    output_kg: Mapped[float | None] = col("green coffee it made: what a micro-lot's share is a share of", unit="kg")


class Stream(Numbered, Provenance, Base):
    """One product kept apart through all its forms: a micro-lot with its declared plots, or the bulk."""

    __tablename__ = "stream"

    code: Mapped[str] = col("stream code, for example ML03", unique=True)
    type: Mapped[str] = col("micro or bulk", allowed=STREAM_TYPES)
    season_code: Mapped[str | None] = col("season", ForeignKey("season.code"))
    product: Mapped[str] = col("what is sold", default="")
    hypothesis: Mapped[str] = col("what keeping it apart is meant to show", default="")
    owner: Mapped[str] = col("who answers for it", default="")
    target_customer: Mapped[str] = col("for whom it is meant", default="")
    sop_version: Mapped[str] = col("version of the working instruction", default="")


class StreamPlot(Numbered, Provenance, Base):
    """A plot declared for a micro stream: the list that its lots are held against."""

    __tablename__ = "stream_plot"
    __table_args__ = (UniqueConstraint("stream_code", "plot_code"),)

    stream_code: Mapped[str] = col("stream", ForeignKey("stream.code"))
    plot_code: Mapped[str] = col("plot", ForeignKey("plot.code"))


class Lot(Numbered, Provenance, Base):
    """A quantity of one product in one form, known by its code."""

    __tablename__ = "lot"
    __table_args__ = (CheckConstraint("quantity_kg > 0", name="lot_quantity_positive"),)

    code: Mapped[str] = col("lot code: at most 20 of A–Z, 0–9 and hyphen (usable in GS1 AI 10)", unique=True)
    stream_code: Mapped[str | None] = col("stream", ForeignKey("stream.code"))
    form: Mapped[str] = col(
        "cherry, dried_cherry, wet_parchment, dry_parchment, green, roasted or other", allowed=FORMS
    )
    quantity_kg: Mapped[float | None] = col("net weight; empty = the sum of what came in", unit="kg")
    created_on: Mapped[str] = col("date, ISO 8601", default="")
    sealed_on: Mapped[str] = col("date after which nothing comes in, ISO 8601", default="")
    status: Mapped[str] = col(
        "open, sealed, consumed, shipped, rejected or destroyed", default="open", allowed=LOT_STATUSES
    )
    species: Mapped[str] = col("species, for example Coffea arabica", default="")
    variety: Mapped[str] = col("variety", default="")
    process: Mapped[str] = col("washed, natural, honey …", default="")
    location_code: Mapped[str | None] = col("where it is kept", ForeignKey("location.code"))
    moisture_percent: Mapped[float | None] = col("moisture", unit="percent")
    hs_code: Mapped[str] = col("HS code, digits only", default="")
    bags: Mapped[int | None] = col("number of bags")
    opening_stock: Mapped[bool] = col("stock from before the records began: its origin is unknown", default=False)
    crop_year: Mapped[str] = col("crop year, for example 2025/26", default="")
    grade: Mapped[str] = col("grade", default="")
    gtin: Mapped[str] = col("GS1 global trade item number, 14 digits", default="")
    custodian_code: Mapped[str | None] = col("organisation that holds it now", ForeignKey("organisation.code"))


class Delivery(Numbered, Provenance, Base):
    """Kilograms from a plot into a lot."""

    __tablename__ = "delivery"
    __table_args__ = (CheckConstraint("quantity_kg > 0", name="delivery_quantity_positive"),)

    code: Mapped[str] = col("receipt number", unique=True)
    lot_code: Mapped[str] = col("lot it went into", ForeignKey("lot.code"), index=True)
    producer_code: Mapped[str | None] = col("producer", ForeignKey("producer.code"))
    plot_code: Mapped[str | None] = col("plot; empty only for bulk", ForeignKey("plot.code"), index=True)
    quantity_kg: Mapped[float] = col("net weight", unit="kg")
    delivered_on: Mapped[str] = col("date, ISO 8601")
    form: Mapped[str] = col("form delivered", default="", allowed=FORMS)
    harvested_from: Mapped[str] = col("first day of harvest, ISO 8601", default="")
    harvested_to: Mapped[str] = col("last day of harvest, ISO 8601", default="")
    price: Mapped[float | None] = col("price paid per kg, in the currency of the season", unit="per kg")
    quantity_gross_kg: Mapped[float | None] = col("weight with bags", unit="kg")
    tare_kg: Mapped[float | None] = col("weight of the bags", unit="kg")
    bags: Mapped[int | None] = col("number of bags")
    unit: Mapped[str] = col("unit the weight was written in, kilograms when empty", default="")
    collector_code: Mapped[str | None] = col("organisation that collected it", ForeignKey("organisation.code"))
    collection_group: Mapped[str] = col("group of producers it came from, where nothing better is known", default="")
    ripeness: Mapped[str] = col("ripeness as noted", default="")


class Process(Numbered, Provenance, Base):
    """A step that turns lots into other lots."""

    __tablename__ = "process"

    code: Mapped[str] = col("process number", unique=True)
    type: Mapped[str] = col(
        "merge, split, wet_mill, dry, dry_mill, grade, blend, repack, roast or adjust", allowed=PROCESS_TYPES
    )
    date_start: Mapped[str] = col("first day, ISO 8601", default="")
    date_end: Mapped[str] = col("last day, ISO 8601", default="")
    location_code: Mapped[str | None] = col("where", ForeignKey("location.code"))
    moisture_in_percent: Mapped[float | None] = col("moisture of what went in", unit="percent")
    moisture_out_percent: Mapped[float | None] = col("moisture of what came out", unit="percent")
    sop_step: Mapped[str] = col("step of the working instruction", default="")
    operator: Mapped[str] = col("who ran it", default="")
    equipment: Mapped[str] = col("machine, bed or tank", default="")
    cleaned_on: Mapped[str] = col("date the equipment was cleaned before this run, ISO 8601", default="")
    cleaning_record: Mapped[str] = col("number or file of the cleaning record", default="")
    note: Mapped[str] = col("note", default="")


class ProcessLine(Numbered, Provenance, Base):
    """One lot, by-product or loss of a process, in kilograms."""

    __tablename__ = "process_line"
    __table_args__ = (
        UniqueConstraint("process_code", "direction", "lot_code"),
        CheckConstraint("quantity_kg > 0", name="line_quantity_positive"),
    )

    process_code: Mapped[str] = col("process", ForeignKey("process.code"), index=True)
    direction: Mapped[str] = col("in, out, byproduct or loss", allowed=LINE_DIRECTIONS)
    lot_code: Mapped[str | None] = col("lot; a loss has none", ForeignKey("lot.code"), index=True)
    quantity_kg: Mapped[float] = col("weight", unit="kg")
    bags: Mapped[int | None] = col("number of bags")

"""Lots and how they came about: a lot never changes form; kilograms live on the edges."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col
from eudr_geo.model.forms import FORMS

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
    "ferment",
    "rubber_mill",
    "oil_mill",
    "saw",
    "slaughter",
    "adjust",
)
LINE_DIRECTIONS = ("in", "out", "byproduct", "loss")
LOT_STATUSES = ("open", "sealed", "consumed", "shipped", "rejected", "destroyed")


class Season(Numbered, Provenance, Base):
    """A harvest season of one country."""

    __tablename__ = "season"
    __table_args__ = (UniqueConstraint("code", "country"),)

    code: Mapped[str] = col(
        "season, for example 2025/26: one spelling, whatever was typed",
        sheet="seasons.code",
        kind="season",
        required=True,
    )
    country: Mapped[str] = col(
        "ISO 3166-1 alpha-2 country code; empty = every country", default="", sheet="seasons.country", kind="country"
    )
    start: Mapped[str] = col("first day of harvest, ISO 8601", default="", sheet="seasons.start", kind="date")
    end: Mapped[str] = col("last day of harvest, ISO 8601", default="", sheet="seasons.end", kind="date")
    currency: Mapped[str] = col(
        "ISO 4217 currency code that the season is counted in", default="", sheet="seasons.currency", kind="currency"
    )
    target_kg: Mapped[float | None] = col(
        "what the organisation means to make, as green coffee, dry cocoa, dry rubber …",
        unit="kg",
        sheet="seasons.target_kg",
    )
    output_kg: Mapped[float | None] = col(
        "what it made, in the same form: what a micro-lot's share is a share of; empty = worked out from the lots",
        unit="kg",
        sheet="seasons.output_kg",
    )
    standard_moisture_percent: Mapped[float | None] = col(
        "moisture at which weights of the season are compared; empty = 12", unit="percent", sheet="seasons.moisture"
    )


class Stream(Numbered, Provenance, Base):
    """One product kept apart through all its forms: a micro-lot with its declared plots, or the bulk."""

    __tablename__ = "stream"

    code: Mapped[str] = col("stream code, for example ML03", unique=True)
    type: Mapped[str] = col(
        "micro or bulk", allowed=STREAM_TYPES, sheet="lots.type", kind="choice:stream_type", required=True
    )
    season_code: Mapped[str | None] = col("season it was begun for, where the workbook names only one")
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
    from_date: Mapped[str] = col("first day in the stream, ISO 8601; empty = always", default="")
    to_date: Mapped[str] = col("last day in the stream, ISO 8601; empty = still", default="")


class Lot(Numbered, Provenance, Base):
    """A quantity of one product in one form, known by its code."""

    __tablename__ = "lot"
    __table_args__ = (CheckConstraint("quantity_kg > 0", name="lot_quantity_positive"),)

    code: Mapped[str] = col(
        "lot code: at most 20 of A–Z, 0–9 and hyphen (usable in GS1 AI 10)",
        unique=True,
        sheet="lots.code",
        kind="code",
        required=True,
    )
    stream_code: Mapped[str | None] = col("stream", ForeignKey("stream.code"), sheet="lots.stream", micro=True)
    form: Mapped[str] = col(
        "what the goods are at this step: cherry, green, dry_cocoa, latex, logs …; other for what no word stands for",
        allowed=FORMS,
        sheet="lots.form",
        kind="choice:form",
        required=True,
    )
    quantity_kg: Mapped[float | None] = col("net weight; empty = the sum of what came in", unit="kg", sheet="lots.kg")
    volume_m3: Mapped[float | None] = col("volume of wood", unit="m3", sheet="lots.volume")
    kg_per_m3: Mapped[float | None] = col(
        "weight of a cubic metre as measured or agreed: weights that were not weighed are worked out from it",
        unit="kg per m3",
        sheet="lots.kg_per_m3",
    )
    heads: Mapped[int | None] = col("number of animals, or of pieces", sheet="lots.heads")
    created_on: Mapped[str] = col("date, ISO 8601", default="", sheet="lots.created", kind="date", required=True)
    sealed_on: Mapped[str] = col(
        "date after which nothing comes in, ISO 8601", default="", sheet="lots.sealed", kind="date"
    )
    status: Mapped[str] = col(
        "open, sealed, consumed, shipped, rejected or destroyed",
        default="open",
        allowed=LOT_STATUSES,
        sheet="lots.status",
        kind="choice:status",
    )
    species: Mapped[str] = col("scientific name; several with semicolons", default="", sheet="lots.species")
    common_name: Mapped[str] = col(
        "common name of the species, in the same order where there are several", default="", sheet="lots.common_name"
    )
    variety: Mapped[str] = col("variety", default="", sheet="lots.variety")
    process: Mapped[str] = col("washed, natural, honey …", default="", sheet="lots.process")
    location_code: Mapped[str | None] = col("where it is kept", ForeignKey("location.code"), sheet="lots.location")
    moisture_percent: Mapped[float | None] = col("moisture", unit="percent", sheet="lots.moisture")
    hs_code: Mapped[str] = col("HS code, digits only", default="", sheet="lots.hs", kind="digits")
    bags: Mapped[int | None] = col("number of bags", sheet="lots.bags")
    opening_stock: Mapped[bool] = col(
        "stock from before the records began: its origin is unknown", default=False, sheet="lots.opening_stock"
    )
    crop_year: Mapped[str] = col("crop year, for example 2025/26", default="", sheet="lots.crop_year", kind="season")
    grade: Mapped[str] = col("grade", default="", sheet="lots.grade")
    gtin: Mapped[str] = col("GS1 global trade item number, 14 digits", default="", sheet="lots.gtin", kind="digits")
    custodian_code: Mapped[str | None] = col(
        "organisation that holds it now", ForeignKey("organisation.code"), sheet="lots.custodian"
    )
    upstream_reference: Mapped[str | None] = col(
        "reference number of the supplier's due diligence statement it was bought with",
        ForeignKey("statement.code"),
        sheet="lots.upstream",
        kind="reference",
    )
    upstream_kg: Mapped[float | None] = col(
        "weight that the statement covers; empty = all that no plot, producer or other lot gave",
        unit="kg",
        sheet="lots.upstream_kg",
    )


class Delivery(Numbered, Provenance, Base):
    """Kilograms from a plot into a lot."""

    __tablename__ = "delivery"
    __table_args__ = (CheckConstraint("quantity_kg > 0", name="delivery_quantity_positive"),)

    code: Mapped[str] = col("receipt number", unique=True, sheet="deliveries.receipt", kind="code")
    lot_code: Mapped[str] = col(
        "lot it went into", ForeignKey("lot.code"), index=True, sheet="deliveries.lot", required=True
    )
    producer_code: Mapped[str | None] = col("producer", ForeignKey("producer.code"), sheet="deliveries.producer")
    plot_code: Mapped[str | None] = col(
        "plot; empty only for bulk", ForeignKey("plot.code"), index=True, sheet="deliveries.plot"
    )
    quantity_kg: Mapped[float] = col("net weight", unit="kg", sheet="deliveries.kg", required=True)
    volume_m3: Mapped[float | None] = col("volume of wood", unit="m3", sheet="deliveries.volume")
    heads: Mapped[int | None] = col("number of animals", sheet="deliveries.heads")
    dry_rubber_percent: Mapped[float | None] = col(
        "dry rubber content as measured on receipt", unit="percent", sheet="deliveries.dry_rubber"
    )
    delivered_on: Mapped[str] = col("date, ISO 8601", sheet="deliveries.date", kind="date", required=True)
    form: Mapped[str] = col("form delivered", default="", allowed=FORMS, sheet="deliveries.form", kind="choice:form")
    harvested_from: Mapped[str] = col(
        "first day of harvest, ISO 8601", default="", sheet="deliveries.harvested_from", kind="date"
    )
    harvested_to: Mapped[str] = col(
        "last day of harvest, ISO 8601", default="", sheet="deliveries.harvested_to", kind="date"
    )
    price: Mapped[float | None] = col(
        "price paid per kg, in the currency", unit="per kg", sheet="deliveries.price", kind="money"
    )
    currency: Mapped[str] = col(
        "ISO 4217 currency code of what was paid; empty = that of the season",
        default="",
        sheet="deliveries.currency",
        kind="currency",
    )
    amount_paid: Mapped[float | None] = col(
        "what was paid for it in all at first, in the currency",
        unit="currency",
        sheet="deliveries.amount_paid",
        kind="money",
    )
    second_payment: Mapped[float | None] = col(
        "what was paid for it later, in the currency", unit="currency", sheet="deliveries.second_payment", kind="money"
    )
    second_payment_on: Mapped[str] = col(
        "day of the second payment, ISO 8601", default="", sheet="deliveries.second_payment_on", kind="date"
    )
    quantity_gross_kg: Mapped[float | None] = col("weight with bags", unit="kg", sheet="deliveries.gross_kg")
    tare_kg: Mapped[float | None] = col("weight of the bags", unit="kg", sheet="deliveries.tare_kg", kind="number")
    bags: Mapped[int | None] = col("number of bags", sheet="deliveries.bags")
    unit: Mapped[str] = col("unit the weight was written in, kilograms when empty", default="")
    collector_code: Mapped[str | None] = col(
        "organisation that collected it", ForeignKey("organisation.code"), sheet="deliveries.collector"
    )
    collection_group: Mapped[str] = col(
        "group of producers it came from, where nothing better is known", default="", sheet="deliveries.group"
    )
    ripeness: Mapped[str] = col("ripeness as noted", default="")
    void_reason: Mapped[str] = col(
        "why the receipt is void; it stays in the records and brings nothing into the lot",
        default="",
        sheet="deliveries.void",
    )
    upstream_reference: Mapped[str | None] = col(
        "reference number of the supplier's due diligence statement that covers it",
        ForeignKey("statement.code"),
        sheet="deliveries.upstream",
        kind="reference",
    )


class Process(Numbered, Provenance, Base):
    """A step that turns lots into other lots."""

    __tablename__ = "process"

    code: Mapped[str] = col("process number", unique=True, sheet="processing.code", kind="code", required=True)
    type: Mapped[str] = col(
        "merge, split, wet_mill, dry, dry_mill, grade, blend, repack, adjust, roast; ferment, rubber_mill, oil_mill …",
        allowed=PROCESS_TYPES,
        sheet="processing.step",
        kind="choice:process_type",
        required=True,
    )
    date_start: Mapped[str] = col(
        "first day, ISO 8601", default="", sheet="processing.date", kind="date", required=True
    )
    date_end: Mapped[str] = col("last day, ISO 8601", default="", sheet="processing.date_to", kind="date")
    location_code: Mapped[str | None] = col("where", ForeignKey("location.code"), sheet="processing.location")
    moisture_in_percent: Mapped[float | None] = col(
        "moisture of what went in", unit="percent", sheet="processing.moisture_in"
    )
    moisture_out_percent: Mapped[float | None] = col(
        "moisture of what came out", unit="percent", sheet="processing.moisture_out"
    )
    sop_step: Mapped[str] = col("step of the working instruction", default="")
    operator: Mapped[str] = col("who ran it", default="", sheet="processing.operator")
    equipment: Mapped[str] = col("machine, bed or tank", default="", sheet="processing.equipment")
    cleaned_on: Mapped[str] = col(
        "date the equipment was cleaned before this run, ISO 8601", default="", sheet="processing.cleaned", kind="date"
    )
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
    direction: Mapped[str] = col(
        "in, out, byproduct or loss", allowed=LINE_DIRECTIONS, sheet="processing.kind", kind="choice:kind"
    )
    lot_code: Mapped[str | None] = col(
        "lot; a loss has none", ForeignKey("lot.code"), index=True, sheet=("processing.in_lot", "processing.out_lot")
    )
    quantity_kg: Mapped[float] = col("weight", unit="kg", sheet=("processing.in_kg", "processing.out_kg"))
    volume_m3: Mapped[float | None] = col(
        "volume of wood", unit="m3", sheet=("processing.in_volume", "processing.out_volume")
    )
    bags: Mapped[int | None] = col("number of bags")

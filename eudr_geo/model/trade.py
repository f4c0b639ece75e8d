"""Trade: handovers, offers and prices, costs, consignments."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col, one_of

OFFER_STATUSES = ("offered", "countered", "accepted", "rejected", "expired")
COST_VARIABILITY = ("fixed", "variable")


class Consignment(Numbered, Provenance, Base):
    """What leaves together for one buyer."""

    __tablename__ = "consignment"

    code: Mapped[str] = col(
        "consignment code, at most 50 characters", unique=True, sheet="shipments.code", kind="code", required=True
    )
    buyer: Mapped[str] = col("buyer", default="", sheet="shipments.buyer", required=True)
    buyer_country: Mapped[str] = col(
        "ISO 3166-1 alpha-2 country code of the buyer", default="", sheet="shipments.buyer_country", kind="country"
    )
    ship_date: Mapped[str] = col("date, ISO 8601", default="", sheet="shipments.ship_date", kind="date", required=True)
    country: Mapped[str] = col("ISO 3166-1 alpha-2 country code of destination", default="")
    incoterm: Mapped[str] = col("incoterm, for example FOB", default="", sheet="shipments.incoterm")
    ico_mark: Mapped[str] = col("ICO mark: country/exporter/shipment", default="", sheet="shipments.ico")
    bill_of_lading: Mapped[str] = col("number of the bill of lading", default="", sheet="shipments.bl")


class ConsignmentLine(Numbered, Provenance, Base):
    """Kilograms of a lot in a consignment; of a lot in several containers, a line for each."""

    __tablename__ = "consignment_line"
    __table_args__ = (
        UniqueConstraint("consignment_code", "lot_code", "container"),
        CheckConstraint("quantity_kg > 0", name="consignment_quantity_positive"),
        CheckConstraint("bags >= 0", name="consignment_bags_not_negative"),
    )

    consignment_code: Mapped[str] = col("consignment", ForeignKey("consignment.code"), index=True)
    lot_code: Mapped[str] = col("lot", ForeignKey("lot.code"), index=True, sheet="shipments.lot", required=True)
    quantity_kg: Mapped[float] = col("net weight shipped", unit="kg", sheet="shipments.kg", required=True)
    volume_m3: Mapped[float | None] = col("volume of wood shipped", unit="m3", sheet="shipments.volume")
    heads: Mapped[int | None] = col("number of animals, or of pieces, shipped", sheet="shipments.heads")
    hs_code: Mapped[str] = col("HS code, digits only", default="", sheet="shipments.hs", kind="digits")
    returned_kg: Mapped[float | None] = col(
        "weight that came back; it can be shipped again", unit="kg", sheet="shipments.returned_kg"
    )
    returned_on: Mapped[str] = col(
        "day on which it came back, ISO 8601", default="", sheet="shipments.returned_on", kind="date"
    )
    sscc: Mapped[str] = col(
        "GS1 number of the pallet, big bag or container load, 18 digits",
        default="",
        sheet="shipments.sscc",
        kind="digits",
    )
    container: Mapped[str] = col(
        "container number, ISO 6346; empty = the only one of the shipment, or none",
        default="",
        sheet="shipments.container",
        kind="container",
    )
    seal: Mapped[str] = col("number of the seal on the container", default="", sheet="shipments.seal")
    bags: Mapped[int | None] = col("number of bags", sheet="shipments.bags")


class Handover(Numbered, Provenance, Base):
    """A lot, or part of it, changing hands."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("quantity_sent_kg > 0", name="handover_sent_positive"),
        CheckConstraint("quantity_received_kg >= 0", name="handover_received_not_negative"),
    )

    code: Mapped[str] = col(
        "number of the handover form", unique=True, sheet="handovers.code", kind="code", required=True
    )
    lot_code: Mapped[str] = col("lot", ForeignKey("lot.code"), index=True, sheet="handovers.lot", required=True)
    from_org: Mapped[str] = col(
        "organisation that gives", ForeignKey("organisation.code"), sheet="handovers.from", required=True
    )
    to_org: Mapped[str] = col(
        "organisation that receives", ForeignKey("organisation.code"), sheet="handovers.to", required=True
    )
    date_sent: Mapped[str] = col("date, ISO 8601", sheet="handovers.date_sent", kind="date", required=True)
    quantity_sent_kg: Mapped[float] = col("weight sent", unit="kg", sheet="handovers.kg_sent", required=True)
    date_received: Mapped[str] = col(
        "date, ISO 8601; empty = not yet received", default="", sheet="handovers.date_received", kind="date"
    )
    quantity_received_kg: Mapped[float | None] = col("weight received", unit="kg", sheet="handovers.kg_received")
    location_code: Mapped[str | None] = col(
        "place where it was received", ForeignKey("location.code"), sheet="handovers.place"
    )
    bags: Mapped[int | None] = col("number of bags")
    moisture_percent: Mapped[float | None] = col("moisture on receipt", unit="percent", sheet="handovers.moisture")
    vehicle: Mapped[str] = col("vehicle", default="", sheet="handovers.vehicle")
    driver: Mapped[str] = col("driver", default="")
    seal_sent: Mapped[str] = col("seal number when it left", default="", sheet="handovers.seal")
    seal_received: Mapped[str] = col("seal number when it came", default="", sheet="handovers.seal_received")
    signed_by_sender: Mapped[str] = col("who signed for the giver", default="", sheet="handovers.signed_sender")
    signed_by_receiver: Mapped[str] = col("who signed for the receiver", default="", sheet="handovers.signed")
    photo: Mapped[str] = col("file name of a photo", default="")
    bill_of_lading: Mapped[str] = col("number of the bill of lading", default="")


class BenchmarkPrice(Numbered, Provenance, Base):
    """What a product cost on a market on a day: what a premium is measured against."""

    __tablename__ = "benchmark_price"
    __table_args__ = (
        UniqueConstraint("form", "market", "date"),
        CheckConstraint("price > 0", name="benchmark_price_positive"),
    )

    form: Mapped[str] = col("form of the product")
    market: Mapped[str] = col("market or place")
    date: Mapped[str] = col("date, ISO 8601")
    price: Mapped[float] = col("price per unit, in the currency", unit="per unit")
    currency: Mapped[str] = col("ISO 4217 currency code")
    unit: Mapped[str] = col("unit the price is per")
    incoterm: Mapped[str] = col("incoterm, for example FOB", default="")
    source: Mapped[str] = col("who published it", default="")


class Offer(Numbered, Provenance, Base):
    """A price asked for a lot or a stream, and what came of it."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("lot_code IS NOT NULL OR stream_code IS NOT NULL", name="offer_of_something"),
        CheckConstraint("price > 0", name="offer_price_positive"),
        CheckConstraint("quantity_kg > 0", name="offer_quantity_positive"),
        one_of("status", OFFER_STATUSES, "offer_status"),
    )

    code: Mapped[str] = col("number of the offer", unique=True, sheet="offers.code", kind="code")
    lot_code: Mapped[str | None] = col("lot", ForeignKey("lot.code"), sheet="offers.lot", required=True)
    stream_code: Mapped[str | None] = col("stream", ForeignKey("stream.code"))
    buyer: Mapped[str] = col("buyer", sheet="offers.buyer", required=True)
    date: Mapped[str] = col("date, ISO 8601", sheet="offers.date", kind="date", required=True)
    price: Mapped[float] = col(
        "price asked per unit, in the currency", unit="per unit", sheet="offers.price", kind="money", required=True
    )
    currency: Mapped[str] = col("ISO 4217 currency code", sheet="offers.currency", required=True)
    unit: Mapped[str] = col("unit the price is per", default="kg", sheet="offers.unit")
    incoterm: Mapped[str] = col("incoterm, for example FOB", default="", sheet="offers.incoterm")
    quantity_kg: Mapped[float | None] = col("weight offered", unit="kg", sheet="offers.kg")
    status: Mapped[str] = col(
        "offered, countered, accepted, rejected or expired",
        default="offered",
        sheet="offers.status",
        kind="choice:offer_status",
    )
    accepted_price: Mapped[float | None] = col(
        "price agreed per unit", unit="per unit", sheet="offers.accepted_price", kind="money"
    )
    accepted_on: Mapped[str] = col("date, ISO 8601", default="", sheet="offers.accepted_on", kind="date")
    contract: Mapped[str] = col("number of the contract", default="", sheet="offers.contract")
    payment_days: Mapped[int | None] = col("days to payment", unit="days")
    claim: Mapped[str] = col("claim of the buyer after delivery", default="")
    repeat_buyer: Mapped[bool | None] = col("the buyer has bought before")


class Cost(Numbered, Provenance, Base):
    """What keeping a stream apart costs."""

    __tablename__ = "cost"
    __table_args__ = (one_of("variability", COST_VARIABILITY, "cost_variability"),)

    code: Mapped[str] = col("number of the cost", unique=True, sheet="costs.code", kind="code")
    stream_code: Mapped[str] = col("stream", ForeignKey("stream.code"), sheet="costs.stream", required=True)
    category: Mapped[str] = col("laboratory, labels, storage, milling, travel …", sheet="costs.category", required=True)
    amount: Mapped[float] = col(
        "amount, in the currency", unit="currency", sheet="costs.amount", kind="money", required=True
    )
    currency: Mapped[str] = col("ISO 4217 currency code", sheet="costs.currency", required=True)
    date: Mapped[str] = col("date, ISO 8601", sheet="costs.date", kind="date", required=True)
    incremental: Mapped[bool | None] = col("it would not be there without the micro-lot", sheet="costs.incremental")
    variability: Mapped[str] = col("fixed or variable", default="", sheet="costs.fixed", kind="yesno:fixed:variable")

"""Shipping: consignments and the statements that cover them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col


class Consignment(Numbered, Provenance, Base):
    """What leaves together for one buyer."""

    __tablename__ = "consignment"

    code: Mapped[str] = col("consignment code, at most 50 characters", unique=True)
    buyer: Mapped[str] = col("buyer", default="")
    buyer_country: Mapped[str] = col("ISO 3166-1 alpha-2 country code of the buyer", default="")
    ship_date: Mapped[str] = col("date, ISO 8601", default="")
    container: Mapped[str] = col("container number, ISO 6346", default="")


class ConsignmentLine(Numbered, Provenance, Base):
    """Kilograms of a lot in a consignment."""

    __tablename__ = "consignment_line"
    __table_args__ = (
        UniqueConstraint("consignment_code", "lot_code"),
        CheckConstraint("quantity_kg > 0", name="consignment_quantity_positive"),
    )

    consignment_code: Mapped[str] = col("consignment", ForeignKey("consignment.code"), index=True)
    lot_code: Mapped[str] = col("lot", ForeignKey("lot.code"), index=True)
    quantity_kg: Mapped[float] = col("net weight shipped", unit="kg")
    hs_code: Mapped[str] = col("HS code, digits only", default="")


class DdsReference(Numbered, Provenance, Base):
    """Reference of a due diligence statement, entered after the EU system gave it; never made here."""

    __tablename__ = "dds_reference"

    reference: Mapped[str] = col("reference number, at most 14 characters", unique=True)
    verification: Mapped[str] = col("verification number", default="")
    consignment_code: Mapped[str] = col("consignment", ForeignKey("consignment.code"))
    submitted_on: Mapped[str] = col("date, ISO 8601", default="")

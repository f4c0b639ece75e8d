"""Where goods are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Geometry, Numbered, Provenance, col

STORAGE_MODES = ("exclusive", "labelled", "loose")
LOCATION_KINDS = ("site", "warehouse", "bay", "silo", "bed", "tank", "mill", "collection point", "port")


class Location(Numbered, Provenance, Base):
    """A store, bay, silo, drying bed, mill, collection point or port; locations form a tree."""

    __tablename__ = "location"

    code: Mapped[str] = col("location code", unique=True, sheet="places.place_code", kind="code", required=True)
    name: Mapped[str] = col("name", default="", sheet="places.place_name")
    kind: Mapped[str] = col(
        "site, warehouse, bay, silo, bed, tank, mill, collection point or port",
        default="",
        allowed=LOCATION_KINDS,
        sheet=("storage.kind", "places.kind"),
        kind="choice:location_kind",
    )
    parent_code: Mapped[str | None] = col("location it is part of", ForeignKey("location.code"), sheet="places.part_of")
    geometry: Mapped[Any | None] = col("position, lon lat, WGS 84", Geometry("POINT"))
    capacity_kg: Mapped[float | None] = col(
        "what it can hold", unit="kg", sheet=("storage.capacity", "places.capacity")
    )
    storage_mode: Mapped[str] = col(
        "exclusive (one lot at a time), labelled (stacks apart) or loose",
        default="",
        allowed=STORAGE_MODES,
        sheet=("storage.mode", "places.mode"),
        kind="choice:storage_mode",
    )
    last_emptied: Mapped[str] = col(
        "date it was last empty, ISO 8601", default="", sheet=("storage.emptied", "places.emptied"), kind="date"
    )
    organisation_code: Mapped[str | None] = col(
        "organisation that runs it", ForeignKey("organisation.code"), sheet="places.run_by"
    )


class StorageStay(Numbered, Provenance, Base):
    """Goods of a lot at one place from one day to another."""

    __tablename__ = "storage_stay"
    __table_args__ = (
        UniqueConstraint("lot_code", "location_code", "from_date"),
        CheckConstraint("quantity_kg > 0", name="stay_quantity_positive"),
        CheckConstraint("bags IS NULL OR bags >= 0", name="stay_bags_not_negative"),
    )

    lot_code: Mapped[str] = col("lot", ForeignKey("lot.code"), index=True, sheet="storage.lot", required=True)
    location_code: Mapped[str] = col(
        "location", ForeignKey("location.code"), index=True, sheet="storage.location", required=True
    )
    from_date: Mapped[str] = col("first day, ISO 8601", sheet="storage.from", kind="date", required=True)
    to_date: Mapped[str] = col("last day, ISO 8601; empty = still there", default="", sheet="storage.to", kind="date")
    quantity_kg: Mapped[float | None] = col("weight; empty = the whole lot", unit="kg", sheet="storage.kg")
    quantity_out_kg: Mapped[float | None] = col(
        "all that came out of it again, weighed; what is less than went in was lost", unit="kg", sheet="storage.kg_out"
    )
    bags: Mapped[int | None] = col("number of bags", sheet="storage.bags")
    label: Mapped[str] = col(
        "colour or number on the label that keeps it apart; empty = no label", default="", sheet="storage.label"
    )
    seal: Mapped[str] = col("seal number", default="", sheet="storage.seal")

"""Where goods are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Geometry, Numbered, Provenance, col


class Location(Numbered, Provenance, Base):
    """A store, bay, silo, drying bed or mill; locations form a tree."""

    __tablename__ = "location"

    code: Mapped[str] = col("location code", unique=True)
    name: Mapped[str] = col("name", default="")
    kind: Mapped[str] = col("site, warehouse, bay, silo, bed, tank, mill or collection point", default="")
    parent_code: Mapped[str | None] = col("location it is part of", ForeignKey("location.code"))
    geometry: Mapped[Any | None] = col("position, lon lat, WGS 84", Geometry("POINT"))
    capacity_kg: Mapped[float | None] = col("what it can hold", unit="kg")
    storage_mode: Mapped[str] = col("exclusive (one lot at a time), labelled (stacks apart) or loose", default="")
    last_emptied: Mapped[str] = col("date it was last empty, ISO 8601", default="")

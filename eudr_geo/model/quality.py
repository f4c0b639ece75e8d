"""What was measured on lots and streams."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col


class Measurement(Numbered, Provenance, Base):
    """One value of one indicator, on one lot or one stream."""

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("lot_code", "stream_code", "indicator", "date", "number"),
        CheckConstraint("(lot_code IS NULL) <> (stream_code IS NULL)", name="measurement_of_one_thing"),
    )

    lot_code: Mapped[str | None] = col("lot", ForeignKey("lot.code"), index=True)
    stream_code: Mapped[str | None] = col("stream", ForeignKey("stream.code"), index=True)
    indicator: Mapped[str] = col("what was measured, for example moisture")
    value: Mapped[float] = col("value, in the unit")
    unit: Mapped[str] = col("unit", default="")
    date: Mapped[str] = col("date, ISO 8601", default="")
    number: Mapped[int] = col("1 for the first of that day", default=1)
    method: Mapped[str] = col("method", default="")
    laboratory: Mapped[str] = col("laboratory", default="")
    sample: Mapped[str] = col("number of the sample", default="")
    file: Mapped[str] = col("file name of the report", default="")
    file_sha256: Mapped[str] = col("SHA-256 of that file", default="")
    limit_value: Mapped[float | None] = col("limit it is held against, in the unit", unit="")

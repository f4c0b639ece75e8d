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
    indicator: Mapped[str] = col(
        "what was measured, for example moisture", sheet="measurements.indicator", required=True
    )
    value: Mapped[float] = col("value, in the unit", sheet="measurements.value", required=True)
    unit: Mapped[str] = col("unit", default="", sheet="measurements.unit")
    date: Mapped[str] = col("date, ISO 8601", default="", sheet="measurements.date", kind="date")
    number: Mapped[int] = col("1 for the first of that day", default=1)
    method: Mapped[str] = col("method", default="")
    laboratory: Mapped[str] = col("laboratory", default="", sheet="measurements.lab")
    sample: Mapped[str] = col("number of the sample", default="")
    file: Mapped[str] = col("file name of the report", default="", sheet="measurements.file")
    file_sha256: Mapped[str] = col("SHA-256 of that file", default="")
    limit_value: Mapped[float | None] = col("limit it is held against, in the unit", unit="")

"""What was measured on lots and streams."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col


class Measurement(Numbered, Provenance, Base):
    """One value of one indicator, on one lot or one stream.

    What a laboratory did not find is no reading: ``is_below`` says so, and ``value`` is then the limit down to which it
    can measure, where it is stated. A count says of how many: 18 of 20.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("lot_code", "stream_code", "indicator", "date", "number"),
        CheckConstraint("(lot_code IS NULL) <> (stream_code IS NULL)", name="measurement_of_one_thing"),
        CheckConstraint("value IS NOT NULL OR is_below", name="measurement_says_something"),
    )

    lot_code: Mapped[str | None] = col("lot", ForeignKey("lot.code"), index=True)
    stream_code: Mapped[str | None] = col("stream", ForeignKey("stream.code"), index=True)
    indicator: Mapped[str] = col(
        "what was measured, for example moisture", sheet="measurements.indicator", required=True
    )
    value: Mapped[float | None] = col(
        "value, in the unit; below it where is_below, and then empty where nobody states the limit of quantification",
        sheet="measurements.value",
        required=True,
    )
    is_below: Mapped[bool] = col(
        "not found: it is below the value, the limit of quantification", default=False, sheet="measurements.below"
    )
    out_of: Mapped[float | None] = col(
        "of how many the value is a count, for example 18 of 20", unit="", sheet="measurements.out_of"
    )
    unit: Mapped[str] = col("unit", default="", sheet="measurements.unit")
    date: Mapped[str] = col("date, ISO 8601", default="", sheet="measurements.date", kind="date")
    number: Mapped[int] = col("1 for the first of that day", default=1)
    method: Mapped[str] = col("method", default="", sheet="measurements.method")
    laboratory: Mapped[str] = col("laboratory", default="", sheet="measurements.lab")
    sample: Mapped[str] = col("number of the sample", default="", sheet="measurements.sample")
    file: Mapped[str] = col("file name of the report", default="", sheet="measurements.file")
    file_sha256: Mapped[str] = col("SHA-256 of that file", default="")
    limit_low: Mapped[float | None] = col("least that is allowed, in the unit", unit="", sheet="measurements.limit_low")
    limit_value: Mapped[float | None] = col(
        "most that is allowed, in the unit", unit="", sheet="measurements.limit_high"
    )
    pair: Mapped[str] = col(
        "word shared by samples that are compared: same day, same process, same cupper",
        default="",
        sheet="measurements.pair",
    )

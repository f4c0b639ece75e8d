"""What the project remembers of statements: which workbook said which row, and which packages were built."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, col


class Workbook(Numbered, Base):
    """A workbook that is read again and again, under whatever file name it comes."""

    __tablename__ = "workbook"

    code: Mapped[str] = col("name it is known by: that of its file when it was first read", unique=True)
    file: Mapped[str] = col("file it was last read from", default="")
    sha256: Mapped[str] = col("SHA-256 of that file", default="")
    prefix: Mapped[str] = col("put before its receipt, process and handover numbers", default="")
    decimal_mark: Mapped[str] = col("decimal mark of its numbers that could be two, as a person answered", default="")


class StatedRow(Numbered, Base):
    """A row as a workbook states it: what tells a correction from a new row, and a deleted row from one never read."""

    __tablename__ = "stated_row"
    __table_args__ = (UniqueConstraint("workbook_code", "table_name", "row_key"),)

    workbook_code: Mapped[str] = col("workbook", index=True)
    table_name: Mapped[str] = col("table of the row")
    row_key: Mapped[str] = col("what tells the row from others of its table, a JSON list")
    said: Mapped[str] = col("what the workbook says of it: column and value, JSON")
    earlier: Mapped[str] = col("digests of what it said before, oldest first, JSON", default="[]")
    is_gone: Mapped[bool] = col("the row no longer stands in the workbook", default=False)


class BuiltPackage(Numbered, Base):
    """A package that was built: what its lots rest on is changed only by a correction with a reason."""

    __tablename__ = "built_package"

    codes: Mapped[str] = col("codes it was built of, a JSON list")
    manifest_sha256: Mapped[str] = col("SHA-256 of its manifest", index=True)
    profile: Mapped[str] = col("profile it was built with", default="")
    built_at: Mapped[str] = col("when, UTC, ISO 8601")
    superseded_at: Mapped[str] = col("when a correction changed what it rests on, UTC, ISO 8601", default="")
    superseded_why: Mapped[str] = col("reason of that correction", default="")

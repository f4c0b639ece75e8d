"""What the project remembers about itself: files read, findings, changes, and the journal behind undo and log."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, col


class StoredFile(Numbered, Base):
    """A file as it was received, byte for byte; without its bytes when it came through a pipe."""

    __tablename__ = "source_file"

    name: Mapped[str] = col("name as the user knows it")
    sha256: Mapped[str] = col("SHA-256 of the bytes", unique=True)
    size_bytes: Mapped[int] = col("size", unit="bytes")
    format: Mapped[str] = col("format it was recognised as")
    records: Mapped[int] = col("records in the file")
    plots: Mapped[int] = col("records that became plots")
    rejected: Mapped[int] = col("records that did not")
    content: Mapped[bytes | None] = col("the bytes, zlib-compressed; empty when only the hash is known", LargeBinary)


class StoredFinding(Numbered, Base):
    """A finding on a stored plot, lot or file."""

    __tablename__ = "finding"

    rule: Mapped[str] = col("code of the rule", index=True)
    severity: Mapped[str] = col("error, warning or note")
    subject: Mapped[str] = col("plot, record, file, lot …")
    plot_code: Mapped[str] = col("plot, where it is about one", default="", index=True)
    plot_version: Mapped[int | None] = col("version of the plot it was found on; empty = the one in force")
    code: Mapped[str] = col("code of the subject where it is not a plot", default="")
    source: Mapped[str] = col("file", default="")
    record: Mapped[int | None] = col("record in that file")
    lon: Mapped[float | None] = col("where", unit="degrees")
    lat: Mapped[float | None] = col("where", unit="degrees")
    message: Mapped[str] = col("what is wrong")
    hint: Mapped[str] = col("what to do")
    basis: Mapped[str] = col("article, clause or good practice")
    repair: Mapped[str] = col("safe, named or empty", default="")
    measured: Mapped[str] = col("measured values, JSON", default="{}")
    said: Mapped[str] = col("keys and values of message and hint, JSON, for other languages than English", default="")


class StoredChange(Numbered, Base):
    """A repair, as in the ledger of changes."""

    __tablename__ = "change"

    rule: Mapped[str] = col("rule that was repaired")
    source: Mapped[str] = col("file", default="")
    record: Mapped[int] = col("record in that file")
    plot_code: Mapped[str] = col("plot", index=True)
    field: Mapped[str] = col("what was changed")
    before: Mapped[str] = col("WKB in hexadecimal, or text")
    after: Mapped[str] = col("WKB in hexadecimal, or text")
    what: Mapped[str] = col("one plain sentence")
    by: Mapped[str] = col("safe repair, or who asked for it")
    area_before_ha: Mapped[float | None] = col("geodesic area before", unit="ha")
    area_after_ha: Mapped[float | None] = col("geodesic area after", unit="ha")
    largest_move_m: Mapped[float | None] = col("largest move of a vertex", unit="m")


class StoredWaiver(Numbered, Base):
    """A finding that somebody answers for."""

    __tablename__ = "waiver"

    rule: Mapped[str] = col("code of the rule", index=True)
    code: Mapped[str] = col("plot, lot, delivery … or file that it is about")
    reason: Mapped[str] = col("why it may stay")
    waived_by: Mapped[str] = col("who answers for it")
    waived_on: Mapped[str] = col("first day, ISO 8601")
    until: Mapped[str] = col("last day, ISO 8601")


class Journal(Numbered, Base):
    """One step of the project's history: an import, an undo."""

    __tablename__ = "journal"

    at: Mapped[str] = col("when, UTC, ISO 8601")
    who: Mapped[str] = col("login name of the person")
    action: Mapped[str] = col("add, book, undo …")
    summary: Mapped[str] = col("one plain sentence")
    undone_by: Mapped[int | None] = col("journal row that took it back")
    sha256: Mapped[str] = col("SHA-256 of this step, its rows and the step before; empty before version 4", default="")


class JournalRow(Numbered, Base):
    """Rows changed by a step: a run of new ones, or one with what it was before. Enough to take the step back."""

    __tablename__ = "journal_row"

    journal_fid: Mapped[int] = col("step", index=True)
    table_name: Mapped[str] = col("table")
    row_fid: Mapped[int] = col("row, or the first of a run of new rows")
    last_fid: Mapped[int] = col("last row of the run; otherwise the same row")
    before: Mapped[str | None] = col("the row before, JSON; empty = the rows were new")

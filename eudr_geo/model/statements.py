"""Due diligence statements, our own and those of suppliers: their numbers, what they cover, what became of them.

The numbers are entered after the EU system gave them; none is ever made here.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col, one_of

STATEMENT_KINDS = ("dds", "sd", "contingency")
STATEMENT_SOURCES = ("own", "supplier")
STATEMENT_STATUSES = ("submitted", "available", "grouped", "archived", "rejected", "withdrawn", "obsolete")
"""Those of ``EudrStatusType`` (XSD of the EU system, release 8.2.1) that are in use."""
STATEMENT_ROLES = ("operator", "representative")
"""Those of ``OperatorRoleType`` and ``SdOperatorRoleType`` of the same files, in our words."""

ENDED = frozenset({"rejected", "withdrawn", "obsolete"})
"""Statuses of statements that cover nothing any more."""


class Statement(Numbered, Provenance, Base):
    """A due diligence statement, a simplified declaration, or the number given while the system is down."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint("length(code) BETWEEN 1 AND 50", name="statement_code_length"),
        CheckConstraint("length(reference) <= 14", name="statement_reference_length"),
        CheckConstraint(
            "verification = '' OR length(verification) BETWEEN 5 AND 35", name="statement_verification_length"
        ),
        one_of("kind", STATEMENT_KINDS, "statement_kind"),
        one_of("source", STATEMENT_SOURCES, "statement_source"),
        one_of("status", STATEMENT_STATUSES, "statement_status"),
        one_of("role", STATEMENT_ROLES, "statement_role"),
        Index("ix_statement_reference", "reference", unique=True, sqlite_where=text("reference <> ''")),
    )

    code: Mapped[str] = col("its reference number; until it has one, our own internal reference", unique=True)
    reference: Mapped[str] = col(
        "reference number, or identifier of a simplified declaration, at most 14 characters; empty until there is one",
        default="",
        sheet="statements.reference",
        kind="reference",
    )
    verification: Mapped[str] = col(
        "verification number, 5 to 35 characters; stays in the project",
        default="",
        sheet="statements.verification",
        secret=True,
    )
    kind: Mapped[str] = col(
        "dds (due diligence statement), sd (simplified declaration) or contingency (while the system is down)",
        default="dds",
        sheet="statements.kind",
        kind="choice:statement_kind",
    )
    source: Mapped[str] = col(
        "own or supplier", default="own", sheet="statements.source", kind="choice:statement_source"
    )
    status: Mapped[str] = col(
        "as the EU system says it: submitted, available, grouped, archived, rejected, withdrawn or obsolete",
        default="",
        sheet="statements.status",
        kind="choice:statement_status",
    )
    status_at: Mapped[str] = col(
        "day or moment (UTC) since when it has this status, ISO 8601",
        default="",
        sheet="statements.status_at",
        kind="date",
    )
    submitted_at: Mapped[str] = col(
        "day or moment (UTC) of submission, ISO 8601", default="", sheet="statements.submitted", kind="date"
    )
    available_at: Mapped[str] = col(
        "day or moment (UTC) at which the EU system gave the numbers, ISO 8601",
        default="",
        sheet="statements.available",
        kind="date",
    )
    role: Mapped[str] = col(
        "who submitted it: operator or representative",
        default="",
        sheet="statements.role",
        kind="choice:statement_role",
    )
    internal_reference: Mapped[str] = col(
        "our own number of it, at most 50 characters", default="", sheet="statements.internal", kind="code"
    )
    uuid: Mapped[str] = col("number that the EU system gives on submission", default="", sheet="statements.uuid")
    replaces: Mapped[str] = col(
        "statement or contingency number that it takes the place of",
        default="",
        sheet="statements.replaces",
        kind="reference",
    )
    declared_set_sha256: Mapped[str] = col("SHA-256 of the set of plots it declared", default="")


class StatementLot(Numbered, Provenance, Base):
    """Kilograms of a lot that a statement of our own covers, in a consignment."""

    __tablename__ = "statement_lot"
    __table_args__ = (
        UniqueConstraint("statement_code", "consignment_code", "lot_code"),
        CheckConstraint("quantity_kg > 0", name="statement_lot_quantity_positive"),
    )

    statement_code: Mapped[str] = col("statement", ForeignKey("statement.code"), index=True)
    consignment_code: Mapped[str | None] = col(
        "consignment", ForeignKey("consignment.code"), sheet="statements.shipment"
    )
    lot_code: Mapped[str | None] = col(
        "lot; empty = of the consignment, and nobody said which", ForeignKey("lot.code"), sheet="statements.lot"
    )
    quantity_kg: Mapped[float | None] = col(
        "weight that it covers; empty = all of the lot in the consignment", unit="kg", sheet="statements.kg"
    )


class StatusEvent(Numbered, Provenance, Base):
    """What a statement was at a time: a row is added with each change of its status, and none is changed."""

    __tablename__ = "status_event"

    statement_code: Mapped[str] = col("statement", index=True)
    at: Mapped[str] = col("day or moment (UTC), ISO 8601; empty where nobody said it", default="")
    status: Mapped[str] = col("as the EU system says it")
    by: Mapped[str] = col("file that said so", default="")

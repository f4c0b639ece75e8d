"""Who: organisations and producers."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from eudr_geo.model.base import Base, Numbered, Provenance, col

ROLES = ("coop", "collector", "mill", "exporter", "importer", "lab")


class Organisation(Numbered, Provenance, Base):
    """A cooperative, collector, mill, exporter, importer or laboratory."""

    __tablename__ = "organisation"

    code: Mapped[str] = col(
        "code of the organisation", unique=True, sheet="organisations.org_code", kind="code", required=True
    )
    name: Mapped[str] = col("name", sheet="organisations.org_name", required=True)
    country: Mapped[str] = col(
        "ISO 3166-1 alpha-2 country code", default="", sheet="organisations.country", kind="country"
    )
    role: Mapped[str] = col(
        "coop, collector, mill, exporter, importer or lab",
        default="",
        allowed=ROLES,
        sheet="organisations.role",
        kind="choice:role",
    )
    is_own: Mapped[bool] = col(
        "the organisation that keeps the book; its name goes before that of the project",
        default=False,
        sheet="organisations.own",
    )
    eori: Mapped[str] = col("EORI number", default="", sheet="organisations.eori")
    gln: Mapped[str] = col("GS1 global location number", default="", sheet="organisations.gln")
    tax_id: Mapped[str] = col("tax number", default="", sheet="organisations.tax_id")
    address: Mapped[str] = col("postal address", default="", sheet="organisations.address")
    email: Mapped[str] = col("e-mail address", default="", sheet="organisations.email")


class Producer(Numbered, Provenance, Base):
    """Someone who works plots. The code is never reused; personal data stays out of packages unless asked for."""

    __tablename__ = "producer"

    code: Mapped[str] = col("producer code", unique=True, sheet="producers.code", kind="code", required=True)
    name: Mapped[str] = col("name or pseudonym", sheet="producers.name", required=True)
    country: Mapped[str] = col("ISO 3166-1 alpha-2 country code", default="", sheet="producers.country", kind="country")
    village: Mapped[str] = col("village", default="", sheet="producers.village")
    phone: Mapped[str] = col("telephone number", default="", sheet="producers.phone")
    consent_date: Mapped[str] = col(
        "date on which the producer agreed to the use of these data, ISO 8601",
        default="",
        sheet="producers.consent_date",
        kind="date",
    )
    collection_group: Mapped[str] = col(
        "group of producers whose goods are collected together", default="", sheet="producers.group"
    )
    group_since: Mapped[str] = col(
        "first day in this group, ISO 8601; empty = since the group before, or always",
        default="",
        sheet="producers.group_since",
        kind="date",
    )
    group_until: Mapped[str] = col(
        "last day in this group, ISO 8601; empty = still", default="", sheet="producers.group_until", kind="date"
    )


class GroupMembership(Numbered, Provenance, Base):
    """A collection group that a producer was in before. Kept when the producer's group changes; nobody types it."""

    __tablename__ = "group_membership"

    producer_code: Mapped[str] = col("producer", ForeignKey("producer.code"), index=True)
    collection_group: Mapped[str] = col("group")
    from_date: Mapped[str] = col("first day, ISO 8601; empty = always", default="")
    to_date: Mapped[str] = col("last day, ISO 8601")

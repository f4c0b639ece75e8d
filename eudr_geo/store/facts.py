"""What the project holds of a plot beside its boundary, facts and findings; and of what packages were built."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from eudr_geo.model.base import table_of
from eudr_geo.model.findings import Finding
from eudr_geo.model.lineage import BuiltPackage
from eudr_geo.words.saying import remembered


class PlotFacts(NamedTuple):
    """What the project holds of a plot, without its boundary; ``version`` is 0 where it has no boundary yet."""

    fid: int
    producer_code: str | None
    producer: str | None  # name
    country: str
    commodity: str
    place: str
    version_fid: int | None
    version: int
    geometry_hash: str
    declared_area_ha: float | None
    area_ha: float | None
    mapped_on: str
    valid_from: str
    held_since: str


def finding_of(row: Any) -> Finding:
    """Return a row of the table of findings as the finding that it was."""
    message, hint = json.loads(row.said) if row.said else (row.message, row.hint)
    return Finding(
        rule=row.rule, severity=row.severity, subject=row.subject, message=remembered(row.message, message),
        hint=remembered(row.hint, hint), basis=row.basis, source=row.source, record=row.record, plot_id=row.plot_code,
        code=row.code, lon=row.lon, lat=row.lat, repair=row.repair, measured=json.loads(row.measured),
    )  # fmt: skip


def superseded_of(connection: Connection) -> dict[str, str]:
    """Return consignments and lots of which a package was built → day on which what it says was last corrected."""
    table = table_of(BuiltPackage)
    rows = connection.execute(select(table.c.codes, table.c.superseded_at).order_by(table.c.superseded_at))
    return {code: at[:10] for codes, at in rows if at for code in json.loads(codes)}

"""A part of the step to version 5: one shipment may go in several containers, so each of its lines names its own."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from eudr_geo.store.schema import seals

_TABLE = """CREATE TABLE consignment_line_5 (
fid INTEGER NOT NULL, consignment_code TEXT NOT NULL, lot_code TEXT NOT NULL, quantity_kg DOUBLE NOT NULL,
hs_code TEXT DEFAULT '' NOT NULL, returned_kg DOUBLE, returned_on TEXT DEFAULT '' NOT NULL, sscc TEXT DEFAULT '' NOT NULL,
volume_m3 DOUBLE, heads INTEGER,
container TEXT DEFAULT '' NOT NULL, seal TEXT DEFAULT '' NOT NULL, bags INTEGER, src_file TEXT DEFAULT '' NOT NULL,
src_sheet TEXT DEFAULT '' NOT NULL, src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid),
UNIQUE (consignment_code, lot_code, container), CONSTRAINT consignment_quantity_positive CHECK (quantity_kg > 0),
CONSTRAINT consignment_bags_not_negative CHECK (bags >= 0),
FOREIGN KEY(consignment_code) REFERENCES consignment (code), FOREIGN KEY(lot_code) REFERENCES lot (code))"""
_KEPT = (
    "fid, consignment_code, lot_code, quantity_kg, hs_code, returned_kg, returned_on, sscc, src_file, src_sheet, src_row,"
    " imported_at"
)


def run(connection: Connection) -> None:
    """Make the table of lines anew; the container of a shipment becomes that of each of its lines.

    So it is in the rows that the log remembers: a step that is taken back brings lines back with their container.
    """
    sql = connection.exec_driver_sql
    containers = {str(code): str(text or "") for code, text in sql("SELECT code, container FROM consignment").all()}
    _remember_by_line(connection, containers)
    sql("ALTER TABLE consignment DROP COLUMN container")
    sql(_TABLE)
    sql(f"INSERT INTO consignment_line_5 ({_KEPT}) SELECT {_KEPT} FROM consignment_line")
    sql("DROP TABLE consignment_line")
    sql("ALTER TABLE consignment_line_5 RENAME TO consignment_line")
    for code, container in sorted(containers.items()):
        if container:
            sql("UPDATE consignment_line SET container = ? WHERE consignment_code = ?", (container, code))
    for column in ("consignment_code", "lot_code"):
        sql(f"CREATE INDEX ix_consignment_line_{column} ON consignment_line ({column})")


def _remember_by_line(connection: Connection, containers: dict[str, str]) -> None:
    """Move containers from shipments to lines in what the log remembers, newest step first, and seal it anew."""
    sql = connection.exec_driver_sql
    broken = seals.first_broken(connection)
    named = dict(containers)  # as it was before the steps that were looked at
    query = (
        "SELECT fid, table_name, before FROM journal_row WHERE table_name IN ('consignment', 'consignment_line')"
        " AND before IS NOT NULL ORDER BY journal_fid DESC, table_name, fid"
    )
    for fid, table, before in sql(query).all():  # the shipments of a step come before its lines
        image = json.loads(before)
        if table == "consignment":
            named[image["code"]] = image.pop("container", "") or ""
        else:
            image["container"] = named.get(image["consignment_code"], "")
        sql("UPDATE journal_row SET before = ? WHERE fid = ?", (json.dumps(image), fid))
    seals.seal_anew(connection, broken)

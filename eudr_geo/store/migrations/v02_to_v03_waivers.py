"""Version 3: findings that somebody answers for."""

from __future__ import annotations

from sqlalchemy import Connection


def run(connection: Connection) -> tuple[str, ...]:
    """Add the table of waivers."""
    sql = connection.exec_driver_sql
    sql(
        "CREATE TABLE waiver (fid INTEGER NOT NULL, rule TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,"
        " waived_by TEXT NOT NULL, waived_on TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY (fid))"
    )
    sql("CREATE INDEX ix_waiver_rule ON waiver (rule)")
    sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES ('waiver','attributes','waiver','1970-01-01T00:00:00.000Z',0)"
    )
    return ()

"""Version 4: each step of the log carries a seal, and a line of a consignment the number of its pallet."""

from __future__ import annotations

from sqlalchemy import Connection


def run(connection: Connection) -> tuple[str, ...]:
    """Add two columns; the steps that stand already have no seal."""
    sql = connection.exec_driver_sql
    sql("ALTER TABLE journal ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''")
    sql("ALTER TABLE consignment_line ADD COLUMN sscc TEXT NOT NULL DEFAULT ''")
    return ()

"""A part of the step to version 5: seasons have one spelling, and two countries may have one of the same name."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from eudr_geo.base.season_codes import season_code
from eudr_geo.words.saying import say

_TABLE = """CREATE TABLE season_5 (
fid INTEGER NOT NULL, code TEXT NOT NULL, country TEXT DEFAULT '' NOT NULL, start TEXT DEFAULT '' NOT NULL,
"end" TEXT DEFAULT '' NOT NULL, currency TEXT DEFAULT '' NOT NULL, target_kg DOUBLE, output_kg DOUBLE,
standard_moisture_percent DOUBLE, src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL, src_row INTEGER,
imported_at TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), UNIQUE (code, country))"""
_KEPT = 'fid, code, country, start, "end", target_kg, output_kg, src_file, src_sheet, src_row, imported_at'
_REFERENCE = re.compile(r",\s*FOREIGN KEY\s*\(season_code\)\s*REFERENCES season\s*\(code\)")


def run(connection: Connection) -> tuple[str, ...]:
    """Make the table anew with every row, and a row of the season that was named when the project was made.

    Returns
    -------
    tuple of str
        A sentence where that season cannot be read; it stays as it is, and belongs to no row.
    """
    sql = connection.exec_driver_sql
    _loosen(connection)
    sql("DROP INDEX IF EXISTS ix_stream_season_code")
    sql("DROP INDEX IF EXISTS one_code_season")
    sql(_TABLE)
    sql(f"INSERT INTO season_5 ({_KEPT}) SELECT {_KEPT} FROM season")
    sql("DROP TABLE season")
    sql("ALTER TABLE season_5 RENAME TO season")
    for fid, code, country in sql("SELECT fid, code, country FROM season ORDER BY fid").all():
        known = sql("SELECT 1 FROM season WHERE code = ? AND country = ?", (season_code(code), country)).first()
        if known is None and (read := season_code(code)):  # two spellings of one season both stay, as they were
            sql("UPDATE season SET code = ? WHERE fid = ?", (read, fid))
    for table, column in (("stream", "season_code"), ("lot", "crop_year")):
        for (text,) in sql(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> '' ORDER BY 1").all():
            if (read := season_code(text)) and read != text:
                sql(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (read, text))
    return _of_the_project(connection)


def _loosen(connection: Connection) -> None:
    """A stream names its season by code alone, which is no key any more: the reference goes from the table's description."""
    sql = connection.exec_driver_sql
    stated = str(sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'stream'").scalar())
    version = int(sql("PRAGMA schema_version").scalar() or 0)
    sql("PRAGMA writable_schema=ON")
    sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'stream'", (_REFERENCE.sub("", stated),))
    sql(f"PRAGMA schema_version={version + 1}")
    sql("PRAGMA writable_schema=RESET")


def _of_the_project(connection: Connection) -> tuple[str, ...]:
    sql = connection.exec_driver_sql
    meta = {str(key): str(value) for key, value in sql("SELECT key, value FROM eudr_meta").all()}
    stated = meta.get("season", "")
    code = season_code(stated)
    if code is None:
        return (say("errors:season_not_read", value=stated),) if stated else ()
    sql("UPDATE eudr_meta SET value = ? WHERE key = 'season'", (code,))
    if sql("SELECT 1 FROM season WHERE code = ?", (code,)).first() is None:
        sql("INSERT INTO season (code, country) VALUES (?, ?)", (code, meta.get("country", "")))
    return ()

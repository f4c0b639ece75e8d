"""Version 5: the number of the identity card, the sex and the day of joining are no longer kept; nothing used them.

Seasons have one spelling and a country. A finding remembers what it said by keys, so that it can be said in other languages, and the
version of the plot it was found on. Who held a plot, who was in a group, which plots were in a micro-lot have first and last days.

The three columns go from the rows and from what the log remembers of earlier rows, so that ``undo`` does not bring them back. Older
projects also get the defaults that new ones have had since version 2, where SQLite could add none.
"""

from __future__ import annotations

import json
import re
import sqlite3

from sqlalchemy import Connection

from eudr_geo.base.errors import StoreError
from eudr_geo.store.migrations import v05_containers, v05_seasons, v05_statements
from eudr_geo.store.schema import seals
from eudr_geo.words.saying import counted, say

_DROPPED = ("national_id", "gender", "member_since")
_DROPS_COLUMNS = (3, 35, 0)  # first SQLite that can

_ADDED: dict[str, tuple[str, ...]] = {
    "finding": ("said TEXT NOT NULL DEFAULT ''", "plot_version INTEGER"),
    "plot": ("held_since TEXT NOT NULL DEFAULT ''", "held_until TEXT NOT NULL DEFAULT ''"),
    "producer": ("group_since TEXT NOT NULL DEFAULT ''", "group_until TEXT NOT NULL DEFAULT ''"),
    "stream_plot": ("from_date TEXT NOT NULL DEFAULT ''", "to_date TEXT NOT NULL DEFAULT ''"),
    "organisation": ("is_own BOOLEAN NOT NULL DEFAULT '0'",),
    "handover": ("location_code TEXT REFERENCES location (code)",),
    "measurement": (
        "is_below BOOLEAN NOT NULL DEFAULT '0'",
        "out_of DOUBLE",
        "limit_low DOUBLE",
        "pair TEXT NOT NULL DEFAULT ''",
    ),
    "consignment_line": (
        "returned_kg DOUBLE",
        "returned_on TEXT NOT NULL DEFAULT ''",
    ),
    "process_line": ("volume_m3 DOUBLE",),
    "delivery": (
        "void_reason TEXT NOT NULL DEFAULT ''",
        "currency TEXT NOT NULL DEFAULT ''",
        "amount_paid DOUBLE",
        "second_payment DOUBLE",
        "second_payment_on TEXT NOT NULL DEFAULT ''",
        "upstream_reference TEXT REFERENCES statement (code)",
        "volume_m3 DOUBLE",
        "heads INTEGER",
        "dry_rubber_percent DOUBLE",
    ),
    "storage_stay": ("quantity_out_kg DOUBLE",),
    "lot": (
        "common_name TEXT NOT NULL DEFAULT ''",
        "volume_m3 DOUBLE",
        "kg_per_m3 DOUBLE",
        "heads INTEGER",
        "upstream_reference TEXT REFERENCES statement (code)",
        "upstream_kg DOUBLE",
    ),
}
"""Table → columns."""

_PROVENANCE = (
    "src_file TEXT NOT NULL DEFAULT '', src_sheet TEXT NOT NULL DEFAULT '', src_row INTEGER, imported_at TEXT NOT NULL"
    " DEFAULT '', PRIMARY KEY (fid)"
)

_TABLES: dict[str, str] = {
    "workbook": "code TEXT NOT NULL, file TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL DEFAULT '', prefix TEXT NOT NULL"
    " DEFAULT '', decimal_mark TEXT NOT NULL DEFAULT '', PRIMARY KEY (fid), UNIQUE (code)",
    "stated_row": "workbook_code TEXT NOT NULL, table_name TEXT NOT NULL, row_key TEXT NOT NULL, said TEXT NOT NULL,"
    " earlier TEXT NOT NULL DEFAULT '[]', is_gone BOOLEAN NOT NULL DEFAULT '0', PRIMARY KEY (fid),"
    " UNIQUE (workbook_code, table_name, row_key)",
    "built_package": "codes TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, profile TEXT NOT NULL DEFAULT '', built_at TEXT"
    " NOT NULL, superseded_at TEXT NOT NULL DEFAULT '', superseded_why TEXT NOT NULL DEFAULT '', PRIMARY KEY (fid)",
    "plot_holding": "plot_code TEXT NOT NULL, producer_code TEXT NOT NULL, from_date TEXT NOT NULL DEFAULT '', to_date TEXT"
    f" NOT NULL, {_PROVENANCE}, FOREIGN KEY(plot_code) REFERENCES plot (code), FOREIGN KEY(producer_code) REFERENCES"
    " producer (code)",
    "group_membership": "producer_code TEXT NOT NULL, collection_group TEXT NOT NULL, from_date TEXT NOT NULL DEFAULT '',"
    f" to_date TEXT NOT NULL, {_PROVENANCE}, FOREIGN KEY(producer_code) REFERENCES producer (code)",
}
"""New table → its columns behind the number of the row."""

_INDEXES = (
    ("stated_row", "workbook_code"),
    ("built_package", "manifest_sha256"),
    ("plot_holding", "plot_code"),
    ("plot_holding", "producer_code"),
    ("group_membership", "producer_code"),
    ("lot_attribution", "plot_code"),
    ("handover", "location_code"),
)
_ATTRIBUTION = """CREATE TABLE lot_attribution (fid INTEGER NOT NULL, lot_code TEXT NOT NULL, plot_code TEXT DEFAULT ''
    NOT NULL, producer_code TEXT DEFAULT '' NOT NULL, plot_version INTEGER, geometry_hash TEXT DEFAULT '' NOT NULL,
    quantity_kg DOUBLE NOT NULL, share DOUBLE NOT NULL, quantity_min_kg DOUBLE NOT NULL, quantity_max_kg DOUBLE NOT
    NULL, evidence_class TEXT NOT NULL, harvested_from TEXT DEFAULT '' NOT NULL, harvested_to TEXT DEFAULT '' NOT NULL,
    upstream_reference TEXT DEFAULT '' NOT NULL, PRIMARY KEY (fid), UNIQUE (lot_code, plot_code, plot_version, producer_code, evidence_class))"""
"""Two versions of a plot may stand in one lot."""

_DEFAULTS = {  # table → columns that have an empty text as default in a new project
    "change": "source",
    "consignment": "buyer buyer_country ship_date container src_file src_sheet",
    "consignment_line": "hs_code src_file src_sheet",
    "delivery": "form harvested_from harvested_to src_file src_sheet",
    "finding": "plot_code code source repair",
    "location": "name kind storage_mode last_emptied src_file src_sheet",
    "lot": "created_on sealed_on species variety process hs_code src_file src_sheet",
    "organisation": "country role eori gln address email src_file src_sheet",
    "plot": "commodity country place tenure src_file src_sheet",
    "plot_version": "mapped_on valid_from valid_to source_sha256 src_file src_sheet",
    "process": "date_start date_end src_file src_sheet",
    "process_line": "src_file src_sheet",
    "producer": "country village phone consent_date src_file src_sheet",
    "season": 'country start "end" src_file src_sheet',
    "stream": "product src_file src_sheet",
    "stream_plot": "src_file src_sheet",
}
_OTHER_DEFAULTS = (
    ("finding", "measured TEXT", "'{}'"),
    ("lot", "status TEXT", "'open'"),
    ("lot", "opening_stock BOOLEAN", "'0'"),
)
_CHECKS = (  # of tables that earlier versions made without them
    ("measurement", "measurement_says_something", "value IS NOT NULL OR is_below"),
)
_MAY_BE_EMPTY = (("measurement", "value DOUBLE"),)
"""Columns that had to be filled: what a laboratory did not find has no value."""


def run(connection: Connection) -> tuple[str, ...]:
    """Drop what is not needed; return a sentence that says how many values went."""
    sql = connection.exec_driver_sql
    for table, added in _ADDED.items():
        for column in added:
            sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    for table, columns in _TABLES.items():
        sql(f"CREATE TABLE {table} (fid INTEGER NOT NULL, {columns})")
        sql(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
            f" VALUES ('{table}','attributes','{table}','1970-01-01T00:00:00.000Z',0)"
        )
    _rebuild_attribution(connection)
    for table, column in _INDEXES:
        sql(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    v05_statements.run(connection)
    said = _drop(connection)
    _complete(connection)
    v05_containers.run(connection)
    return (*said, *v05_seasons.run(connection))


def _rebuild_attribution(connection: Connection) -> None:
    sql = connection.exec_driver_sql
    sql("ALTER TABLE lot_attribution RENAME TO attribution_before")  # SQLite changes no constraint of a table that is
    sql("DROP INDEX ix_lot_attribution_plot_code")
    sql(" ".join(_ATTRIBUTION.split()))
    names = ", ".join(str(row[1]) for row in sql("PRAGMA table_info(attribution_before)"))
    sql(f"INSERT INTO lot_attribution ({names}) SELECT {names} FROM attribution_before")
    sql("DROP TABLE attribution_before")


def _drop(connection: Connection) -> tuple[str, ...]:
    sql = connection.exec_driver_sql
    if sqlite3.sqlite_version_info < _DROPS_COLUMNS:
        raise StoreError(
            say("errors:old_sqlite", version=sqlite3.sqlite_version), fix=say("errors:old_sqlite.do", least="3.35")
        )
    sql("PRAGMA secure_delete=ON")
    counts = {}
    for column in _DROPPED:
        counts[column] = int(sql(f"SELECT count(*) FROM producer WHERE {column} <> ''").scalar() or 0)
        sql(f"UPDATE producer SET {column} = '' WHERE {column} <> ''")
        sql(f"ALTER TABLE producer DROP COLUMN {column}")
    remembered = _forget_images(connection)
    total = sum(counts.values())
    if not total and not remembered:
        return ()
    names = ", ".join(f"{column} {count}" for column, count in counts.items())
    return (counted("errors:people_dropped", total, columns=names, remembered=remembered),)


def _forget_images(connection: Connection) -> int:
    """Take the columns out of the rows that the log remembers, and seal it anew; return how many values went."""
    sql = connection.exec_driver_sql
    broken = seals.first_broken(connection)
    gone = 0
    query = "SELECT fid, before FROM journal_row WHERE table_name = 'producer' AND before IS NOT NULL ORDER BY fid"
    for fid, before in sql(query).all():
        image = json.loads(before)
        gone += sum(bool(image.get(column)) for column in _DROPPED)
        kept = {name: value for name, value in image.items() if name not in _DROPPED}
        sql("UPDATE journal_row SET before = ? WHERE fid = ?", (json.dumps(kept), fid))
    seals.seal_anew(connection, broken)
    return gone


def _complete(connection: Connection) -> None:
    """Write missing defaults into the descriptions of the tables.

    As SQLite's page on ALTER TABLE has it for changes that leave what is stored as it is.
    """
    sql = connection.exec_driver_sql
    rows = sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    stated = {str(row[0]): str(row[1]) for row in rows}
    wanted = dict(stated)
    for table, names in _DEFAULTS.items():
        for name in names.split():
            wanted[table] = _with_default(wanted[table], f"{name} TEXT", "''")
    for table, column, default in _OTHER_DEFAULTS:
        wanted[table] = _with_default(wanted[table], column, default)
    for table, column in _MAY_BE_EMPTY:
        wanted[table] = re.sub(rf"(?<![\w\"]){re.escape(column)} NOT NULL", column, wanted[table])
    for table, name, check in _CHECKS:
        broken = sql(f"SELECT 1 FROM {table} WHERE NOT ({check})").first()
        if f"CONSTRAINT {name} " not in wanted[table] and broken is None:
            wanted[table] = f"{wanted[table].rstrip()[:-1].rstrip()}, CONSTRAINT {name} CHECK ({check}))"
    changed = {name: text for name, text in wanted.items() if text != stated[name]}
    if not changed:
        return
    version = int(sql("PRAGMA schema_version").scalar() or 0)
    sql("PRAGMA writable_schema=ON")
    for name, text in changed.items():
        sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (text, name))
    sql(f"PRAGMA schema_version={version + 1}")
    sql("PRAGMA writable_schema=RESET")
    verdict = sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise StoreError(say("errors:not_brought_up", verdict=verdict), fix=say("errors:not_brought_up.do"))


def _with_default(statement: str, column: str, default: str) -> str:
    return re.sub(
        rf"(?<![\w\"]){re.escape(column)} NOT NULL(?! DEFAULT)", f"{column} DEFAULT {default} NOT NULL", statement
    )

"""A part of the step to version 5: references of statements become statements, the lots they cover, and what they were.

The log follows: what it remembers of a reference it remembers of the statement, and a step that brought a reference brought
what it covers, so that taking it back takes both.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from eudr_geo.store.schema import seals

_WHERE_FROM = "src_file TEXT DEFAULT '' NOT NULL, src_sheet TEXT DEFAULT '' NOT NULL, src_row INTEGER, imported_at TEXT DEFAULT '' NOT NULL"
_TABLES = {
    "statement": "code TEXT NOT NULL, reference TEXT DEFAULT '' NOT NULL, verification TEXT DEFAULT '' NOT NULL, kind TEXT DEFAULT"
    " 'dds' NOT NULL, source TEXT DEFAULT 'own' NOT NULL, status TEXT DEFAULT '' NOT NULL, status_at TEXT DEFAULT '' NOT NULL,"
    " submitted_at TEXT DEFAULT '' NOT NULL, available_at TEXT DEFAULT '' NOT NULL, role TEXT DEFAULT '' NOT NULL,"
    " internal_reference TEXT DEFAULT '' NOT NULL, uuid TEXT DEFAULT '' NOT NULL, replaces TEXT DEFAULT '' NOT NULL,"
    f" declared_set_sha256 TEXT DEFAULT '' NOT NULL, {_WHERE_FROM}, PRIMARY KEY (fid), UNIQUE (code)",
    "statement_lot": f"statement_code TEXT NOT NULL, consignment_code TEXT, lot_code TEXT, quantity_kg DOUBLE, {_WHERE_FROM},"
    " PRIMARY KEY (fid), UNIQUE (statement_code, consignment_code, lot_code), FOREIGN KEY(statement_code) REFERENCES statement"
    " (code), FOREIGN KEY(consignment_code) REFERENCES consignment (code), FOREIGN KEY(lot_code) REFERENCES lot (code),"
    " CONSTRAINT statement_lot_quantity_positive CHECK (quantity_kg > 0)",
    "status_event": "statement_code TEXT NOT NULL, at TEXT DEFAULT '' NOT NULL, status TEXT NOT NULL, by TEXT DEFAULT '' NOT NULL,"
    f" {_WHERE_FROM}, PRIMARY KEY (fid)",
}
_CHECKS = {
    "statement_code_length": "length(code) BETWEEN 1 AND 50",
    "statement_reference_length": "length(reference) <= 14",
    "statement_verification_length": "verification = '' OR length(verification) BETWEEN 5 AND 35",
    "statement_kind": "kind IN ('', 'dds', 'sd', 'contingency')",
    "statement_source": "source IN ('', 'own', 'supplier')",
    "statement_status": "status IN ('', 'submitted', 'available', 'grouped', 'archived', 'rejected', 'withdrawn', 'obsolete')",
    "statement_role": "role IN ('', 'operator', 'representative')",
}
_INDEXES = (
    ("statement_lot", "statement_code"),
    ("statement_lot", "consignment_code"),
    ("statement_lot", "lot_code"),
    ("status_event", "statement_code"),
    ("delivery", "upstream_reference"),
    ("lot", "upstream_reference"),
)
_MOVED = (
    "SELECT fid, reference AS code, reference, verification, 'dds' AS kind, 'own' AS source, status, submitted_on AS submitted_at,"
    " declared_set_sha256, src_file, src_sheet, src_row, imported_at FROM dds_reference"
)


def run(connection: Connection) -> None:
    """Make the three tables, move what there is, and let the log follow.

    Checks that a stored row breaks are not made: the row stays, and the rules of the catalogue name it.
    """
    sql = connection.exec_driver_sql
    broken = seals.first_broken(connection)
    sql(f"CREATE TABLE moved AS {_MOVED}")
    held = {**_TABLES}
    stated = {str(row[1]) for row in sql("PRAGMA table_info(moved)")}
    for name, check in _CHECKS.items():
        column = name.removeprefix("statement_").removesuffix("_length")
        if column not in stated or sql(f"SELECT 1 FROM moved WHERE NOT ({check})").first() is None:
            held["statement"] += f", CONSTRAINT {name} CHECK ({check})"
    for table, columns in held.items():
        sql(f"CREATE TABLE {table} (fid INTEGER NOT NULL, {columns})")
        sql(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
            f" VALUES ('{table}','attributes','{table}','1970-01-01T00:00:00.000Z',0)"
        )
    names = ", ".join(str(row[1]) for row in sql("PRAGMA table_info(moved)"))
    sql(f"INSERT INTO statement ({names}) SELECT {names} FROM moved")
    sql("DROP TABLE moved")
    sql("CREATE UNIQUE INDEX ix_statement_reference ON statement (reference) WHERE reference <> ''")
    for table, column in _INDEXES:
        sql(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    covered = _cover(connection)
    _follow(connection, covered)
    sql("DROP TABLE dds_reference")
    sql("DELETE FROM gpkg_contents WHERE table_name = 'dds_reference'")
    seals.seal_anew(connection, broken)


def _cover(connection: Connection) -> dict[int, list[int]]:
    """Rows for what each statement covers: all lots of its consignment, or the consignment where it has several statements.

    Returns
    -------
    dict of int to list of int
        Row of a reference → rows of what it covers.
    """
    sql = connection.exec_driver_sql
    references = sql(
        "SELECT fid, reference, consignment_code, src_file, src_sheet, src_row, imported_at FROM dds_reference ORDER BY fid"
    ).all()
    lots: dict[str, list[str]] = {}
    for consignment, lot in sql("SELECT consignment_code, lot_code FROM consignment_line ORDER BY fid"):
        lots.setdefault(consignment, []).append(lot)
    several = {row[0] for row in sql("SELECT consignment_code FROM dds_reference GROUP BY 1 HAVING count(*) > 1")}
    rows: dict[int, list[int]] = {}
    number = 0
    for fid, reference, consignment, *place in references:
        alone = consignment not in several and consignment in lots
        for lot in lots[consignment] if alone else [None]:
            number += 1
            rows.setdefault(fid, []).append(number)
            sql(
                "INSERT INTO statement_lot (fid, statement_code, consignment_code, lot_code, src_file, src_sheet, src_row,"
                " imported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, reference, consignment, lot, *place),
            )
    return rows


def _follow(connection: Connection, covered: dict[int, list[int]]) -> None:
    sql = connection.exec_driver_sql
    query = "SELECT fid, journal_fid, row_fid, last_fid, before FROM journal_row WHERE table_name = 'dds_reference' ORDER BY fid"
    for fid, step, first, last, before in sql(query).all():
        image = None if before is None else json.dumps(_image(json.loads(before)))
        sql("UPDATE journal_row SET table_name = 'statement', before = ? WHERE fid = ?", (image, fid))
        for row in range(first, last + 1) if before is None else ():
            for line in covered.get(row, ()):
                sql(
                    "INSERT INTO journal_row (journal_fid, table_name, row_fid, last_fid) VALUES (?, 'statement_lot', ?, ?)",
                    (step, line, line),
                )


def _image(before: dict[str, Any]) -> dict[str, Any]:
    """A reference as the log remembers it, as a statement."""
    kept = {name: value for name, value in before.items() if name not in {"consignment_code", "submitted_on"}}
    return {"code": before.get("reference"), **kept, "submitted_at": before.get("submitted_on") or ""}

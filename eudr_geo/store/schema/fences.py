"""What the database itself holds back, whichever program writes: words off a list, codes that differ by case, a log rewritten.

Triggers and an index, made anew when a project is opened by a newer toolkit, so that older projects have them as well:
SQLite adds no constraint to a table that is there. Rows that stand already are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Table

from eudr_geo.model.base import Base

_LOSS = "(NEW.direction = 'loss') <> (NEW.lot_code IS NULL)"
_VERSION = "NEW.version < 1 OR (NEW.valid_to <> '' AND NEW.valid_to < date(NEW.valid_from, '-1 day'))"
"""A version that was surveyed again on its first day was in force on no day: it ends the day before it begins."""
PREFIXES = ("words_", "loss_has_no_lot_", "version_in_order_", "log_")
"""How the names of these triggers begin."""
_KEPT = ("at", "who", "action", "summary", "sha256")


def make(connection: Connection) -> None:
    """Make every fence, in place of those of an older version."""
    run = connection.exec_driver_sql
    for name, trigger in _triggers():
        run(f"DROP TRIGGER IF EXISTS {name}")
        run(f"CREATE TRIGGER {name} {trigger}")
    for table in Base.metadata.sorted_tables:
        if "code" in table.columns and table.columns["code"].unique and not _doubles(connection, table):
            run(f"CREATE UNIQUE INDEX IF NOT EXISTS one_code_{table.name} ON {table.name} (code COLLATE NOCASE)")


def _doubles(connection: Connection, table: Table) -> bool:
    """Tell whether an older project has codes that differ by case only; the rule duplicate-code names them."""
    query = f"SELECT 1 FROM {table.name} GROUP BY code COLLATE NOCASE HAVING count(*) > 1"
    return connection.exec_driver_sql(query).first() is not None


def _triggers() -> Iterator[tuple[str, str]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if allowed := column.info.get("allowed"):
                words = ", ".join(f"'{word}'" for word in ("", *allowed))
                said = f"{table.name} {column.name} is none of {', '.join(allowed)}"
                yield from _held(
                    f"words_{table.name}_{column.name}",
                    table.name,
                    (column.name,),
                    f"NEW.{column.name} NOT IN ({words})",
                    said,
                )
    yield from _held(
        "loss_has_no_lot", "process_line", ("direction", "lot_code"), _LOSS, "a loss has no lot, and all else has one"
    )
    yield from _held(
        "version_in_order",
        "plot_version",
        ("version", "valid_from", "valid_to"),
        _VERSION,
        "a version of a plot ends before it begins",
    )
    yield (
        "log_stays_status_event",
        "BEFORE UPDATE ON status_event BEGIN SELECT RAISE(ABORT, 'what a statement was is only written to'); END",
    )
    for table_name in ("journal", "journal_row"):
        yield (
            f"log_keeps_{table_name}",
            f"BEFORE DELETE ON {table_name} BEGIN SELECT RAISE(ABORT, 'the log is only written to'); END",
        )
    yield (
        "log_stays_journal",
        f"BEFORE UPDATE OF {', '.join(_KEPT)} ON journal BEGIN SELECT RAISE(ABORT, 'the log is only written to'); END",
    )
    yield (
        "log_stays_journal_row",
        "BEFORE UPDATE ON journal_row BEGIN SELECT RAISE(ABORT, 'the log is only written to'); END",
    )


def _held(name: str, table: str, columns: Sequence[str], wrong: str, said: str) -> Iterator[tuple[str, str]]:
    body = f"ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{said}'); END"
    yield f"{name}_insert", f"BEFORE INSERT {body}"
    yield f"{name}_update", f"BEFORE UPDATE OF {', '.join(columns)} {body}"

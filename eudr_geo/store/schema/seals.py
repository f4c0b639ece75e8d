"""The seals of the log: each step carries a SHA-256 of itself, of the rows it remembers and of the step before.

In SQL of its own: a project is sealed anew by the step of a version and when a person is forgotten, whatever the nouns
look like by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

_STEPS = "SELECT fid, at, who, action, summary, sha256 FROM journal ORDER BY fid"
_ROWS = "SELECT journal_fid, table_name, row_fid, last_fid, before FROM journal_row ORDER BY fid"


def seal_of(before: str, step: int, said: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the seal of a step.

    Parameters
    ----------
    before
        Seal of the step before; empty for the first.
    step
        Number of the step.
    said
        When, who, action, summary.
    rows
        Table, first row, last row, image (JSON or None), in the order they were written.
    """
    digest = hashlib.sha256(json.dumps([before, step, *said], ensure_ascii=False).encode())
    for row in rows:
        digest.update(json.dumps(list(row), ensure_ascii=False).encode())
    return digest.hexdigest()


def _remembered(connection: Connection) -> dict[int, list[Sequence[object]]]:
    rows: dict[int, list[Sequence[object]]] = {}
    for step, *row in connection.exec_driver_sql(_ROWS):
        rows.setdefault(step, []).append(row)
    return rows


def first_broken(connection: Connection) -> int | None:
    """Return the first step that is not as it was written, None when the log is whole.

    Steps of versions that did not seal are passed over, as long as no sealed one stands before them.
    """
    rows = _remembered(connection)
    before, is_sealed = "", False
    for expected, (fid, *said, seal) in enumerate(connection.exec_driver_sql(_STEPS), start=1):
        is_sealed = is_sealed or bool(seal)
        if is_sealed and (fid != expected or seal != seal_of(before, fid, said, rows.get(fid, ()))):
            return int(fid)
        before = seal
    return None


def seal_anew(connection: Connection, broken: int | None) -> None:
    """Seal the log again, after what its steps remember was changed by us.

    A log that somebody else had changed stays broken at the same step: what is sealed anew ends before it. Steps
    without a seal get none.

    Parameters
    ----------
    connection
        Of a transaction in which the fence of the log is down.
    broken
        What :func:`first_broken` said before anything was changed.
    """
    rows = _remembered(connection)
    before = ""
    for fid, *said, seal in connection.exec_driver_sql(_STEPS).all():
        if broken is not None and fid >= broken:
            return
        fresh = seal_of(before, fid, said, rows.get(fid, ())) if seal else ""
        if fresh != seal:
            connection.exec_driver_sql("UPDATE journal SET sha256 = ? WHERE fid = ?", (fresh, fid))
        before = fresh

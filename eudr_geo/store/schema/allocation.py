"""Nothing is given away twice: no step takes more from a lot than the lot holds.

Two fences. A step of ours is looked at as a whole before it is stored, under the lock, so that its rows may come in any
order. Rows that another program writes are held back one by one, by triggers.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from eudr_geo.base.errors import InputError
from eudr_geo.base.scales import TOLERANCE_KG, TOLERANCE_MOST_KG, TOLERANCE_SHARE
from eudr_geo.lots.balance import IN, OUT, Flow
from eudr_geo.words.saying import joined, say

_STEP = "step"
_SHOWN = 3

_TRIGGERS = (
    ("process_line", "INSERT", "NEW.lot_code", "NEW.direction = 'in'"),
    ("process_line", "UPDATE OF quantity_kg, lot_code, direction", "NEW.lot_code", "NEW.direction = 'in'"),
    ("consignment_line", "INSERT", "NEW.lot_code", "1"),
    ("consignment_line", "UPDATE OF quantity_kg, lot_code, returned_kg", "NEW.lot_code", "1"),
    ("lot", "UPDATE OF quantity_kg", "NEW.code", "1"),
    ("storage_stay", "INSERT", "NEW.lot_code", "1"),
    ("storage_stay", "UPDATE OF quantity_kg, quantity_out_kg, lot_code", "NEW.lot_code", "1"),
)


def moved_sql(flows: Sequence[Flow], lot: str = "") -> str:
    """Return SQL for what flows move: of one lot a number, without one a query with the columns ``lot_code`` and ``kg``.

    Parameters
    ----------
    flows
        :data:`IN` or :data:`OUT`.
    lot
        SQL for the code of the lot, like ``NEW.lot_code``.

    Examples
    --------
    >>> moved_sql(OUT[1:2], "NEW.code")
    '(SELECT COALESCE(sum(quantity_kg - COALESCE(returned_kg, 0)), 0) FROM consignment_line WHERE lot_code = NEW.code)'
    """

    def only(flow: Flow) -> list[str]:
        words = ", ".join(f"'{word}'" for word in flow.directions)
        counts = [f"direction IN ({words})"] if words else []
        counts += [f"{flow.unless} = ''"] if flow.unless else []
        return [*counts, f"{flow.only} > 0"] if flow.only else counts

    def weight(flow: Flow) -> str:
        if flow.only:
            return f"max(quantity_kg - {flow.less}, 0)"
        return f"quantity_kg - COALESCE({flow.less}, 0)" if flow.less else "quantity_kg"

    if lot:
        parts = [
            f"(SELECT COALESCE(sum({weight(flow)}), 0) FROM {flow.table} WHERE {' AND '.join([f'lot_code = {lot}', *only(flow)])})"
            for flow in flows
        ]
        return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
    rows = [
        f"SELECT lot_code, {weight(flow)} AS quantity_kg FROM {flow.table} WHERE {' AND '.join(['1', *only(flow)])}"
        for flow in flows
    ]
    return f"SELECT lot_code, sum(quantity_kg) AS kg FROM ({' UNION ALL '.join(rows)}) GROUP BY lot_code"


def over_sql(held: str, taken: str) -> str:
    """Return SQL that tells whether more is taken than held.

    Examples
    --------
    >>> over_sql("h", "t")
    'h > 0 AND t > h + min(max(1.0, 0.005 * h), 60.0)'
    """
    tolerance = f"min(max({TOLERANCE_KG}, {TOLERANCE_SHARE} * {held}), {TOLERANCE_MOST_KG})"
    return f"{held} > 0 AND {taken} > {held} + {tolerance}"


def make_triggers(connection: Connection) -> None:
    """Make the triggers that hold back what other programs write."""
    for number, (table, when, lot, only) in enumerate(_TRIGGERS, start=1):
        held = f"COALESCE((SELECT quantity_kg FROM lot WHERE code = {lot}), {moved_sql(IN, lot)})"
        over = over_sql(held, moved_sql(OUT, lot))
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS over_draw_{number}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER over_draw_{number} AFTER {when} ON {table} WHEN {only}"
            f" AND NOT EXISTS (SELECT 1 FROM eudr_meta WHERE key = '{_STEP}')"
            f" BEGIN SELECT RAISE(ABORT, 'more is taken from the lot than it holds') WHERE {over}; END"
        )


def begin(connection: Connection) -> dict[str, float]:
    """Open the fence for a step of ours, which :func:`finish` looks at as a whole; return what is over-drawn already."""
    connection.exec_driver_sql("INSERT INTO eudr_meta (key, value) VALUES (?, '')", (_STEP,))
    return {lot: drawn for lot, drawn, _ in _over_drawn(connection)}


def finish(connection: Connection, before: dict[str, float] | None = None) -> None:
    """Close the fence.

    Parameters
    ----------
    connection
        The step's own.
    before
        What :func:`begin` returned: lots over-drawn by an older version are left as they are. None = nothing is looked
        at, because the step takes another one back.

    Raises
    ------
    InputError
        When the step takes more from a lot than it holds.
    """
    connection.exec_driver_sql("DELETE FROM eudr_meta WHERE key = ?", (_STEP,))
    if before is None:
        return
    worse = [
        say("errors:over_drawn", kg_drawn=drawn, lot=lot, kg_held=held)
        for lot, drawn, held in _over_drawn(connection)
        if drawn > before.get(lot, 0.0)
    ]
    if worse:
        named = joined(worse[:_SHOWN])
        if len(worse) > _SHOWN:
            named = say("errors:over_drawn.more", named=named, count=len(worse) - _SHOWN)
        raise InputError(say("errors:refused_row", said=named), fix=say("errors:over_drawn.do"))


def _over_drawn(connection: Connection) -> list[tuple[str, float, float]]:
    """Lots of which more is taken than they hold: code, taken, held; sorted."""
    found = connection.exec_driver_sql(
        f"""WITH inflow AS ({moved_sql(IN)}), outflow AS ({moved_sql(OUT)}),
          balance AS (SELECT o.lot_code AS code, o.kg AS drawn, COALESCE(l.quantity_kg, i.kg, 0) AS held
            FROM outflow o LEFT JOIN lot l ON l.code = o.lot_code LEFT JOIN inflow i ON i.lot_code = o.lot_code)
        SELECT code, drawn, held FROM balance WHERE {over_sql("held", "drawn")} ORDER BY code"""
    )
    return [(str(row[0]), float(row[1]), float(row[2])) for row in found]

"""Weights of wood that was measured and not weighed: cubic metres times what the lot says a cubic metre weighs."""

from __future__ import annotations

from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.nouns import Record, Tables, give_number
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.statement_cells import take_statement
from eudr_geo.words.saying import say

_GRAM = 3  # decimals of a quantity in kg


def is_measured(row: Row, key: str = "volume") -> bool:
    """Tell whether a row states a volume: it may do without a weight then."""
    return row.states(key)


def weigh(row: Row, tables: Tables, record: Record, *, at: str = "kg") -> None:
    """Give a row that states only a volume the weight that its lot tells; say so where the lot tells none.

    Parameters
    ----------
    row
        The row of a sheet.
    tables
        What was read so far, the lots with it.
    record
        Its values; ``quantity_kg`` is filled in.
    at
        Column of the weight.
    """
    volume = record["volume_m3"]
    if record["quantity_kg"] is not None or volume is None:
        return
    lot = next((one for one in tables["lot"] if one["code"] == record["lot_code"]), None)
    density = lot["kg_per_m3"] if lot else None
    if not density or density < 0 or volume <= 0:
        fix = say("book:volume-without-weight.do", lot=record["lot_code"] or "")
        row.fail(at, "", say("book:volume-without-weight", volume_m3=volume), fix)
        return
    kg = round(volume * density, _GRAM)
    record["quantity_kg"] = kg
    row.worked_out(at, str(volume), kg)


def receipts_measured(found: Cells) -> None:
    """Take the receipts that state only a volume, now that the lots are read."""
    made: dict[str, int] = {}
    for row, record, statement in found.unweighed:
        weigh(row, found.tables, record)
        if number := give_number(record, "delivery", made):
            row.number_given("receipt", number)
        if row.take(found.tables["delivery"], record):
            take_statement(found.tables, row, statement)
        found.taken[row.sheet.title] = row.sheet.taken

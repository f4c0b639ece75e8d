"""Statements in the workbook: their own sheet, and their numbers on shipments, deliveries and lots. Pure.

A number may stand beside the goods, which is all that most people have to say of it, or on the sheet of statements with
what else is known of it. It is one statement, wherever it is named.
"""

from __future__ import annotations

from typing import Any

from eudr_geo.lots.statements import Cover, covered, kind_of
from eudr_geo.sources.workbook.gathered import Cells
from eudr_geo.sources.workbook.nouns import Record, Tables, compare, fill_up, values
from eudr_geo.sources.workbook.sheet_row import Row
from eudr_geo.sources.workbook.sheet_rows import AllRows
from eudr_geo.words.saying import say

_DDS_LENGTH = 14
_VERIFICATION = (5, 35)  # characters, as the reference system of the EU gives them


def check_numbers(row: Row, reference: str | None, verification: str | None, *, at: str, verified_at: str) -> None:
    """Refuse a row whose reference or verification number no statement can have.

    Parameters
    ----------
    row
        The row.
    reference, verification
        What it says; None for nothing.
    at, verified_at
        Keys of their columns on its sheet.
    """
    if reference is None:
        if verification is not None:
            row.fail(at, "", say("book:no-reference.verification"), say("book:no-reference.do"))
        return
    if len(reference) > _DDS_LENGTH:
        why = say("book:long-reference", reference=reference[:40], characters=len(reference), most=_DDS_LENGTH)
        row.fail(at, reference, why, say("book:copy-again"))
    elif " " in reference:
        row.fail(at, reference, say("book:reference-blanks", reference=reference), say("book:copy-again"))
    if verification is not None and not _VERIFICATION[0] <= len(verification) <= _VERIFICATION[1]:
        why = say("book:verification-length", least=_VERIFICATION[0], most=_VERIFICATION[1])
        row.fail(verified_at, verification, why, say("book:copy-again"))


def named_beside(tables: Tables, row: Row, reference: str | None, *, source: str, at: str, verified_at: str) -> Record:
    """Return the statement whose number stands beside goods; the row fails where it cannot be that statement.

    Parameters
    ----------
    tables
        What was read so far.
    row
        The row.
    reference
        The number; None for none.
    source
        ``own`` on shipments, ``supplier`` on deliveries and lots.
    at, verified_at
        Keys of the columns of the numbers on its sheet.

    Returns
    -------
    dict
        Columns of the statement, empty without a number; it is in no table before :func:`take_statement`.
    """
    verification = row.text(verified_at)
    check_numbers(row, reference, verification, at=at, verified_at=verified_at)
    if reference is None:
        return {}
    known = _known(tables, reference)
    if known and known["source"] != source:
        why = say("book:statement-own-and-supplier", reference=reference)
        row.fail(at, reference, why, say("book:statement-own-and-supplier.do"))
    if known and verification and known["verification"] not in (None, verification):
        row.fail(verified_at, verification, say("book:verification-twice", reference=reference), say("book:copy-again"))
    return {
        "code": reference,
        "reference": reference,
        "verification": verification,
        "kind": kind_of(reference),
        "source": source,
    }


def take_statement(tables: Tables, row: Row, statement: Record) -> None:
    """Add a statement to the table, or what a further row says of it."""
    if not statement:
        return
    known = _known(tables, statement["code"])
    if known is None:
        tables["statement"].append({**statement, **row.provenance})
    else:
        fill_up(known, statement)


def _known(tables: Tables, code: str) -> Record | None:
    return next((one for one in tables["statement"] if one["code"] == code), None)


def suppliers_statement(tables: Tables, row: Row, record: Record) -> Record:
    """Look at the supplier's statement of a delivery or lot, and return it as :func:`named_beside` does.

    Parameters
    ----------
    tables
        What was read so far.
    row
        The row.
    record
        What it says.
    """
    reference = record["upstream_reference"]
    statement = named_beside(
        tables, row, reference, source="supplier", at="upstream", verified_at="upstream_verification"
    )
    if reference is None and record.get("upstream_kg") is not None:
        row.fail("upstream", "", say("book:no-reference.statement"), say("book:no-reference.do"))
    if reference is not None and record.get("plot_code") is not None:
        why = say("book:statement-and-plot", reference=reference, plot=record["plot_code"])
        row.fail("upstream", reference, why, say("book:statement-and-plot.do"))
    return statement


class Stated:
    """The statements that the rows of the Shipments sheet name, shipment by shipment."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Cover, dict[str, Any]]]] = {}

    def note(self, consignment: str, cover: Cover, row: Row) -> None:
        """Note that a row of a shipment names a statement."""
        self._rows.setdefault(consignment, []).append((cover, row.provenance))

    def lines(self, tables: Tables) -> None:
        """Add what they cover to the tables, when all rows are read."""
        for consignment, stated in self._rows.items():
            lines = (one for one in tables["consignment_line"] if one["consignment_code"] == consignment)
            lots = list(dict.fromkeys(one["lot_code"] for one in lines))  # a lot in several containers is one
            places = {number: place for (number, _), place in reversed(stated)} | dict(stated)
            for number, lot in covered(lots, list(dict.fromkeys(cover for cover, _ in stated))):
                place = places.get((number, lot)) or places[number]
                line = {"statement_code": number, "consignment_code": consignment, "lot_code": lot, "quantity_kg": None}
                tables["statement_lot"].append({**line, **place})


def statements(found: Cells, rows: AllRows) -> None:
    """Read what is known of statements, one row a statement and lot that it covers."""
    tables = found.tables
    for row in rows:
        said = values(row, tables, "statement")
        cover = values(row, tables, "statement_lot")
        reference = said["reference"]
        said["code"] = code = reference or said["internal_reference"]
        if code is None:
            row.fail("reference", "", say("book:statement-without-number"), say("book:statement-without-number.do"))
        check_numbers(row, reference, said["verification"], at="reference", verified_at="verification")
        if reference and not row.states("kind"):
            said["kind"] = kind_of(reference)
        covers = any(value is not None for value in cover.values())
        known = _known(tables, code or "")
        if known is not None:
            if not row.states("source"):
                said["source"] = known["source"]
            columns = [one for one in row.sheet.spec.of("statement") if one.column != "kind" or row.states("kind")]
            thing, fix = say("book:thing.statement", code=code), say("book:says-above.do-statement")
            compare(row, columns, said, known, thing, fix, strict=True)
        if covers and said["source"] == "supplier":
            row.fail("lot", cover["lot_code"] or "", say("book:supplier-covers"), say("book:supplier-covers.do"))
        elif covers and cover["lot_code"] is None and cover["consignment_code"] is None:
            row.fail("lot", "", say("book:covers-nothing"), say("book:covers-nothing.do"))
        if not row.accepted():
            continue
        if known is None:
            tables["statement"].append({**said, **row.provenance})
        else:
            known.update({column: value for column, value in said.items() if value is not None})
        if covers:
            _cover(tables, {"statement_code": code, **cover, **row.provenance})


def _cover(tables: Tables, line: Record) -> None:
    names = ("statement_code", "consignment_code", "lot_code")
    for one in tables["statement_lot"]:
        if all(one[name] == line[name] for name in names):
            fill_up(one, line)
            return
    tables["statement_lot"].append(line)

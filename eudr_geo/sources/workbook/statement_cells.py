"""Cells with the numbers of due diligence statements: our own on shipments, suppliers' on deliveries and lots. Pure."""

from __future__ import annotations

from eudr_geo.sources.workbook.nouns import Record, Tables
from eudr_geo.sources.workbook.sheet_row import Row
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


def suppliers_statement(tables: Tables, row: Row, record: Record) -> None:
    """Look at the supplier's statement of a delivery or lot: its numbers, and that it has one verification number.

    Parameters
    ----------
    tables
        What was read so far.
    row
        The row.
    record
        What it says.
    """
    reference, verification = record["upstream_reference"], record["upstream_verification"]
    check_numbers(row, reference, verification, at="upstream", verified_at="upstream_verification")
    if reference is None:
        if record.get("upstream_kg") is not None:
            row.fail("upstream", "", say("book:no-reference.statement"), say("book:no-reference.do"))
        return
    if record.get("plot_code") is not None:
        why = say("book:statement-and-plot", reference=reference, plot=record["plot_code"])
        row.fail("upstream", reference, why, say("book:statement-and-plot.do"))
    said = [one for name in ("delivery", "lot") for one in tables[name] if one["upstream_reference"] == reference]
    if verification and any(one["upstream_verification"] not in (None, verification) for one in said):
        why = say("book:verification-twice", reference=reference)
        row.fail("upstream_verification", verification, why, say("book:copy-again"))

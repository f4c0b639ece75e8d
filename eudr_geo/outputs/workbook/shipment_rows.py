"""Shipments and statements as rows of their sheets.

A statement of which nothing is known but its numbers stands beside the goods; one of which more is known, on the sheet
of statements. Each stands in one place only, so that a correction is made once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from eudr_geo.lots.statements import covered, kind_of
from eudr_geo.outputs.workbook.nouns import Cells, Nouns, place

_BESIDE = frozenset({"code", "reference", "verification", "kind", "source"})


class Statements:
    """The statements of a book, and where each is written."""

    def __init__(self, nouns: Nouns) -> None:
        self.by_code = {row["code"]: row for row in nouns.rows("statement")}
        self.lines: dict[str, list[Cells]] = {}  # of a consignment
        for row in nouns.rows("statement_lot"):
            self.lines.setdefault(row["consignment_code"] or "", []).append(row)
        lots: dict[str, list[str]] = {}
        for row in nouns.rows("consignment_line"):
            lots.setdefault(row["consignment_code"], []).append(row["lot_code"])
        named = {row["upstream_reference"] for table in ("delivery", "lot") for row in nouns.rows(table)}
        beside = {code for code, row in self.by_code.items() if _is_plain(row)}
        covering = {row["statement_code"] for rows in self.lines.values() for row in rows}
        beside &= {
            code for code in beside if code in (named if self.by_code[code]["source"] == "supplier" else covering)
        }
        before: set[str] | None = None
        while beside != before:  # one that leaves the rows of a shipment takes those beside it along
            before = set(beside)
            for consignment, rows in self.lines.items():
                if not _stands_beside(lots.get(consignment, []), rows, beside):
                    beside -= {row["statement_code"] for row in rows}
        self.is_beside = frozenset(beside)

    def beside(self, code: str | None, key: str) -> Cells:
        """Return the cell with the verification number of a statement that is named beside goods."""
        return {key: self.by_code[code]["verification"] if code in self.is_beside else None}


def _is_plain(row: Mapping[str, Any]) -> bool:
    """Tell whether nothing is known of a statement but its numbers."""
    more = {name for name, value in row.items() if value and not name.startswith("src_")} - _BESIDE
    return not more and row["code"] == row["reference"] and row["kind"] == kind_of(row["code"])


def _stands_beside(lots: list[str], rows: list[Cells], beside: set[str]) -> bool:
    """Tell whether the rows of a shipment can say what its statements cover."""
    pairs = [(row["statement_code"], row["lot_code"]) for row in rows]
    named = [lot for _, lot in pairs if lot is not None]
    return (
        bool(lots)
        and all(row["statement_code"] in beside and row["quantity_kg"] is None for row in rows)
        and len(named) == len(set(named))  # a row has room for one statement
        and set(named) <= set(lots)
        and sorted(covered(lots, pairs), key=str) == sorted(pairs, key=str)
    )


def shipments(nouns: Nouns, statements: Statements) -> Iterator[Cells]:
    """One row a line with the statement that covers it; a statement of no line has a row of its own."""
    lines: dict[str, list[Cells]] = {}
    for row in nouns.rows("consignment_line"):
        lines.setdefault(row["consignment_code"], []).append(row)
    for row in nouns.rows("consignment"):
        head = nouns.cells("shipments", "consignment", row)
        covers = [one for one in statements.lines.get(row["code"], []) if one["statement_code"] in statements.is_beside]
        of_lot = {one["lot_code"]: one["statement_code"] for one in covers if one["lot_code"]}
        others = [one["statement_code"] for one in covers if not one["lot_code"]]
        its = lines.get(row["code"], [])
        for line, other in zip_longest(its or (None,), [None] * max(len(its), 1) + others):
            cells = {**head, "_row": place(line or row)}
            if line:
                cells |= nouns.cells("shipments", "consignment_line", line)
            code = other if line is None else of_lot.get(line["lot_code"])
            yield {**cells, "dds": code, **statements.beside(code, "verification")}


def statement_rows(nouns: Nouns, statements: Statements) -> Iterator[Cells]:
    """One row a statement and lot that it covers, of those of which more is known than their numbers."""
    covers: dict[str, list[Cells]] = {}
    for rows in statements.lines.values():
        for row in rows:
            covers.setdefault(row["statement_code"], []).append(row)
    for code, row in statements.by_code.items():
        if code in statements.is_beside:
            continue
        head = nouns.cells("statements", "statement", row)
        for line in covers.get(code, [None]):
            of_line = nouns.cells("statements", "statement_lot", line) if line else {}
            yield {**head, **of_line, "_row": place(line or row)}

"""What rules and the import say of rows of a workbook, at its cells and in the words of its sheets.

What rests on a row that could not be read is not judged: one cause is one line, not seven.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from eudr_geo.base.cells import clean_code
from eudr_geo.base.said import Said
from eudr_geo.lots.sheets import Field, sheet
from eudr_geo.model.findings import ERROR, Finding
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.workbook import BookReading, CellIssue, SheetPlace
from eudr_geo.project.importing.book_faults import OVER_DRAWN, UNKNOWN
from eudr_geo.project.importing.common import Refused

_SUBJECTS = {"lots": "lot", "processing": "process", "shipments": "consignment"}


def field_of(place: SheetPlace, column: str) -> Field | None:
    """Return the column of a sheet of the file that holds a column of a noun, None where the file has none.

    Parameters
    ----------
    place
        Where the columns of the sheet stand.
    column
        Name of the noun's column.

    Examples
    --------
    >>> field_of(SheetPlace("lots", {"hs": "F"}, {}), "hs_code").key
    'hs'
    """
    fields = (one for one in sheet(place.table).fields if one.column == column and one.key in place.columns)
    return next(fields, None)


def at_its_cell(finding: Finding, reading: BookReading) -> Finding:
    """Return a finding on a row of the workbook with the address of its cell."""
    place = reading.places.get(finding.sheet)
    if place is None or finding.record is None:
        return finding
    found = field_of(place, finding.column)
    return finding if found is None else replace(finding, cell=f"{place.columns[found.key]}{finding.record}")


def issues_of(findings: Iterable[Finding], refused: Iterable[Refused], reading: BookReading) -> tuple[CellIssue, ...]:
    """Return findings and refusals as issues of cells, for the corrected copy.

    Parameters
    ----------
    findings
        Of the lot rules, at their cells.
    refused
        Rows that would not be stored.
    reading
        The workbook.
    """
    told = [(one.sheet, one.column, one.record, one.code, one.message, one.hint, one.severity) for one in findings]
    told += [(one.sheet, one.column, one.record, one.code, one.why, one.fix, ERROR) for one in refused]
    issues = []
    for name, column, record, code, why, fix, severity in told:
        place = reading.places.get(name)
        found = None if place is None else field_of(place, column)
        cell = "" if place is None or found is None or record is None else f"{place.columns[found.key]}{record}"
        table, key = ("", "") if place is None else (place.table, "" if found is None else found.key)
        issues.append(CellIssue(name, cell, code, why, fix, severity, table, key, record))
    return tuple(issues)


@dataclass(frozen=True)
class Waiting:
    """What rests on rows that were left out, and is not judged before they are corrected.

    Attributes
    ----------
    named
        Noun → codes of the rows that were left out.
    unread
        Nouns of which a sheet gives no code at all, for its column was not found.
    lots, processes, consignments
        Those that the rows left out speak of, and what was made of them.
    """

    named: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    processes: set[str] = field(default_factory=set)
    consignments: set[str] = field(default_factory=set)

    def holds(self, finding: Finding) -> bool:
        """Tell whether a finding follows from a row that was left out, or may."""
        if finding.rule == "unknown-reference":
            value = finding.measured.get("value")
            return _noun_in(finding.message, "why") in self.unread or any(value in one for one in self.named.values())
        waiting = {"lot": self.lots, "process": self.processes, "consignment": self.consignments}
        return finding.code in waiting.get(finding.subject, ())

    def explains(self, refused: Refused) -> bool:
        """Tell whether a row is refused because it names one that was left out, or rests on it."""
        if not isinstance(refused.why, Said):
            return False
        if refused.why.key == OVER_DRAWN:
            return refused.why.values["lot"] in self.lots
        if refused.why.key != UNKNOWN:
            return False
        noun = _noun_in(refused.why, "kind")
        return noun in self.unread or refused.why.values["code"] in self.named.get(noun, ())


def _noun_in(sentence: str, place: str) -> str:
    """Table of the noun that stands at a place of a sentence; "" where it has none."""
    word = sentence.values.get(place) if isinstance(sentence, Said) else None
    return word.key.partition(":")[2] if isinstance(word, Said) else ""


def waiting_for(reading: BookReading, after: LotBook) -> Waiting:
    """Return what waits for the rows of a workbook that were left out.

    Parameters
    ----------
    reading
        The workbook.
    after
        The lot book as it would be without these rows.
    """
    found = Waiting()
    for row in reading.left_out:
        spec = sheet(row.table)
        for one in spec.fields:
            value = row.values.get(one.key)
            if value is None or one.kind != "code":
                continue
            code = clean_code(str(value))
            if one.column == "code":
                found.named.setdefault(one.table, set()).add(code)
            if one.refers == "lots" or (one.table, one.column) == ("lot", "code"):
                found.lots.add(code)
            if one.column == "code" and row.table in _SUBJECTS:
                {"process": found.processes, "consignment": found.consignments}.get(one.table, set()).add(code)
    for place in reading.places.values():
        spec = sheet(place.table)
        codes = [one for one in spec.fields if one.column == "code" and one.required]
        found.unread.update(one.table for one in codes if one.key not in place.columns)
    _follow(found, after)
    return found


def _follow(found: Waiting, after: LotBook) -> None:
    """Add what was made of the lots, step by step, and the shipments that hold any of it."""
    lines = after.table("process_line")
    flows = list(zip(lines["process_code"], lines["direction"], lines["lot_code"], strict=True))
    before = -1
    while before != len(found.lots) + len(found.processes):
        before = len(found.lots) + len(found.processes)
        found.processes.update(process for process, _, lot in flows if lot in found.lots)
        found.lots.update(lot for process, way, lot in flows if way != "in" and lot and process in found.processes)
    shipped = after.table("consignment_line")
    for consignment, lot in zip(shipped["consignment_code"], shipped["lot_code"], strict=True):
        if lot in found.lots:
            found.consignments.add(consignment)

"""Due diligence statements: their numbers, and the goods that were bought with a supplier's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eudr_geo.base.dates import days_between
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, by_code, problems, rows
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.origins import REFERENCED
from eudr_geo.lots.statements import ended
from eudr_geo.model.lot_book import LotBook

_SEEN = re.compile(r"\d{2}[A-Z]{2}[A-Z0-9]{10}|S\d{2}[A-Z]{2}[A-Z0-9]{9}")
"""Reference numbers and identifiers of simplified declarations as they were seen; their form is not published."""

_OPEN_DAYS = 30
"""Good practice: a contingency number is replaced when the system works again, which takes days, not months."""


@lot_rule(
    severity=WARNING,
    basis="good practice: form of the numbers seen; the EU system publishes none, and has at most 14 characters",
    ids=("LOT-DDS-01",),
    at=("upstream_reference",),
)
def unusual_statement_number(book: LotBook) -> Problems:
    """The number of a statement has not the form of those that the EU system gives.

    **Why it matters** Customs and the buyer look the statement up by this number. One wrong letter, and nothing is
    found.

    **Example** Receipt R2 names the statement 25VN12; numbers seen look like 26BE7XTVCZAQ2S, those of simplified
    declarations like S26FRNMNBSA96Q.

    **How to correct it** Copy the number again from the statement, letter by letter; O and 0, I and 1 look alike.

    **Trap** The form was taken from samples: a number that the EU system shows exactly so is right.
    """
    return problems(_unusual(book))


def _unusual(book: LotBook) -> Iterator[Fault]:
    named: dict[str, tuple[str, str, dict[str, Any]]] = {}  # where a person finds the number
    for table, column, code in (
        ("statement_lot", "statement_code", "consignment_code"),
        ("delivery", "upstream_reference", "code"),
        ("lot", "upstream_reference", "code"),
    ):
        subject = "consignment" if table == "statement_lot" else table
        for row in sorted(rows(book, table), key=lambda one: str(one[code] or "")):
            if row[column] and row[code]:
                named.setdefault(row[column], (subject, row[code], row))
    for row in rows(book, "statement"):
        if row["reference"] and row["kind"] != "contingency" and not _SEEN.fullmatch(row["reference"]):
            subject, code, place = named.get(row["code"], ("statement", row["code"], row))
            yield Fault(subject, code, place, values={"value": row["reference"]})


@lot_rule(
    severity=ERROR,
    basis="Regulation (EU) 2023/1115, Article 9(1)(d): a line declares the land that its own goods came from",
    ids=("LOT-DDS-02",),
    at=("upstream_reference",),
)
def statement_and_plot(book: LotBook) -> Problems:
    """A receipt names a plot, and a supplier's statement too.

    **Why it matters** What a supplier has declared is not declared again as land of one's own, and what grew on one's
    own land stands in no statement of a supplier. Only one of the two can be right.

    **Example** Receipt R2 names plot T-1 and the statement 26BE7XTVCZAQ2S.

    **How to correct it** Leave the plot empty for goods that were bought with a statement; write two receipts where
    both came.

    **Trap** Until then the receipt counts as bought: none of its kilograms are of the plot.
    """
    return problems(
        Fault("delivery", row["code"], row, values={"value": row["upstream_reference"], "other": row["plot_code"]})
        for row in rows(book, "delivery")
        if row["upstream_reference"] and row["plot_code"]
    )


@lot_rule(
    severity=WARNING,
    basis="good practice: the kilograms under statements of a lot are at most those of the lot",
    ids=("LOT-DDS-03",),
    at=("upstream_kg",),
)
def statement_covers_more(book: LotBook) -> Problems:
    """A supplier's statement is said to cover more of a lot than there is of unknown origin in it.

    **Why it matters** Kilograms that came from own plots, or under another statement, cannot be under this one as well.

    **Example** Lot G states 700 kg under 26BE7XTVCZAQ2S; of its 1,000 kg only 300 kg came without a plot.

    **How to correct it** Correct the weight on the Lots sheet, or the receipts that name a plot and came from the
    supplier.

    **Trap** Where a statement covers less than the receipts without origin weigh, none of them counts as bought: write
    it on the receipts.
    """
    return problems(_covering_more(book))


def _covering_more(book: LotBook) -> Iterator[Fault]:
    graph = graph_of(book)
    covered = graph.referenced.stock_kg.copy()
    arrivals = graph.arrivals
    own = [str(reference or "") for reference in graph.deliveries["upstream_reference"]]
    for place in range(len(arrivals.lot)) if graph.referenced.of_lot else ():  # only where a lot names a statement
        if arrivals.lot[place] >= 0 and arrivals.evidence[place] == REFERENCED and not own[arrivals.delivery[place]]:
            covered[arrivals.lot[place]] += arrivals.kg[place]
    for row in rows(book, "lot"):
        lot = graph.position.get(row["code"], -1)
        if lot < 0 or not row["upstream_reference"]:
            continue
        stated, has_kg = float(row["upstream_kg"] or 0.0), float(covered[lot])
        if stated > has_kg + float(tolerance_kg(has_kg)) or not has_kg:
            values = {"value": row["upstream_reference"], "quantity_kg": stated, "expected_kg": has_kg}
            yield Fault("lot", row["code"], row, values=values, case="" if stated else "nothing")


@lot_rule(
    severity=WARNING,
    basis="good practice: the kilograms under statements of a lot are at most those of the lot",
    ids=("LOT-DDS-04",),
    at=("quantity_kg",),
)
def statements_exceed_lot(book: LotBook) -> Problems:
    """Our own statements cover more of a lot than there is of it, or more than was shipped of it.

    **Why it matters** A kilogram is declared once. Where two statements cover the same goods, nobody can say later
    which of them stands for what, and the quantities that authorities see are too high.

    **Example** Lot G holds 1,000 kg; statements of 700 kg and of 500 kg cover it.

    **How to correct it** Correct the weight on the Statements sheet. If one statement took the place of the other,
    write so: in the column Replaces, or with the status withdrawn, rejected or obsolete.

    **Trap** A statement without a weight covers all of the lot that is in its shipment.
    """
    return problems(_exceeding(book))


def _exceeding(book: LotBook) -> Iterator[Fault]:
    graph, over = graph_of(book), ended(book)
    shipped: dict[tuple[str, str], float] = {}
    for row in rows(book, "consignment_line"):
        pair = (row["consignment_code"], row["lot_code"])
        shipped[pair] = shipped.get(pair, 0.0) + float(row["quantity_kg"] or 0.0)
    covered: dict[tuple[str, str], list[tuple[str, float, dict[str, Any]]]] = {}
    for row in rows(book, "statement_lot"):
        consignment, lot = row["consignment_code"] or "", row["lot_code"]
        place = graph.position.get(lot, -1)
        if not row["statement_code"] or row["statement_code"] in over or place < 0:
            continue
        all_kg = shipped.get((consignment, lot), 0.0) if consignment else float(graph.total_kg[place])
        covered.setdefault((lot, consignment), []).append(
            (row["statement_code"], float(row["quantity_kg"] or all_kg), row)
        )
    of_lot: dict[str, list[tuple[str, float, dict[str, Any]]]] = {}
    for (lot, consignment), its in sorted(covered.items()):
        of_lot.setdefault(lot, []).extend(its)
        if consignment:
            yield from _too_much("consignment", consignment, lot, its, shipped.get((consignment, lot), 0.0))
    for lot, its in of_lot.items():
        yield from _too_much("lot", lot, lot, its, float(graph.total_kg[graph.position[lot]]))


def _too_much(
    subject: str, code: str, lot: str, its: list[tuple[str, float, dict[str, Any]]], has_kg: float
) -> Iterator[Fault]:
    kg = sum(weight for _, weight, _ in its)
    if kg > has_kg + float(tolerance_kg(has_kg)):
        numbers = ", ".join(sorted({number for number, _, _ in its}))
        values = {"value": numbers, "other": lot, "quantity_kg": kg, "expected_kg": has_kg}
        place = min((row for _, _, row in its), key=lambda one: (one["src_row"] or 0, one["statement_code"]))
        yield Fault(subject, code, place, values=values, case="shipment" if subject == "consignment" else "")


@lot_rule(
    severity=WARNING,
    basis="Operator API Reference 1.0, 11.6.5: a contingency number is replaced when the system works again",
    ids=("LOT-DDS-05",),
    at=("available_at",),
)
def contingency_number_open(book: LotBook) -> Problems:
    """A number that was given while the EU system was down was not replaced by that of a statement.

    **Why it matters** The number stands for a statement that was to be submitted as soon as the system worked again.
    Without it the goods have no statement.

    **Example** Contingency number C-77 of 2 January; on 15 March no statement names it in the column Replaces.

    **How to correct it** Submit the statement, and write its number on the Statements sheet with the contingency number
    in the column Replaces.

    **Trap** A contingency number without a day is told at once: write the day on which it was given.
    """
    replaced = {row["replaces"] for row in rows(book, "statement")} - {None, ""}
    faults = []
    for row in rows(book, "statement"):
        if row["kind"] != "contingency" or {row["code"], row["reference"]} & replaced or not book.today:
            continue
        day = (row["available_at"] or row["submitted_at"] or row["status_at"] or "")[:10]
        if not day or days_between(day, book.today) > _OPEN_DAYS:
            faults.append(Fault("statement", row["code"], row, day, case="" if day else "undated"))
    return problems(faults)


@lot_rule(
    severity=WARNING,
    basis="Regulation (EU) 2023/1115, Article 4(2): the statement describes the goods that are placed on the market",
    ids=("LOT-DDS-06",),
)
def statement_outdated(book: LotBook) -> Problems:
    """What a statement was made of was corrected afterwards: it no longer describes the goods.

    **Why it matters** The statement names plots, weights and days as they were packed. What was corrected later is
    right in the project and wrong at the authority.

    **Example** A package of EX1 was built, statement 26BE7XTVCZAQ2S submitted on 3 February; on 9 February a receipt
    behind it was corrected.

    **How to correct it** Build the package again, compare it with the statement, and amend or replace the statement.
    Then write its new day of submission, or the number of the new one, on the Statements sheet.

    **Trap** A statement can be amended for 72 hours only; after that a new one takes its place.
    """
    faults = []
    over = ended(book)
    statements = by_code(book, "statement")
    told: set[tuple[str, str]] = set()
    for row in rows(book, "statement_lot"):
        number = row["statement_code"]
        for code in (row["consignment_code"], row["lot_code"]):
            changed = book.superseded.get(code or "")
            one = statements.get(number, {})
            day = (one.get("submitted_at") or one.get("available_at") or "")[:10]
            if changed and number not in over and (number, code) not in told and day <= changed:
                told.add((number, code))
                faults.append(Fault("statement", number, row, changed, {"value": code}))
    return problems(faults)

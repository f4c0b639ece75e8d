"""Due diligence statements: their numbers, and the goods that were bought with a supplier's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, problems, rows
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.origins import REFERENCED
from eudr_geo.model.lot_book import LotBook

_SEEN = re.compile(r"\d{2}[A-Z]{2}[A-Z0-9]{10}|S\d{2}[A-Z]{2}[A-Z0-9]{9}")
"""Reference numbers and identifiers of simplified declarations as they were seen; their form is not published."""

_NUMBERS = (
    ("delivery", "code", "upstream_reference"),
    ("lot", "code", "upstream_reference"),
    ("dds_reference", "consignment_code", "reference"),
)
"""Table, column of the thing that is named, column of the number."""
_SUBJECTS = {"dds_reference": "consignment"}


@lot_rule(
    severity=WARNING,
    basis="good practice: form of the numbers seen; the EU system publishes none, and has at most 14 characters",
    ids=("LOT-DDS-01",),
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
    return problems(
        Fault(_SUBJECTS.get(table, table), row[named] or "", row, values={"value": row[number]})
        for table, named, number in _NUMBERS
        for row in rows(book, table)
        if row[number] and not _SEEN.fullmatch(row[number])
    )


@lot_rule(
    severity=ERROR,
    basis="Regulation (EU) 2023/1115, Article 9(1)(d): a line declares the land that its own goods came from",
    ids=("LOT-DDS-02",),
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

"""Identifiers: codes that must fit on labels and in other systems, and numbers with a check digit."""

from __future__ import annotations

from collections.abc import Iterator

from eudr_geo.base.identifiers import (
    GLN_DIGITS,
    GTIN_DIGITS,
    SSCC_DIGITS,
    is_container,
    is_gs1,
    is_ico_mark,
    is_lot_code,
)
from eudr_geo.checks.catalogue import ERROR, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, problems, rows
from eudr_geo.model.lot_book import LotBook

_REFERENCE_LENGTH = 50  # characters of internalReferenceNumber


@lot_rule(severity=WARNING, basis="good practice: GS1 General Specifications, application identifier 10")
def lot_code_off_label(book: LotBook) -> Problems:
    """A lot code is too long for a label, or has letters that scanners and other systems do not take.

    **Why it matters** The code travels on every bag and on all papers. A code that a buyer's system cuts or changes
    does not lead back to its plots.

    **Example** Lô 3/2025: it has a blank, a stroke and a letter with an accent.

    **How to correct it** Use at most 20 of A–Z, 0–9 and hyphen, like DL25-ML03-G-2, for the next lots.

    **Trap** Changing the code of a lot whose bags are labelled already: then two codes name one lot. Leave that one.
    """
    return problems(Fault("lot", row["code"], row) for row in rows(book, "lot") if not is_lot_code(str(row["code"])))


@lot_rule(severity=ERROR, basis="EU information system: internalReferenceNumber of a statement, at most 50 characters")
def consignment_code_too_long(book: LotBook) -> Problems:
    """A consignment code is longer than the 50 characters that a statement takes.

    **Why it matters** The code is the reference of the statement. The EU system refuses a longer one, and a cut one
    leads nowhere.

    **Example** A code made of the names of buyer, ship and harbour.

    **How to correct it** Use a short code, and write the rest in its own columns.

    **Trap** Cutting the code at 50 characters by hand: two shipments can then have the same one.
    """
    return problems(
        Fault("consignment", row["code"], row)
        for row in rows(book, "consignment")
        if len(str(row["code"])) > _REFERENCE_LENGTH
    )


@lot_rule(
    severity=WARNING,
    basis="good practice: GS1 General Specifications 7.9, ISO 6346, ICO rules on certificates of origin",
)
def wrong_check_digit(book: LotBook) -> Problems:
    """A GTIN, GLN, SSCC, container number or ICO mark cannot be right: its check digit or its form is wrong.

    **Why it matters** One wrong digit names the goods, the place or the container of somebody else. Customs, carriers
    and buyers look things up by these numbers.

    **Example** Container CSQU3054384; with these letters and digits the last one is 3.

    **How to correct it** Copy the number again from the paper or from the door of the container.

    **Trap** Changing the last digit until it fits: the wrong digit is more often one in the middle, or two exchanged.
    """
    return problems(_wrong(book))


def _wrong(book: LotBook) -> Iterator[Fault]:
    tests = (
        ("lot", "gtin", lambda text: is_gs1(text, GTIN_DIGITS)),
        ("organisation", "gln", lambda text: is_gs1(text, GLN_DIGITS)),
        ("consignment_line", "sscc", lambda text: is_gs1(text, SSCC_DIGITS)),
        ("consignment_line", "container", is_container),
        ("consignment", "ico_mark", is_ico_mark),
    )
    told = set()
    for table, column, is_right in tests:
        for row in rows(book, table):
            value = row.get(column)
            if value and not is_right(str(value)):
                code = row["consignment_code"] if table == "consignment_line" else row["code"]
                if (code, column, value) in told:
                    continue  # several lots in one container
                told.add((code, column, value))
                why = because(f"wrong-check-digit.why.{column}", number=str(value)[:40])
                yield Fault(table.removesuffix("_line"), code, row, why, column=column)

"""Lots and custody: a container leaves once a day, and a seal closes one container once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.checks.catalogue import WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, by_code, problems
from eudr_geo.lots.shipments import containers
from eudr_geo.model.lot_book import LotBook


@lot_rule(severity=WARNING, basis="good practice: ISO 6346, one number for one container", ids=("LOT-SHP-01",))
def container_in_two_shipments(book: LotBook) -> Problems:
    """One container is in two shipments of the same day.

    **Why it matters** What is in a container is declared by the shipment that it belongs to. In two of them, either a
    number is wrong, or nobody can tell which goods a statement covers.

    **Example** MSCU1234566 stands in EX1 and in EX2, both of 1 March 2026.

    **How to correct it** Copy the numbers again from the packing list or the bill of lading.

    **Trap** Goods of two buyers may share a container: then both shipments name it, rightly, and the finding stays as
    a reminder to keep them apart.
    """
    return problems(_shared(book))


def _shared(book: LotBook) -> Iterator[Fault]:
    first: dict[tuple[str, str], str] = {}
    told = set()
    for box, row in _boxes(book):
        code = row["consignment_code"]
        other = first.setdefault(box, code)
        if box[0] and box[1] and other != code and (box, code) not in told:
            told.add((box, code))
            yield Fault("consignment", code, row, values={"value": box[0], "other": other})


@lot_rule(severity=WARNING, basis="good practice: ISO 17712, a seal has a number of its own", ids=("LOT-SHP-02",))
def seal_used_twice(book: LotBook) -> Problems:
    """One seal number is on two containers, or on two journeys of one.

    **Why it matters** A seal is broken when the container is opened, and no other has its number. A number that comes
    again proves nothing for either container.

    **Example** Seal 4471 is on MSCU1234566 and on TGHU1234567, both of shipment EX1.

    **How to correct it** Copy the numbers again from the seals or from the photos of the closed doors.

    **Trap** Several lots in one container are under one seal: the same number in their rows is right.
    """
    return problems(_reused(book))


def _reused(book: LotBook) -> Iterator[Fault]:
    first: dict[str, tuple[tuple[str, str], str]] = {}
    told = set()
    for box, row in _boxes(book):
        if not row["seal"]:
            continue
        seal, code = fold(row["seal"]), row["consignment_code"]
        before, other = first.setdefault(seal, (box, code))
        if before != box and (seal, box) not in told:
            told.add((seal, box))
            case = "" if other != code else "same-shipment"
            yield Fault("consignment", code, row, values={"value": row["seal"], "other": other}, case=case)


def _boxes(book: LotBook) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Container and day of each line, by day and shipment; the shipment stands for what is not stated."""
    ships = {code: row["ship_date"] or "" for code, row in by_code(book, "consignment").items()}
    found = []
    for row, container in containers(book):
        code = row["consignment_code"] or ""
        found.append(((container, ships.get(code) or ("" if container else code)), row))
    found.sort(key=lambda one: (one[0][1], str(one[1]["consignment_code"]), one[0][0], str(one[1]["lot_code"])))
    yield from found

"""What was shipped: lines of consignments added up by lot, and the containers that they went in.

A lot may fill several containers: each is a line of its own, and the lot is declared once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eudr_geo.lots.balance import kilograms
from eudr_geo.model.lot_book import LotBook

if TYPE_CHECKING:
    import pandas as pd

PACKING_COLUMNS = (
    "container", "seal", "lot_code", "bags", "net_mass_kg", "hs_code", "sscc", "returned_kg", "returned_on",
)  # fmt: skip
_TELLING = ("container", "seal", "bags", "sscc", "returned_kg")


def shipped_kg(book: LotBook) -> dict[str, dict[str, float]]:
    """Return consignment → lot → net weight, kg, in the order of the lines.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> line = {"consignment_code": "EX1", "lot_code": "G"}
    >>> boxes = [{**line, "container": "MSCU1234566", "quantity_kg": 600.0}, {**line, "quantity_kg": 300.0}]
    >>> shipped_kg(book_of({"consignment_line": boxes}))
    {'EX1': {'G': 900.0}}
    """
    lines = book.table("consignment_line")
    found: dict[str, dict[str, float]] = {}
    columns = (lines["consignment_code"], lines["lot_code"], kilograms(lines["quantity_kg"]).tolist())
    for code, lot, kg in zip(*columns, strict=True):  # a line a row: few
        if code and lot:
            lots = found.setdefault(code, {})
            lots[lot] = lots.get(lot, 0.0) + kg
    return found


def containers(book: LotBook) -> list[tuple[dict[str, Any], str]]:
    """Return the lines of consignments, each with its container; "" where nobody says.

    A line without one is in the container of its shipment where the others name only one.

    Examples
    --------
    >>> from eudr_geo.model.workbook import book_of
    >>> lines = [{"consignment_code": "EX1", "lot_code": lot} for lot in ("A", "B")]
    >>> lines[0]["container"] = "MSCU1234566"
    >>> [container for _, container in containers(book_of({"consignment_line": lines}))]
    ['MSCU1234566', 'MSCU1234566']
    """
    frame = book.table("consignment_line")
    lines = frame.astype(object).where(frame.notna(), None).to_dict("records")
    named: dict[str, set[str]] = {}
    for line in lines:
        if line["container"]:
            named.setdefault(line["consignment_code"], set()).add(line["container"])
    only = {code: min(its) for code, its in named.items() if len(its) == 1}
    return [
        ({str(key): value for key, value in line.items()}, line["container"] or only.get(line["consignment_code"], ""))
        for line in lines
    ]


def packing_list(book: LotBook, code: str, lots: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return what a consignment was packed in, rows of :data:`PACKING_COLUMNS`, sorted by container and lot.

    Parameters
    ----------
    book
        The lot book.
    code
        The consignment.
    lots
        One row a lot: code, hs_code as it is declared.

    Returns
    -------
    list of tuple
        Nothing where no line states a container, a seal, bags, a pallet, or goods that came back.
    """
    own = [(line, container) for line, container in containers(book) if line["consignment_code"] == code]
    if not any(line[name] for line, _ in own for name in _TELLING):
        return []
    declared: Mapping[str, str] = dict(zip(lots["code"], lots["hs_code"], strict=True))
    rows = [
        (
            container, line["seal"] or "", str(line["lot_code"]), _whole(line["bags"]), float(line["quantity_kg"]),
            declared.get(line["lot_code"], ""), line["sscc"] or "", line["returned_kg"] or None,
            line["returned_on"] or "",
        )
        for line, container in own
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], row[2]))


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)

"""Lots and custody: counted stock, bags, and papers that have grown old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from eudr_geo.base.cells import fold
from eudr_geo.checks.catalogue import WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, readings, rows, shipped_lots
from eudr_geo.lots.balance import tolerance_kg
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook

BAG_SHARE = 0.01
"""Good practice: bags times the weight of a bag gives the weight of the goods, to one percent."""
SCREENING_DAYS = 365
"""Good practice: a screening of the plots is not older than a year when the goods are shipped."""
_STOCK = {"stock", "stock kg", "stock count", "counted stock"}
_SCREENING = {"screening", "plot screening", "deforestation screening"}


@lot_rule(
    severity=WARNING,
    basis="good practice: stock is counted, not only computed",
    ids=("LOT-MB-09",),
    at=("quantity_kg", "value"),
)
def stock_mismatch(book: LotBook) -> Problems:
    """What was counted of a lot is not what the book says is left.

    **Why it matters** Sums of receipts agree with themselves even when goods are gone. Only a count sees what is there.

    **Example** On 31 January the book says that 812 kg of ML03-G are left; 774 kg were counted.

    **How to correct it** Count again. Then enter what is missing: a shipment, a process, a loss.

    **Trap** Enter the count as it was, as a measurement named stock, not as a change. A corrected book hides the gap.
    """
    return problems(_counted(book))


def _counted(book: LotBook) -> Iterator[Fault]:
    graph, lots = graph_of(book), by_code(book, "lot")
    left: dict[str, list[tuple[str, float]]] = {}
    processes, consignments = by_code(book, "process"), by_code(book, "consignment")
    for row in rows(book, "process_line"):
        if row["direction"] == "in" and row["lot_code"]:
            process = processes.get(row["process_code"], {})
            day = process.get("date_start") or process.get("date_end") or ""
            left.setdefault(row["lot_code"], []).append((day, float(row["quantity_kg"] or 0)))
    for row in rows(book, "consignment_line"):
        day = consignments.get(row["consignment_code"], {}).get("ship_date") or ""
        left.setdefault(row["lot_code"], []).append((day, float(row["quantity_kg"] or 0)))
        if row["returned_kg"]:
            left[row["lot_code"]].append((row["returned_on"] or day, -float(row["returned_kg"])))
    for row in rows(book, "storage_stay"):
        if row["quantity_kg"] and row["quantity_out_kg"]:
            lost = max(float(row["quantity_kg"]) - float(row["quantity_out_kg"]), 0.0)
            left.setdefault(row["lot_code"], []).append((row["to_date"] or "", lost))
    for row in readings(book, _STOCK):
        code = row["lot_code"]
        if code not in graph.position or fold(row["unit"] or "kg") != "kg":
            continue
        total = float(graph.held_kg[graph.position[code]])
        gone = sum(kg for day, kg in left.get(code, []) if not day or not row["date"] or day <= row["date"])
        counted, expected = float(row["value"]), max(total - gone, 0.0)
        if abs(counted - expected) > tolerance_kg(total):
            day = row["date"] or because("stock-mismatch.unknown-day")
            values = {"quantity_kg": counted, "expected_kg": expected, "value": day}
            own = {**lots.get(code, {}), "src_row": row.get("src_row")}
            yield Fault("lot", code, own, values=values, case="" if row["date"] else "some-day")


@lot_rule(severity=WARNING, basis="good practice: bags are counted beside the scale", ids=("LOT-MB-05",), at=("bags",))
def bag_weight_mismatch(book: LotBook) -> Problems:
    """Bags and weight of a row do not fit each other.

    **Why it matters** Bags are counted by others than those who weigh. Where both disagree, one of them is wrong, and
    buyers and customs count bags.

    **Example** ML03-G is 1,800 kg in 30 bags, 60 kg a bag; 20 bags with 1,320 kg were shipped: 66 kg a bag.

    **How to correct it** Count and weigh again. If the lot was packed anew in other bags, enter a process of type
    repack.

    **Trap** The last bag is rarely full: one bag more or less is not reported.
    """
    return problems(_bags(book))


def _bags(book: LotBook) -> Iterator[Fault]:
    for row in rows(book, "delivery"):
        gross, tare, net = row["quantity_gross_kg"], row["tare_kg"], row["quantity_kg"]
        if gross and tare is not None and net and abs(gross - tare - net) > BAG_SHARE * net:
            why = because("bag-weight-mismatch.why.tare", gross_kg=gross, tare_kg=tare, net_kg=net)
            yield Fault("delivery", row["code"], row, why)
    per_bag = {
        row["code"]: float(row["quantity_kg"]) / row["bags"]
        for row in rows(book, "lot")
        if row["bags"] and row["quantity_kg"]
    }
    for subject, key, kilograms in (
        ("process", "process_line", "quantity_kg"),
        ("handover", "handover", "quantity_sent_kg"),
        ("stay", "storage_stay", "quantity_kg"),
    ):
        for row in rows(book, key):
            own = per_bag.get(row["lot_code"] or "")
            kg, bags = row[kilograms], row["bags"]
            if not own or not bags or not kg:
                continue
            off = abs(float(kg) - bags * own)
            if off > max(BAG_SHARE * float(kg), own):
                code = row.get("process_code") or row.get("code") or row["lot_code"]
                why = because("bag-weight-mismatch.why.bags", kg=kg, lot=row["lot_code"], bags=bags, own_kg=own)
                yield Fault(subject, code, row, why)


@lot_rule(
    severity=WARNING,
    basis="EUDR Article 9(1)(d): the land as it was when the goods grew",
    ids=("LOT-TIME",),
    at=("plot_code",),
)
def plot_version_not_valid(book: LotBook) -> Problems:
    """No survey of the plot was in force on the day of harvest.

    **Why it matters** A lot is proved by the land as it was mapped for the harvest. A survey that became valid later
    may show other land.

    **Example** T-014-1 was surveyed anew, valid from 1 December; a delivery was harvested on 14 and 15 November, and
    there is no older survey.

    **How to correct it** If the new boundary was true before already, set its first day back. If the plot has changed,
    keep the older survey with its last day.

    **Trap** Do not change the harvest date to fit the survey.
    """
    return problems(_unmapped(book))


def _unmapped(book: LotBook) -> Iterator[Fault]:
    versions: dict[str, list[tuple[str, str]]] = {}
    table = book.versions()
    for plot, first, last in zip(table["plot_code"], table["valid_from"], table["valid_to"], strict=True):
        versions.setdefault(plot, []).append((first or "", last or "9999-12-31"))
    for row in rows(book, "delivery"):
        day = row["harvested_to"] or row["harvested_from"]
        its = versions.get(row["plot_code"] or "")
        if day and its and not any(first <= day <= last for first, last in its):
            first = min(first for first, _ in its)
            case = "later" if day < first else "gap"
            why = because(f"plot-version-not-valid.why.{case}", first=first)
            yield Fault("delivery", row["code"], row, why, {"value": day, "other": row["plot_code"]})


@lot_rule(severity=WARNING, basis="EUDR Article 12(2): due diligence is kept up to date", ids=("LOT-TIME",))
def stale_screening(book: LotBook) -> Problems:
    """The screening of a lot's plots was more than a year old when the goods were shipped.

    **Why it matters** Forest may have been cleared since. The operator answers for the state at shipping.

    **Example** The plots of ML03 were screened on 2 March 2025; the lot was shipped on 10 April 2026.

    **How to correct it** Screen the plots again and enter the day as a measurement named screening, for the lot or its
    stream.

    **Trap** A screening after shipping does not count for goods that have left.
    """
    return problems(_stale(book))


def _stale(book: LotBook) -> Iterator[Fault]:
    screened: dict[str, list[str]] = {}
    for row in rows(book, "measurement"):
        if fold(row["indicator"] or "") in _SCREENING and row["date"]:
            for code in (row["lot_code"], row["stream_code"]):
                if code:
                    screened.setdefault(code, []).append(row["date"])
    lots, consignments = by_code(book, "lot"), by_code(book, "consignment")
    for row in shipped_lots(book):
        lot: dict[str, Any] = lots.get(row["lot_code"], {})
        shipped = consignments.get(row["consignment_code"], {}).get("ship_date") or ""
        days = [*screened.get(row["lot_code"], []), *screened.get(lot.get("stream_code") or "", [])]
        before = max((day for day in days if day <= shipped), default="")
        if not shipped or not before:
            continue  # whether the plots were screened at all is no matter of age
        if date.fromisoformat(shipped) - date.fromisoformat(before) > timedelta(days=SCREENING_DAYS):
            yield Fault("lot", row["lot_code"], lot, "", {"value": shipped, "other": before})

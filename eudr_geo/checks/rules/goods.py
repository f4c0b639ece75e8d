"""Goods: a lot is of one commodity, has its HS code, and is fit to be shipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from eudr_geo.checks.catalogue import ERROR, NOTE, WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, readings, rows, shipped_lots
from eudr_geo.law import APPLICATION_DATE, COCOA_MOISTURE_MAX_PERCENT, ENTRY_INTO_FORCE, GREEN_MOISTURE_MAX_PERCENT
from eudr_geo.law.annex import in_annex
from eudr_geo.law.tables import table
from eudr_geo.lots.commodities import (
    COMMODITY_OF_FORM,
    commodities_of_lots,
    commodity_of_hs,
    commodity_of_plots,
    stated_commodities,
)
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook
from eudr_geo.words.saying import joined, knows, say

_ANNEX = "Regulation (EU) 2023/1115, Annex I"
_MADE_OF = "Regulation (EU) 2023/1115, Article 9(1)(d): the plots where the relevant commodities were produced"
_MOST_MOISTURE = {"green": GREEN_MOISTURE_MAX_PERCENT, "dry_cocoa": COCOA_MOISTURE_MAX_PERCENT}
"""Form → moisture, percent, above which it is not shipped."""
_NOT_FOR_SALE = ("rejected", "destroyed", "consumed")


@lot_rule(severity=ERROR, basis=_MADE_OF, ids=("LOT-STR-08",), at=("plot_code", "hs_code"))
def commodity_mismatch(book: LotBook) -> Problems:
    """A lot is of another commodity than the plot, or the lot, that it came from.

    **Why it matters** Coffee does not grow on a cocoa plot. One of the two is wrong, and the declared land with it.

    **Example** Lot G is green coffee, HS 090111; receipt R1 brought 100 kg into it from plot T-2, where cocoa grows.

    **How to correct it** Correct the plot on the receipt, or what grows on the plot, or the HS code of the lot. A plot
    with two crops is entered with the crop that is delivered from it.

    **Trap** Emptying the commodity of the plot hides the question and answers nothing.
    """
    return problems(_mismatches(book))


def _mismatches(book: LotBook) -> Iterator[Fault]:
    of_lot, of_plot, stated = commodities_of_lots(book), commodity_of_plots(book), stated_commodities(book)
    for row in rows(book, "delivery"):
        grown, lot = of_plot.get(row["plot_code"] or ""), of_lot.get(row["lot_code"] or "")
        if grown and lot and grown != lot:
            values = {"lot": row["lot_code"], "commodity": _word(lot), "plot": row["plot_code"], "other": _word(grown)}
            yield Fault("delivery", row["code"], row, because("commodity-mismatch.why.plot", **values))
    lots, graph = by_code(book, "lot"), graph_of(book)
    for code, row in lots.items():
        by_form, by_hs = stated.get(code, ""), commodity_of_hs(row["hs_code"])
        form = COMMODITY_OF_FORM.get(row["form"] or "", "")
        if by_hs and form and by_hs != form:
            values = {"hs": row["hs_code"], "commodity": _word(by_hs), "other": _word(form)}
            yield Fault("lot", code, row, because("commodity-mismatch.why.hs", **values))
        for parent in graph.parents(graph.position[code]):
            earlier = stated.get(graph.lots[parent], "")
            if earlier and by_form and earlier != by_form:
                values = {"lot": graph.lots[parent], "commodity": _word(by_form), "other": _word(earlier)}
                yield Fault("lot", code, row, because("commodity-mismatch.why.lot", **values))


def _word(commodity: str) -> str:
    key = f"choices:commodity.{commodity}"
    return say(key) if knows(key) else commodity


@lot_rule(severity=ERROR, basis=_ANNEX, ids=("LOT-HS-01",), at=("hs_code",))
def hs_code_out_of_scope(book: LotBook) -> Problems:
    """The HS code of a lot is none of the goods of Annex I.

    **Why it matters** The EU system takes commodity lines only with a code of Annex I: a statement on rice is refused,
    and a wrong code declares other goods than those in the container.

    **Example** A lot of green coffee with HS 100630, which is rice.

    **How to correct it** Write the code of the goods: the hint proposes one for the form of the lot. The customs
    broker knows the code for certain.

    **Trap** Goods that are really not in Annex I need no statement: they do not belong in a package.
    """
    faults = []
    for subject, row, hs_code, on in _coded(book):
        digits = "".join(char for char in hs_code if char.isdigit())
        if digits and in_annex(digits, max(on, APPLICATION_DATE)) == "no":
            why = because("hs-code-out-of-scope.why", hs=hs_code)
            faults.append(Fault(subject, _code(subject, row), row, why, {"advice": _proposal(book, row)}))
    return problems(faults)


@lot_rule(severity=ERROR, basis=_ANNEX, ids=("LOT-HS-02",), at=("hs_code",))
def missing_hs_code(book: LotBook) -> Problems:
    """A lot is shipped without an HS code.

    **Why it matters** A commodity line of a due diligence statement needs one: without it there is no statement.

    **Example** Lot G is shipped in EX1; neither the lot nor the line of the shipment has an HS code.

    **How to correct it** Write it on the Lots or the Shipments sheet. The hint proposes one for the form of the lot; it
    is never filled in by itself.

    **Trap** The code for roasted coffee is another one than for green coffee; decaffeinated has codes of its own.
    """
    lots = by_code(book, "lot")
    faults = []
    for row in shipped_lots(book):
        lot = lots.get(row["lot_code"], {})
        if lot and not row["hs_code"] and not lot.get("hs_code"):
            why = because("missing-hs-code.why", lot=row["lot_code"])
            faults.append(Fault("consignment", row["consignment_code"], row, why, {"advice": _proposal(book, lot)}))
    return problems(faults)


def _coded(book: LotBook) -> Iterator[tuple[str, Mapping[str, Any], str, str]]:
    """Lots and lines of shipments with an HS code, and the day it counts on."""
    ships = {row["code"]: row["ship_date"] or "" for row in rows(book, "consignment")}
    for row in rows(book, "lot"):
        if row["hs_code"]:
            yield "lot", row, row["hs_code"], ""
    for row in shipped_lots(book):
        if row["hs_code"]:
            yield "consignment", row, row["hs_code"], ships.get(row["consignment_code"], "")


def _code(subject: str, row: Mapping[str, Any]) -> str:
    return str(row["code"] if subject == "lot" else row["consignment_code"])


def _proposal(book: LotBook, row: Mapping[str, Any]) -> str:
    """HS codes that goods of this commodity and form usually have, as a part of the hint."""
    lot = by_code(book, "lot").get(row.get("lot_code") or row.get("code") or "", row)
    form, commodity = lot.get("form") or "", commodities_of_lots(book).get(lot.get("code") or "", "")
    fitting = [
        because(f"hs-code.{one['hs']}")
        for one in table("hs_proposals.csv")
        if one["form"] == form and one["commodity"] in {commodity, ""}
    ]
    return joined(fitting, ", ") if fitting else because("hs-code.no-proposal")


@lot_rule(
    severity=ERROR,
    basis="good practice: goods that were rejected, destroyed or used up are not shipped",
    ids=("LOT-STS-01",),
    at=("status",),
)
def shipped_against_status(book: LotBook) -> Problems:
    """A lot that was rejected, destroyed or used up is shipped, or goes into another lot.

    **Why it matters** Either the goods are not what the records say, or the status is wrong: the package would declare
    goods that are not there.

    **Example** Lot G was rejected after cupping and stands in shipment EX1.

    **How to correct it** Take the lot out of the shipment, or correct its status. Goods that were sorted again and
    passed are a new lot of a process.

    **Trap** Setting every lot to *open* makes the stock list useless.
    """
    lots = by_code(book, "lot")
    faults = []
    uses = [("consignment_line", "consignment_code", ""), ("process_line", "process_code", "in")]
    for name, column, direction in uses:
        for row in shipped_lots(book) if name == "consignment_line" else rows(book, name):
            lot = lots.get(row["lot_code"] or "", {})
            status = lot.get("status") or ""
            is_used = name == "consignment_line" or row["direction"] == direction
            gone = status in _NOT_FOR_SALE if name == "consignment_line" else status in _NOT_FOR_SALE[:2]
            if is_used and gone:
                values = {"status": say(f"choices:status.{status}"), "other": row[column]}
                case = "shipped" if name == "consignment_line" else "processed"
                why = because(f"shipped-against-status.why.{case}", **values)
                faults.append(Fault("lot", row["lot_code"], row, why))
    return problems(faults)


@lot_rule(
    severity=WARNING,
    basis="good practice: TCVN 4193:2014 and ICO Resolution 420, green coffee at most 12.5 % moisture; cocoa beans 8 %",
    ids=("LOT-QLT-01",),
    at=("moisture_percent",),
)
def too_moist_to_ship(book: LotBook) -> Problems:
    """Green coffee, or dry cocoa, is shipped above the limit of moisture.

    **Why it matters** It moulds on the way, and buyers refuse it on arrival.

    **Example** Lot G was measured at 13.8 % and left in EX1; 12.5 % is the limit.

    **How to correct it** Dry on before shipping, or correct the measurement.

    **Trap** A hand meter that was not set to the form and variety reads a point too low or too high: measure again.
    """
    lots = by_code(book, "lot")
    measured: dict[str, float] = {}
    for row in sorted(readings(book, {"moisture"}), key=lambda row: (row["date"] or "", row["value"])):
        if row["lot_code"]:
            measured[row["lot_code"]] = float(row["value"])
    commodities = commodities_of_lots(book)
    faults = []
    for row in shipped_lots(book):
        lot = lots.get(row["lot_code"] or "", {})
        value = lot.get("moisture_percent") or measured.get(row["lot_code"])
        form = lot.get("form") or ""
        limit = _MOST_MOISTURE.get(form)
        is_its_own = commodities.get(row["lot_code"]) == COMMODITY_OF_FORM.get(form)
        if limit is not None and is_its_own and value is not None and float(value) > limit:
            values = {"value": float(value), "limit": limit, "code": row["consignment_code"]}
            faults.append(Fault("lot", row["lot_code"], lot, because("too-moist-to-ship.why", **values)))
    return problems(faults)


@lot_rule(
    severity=NOTE,
    basis="Regulation (EU) 2023/1115, Article 1(2); good practice on shelf life",
    ids=("LOT-AGE-01",),
    at=("delivered_on",),
)
def old_goods(book: LotBook) -> Problems:
    """Goods that are shipped were delivered before the regulation counts, or are older than such goods keep.

    **Why it matters** Goods produced before 29 June 2023 are outside the regulation: with proof of the date they need
    no statement. Goods older than they keep are mostly a wrong year on a receipt.

    **Example** A receipt of 2022-11-15 stands behind green coffee shipped on 2026-03-01.

    **How to correct it** Check the year on the receipt. If it is right, keep the proof of the date with the shipment.

    **Trap** Mixing such goods with new ones makes one lot of both; it has to be declared.
    """
    graph = graph_of(book)
    ships = {row["code"]: row["ship_date"] or "" for row in rows(book, "consignment")}
    lots = by_code(book, "lot")
    keeps = {one["form"]: int(one["days"]) for one in table("shelf_life.csv")}
    oldest: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for row in rows(book, "delivery"):
        day = row["harvested_to"] or row["harvested_from"] or row["delivered_on"] or ""
        lot = row["lot_code"] or ""
        if len(day) == 10 and (lot not in oldest or day < oldest[lot][0]):
            oldest[lot] = (day, row)
    faults: dict[str, Fault] = {}
    for line in shipped_lots(book):
        lot, shipped = str(line["lot_code"] or ""), ships.get(line["consignment_code"], "")
        if lot not in graph.position or len(shipped) != 10:
            continue
        days = keeps.get(lots.get(lot, {}).get("form") or "")
        for behind in sorted(graph.upstream([graph.position[lot]])):
            if graph.lots[behind] not in oldest:
                continue
            day, receipt = oldest[graph.lots[behind]]
            values = {"day": day, "other": line["consignment_code"]}
            if day < ENTRY_INTO_FORCE:
                why = because("old-goods.why.scope", **values, since=ENTRY_INTO_FORCE)
            elif days and (dt.date.fromisoformat(shipped) - dt.date.fromisoformat(day)).days > days:
                why = because("old-goods.why.shelf", **values, days=days)
            else:
                continue
            faults.setdefault(receipt["code"], Fault("delivery", receipt["code"], receipt, why))
    return problems(faults.values())

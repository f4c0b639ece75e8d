"""Lots and custody: trees too young, cherry too old, and statements made too early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from eudr_geo.checks.catalogue import WARNING, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, because, by_code, problems, rows
from eudr_geo.lots.commodities import COFFEE, commodities_of_lots
from eudr_geo.lots.graph import graph_of
from eudr_geo.model.lot_book import LotBook

BEARING_AFTER_YEARS = 2
"""Good practice: coffee bears its first crop in the second year after the year of planting, not before."""
CHERRY_HELD_DAYS = 2
"""Good practice: cherry is pulped within 48 hours; books hold days, and only a third day is surely more."""


@lot_rule(
    severity=WARNING,
    basis="good practice: coffee bears from the second year after planting",
    ids=("LOT-TIME",),
    at=("planted_year",),
)
def harvested_before_bearing(book: LotBook) -> Problems:
    """Coffee was harvested on a plot whose trees are too young to bear.

    **Why it matters** The coffee then grew somewhere else: on older trees of the same plot that nobody entered, or on a
    plot that is not declared.

    **Example** T-014-1 was planted in 2025; a delivery of it was harvested in November 2025.

    **How to correct it** Correct the year of planting, or the plot of the delivery. A plot that was planted again in
    part keeps the year of its old trees.

    **Trap** Only coffee is looked at: other crops bear at other ages.
    """
    return problems(_young(book))


def _young(book: LotBook) -> Iterator[Fault]:
    of_lot = commodities_of_lots(book)
    of_goods = {row["plot_code"]: of_lot.get(row["lot_code"], COFFEE) for row in rows(book, "delivery")}
    planted = {
        row["code"]: row
        for row in rows(book, "plot")
        if row["planted_year"] and (row["commodity"] or of_goods.get(row["code"], COFFEE)) == COFFEE
    }
    first: dict[str, str] = {}
    for row in rows(book, "delivery"):
        day = row["harvested_to"] or row["harvested_from"]  # the last day of picking: the milder reading
        if day and row["plot_code"] in planted:
            first[row["plot_code"]] = min(day, first.get(row["plot_code"], day))
    for plot, day in sorted(first.items()):
        year = int(planted[plot]["planted_year"])
        if int(day[:4]) < year + BEARING_AFTER_YEARS:
            yield Fault("plot", plot, planted[plot], day, {"value": year})


@lot_rule(
    severity=WARNING,
    basis="good practice: cherry is pulped within 48 hours of picking",
    ids=("LOT-TIME",),
    at=("date_start",),
)
def cherry_held_too_long(book: LotBook) -> Problems:
    """Cherry lay for more than two days before the wet mill.

    **Why it matters** Cherry ferments. After two days the cup shows it, and a micro-lot loses its premium. It may also
    be a wrong date, or cherry of another day in the same lot.

    **Example** Cherry delivered on 10 November went into the wet mill on 14 November.

    **How to correct it** Compare both dates with the receipts. If it is so, tell the buyer, or sell the lot as bulk.

    **Trap** Natural coffee is dried as whole cherry: enter that as drying, and nothing is said.
    """
    return problems(_held(book))


def _held(book: LotBook) -> Iterator[Fault]:
    graph, lots = graph_of(book), by_code(book, "lot")
    came: dict[str, str] = {}
    for row in rows(book, "delivery"):
        form = row["form"] or lots.get(row["lot_code"], {}).get("form")
        if form == "cherry" and row["delivered_on"]:
            came[row["lot_code"]] = min(row["delivered_on"], came.get(row["lot_code"], row["delivered_on"]))
    processes = by_code(book, "process")
    for code, flow in graph.processes.items():
        row = processes.get(code, {})
        if graph.process_types.get(code) != "wet_mill" or not row.get("date_start"):
            continue
        for lot in sorted({graph.lots[lot] for lot, _ in flow.ins} & set(came)):
            days = (date.fromisoformat(row["date_start"]) - date.fromisoformat(came[lot])).days
            if days > CHERRY_HELD_DAYS:
                values = {"value": came[lot], "other": lot}
                why = because("cherry-held-too-long.why", day=row["date_start"], days=days)
                yield Fault("process", code, row, why, values)


@lot_rule(
    severity=WARNING,
    basis="good practice: a statement is made of goods that are there (EUDR Article 4(2))",
    ids=("LOT-TIME",),
)
def statement_before_last_process(book: LotBook) -> Problems:
    """A due diligence statement was submitted before the goods of its consignment were made.

    **Why it matters** What was processed after the statement may have come from other lots than those it declares. An
    auditor asks how the plots were known before the lot was.

    **Example** The statement of DL26-EXP-001 was submitted on 3 February; one of its lots was milled on 9 February.

    **How to correct it** Correct the date that is wrong. If goods were milled again after it, compare the declared
    plots with the trace, and amend the statement where they differ.

    **Trap** Bagging or sorting alone changes no plot; the finding is there so that somebody looks.
    """
    return problems(_early_statements(book))


def _early_statements(book: LotBook) -> Iterator[Fault]:
    graph, processes = graph_of(book), by_code(book, "process")
    packed: dict[str, list[int]] = {}
    for row in rows(book, "consignment_line"):
        if row["lot_code"] in graph.position:
            packed.setdefault(row["consignment_code"], []).append(graph.position[row["lot_code"]])

    def ended(code: str) -> tuple[str, str]:
        row: dict[str, Any] = processes.get(code, {})
        return row.get("date_end") or row.get("date_start") or "", str(code)

    submitted = {row["code"]: (row["submitted_at"] or "")[:10] for row in rows(book, "statement")}
    told: set[tuple[str, str]] = set()
    for row in rows(book, "statement_lot"):  # a statement has a row a lot, and is told once
        code, number = row["consignment_code"], row["statement_code"]
        day = submitted.get(number, "")
        if not day or code not in packed or (code, number) in told:
            continue
        told.add((code, number))
        behind = {name for lot in graph.upstream(packed[code]) for name in graph.made_by[lot]}
        last, process = max((ended(name) for name in behind), default=("", ""))
        if day < last:
            why = because("statement-before-last-process.why", day=day, process=process, last=last)
            yield Fault("consignment", code, row, why, {"value": number})

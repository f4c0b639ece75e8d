"""The trace exercise: what an auditor asks to see (ISO 22005), put together from a trace and the lot book."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import Recall, Trace

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 4  # codes named before the rest is counted


def drill_record(book: LotBook, found: Trace) -> list[tuple[str, str]]:
    """Return the record of a trace exercise as pairs of heading and text; the time it took is not part of it.

    Parameters
    ----------
    book
        The lot book.
    found
        The trace.
    """
    lots, processes = found.lot_codes(), sorted(node.code for node in found.nodes if node.kind == "process")
    deliveries, handovers, steps = book.table("delivery"), book.table("handover"), book.table("process")
    receipts = deliveries[deliveries["lot_code"].isin(lots)]
    signed = handovers[handovers["lot_code"].isin(lots)]
    done = steps[steps["code"].isin(processes)]
    totals = found.totals()
    traced = found.quantity_kg - found.unknown_kg
    share = traced / found.quantity_kg if found.quantity_kg else 0.0
    missing = {
        "receipts without a plot": receipts.loc[_empty(receipts["plot_code"]), "code"],
        "receipts without harvest dates": receipts.loc[
            _empty(receipts["harvested_from"]) & _empty(receipts["harvested_to"]), "code"
        ],
        "processes without a date": done.loc[_empty(done["date_start"]) & _empty(done["date_end"]), "code"],
        "processes without a row of their own": sorted(set(processes) - set(done["code"])),
        "handovers not signed by both": signed.loc[
            _empty(signed["signed_by_sender"]) | _empty(signed["signed_by_receiver"]), "code"
        ],
        "handovers not yet received": signed.loc[_empty(signed["date_received"]), "code"],
    }
    named = [f"{what}: {_some(codes)}" for what, codes in missing.items() if len(codes)]
    days = sorted(day for column in ("harvested_from", "harvested_to") for day in receipts[column] if day)
    return [
        ("traced", f"{found.kind} {found.code}, {found.quantity_kg:,.1f} kg, {found.custody_model}"),
        ("kilograms with known origin", f"{traced:,.1f} of {found.quantity_kg:,.1f} kg ({share:.1%})"),
        ("back to", f"{totals['plots']:,} plots of {totals['producers']:,} producers"),
        ("harvested", f"{days[0]} to {days[-1]}" if days else "no dates"),
        ("lots", _some(lots)),
        ("receipts", _some(receipts["code"])),
        ("processes", _some(processes)),
        ("handovers", _some(signed["code"])),
        ("missing", "; ".join(named) or "nothing"),
    ]


def recall_record(found: Recall) -> list[tuple[str, str]]:
    """Return the record of a recall exercise as pairs of heading and text; the time it took is not part of it.

    Parameters
    ----------
    found
        The recall.
    """
    frame = found.to_frame()
    lots, shipped = frame[frame["kind"] == "lot"], frame[frame["kind"] == "consignment"]
    stock = lots[lots["in_stock_kg"] > 0]
    sent, most = shipped["quantity_kg"].sum(), shipped["kg_max"].sum()
    missing = {
        "shipments without a buyer": shipped.loc[_empty(shipped["label"]), "code"],
        "shipments without a date": shipped.loc[_empty(shipped["ship_date"]), "code"],
        "shipments without a statement": shipped.loc[_empty(shipped["dds_references"]), "code"],
        "lots in stock without a store": stock.loc[_empty(stock["stores"]), "code"],
    }
    named = [f"{what}: {_some(codes)}" for what, codes in missing.items() if len(codes)]
    return [
        ("traced forward", f"{found.kind} {found.code}, {found.quantity_kg:,.1f} kg"),
        ("lots reached", _some(lots["code"])),
        ("of them in stock", f"{stock['in_stock_kg'].sum():,.1f} kg in {_some(stock['code'])}"),
        ("shipments reached", _some(shipped["code"])),
        ("shipped in them", f"{sent:,.1f} kg, at most {most:,.1f} kg of it recalled goods"),
        ("buyers to inform", _some({buyer for buyer in shipped["label"] if buyer})),
        ("statements", _some({one for its in shipped["dds_references"] for one in its.split("; ") if one})),
        ("missing", "; ".join(named) or "nothing"),
    ]  # fmt: skip


def _empty(column: pd.Series) -> pd.Series:
    return column.isna() | (column == "")


def _some(codes: Iterable[Any]) -> str:
    every = sorted(map(str, codes))
    more = f" and {len(every) - _SHOWN:,} more" if len(every) > _SHOWN else ""
    return f"{len(every):,}" + (f": {', '.join(every[:_SHOWN])}{more}" if every else "")

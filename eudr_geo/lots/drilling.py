"""The trace exercise: what an auditor asks to see (ISO 22005), put together from a trace and the lot book."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.trace import Recall, Trace
from eudr_geo.words.saying import joined, say
from eudr_geo.words.workbook import say_weights, say_word

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
    by_form = found.kg_by_form()
    several = len(by_form) > 1
    missing = {
        "receipts-without-plot": receipts.loc[
            _empty(receipts["plot_code"]) & _empty(receipts["upstream_reference"]), "code"
        ],
        "receipts-without-harvest": receipts.loc[
            _empty(receipts["harvested_from"]) & _empty(receipts["harvested_to"]), "code"
        ],
        "processes-without-date": done.loc[_empty(done["date_start"]) & _empty(done["date_end"]), "code"],
        "processes-without-row": sorted(set(processes) - set(done["code"])),
        "handovers-not-signed": signed.loc[
            _empty(signed["signed_by_sender"]) | _empty(signed["signed_by_receiver"]), "code"
        ],
        "handovers-not-received": signed.loc[_empty(signed["date_received"]), "code"],
    }
    days = sorted(day for column in ("harvested_from", "harvested_to") for day in receipts[column] if day)
    return [
        (
            say("lots:drill.traced"),
            say(
                "lots:drill.traced.what.forms" if several else "lots:drill.traced.what",
                kind=say(f"nouns:{found.kind}"),
                code=found.code,
                **_kg(by_form, found.quantity_kg),
                custody=say(f"lots:custody.{found.custody_model.replace(' ', '-')}"),
            ),
        ),
        (
            say("lots:drill.known-kg"),
            _known_by_form(found, by_form)
            if several
            else say("lots:drill.known-kg.what", traced_kg=traced, kg=found.quantity_kg, share=share),
        ),
        (
            say("lots:drill.back-to"),
            say("lots:drill.back-to.what", plots=totals["plots"], producers=totals["producers"]),
        ),
        (
            say("lots:drill.harvested"),
            say("lots:drill.harvested.what", first=days[0], last=days[-1]) if days else say("lots:drill.no-dates"),
        ),
        (say("lots:drill.lots"), _some(lots)),
        (say("lots:drill.receipts"), _some(receipts["code"])),
        (say("lots:drill.processes"), _some(processes)),
        (say("lots:drill.handovers"), _some(signed["code"])),
        (say("lots:drill.missing"), _missing(missing)),
    ]


def _known_by_form(found: Trace, by_form: Mapping[str, float]) -> str:
    known = replace(
        found, rows=found.rows[(found.rows["plot_code"] != "") | (found.rows["upstream_reference"] != "")]
    ).kg_by_form()
    parts = []
    for form, kg in by_form.items():
        traced = {"traced_kg": known.get(form, 0.0), "kg": kg, "share": known.get(form, 0.0) / kg if kg else 0.0}
        parts.append(say("lots:drill.known-kg.form", form=say_word("form", form or "other"), **traced))
    return joined(parts, ", ")


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
    held = {str(form): float(kg) for form, kg in stock.groupby("label")["in_stock_kg"].sum().sort_index().items()}
    sent, most = shipped["quantity_kg"].sum(), shipped["kg_max"].sum()
    missing = {
        "shipments-without-buyer": shipped.loc[_empty(shipped["label"]), "code"],
        "shipments-without-date": shipped.loc[_empty(shipped["ship_date"]), "code"],
        "shipments-without-statement": shipped.loc[_empty(shipped["dds_references"]), "code"],
        "stock-without-store": stock.loc[_empty(stock["stores"]), "code"],
    }
    return [
        (
            say("lots:recall.traced"),
            say(
                f"lots:recall.traced.what{'.forms' if len(found.kg_by_form) > 1 else ''}",
                kind=say(f"nouns:{found.kind}"),
                code=found.code,
                **_kg(found.kg_by_form, found.quantity_kg),
            ),
        ),
        (say("lots:recall.lots"), _some(lots["code"])),
        (
            say("lots:recall.in-stock"),
            say(
                f"lots:recall.in-stock.what{'.forms' if len(held) > 1 else ''}",
                **_kg(held, stock["in_stock_kg"].sum()),
                lots=_some(stock["code"]),
            ),
        ),
        (say("lots:recall.shipments"), _some(shipped["code"])),
        (say("lots:recall.shipped"), say("lots:recall.shipped.what", kg=sent, most_kg=most)),
        (say("lots:recall.buyers"), _some({buyer for buyer in shipped["label"] if buyer})),
        (
            say("lots:recall.statements"),
            _some({one for its in shipped["dds_references"] for one in its.split("; ") if one}),
        ),
        (say("lots:drill.missing"), _missing(missing)),
    ]


def _kg(by_form: Mapping[str, float], all_kg: float) -> dict[str, Any]:
    """A weight for a sentence, form by form where there are several."""
    return {"quantities": say_weights(by_form)} if len(by_form) > 1 else {"kg": all_kg}


def _missing(missing: Mapping[str, Collection[Any]]) -> str:
    named = [say(f"lots:missing.{what}", codes=_some(codes)) for what, codes in missing.items() if len(codes)]
    return joined(named) if named else say("lots:missing.nothing")


def _empty(column: pd.Series) -> pd.Series:
    return column.isna() | (column == "")


def _some(codes: Iterable[Any]) -> str:
    every = sorted(map(str, codes))
    case = "none" if not every else "more" if len(every) > _SHOWN else "all"
    named = ", ".join(every[:_SHOWN])
    return say(f"lots:some.{case}", number=len(every), named=named, more=len(every) - _SHOWN)

"""``eudr-geo trace``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from eudr_geo.cli import options, screen

if TYPE_CHECKING:
    from eudr_geo.model.trace import Forward, Trace

_NUMBERS = ("kg", "share", "at least", "at most", "kg in all", "in stock")


@click.command()
@click.argument("code", metavar="CODE")
@options.project
@click.option("--forward", is_flag=True, help="Follow a plot, producer, delivery or lot to where it went.")
@click.option("--drill", is_flag=True, help="Time the exercise, as an auditor asks for it.")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@options.out
def command(code: str, project: str, forward: bool, drill: bool, format_: str, out: str | None) -> None:
    """Say which plots fed a lot or consignment, with how many kilograms; or, with --forward, where something went.

    Kilograms are attributed in proportion to what went into each step; *at least* and *at most* are what can be
    proved. A plot counts as soon as it can have given anything.

    \b
    Examples:
      eudr-geo trace DL25-ML01-G -p coop.gpkg
      eudr-geo trace T-014-1 --forward -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.tracing import trace, trace_forward
    from eudr_geo.writing import csv_bytes, json_bytes

    started = time.perf_counter()
    with options.open_project(project) as store:
        book = store.lot_book()
        versions = store.plot_versions()
    numbers = dict(zip(versions["plot_code"], versions["version"], strict=True))
    found: Trace | Forward = trace_forward(book, code) if forward else trace(book, code)
    taken_s = time.perf_counter() - started
    from eudr_geo.model.trace import Trace

    frame = found.to_frame(numbers) if isinstance(found, Trace) else found.to_frame()
    if format_ == "csv":
        screen.put(csv_bytes(list(frame.columns), frame.itertuples(index=False, name=None)).decode(), out)
    elif format_ == "json":
        rows = frame.to_dict("records")
        screen.put(
            json_bytes(
                {"schema": "eudr-geo.trace/1", "code": code, "kind": found.kind, "rows": rows}, indent=1
            ).decode(),
            out,
        )
    else:
        screen.put(_tree(found) if isinstance(found, Trace) else _reached(found), out)
    if drill:
        of = f"{found.quantity_kg - found.unknown_kg:,.1f} of " if isinstance(found, Trace) else ""
        screen.say(f"Trace exercise: {of}{found.quantity_kg:,.1f} kg traced in {taken_s:.2f} s, {len(frame):,} rows.")


def _tree(found: Trace) -> str:
    totals = found.totals()
    head = f"{found.kind} {found.code}: {found.quantity_kg:,.1f} kg, {found.custody_model},"
    head += f" from {totals['plots']:,} plots of {totals['producers']:,} producers"
    lines = [head, "", *found.tree_lines(), ""]
    rows = [
        (
            row.lot_code,
            row.plot_code,
            row.producer_code,
            f"{row.kg_attributed:,.1f}",
            f"{row.share:.1%}",
            f"{row.kg_min:,.1f}",
            f"{row.kg_max:,.1f}",
            row.harvest_from,
            row.harvest_to,
            row.evidence_class,
        )
        for row in found.to_frame().itertuples()
    ]
    heads = ("lot", "plot", "producer", "kg", "share", "at least", "at most", "harvest from", "to", "evidence")
    return "\n".join(lines) + screen.table(heads, rows, right=_NUMBERS, width=screen.width_of(None))


def _reached(found: Forward) -> str:
    frame = found.to_frame()
    head = f"{found.kind} {found.code}: {found.quantity_kg:,.1f} kg went into {len(found.lot_codes()):,} lots and"
    head += f" {len(found.consignment_codes()):,} consignments\n\n"
    rows = [
        (
            row.kind,
            row.code,
            row.label,
            row.ship_date,
            f"{row.quantity_kg:,.1f}",
            f"{row.kg_attributed:,.1f}",
            f"{row.kg_max:,.1f}",
            f"{row.in_stock_kg:,.1f}",
        )
        for row in frame.itertuples()
    ]
    heads = ("", "code", "form or buyer", "shipped", "kg in all", "kg", "at most", "in stock")
    return head + screen.table(heads, rows, right=_NUMBERS, width=screen.width_of(None))

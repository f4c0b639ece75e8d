"""``eudr-geo trace``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eudr_geo.cli import EXIT_FINDINGS, options, screen

if TYPE_CHECKING:
    from eudr_geo.lots.declared import DeclaredSet
    from eudr_geo.model.trace import Recall, Trace

_NUMBERS = ("kg", "share", "between", "kg in all", "in stock", "at most")
_CUSTODY = {
    "identity preserved": "identity preserved: one producer",
    "segregated": "segregated: several producers, all known",
    "mixed": "mixed: some of it has no known origin",
}
_REACHED_BY = {"goods": "", "silo": "same silo", "declaration": "declared only"}
_KINDS = ("plot", "producer", "delivery", "lot", "process", "location")
_MOST_EXCESS = 10
_MOST_PLOTS = 50


@click.command()
@click.argument("code", metavar="CODE")
@options.project
@click.option("--forward", is_flag=True, help="Recall: where a plot, producer, delivery, lot, process or store went.")
@click.option("--kind", type=click.Choice(_KINDS), help="What CODE is, where one code names several things.")
@click.option("--since", default="", metavar="DATE", help="Of a location: goods that lay there from this day on.")
@click.option("--until", default="", metavar="DATE", help="Of a location: goods that lay there until this day.")
@click.option(
    "--package",
    "packages",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A package you sent: what declares a failed plot is recalled too. May be repeated.",
)
@click.option("--drill", is_flag=True, help="Time the exercise and print the record that an auditor asks for.")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@options.out
def command(
    code: str,
    project: str,
    forward: bool,
    kind: str | None,
    since: str,
    until: str,
    packages: tuple[Path, ...],
    drill: bool,
    format_: str,
    out: str | None,
) -> None:
    """Say which plots fed a lot or consignment, with how many kilograms; or, with --forward, where something went.

    Kilograms are attributed in proportion to what went into each step; *between* says what can be proved at least and
    at most. A plot counts as soon as it can have given anything.

    \b
    Examples:
      eudr-geo trace DL25-ML01-G -p coop.gpkg
      eudr-geo trace T-014-1 --forward -p coop.gpkg
      eudr-geo trace SHED-2 --forward --since 2025-11-20 --until 2025-11-27 -p coop.gpkg
      eudr-geo trace EXP-25-01 --drill -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.base.errors import InputError
    from eudr_geo.base.writing import json_bytes
    from eudr_geo.lots.declared import declared_set
    from eudr_geo.lots.drilling import drill_record, recall_record
    from eudr_geo.lots.recalling import recall
    from eudr_geo.lots.tracing import trace
    from eudr_geo.model.attributed import LotAttribution
    from eudr_geo.project.verifying import declared_plots

    if not forward and (kind or since or until or packages):
        raise InputError("--kind, --since, --until and --package belong to a recall", fix="add --forward")
    started = time.perf_counter()
    with options.open_project(project) as store:
        book = store.lot_book()
        attributed = store.table(LotAttribution)  # with the land as it was mapped when the lot was stored
    if forward:
        declared = {name: plots for path in packages for name, plots in declared_plots(path).items()}
        found: Any = recall(book, code, kind=kind or "", since=since, until=until, declared=declared)
        frame, more = found.to_frame(), {}
        text = _reached(found, screen.width_of(out))
    else:
        found = trace(book, code, allow_unknown=True)
        frame = found.to_frame()
        keys = list(zip(frame["lot_code"], frame["plot_code"], strict=True))
        land = {
            (row.lot_code, row.plot_code): (row.plot_version or "", row.geometry_hash)
            for row in attributed.itertuples()
        }
        frame["plot_version"] = [land.get(key, ("", ""))[0] for key in keys]
        frame["geometry_sha256"] = [land.get(key, ("", ""))[1] for key in keys]
        its = declared_set(book, found)
        text = _tree(found, its, screen.width_of(out), most=len(found.rows) if out else _MOST_PLOTS)
        more = {
            "custody_model": found.custody_model,
            "unknown": {
                "quantity_kg": found.unknown_kg,
                "quantity_max_kg": found.unknown_max_kg,
                "lots": found.unknown_lots,
            },
            "declared": {**its.counts(), "advice": its.advice()},
            "identity_ends": [vars(end) for end in found.identity_ends],
        }
    record = ""
    if drill:
        lines = recall_record(found) if forward else drill_record(book, found)
        record = _record(lines, time.perf_counter() - started)
    if format_ == "table":
        screen.put(text + record, out)
    elif format_ == "json":
        head = {"schema": "eudr-geo.trace/1", "code": code, "kind": found.kind, "quantity_kg": found.quantity_kg}
        screen.put(json_bytes({**head, **more, "rows": frame.to_dict("records")}, indent=1).decode(), out)
    else:
        from eudr_geo.base.writing import csv_bytes

        screen.put(csv_bytes(list(frame.columns), frame.itertuples(index=False, name=None)).decode(), out)
    if record and format_ != "table":
        screen.say(record)
    if not forward and found.unknown_lots:
        sys.exit(EXIT_FINDINGS)


def _record(record: list[tuple[str, str]], taken_s: float) -> str:
    lines = [*record, ("took", f"{taken_s:.1f} s"), ("carried out by", "_" * 24), ("date and signature", "_" * 24)]
    wide = max(len(label) for label, _ in lines)
    return "\n".join(["", "Trace exercise", *(f"  {label:{wide}}  {text}" for label, text in lines), ""])


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _days(first: str, last: str) -> str:
    """A span of days, the year once where it is the same."""
    if not first or first == last:
        return first or last
    return f"{first}…{last[5:]}" if first[:4] == last[:4] else f"{first}…{last}"


def _unknown(found: Trace) -> list[str]:
    """What stands in the way of a package, in words."""
    if not found.unknown_lots:
        return []
    most = found.unknown_max_kg
    kg = f"{found.unknown_kg:,.1f} kg" if found.unknown_kg >= most else f"up to {most:,.1f} kg"
    named = ", ".join(found.unknown_lots[:_MOST_EXCESS])
    more = len(found.unknown_lots) - _MOST_EXCESS
    named += f" and {more:,} more" if more > 0 else ""
    return [f"{kg} have no known origin and come in with {named}: {found.code} cannot be declared or packed"]


def _tree(found: Trace, its: DeclaredSet, width: int, most: int) -> str:
    totals = found.totals()
    origin = f"{_count(totals['plots'], 'plot')} of {_count(totals['producers'], 'producer')}"
    lines = [f"{found.kind} {found.code}: {found.quantity_kg:,.1f} kg from {origin}", _CUSTODY[found.custody_model]]
    lines += _unknown(found)
    lines += [
        f"the identity of {end.stream} ends in {end.process}{f' on {end.date}' if end.date else ''}:"
        f" {end.quantity_kg:,.1f} kg of {end.lot} went into {end.into}"
        for end in found.identity_ends
    ]
    lines += ["", *found.tree_lines(), ""]
    heads = ("plot", "producer", "kg", "share", "between", "harvested", "evidence")
    parts = []
    frame = found.to_frame()
    for lot, own in frame.groupby("lot_code", sort=True):
        if found.kind == "consignment":
            parts.append(f"{lot}: {own['kg_attributed'].sum():,.1f} kg\n")
        rows = [
            (
                row.plot_code or "unknown",
                row.producer_code,
                f"{row.kg_attributed:,.1f}",
                f"{row.share:.1%}",
                f"{row.kg_min:,.1f}–{row.kg_max:,.1f}",
                _days(row.harvest_from, row.harvest_to),
                row.evidence_class,
            )
            for row in own.nlargest(most, "kg_attributed").sort_index().itertuples()
        ]
        parts.append(screen.table(heads, rows, right=_NUMBERS, width=width))
        if len(own) > most:
            parts.append(f"the {most:,} plots that gave most; all {len(own):,} with -o FILE or --format csv\n")
    return "\n".join(lines) + "\n" + "\n".join(parts) + _excess(its)


def _excess(its: DeclaredSet) -> str:
    if not its.excess:
        return ""
    lines = ["", f"{_count(len(its.plots), 'plot')} to declare, {len(its.excess):,} of them in excess:"]
    lines += [
        f"  {one.plot_code} ({one.producer_code or 'no producer'}): {one.why}" for one in its.excess[:_MOST_EXCESS]
    ]
    if len(its.excess) > _MOST_EXCESS:
        lines.append(f"  and {len(its.excess) - _MOST_EXCESS:,} more: see --format json")
    return "\n".join([*lines, *(f"→ {one}" for one in its.advice())]) + "\n"


def _reached(found: Recall, width: int) -> str:
    frame = found.to_frame()
    lots, shipped = frame[frame["kind"] == "lot"], frame[frame["kind"] == "consignment"]
    in_stock = lots[lots["in_stock_kg"] > 0]
    text = f"{found.kind} {found.code}: {found.quantity_kg:,.1f} kg went into {_count(len(lots), 'lot')}"
    text += f" and {_count(len(shipped), 'consignment')}\n"
    if len(in_stock):
        text += f"\nHold back: {in_stock['in_stock_kg'].sum():,.1f} kg still in stock\n"
        held = [
            (row.code, row.label.replace("_", " "), row.stores or "–", f"{row.in_stock_kg:,.1f}",
             f"{row.kg_attributed:,.1f}", f"{row.kg_max:,.1f}", _REACHED_BY[row.reached_by])
            for row in in_stock.itertuples()
        ]  # fmt: skip
        columns = ("lot", "form", "store", "in stock", "kg", "at most", "")
        text += screen.table(columns, held, right=_NUMBERS, width=width)
    if len(shipped):
        text += "\nInform: what was shipped\n"
        papers = [
            (row.code, row.label, row.ship_date, row.dds_references or "–", f"{row.quantity_kg:,.1f}",
             f"{row.kg_attributed:,.1f}", f"{row.kg_max:,.1f}", _REACHED_BY[row.reached_by])
            for row in shipped.itertuples()
        ]  # fmt: skip
        heads = ("consignment", "buyer", "shipped", "statement", "kg in all", "kg", "at most", "")
        text += screen.table(heads, papers, right=_NUMBERS, width=width)
    used = lots[lots["in_stock_kg"] <= 0]
    if len(used):
        text += f"\nUsed up: {', '.join(used['code'])}\n"
    return text

"""``eudr-geo trace``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from eudr_geo.cli import EXIT_FINDINGS, options, screen
from eudr_geo.words.saying import say

_KINDS = ("plot", "producer", "delivery", "lot", "process", "location")
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
@options.language
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
    from eudr_geo.cli.trace_text import drill_text, recall_text, trace_text
    from eudr_geo.lots.declared import declared_set
    from eudr_geo.lots.drilling import drill_record, recall_record
    from eudr_geo.lots.recalling import recall
    from eudr_geo.lots.tracing import trace
    from eudr_geo.model.attributed import LotAttribution
    from eudr_geo.project.verifying import declared_plots

    if not forward and (kind or since or until or packages):
        raise InputError(say("trace:belongs"), fix=say("trace:belongs.do"))
    started = time.perf_counter()
    with options.open_project(project) as store:
        book = store.lot_book()
        attributed = store.table(LotAttribution)  # with the land as it was mapped when the lot was stored
    if forward:
        declared = {name: plots for path in packages for name, plots in declared_plots(path).items()}
        found: Any = recall(book, code, kind=kind or "", since=since, until=until, declared=declared)
        frame, more = found.to_frame(), {}
        text = recall_text(found, screen.width_of(out))
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
        text = trace_text(found, its, screen.width_of(out), most=len(found.rows) if out else _MOST_PLOTS)
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
        record = drill_text(lines, time.perf_counter() - started)
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

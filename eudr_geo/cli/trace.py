"""``eudr-geo trace``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from eudr_geo.cli import EXIT_FINDINGS, options, screen
from eudr_geo.words.saying import counted, say

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.lot_book import LotBook
    from eudr_geo.model.trace import Recall, Trace

_KINDS = ("plot", "producer", "delivery", "lot", "process", "location", "statement")
_MOST_PLOTS = 50


@click.command()
@click.argument("code", metavar="[CODE]", required=False, default="")
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
@options.season
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
    season: str,
    out: str | None,
) -> None:
    """Say which plots fed a lot or consignment, with how many kilograms; or, with --forward, where something went.

    Kilograms are attributed in proportion to what went into each step; *between* says what can be proved at least and
    at most, if all goods of a process had one outturn. A plot counts as soon as it can have given anything. With
    --season and no code every lot of that season that went into no other one is traced, one by one.

    \b
    Examples:
      eudr-geo trace DL25-ML01-G -p coop.gpkg
      eudr-geo trace --season 2025/26 -p coop.gpkg
      eudr-geo trace T-014-1 --forward -p coop.gpkg
      eudr-geo trace SHED-2 --forward --since 2025-11-20 --until 2025-11-27 -p coop.gpkg
      eudr-geo trace EXP-25-01 --drill -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.base.errors import InputError
    from eudr_geo.base.writing import csv_bytes, json_bytes
    from eudr_geo.cli.trace_text import drill_text, recall_text
    from eudr_geo.lots.drilling import drill_record, recall_record
    from eudr_geo.lots.recalling import recall
    from eudr_geo.lots.season_filter import known_season, last_lots, of_season
    from eudr_geo.lots.tracing import traces
    from eudr_geo.model.attributed import LotAttribution
    from eudr_geo.project.verifying import declared_plots

    if not forward and (kind or since or until or packages):
        raise InputError(say("trace:belongs"), fix=say("trace:belongs.do"))
    if not code and (forward or drill or not season):
        raise InputError(say("trace:no_code"), fix=say("trace:season.code"))
    started = time.perf_counter()
    with options.open_project(project) as store:
        store.check_land()
        book = store.lot_book()
        attributed = store.table(LotAttribution)  # with the land as it was mapped when the lot was stored
    chosen = known_season(book, season) if season else ""
    if forward:
        declared: dict[str, set[str]] = {}
        for path in packages:
            with options.right_door(path, "package"):
                declared |= declared_plots(path)
        gone = recall(book, code, kind=kind or "", since=since, until=until, declared=declared, season=chosen)
        record = recall_record(gone) if drill else ()
        shown = [_Shown(gone.code, gone, gone.to_frame(), recall_text(gone, screen.width_of(out)), _of_recall(gone))]
    else:
        codes = of_season(book, [code], chosen) if code else last_lots(book, chosen)
        found = list(traces(book, codes, allow_unknown=True).values())
        shown = [_traced(book, one, attributed, out) for one in found]
        record = drill_record(book, found[0]) if drill else ()
    told = say(
        f"trace:written.{'recall' if forward else 'trace'}",
        path=out,
        code=shown[0].code if code else chosen,
        quantity_kg=sum(one.found.quantity_kg for one in shown),
    )
    text = drill_text(record, time.perf_counter() - started) if record else ""
    if format_ == "table":
        heading = "" if code else _season_line(chosen, len(shown))
        screen.put(heading + "\n".join(one.text for one in shown) + text, out, told=told)
    elif format_ == "json":
        documents = [{"schema": "eudr-geo.trace/1", **one.head(code), **one.more, "rows": one.rows()} for one in shown]
        document = documents[0] if code else {"schema": "eudr-geo.traces/1", "season": chosen, "traces": documents}
        screen.put(json_bytes(document, indent=1).decode(), out, told=told)
    else:
        rows = [row for one in shown for row in one.frame.itertuples(index=False, name=None)]
        screen.put(csv_bytes(list(shown[0].frame.columns), rows).decode(), out, told=told)
    if text and format_ != "table":
        screen.say(text)
    if not forward and any(one.found.unknown_lots for one in shown):
        sys.exit(EXIT_FINDINGS)


class _Shown(NamedTuple):
    """One trace or recall, in every format."""

    code: str
    found: Any
    frame: pd.DataFrame
    text: str
    more: dict[str, Any]

    def head(self, asked: str) -> dict[str, Any]:
        """What stands first in the JSON."""
        return {"code": asked or self.code, "kind": self.found.kind, "quantity_kg": self.found.quantity_kg}

    def rows(self) -> list[dict[Any, Any]]:
        """The rows as they go into JSON."""
        return list(self.frame.to_dict("records"))


def _traced(book: LotBook, found: Trace, attributed: pd.DataFrame, out: str | None) -> _Shown:
    from eudr_geo.cli.season_text import lots_text
    from eudr_geo.cli.trace_text import trace_text
    from eudr_geo.lots.declared import declared_set
    from eudr_geo.lots.seasons import seasons_of

    frame = found.to_frame()
    land = {(row.plot_code, row.plot_version or ""): row.geometry_hash for row in attributed.itertuples()}
    pieces = zip(frame["plot_code"], frame["plot_version"], strict=True)
    frame["geometry_sha256"] = [land.get(piece, "") for piece in pieces]
    its = declared_set(book, found)
    lots = sorted(set(frame["lot_code"]))
    most = len(found.rows) if out else _MOST_PLOTS
    text = trace_text(found, its, screen.width_of(out), most, seasons=lots_text(book, lots))
    more = {
        "custody_model": found.custody_model,
        "seasons": seasons_of(book).of_lots(lots),
        "quantity_kg_by_form": {form or "other": kg for form, kg in found.kg_by_form().items()},
        "unknown": {
            "quantity_kg": found.unknown_kg,
            "quantity_max_kg": found.unknown_max_kg,
            "lots": found.unknown_lots,
        },
        "declared": {**its.counts(), "advice": its.advice()},
        "identity_ends": [vars(end) for end in found.identity_ends],
        "identity_losses": [vars(one) for one in found.identity_losses],
        "kg_by_evidence": found.totals()["kg_by_evidence"],
        "outturns": vars(found.outturns) if found.outturns else None,
    }
    return _Shown(found.code, found, frame, text, more)


def _of_recall(found: Recall) -> dict[str, Any]:
    return {"quantity_kg_by_form": {form or "other": kg for form, kg in found.kg_by_form.items()}}


def _season_line(season: str, lots: int) -> str:
    return f"{screen.told('trace:season', season=season, lots=counted('trace:lots', lots))}\n\n"

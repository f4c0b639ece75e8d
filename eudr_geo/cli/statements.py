"""``eudr-geo statements``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eudr_geo.cli import options, screen
from eudr_geo.words.saying import counted, say
from eudr_geo.words.workbook import say_word

if TYPE_CHECKING:
    from eudr_geo.lots.statement_list import StatementLine

_SHOWN = ("statement", "source", "status", "consignments", "buyers", "lots", "kg", "amend_until", "keep_until")


@click.command()
@click.argument("code", metavar="[CODE]", required=False, default="")
@options.project
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@options.language
@options.out
def command(code: str, project: str, format_: str, out: str | None) -> None:
    """Say which statements there are, what each covers, who gets its number, and until when it is kept.

    With CODE only those that cover this lot or shipment. The verification number is never shown.

    \b
    Examples:
      eudr-geo statements -p coop.gpkg
      eudr-geo statements DL25-ML01-G -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.base.cells import clean_code
    from eudr_geo.base.writing import csv_bytes, json_bytes
    from eudr_geo.lots.statement_list import StatementLine, shipments_without, statement_lines

    with options.open_project(project) as store:
        book = store.lot_book()
    wanted = clean_code(code)
    lines = [one for one in statement_lines(book) if not wanted or wanted in _about(one)]
    without = [one for one in shipments_without(book) if not wanted or one == wanted]
    told = counted("trace:statements.written", len(lines), path=out)
    if format_ == "csv":
        screen.put(csv_bytes(StatementLine._fields, lines).decode(), out, told=told)
        return
    if format_ == "json":
        document = {
            "schema": "eudr-geo.statements/1",
            "statements": [one._asdict() for one in lines],
            "shipments_without_statement": without,
        }
        screen.put(json_bytes(document, indent=1).decode(), out, told=told)
        return
    text = f"{screen.told('trace:statements.head', number=len(lines))}\n"
    if lines:
        heads = [screen.told(f"trace:statements.{name}") for name in _SHOWN]
        rows = [_row(one) for one in lines]
        text += "\n" + screen.table(heads, rows, right=[heads[6]], width=screen.width_of(out))
    if without:
        text += f"\n{screen.told('trace:statements.without', codes=', '.join(without))}\n"
    screen.put(text, out, told=told)


def _about(line: StatementLine) -> set[str]:
    return {*line.lots.split("; "), *line.consignments.split("; "), line.statement}


def _row(line: StatementLine) -> list[str]:
    status = say_word("statement_status", line.status) if line.status else "–"
    if not line.is_in_force and line.status not in {"rejected", "withdrawn", "obsolete"}:
        status = say("trace:statements.replaced")
    kg = "–" if line.quantity_kg is None else f"{line.quantity_kg:,.1f}"
    words = [say_word("statement_source", line.source), status]
    rest = [line.consignments, line.buyers, line.lots, kg, line.amend_until, line.keep_until]
    return [line.statement, *words, *(one or "–" for one in rest)]

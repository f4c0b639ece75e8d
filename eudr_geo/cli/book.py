"""``eudr-geo book``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen

if TYPE_CHECKING:
    from eudr_geo.model.workbook import BookReading

_SHOWN = 30


@click.command()
@click.argument("book", metavar="BOOK.xlsx")
@options.project
@click.option(
    "--lang",
    default="",
    metavar="LANG",
    help="Hint: the language of the workbook (en, vi, es, fr, pt, id); by default it tells.",
)
@click.option("--fill-down", is_flag=True, help='A blank cell means "the same as above" (date, lot, producer …).')
@click.option(
    "--corrected", metavar="OUT.xlsx", help="Write a corrected copy with the list of issues, and store nothing."
)
@options.yes
def command(book: str, project: str, lang: str, fill_down: bool, corrected: str | None, yes: bool) -> None:
    """Read the lots workbook into the project: an XLSX, or a folder of CSV files with one file a sheet.

    Shows what was read, changed and not understood, then stores everything in one step, or nothing. The workbook
    itself is never changed.

    \b
    Example:
      eudr-geo book cooperative.xlsx -p coop.gpkg
      eudr-geo book cooperative.xlsx -p coop.gpkg --corrected cooperative-corrected.xlsx
    """  # noqa: D301
    from eudr_geo.checking import check, check_lots
    from eudr_geo.importing import apply_book, apply_plots, preview_book, preview_plots
    from eudr_geo.model.plots import Reading
    from eudr_geo.model.report import Report
    from eudr_geo.repairing import repair
    from eudr_geo.reports import terminal
    from eudr_geo.workbooks.reading import read_book

    with options.open_project(project, write=not corrected) as store:
        read = read_book(book, lang=lang, country=store.meta.get("country", ""), fill_down=fill_down)
        screen.put(_cells(read), None)
        if corrected:
            _write_corrected(corrected, read)
        result = check_lots(replace(read.book, today=screen.now_utc()[:10]))
        report = Report(
            result,
            Reading(read.plots).plots.take([]),
            width=screen.width_of(None),
            color=screen.has_color(None),
            all_by="--corrected OUT.xlsx",
        )
        screen.put(terminal.render(report), None)
        plan = preview_book(store, read.book, read.file)
        rows = plan.counts()
        screen.put(
            screen.table(("table", "new", "changed", "unchanged"), rows, right=("new", "changed", "unchanged")), None
        )
        for one in plan.refused[:_SHOWN]:
            screen.put(f"refused: {one.why} – {one.fix}", None)
        if read.errors() or plan.refused or result.tool_errors:
            screen.say("Nothing stored: correct the cells named above first.")
            sys.exit(EXIT_FINDINGS)
        if plan.is_empty and not len(read.plots):
            screen.say("Nothing new; nothing stored.")
            sys.exit(EXIT_CLEAN)
        if not screen.confirm(f"Store this in {project}?", yes=yes):
            sys.exit(EXIT_FAILED)
        now, who = screen.now_utc(), screen.who_am_i()
        screen.say(apply_book(store, plan, now=now, who=who, original=book))
        if len(read.plots):
            repaired = repair(Reading(read.plots, (), (read.file,)))
            checked = check(repaired.reading)
            land = preview_plots(store, repaired.reading, checked, repaired.changes)
            screen.say(apply_plots(store, land, now=now, who=who, originals=[book]))


def _write_corrected(out: str, read: BookReading) -> None:
    from eudr_geo.errors import InputError
    from eudr_geo.exports.workbook import write_corrected

    if Path(out).exists():
        raise InputError(f"{out} exists already", fix="name a new file; your own workbook is never written to")
    write_corrected(out, read)
    screen.say(f"Made {out}: correct the red cells there; the sheet of issues leads to each of them. Nothing stored.")
    sys.exit(EXIT_FINDINGS if read.errors() else EXIT_CLEAN)


def _cells(read: BookReading) -> str:
    lines = [f"{read.file.name}: " + ", ".join(f"{sheet} {count:,} rows" for sheet, count in read.rows.items())]
    lines += [
        f"  read {change.sheet}!{change.cell}: {change.before!r} as {change.after!r} ({change.rule})"
        for change in read.changes[:_SHOWN]
    ]
    if len(read.changes) > _SHOWN:
        lines.append(f"  … and {len(read.changes) - _SHOWN:,} more cells read after a change")
    lines += [f"  {issue.severity}: {issue}" for issue in read.issues]
    return "\n".join(lines) + "\n"

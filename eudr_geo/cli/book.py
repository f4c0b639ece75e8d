"""``eudr-geo book``."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eudr_geo.base.said import Said
from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen, speech
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import counted, joined, say

if TYPE_CHECKING:
    from eudr_geo.model.findings import CheckResult
    from eudr_geo.model.plots import Plots
    from eudr_geo.model.workbook import BookReading, CellIssue
    from eudr_geo.project.importing import BookImport, PlotImport
    from eudr_geo.project.importing.common import Refused
    from eudr_geo.project.importing.in_cells import Waiting
    from eudr_geo.store import Store

_SHOWN = 30
_MARKS = {"comma": ",", "point": "."}


@click.command()
@click.argument("book", metavar="BOOK.xlsx")
@options.project
@click.option(
    "--book-lang",
    type=click.Choice(languages()),
    help="Hint: the language of the workbook; by default it tells.",
)
@options.language
@click.option("--fill-down", is_flag=True, help='A blank cell means "the same as above" (date, lot, producer …).')
@click.option(
    "--corrected", metavar="OUT.xlsx", help="Write a corrected copy with the list of issues, and store nothing."
)
@click.option(
    "--remove-missing", is_flag=True, help="Take rows that no longer stand in the workbook out of the project."
)
@click.option("--keep-missing", is_flag=True, help="Leave rows that no longer stand in the workbook in the project.")
@click.option(
    "--correction", default="", metavar="REASON", help="Why what differs is a correction, even of what was shipped."
)
@click.option("--keep-newer", is_flag=True, help="Rows that are as before an earlier correction stay corrected.")
@click.option(
    "--prefix",
    metavar="TEXT",
    help="Put before the receipt, process and handover numbers of this workbook, now and later.",
)
@click.option(
    "--decimal",
    type=click.Choice(tuple(_MARKS)),
    help="Decimal mark of numbers like 1.234 in this workbook, where they could be two; remembered.",
)
@click.option("--as", "known_as", default="", metavar="NAME", help="Workbook this is a later state of, or a new name.")
@options.yes
def command(
    book: str,
    project: str,
    book_lang: str | None,
    fill_down: bool,
    corrected: str | None,
    remove_missing: bool,
    keep_missing: bool,
    correction: str,
    keep_newer: bool,
    prefix: str | None,
    decimal: str | None,
    known_as: str,
    yes: bool,
) -> None:
    """Read the lots workbook into the project: an XLSX, or a folder of CSV files with one file a sheet.

    Shows what was read, changed and not understood, row by row, then stores everything in one step, or nothing. The
    workbook itself is never changed. It may be read again and again: what was corrected is one row, what is gone is
    asked about. --yes stores what is shown; it answers no question.

    \b
    Example:
      eudr-geo book cooperative.xlsx -p coop.gpkg
      eudr-geo book cooperative.xlsx -p coop.gpkg --corrected cooperative-corrected.xlsx
    """  # noqa: D301
    from eudr_geo.base.errors import InputError
    from eudr_geo.checks.checking import check_lots
    from eudr_geo.cli import book_text
    from eudr_geo.model.plots import Plots
    from eudr_geo.project.importing import apply_book, preview_book
    from eudr_geo.project.importing.in_cells import issues_of, waiting_for
    from eudr_geo.project.importing.lineage import decimal_of
    from eudr_geo.project.importing.questions import KEEP, REMOVE, Answers
    from eudr_geo.sources.workbook.reading import read_book

    if remove_missing and keep_missing:
        raise InputError(say("errors:both_missing"), fix=say("errors:both_missing.do"))
    answers = Answers(
        missing=REMOVE if remove_missing else KEEP if keep_missing else "",
        correction=correction.strip(),
        keeps_newer=keep_newer,
        prefix=None if prefix is None else prefix.strip().upper(),
        known_as=known_as.strip(),
        decimal=_MARKS.get(decimal or "", ""),
    )
    with options.open_project(project, write=not corrected) as store:
        options.not_the_project(book, store.path)
        read_as = partial(
            read_book, book, lang=book_lang or "", country=store.meta.get("country", ""), fill_down=fill_down
        )
        read = read_as(decimal=answers.decimal)
        if read.doubts and not answers.decimal:
            said = decimal_of(store, read.book, read.file.name, answers.known_as)
            read = read_as(decimal=said) if said else read
        speech.tell("workbook", read.language)
        screen.put(_cells(read), None)
        if read.doubts:  # what follows would be of a book without these rows
            if corrected:
                _write_corrected(corrected, read, ())
            screen.say(counted("commands:book.answer_first", len(read.doubts)))
            sys.exit(EXIT_FINDINGS)
        plan = preview_book(
            store, read.book, read.file, answers=answers, headings=read.headings, today=screen.now_utc()[:10]
        )
        waiting = waiting_for(read, plan.after)
        result = _of_this_book(check_lots(replace(plan.after, today=screen.now_utc()[:10])), read, waiting)
        _show(result, Plots({}))
        if read.left_out:
            screen.say(counted("commands:book.waiting", len(read.left_out)))
        land, checked = _land(store, read) if len(read.plots) else (None, None)
        table, *columns = (
            screen.told(f"commands:book.{one}") for one in ("table", "new", "changed", "gone", "unchanged")
        )
        counts = [(screen.told(f"reports:noun.{name}"), *numbers) for name, *numbers in plan.counts()]
        for line in book_text.about_the_workbook(plan, read):
            screen.put(line, None)
        screen.put(screen.table((table, *columns), counts, right=columns), None)
        if not plan.is_first:
            for line in book_text.rows(plan):
                screen.put(line, None)
        if land is not None:
            screen.put(screen.told("commands:book.land", summary=land.summary()), None)
        not_stored = [one for one in _refused(plan, land, result) if not waiting.explains(one)]
        if corrected:
            _write_corrected(corrected, read, issues_of(result.findings, not_stored, read))
        for one in not_stored[:_SHOWN]:
            screen.put(book_text.refused(one, read), None)
        crashed = result.tool_errors or (checked is not None and checked.tool_errors)
        for line in book_text.questions(plan):
            screen.put(line, None)
        # What is refused may follow from a question: a number that begins again takes last year's receipt from its lot.
        if read.errors() or crashed or (plan.refused and not plan.left_open):
            screen.say(say("commands:book.correct_first"))
            sys.exit(EXIT_FINDINGS)
        if plan.left_open:
            screen.say(counted("commands:book.answer_first", len(plan.left_open)))
            sys.exit(EXIT_FINDINGS)
        if plan.is_empty and (land is None or land.is_empty):
            screen.say(say("commands:nothing_new"))
            sys.exit(EXIT_CLEAN)
        if not screen.confirm(say("commands:store_in", project=project), yes=yes):
            sys.exit(EXIT_FAILED)
        now, who = screen.now_utc(), screen.who_am_i()
        screen.say(apply_book(store, plan, now=now, who=who, original=book, land=land))
        for codes, date in plan.frozen.packed:
            screen.say(say("commands:book.superseded", codes=", ".join(codes), date=date))
        screen.say(say("commands:next_audit", project=project))


def _show(result: CheckResult, plots: Plots) -> None:
    from eudr_geo.model.report import Report
    from eudr_geo.outputs.reports import as_table

    width, color, spoken = screen.width_of(None), screen.has_color(None), speech.language()
    report = Report(result, plots, width=width, color=color, all_by="--corrected OUT.xlsx", language=spoken)
    screen.put(as_table.render(report), None)


def _of_this_book(result: CheckResult, read: BookReading, waiting: Waiting) -> CheckResult:
    """The findings on rows of this workbook: the rules saw it together with what the project holds already."""
    from eudr_geo.model.findings import Findings
    from eudr_geo.project.importing.in_cells import at_its_cell

    own = (one for one in result.findings if one.source == read.file.name and not waiting.holds(one))
    return replace(result, findings=Findings(at_its_cell(one, read) for one in own))


def _land(store: Store, read: BookReading) -> tuple[PlotImport, CheckResult]:
    """Check the land on the Plots sheet, show what is wrong with it, and say what storing it would do."""
    from eudr_geo.checks.checking import check
    from eudr_geo.checks.repairing import repair
    from eudr_geo.model.plots import Reading
    from eudr_geo.project.importing import preview_plots

    repaired = repair(Reading(read.plots, (), (read.file,)))
    checked = check(repaired.reading, against=store.load_plots())
    if len(checked.findings):
        _show(replace(checked, files=()), repaired.reading.plots)  # the ledger of the workbook stands above
    return preview_plots(store, repaired.reading, checked, repaired.changes), checked


def _refused(plan: BookImport, land: PlotImport | None, result: CheckResult) -> list[Refused]:
    """What would not be stored, without what a finding above says already."""
    from eudr_geo.project.importing.book_faults import UNKNOWN

    named = {(one.source, one.record) for one in result.findings if one.rule == "unknown-reference"}
    return [
        one
        for one in (*plan.refused, *(land.refused if land else ()))
        if not (isinstance(one.why, Said) and one.why.key == UNKNOWN and (one.source, one.record) in named)
    ]


def _write_corrected(out: str, read: BookReading, issues: tuple[CellIssue, ...]) -> None:
    from eudr_geo.base.errors import InputError
    from eudr_geo.outputs.workbook.writing import write_corrected

    if Path(out).exists():
        raise InputError(say("errors:exists", path=out), fix=say("errors:exists.own_book"))
    read = replace(read, issues=(*read.issues, *issues))
    write_corrected(out, read, spoken=speech.language())
    screen.say(say("commands:book.corrected", out=out))
    sys.exit(EXIT_FINDINGS if read.errors() else EXIT_CLEAN)


def _cells(read: BookReading) -> str:
    """What was read, changed and not understood, a line each, in the language that is spoken."""
    sheets = [
        counted("book:screen.sheet", count, sheet=sheet)
        if count == read.seen.get(sheet, count)
        else say("book:screen.sheet.part", sheet=sheet, taken=count, seen=read.seen[sheet])
        for sheet, count in read.rows.items()
    ]
    lines: list[str] = [say("book:screen.file", file=read.file.name, sheets=joined(sheets, ", "))]
    for change in read.changes[:_SHOWN]:
        # As the program would show them, quotes and all: it is often a blank that differs.
        before, after = (repr(speech.spoken(text)) for text in (change.before, change.after))
        place = "!".join(speech.spoken(part) for part in (change.sheet, change.cell) if part)
        lines.append(say("book:screen.read", place=place, before=before, after=after, rule=change.rule))
    if len(read.changes) > _SHOWN:
        lines.append(counted("book:screen.more", len(read.changes) - _SHOWN))
    for issue in read.issues:
        place = "!".join(speech.spoken(part) for part in (issue.sheet, issue.cell) if part)
        said = {"severity": say(f"page:{issue.severity}"), "why": issue.why, "fix": issue.fix}
        lines.append(
            say("book:screen.issue", place=place, **said) if place else say("book:screen.issue.nowhere", **said)
        )
    first, *others = (speech.spoken(line) for line in lines)
    return "\n".join([first, *(f"  {line}" for line in others)]) + "\n"

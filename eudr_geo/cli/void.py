"""``eudr-geo void``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, options, screen
from eudr_geo.words.saying import counted, say


@click.command()
@click.argument("receipt", metavar="RECEIPT")
@options.project
@click.option("--why", default="", metavar="REASON", help="The reason, as the log shows it.")
@click.option(
    "--correction", default="", metavar="REASON", help="Why something changes that shipped or packed goods rest on."
)
@options.language
@options.yes
def command(receipt: str, project: str, why: str, correction: str, yes: bool) -> None:
    """Make a receipt void: it stays in the records, and brings nothing into its lot.

    Where a shipped consignment or a package that was built rests on it, --correction is needed.

    \b
    Example:
      eudr-geo void R-0412 --why "written twice" -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.base.cells import clean_code
    from eudr_geo.cli import book_text
    from eudr_geo.project.importing.voiding import preview_void, void

    with options.open_project(project, write=True) as store:
        plan = preview_void(store, clean_code(receipt), why.strip(), correction.strip(), today=screen.now_utc()[:10])
        for question in plan.left_open:
            where = book_text.where(question)
            screen.say(say("commands:book.question", where=where, what=question.what, cure=question.cure))
        if plan.left_open:
            screen.say(counted("commands:book.answer_first", len(plan.left_open)))
            sys.exit(EXIT_FINDINGS)
        about = {"code": plan.row["code"], "quantity_kg": plan.row["quantity_kg"], "lot": plan.row["lot_code"]}
        if not screen.confirm(say("commands:void.ask", date=plan.row["delivered_on"], **about), yes=yes):
            sys.exit(EXIT_FAILED)
        void(store, plan, now=screen.now_utc(), who=screen.who_am_i())
    screen.say(say("commands:void.done", why=plan.why, **about))
    for codes, date in plan.frozen.packed:
        screen.say(say("commands:book.superseded", codes=", ".join(codes), date=date))
    sys.exit(EXIT_CLEAN)

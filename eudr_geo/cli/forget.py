"""``eudr-geo forget``."""

from __future__ import annotations

import sys

import click

from eudr_geo.cli import EXIT_CLEAN, EXIT_FAILED, options, screen
from eudr_geo.words.saying import say


@click.command()
@click.argument("producer", metavar="PRODUCER")
@options.project
@options.language
@click.option("--yes", is_flag=True, help="Do not ask; erase.")
def command(producer: str, project: str, yes: bool) -> None:
    """Forget a person: name, telephone, village and consent go from the project and from its log, for good.

    What the law asks to keep stays: the producer's code, the plots, the kilograms. Stored copies of files that name the
    person go as well. First it is said what will go; it cannot be taken back.

    \b
    Example:
      eudr-geo forget NH-0077 -p coop.gpkg
    """  # noqa: D301
    from eudr_geo.base.cells import clean_code
    from eudr_geo.project.forgetting import forget, preview_forget

    with options.open_project(project, write=True) as store:
        plan = preview_forget(store, clean_code(producer))
        if plan.is_empty:
            screen.say(say("commands:forget.nothing", code=plan.found.person.code))
            sys.exit(EXIT_CLEAN)
        for sentence in plan.sentences():
            screen.say(screen.plain(sentence))
        if not screen.confirm(say("commands:forget.ask"), yes=yes):
            sys.exit(EXIT_FAILED)
        forget(store, plan, now=screen.now_utc(), who=screen.who_am_i())
    screen.say(say("commands:forget.done"))

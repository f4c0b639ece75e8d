"""Options that several commands share, and how file arguments are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eudr_geo.base.errors import BusyError, InputError, StoreError
from eudr_geo.cli import speech
from eudr_geo.cli.saving import REPLACE
from eudr_geo.law import COMMODITIES, EU_VERSIONS
from eudr_geo.outputs.reports import names
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    from eudr_geo.model.findings import CheckResult, Waiver
    from eudr_geo.model.plots import Plots, Reading
    from eudr_geo.model.report import Report
    from eudr_geo.plots.own_outlines import Outlines
    from eudr_geo.store import Store

F = TypeVar("F", bound=Callable[..., Any])

files = click.argument("files", nargs=-1, required=True, metavar="FILE…")
replace = click.option(
    "--replace",
    is_flag=True,
    expose_value=False,
    callback=lambda context, _option, value: context.meta.update({REPLACE: value}),
    help="Write over a file that is no older result of the same kind. Never over a project.",
)


def out(function: F) -> F:
    """Add ``-o`` and ``--replace``."""
    return click.option("-o", "--out", metavar="OUT", help="Write to this file instead of the screen.")(
        replace(function)
    )


yes = click.option("--yes", is_flag=True, help="Do not ask; store.")


def project(function: F) -> F:
    """Add ``-p/--project``."""
    return click.option(
        "-p",
        "--project",
        envvar="EUDR_GEO_PROJECT",
        default="project.gpkg",
        show_default=True,
        show_envvar=True,
        metavar="PATH",
        help="The project, a GeoPackage.",
    )(function)


def reading(function: F) -> F:
    """Add what tells the readers more than the files do."""
    for option in (
        click.option("--layer", default="", metavar="NAME", help="Read only this layer, folder or sheet."),
        click.option(
            "--crs",
            default="",
            metavar="SYSTEM",
            help="Coordinate system of the files that do not tell it: EPSG:9218, or words such as 'VN-2000 Dak Lak'.",
        ),
        click.option(
            "--country",
            default="",
            metavar="ISO2",
            help="Country of plots whose file does not name one, e.g. VN.",
        ),
        click.option(
            "--commodity",
            type=click.Choice(COMMODITIES),
            default="coffee",
            show_default=True,
            help="What grows there.",
        ),
    ):
        function = option(function)
    return function


def selection(function: F) -> F:
    """Add ``--select``, ``--ignore`` and ``--fail-on``."""
    for option in (
        click.option(
            "--fail-on",
            type=click.Choice(["error", "warning", "note"]),
            default="error",
            show_default=True,
            help="Leave with exit code 1 if anything this severe was found.",
        ),
        click.option("--ignore", multiple=True, metavar="CODE", help="Do not run this rule. May be repeated."),
        click.option("--select", multiple=True, metavar="CODE", help="Report only this rule. May be repeated."),
    ):
        function = option(function)
    return function


def boundaries(function: F) -> F:
    """Add ``--boundaries``."""
    return click.option(
        "--boundaries",
        default="",
        metavar="FILE",
        help="Better outlines of countries than those built in: polygons with a property iso2.",
    )(function)


def outlines(path: str, country: str = "") -> Outlines | None:
    """Read the file of ``--boundaries``."""
    if not path:
        return None
    from eudr_geo.sources.outlines import read_boundaries

    return read_boundaries(path, country.upper())


def eu_version(function: F) -> F:
    """Add ``--eu-version``."""
    return click.option(
        "--eu-version",
        type=click.Choice(EU_VERSIONS),
        default=EU_VERSIONS[-1],
        show_default=True,
        help="Version of the EU documents to follow (year and month).",
    )(function)


def format_(function: F) -> F:
    """Add ``--format``."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(names()),
        default="table",
        show_default=True,
        help="How to report.",
    )(function)


def language(function: F) -> F:
    """Add ``--lang``: the language of what is said and written; the command asks :func:`speech.language` for it."""
    return click.option(
        "--lang",
        type=click.Choice(languages()),
        callback=lambda _context, _option, value: speech.tell("asked", value),
        expose_value=False,
        is_eager=True,
        help="Language of what is said. By default EUDR_GEO_LANG, or that of the project, or English.",
    )(function)


def season(function: F) -> F:
    """Add ``--season``, as a filter."""
    return click.option("--season", default="", metavar="2025/26", help="Only goods of this season.")(function)


def also(function: F) -> F:
    """Add ``--also``."""
    return click.option(
        "--also", multiple=True, metavar="CODE", help="A repair that runs only by name. May be repeated."
    )(function)


def waivers(function: F) -> F:
    """Add ``--waivers``."""
    return click.option(
        "--waivers",
        "waivers_file",
        default="",
        metavar="FILE.csv",
        help="Findings that somebody answers for: rule, code, reason, waived_by, waived_on, until.",
    )(function)


def waived(result: CheckResult, path: str) -> CheckResult:
    """Heed the waivers of ``--waivers`` that hold today; say on stderr which of them speak of nothing."""
    if not path:
        return result
    from eudr_geo.checks.waiving import waive
    from eudr_geo.cli.screen import now_utc
    from eudr_geo.sources.waivers import read_waivers

    found = read_waivers(path)
    tell_unused(result, found)
    return waive(result, found, now_utc()[:10])


def changes(function: F) -> F:
    """Add ``--changes``."""
    return click.option(
        "--changes",
        "changes_file",
        default="",
        metavar="FILE.csv",
        help="Write each cell of a table that was read after a change: file, sheet, cell, before, after, rule.",
    )(function)


def put_changes(reading: Reading, path: str) -> None:
    """Write the log of ``--changes``; say on stderr how long it is."""
    if not path:
        return
    from eudr_geo.base.writing import csv_bytes
    from eudr_geo.cli import screen

    rows = [
        (file.name, one.sheet, one.cell, one.before, one.after, one.rule)
        for file in reading.files
        for one in file.changes
    ]
    told = say("commands:changed_cells", count=len(rows), path=path)
    screen.put(csv_bytes(("file", "sheet", "cell", "before", "after", "rule"), rows), path, told=told)


def tell_unused(result: CheckResult, waivers: Sequence[Waiver]) -> None:
    """Say which waivers speak of nothing that was found."""
    from eudr_geo.checks.waiving import without_finding
    from eudr_geo.cli import screen

    for one in without_finding(result, waivers):
        screen.say(say("commands:waiver_unused", rule=one.rule, code=one.code))


def codes(values: Sequence[str]) -> tuple[str, ...]:
    """Split ``--select a,b --select c``."""
    return tuple(code for value in values for code in value.split(",") if code)


def read(
    files: Sequence[str], *, country: str, commodity: str, crs: str, layer: str, opened: Path | None = None
) -> Reading:
    """Read file arguments; a folder stands for the files in it, ``-`` for stdin, and ``opened`` is never among them."""
    from eudr_geo.base.limits import configured
    from eudr_geo.cli.screen import progress
    from eudr_geo.model.plots import Reading
    from eudr_geo.sources.reading import read_bytes, read_plots

    paths = [path for name in files if name != "-" for path in files_of(Path(name))]
    if opened is not None:
        for path in paths:
            not_the_project(path, opened)
    options: Any = {"country": country.upper(), "commodity": commodity, "crs": crs, "layer": layer}
    with progress(say("commands:progress.reading")) as step:
        step("", 0, 1)
        parts = [read_plots(paths, **options)] if paths else []
        if "-" in files:
            parts.append(read_bytes("stdin", sys.stdin.buffer.read(configured().file_bytes + 1), **options))
    return Reading.concat(parts)


def not_the_project(path: str | Path, opened: Path) -> None:
    """Refuse to read the open project as a file: that would let go of the locks that this process holds on it."""
    if Path(path).exists() and Path(path).samefile(opened):
        raise InputError(
            say("doors:file", name=path, what=say("doors:kind.project")), fix=say("doors:kind.project.do", name=path)
        )


def not_the_input(files: Sequence[str], *outs: str | None) -> None:
    """Refuse to write over a file that is read: what is left out of the new one would be lost."""
    given = {path.resolve() for name in files if name != "-" for path in files_of(Path(name))}
    for out in outs:
        if out and out != "-" and Path(out).resolve() in given:
            raise InputError(say("errors:is_input", path=out), fix=say("errors:is_input.do"))


def files_of(path: Path) -> list[Path]:
    """Files that an argument stands for: itself, or the files of the folder."""
    from eudr_geo.sources.kinds import refuse_package

    if path.is_dir():
        refuse_package(path)
        found = sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
        if not found:
            raise InputError(say("errors:empty_folder", path=path), fix=say("errors:empty_folder.do"))
        return found
    if not path.exists():
        raise InputError(say("errors:not_there", path=path), fix=say("errors:not_there.do"))
    return [path]


@contextmanager
def right_door(path: str | Path, wanted: str) -> Iterator[None]:
    """Where a file or folder cannot be what a command takes, say what it is and which command takes it."""
    try:
        yield
    except (InputError, StoreError) as error:
        from eudr_geo.sources.kinds import cure

        told = None if isinstance(error, BusyError) else cure(path, but=wanted)
        if told is None:
            raise
        raise type(error)(error.message, fix=told) from error


def open_project(path: str, *, write: bool = False) -> Store:
    """Open the project of ``-p``; its language is spoken where nobody asked for another.

    If opening brought it up to date, say on stderr what went and where the copy lies.
    """
    from eudr_geo.cli import screen
    from eudr_geo.store import open_store

    with right_door(path, "project"):
        store = open_store(path, write=write)
    speech.tell("project", store.meta.get("language"))
    if store.migrated is not None:
        for sentence in store.migrated.sentences():
            screen.say(screen.plain(sentence))
    return store


def by(function: F) -> F:
    """Add ``--by``."""
    return click.option(
        "--by",
        type=click.Choice(["village", "collector", "file"]),
        default=None,
        help="What a worklist has a sheet for, and a page a choice: the first of these that the plots state.",
    )(function)


def report(result: CheckResult, plots: Plots, out: str | None, by: str | None = None) -> Report:
    """Return the report of a check as ``-o``, ``--lang`` and ``--by`` want it."""
    from eudr_geo.cli import screen
    from eudr_geo.model.report import Report

    name = "" if out is None or out == "-" else out
    width, color, spoken = screen.width_of(out), screen.has_color(out), speech.language()
    return Report(result, plots, width, color, out=name, language=spoken, by=by or "")

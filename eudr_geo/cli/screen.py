"""What commands say to a person, on stderr: messages, questions, progress. Data goes to stdout or a file."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from eudr_geo.cli.speech import spoken, spoken_error
from eudr_geo.words.saying import THIN_SPACE
from eudr_geo.words.saying import say as words

if TYPE_CHECKING:
    from eudr_geo.base.errors import EudrGeoError
    from eudr_geo.model.report import Report

_QUIET_FOR_S = 2.0  # shorter work needs no progress bar


def use_utf8() -> None:
    """Write UTF-8 whatever the console's code page, so that names keep their letters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str = "") -> None:
    """Say something on stderr, in the language that is spoken."""
    click.echo(spoken(text), err=True)


def told(key: str, /, **values: Any) -> str:
    """Return a sentence of the tables of words in the language that is spoken."""
    return spoken(words(key, **values))


def say_error(error: EudrGeoError) -> None:
    """Say what went wrong, on stderr, in one line."""
    line = "".join(
        char if char.isprintable() or char == THIN_SPACE else repr(char)[1:-1] for char in spoken_error(error)
    )
    click.echo(click.style(f"{spoken(words('commands:error'))} ", fg="red", bold=True) + line, err=True)


def width_of(out: str | None) -> int:
    """Width for text on stdout: the terminal's, 100 elsewhere, so that files and pipes are always the same."""
    if out is None and sys.stdout.isatty():
        import shutil

        return min(max(shutil.get_terminal_size((100, 40)).columns, 60), 140)
    return 100


def has_color(out: str | None) -> bool:
    """Tell whether stdout takes colours."""
    return out is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ


def put(data: str | bytes, out: str | None, *, err: bool = False, told: str = "") -> None:
    """Write a result to stdout (``err``: where stdout belongs to something else) or, complete or absent, to a file.

    What was written is said on stderr: ``told``, or its path alone. It takes the place of an older result of its kind,
    and of nothing else without ``--replace``.
    """
    if out is None or out == "-":
        if isinstance(data, str):
            click.echo(data, nl=not data.endswith("\n"), err=err)
        elif err or sys.stdout.isatty():
            raise click.UsageError(spoken(words("commands:not_for_screen")))
        else:
            sys.stdout.buffer.write(data)
        return
    from eudr_geo.base.writing import write_file
    from eudr_geo.cli.saving import refuse_to_replace

    data = data.encode() if isinstance(data, str) else data
    refuse_to_replace(out, data)
    write_file(Path(out), data)
    say(told or words("commands:written", path=out))


def put_report(module: ModuleType, report: Report, *, err: bool = False) -> None:
    """Write a report in the format of a module of ``reports/``, and what that format puts beside a file."""
    from eudr_geo.cli.saving import refuse_to_replace

    out = report.out or None
    rendered = module.render(report)
    if out:
        refuse_to_replace(out, rendered.encode() if isinstance(rendered, str) else rendered)  # before one beside it
        beside = module.beside(report) if hasattr(module, "beside") else {}
        if Path(out).suffix in beside:
            raise click.UsageError(told("commands:other_ending", out=out, suffix=Path(out).suffix))
        for suffix, data in sorted(beside.items()):
            other = Path(out).with_suffix(suffix)
            put(data, str(other), told=words("commands:beside", path=other))
    found = report.result.findings.counts()
    numbers = {"errors": found["error"], "warnings": found["warning"], "notes": found["note"]}
    put(rendered, out, err=err, told=words("commands:written.report", path=out or "-", **numbers))


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before something is stored; without a terminal only ``--yes`` says yes."""
    if yes:
        return True
    if not sys.stdin.isatty():
        say(words("commands:say_yes"))
        return False
    return click.confirm(spoken(question), err=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give a callback (what, done, total) that draws a bar once the work has taken two seconds, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    started = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[what]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task: Any = bar.add_task(spoken(title), total=1, what="")

    def step(what: str, done: int, total: int) -> None:
        if not bar.live.is_started and time.monotonic() - started > _QUIET_FOR_S:
            bar.start()
        bar.update(task, completed=done, total=max(total, 1), what=what)

    try:
        yield step
    finally:
        if bar.live.is_started:
            bar.stop()


def now_utc() -> str:
    """The clock: read here, at the edge, and nowhere else. ``SOURCE_DATE_EPOCH`` stands in for it when set."""
    from datetime import UTC, datetime

    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def who_am_i() -> str:
    """Login name of the person, for the project's log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine, as in some containers
        return "unknown"


def plain(text: str) -> str:
    """Return a line in the language that is spoken, its control characters escaped: names come from strangers."""
    from eudr_geo.outputs.reports.as_table import clean

    return clean(spoken(text))


def table(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Collection[str] = (), width: int = 100
) -> str:
    """Return a plain text table; the columns named in ``right`` hold numbers. Control characters are shown escaped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from eudr_geo.outputs.reports.as_table import clean

    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        grid.add_column(header, justify="right" if header in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(plain(value) if isinstance(value, str) else clean(value)) for value in row))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

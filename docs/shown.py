"""What commands print, on the pages in other languages: they are run, and their own words are written below them.

A comment before a block names the paragraphs that the page shows, ``<!-- prints: 1 2 4 -->``; "…" stands for the rest.
A block without the comment shows the command alone. ``make docs`` writes what is out of date, and a test finds it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).parent
LANGUAGES = ("vi", "es", "fr")
PAGES = ("tutorial", "collect-boundaries", "check", "trace")
"""In the order in which they run: those behind the tutorial begin with its project, as its workbook left it."""
ENDS_WITH_1 = {"check", "repair"}
"""Commands that leave with 1 when they found an error; whatever else does not end with 0 has no place on a page."""
WIDTH = 88
"""Columns of the terminal: so many fit into a block of the page."""
_BLOCK = re.compile(r"^(?:<!-- prints: ([\d ]+) -->\n)?```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (eudr-geo .*)$", re.MULTILINE)

Run = Callable[[str], str]
"""What a command line prints."""


def commands(text: str) -> list[str]:
    """Return the commands of a page, as they stand behind the ``$``."""
    return _COMMAND.findall(text)


def rewritten(text: str, run: Run) -> str:
    """Return a page with what its commands print now; all of them are run, in their order."""

    def block(found: re.Match[str]) -> str:
        lines = commands(found[2])
        printed = [run(line) for line in lines]
        if found[1] is None:
            return found[0]
        ((line, output),) = zip(lines, printed, strict=True)
        return f"<!-- prints: {found[1]} -->\n```console\n$ {line}\n{_excerpt(output, found[1])}\n```"

    return _BLOCK.sub(block, text)


def _excerpt(output: str, numbers: str) -> str:
    paragraphs = re.split(r"\n\s*\n", "\n".join(line.rstrip() for line in output.strip("\n").splitlines()))
    wanted = [int(number) for number in numbers.split()]
    parts: list[str] = []
    for number, paragraph in enumerate(paragraphs, 1):
        if number in wanted:
            parts.append(paragraph)
        elif parts[-1:] != ["…"]:
            parts.append("…")
    return "\n\n".join(parts)


def pages(language: str, folder: Path, run: Callable[[str, Path], str]) -> dict[str, str]:
    """Return the pages of a language with what their commands print now: name below ``docs/`` → text.

    Parameters
    ----------
    language
        One of :data:`LANGUAGES`.
    folder
        Empty; here the commands run, beside a copy of ``sample_plots``.
    run
        What a command line prints in a folder.
    """
    shutil.copytree(DOCS.parent / "sample_plots", folder / "sample_plots")
    kept = folder / "kept"
    kept.mkdir()

    def follow(line: str) -> str:
        printed = run(line, folder)
        if line.startswith("eudr-geo book "):
            for project in folder.glob("*.gpkg"):
                shutil.copy(project, kept)
        return printed

    written = {}
    for page in PAGES:
        for project in kept.iterdir():
            shutil.copy(project, folder)
        name = f"{language}/{page}.md"
        written[name] = rewritten((DOCS / name).read_text(encoding="utf-8"), follow)
    return written


class _Terminal(io.TextIOWrapper):
    """A terminal without colours."""

    def isatty(self) -> bool:
        """Say yes: lines are then as long as the terminal is wide."""
        return True


def in_this_process(language: str) -> Callable[[str, Path], str]:
    """Return what runs the program's own main here, in a language.

    What it returns raises a RuntimeError for a command that fails.
    """

    def run(line: str, folder: Path) -> str:
        from eudr_geo.cli import main

        paper, before, code = io.BytesIO(), (sys.argv, dict(os.environ)), 0
        out, error = (kind(paper, "utf-8", write_through=True) for kind in (_Terminal, io.TextIOWrapper))
        sys.argv = shlex.split(line)
        os.environ |= {"EUDR_GEO_LANG": language, "COLUMNS": str(WIDTH), "NO_COLOR": "1"}
        try:
            with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                main()
        except SystemExit as end:
            code = end.code
        finally:
            sys.argv = before[0]
            os.environ.clear()
            os.environ.update(before[1])
        printed = paper.getvalue().decode()
        if code and (code != 1 or line.split()[1] not in ENDS_WITH_1):
            raise RuntimeError(f"{line}\n{printed}")
        return printed

    return run

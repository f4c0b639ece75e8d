"""What a result may take the place of: an older one of its kind, known by its content; anything else with --replace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from eudr_geo.base.errors import RefusedError
from eudr_geo.words import tables
from eudr_geo.words.saying import say

REPLACE = "eudr_geo.replace"
"""Where the context of a command keeps that ``--replace`` was said."""
_PAGE = re.compile(rb'<script type="application/json" id="((?:check|repair|lot-map)-data)"')
_SCHEMA = re.compile(rb'\s*\{\s*"schema":\s*"(eudr-geo\.[a-z-]+)/')
_OVERLAY = re.compile(rb'\{"type": "FeatureCollection", "toolkit": "')
_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?([a-z][a-z_0-9]*(?:,[a-z][a-z_0-9]*)+)\r?\n")
_LINE_OF = {"finding": {"rule", "severity", "rules_version"}, "change": {"rule", "before", "after"}}
_SENTENCES = (
    ("reports", "versions"),
    ("trace", "from"),
    ("trace", "went_into"),
    ("trace", "record"),
    ("trace", "statements.head"),
)
_LINE = "line of "
_HEAD = 65_536  # bytes of a file that tell what it is
_LINES = 3  # of text, at its beginning and its end


def refuse_to_replace(path: str | Path, data: bytes) -> None:
    """Refuse a name that something has which is not an older result of the same kind, unless ``--replace`` was said.

    A worklist, a workbook and corrected boundaries are never taken for a result: people go on writing in them.

    Parameters
    ----------
    path
        The file to be written.
    data
        What is to stand in it.

    Raises
    ------
    RefusedError
        Naming the file. A project is held back by :func:`eudr_geo.base.writing.write_file`, whatever was said.
    """
    path = Path(path)
    if not path.is_file() or _asked():
        return
    older = path.read_bytes()
    kind = kind_of_result(older)
    is_older = kind == kind_of_result(data) if data else kind.startswith(_LINE)  # no line: nothing is found any more
    if not older or older == data or (kind and is_older):
        return
    raise RefusedError(say("errors:no_result", path=path), fix=say("errors:already_there.replace"))


def kind_of_result(data: bytes) -> str:
    """Return what kind of a result of ours a file holds; "" for everything else.

    Examples
    --------
    >>> kind_of_result(b'{"schema": "eudr-geo.findings/1"}'), kind_of_result(b"Dear Sir,")
    ('eudr-geo.findings', '')
    """
    head = data[:_HEAD]
    if head.lstrip()[:15].lower().startswith(b"<!doctype html"):
        page = _PAGE.search(data)
        return page[1].decode() if page else ""
    if schema := _SCHEMA.match(head):
        return schema[1].decode()
    if _OVERLAY.match(head):
        return "overlay of findings"
    if head.startswith(b"{"):
        return _kind_of_line(head.partition(b"\n")[0])
    if table := _TABLE.match(head):
        return f"table {table[1].decode()}"
    return _kind_of_text(data)


def _asked() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(REPLACE))


def _kind_of_line(line: bytes) -> str:
    try:
        first = json.loads(line)
    except ValueError:  # a line that is no JSON is no result of ours
        return ""
    keys = set(first) if isinstance(first, dict) else set()
    return next((f"{_LINE}{kind}" for kind, its in _LINE_OF.items() if its <= keys), "")


def _kind_of_text(data: bytes) -> str:
    """A report for people begins or ends with a sentence of ours, in one of the languages."""
    try:
        lines = [line.strip() for line in data.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:  # no text of ours
        return ""
    ends = [*lines[:_LINES], *lines[-_LINES:]]
    return next((name for name, pattern in _sentences() if any(pattern.fullmatch(line) for line in ends)), "")


@cache
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_patterns())


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for table, key in _SENTENCES:
        for words in tables.table(table).values():
            parts = re.split(r"\{[^{}]*\}", words[key])
            yield f"text {table}:{key}", re.compile(".+".join(re.escape(part) for part in parts))

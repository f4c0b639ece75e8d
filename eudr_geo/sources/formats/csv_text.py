"""CSV as people save it: encodings, separators, line ends. Strict: a row never shifts, a letter is never replaced."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import Limits
from eudr_geo.model.source import WholeFileError
from eudr_geo.words.saying import say

SEPARATORS = ",;\t|"
_SAMPLE_ROWS = 12
_SAMPLE_CHARACTERS = 1_000_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Torn(list[str]):
    """A row with a quotation mark inside a quoted cell: nobody knows where its cells end."""


def decoded(data: bytes) -> tuple[str, str, bool]:
    """Return text, its encoding, and whether that is certain.

    Raises
    ------
    WholeFileError
        When no encoding fits.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name), name.removesuffix("-sig"), True
            except UnicodeDecodeError as error:
                raise WholeFileError(
                    "unreadable-file",
                    say("tables:not-encoded", encoding=name.removesuffix("-sig").upper()),
                    say("tables:not-encoded.do"),
                ) from error
    try:
        return data.decode("utf-8"), "utf-8", True
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["cp1252", "cp1258", "latin_1", "mac_roman"]).best()
    if best is None:
        raise WholeFileError("unreadable-file", say("tables:no-encoding"), say("tables:no-encoding.do"))
    return str(best), best.encoding, False


def rows_of(
    text: str, limits: Limits, likeness: Callable[[Sequence[Any]], int], *, keep_torn: bool = False
) -> list[list[Any]]:
    """Return the rows of a table; the place of a row in the list is its line as a person counts, from 0.

    Parameters
    ----------
    text
        The whole file.
    limits
        Rows and columns at most.
    likeness
        How much a row looks like the headings of a table of plots; decides which separator is meant.
    keep_torn
        Rows with a quotation mark inside a quoted cell come as :class:`Torn` and cost only themselves, if no cell of
        the table runs over several lines; otherwise they are refused with the table.

    Raises
    ------
    WholeFileError
        For quotes that are never closed, NUL characters, or more rows or columns than the limits.
    """
    if "\0" in text:
        raise WholeFileError("unreadable-file", say("tables:nul"), say("tables:nul.do"))
    csv.field_size_limit(max(limits.text_length * 100, 1_000_000))
    told = re.match(r"sep=([,;\t|])[ \t]*(?:\r\n|\n|\r)", text)
    separator = told[1] if told else max(SEPARATORS, key=lambda mark: _score(text, mark, likeness))
    body, skipped = (text[told.end() :], 1) if told else (text, 0)
    rows: list[list[Any]] = [[]] * skipped
    if (together := _plain_rows(body, separator, limits)) is not None:
        return rows + together
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    start = skipped
    try:
        for row in reader:
            while len(rows) < start:  # a cell may run over several lines: the row stands where it begins
                rows.append([])
            rows.append(row)
            start = reader.line_num + skipped
            if len(row) > limits.sheet_columns or len(rows) > limits.sheet_rows:
                raise WholeFileError(
                    "unreadable-file",
                    say("tables:too-large", rows=limits.sheet_rows, columns=limits.sheet_columns),
                    say("tables:too-large.do"),
                )
    except csv.Error as error:
        if keep_torn and (alone := _line_by_line(body, separator, limits)) is not None:
            return [[]] * skipped + alone
        why = say("tables:breaks.quotation") if "unexpected end" in str(error) else shown(error)
        raise WholeFileError(
            "unreadable-file",
            say("tables:breaks", line=start + 1, why=why),
            say("tables:breaks.do"),
        ) from error
    return rows


def _plain_rows(body: str, separator: str, limits: Limits) -> list[list[Any]] | None:
    """Return the rows of a table without faults in which no cell runs over several lines, None for another."""
    lines = body.count("\n") + (not body.endswith("\n"))
    if lines >= limits.sheet_rows:
        return None
    reader = csv.reader(_lines(body), delimiter=separator, strict=True)
    try:
        rows = list(reader)
    except csv.Error:  # said by whoever looks at it row by row
        return None
    return rows if len(rows) == lines and max(map(len, rows), default=0) <= limits.sheet_columns else None


def _line_by_line(body: str, separator: str, limits: Limits) -> list[list[Any]] | None:
    """Return the rows of a table that is torn in some of its lines, None where a cell may run over several lines."""
    rows: list[list[Any]] = []
    for line in body.removesuffix("\n").split("\n"):
        try:
            found = next(csv.reader([line], delimiter=separator, strict=True), [])
        except csv.Error as error:
            if "unexpected end" in str(error) or "\r" in line:  # a cell that goes on, or a line end of another kind
                return None
            found = Torn(next(csv.reader([line], delimiter=separator), []))
        rows.append(found)
        if len(found) > limits.sheet_columns or len(rows) > limits.sheet_rows:
            return None
    return rows


def _lines(body: str) -> Iterator[str]:
    """Lines of a text, some thousand at a time: new memory for all of them would be slow."""
    at, last = 0, len(body) - body.endswith("\n")
    while at <= last:
        end = body.find("\n", at + _SAMPLE_CHARACTERS, last)
        end = last if end < 0 else end
        yield from body[at:end].split("\n")
        at = end + 1


def _score(text: str, separator: str, likeness: Callable[[Sequence[Any]], int]) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=separator)
    try:
        sample = list(islice(reader, _SAMPLE_ROWS))
    except csv.Error:
        return 0, 0
    return max(map(likeness, sample), default=0), max(map(len, sample), default=0)

"""JSON as a stream of values, coordinate arrays taken out of the text and decoded in bulk."""

from __future__ import annotations

import codecs
import json
import os
import re
from typing import Any

from eudr_geo.base.limits import variable_of
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.sources.formats.coordinate_text import Regions
from eudr_geo.words.saying import say

EXPORT_AGAIN = "reading:do.export-again"
"""What to do about most broken files."""
_WINDOW = 8_000_000  # bytes read at a time: flat memory, and as fast as the whole file (performance notes)
_BLANKS = rb" \t\r\n"  # JSON's own, and no others
_ARRAY = re.compile(rb'"coordinates"[%b]*:[%b]*(\[[\d%b\[\],.eE+-]*\])' % (_BLANKS, _BLANKS, _BLANKS))
_MAY_GO_ON = re.compile(rb"[\d%b\[,.eE+-]*" % _BLANKS)
_SPACE = re.compile(r"[ \t\r\n\x1e]*")  # \x1e: GeoJSON text sequences


class BrokenError(Exception):
    """The JSON itself is broken here."""


class Twice(dict[str, Any]):
    """An object with a key that stands in it twice."""

    key: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Twice(found)
    seen: set[str] = set()
    twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return twice


class _NotANumber(str):
    """NaN or Infinity, which JSON does not have."""

    __slots__ = ()


class Region(int):
    """Number of a coordinate array; unlike true and false, it cannot come from a file."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NumberText, parse_int=NumberText, parse_constant=_NotANumber
)


class JsonStream:
    """A file as a stream of JSON values.

    Numbers come as they were written; a coordinate array comes as a mark that :meth:`array` and ``regions`` explain.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.regions = Regions()
        self.mark = "@" + os.urandom(9).hex() + ":"  # stands for an array in the text; cannot be forged, is never kept
        self.text, self.at = "", 0
        self._recent: list[tuple[int, list[bytes]]] = []  # arrays of the last blocks, for a closer look
        self._stream = source.path.open("rb")
        start = self._stream.read(4)
        self.encoding = _encoding(start)
        self._decode = codecs.getincrementaldecoder("utf-8" if self.encoding != "utf-8-sig" else "utf-8-sig")("strict")
        self._stream.seek(0)
        self._rest = b""
        if self.encoding.startswith("utf-16") or self.encoding.startswith("utf-32"):
            data = self._stream.read()
            self._stream.close()
            self._rest = self._recoded(data)
            self._done = True
            self._take(self._rest, last=True)
        else:
            self._done = False

    def _take(self, block: bytes, *, last: bool) -> None:
        """Replace the complete arrays of a block by marks; keep what may go on in the next block."""
        cut = len(block) if last else _complete(block)
        pieces: list[bytes] = []
        arrays: list[bytes] = []
        at = 0
        number = self.regions.total
        mark = self.mark.encode()
        for match in _ARRAY.finditer(block, 0, cut):
            if match[1].count(b"[") != match[1].count(b"]"):
                continue  # the beginning of an array that holds something else than numbers: left in the text
            pieces.append(block[at : match.start(1)])
            pieces.append(b'"%b%d"' % (mark, number + len(arrays)))
            arrays.append(match[1])
            at = match.end(1)
        pieces.append(block[at:cut])
        self._rest = block[cut:]
        self._recent = [*self._recent[-3:], (self.regions.total, arrays)]
        self.regions.add(arrays)
        if self.regions.positions > self.source.limits.file_vertices:
            raise WholeFileError(
                "unreadable-file",
                say("reading:positions", most=self.source.limits.file_vertices),
                say("reading:do.split", variable=variable_of("file_vertices")),
            )
        try:
            more = self._decode.decode(b"".join(pieces), final=last)
        except UnicodeDecodeError as error:
            raise WholeFileError("unreadable-file", self._not_utf8(), say("reading:do.as-utf8")) from error
        self.text = self.text[self.at :] + more
        self.at = 0

    def _recoded(self, data: bytes) -> bytes:
        """Text of an encoding that its first bytes told, as UTF-8."""
        try:
            return data.decode(self.encoding).lstrip("\ufeff").encode()
        except UnicodeError as error:
            name = self.encoding.upper()
            raise WholeFileError(
                "unreadable-file", say("reading:text.begins-like", encoding=name), say("reading:do.as-utf8")
            ) from error

    def _not_utf8(self) -> str:
        """Say at which byte the text stops being UTF-8."""
        data = self.source.path.read_bytes()
        try:
            data.decode()
        except UnicodeDecodeError as error:
            before = data[: error.start]
            lines = before.count(b"\n")
            return say("reading:text.not-utf8.at", line=lines + 1, byte=len(before) - before.rfind(bytes([10])))
        return say("reading:text.not-utf8")

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def restored(self, value: Any, depth: int = 0) -> Any:
        """Return a value with the arrays that were taken out of it put back, as text of JSON."""
        if isinstance(value, str):
            return self.array(int(value[len(self.mark) :])).decode() if value.startswith(self.mark) else value
        if depth > self.source.limits.json_depth or isinstance(value, Twice):  # refused further on
            return value
        if isinstance(value, dict):
            return {key: self.restored(inner, depth + 1) for key, inner in value.items()}
        return [self.restored(inner, depth + 1) for inner in value] if isinstance(value, list) else value

    def array(self, region: int) -> bytes:
        """Return the text of a coordinate array of the last few blocks."""
        for first, arrays in reversed(self._recent):
            if region >= first:
                return arrays[region - first]
        raise RecordError("unreadable-record", say("shapes:feature-too-long"), say("shapes:feature-too-long.do"))

    def more(self) -> bool:
        """Read on; tell whether there was anything."""
        if self._done:
            return False
        fresh = self._stream.read(max(_WINDOW, len(self._rest)))
        if not fresh:
            self._done = True
            self._stream.close()
            self._take(self._rest, last=True)
            return True
        self._take(self._rest + fresh, last=False)
        return True

    def peek(self) -> str:
        """Return the next character that is no blank, "" at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def skip(self, expected: str) -> None:
        """Step over one character."""
        if self.peek() != expected:
            raise BrokenError
        self.at += 1

    def value(self) -> Any:
        """Return the next JSON value."""
        if not self.peek():
            raise BrokenError
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise WholeFileError(
                        "unreadable-file",
                        say("reading:json.deep", most=self.source.limits.json_depth),
                        say(EXPORT_AGAIN),
                    ) from error
                if not self.more():
                    raise BrokenError from error
            else:
                # A number at the end of the window may go on behind it.
                if end < len(self.text) or not self.more():
                    self.at = end
                    return value


def _complete(block: bytes) -> int:
    """Return how much of a block can be dealt with: an array that the block cuts in two is left for the next one."""
    opened = block.rfind(b'"coordinates"')
    if opened < 0:
        return max(len(block) - 16, 0)  # the word itself may be cut
    match = _ARRAY.match(block, opened)
    if match is None or _MAY_GO_ON.fullmatch(block, match.end()):
        return opened
    return max(match.end(), len(block) - 16)


def _encoding(start: bytes) -> str:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if start.startswith(mark):
            return name
    # JSON begins with ASCII: where the zeros stand tells the encoding of a file without a mark.
    zeros = [byte == 0 for byte in start]
    if zeros == [True, False, True, False]:
        return "utf-16-be"
    return "utf-16-le" if zeros == [False, True, False, True] else "utf-8"

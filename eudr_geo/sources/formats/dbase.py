"""The table of a Shapefile (dBASE), read byte by byte: GDAL drops letters of some code pages without a word."""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from eudr_geo.model.source import NumberText, WholeFileError
from eudr_geo.words.saying import say

_HEAD, _FIELD = 32, 32
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_WINDOWS = re.compile(r"(?:ansi|oem|windows|win|cp|ms)?[ _-]?(\d{3,5})", re.IGNORECASE)
_SAMPLE = 200_000  # bytes; enough to tell an encoding by its letters


@dataclass(frozen=True)
class DbaseTable:
    """Rows of a table, deleted ones included."""

    columns: dict[str, list[Any]]  # name -> text, numbers as written, True, False, None
    count: int  # rows that the table says it has
    deleted: list[bool]
    encoding: str
    certain: bool  # told by the file, or plain from the bytes
    cut: int  # texts that the width of their column cut in the middle of a letter


@dataclass(frozen=True)
class _Field:
    name: bytes
    kind: str
    start: int
    width: int


def codec_of(declared: str) -> str:
    """Return Python's name of an encoding as ``.cpg`` files write it, "" for one nobody knows.

    Examples
    --------
    >>> codec_of("UTF-8"), codec_of("65001"), codec_of("ANSI 1258"), codec_of("88591"), codec_of("klingon")
    ('utf-8', 'utf-8', 'cp1258', 'iso8859-1', '')
    """
    name = declared.strip().strip("\ufeff\0").casefold()
    if name in {"65001", "utf8", "utf-8"}:
        return "utf-8"
    if match := re.fullmatch(r"(?:iso)?[ _-]?8859[ _-]?(\d{1,2})", name):
        name = f"iso8859-{match[1]}"
    elif match := _WINDOWS.fullmatch(name):
        name = f"cp{match[1]}"
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def read_table(data: bytes, declared: str) -> DbaseTable:
    """Return the rows of a dBASE table.

    Parameters
    ----------
    data
        Content of the ``.dbf``.
    declared
        Content of the ``.cpg``, "" for none.

    Raises
    ------
    WholeFileError
        When it is no dBASE table.
    """
    if len(data) < _HEAD:
        raise _damaged("shapes:dbf.short")
    count, head, width = struct.unpack("<IHH", data[4:12])
    fields = _fields(data, head, width)
    held = min(count, (len(data) - head) // width)
    table = np.frombuffer(data, dtype=np.uint8, count=held * width, offset=head).reshape(held, width)
    columns = [_bytes(table, field) for field in fields]
    text = [(field.width, values) for field, values in zip(fields, columns, strict=True) if field.kind == "C"]
    encoding, certain = _encoding([field.name for field in fields], text, declared)
    cut = 0
    decoded: dict[str, list[Any]] = {}
    for field, values in zip(fields, columns, strict=True):
        name = _text(field.name, encoding, 0)[0]
        while name in decoded:  # two columns of one name stay apart
            name += "'"
        if field.kind == "C":
            decoded[name], was_cut = _texts(values, encoding, field.width)
            cut += was_cut
        else:
            known = {value: _value(field.kind, value) for value in set(values)}
            decoded[name] = [known[value] for value in values]
    return DbaseTable(decoded, count, (table[:, 0] == ord("*")).tolist(), encoding, certain, cut)


def _fields(data: bytes, head: int, width: int) -> list[_Field]:
    fields: list[_Field] = []
    start = 1  # behind the mark of deletion
    for at in range(_HEAD, min(head, len(data)) - _FIELD + 1, _FIELD):
        one = data[at : at + _FIELD]
        if one[0] == 0x0D:
            break
        kind = chr(one[11])
        size = one[16] + (one[17] << 8 if kind == "C" else 0)
        fields.append(_Field(one[:11].split(b"\0")[0].strip(), kind, start, size))
        start += size
    if not fields or start > width or head > len(data):
        raise _damaged("shapes:dbf.columns")
    return fields


def _bytes(table: Any, field: _Field) -> list[bytes]:
    if not field.width or not len(table):
        return [b""] * len(table)
    block = np.ascontiguousarray(table[:, field.start : field.start + field.width])
    values: list[bytes] = block.view(f"S{field.width}").ravel().tolist()
    return values if field.kind in "IBO@+" else [value.strip(b" \0") for value in values]


def _encoding(names: list[bytes], columns: list[tuple[int, list[bytes]]], declared: str) -> tuple[str, bool]:
    """Encoding of the text and whether it is certain: as told if that fits, UTF-8 if it is, else the likeliest."""
    texts = [(width, value) for width, values in columns for value in values if not value.isascii()]
    plain = b"\n".join([*names, *(value for _, value in texts)])
    told = codec_of(declared) if declared else ""
    if plain.isascii():
        return told or "utf-8", True
    for codec in (told, "utf-8"):
        try:
            if codec == "utf-8":  # a letter cut off at the end of a full column does not count against it
                b"\n".join(
                    [*names, *(_whole(value) if len(value) == width else value for width, value in texts)]
                ).decode()
                return codec, True
            if codec:
                plain.decode(codec)
                return codec, True
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(plain[:_SAMPLE], cp_isolation=["cp1252", "cp1258", "latin_1"]).best()
    return ("cp1258" if best is not None and best.encoding == "cp1258" else "cp1252"), False


def _whole(value: bytes) -> bytes:
    """Return UTF-8 without the letter that its end cuts in two."""
    for end in range(len(value), max(len(value) - 4, 0), -1):
        lead = value[end - 1]
        if lead < 0x80:
            break
        if lead >= 0xC0:
            needed = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return value[: end - 1] if len(value) - end + 1 < needed else value
    return value


def _texts(values: list[bytes], encoding: str, width: int) -> tuple[list[str | None], int]:
    """Decode a column, None for nothing; how many cells had their last letter cut off."""
    whole = b"\n".join(values)
    if len("a\n".encode(encoding)) == 2 and whole.count(b"\n") == len(values) - 1:
        try:
            return [text or None for text in whole.decode(encoding).split("\n")], 0
        except UnicodeDecodeError:
            pass  # the cell is found one by one
    both = [_text(value, encoding, width) for value in values]
    return [text or None for text, _ in both], sum(was_cut for _, was_cut in both)


def _text(value: bytes, encoding: str, width: int) -> tuple[str, bool]:
    """Decode a cell; tell whether its last letter had been cut off. What cannot be decoded shows as lone surrogates."""
    try:
        return value.decode(encoding), False
    except UnicodeDecodeError:
        if encoding == "utf-8" and len(value) == width and len(whole := _whole(value)) < width:
            return whole.decode("utf-8", "surrogateescape").rstrip(), True
        return value.decode("utf-8" if encoding == "utf-8" else "ascii", "surrogateescape"), False


def _value(kind: str, value: bytes) -> Any:
    if kind in "NF":
        text = value.decode("ascii", "replace").strip()
        if not text or set(text) <= {"*"}:
            return None
        return NumberText(text) if _NUMBER.fullmatch(text) else text
    if kind == "D":
        text = value.decode("ascii", "replace").strip()
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else text.strip("0") or None
    if kind == "L":
        return {b"T": True, b"Y": True, b"F": False, b"N": False}.get(value.upper())
    if kind in "I+":
        return NumberText(struct.unpack("<i", value.ljust(4, b"\0")[:4])[0])
    if kind in "BO":
        return NumberText(repr(struct.unpack("<d", value.ljust(8, b"\0")[:8])[0]))
    return None  # memos and pictures lie in another file


def _damaged(why: str) -> WholeFileError:
    return WholeFileError("unreadable-file", say("shapes:dbf.damaged", why=say(why)), say("shapes:do.layer-again"))

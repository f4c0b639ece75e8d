"""Strangers' XML, element by element: expat at its own speed, and no document type definition, ever.

Entities are how an XML file reads other files, asks other machines and grows without end; all of them need a document
type definition, which can only stand before the first element. So that place is looked at first, by the same parser.
See ``docs/decisions/0007-xml-without-a-door.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from eudr_geo.base.limits import Limits, variable_of
from eudr_geo.model.source import WholeFileError
from eudr_geo.words.saying import say

_PIECE = 1 << 17  # bytes


class _DoctypeError(Exception):
    """The file has a document type definition."""


class _RootError(Exception):
    """The first element has come: nothing dangerous can follow."""


def elements(data: bytes, limits: Limits) -> Iterator[tuple[str, Element]]:
    """Return start and end of every element, as :func:`xml.etree.ElementTree.iterparse` does.

    Raises
    ------
    WholeFileError
        For a document type definition (before anything is read from the file), for XML that breaks, with the place,
        for text that cannot be decoded, and for elements nested too deep.

    Examples
    --------
    >>> [(event, element.tag) for event, element in elements(b"<a><b/></a>", Limits())]
    [('start', 'a'), ('start', 'b'), ('end', 'b'), ('end', 'a')]
    >>> next(elements(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', Limits()))
    Traceback (most recent call last):
        ...
    eudr_geo.model.source.WholeFileError: the XML has a document type definition, which no map file needs
    """
    for batch in batches(data, limits):
        yield from batch


def batches(data: bytes, limits: Limits) -> Iterator[list[tuple[str, Element]]]:
    """Return what :func:`elements` returns, thousands of events at a time: half the time for large files."""
    depth = 0
    try:
        _refuse_doctype(data)
        data = _bound(data)
        parser: XMLPullParser[Element] = XMLPullParser(events=("start", "end"))
        for at in range(0, len(data), _PIECE):
            parser.feed(data[at : at + _PIECE])
            batch: list[Any] = list(parser.read_events())
            depth = _depth(batch, depth, limits.xml_depth)
            yield batch
        parser.close()
        yield list(parser.read_events())  # type: ignore[arg-type]
    except _DoctypeError:
        raise WholeFileError("unreadable-file", say("reading:xml.doctype"), say("reading:do.not-open")) from None
    except _TooDeepError:
        raise WholeFileError(
            "unreadable-file",
            say("reading:xml.deep", most=limits.xml_depth),
            say("reading:xml.deep.do", variable=variable_of("xml_depth")),
        ) from None
    except ParseError as error:
        raise _broken(data, error) from error
    except (ValueError, LookupError) as error:
        raise WholeFileError(
            "unreadable-file", say("reading:text.undecodable", what=str(error)), say("reading:do.as-utf8")
        ) from error


_OPENING = re.compile(rb"<(?:[\w.-]{1,40}:)?kml\b")
_BEGINNING = 1 << 20  # bytes: whoever forgets what a prefix is uses it soon, and a search of large files takes its time
_PREFIXES = (b"gx", b"atom", b"xal", b"xsi")


def _bound(data: bytes) -> bytes:
    """Return a KML with its prefixes declared: files put together by hand use ``gx:`` and forget to say what it is."""
    head = data[:_BEGINNING]
    missing = [
        prefix
        for prefix in _PREFIXES
        if (b"<%b:" % prefix in head or b" %b:" % prefix in head) and b"xmlns:" + prefix not in data
    ]
    opening = _OPENING.search(head) if missing else None
    if opening is None:
        return data
    names = b"".join(b' xmlns:%b="undeclared:%b"' % (prefix, prefix) for prefix in missing)
    return data[: opening.end()] + names + data[opening.end() :]


def _depth(batch: list[Any], depth: int, most: int) -> int:
    """How many elements are open after these events."""
    for event, _ in batch:
        if event == "start":
            depth += 1
            if depth > most:
                raise _TooDeepError
        else:
            depth -= 1
    return depth


class _TooDeepError(Exception):
    """Elements inside elements inside elements."""


def _refuse_doctype(data: bytes) -> None:
    def found(*_: object) -> None:
        raise _DoctypeError

    def root(*_: object) -> None:
        raise _RootError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = found
    parser.EntityDeclHandler = found
    parser.StartElementHandler = root
    try:
        parser.Parse(data, True)
    except (_RootError, expat.ExpatError, ValueError, LookupError):
        return  # what breaks is said by who reads it


def encoding_of(data: bytes) -> str:
    """Return the encoding that the first line names; XML is UTF-8 or UTF-16 where it names none.

    Examples
    --------
    >>> encoding_of(b'<?xml version="1.0" encoding="Windows-1258"?><kml/>'), encoding_of(b"<kml/>")
    ('windows-1258', 'utf-8')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    match = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", data)
    return match[1].decode("ascii").lower() if match else "utf-8"


_BARE_AND = re.compile(rb"&(?!#?\w{1,10};)[^&;]{0,39}$")


def tag_of(element: Element) -> str:
    """Return an element's name without its namespace, "" for a comment."""
    return _local_name(element.tag)


@lru_cache(maxsize=1024)
def _local_name(tag: Any) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _broken(data: bytes, error: ParseError) -> WholeFileError:
    """Say where the XML breaks; a wrong encoding looks like damage and is named instead."""
    line, column = error.position
    encoding = encoding_of(data)
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return WholeFileError(
            "unreadable-file",
            say("reading:xml.encoding", encoding=encoding.upper(), line=line, character=column + 1),
            say("reading:xml.encoding.do"),
        )
    fix = say("reading:xml.breaks.do")
    text = data.split(b"\n")[line - 1] if line else b""
    if _BARE_AND.search(text[max(column - 40, 0) : column + 1]):
        fix = say("reading:xml.and.do")
    return WholeFileError("unreadable-file", say("reading:xml.breaks", line=line, character=column + 1), fix)

"""Strangers' XML, element by element: expat at its own speed, and no document type definition, ever.

Entities are how an XML file reads other files, asks other machines and grows without end; all of them need a document
type definition, which can only stand before the first element. So that place is looked at first, by the same parser.
See ``docs/decisions/0007-xml-without-a-door.md``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat


class DoctypeError(Exception):
    """The file has a document type definition."""


class _RootError(Exception):
    """The first element has come: nothing dangerous can follow."""


def elements(data: bytes) -> Iterator[tuple[str, Element]]:
    """Return start and end of every element, as :func:`xml.etree.ElementTree.iterparse` does.

    Raises
    ------
    DoctypeError
        Before anything is read from the file, when it has a document type definition.
    xml.etree.ElementTree.ParseError
        Where the XML breaks.

    Examples
    --------
    >>> [(event, element.tag) for event, element in elements(b"<a><b/></a>")]
    [('start', 'a'), ('start', 'b'), ('end', 'b'), ('end', 'a')]
    >>> next(elements(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'))
    Traceback (most recent call last):
        ...
    eudr_geo.xml_stream.DoctypeError: the XML has a document type definition
    """
    _refuse_doctype(data)
    yield from iterparse(io.BytesIO(data), events=("start", "end"))  # noqa: S314 – no definition, no entities


def _refuse_doctype(data: bytes) -> None:
    def found(*_: object) -> None:
        raise DoctypeError("the XML has a document type definition")

    def root(*_: object) -> None:
        raise _RootError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = found
    parser.EntityDeclHandler = found
    parser.StartElementHandler = root
    try:
        parser.Parse(data, True)
    except (_RootError, expat.ExpatError):
        return  # what breaks is said by who reads it

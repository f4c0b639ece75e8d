"""Boundaries written in one cell of a table: WKT, GeoJSON, or a bare list of positions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from eudr_geo.base.cells import shown
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.words.saying import say

_KINDS = {
    "POINT": "Point",
    "POLYGON": "Polygon",
    "MULTIPOLYGON": "MultiPolygon",
    "MULTIPOINT": "MultiPoint",
    "LINESTRING": "LineString",
    "MULTILINESTRING": "MultiLineString",
}
_PLAIN = {"POINT": "Point", "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon"}
_BRACKETS = {"Point": 1, "Polygon": 2, "MultiPolygon": 3}
_WKT = re.compile(r"\s*(?:SRID=\d+;)?\s*([A-Za-z]+?)\s*(?:ZM|Z|M)?\s*(\(.*\)|EMPTY)\s*", re.DOTALL | re.IGNORECASE)
_ODK_POSITION = r"[-+]?\d+\.\d+\s+[-+]?\d+\.\d+(?:\s+[-+]?\d+(?:\.\d+)?){0,2}"
_ODK = re.compile(  # one position of four numbers, or several
    rf"\s*(?:{_ODK_POSITION}\s*(?:;\s*{_ODK_POSITION}\s*)+|[-+]?\d+\.\d+\s+[-+]?\d+\.\d+(?:\s+[-+]?\d+(?:\.\d+)?){{2}}\s*)(?:;\s*)*"
)
_KML_POSITION = r"[-+]?\d{1,3}\.\d+,[-+]?\d{1,2}\.\d+(?:,[-+]?\d+(?:\.\d+)?)?"
_KML = re.compile(rf"\s*{_KML_POSITION}(?:\s+{_KML_POSITION})+\s*")
_LOOKS_LIKE_ONE = re.compile(r"\s*(?:SRID=\d+;|[A-Za-z]+\s*[ZMzm]*\s*\(|\{|\[\s*\[)")


def looks_like_one(text: str) -> bool:
    """Tell whether a cell may hold a boundary.

    Examples
    --------
    >>> looks_like_one("POLYGON((1 2, 3 4))"), looks_like_one('{"type":'), looks_like_one("Polygon")
    (True, True, False)
    """
    return bool(_LOOKS_LIKE_ONE.match(text)) or looks_like_odk(text) or bool(_KML.fullmatch(text))


def looks_like_odk(text: str) -> bool:
    """Tell whether a cell is a point, trace or shape as ODK and KoboToolbox write them.

    Examples
    --------
    >>> looks_like_odk("12.68 108.05 512 4.5"), looks_like_odk("12.68 108.05; 12.69 108.05;")
    (True, True)
    >>> looks_like_odk("12.68 108.05")
    False
    """
    return bool(_ODK.fullmatch(text))


def parse(text: str) -> tuple[str, Any]:
    """Return kind and nested positions, every number as it is written.

    Raises
    ------
    RecordError
        For text that is none of the four forms.

    Examples
    --------
    >>> parse("POINT (108.050 12.68)")
    ('Point', ['108.050', '12.68'])
    """
    if text[:1] in {"{", "["}:
        return _json(text)
    if looks_like_odk(text):
        return _odk(text)
    if _KML.fullmatch(text):  # as it stands in KML: longitude first
        return _walk([[NumberText(number) for number in part.split(",")] for part in text.split()])
    match = _WKT.fullmatch(text)
    kind = _KINDS.get(match[1].upper()) if match else None
    if match is None or kind is None:
        raise RecordError("unreadable-record", say("tables:wkt", text=shown(text)), say("tables:wkt.do"), text)
    if match[2].upper() == "EMPTY":
        raise RecordError("missing-geometry", say("tables:wkt.empty"), say("shapes:do.draw-again"))
    nested = _brackets(match[2])
    if kind == "Point":
        nested = nested[0] if nested and isinstance(nested[0], list) else nested
    if kind == "MultiPoint":
        nested = [part[0] if part and isinstance(part[0], list) else part for part in nested]
    return kind, nested


def as_arrays(text: str) -> tuple[str, bytes] | None:
    """Return kind and positions of plain WKT as JSON arrays, None for anything that has to be looked at alone.

    Nothing is judged here: what is no number makes arrays that cannot be decoded.

    Examples
    --------
    >>> as_arrays("POLYGON ((108.05 12.68, 108.06 12.68, 108.05 12.69, 108.05 12.68))")
    ('Polygon', b'[[[108.05,12.68],[108.06,12.68],[108.05,12.69],[108.05,12.68]]]')
    >>> as_arrays("POINT Z (1 2 3)"), as_arrays("POLYGON EMPTY")
    (None, None)
    """
    head, bracket, body = text.partition("(")
    kind = _PLAIN.get(head.strip().upper())
    body = bracket + body.replace(", ", ",").strip()
    depth = _BRACKETS.get(kind or "", 0)
    if not kind or not body.isascii() or not (body.startswith("(" * depth) and body.endswith(")" * depth)):
        return None
    body = body[depth:-depth]
    if kind == "Point":
        return kind, f"[{body.replace(' ', ',')}]".encode()
    polygons = ["]],[[".join(_ring(ring) for ring in part.split("),(")) for part in body.split(")),((")]
    arrays = "]]],[[[".join(polygons)
    return kind, f"{'[' * (depth + 1)}{arrays}{']' * (depth + 1)}".encode()


_ONE_RING = ("POLYGON ((", "POLYGON((")


def is_one_ring(text: str) -> bool:
    """Tell whether a text is a polygon of one ring as programs write it.

    Examples
    --------
    >>> is_one_ring("POLYGON ((108.05 12.68, 108.06 12.68, 108.05 12.69, 108.05 12.68))"), is_one_ring("POINT (1 2)")
    (True, False)
    """
    return text.startswith(_ONE_RING) and text.endswith("))") and text.count("(") == text.count(")") == 2


def rings_of(texts: Sequence[str]) -> bytes:
    r"""Return the positions of polygons of one ring as ``lon lat,lon lat``, a line each.

    Examples
    --------
    >>> rings_of(["POLYGON ((108.05 12.68, 108.06 12.68, 108.05 12.69, 108.05 12.68))", "POLYGON((1 2,3 4,5 6,1 2))"])
    b'108.05 12.68,108.06 12.68,108.05 12.69,108.05 12.68\n1 2,3 4,5 6,1 2'
    """
    together = "\n".join(texts).encode("ascii", "replace")  # what is not ASCII is no number either way
    for mark in (*_ONE_RING, "))"):
        together = together.replace(mark.encode(), b"")
    # The blank behind each comma goes by a mask: a third of the time that replacing takes.
    text = np.frombuffer(b" " + together, dtype=np.uint8)
    is_kept = (text[1:] != ord(" ")) | (text[:-1] != ord(","))
    return bytes(text[1:][is_kept])


def _ring(text: str) -> str:
    return text.replace(",", "],[").replace(" ", ",")


def _json(text: str) -> tuple[str, Any]:
    try:
        found: Any = json.loads(text, parse_float=NumberText, parse_int=NumberText)
    except (ValueError, RecursionError) as error:
        raise RecordError("unreadable-record", say("tables:cell.broken"), say("tables:cell.broken.do"), text) from error
    if isinstance(found, list):  # longitude first; one position is a point, more are a ring
        return ("Point", found[0]) if len(found) == 1 else ("Polygon", [found])
    if found.get("type") == "Feature" and isinstance(found.get("geometry"), dict):
        found = found["geometry"]
    if found.get("type") != "GeometryCollection":
        return str(found.get("type")), found.get("coordinates")
    members = found.get("geometries")
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise RecordError("unreadable-record", say("tables:cell.collection"), say("shapes:do.again"), text)
    if any(one.get("type") == "GeometryCollection" for one in members):
        raise RecordError("unreadable-record", say("tables:cell.nested"), say("tables:cell.nested.do"), text)
    return "GeometryCollection", [(str(one.get("type")), one.get("coordinates")) for one in members]


def _odk(text: str) -> tuple[str, Any]:
    """Positions of ODK: latitude first, then longitude, height and accuracy; a shape ends where it began."""
    positions = []
    for part in filter(str.strip, text.split(";")):
        lat, lon, *more = (NumberText(number) for number in part.split())
        positions.append([lon, lat, *more[:1]])
    while len(positions) > 1 and not any(map(float, positions[-1][:2])) and any(map(float, positions[0][:2])):
        positions.pop()  # places that the app kept free for positions that never came
    return _walk(positions)


def _walk(positions: list[list[NumberText]]) -> tuple[str, Any]:
    if len(positions) == 1:
        return "Point", positions[0]
    is_closed = [float(number) for number in positions[0][:2]] == [float(number) for number in positions[-1][:2]]
    return ("Polygon", [positions]) if is_closed and len(positions) > 2 else ("LineString", positions)


def accuracy_m(text: str) -> float | None:
    """Return the worst accuracy that ODK noted for a position, m; None where it noted none.

    Examples
    --------
    >>> accuracy_m("12.68 108.05 512 4.5;12.69 108.05 512 7.25;"), accuracy_m("POINT (1 2)")
    (7.25, None)
    """
    if not looks_like_odk(text):
        return None
    noted = [float(numbers[3]) for part in text.split(";") if len(numbers := part.split()) > 3 and _is_place(numbers)]
    return max(noted, default=None)


def has_empty_positions(text: str) -> bool:
    """Tell whether ODK wrote positions that hold nothing behind those of the walk.

    Examples
    --------
    >>> has_empty_positions("12.68 108.05 512 4.5; ; ;"), has_empty_positions("12.68 108.05 512 4.5;")
    (True, False)
    """
    parts = [part.split() for part in text.rstrip().removesuffix(";").split(";")]
    return looks_like_odk(text) and len(parts) > 1 and not _is_place(parts[-1])


def _is_place(numbers: Sequence[str]) -> bool:
    return len(numbers) > 1 and any(map(float, numbers[:2]))


def _brackets(text: str) -> list[Any]:
    """Brackets of WKT as nested lists; a bare ``lon lat`` is a position."""
    stack: list[list[Any]] = [[]]
    for piece in re.findall(r"[()]|[^(),]+|,", text):
        if piece == "(":
            stack.append([])
        elif piece == ")":
            if len(stack) < 2:
                break
            done = stack.pop()
            stack[-1].append(done)
        elif piece.strip() and piece != ",":
            numbers = [NumberText(number) for number in piece.split()]
            if len(numbers) == 1:
                raise RecordError(
                    "unreadable-record",
                    say("tables:wkt.alone", text=shown(numbers[0])),
                    say("tables:wkt.alone.do"),
                    numbers[0],
                )
            stack[-1].append(numbers)
    if len(stack) != 1 or not stack[0]:
        raise RecordError("unreadable-record", say("tables:wkt.brackets"), say("tables:wkt.brackets.do"), text)
    result: list[Any] = stack[0][0]
    return result

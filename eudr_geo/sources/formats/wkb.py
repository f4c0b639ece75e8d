"""Well-known binary, where the library cannot say more than "no": rings that are open, and what is damaged."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_NAMES = {
    1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
    7: "GeometryCollection", 8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve",
    12: "MultiSurface", 13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle",
}  # fmt: skip
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000  # flags of the extended form
_DEEPEST = 8  # collections in collections


def parse(data: bytes) -> tuple[str, Any]:
    r"""Return kind and nested arrays of positions, as :func:`~.double_shapes.geometry_of` takes them.

    Raises
    ------
    ValueError
        For data that is no well-known binary, breaks off, or goes on behind its end.

    Examples
    --------
    >>> import struct
    >>> parse(b"\1" + struct.pack("<I2d", 1, 108.05, 12.68))
    ('Point', array([[108.05,  12.68]]))
    """
    try:
        kind, nested, end = _geometry(data, 0, 0)
    except (struct.error, IndexError) as error:
        raise ValueError("the geometry breaks off") from error
    if end != len(data):
        raise ValueError("the geometry goes on behind its end")
    return kind, nested


def kind_of(data: bytes) -> str:
    r"""Return the kind that the first bytes tell, "" for none.

    Examples
    --------
    >>> kind_of(b"\1\x0a\0\0\0"), kind_of(b"zz")
    ('CurvePolygon', '')
    """
    if len(data) < 5 or data[0] > 1:
        return ""
    number = struct.unpack_from("<I" if data[0] else ">I", data, 1)[0]
    return _NAMES.get((number & 0xFFFF) % 1000, "")


def _geometry(data: bytes, at: int, depth: int) -> tuple[str, Any, int]:
    order = "<" if data[at] == 1 else ">"
    if data[at] > 1 or depth > _DEEPEST:
        raise ValueError("the data is no geometry")
    number = struct.unpack_from(order + "I", data, at + 1)[0]
    at += 9 if number & _SRID else 5
    base, form = (number & 0xFFFF) % 1000, (number & 0xFFFF) // 1000
    kind = _NAMES.get(base, "")
    width = 2 + (form in {1, 3} or bool(number & _Z)) + (form in {2, 3} or bool(number & _M))
    if kind == "Point":
        return kind, *_positions(data, at, 1, width, order)
    if kind == "LineString":
        count = struct.unpack_from(order + "I", data, at)[0]
        return kind, *_positions(data, at + 4, count, width, order)
    if kind == "Polygon":
        rings = []
        (count,) = struct.unpack_from(order + "I", data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from(order + "I", data, at)
            ring, at = _positions(data, at + 4, length, width, order)
            rings.append(ring)
        return kind, rings, at
    if kind in _PARTS or kind == "GeometryCollection":
        parts = []
        (count,) = struct.unpack_from(order + "I", data, at)
        at += 4
        for _ in range(count):
            inner, nested, at = _geometry(data, at, depth + 1)
            if kind in _PARTS and inner != _PARTS[kind]:
                raise ValueError(f"a {inner} stands in a {kind}")
            parts.append((inner, nested) if kind == "GeometryCollection" else nested)
        if kind == "MultiPoint":
            return kind, np.concatenate(parts) if parts else np.empty((0, 2)), at
        return kind, parts, at
    return kind, np.empty((0, 2)), len(data)  # a curve or surface: what it is, is all that is asked


def _positions(data: bytes, at: int, count: int, width: int, order: str) -> tuple[Any, int]:
    end = at + 8 * count * width
    if end > len(data):
        raise ValueError("the geometry breaks off")
    return np.frombuffer(data, order + "f8", count * width, at).reshape(-1, width).astype(np.float64), end

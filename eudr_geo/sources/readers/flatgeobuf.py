"""FlatGeobuf, read by ourselves: every feature is counted from the file's own lengths and named when it is damaged.

The format is the published one (flatgeobuf.org, version 3): a size-prefixed header, an index that is skipped, then
size-prefixed features, each a FlatBuffers table. Nothing is believed: every offset is checked before it is followed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.plots.projecting import known
from eudr_geo.sources.formats.double_shapes import Told, no_geometry
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import PROJECTED, Layer, read_layers, system_of
from eudr_geo.words.saying import say

FORMATS = ("FlatGeobuf",)
_MAGIC = b"fgb\x03fgb"
_KINDS = {
    1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
    7: "GeometryCollection", 8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve",
    12: "MultiSurface", 13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle",
}  # fmt: skip
_VALUES = {  # column types of the format: how a value is stored; text has its length before it
    0: "b", 1: "B", 2: "?", 3: "h", 4: "H", 5: "i", 6: "I", 7: "q", 8: "Q", 9: "f", 10: "d",
}  # fmt: skip
_TEXTS, _BINARY = (11, 12, 13), 14
_NODE_BYTES = 40
_DEEPEST = 8  # collections in collections
_ODD = (struct.error, ValueError, IndexError, UnicodeDecodeError, OverflowError)


class _Table:
    """One FlatBuffers table: fields by their number, absent ones as None."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]
        if not 0 <= self.fields <= len(data) - 4:
            raise ValueError("a table points outside the data")
        self.size = struct.unpack_from("<H", data, self.fields)[0]

    @classmethod
    def root(cls, data: bytes) -> _Table:
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def _where(self, number: int) -> int:
        slot = 4 + 2 * number
        if slot + 2 > self.size:
            return 0
        offset = struct.unpack_from("<H", self.data, self.fields + slot)[0]
        return self.at + offset if offset else 0

    def scalar(self, number: int, kind: str, default: Any = 0) -> Any:
        where = self._where(number)
        return struct.unpack_from("<" + kind, self.data, where)[0] if where else default

    def _vector(self, number: int, width: int) -> tuple[int, int] | None:
        where = self._where(number)
        if not where:
            return None
        start = where + struct.unpack_from("<I", self.data, where)[0]
        length = struct.unpack_from("<I", self.data, start)[0]
        if start + 4 + length * width > len(self.data):
            raise ValueError("a list is longer than the data")
        return start + 4, length

    def array(self, number: int, dtype: str) -> npt.NDArray[Any] | None:
        found = self._vector(number, np.dtype(dtype).itemsize)
        return None if found is None else np.frombuffer(self.data, dtype, found[1], found[0])

    def bytes_(self, number: int) -> bytes:
        found = self._vector(number, 1)
        return b"" if found is None else self.data[found[0] : found[0] + found[1]]

    def text(self, number: int) -> str:
        return self.bytes_(number).decode("utf-8")

    def table(self, number: int) -> _Table | None:
        where = self._where(number)
        return _Table(self.data, where + struct.unpack_from("<I", self.data, where)[0]) if where else None

    def tables(self, number: int) -> list[_Table]:
        found = self._vector(number, 4)
        if found is None:
            return []
        places = [found[0] + 4 * row for row in range(found[1])]
        return [_Table(self.data, at + struct.unpack_from("<I", self.data, at)[0]) for at in places]


@dataclass
class _Header:
    """What the file says about itself."""

    name: str
    kind: int
    columns: list[tuple[str, int]]
    count: int
    has_more: bool  # heights or measures
    looks_projected: bool
    crs: str  # EPSG:nnnn, "" when it does not tell
    features_at: int


def sniff(head: bytes) -> str:
    """Return FlatGeobuf by its first bytes."""
    return "FlatGeobuf" if head.startswith(_MAGIC) else ""


def read(source: Source) -> Reading:
    """Read a FlatGeobuf file.

    Raises
    ------
    WholeFileError
        For a damaged header, a feature count that the limits do not allow, or an unknown coordinate system.
    """
    data = source.path.read_bytes()
    gathering = Gathering(source, "FlatGeobuf")
    try:
        header = _header(data, source)
    except _ODD as error:
        raise WholeFileError("unreadable-file", say("shapes:fgb.damaged"), say("shapes:do.layer-again")) from error
    if source.layer not in {"", header.name}:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:fgb.no-layer", name=shown(source.layer)),
            say("shapes:fgb.no-layer.do", name=shown(header.name))
            if shown(header.name)
            else say("shapes:fgb.no-layer.unnamed.do"),
        )
    layer = Layer(header.name, header.crs, looks_projected=header.looks_projected)
    records: list[tuple[dict[str, Any], Told | RecordError]] = []
    at = header.features_at
    # Feature by feature: each has its own length, its own columns and its own faults.
    while at + 4 <= len(data):
        size = struct.unpack_from("<I", data, at)[0]
        if at + 4 + size > len(data):
            break
        records.append(_feature(header, data[at + 4 : at + 4 + size]))
        at += 4 + size
    if at < len(data) and len(records) >= header.count:
        gathering.note("unreadable-text", say("shapes:fgb.breaks-off"), say("shapes:do.export-or-send"))
    missing = RecordError("unreadable-record", say("shapes:fgb.missing"), say("shapes:do.export-or-send"))
    records += [({}, missing)] * (header.count - len(records))
    layer.add(records)
    return read_layers(gathering, [layer])


def _header(data: bytes, source: Source) -> _Header:
    size = struct.unpack_from("<I", data, 8)[0]
    if 12 + size > len(data):
        raise ValueError("the header is longer than the file")
    table = _Table.root(data[12 : 12 + size])
    count = table.scalar(8, "Q")
    if count > source.limits.records:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:fgb.says", features=count, most=source.limits.records),
            say("reading:do.split", variable=variable_of("records")),
        )
    columns = [(column.text(0), column.scalar(1, "B")) for column in table.tables(7)]
    box = table.array(1, "<f8")
    box = np.empty(0) if box is None else box[:4]
    return _Header(
        table.text(0),
        table.scalar(2, "B"),
        columns,
        count,
        any(table.scalar(number, "?", default=False) for number in (3, 4)),
        bool(np.nanmax(np.abs(box), initial=0.0) > PROJECTED),
        "" if source.crs else _system(table.table(10)),
        12 + size + _index_bytes(count, table.scalar(9, "H", 16)),
    )


def _index_bytes(count: int, node: int) -> int:
    """Size of the index that stands before the features."""
    if not node or not count:
        return 0
    if node < 2:
        raise ValueError("the index has nodes of one")
    level, nodes = -(-count // node), count
    nodes += level
    while level > 1:
        level = -(-level // node)
        nodes += level
    return nodes * _NODE_BYTES


def _system(table: _Table | None) -> str:
    if table is None:
        return ""
    organisation, number, wkt = table.text(0), table.scalar(1, "i"), table.text(4)
    told = f"{organisation or 'EPSG'}:{number}" if number else table.text(5) or wkt
    return system_of(told if known(told) or not wkt else wkt) if told else ""


def _feature(header: _Header, data: bytes) -> tuple[dict[str, Any], Told | RecordError]:
    properties: dict[str, Any] = {}
    try:
        table = _Table.root(data)
        columns = [(one.text(0), one.scalar(1, "B")) for one in table.tables(2)] or header.columns
        properties = _properties(table.bytes_(1), columns)
        geometry = table.table(0)
        return properties, (*_nested(geometry, header.kind), header.has_more) if geometry else no_geometry()
    except _ODD:
        return properties, RecordError("unreadable-record", say("shapes:fgb.record"), say("shapes:do.layer-again"))


def _properties(data: bytes, columns: list[tuple[str, int]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    while at < len(data):
        column = struct.unpack_from("<H", data, at)[0]
        name, kind = columns[column]
        at += 2
        if kind in _VALUES:
            value = struct.unpack_from("<" + _VALUES[kind], data, at)[0]
            at += struct.calcsize(_VALUES[kind])
            found[name] = value if kind == 2 else _number(value, kind)
        elif kind in _TEXTS or kind == _BINARY:
            length = struct.unpack_from("<I", data, at)[0]
            if at + 4 + length > len(data):
                raise ValueError("a text is longer than the data")
            if kind != _BINARY:
                found[name] = data[at + 4 : at + 4 + length].decode("utf-8")
            at += 4 + length
        else:
            raise ValueError("a column of no known kind")
    return found


def _number(value: Any, kind: int) -> NumberText | None:
    if isinstance(value, float):
        if not np.isfinite(value):
            return None
        value = float(np.format_float_positional(np.float32(value))) if kind == 9 else value
    return NumberText(repr(value))


def _nested(table: _Table, declared: int, depth: int = 0) -> tuple[str, Any]:
    """Kind of a geometry, and its positions as arrays nested as GeoJSON nests them."""
    if depth > _DEEPEST:
        raise ValueError("collections in collections in collections")
    kind = _KINDS.get(table.scalar(6, "B") or declared, "")
    parts = table.tables(7)
    if kind == "GeometryCollection":
        return kind, [_nested(part, 0, depth + 1) for part in parts]
    if kind == "MultiPolygon" and parts:
        return kind, [_nested(part, 3, depth + 1)[1] for part in parts]
    flat = table.array(1, "<f8")
    xy = np.empty((0, 2)) if flat is None else flat.reshape(-1, 2)
    if kind in {"Polygon", "MultiLineString", "MultiPolygon"}:
        ends = table.array(0, "<u4")
        pieces = [xy] if ends is None or not len(ends) else np.split(xy, ends[:-1].astype(np.int64))
        if ends is not None and len(ends) and int(ends[-1]) != len(xy):
            raise ValueError("the rings do not cover the positions")
        return kind, [pieces] if kind == "MultiPolygon" else pieces
    return kind, xy

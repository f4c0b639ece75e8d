"""What the child says: a JSON head and raw buffers, never pickled objects; every length and count is checked again."""

from __future__ import annotations

import gc
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, fields, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.limits import Limits
from eudr_geo.base.said import Said
from eudr_geo.law import MIN_RING_POSITIONS
from eudr_geo.model.changes import CellChange
from eudr_geo.model.plots import PLOT_COLUMNS, Note, Plots, Reading, Rejected, SourceFile
from eudr_geo.plots.building import build_polygons
from eudr_geo.words.saying import from_plain, to_plain

_MAGIC = b"EUDRGEO1"
_POLYGON = 3
_GEOMETRIES = [0, 3, 4, 6, 7]  # points, polygons, their multi forms and collections
_FIELD_TYPES: dict[str, set[type]] = {"str": {str}, "int": {int}, "float": {float}}
_NONSENSE = (
    AttributeError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, MemoryError,
    struct.error, shapely.errors.GEOSException,
)  # fmt: skip
_SEPARATOR = "\0"
_CELLS = {str, int, float, bool, type(None)}
_MAY_BE_LONG = {"extra", "misspelt", "group"}  # made of many texts
_LONGER = 10  # times a text: what a message or a path of folders is made of
_BYTES = 4  # of one character, at most
_KINDS = {"int": np.dtype("<i8"), "float": np.dtype("<f8"), "bool": np.dtype("|b1")}


class WireError(Exception):
    """The answer is not what a child of ours would say."""


def pack(reading: Reading, other: Any = None) -> bytes:
    """Return a reading of one file as bytes."""
    return b"".join(pieces(reading, other))


def pieces(reading: Reading, other: Any = None) -> list[bytes | memoryview]:
    """Return a reading of one file as pieces of bytes, to be written one behind the other."""
    offers = [row.offer for row in reading.rejected if row.offer is not None]
    rejected = []
    for row in reading.rejected:
        plain = {name: getattr(row, name) for name in Rejected.__dataclass_fields__ if name != "offer"} | _said(row)
        plain["lon"], plain["lat"] = (None if value != value else value for value in (row.lon, row.lat))  # noqa: PLR0124
        rejected.append({**plain, "has_offer": row.offer is not None})
    notes = reading.files[0].notes
    head: dict[str, Any] = {
        "file": asdict(replace(reading.files[0], changes=(), notes=())),
        "notes": [asdict(note) | _said(note) for note in notes],
        "changes": [list(column) for column in zip(*map(astuple, reading.files[0].changes), strict=True)],
        "rejected": rejected,
        "other": other,
        "tables": [],
    }
    buffers: list[bytes | memoryview] = []
    for table in (reading.plots, Plots.concat(offers)):
        sizes = []
        for name, spec in PLOT_COLUMNS.items():
            blobs = _blobs(table[name], spec.kind)
            sizes.append([len(blob) for blob in blobs])
            buffers += blobs
        head["tables"].append({"rows": len(table), "sizes": sizes})
    text = json.dumps(head, ensure_ascii=True).encode()
    return [_MAGIC, struct.pack("<Q", len(text)), text, *buffers]


def _said(row: Note | Rejected) -> dict[str, Any]:
    """The sentences of a note or a rejected record as their keys and values."""
    return {"why": to_plain(row.why), "fix": to_plain(row.fix)}


class _Hearing:
    """Sentences as keys and values → sentences again; those without a value are said once, for they come often.

    Parameters
    ----------
    most
        Characters that the values of one sentence may have together.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    def both(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Why, and what to do; a sentence that nobody knows, or with a value that is none, is nonsense."""
        return {"why": self._heard(row["why"]), "fix": self._heard(row["fix"])}

    def _heard(self, data: Any) -> str:
        if type(data) is str:
            return data  # its length is looked at with all other texts
        key, values = data
        if values:
            if _length(values) > self._most:
                raise WireError("a sentence is too long")
            return from_plain(data)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = from_plain(data)
        return known


def _length(data: Any) -> int:
    """Characters of the texts in a value of a sentence; those too that its words have no place for."""
    kind = type(data)
    if kind is str:
        data.encode()  # no half characters
        return len(data)
    if kind is list:
        return sum(map(_length, data))
    if kind is dict:
        return sum(map(_length, data)) + sum(map(_length, data.values()))
    if kind not in _CELLS:
        raise WireError("a value is of no kind")
    return 0


def _blobs(values: Any, kind: str) -> list[bytes | memoryview]:
    if kind in _KINDS:
        return [np.ascontiguousarray(values, dtype=_KINDS[kind]).tobytes()]
    if kind == "geometry":
        return _shape_blobs(np.asarray(values, dtype=object))
    return [_SEPARATOR.join(values).encode()]  # no text of a plot holds it: see gathering


def _shape_blobs(shapes: npt.NDArray[Any]) -> list[bytes | memoryview]:
    """Polygons of one ring as bare doubles, half the time of well-known binary; what else there is as that."""
    one_ring = (shapely.get_type_id(shapes) == _POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    one_ring &= ~(shapely.is_empty(shapes) | shapely.has_z(shapes) | shapely.has_m(shapes))
    plain = shapes[one_ring]
    parts = [b"" if blob is None else blob for blob in shapely.to_wkb(shapes[~one_ring])]
    return [
        np.ascontiguousarray(one_ring, dtype="|b1").tobytes(),
        shapely.get_num_coordinates(plain).astype("<i8").tobytes(),
        shapely.get_coordinates(plain)
        .astype("<f8", copy=False)
        .reshape(-1)
        .view(np.uint8)
        .data,  # the bulk of it: not copied
        np.fromiter(map(len, parts), dtype="<i8", count=len(parts)).tobytes(),
        b"".join(parts),
    ]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small objects, none in a circle: the collector would only cost time (half of it)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_without_collector()
def unpack(data: bytes, name: str, limits: Limits) -> tuple[Reading, Any]:
    """Return the reading that a child packed.

    Raises
    ------
    WireError
        For anything that does not fit: lengths, counts, text that is no UTF-8, geometries that are none.
    """
    if len(data) > limits.result_bytes or data[:8] != _MAGIC or len(data) < 16:
        raise WireError("no answer")
    (length,) = struct.unpack("<Q", data[8:16])
    try:
        head = json.loads(data[16 : 16 + length])
        view = memoryview(data)[16 + length :]
        most = limits.text_length
        plots, at = _table(head["tables"][0], view, 0, name, most)
        offers, at = _table(head["tables"][1], view, at, name, most)
        if at != len(view):
            raise WireError("bytes left over")
        given = dict(head["file"])
        hear = _Hearing(_LONGER * most)
        given["notes"] = tuple(_checked(Note(**note | hear.both(note)), most) for note in head["notes"])
        given["changes"] = tuple(_checked(CellChange(*row), most) for row in zip(*head["changes"], strict=True))
        file = _checked(SourceFile(**{**given, "name": name}), most)
        rejected = []
        used = 0
        for row in head["rejected"]:
            has_offer = row.pop("has_offer")
            lon, lat = (float("nan") if row[key] is None else float(row[key]) for key in ("lon", "lat"))
            offer = offers.take([used]) if has_offer else None
            used += bool(has_offer)
            given = {**row, **hear.both(row), "source": name, "lon": lon, "lat": lat, "offer": offer}
            rejected.append(_checked(Rejected(**given), most))
        other = _sheets(head["other"])
    except _NONSENSE as error:
        raise WireError(type(error).__name__) from error
    if file.plots != len(plots) or file.rejected != len(rejected) or not file.adds_up():
        raise WireError("the records do not add up")
    return Reading(plots, tuple(rejected), (file,)), other


def _sheets(other: Any) -> Any:
    """Return the cells of a workbook if they are cells: rows of text, numbers, true, false or nothing, by sheet."""
    if other is None:
        return None
    for name, rows in other.items():
        name.encode()
        for row in rows:
            if type(row) is not list or not _CELLS.issuperset(map(type, row)):
                raise WireError("a cell is of no kind")
            "".join([cell for cell in row if type(cell) is str]).encode()
    return other


def _checked(row: Any, most: int) -> Any:
    """Return a row of text and numbers if each field is what its name says; what is text may be shown to people."""
    for name, wanted in _wanted(row.__class__):
        value = getattr(row, name)
        kind = type(value)
        if kind is Said:
            kind = str
        if wanted and (kind not in wanted or (kind is int and value < 0)):
            raise WireError(f"{name} is of the wrong kind")
        if kind is str:
            value.encode()  # no half characters
            if len(value) > _LONGER * most:
                raise WireError(f"{name} is too long")
    return row


@cache
def _wanted(kind: type[Any]) -> tuple[tuple[str, set[type] | None], ...]:
    """Names of the fields of a row, and the kinds that each may have; None for one that is looked at elsewhere."""
    return tuple((spec.name, _FIELD_TYPES.get(str(spec.type))) for spec in fields(kind))


def _table(head: dict[str, Any], view: memoryview, at: int, source: str, most: int) -> tuple[Plots, int]:
    n = int(head["rows"])
    columns: dict[str, Any] = {}
    for (name, spec), sizes in zip(PLOT_COLUMNS.items(), head["sizes"], strict=True):
        parts = []
        for size in sizes:
            if size < 0 or at + size > len(view):
                raise WireError("a length is wrong")
            parts.append(view[at : at + size])
            at += size
        columns[name] = _column(parts, spec.kind, n, 0 if name in _MAY_BE_LONG else most)
    columns["source"] = [source] * n  # what we know, whatever the child says
    return Plots(columns), at


def _column(parts: list[memoryview], kind: str, n: int, most: int) -> Any:
    if kind in _KINDS:
        values = np.frombuffer(parts[0], dtype=_KINDS[kind])
        if len(values) != n:
            raise WireError("a column has the wrong length")
        if kind == "int" and bool(np.less(values, 0).any()):
            raise WireError("a count is below zero")
        return values
    if kind == "text":
        if most and len(parts[0]) > most:
            ends = np.flatnonzero(np.frombuffer(parts[0], dtype=np.uint8) == 0)
            if np.diff(ends, prepend=-1, append=len(parts[0])).max() > _BYTES * (most + 1):
                raise WireError("a text is too long")
        texts = str(parts[0], "utf-8").split(_SEPARATOR) if n else []
        if len(texts) != n or (not n and len(parts[0])):
            raise WireError("a column has the wrong length")
        return texts
    return _shapes(parts, n)


def _shapes(parts: list[memoryview], n: int) -> npt.NDArray[Any]:
    one_ring = np.frombuffer(parts[0], dtype=np.uint8)
    count, lengths = (np.frombuffer(parts[at], dtype="<i8") for at in (1, 3))
    xy = np.frombuffer(parts[2], dtype="<f8").reshape(-1, 2)
    is_right = (
        (len(one_ring) == n and not (one_ring > 1).any())
        and (len(count) == one_ring.sum() and not ((count < MIN_RING_POSITIONS) | (count > len(xy))).any())
        and (count.sum() == len(xy))
        and (len(lengths) == n - len(count) and not (lengths < 0).any() and lengths.sum() == len(parts[4]))
    )
    if not is_right:
        raise WireError("a column has the wrong length")
    shapes = np.empty(n, dtype=object)
    ends = np.cumsum(lengths)
    blob = bytes(parts[4])
    pieces = [blob[start:end] for start, end in zip((ends - lengths).tolist(), ends.tolist(), strict=True)]
    with np.errstate(invalid="ignore"):  # what is no number is refused below
        others = shapely.from_wkb([piece or None for piece in pieces])
        shapes[one_ring == 0] = others
        if len(count):
            shapes[one_ring == 1] = build_polygons(xy, np.append(0, np.cumsum(count)))
    if not np.isin(shapely.get_type_id(others), _GEOMETRIES).all():
        raise WireError("a geometry is of no plot")
    if not (np.isfinite(xy).all() and np.isfinite(shapely.get_coordinates(others)).all()):
        raise WireError("a coordinate is not a number")
    return shapes

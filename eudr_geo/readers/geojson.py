"""GeoJSON: streaming, strict, record by record. Type I and II of the EU system, bare objects, one object a line."""

from __future__ import annotations

import codecs
import gc
import json
import os
import re
from contextlib import closing
from typing import Any

import numpy as np

from eudr_geo.boundaries import FACTS, Shape, offered_polygon, shape_of
from eudr_geo.coordinate_text import LEVELS, Regions, assemble
from eudr_geo.gathering import Gathering, shown
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError

FORMATS = ("GeoJSON",)
_WINDOW = 8_000_000  # bytes read at a time: flat memory, and as fast as the whole file (performance notes)
_ARRAY = re.compile(rb'"coordinates"\s*:\s*(\[[\d\s\[\],.eE+-]*\])')
_MAY_GO_ON = re.compile(rb"[\d\s\[,.eE+-]*")
_SPACE = re.compile(r"[\s\x1e]*")  # \x1e: GeoJSON text sequences
_GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
_EXPORT_AGAIN = "export the file again from the mapping program"
_WGS84 = re.compile(r"(urn:ogc:def:crs:)?(OGC:(1\.3|2)?:?:?CRS84|EPSG:(6\.9)?:?:?4326)", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return GeoJSON for a JSON object."""
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00\x1e \t\r\n")
    return "GeoJSON" if text[:1] == b"{" else ""


class _BrokenError(Exception):
    """The JSON itself is broken here."""


class _Twice(dict[str, Any]):
    """An object with a key that stands in it twice."""

    key: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    seen: set[str] = set()
    twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return twice


class _NotANumber(str):
    """NaN or Infinity, which JSON does not have."""

    __slots__ = ()


class _Region(int):
    """Number of a coordinate array; unlike true and false, it cannot come from a file."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NumberText, parse_int=NumberText, parse_constant=_NotANumber
)


def read(source: Source) -> Reading:
    """Read a GeoJSON file.

    Raises
    ------
    WholeFileError
        When it is not JSON, names a coordinate system nobody knows, or asks for more than the limits.
    """
    gathering = Gathering(source, "GeoJSON", official=True)
    was_enabled = gc.isenabled()
    gc.disable()  # millions of short-lived objects, none in a circle: the collector only costs time (3–5 times)
    try:
        with closing(_Document(source)) as document:
            rows = _Rows(gathering, document)
            rows.run()
        return gathering.finish(rows.plots())
    finally:
        if was_enabled:
            gc.enable()


class _Document:
    """The file as a stream of JSON values, coordinate arrays taken out of the text and decoded in bulk."""

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
            self._rest = self._stream.read().decode(self.encoding).lstrip("\ufeff").encode()
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
                f"more than {self.source.limits.file_vertices:,} positions",
                "split the file, or raise the limit",
            )
        try:
            more = self._decode.decode(b"".join(pieces), final=last)
        except UnicodeDecodeError as error:
            raise WholeFileError(
                "unreadable-file", f"the text is not UTF-8 (byte {error.start})", "save the file as UTF-8"
            ) from error
        self.text = self.text[self.at :] + more
        self.at = 0

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def array(self, region: int) -> bytes:
        """Return the text of a coordinate array of the last few blocks."""
        for first, arrays in reversed(self._recent):
            if region >= first:
                return arrays[region - first]
        raise RecordError("unreadable-record", "the feature is too long to be read", "split it")

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
            raise _BrokenError
        self.at += 1

    def value(self) -> Any:
        """Return the next JSON value."""
        if not self.peek():
            raise _BrokenError
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise WholeFileError(
                        "unreadable-file",
                        f"values are nested deeper than {self.source.limits.json_depth}",
                        _EXPORT_AGAIN,
                    ) from error
                if not self.more():
                    raise _BrokenError from error
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
    return "utf-8"


class _Rows:
    """Goes through the features and puts each where it belongs."""

    def __init__(self, gathering: Gathering, document: _Document) -> None:
        self.gathering, self.document = gathering, document
        gathering.encoding = document.encoding.removesuffix("-sig")
        self.members: dict[str, Any] = {}
        self.bulk: list[tuple[int, str, int]] = []  # row, kind, region: assembled together at the end

    def run(self) -> None:
        document = self.document
        try:
            if document.peek() != "{":
                raise _BrokenError
            self._top_level()
            lines = 1
            while document.peek() == "{":  # one object a line
                lines += 1
                self._feature(document.value())
            if document.peek():
                raise _BrokenError
        except _BrokenError:
            raise self._where() from None
        if lines > 1:
            self.gathering.note(
                "bare-geometry",
                f"one object a line ({lines:,} of them) instead of a collection",
                "nothing; our own files are collections",
            )
        document.regions.close()
        self._crs()

    def _top_level(self) -> None:
        document = self.document
        document.skip("{")
        has_features = False
        while document.peek() != "}":
            if self.members or has_features:
                document.skip(",")
            key = document.value()
            if not isinstance(key, str) or isinstance(key, NumberText):
                raise _BrokenError
            document.skip(":")
            if key == "features" and document.peek() == "[":
                if has_features:
                    raise WholeFileError(
                        "unreadable-file", "the list of features stands twice in the file", _EXPORT_AGAIN
                    )
                has_features = True
                self._features()
            else:
                self.members[key] = document.value()
        document.skip("}")
        kind = self.members.get("type")
        if has_features:
            if kind != "FeatureCollection":
                raise WholeFileError(
                    "unreadable-file",
                    f"the type of the collection is {shown(kind)}, not FeatureCollection",
                    _EXPORT_AGAIN,
                    shown(kind),
                )
        elif kind == "Feature" or kind in _GEOMETRIES:
            self.gathering.note(
                "bare-geometry", f"a lone {kind} instead of a collection", "nothing; our own files are collections"
            )
            self._feature(
                self.members if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": self.members}
            )
        elif kind == "FeatureCollection":
            raise WholeFileError("unreadable-file", "the collection has no list of features", _EXPORT_AGAIN)
        else:
            raise WholeFileError(
                "unsupported-format", "the file is JSON, but not GeoJSON", "export the plots as GeoJSON", shown(kind)
            )

    def _features(self) -> None:
        document = self.document
        document.skip("[")
        first = True
        while document.peek() != "]":
            if not first:
                document.skip(",")
            first = False
            self._feature(document.value())
        document.skip("]")

    def _where(self) -> WholeFileError:
        """Say where the JSON breaks, in the file as it is."""
        try:
            text = self.document.source.path.read_bytes().decode(self.document.encoding)
            json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, character {error.colno}"
        except (UnicodeDecodeError, RecursionError):
            place = "a place that cannot be told"
        else:
            place = f"record {self.gathering.records + 1}"
        return WholeFileError(
            "unreadable-file", f"the JSON breaks at {place}", "the file is cut off or damaged: export or send it again"
        )

    def _feature(self, feature: Any) -> None:
        gathering = self.gathering
        gathering.count()
        number = gathering.records
        properties: dict[str, Any] = {}
        offer: Shape | None = None
        try:
            properties, geometry, outside_id = _parts_of(feature)
            kind = geometry["type"]
            if kind == "GeometryCollection":
                gathering.add(number, properties, shape_of(kind, self._collection(geometry)), plot_id=outside_id)
                return
            nested = self._coordinates(geometry)
            if isinstance(nested, _Region) and LEVELS.get(kind) == self._depth(nested):
                gathering.add(number, properties, None, plot_id=outside_id)
                self.bulk.append((len(gathering.shapes) - 1, kind, nested))
                return
            nested = self._nested(nested)
            if kind == "Point" and isinstance(nested, list) and len(nested) == 1 and isinstance(nested[0], list):
                offer = shape_of("Point", nested[0])
            if kind == "LineString" and isinstance(nested, list):
                offer = offered_polygon(nested)
            shape = shape_of(kind, nested)
            if "String" in kind:
                raise RecordError(
                    "unsupported-geometry",
                    f"a {kind} is a track, not a plot",
                    "close the walk and export it as a polygon",
                    kind,
                )
            gathering.add(number, properties, shape, plot_id=outside_id)
        except RecordError as error:
            gathering.reject(
                number,
                error,
                properties=properties,
                offer=offer if error.code in {"nested-point", "unsupported-geometry"} else None,
            )

    def _depth(self, region: int) -> int:
        done = 0
        # Regions are decoded a block at a time; the block of a feature's own region is always there.
        for block in reversed(self.document.regions.depth):
            done += len(block)
            if region >= self.document.regions.total - done:
                return int(block[region - (self.document.regions.total - done)])
        return 0

    def _coordinates(self, geometry: dict[str, Any]) -> Any:
        """The number of the region that holds the coordinates, or what stands in their place."""
        found = geometry.get("coordinates")
        mark = self.document.mark
        if isinstance(found, str) and found.startswith(mark):
            return _Region(found.removeprefix(mark))
        return found

    def _nested(self, found: Any) -> Any:
        if isinstance(found, _Region):
            text = self.document.array(found)
            try:
                return json.loads(text, parse_float=NumberText, parse_int=NumberText)
            except (ValueError, RecursionError) as error:
                raise RecordError(
                    "unreadable-record",
                    "the coordinates are no list of numbers",
                    _EXPORT_AGAIN,
                    shown(text[:80].decode("ascii", "replace")),
                ) from error
        return found

    def _collection(self, geometry: dict[str, Any], depth: int = 0) -> list[tuple[str, Any]]:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or depth > 8:
            raise RecordError("unreadable-record", "the collection has no list of geometries", _EXPORT_AGAIN)
        found: list[tuple[str, Any]] = []
        for part in parts:
            if not isinstance(part, dict) or part.get("type") not in _GEOMETRIES:
                raise RecordError(
                    "unsupported-geometry",
                    "the collection holds something that is no geometry",
                    _EXPORT_AGAIN,
                    shown(part),
                )
            if part["type"] == "GeometryCollection":
                found.append(("GeometryCollection", self._collection(part, depth + 1)))
                continue
            if "String" in part["type"]:
                raise RecordError(
                    "unsupported-geometry",
                    f"the collection holds a {part['type']}",
                    "keep points and polygons only",
                    part["type"],
                )
            found.append((part["type"], self._nested(self._coordinates(part))))
        return found

    def plots(self) -> Plots:
        """Return the plots, geometries assembled kind by kind."""
        n = len(self.gathering.shapes)
        geometries = np.empty(n, dtype=object)
        facts = {name: np.zeros(n, dtype=np.int64) for name in FACTS}
        rows: Any
        kinds: Any
        numbers: Any
        rows, kinds, numbers = (
            (np.array(values) for values in zip(*self.bulk, strict=True)) if self.bulk else ([], np.array([]), [])
        )
        for kind in LEVELS:
            chosen = np.flatnonzero(kinds == kind)
            if len(chosen):
                built, its_facts = assemble(self.document.regions, kind, np.asarray(numbers)[chosen].astype(np.int64))
                at = np.asarray(rows)[chosen].astype(np.int64)
                geometries[at] = built
                for name, values in its_facts.items():
                    facts[name][at] = values
        plots = self.gathering.plots(geometries, facts)
        if self.transform is not None:
            from eudr_geo.projecting import to_wgs84

            plots = plots.with_columns(geometry=to_wgs84(plots.geometry, self.transform))
        return plots

    transform: str | None = None

    def _crs(self) -> None:
        """Deal with a ``crs`` member: harmless, known, or unknown."""
        given = self.members.get("crs")
        if given is None:
            if self.gathering.source.crs:
                self._use(self.gathering.source.crs)
            return
        named = (
            given.get("properties", {}).get("name", "")
            if isinstance(given, dict) and isinstance(given.get("properties"), dict)
            else ""
        )
        if _WGS84.fullmatch(str(named)):
            self.gathering.note(
                "crs-member",
                f"the file names its coordinate system ({shown(named)}), which the format has no place for",
                "nothing; it is left out of what we write",
            )
            return
        if named and self._use(str(named)):
            self.gathering.note(
                "crs-member",
                f"coordinates were in {self.gathering.crs} and have been converted to WGS 84",
                "check one plot on a map",
            )
            return
        raise WholeFileError(
            "unknown-crs",
            f"the coordinate system {shown(named) or 'of the crs member'} is not known",
            "export as WGS 84 longitude and latitude, or say --crs EPSG:…",
            shown(named),
        )

    def _use(self, name: str) -> bool:
        from eudr_geo.projecting import known

        code = known(name)
        if code is None:
            return False
        self.gathering.crs = code
        if code != "EPSG:4326":
            self.transform = code
        return True


def _parts_of(feature: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Properties, geometry and id of a feature, or why it is none."""
    if not isinstance(feature, dict):
        raise RecordError(
            "unreadable-record",
            f"{shown(feature) or 'null'} stands where a feature belongs",
            _EXPORT_AGAIN,
            shown(feature),
        )
    if isinstance(feature, _Twice):
        raise RecordError(
            "unreadable-record",
            f"the member {shown(feature.key)} stands twice in the feature",
            "keep one of the two",
            feature.key,
        )
    if feature.get("type") != "Feature":
        raise RecordError(
            "unreadable-record",
            f"its type is {shown(feature.get('type'))}, not Feature",
            'write "type": "Feature"',
            shown(feature.get("type")),
        )
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise RecordError("unreadable-record", "its properties are no object", _EXPORT_AGAIN, shown(properties))
    if isinstance(properties, _Twice):
        raise RecordError(
            "unreadable-record",
            f"the property {shown(properties.key)} stands twice",
            "keep one of the two",
            properties.key,
        )
    geometry = feature.get("geometry")
    if geometry is None:
        raise RecordError("missing-geometry", "it has no geometry", "walk the plot, or take its point")
    if not isinstance(geometry, dict) or isinstance(geometry, _Twice):
        raise RecordError("unreadable-record", "its geometry is no single object", _EXPORT_AGAIN, shown(geometry))
    kind = geometry.get("type")
    if kind not in _GEOMETRIES:
        raise RecordError(
            "unsupported-geometry", f"{shown(kind)} is no geometry of a plot", "use a Point or a Polygon", shown(kind)
        )
    if kind != "GeometryCollection" and "coordinates" not in geometry:
        raise RecordError("missing-geometry", "its geometry has no coordinates", "walk the plot again and export it")
    outside = feature.get("id")
    return properties, geometry, str(outside) if isinstance(outside, str) else ""

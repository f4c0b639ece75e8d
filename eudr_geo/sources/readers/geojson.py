"""GeoJSON: streaming, strict, record by record. Type I and II of the EU system, bare objects, one object a line."""

from __future__ import annotations

import gc
import json
import re
from contextlib import closing
from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.model.plots import Plots, Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.sources.formats.boundaries import Shape, line_fault, offered_polygon, shape_of
from eudr_geo.sources.formats.coordinate_text import LEVELS, assembled
from eudr_geo.sources.formats.json_breaks import where_it_breaks
from eudr_geo.sources.formats.json_stream import EXPORT_AGAIN, BrokenError, JsonStream, Region, Twice
from eudr_geo.sources.records.features import GEOMETRIES, parts_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.words.saying import say

FORMATS = ("GeoJSON",)
_HOLDERS = frozenset({dict, list, Twice})
_WGS84 = re.compile(r"(urn:ogc:def:crs:)?(OGC:(1\.3|2)?:?:?CRS84|EPSG:(6\.9)?:?:?4326)", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return GeoJSON for a JSON object."""
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00\x1e \t\r\n")
    return "GeoJSON" if text[:1] == b"{" else ""


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
        with closing(JsonStream(source)) as document:
            rows = _Rows(gathering, document)
            rows.run()
        return gathering.finish(rows.plots())
    finally:
        if was_enabled:
            gc.enable()


class _Rows:
    """Goes through the features and puts each where it belongs."""

    def __init__(self, gathering: Gathering, document: JsonStream) -> None:
        self.gathering, self.document = gathering, document
        gathering.encoding = document.encoding.removesuffix("-sig")
        self.members: dict[str, Any] = {}
        self.outside: list[tuple[int, int, str]] = []  # row, record, id of the feature
        self.bulk: list[tuple[int, str, int]] = []  # row, kind, region: assembled together at the end

    def run(self) -> None:
        document = self.document
        try:
            if document.peek() != "{":
                raise BrokenError
            self._top_level()
            lines = 1
            while document.peek() == "{":  # one object a line
                lines += 1
                self._feature(document.value())
            if document.peek():
                raise BrokenError
        except BrokenError:
            raise where_it_breaks(document, self.gathering.records + 1) from None
        if lines > 1:  # the first line alone looked like a lone feature
            self.gathering.notes = [note for note in self.gathering.notes if note.code != "bare-geometry"]
            self.gathering.note(
                "bare-geometry",
                say("shapes:json.lines", lines=lines),
                say("shapes:json.bare.do"),
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
                raise BrokenError
            document.skip(":")
            if key in self.members:
                raise WholeFileError(
                    "unreadable-file", say("shapes:json.member-twice", name=shown(key)), say("shapes:do.keep-one")
                )
            if key == "features" and document.peek() == "[":
                if has_features:
                    raise WholeFileError("unreadable-file", say("shapes:json.features-twice"), say(EXPORT_AGAIN))
                has_features = True
                self._features()
            else:
                self.members[key] = document.value()
        document.skip("}")
        kind = self.members.get("type")
        if has_features:
            if "spatialReference" in self.members or "geometryType" in self.members:
                raise WholeFileError("unsupported-format", say("shapes:json.arcgis"), say("shapes:json.arcgis.do"))
            if kind != "FeatureCollection":
                raise WholeFileError(
                    "unreadable-file",
                    say("shapes:json.no-type") if kind is None else say("shapes:json.type", kind=shown(kind)),
                    say("shapes:json.type.do"),
                    shown(kind),
                )
        elif kind == "Feature" or kind in GEOMETRIES:
            self.gathering.note("bare-geometry", say("shapes:json.lone", kind=str(kind)), say("shapes:json.bare.do"))
            self._feature(
                self.members if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": self.members}
            )
        elif kind == "FeatureCollection":
            raise WholeFileError("unreadable-file", say("shapes:json.no-features"), say(EXPORT_AGAIN))
        else:
            raise WholeFileError(
                "unsupported-format", say("reading:other-json"), say("reading:do.as-geojson"), shown(kind)
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

    def _feature(self, feature: Any) -> None:
        gathering = self.gathering
        gathering.count()
        number = gathering.records
        properties: dict[str, Any] = {}
        offer: Shape | None = None
        try:
            properties, geometry, outside_id = parts_of(feature)
            properties = self._restored(properties)
            kind = geometry["type"]
            if outside_id:
                self.outside.append((len(gathering.shapes), number, outside_id))
            if kind == "GeometryCollection":
                gathering.add(number, properties, shape_of(kind, self._collection(geometry)), plot_id=outside_id)
                return
            nested = self._coordinates(geometry)
            if isinstance(nested, Region) and LEVELS.get(kind) == self._depth(nested):
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
                raise line_fault(kind, say("shapes:json.track", kind=kind), offer, say("shapes:json.track.do"))
            gathering.add(number, properties, shape, plot_id=outside_id)
        except RecordError as error:
            gathering.reject(
                number,
                error,
                properties=properties,
                offer=offer if error.code in {"nested-point", "unsupported-geometry"} else None,
            )

    def _restored(self, properties: dict[str, Any]) -> dict[str, Any]:
        """Properties as the file has them: a shape among them is text, and no business of the plot's."""
        for name, value in properties.items():
            if name == "coordinates" or value.__class__ in _HOLDERS:
                return {key: self.document.restored(inner) for key, inner in properties.items()}
        return properties

    def _depth(self, region: int) -> int:
        """Nesting depth of a region; 0 for one that has to be looked at alone."""
        regions = self.document.regions
        done = 0
        # Regions are decoded a block at a time; the block of a feature's own region is always there.
        for depths, counts in zip(reversed(regions.depth), reversed(regions.count), strict=True):
            done += len(depths)
            if region >= regions.total - done:
                at = region - (regions.total - done)
                if counts[at] > self.gathering.source.limits.ring_vertices:
                    raise self.gathering.too_many_positions(int(counts[at]))
                return int(depths[at])
        return 0

    def _coordinates(self, geometry: dict[str, Any]) -> Any:
        """The number of the region that holds the coordinates, or what stands in their place."""
        found = geometry.get("coordinates")
        mark = self.document.mark
        if isinstance(found, str) and found.startswith(mark):
            return Region(found.removeprefix(mark))
        return found

    def _nested(self, found: Any) -> Any:
        if isinstance(found, Region):
            text = self.document.array(found)
            try:
                return json.loads(text, parse_float=NumberText, parse_int=NumberText)
            except (ValueError, RecursionError) as error:
                raise RecordError(
                    "unreadable-record",
                    say("shapes:json.no-numbers"),
                    say(EXPORT_AGAIN),
                    shown(text[:80].decode("ascii", "replace")),
                ) from error
        return found

    def _collection(self, geometry: dict[str, Any], depth: int = 0) -> list[tuple[str, Any]]:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or depth > 8:
            raise RecordError("unreadable-record", say("shapes:collection.no-list"), say(EXPORT_AGAIN))
        found: list[tuple[str, Any]] = []
        for part in parts:
            if not isinstance(part, dict) or isinstance(part, Twice) or part.get("type") not in GEOMETRIES:
                raise RecordError(
                    "unsupported-geometry",
                    say("shapes:collection.no-geometry"),
                    say(EXPORT_AGAIN),
                    shown(part),
                )
            if part["type"] == "GeometryCollection":
                found.append(("GeometryCollection", self._collection(part, depth + 1)))
                continue
            if "String" in part["type"]:
                raise RecordError(
                    "unsupported-geometry",
                    say("shapes:collection.holds", kind=part["type"]),
                    say("shapes:collection.holds.do"),
                    part["type"],
                )
            found.append((part["type"], self._nested(self._coordinates(part))))
        return found

    def plots(self) -> Plots:
        """Return the plots, geometries assembled kind by kind."""
        if all(text in {str(number - 1), str(number)} for _, number, text in self.outside):
            for row, _, text in self.outside:  # programs number features when nobody gave them a code
                if row < len(self.gathering.shapes) and self.gathering.columns["plot_id"][row] == text:
                    self.gathering.columns["plot_id"][row] = ""
        geometries, facts = assembled(self.document.regions, self.bulk, len(self.gathering.shapes))
        plots = self.gathering.plots(geometries, facts)
        if self.transform is not None:
            from eudr_geo.sources.records.converting import converted, offers_converted

            plots = converted(self.gathering, plots, {self.transform: range(len(plots))})
            self.gathering.rejected = offers_converted(self.gathering.rejected, self.transform)
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
                say("shapes:json.crs", name=shown(named)),
                say("shapes:json.crs.do"),
            )
            return
        if named and self._use(str(named)):
            self.gathering.note(
                "crs-member",
                say("shapes:json.converted", code=self.gathering.crs),
                say("shapes:json.converted.do"),
            )
            return
        raise WholeFileError(
            "unknown-crs",
            say("shapes:unknown-system", name=shown(named)) if shown(named) else say("shapes:json.unknown-crs"),
            say("shapes:json.unknown-crs.do"),
            shown(named),
        )

    def _use(self, name: str) -> bool:
        from eudr_geo.plots.projecting import known

        code = known(name)
        if code is None:
            return False
        self.gathering.crs = code
        if code != "EPSG:4326":
            self.transform = code
        return True

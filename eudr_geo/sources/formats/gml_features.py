"""Records of a GML, looked through before a driver sees their shapes.

The driver takes a word for the number 0, cuts ``108,05`` in two, keeps one shape of two, makes corners of a curve and
asks addresses for what a file only points at. So each record is judged here first, its properties are taken here as
they are written, and the driver gets a file of ours with nothing in it but numbered shapes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import Limits
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.double_shapes import no_geometry
from eudr_geo.sources.formats.xml_stream import elements, tag_of
from eudr_geo.words.saying import say

NUMBER_NAME = "eudr_geo_record"
"""Name of the property by which a shape finds back to its record."""
_GML = "{http://www.opengis.net/gml"
_COLLECTIONS = {"FeatureCollection", "SimpleFeatureCollection"}
_AREAS = {"Polygon", "MultiPolygon", "Surface", "MultiSurface", "CompositeSurface", "PolyhedralSurface"}
_SHAPES = _AREAS | {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Curve", "MultiCurve", "CompositeCurve", "MultiGeometry",
    "LinearRing", "Ring", "OrientableSurface", "OrientableCurve", "Solid", "Tin", "TriangulatedSurface",
}  # fmt: skip
_CURVES = {
    "Arc", "ArcString", "ArcByBulge", "ArcStringByBulge", "ArcByCenterPoint", "Circle", "CircleByCenterPoint",
    "CubicSpline", "BSpline", "Bezier", "Clothoid", "Geodesic", "GeodesicString", "OffsetCurve",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_AXES_AS_REGISTERED = re.compile(r"urn:|https?://www\.opengis\.net/def/crs/")
_PLAIN_MARKS = {"decimal": ".", "cs": ",", "ts": " "}
_XLINK, _NIL = "{http://www.w3.org/1999/xlink}", "{http://www.w3.org/2001/XMLSchema-instance}"
_WRITE = "shapes:gml.write.do"


@dataclass
class Feature:
    """One record: what is known of it without its shape, and its shape as text for the driver."""

    layer: str
    properties: dict[str, Any]
    shape: str = ""
    system: str = ""  # the srsName that holds for it
    fault: RecordError | None = None


@dataclass
class Aside:
    """What stands in the file besides the records and shapes that are read."""

    elements: Counter[str] = field(default_factory=Counter)
    shapes: int = 0  # records whose label point was left aside


@dataclass
class _Defaults:
    system: str = ""
    dimension: str = ""

    def of(self, envelope: Element | None) -> _Defaults:
        if envelope is None:
            return self
        return _Defaults(envelope.get("srsName") or self.system, envelope.get("srsDimension") or self.dimension)


def features(data: bytes, limits: Limits, aside: Aside) -> Iterator[Feature]:
    """Return the records of a GML in their order; what is no record is counted in ``aside``.

    Raises
    ------
    WholeFileError
        As :func:`~.xml_stream.elements`.
    """
    open_: list[Element] = []
    record: Element | None = None
    defaults = _Defaults()
    given: dict[int, int] = {}  # records in each open member, by the place of the member
    for event, element in elements(data, limits):
        if event == "start":
            is_record = bool(open_) and _is_member(open_[-1]) and tag_of(element) not in _COLLECTIONS
            if record is None and is_record:
                record = element
                given[len(open_) - 1] = given.get(len(open_) - 1, 0) + 1
            open_.append(element)
            continue
        open_.pop()
        if element is record:
            yield _feature(element, defaults, aside)
            record = None
        elif record is not None:
            continue
        elif _is_member(element):
            if not given.pop(len(open_), 0) and (len(element) == 0 and not tag_of(element).lower().endswith("s")):
                yield _elsewhere(element)
        elif tag_of(element) == "boundedBy":
            defaults = defaults.of(next(iter(element), None))
        elif len(open_) == 1 and len(element) and tag_of(element) not in _COLLECTIONS:
            aside.elements[tag_of(element)] += 1
        if record is None and open_ and tag_of(element) != "Envelope":
            open_[-1].remove(element)  # done with: a large file is not held as a whole


def _is_member(element: Element) -> bool:
    name = tag_of(element)
    return name in {"member", "members"} or name.endswith(("Member", "Members"))


def _elsewhere(element: Element) -> Feature:
    address = element.get(f"{_XLINK}href", "")
    why, fix = say("shapes:gml.elsewhere"), say("shapes:gml.elsewhere.do")
    return Feature("", {}, fault=RecordError("missing-geometry", why, fix, shown(address)))


def _feature(element: Element, defaults: _Defaults, aside: Aside) -> Feature:
    properties: dict[str, Any] = {}
    if code := next((value for name, value in element.attrib.items() if name == "fid" or name.endswith("}id")), ""):
        properties["gml_id"] = code
    _collect(element, properties)
    feature = Feature(tag_of(element), properties)
    envelope = next((inner for inner in element if tag_of(inner) == "boundedBy"), None)
    defaults = defaults.of(None if envelope is None else next(iter(envelope), None))
    try:
        shape = _chosen(list(_outermost(element)), aside)
        _judge(shape)
        systems = {inner.get("srsName") for inner in shape.iter()} - {None, ""}
        if len(systems) > 1:
            raise RecordError("unreadable-record", say("shapes:gml.two-systems"), say("shapes:gml.two-systems.do"))
        feature.system = str(next(iter(systems), defaults.system))
        # Only names of these forms put the latitude first; others tell the driver nothing, or make it fail.
        by_axes = feature.system if _AXES_AS_REGISTERED.match(feature.system) else ""
        outer = {"srsName": by_axes, "srsDimension": shape.get("srsDimension") or defaults.dimension}
        feature.shape = _text_of(shape, {name: value for name, value in outer.items() if value})
    except RecordError as error:
        feature.fault = error
    return feature


def _collect(element: Element, found: dict[str, Any]) -> None:
    """Put the values below an element under their names; one that repeats becomes a list."""
    for inner in element:
        name = tag_of(inner)
        if not name or name == "boundedBy" or _is_shape(inner):
            continue
        text = (inner.text or "").strip()
        if text:
            _put(found, name, NumberText(text) if _NUMBER.fullmatch(text) else text)
        for attribute, value in inner.attrib.items():
            own = attribute.rsplit("}", 1)[-1]
            is_about_xml = attribute.startswith(_NIL) or (attribute.startswith(_XLINK) and own != "href")
            if not is_about_xml and not attribute.startswith(_GML):
                _put(found, f"{name}_{own}", value)
        _collect(inner, found)


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _is_shape(element: Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(_GML) and tag_of(element) in _SHAPES


def _outermost(element: Element) -> Iterator[Element]:
    if _is_shape(element):
        yield element
    elif tag_of(element) != "boundedBy":
        for inner in element:
            yield from _outermost(inner)


def _chosen(shapes: list[Element], aside: Aside) -> Element:
    """The shape of a record: its only one, or its only area beside a label point and the like."""
    areas = [shape for shape in shapes if tag_of(shape) in _AREAS]
    if not shapes:
        raise no_geometry()
    if len(shapes) == 1:
        return shapes[0]
    if len(areas) != 1:
        raise RecordError(
            "unsupported-geometry", say("shapes:gml.several", shapes=len(shapes)), say("shapes:do.boundary-only")
        )
    aside.shapes += 1
    return areas[0]


def _judge(shape: Element) -> None:
    """Refuse what the driver would change without a word."""
    for inner in shape.iter():
        name = tag_of(inner)
        if name in _CURVES:
            raise RecordError(
                "unsupported-geometry", say("shapes:gml.curve", name=name), say("shapes:do.without-curves"), name
            )
        if inner.get(f"{_XLINK}href"):
            raise RecordError(
                "missing-geometry",
                say("shapes:gml.part-elsewhere"),
                say("shapes:gml.part-elsewhere.do"),
                shown(inner.get(f"{_XLINK}href")),
            )
        if any(inner.get(mark, usual) != usual for mark, usual in _PLAIN_MARKS.items()):
            raise RecordError("unreadable-record", say("shapes:gml.marks"), say(_WRITE))
        if len(inner):
            continue
        for word in (inner.text or "").replace(",", " , " if name != "coordinates" else " ").split():
            if not _NUMBER.fullmatch(word):
                code = "unreadable-record" if word == "," else "not-finite"
                why = say("shapes:number.comma") if word == "," else say("shapes:number", text=shown(word))
                raise RecordError(code, why, say(_WRITE), word)


def _text_of(element: Element, attributes: dict[str, str]) -> str:
    """A shape as text, with no attribute that could lead anywhere."""
    name = tag_of(element)
    if dimension := element.get("srsDimension") or element.get("dimension"):
        attributes = {"srsDimension": dimension, **attributes}
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    inner = "".join(_text_of(part, {}) for part in element if tag_of(part))
    return f"<gml:{name}{said}>{escape((element.text or '').strip())}{inner}</gml:{name}>"


def document(shapes: list[tuple[int, str]]) -> str:
    """Return the file that the driver reads: numbered shapes and nothing else."""
    members = "".join(
        f"<gml:featureMember><plot><{NUMBER_NAME}>{number}</{NUMBER_NAME}><shape>{shape}</shape></plot></gml:featureMember>\n"
        for number, shape in shapes
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml">\n{members}</gml:FeatureCollection>\n'
    )

"""GPX of phones and GPS devices: waypoints as points; a track or route that comes back to its start may be a boundary.

Own reader, because GDAL turns ``lat="abc"`` into 0, ``lat="12,5"`` into 12, leaves out a point without latitude, and
reads the waypoints alone where there are tracks beside them.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from eudr_geo.base.cells import shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.sources.formats.boundaries import Shape, line_fault, offered_polygon, shape_of
from eudr_geo.sources.formats.xml_stream import elements, encoding_of, tag_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.walks import PAUSE_M, far_apart_m
from eudr_geo.words.saying import counted, joined, say

FORMATS = ("GPX",)
_LAYERS = {"wpt": "waypoints", "trk": "tracks", "rte": "routes"}
_POINTS = {"trkpt", "rtept"}
_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?|[-+]?\d+\.")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?gpx[\s>]")


def sniff(head: bytes) -> str:
    """Return GPX by content."""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "GPX" if text.startswith(b"<") and _ROOT.search(text) else ""


def read(source: Source) -> Reading:
    """Read a GPX file: each waypoint, track and route is a record.

    Raises
    ------
    WholeFileError
        For broken XML, or a document type definition.
    """
    data = source.path.read_bytes()
    gathering = Gathering(source, "GPX")
    gathering.encoding = encoding_of(data)
    if source.layer and source.layer not in _LAYERS.values():
        raise WholeFileError(
            "unreadable-file",
            say("shapes:gpx.no-layer", name=shown(source.layer)),
            say("shapes:gpx.no-layer.do", names=", ".join(_LAYERS.values())),
        )
    found = dict.fromkeys(_LAYERS, 0)
    inside = 0
    for event, element in elements(data, source.limits):
        tag = tag_of(element)
        if tag not in _LAYERS:
            continue
        inside += 1 if event == "start" else -1
        if event == "end" and not inside:
            found[tag] += 1
            if source.layer in {"", _LAYERS[tag]}:
                _record(gathering, element, tag)
            element.clear()
    several = [counted(f"shapes:gpx.{_LAYERS[tag]}", count) for tag, count in found.items() if count]
    if len(several) > 1 and not source.layer:
        gathering.note(
            "several-layers",
            say("shapes:gpx.several", names=joined(several, ", ")),
            say("shapes:gpx.several.do"),
        )
    return gathering.finish()


def _record(gathering: Gathering, element: Element, tag: str) -> None:
    gathering.count()
    number = gathering.records
    properties: dict[str, Any] = {}
    name = ""
    offer: Shape | None = None
    try:
        name, properties = _told(element)
        if tag == "wpt":
            gathering.add(
                number, properties, shape_of("Point", _position(element, 0)), group=_LAYERS[tag], plot_id=name
            )
            return
        positions, pieces, far = _walk(element, gathering)
        offer = offered_polygon(positions) if far <= PAUSE_M else None
        kind = _LAYERS[tag][:-1]
        raise line_fault(
            kind,
            _what(say(f"shapes:gpx.a-{kind}", positions=len(positions)), pieces, far, is_offered=offer is not None),
            offer,
            say("shapes:gpx.walk.do"),
        )
    except RecordError as error:
        gathering.reject(number, error, group=_LAYERS[tag], plot_id=shown(name), offer=offer, properties=properties)


def _told(element: Element) -> tuple[str, dict[str, Any]]:
    """Name of a record, and what else it says of itself; extensions of the app's makers are kept by their names."""
    name = ""
    told: dict[str, Any] = {}
    for child in element:
        tag, text = tag_of(child), (child.text or "").strip()
        if tag == "name":
            name = text
        elif tag == "time" and text:
            told["mapped_on"] = text[:10]
        elif tag == "extensions":
            for item in child.iter():
                if item is not child and (value := (item.text or "").strip()):
                    told.setdefault(tag_of(item), value)
        elif tag not in {"ele", "link", "trkseg", *_POINTS} and text:
            told.setdefault(tag, text)
    return name, told


def _what(walk: str, pieces: int, far: float, *, is_offered: bool) -> str:
    """Why a walk is no boundary: its pieces lie apart, or it does not come back."""
    if far > PAUSE_M:
        return say("shapes:gpx.walk.pieces", walk=walk, pieces=pieces, far_m=far)
    return say("shapes:gpx.walk" if is_offered else "shapes:gpx.walk.away", walk=walk)


def _walk(element: Element, gathering: Gathering) -> tuple[list[list[NumberText]], int, float]:
    """Positions of a walk, its pieces put together; how many pieces, and how far apart they are, m."""
    pieces: list[list[list[NumberText]]] = []
    count = 0
    for part in [element, *(child for child in element if tag_of(child) == "trkseg")]:
        piece = []
        for child in part:
            if tag_of(child) in _POINTS:
                count += 1
                piece.append(_position(child, count))
        if piece:
            pieces.append(piece)
    gathering.hold(count)
    if not count:
        raise RecordError("missing-geometry", say("shapes:gpx.empty"), say("shapes:gpx.empty.do"))
    return [position for piece in pieces for position in piece], len(pieces), far_apart_m(pieces)


def _axis(key: str, number: int) -> str:
    """A coordinate by its name, and of which position it is."""
    return say(f"shapes:gpx.{key}.of", number=number) if number else say(f"shapes:gpx.{key}")


def _position(element: Element, number: int) -> list[NumberText]:
    position = []
    for key in ("lon", "lat"):
        text = element.get(key)
        if text is None:
            raise RecordError(
                "unreadable-record", say("shapes:gpx.missing", axis=_axis(key, number)), say("shapes:gpx.missing.do")
            )
        text = text.strip()
        if not _NUMBER.fullmatch(text):
            has_comma = re.fullmatch(r"-?\d+,\d+", text)
            fix = (
                say("shapes:gpx.comma.do", number=text.replace(",", ".")) if has_comma else say("shapes:gpx.number.do")
            )
            told = shown(text) or say("shapes:empty")
            raise RecordError("not-finite", say("shapes:gpx.number", axis=_axis(key, number), text=told), fix, text)
        position.append(NumberText(text))
    height = next((child for child in element if tag_of(child) == "ele" and (child.text or "").strip()), None)
    if height is not None and _NUMBER.fullmatch(str(height.text).strip()):
        position.append(NumberText(str(height.text).strip()))
    return position

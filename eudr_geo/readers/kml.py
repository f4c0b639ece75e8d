"""KML and KMZ: every placemark of every folder, with its data; no external entity, no network link is ever followed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from eudr_geo.archives import members, not_read
from eudr_geo.boundaries import Shape, offered_polygon, shape_of
from eudr_geo.cells import parse_number
from eudr_geo.gathering import Gathering, shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError

FORMATS = ("KML", "KMZ")
_NOT_KEPT = {"styleUrl", "Style", "description", "Snippet", "LookAt", "visibility", "open"}


def sniff(head: bytes) -> str:
    """Return KML or KMZ by content."""
    if head.startswith(b"PK\x03\x04"):
        return "KMZ" if b".kml" in head.lower() else ""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "KML" if text.startswith(b"<") and (b"<kml" in text or b":kml" in text) else ""


def read(source: Source) -> Reading:
    """Read a KML or KMZ file.

    Raises
    ------
    WholeFileError
        For broken XML, a document type definition, or an archive beyond the limits.
    """
    with source.path.open("rb") as stream:
        is_archive = stream.read(4) == b"PK\x03\x04"
    gathering = Gathering(source, "KMZ" if is_archive else "KML")
    if not is_archive:
        _document(source.path.read_bytes(), gathering, "")
        return gathering.finish()
    files = members(source)
    documents = {name: data for name, data in files.items() if name.lower().endswith(".kml")}
    if others := not_read(files, taken=".kml"):
        gathering.note("several-layers", others, "send it on its own")
    if not documents:
        raise WholeFileError("unreadable-file", "the archive holds no KML", "save it again from the mapping program")
    if len(documents) > 1:
        gathering.note(
            "several-layers",
            f"the archive holds {len(documents)} KML documents; all were read: {', '.join(sorted(documents))}",
        )
    for name in sorted(documents):
        _document(documents[name], gathering, name if len(documents) > 1 else "")
    return gathering.finish()


def _document(data: bytes, gathering: Gathering, inside: str) -> None:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    folders: list[str] = [inside] if inside else []
    parents: list[str] = []  # tags of the elements that are open
    links = 0
    gathering.encoding = gathering.encoding or _encoding(data)
    try:
        # forbid_dtd: a KML needs none, and entities are how a file reads other files.
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            tag = _tag(element)
            if event == "start":
                parents.append(tag)
                if len(parents) > gathering.source.limits.xml_depth:
                    raise WholeFileError(
                        "unreadable-file", f"elements are nested deeper than {len(parents) - 1}", "export it again"
                    )
                if tag == "Folder":
                    folders.append("")
                continue
            parents.pop()
            if tag == "name" and parents and parents[-1] == "Folder" and not folders[-1]:
                folders[-1] = (element.text or "").strip()
            elif tag == "Folder":
                folders.pop()
                element.clear()
            elif tag == "NetworkLink":
                links += 1
            elif tag == "Placemark":
                group = "/".join(folder for folder in folders if folder)
                if not gathering.source.layer or gathering.source.layer in {*folders, group}:
                    _placemark(element, gathering, group)
                element.clear()
    except DefusedXmlException as error:
        raise WholeFileError(
            "unreadable-file", "the XML has a document type definition, which a KML never needs", "do not open it"
        ) from error
    except ParseError as error:
        raise _broken(data, error) from error
    except (ValueError, LookupError) as error:
        raise WholeFileError(
            "unreadable-file", f"the text cannot be decoded ({error})", "save the file as UTF-8"
        ) from error
    if links:
        gathering.note(
            "several-layers",
            "a network link was not followed" if links == 1 else f"{links} network links were not followed",
            "send the boundaries themselves",
        )


def _encoding(data: bytes) -> str:
    """Encoding that the first line names; XML is UTF-8 or UTF-16 where it names none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    match = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", data)
    return match[1].decode("ascii").lower() if match else "utf-8"


def _broken(data: bytes, error: ParseError) -> WholeFileError:
    """Say where the XML breaks; a wrong encoding looks like damage and is named instead."""
    line, column = error.position
    encoding = _encoding(data)
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return WholeFileError(
            "unreadable-file",
            f"the text is not {encoding.upper()}, as the file says (line {line}, character {column + 1})",
            "export it again, with UTF-8 as encoding",
        )
    return WholeFileError(
        "unreadable-file",
        f"the XML breaks at line {line}, character {column + 1}",
        "the file is cut off or damaged: export it again",
    )


def _tag(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _placemark(placemark: Element, gathering: Gathering, group: str) -> None:
    gathering.count()
    number = gathering.records
    properties: dict[str, Any] = {}
    name = ""
    offer: Shape | None = None
    try:
        geometries: list[Element] = []
        for child in placemark:
            tag = _tag(child)
            if tag == "name":
                name = (child.text or "").strip()
            elif tag == "ExtendedData":
                for key, value in _extended(child):
                    if properties.setdefault(key, value) != value:
                        raise RecordError(
                            "unreadable-record", f"the value {shown(key)} stands twice", "keep one of the two", key
                        )
            elif tag in {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}:
                geometries.append(child)
        if not geometries:
            raise RecordError("missing-geometry", "the placemark has no geometry", "draw the plot, or take its point")
        parts = [part for geometry in geometries for part in _parts(geometry)]
        lines = [positions for kind, positions in parts if kind == "LineString"]
        if lines:
            if len(parts) == 1:
                offer = offered_polygon(lines[0])
            raise RecordError(
                "unsupported-geometry",
                "a path or track is no plot",
                "close the walk and save it as a polygon",
                "LineString",
            )
        gathering.add(number, properties, _joined(parts), group=group, plot_id=name)
    except RecordError as error:
        gathering.reject(number, error, group=group, plot_id=shown(name), offer=offer, properties=properties)


def _joined(parts: list[tuple[str, Any]]) -> Shape:
    kinds = {kind for kind, _ in parts}
    if len(parts) == 1:
        return shape_of(*parts[0])
    if len(kinds) == 1:
        return shape_of(f"Multi{kinds.pop()}", [nested for _, nested in parts])
    return shape_of("GeometryCollection", parts)


def _extended(element: Element) -> Iterator[tuple[str, Any]]:
    for item in element.iter():
        tag = _tag(item)
        if tag == "Data":
            value = next((child.text for child in item if _tag(child) == "value"), None)
            yield item.get("name") or "", _value(value)
        elif tag == "SimpleData":
            yield item.get("name") or "", _value(item.text)


def _value(text: str | None) -> Any:
    if text is None:
        return None
    text = text.strip()
    # KML has no numbers, only text: what reads as one plain number is one.
    return NumberText(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) and parse_number(text, ".") is not None else text


def _parts(geometry: Element) -> Iterator[tuple[str, Any]]:
    tag = _tag(geometry)
    if tag in {"MultiGeometry", "MultiTrack"}:
        for child in geometry:
            if _tag(child) in {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track"}:
                yield from _parts(child)
    elif tag == "Track":
        yield (
            "LineString",
            [
                _position(text.replace(" ", ","))
                for item in geometry
                if _tag(item) == "coord" and (text := (item.text or "").strip())
            ],
        )
    elif tag == "Polygon":
        outer = [_positions(ring) for side in geometry if _tag(side) == "outerBoundaryIs" for ring in side]
        inner = [_positions(ring) for side in geometry if _tag(side) == "innerBoundaryIs" for ring in side]
        if len(outer) != 1:
            raise RecordError("missing-geometry", "the polygon has no outer boundary", "draw it again")
        yield "Polygon", [outer[0], *inner]
    else:
        positions = _positions(geometry)
        if tag == "Point":
            if len(positions) != 1:
                raise RecordError("unreadable-record", f"the point has {len(positions)} positions", "draw it again")
            yield "Point", positions[0]
        else:
            yield "LineString", positions


def _positions(element: Element) -> list[list[NumberText]]:
    text = next((child.text or "" for child in element if _tag(child) == "coordinates"), "")
    # Blanks after the commas are a common slip: "108, 12, 0" is one position.
    tuples = re.sub(r"\s*,\s*", ",", text.strip()).split()
    if not tuples:
        raise RecordError("missing-geometry", "the geometry has no coordinates", "draw it again")
    positions = [_position(part) for part in tuples]
    _check_decimals(positions)
    return positions


def _position(part: str) -> list[NumberText]:
    numbers = part.strip(",").split(",")
    if len(numbers) not in {2, 3}:
        raise RecordError(
            "unreadable-record",
            f"the position {shown(part)} has {len(numbers)} number{'s' if len(numbers) > 1 else ''}"
            + (", perhaps decimal commas" if len(numbers) > 3 else ""),
            "write longitude,latitude with decimal points",
            part,
        )
    # "108,05 12,68": no number begins with a zero like that, decimals after a comma do.
    if any(re.fullmatch(r"0\d+", number) for number in numbers[1:]) and not any("." in number for number in numbers):
        raise RecordError(
            "unreadable-record",
            f"the position {shown(part)} looks like one number with a decimal comma",
            "write longitude,latitude with decimal points",
            part,
        )
    return [NumberText(number) for number in numbers]


def _check_decimals(positions: list[list[NumberText]]) -> None:
    """Refuse a boundary in whole degrees: each of its positions is half of one that was written with commas."""
    if len(positions) > 1 and not any("." in number or "e" in number.lower() for one in positions for number in one):
        raise RecordError(
            "unreadable-record",
            f"no position of the boundary has decimals ({','.join(positions[0])} …), perhaps decimal commas",
            "write longitude,latitude with decimal points",
            ",".join(positions[0]),
        )

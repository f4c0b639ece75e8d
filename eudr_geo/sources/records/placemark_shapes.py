"""The geometry of a KML placemark: its elements and their coordinates, as positions with the digits written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from eudr_geo.base.cells import shown
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.boundaries import Shape, shape_of
from eudr_geo.sources.formats.xml_stream import tag_of as _tag
from eudr_geo.sources.records.walks import PAUSE_M, far_apart_m
from eudr_geo.words.saying import counted, say

GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}
"""Elements of a placemark that are geometries."""


def one_ring(geometries: Sequence[Element]) -> str:
    """Return the positions of a single polygon of one ring as written, one blank between them; "" for anything else."""
    if len(geometries) != 1 or _tag(geometries[0]) != "Polygon":
        return ""
    sides = [side for side in geometries[0] if len(side)]
    if len(sides) != 1 or _tag(sides[0]) != "outerBoundaryIs" or len(sides[0]) != 1:
        return ""
    text = next((child.text or "" for child in sides[0][0] if _tag(child) == "coordinates"), "")
    return text if text.isprintable() and "  " not in text and text == text.strip() else " ".join(text.split())


def plain_arrays(geometries: Sequence[Element]) -> tuple[str, bytes] | None:
    """Return kind and positions of a single plain point or polygon as JSON arrays; None for what is looked at alone.

    Nothing is judged here: what is no number makes arrays that cannot be decoded.
    """
    if len(geometries) != 1:
        return None
    (geometry,) = geometries
    kind = _tag(geometry)
    if kind == "Point":
        positions = _plain_positions(geometry)
        return (kind, positions[1:-1].encode()) if positions and "],[" not in positions else None
    if kind != "Polygon":
        return None
    sides = [(_tag(side), [_plain_positions(ring) for ring in side]) for side in geometry]
    outer = [ring for side, rings in sides if side == "outerBoundaryIs" for ring in rings]
    rings = outer + [ring for side, rings in sides if side == "innerBoundaryIs" for ring in rings]
    return (kind, f"[{','.join(rings)}]".encode()) if len(outer) == 1 and all(rings) else None


def _plain_positions(element: Element) -> str:
    """Coordinates as JSON arrays, "" where they are not all ``lon,lat`` or all ``lon,lat,height`` with decimals."""
    text = next((child.text or "" for child in element if _tag(child) == "coordinates"), "")
    positions = text.split()
    per_position = text.count(",") / len(positions) if positions else 0
    if per_position not in {1, 2} or not text.isascii() or "." not in text:
        return ""
    if any(one.count(",") != per_position for one in positions):
        return ""
    return f"[[{'],['.join(positions)}]]"


def joined(parts: list[tuple[str, Any]]) -> Shape:
    """Return the parts of a placemark as one geometry.

    Raises
    ------
    RecordError
        When they are none that can be held.
    """
    kinds = {kind for kind, _ in parts}
    if len(parts) == 1:
        return shape_of(*parts[0])
    if len(kinds) == 1:
        return shape_of(f"Multi{kinds.pop()}", [nested for _, nested in parts])
    return shape_of("GeometryCollection", parts)


def parts_of(geometry: Element) -> Iterator[tuple[str, Any]]:
    """Yield kind and positions of each simple part of a geometry, nested as GeoJSON nests them.

    Raises
    ------
    RecordError
        For positions that are none, or that decimal commas may have torn.
    """
    tag = _tag(geometry)
    if tag == "MultiTrack":  # one walk with a pause, as in a GPX file
        pieces = [positions for child in geometry if _tag(child) == "Track" for _, positions in parts_of(child)]
        if far_apart_m(pieces) <= PAUSE_M:
            yield "LineString", [position for piece in pieces for position in piece]
        else:
            yield from (("LineString", piece) for piece in pieces)
    elif tag == "MultiGeometry":
        for child in geometry:
            if _tag(child) in GEOMETRIES:
                yield from parts_of(child)
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
            raise RecordError("missing-geometry", say("shapes:kml.no-outer"), say("shapes:do.draw-it"))
        yield "Polygon", [outer[0], *inner]
    else:
        positions = _positions(geometry)
        if tag == "Point":
            if len(positions) != 1:
                raise RecordError(
                    "unreadable-record", say("shapes:kml.point", positions=len(positions)), say("shapes:do.draw-it")
                )
            yield "Point", positions[0]
        else:
            yield "LineString", positions


def _positions(element: Element) -> list[list[NumberText]]:
    text = next((child.text or "" for child in element if _tag(child) == "coordinates"), "")
    # Blanks after the commas are a common slip: "108, 12, 0" is one position.
    tuples = re.sub(r"\s*,\s*", ",", text.strip()).split()
    if not tuples:
        raise RecordError("missing-geometry", say("shapes:kml.no-coordinates"), say("shapes:do.draw-it"))
    positions = [_position(part) for part in tuples]
    _check_decimals(positions)
    return positions


def _position(part: str) -> list[NumberText]:
    numbers = part.strip(",").split(",")
    if len(numbers) not in {2, 3}:
        raise RecordError(
            "unreadable-record",
            say("shapes:kml.position.commas", text=shown(part), number=len(numbers))
            if len(numbers) > 3
            else counted("shapes:kml.position", len(numbers), text=shown(part)),
            say("shapes:kml.position.do"),
            part,
        )
    # "108,05 12,68": no number begins with a zero like that, decimals after a comma do.
    if any(re.fullmatch(r"0\d+", number) for number in numbers[1:]) and not any("." in number for number in numbers):
        raise RecordError(
            "unreadable-record",
            say("shapes:kml.one-number", text=shown(part)),
            say("shapes:kml.position.do"),
            part,
        )
    return [NumberText(number) for number in numbers]


def _check_decimals(positions: list[list[NumberText]]) -> None:
    """Refuse a boundary in whole degrees: each of its positions is half of one that was written with commas."""
    if len(positions) > 1 and not any("." in number or "e" in number.lower() for one in positions for number in one):
        raise RecordError(
            "unreadable-record",
            say("shapes:kml.whole-degrees", first=",".join(positions[0])),
            say("shapes:kml.position.do"),
            ",".join(positions[0]),
        )

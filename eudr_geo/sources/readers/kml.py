"""KML and KMZ: every placemark of every folder, with its data; no external entity, no network link is ever followed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from eudr_geo.base.cells import fold, parse_number, shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.boundaries import Shape, line_fault, offered_polygon, shape_of
from eudr_geo.sources.formats.coordinate_text import Regions, assembled
from eudr_geo.sources.formats.xml_stream import batches, encoding_of
from eudr_geo.sources.formats.xml_stream import tag_of as _tag
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.walks import PAUSE_M, far_apart_m

FORMATS = ("KML", "KMZ")
_BLOCK = 1_000  # placemarks whose coordinates are decoded together
_PICTURES = {"GroundOverlay", "PhotoOverlay", "ScreenOverlay"}
_LOOKED_AT = {"Folder", "NetworkLink", "Placemark", "name", *_PICTURES}
_TEXTS = {"address", "phoneNumber", "Snippet"}
_TIMES = {"TimeStamp": "when", "TimeSpan": "begin"}
_TAGS = re.compile(r"<[^<>]*>")
_ROWS = re.compile(r"</?tr\b[^<>]*>", re.IGNORECASE)
_CELLS = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
_LONGEST_DESCRIPTION = 2_000
_NO_NAMES = {  # what programs call a drawing that nobody has named, folded
    "untitled polygon", "untitled path", "untitled placemark", "polygone sans titre", "trajet sans titre",
    "repere sans titre", "poligono sin titulo", "ruta sin titulo", "marca de posicion sin titulo",
    "poligono sem titulo", "caminho sem titulo", "marcador sem titulo", "poligon tanpa judul", "jalur tanpa judul",
    "da giac khong co tieu de", "duong dan khong co tieu de",
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


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
    block = _Block(gathering)
    if not is_archive:
        _document(source.path.read_bytes(), block, "")
        return block.finish()
    files = members(source)
    documents = {name: data for name, data in files.items() if name.lower().endswith(".kml")}
    if others := not_read(files, taken=".kml"):
        gathering.note("several-layers", others, "send it on its own")
    if not documents:
        raise WholeFileError("unreadable-file", "the archive holds no KML", "save it again from the mapping program")
    if len(documents) > 1:
        gathering.note(
            "several-layers",
            f"the archive holds {len(documents)} KML documents; all were read: {shown(', '.join(sorted(documents)))}",
            "nothing; look whether a plot stands in two of them",
        )
    for name in sorted(documents):
        _document(documents[name], block, name if len(documents) > 1 else "")
    return block.finish()


class _Block:
    """Placemarks that wait until their coordinates are decoded together."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering, self.regions = gathering, Regions()
        self.bulk: list[tuple[int, str, int]] = []  # plot, kind, region: assembled together at the end
        self._waiting: list[_Placemark] = []

    def add(self, placemark: _Placemark) -> None:
        """Let a placemark wait."""
        self._waiting.append(placemark)
        if len(self._waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Decode what is plain; put every placemark where it belongs, in their order."""
        most = self.gathering.source.limits.ring_vertices
        before, first = self.regions.positions, self.regions.total
        rings = {row: ring for row, one in enumerate(self._waiting) if (ring := _ring(one))}
        decoded: dict[int, tuple[str, int]] = {}
        together = "\n".join(rings.values()).encode("ascii", "replace")
        if rings and self.regions.add_rings(together, len(rings), most):
            decoded = {row: ("Polygon", first + at) for at, row in enumerate(rings)}
        others = [row for row in range(len(self._waiting)) if row not in decoded]
        plain = [(row, one) for row in others if (one := _as_arrays(self._waiting[row]))]
        numbers = self.regions.decode([kind for _, (kind, _) in plain], [array for _, (_, array) in plain], most)
        self.gathering.hold_all(self.regions.positions - before)
        decoded |= {row: (kind, number) for (row, (kind, _)), number in zip(plain, numbers, strict=True) if number >= 0}
        run: list[int] = []
        for row, placemark in enumerate(self._waiting):
            if run and (row not in decoded or not _alike(placemark, self._waiting[run[0]])):
                self._run(run, decoded)
                run = []
            if row in decoded:
                run.append(row)
            else:
                self._put(placemark)
        self._run(run, decoded)
        self._waiting = []

    def _run(self, rows: list[int], decoded: dict[int, tuple[str, int]]) -> None:
        """Add placemarks with data of the same names together."""
        if not rows:
            return
        gathering, placemarks = self.gathering, [self._waiting[row] for row in rows]
        numbers = range(gathering.records + 1, gathering.records + 1 + len(rows))
        gathering.count_many(len(rows))
        names = placemarks[0].properties
        columns = {name: [placemark.properties[name] for placemark in placemarks] for name in names}
        first = len(gathering.shapes)
        faults = gathering.add_many(
            numbers,
            columns,
            [None] * len(rows),
            group=placemarks[0].group,
            plot_ids=[placemark.name for placemark in placemarks],
        )
        for at, error in faults.items():
            told = placemarks[at]
            gathering.reject(numbers[at], error, group=told.group, plot_id=shown(told.name), properties=told.properties)
        kept = [decoded[row] for at, row in enumerate(rows) if at not in faults]
        self.bulk += [(first + at, *one) for at, one in enumerate(kept)]

    def _put(self, placemark: _Placemark) -> None:
        gathering = self.gathering
        gathering.count()
        number = gathering.records
        group, name, properties = placemark.group, placemark.name, placemark.properties
        offer: Shape | None = None
        try:
            if placemark.fault:
                raise placemark.fault
            parts = [part for geometry in placemark.geometries for part in _parts(geometry)]
            lines = [positions for kind, positions in parts if kind == "LineString"]
            if lines:
                if len(parts) == 1:
                    offer = offered_polygon(lines[0])
                fix = "close the walk and save it as a polygon"
                raise line_fault("LineString", "a path or track is no plot", offer, fix)
            gathering.add(number, properties, _joined(parts), group=group, plot_id=name)
        except RecordError as error:
            gathering.reject(number, error, group=group, plot_id=shown(name), offer=offer, properties=properties)

    def finish(self) -> Reading:
        """Return what was read."""
        self.flush()
        self.regions.close()
        gathering = self.gathering
        return gathering.finish(gathering.plots(*assembled(self.regions, self.bulk, len(gathering.shapes))))


def _document(data: bytes, block: _Block, inside: str) -> None:
    gathering = block.gathering
    folders: list[str] = [inside] if inside else []
    parents: list[str] = []  # roles of the elements that are open
    roles: dict[Any, str] = {}  # of tags as they are written
    links = pictures = 0
    gathering.encoding = gathering.encoding or encoding_of(data)
    for batch in batches(data, gathering.source.limits):
        for event, element in batch:  # millions: as little as possible is done for each
            role = roles.get(element.tag)
            if role is None:
                tag = _tag(element)
                role = roles[element.tag] = tag if tag in _LOOKED_AT else ""
            if event == "start":
                parents.append(role)
                if role == "Folder":
                    folders.append("")
                continue
            parents.pop()
            if not role:
                continue
            if role == "name":
                if parents and parents[-1] == "Folder" and not folders[-1]:
                    folders[-1] = (element.text or "").strip()
            elif role == "Folder":
                folders.pop()
                element.clear()
            elif role == "NetworkLink":
                links += 1
            elif role in _PICTURES:
                pictures += 1
                element.clear()
            else:
                group = "/".join(folder for folder in folders if folder)
                if not gathering.source.layer or gathering.source.layer in {*folders, group}:
                    block.add(_placemark(element, group))
                element.clear()
    if pictures:
        gathering.note(
            "several-layers",
            f"pictures laid over the map were not read ({pictures})",
            "draw the plots as polygons if they are only in a picture",
        )
    if links:
        gathering.note(
            "several-layers",
            "a network link was not followed" if links == 1 else f"{links} network links were not followed",
            "send the boundaries themselves",
        )


@dataclass
class _Placemark:
    """What a placemark says, before its coordinates are understood."""

    group: str
    name: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    geometries: list[Element] = field(default_factory=list)
    fault: RecordError | None = None


def _placemark(element: Element, group: str) -> _Placemark:
    placemark = _Placemark(group)
    described = ""
    for child in element:
        tag = _tag(child)
        if tag == "name":
            name = (child.text or "").strip()
            # A code ends in a digit, and programs name nothing so: no need to fold each.
            placemark.name = "" if not name[-1:].isdigit() and fold(name) in _NO_NAMES else name
        elif tag == "description":
            described = "".join(child.itertext()).strip()
        elif tag in _TEXTS and (text := (child.text or "").strip()):
            placemark.properties.setdefault(tag, text)
        elif tag in _TIMES:
            times = [(one.text or "").strip() for one in child if _tag(one) == _TIMES[tag]]
            if any(times):
                placemark.properties.setdefault("mapped_on", next(filter(None, times))[:10])
        elif tag == "ExtendedData":
            for key, value in _extended(child):
                if placemark.properties.setdefault(key, value) != value:
                    placemark.fault = placemark.fault or RecordError(
                        "unreadable-record", f"the value {shown(key)} stands twice", "keep one of the two", key
                    )
        elif tag in {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}:
            placemark.geometries.append(child)
    if described:
        for key, value in _described(described):
            placemark.properties.setdefault(key, value)
    if not placemark.geometries:
        placemark.fault = placemark.fault or RecordError(
            "missing-geometry", "the placemark has no geometry", "draw the plot, or take its point"
        )
    return placemark


def _alike(placemark: _Placemark, other: _Placemark) -> bool:
    return placemark.group == other.group and placemark.properties.keys() == other.properties.keys()


def _ring(placemark: _Placemark) -> str:
    """Positions of a single polygon of one ring as they are written, one blank between them; "" for anything else."""
    if placemark.fault or len(placemark.geometries) != 1 or _tag(placemark.geometries[0]) != "Polygon":
        return ""
    sides = [side for side in placemark.geometries[0] if len(side)]
    if len(sides) != 1 or _tag(sides[0]) != "outerBoundaryIs" or len(sides[0]) != 1:
        return ""
    text = next((child.text or "" for child in sides[0][0] if _tag(child) == "coordinates"), "")
    return text if text.isprintable() and "  " not in text and text == text.strip() else " ".join(text.split())


def _as_arrays(placemark: _Placemark) -> tuple[str, bytes] | None:
    """Kind and positions of a single plain point or polygon as JSON arrays; None for what is looked at alone.

    Nothing is judged here: what is no number makes arrays that cannot be decoded.
    """
    if placemark.fault or len(placemark.geometries) != 1:
        return None
    (geometry,) = placemark.geometries
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


def _described(text: str) -> Iterator[tuple[str, Any]]:
    """What a description says: the pairs of its table, as some programs export their columns; always the text too."""
    for row in _ROWS.split(text) if "<t" in text.lower() else ():
        cells = [plain for cell in _CELLS.split(row) if (plain := _plain(cell))]
        if len(cells) == 2:
            yield cells[0], _value(cells[1])
    plain = _plain(text)
    if len(plain) > _LONGEST_DESCRIPTION:
        plain = f"{plain[:_LONGEST_DESCRIPTION]} … (cut: {len(plain):,} characters)"
    if plain:
        yield "description", plain


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAGS.sub(" ", text)).split())


def _value(text: str | None) -> Any:
    if text is None:
        return None
    text = text.strip()
    # KML has no numbers, only text: what reads as one plain number is one.
    return NumberText(text) if _NUMBER.fullmatch(text) and parse_number(text, ".") is not None else text


def _parts(geometry: Element) -> Iterator[tuple[str, Any]]:
    tag = _tag(geometry)
    if tag == "MultiTrack":  # one walk with a pause, as in a GPX file
        pieces = [positions for child in geometry if _tag(child) == "Track" for _, positions in _parts(child)]
        if far_apart_m(pieces) <= PAUSE_M:
            yield "LineString", [position for piece in pieces for position in piece]
        else:
            yield from (("LineString", piece) for piece in pieces)
    elif tag == "MultiGeometry":
        for child in geometry:
            if _tag(child) in {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}:
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

"""KML and KMZ: every placemark of every folder, with its data; no external entity, no network link is ever followed."""

from __future__ import annotations

from typing import Any

from eudr_geo.base.cells import shown
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, Source, WholeFileError
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.boundaries import Shape, line_fault, offered_polygon
from eudr_geo.sources.formats.coordinate_text import Regions, assembled
from eudr_geo.sources.formats.xml_stream import batches, encoding_of
from eudr_geo.sources.formats.xml_stream import tag_of as _tag
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.placemark_shapes import joined, one_ring, parts_of, plain_arrays
from eudr_geo.sources.records.placemarks import Placemark, placemark_of
from eudr_geo.words.saying import counted, say

FORMATS = ("KML", "KMZ")
_BLOCK = 1_000  # placemarks whose coordinates are decoded together
_PICTURES = {"GroundOverlay", "PhotoOverlay", "ScreenOverlay"}
_LOOKED_AT = {"Folder", "NetworkLink", "Placemark", "name", *_PICTURES}


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
        gathering.note("several-layers", others, say("reading:do.alone"))
    if not documents:
        raise WholeFileError("unreadable-file", say("shapes:kml.none"), say("shapes:kml.none.do"))
    if len(documents) > 1:
        gathering.note(
            "several-layers",
            say("shapes:kml.several", documents=len(documents), names=shown(", ".join(sorted(documents)))),
            say("shapes:kml.several.do"),
        )
    for name in sorted(documents):
        _document(documents[name], block, name if len(documents) > 1 else "")
    return block.finish()


class _Block:
    """Placemarks that wait until their coordinates are decoded together."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering, self.regions = gathering, Regions()
        self.bulk: list[tuple[int, str, int]] = []  # plot, kind, region: assembled together at the end
        self._waiting: list[Placemark] = []

    def add(self, placemark: Placemark) -> None:
        """Let a placemark wait."""
        self._waiting.append(placemark)
        if len(self._waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Decode what is plain; put every placemark where it belongs, in their order."""
        most = self.gathering.source.limits.ring_vertices
        before, first = self.regions.positions, self.regions.total
        sound = [row for row, one in enumerate(self._waiting) if not one.fault]
        rings = {row: ring for row in sound if (ring := one_ring(self._waiting[row].geometries))}
        decoded: dict[int, tuple[str, int]] = {}
        together = "\n".join(rings.values()).encode("ascii", "replace")
        if rings and self.regions.add_rings(together, len(rings), most):
            decoded = {row: ("Polygon", first + at) for at, row in enumerate(rings)}
        others = [row for row in sound if row not in decoded]
        plain = [(row, one) for row in others if (one := plain_arrays(self._waiting[row].geometries))]
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

    def _put(self, placemark: Placemark) -> None:
        gathering = self.gathering
        gathering.count()
        number = gathering.records
        group, name, properties = placemark.group, placemark.name, placemark.properties
        offer: Shape | None = None
        try:
            if placemark.fault:
                raise placemark.fault
            parts = [part for geometry in placemark.geometries for part in parts_of(geometry)]
            lines = [positions for kind, positions in parts if kind == "LineString"]
            if lines:
                if len(parts) == 1:
                    offer = offered_polygon(lines[0])
                raise line_fault("LineString", say("shapes:kml.path"), offer, say("shapes:kml.path.do"))
            gathering.add(number, properties, joined(parts), group=group, plot_id=name)
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
                    block.add(placemark_of(element, group))
                element.clear()
    if pictures:
        gathering.note(
            "several-layers",
            say("shapes:kml.pictures", pictures=pictures),
            say("shapes:kml.pictures.do"),
        )
    if links:
        gathering.note(
            "several-layers",
            counted("shapes:kml.links", links),
            say("shapes:kml.links.do"),
        )


def _alike(placemark: Placemark, other: Placemark) -> bool:
    return placemark.group == other.group and placemark.properties.keys() == other.properties.keys()

"""What a KML placemark says of a plot: its name, its data in all the ways programs write it, and its geometries."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from eudr_geo.base.cells import fold, parse_number, shown
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.xml_stream import tag_of as _tag
from eudr_geo.sources.records.placemark_shapes import GEOMETRIES
from eudr_geo.words.saying import say

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


@dataclass
class Placemark:
    """What a placemark says, before its coordinates are understood."""

    group: str
    name: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    geometries: list[Element] = field(default_factory=list)
    fault: RecordError | None = None


def placemark_of(element: Element, group: str) -> Placemark:
    """Return what the element of a placemark says; a fault in it is kept for when it is put in its place."""
    placemark = Placemark(group)
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
                        "unreadable-record",
                        say("shapes:kml.value-twice", name=shown(key)),
                        say("shapes:do.keep-one"),
                        key,
                    )
        elif tag in GEOMETRIES:
            placemark.geometries.append(child)
    if described:
        for key, value in _described(described):
            placemark.properties.setdefault(key, value)
    if not placemark.geometries:
        placemark.fault = placemark.fault or RecordError(
            "missing-geometry", say("shapes:kml.placemark"), say("shapes:kml.placemark.do")
        )
    return placemark


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

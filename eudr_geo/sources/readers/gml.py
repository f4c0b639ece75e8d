"""GML, as land offices and map services give it: records judged here, shapes decoded by GDAL in the cage.

A schema beside it (XSD) is not needed and not read: values are kept as they are written.
"""

from __future__ import annotations

import re
from collections import Counter
from operator import itemgetter
from pathlib import Path

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.plots.projecting import known
from eudr_geo.sources.formats.double_shapes import damaged
from eudr_geo.sources.formats.gml_features import NUMBER_NAME, Aside, Feature, document, features
from eudr_geo.sources.formats.ogr import OgrError, Rows, rows_of
from eudr_geo.sources.formats.xml_stream import encoding_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import WGS84, Layer, nobody_knows, read_layers, system_of
from eudr_geo.words.saying import say

FORMATS = ("GML",)
DRIVER = "GML"
_Layers = dict[tuple[str, str], list[tuple[int, Feature]]]
"""Records and their numbers in the file, by the name and the coordinate system of their layer."""
_ROOT = re.compile(
    rb"<(?:[\w.-]+:)?(?:Simple)?FeatureCollection[\s>/]|<[\w.-]+:[\w.-]+[^>]*http://www\.opengis\.net/gml"
)
_CODE = re.compile(r".*epsg(?:\.xml#|::|[:/](?:[\d.]*[:/])?)(\d{4,6})", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return GML by content."""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "GML" if text.startswith(b"<") and _ROOT.search(text) else ""


def read(source: Source) -> Reading:
    """Read a GML; records of other names, or in other coordinate systems, are layers of their own.

    Raises
    ------
    WholeFileError
        For XML that breaks or has a document type definition, a coordinate system that nobody knows, or no records.
    """
    gathering = Gathering(source, "GML")
    data = source.path.read_bytes()
    gathering.encoding = encoding_of(data)
    aside = Aside()
    found: _Layers = {}
    for number, feature in enumerate(features(data, source.limits, aside), start=1):
        if number > source.limits.records:
            raise WholeFileError(
                "unreadable-file",
                say("reading:records", most=source.limits.records),
                say("reading:do.split", variable=variable_of("records")),
            )
        if source.layer in {"", feature.layer}:
            found.setdefault((feature.layer, feature.system if feature.shape else ""), []).append((number, feature))
    _rest(found)
    if aside.elements:
        names = ", ".join(f"{shown(name)} ({count:,})" for name, count in sorted(aside.elements.items())[:5])
        gathering.note("several-layers", say("shapes:gml.others", names=names), say("shapes:gml.others.do"))
    if aside.shapes:
        why = say("shapes:gml.beside", records=aside.shapes)
        gathering.note("several-layers", why, say("shapes:do.boundary-only"))
    titles = Counter(name for name, _ in found)
    layers = [
        _layer(
            name if titles[name] == 1 else f"{name} ({system or 'no srsName'})",
            system,
            [row for _, row in rows],
            Path(f"gml{number}"),
            gathering,
        )
        for number, ((name, system), rows) in enumerate(found.items())
    ]
    return read_layers(gathering, layers)


def _rest(found: _Layers) -> None:
    """Put records without a shape to those of the same name that have one: they are no layer of their own."""
    for name, system in [key for key in found if not key[1]]:
        rows = found[name, system]
        other = next((key for key in found if key[0] == name and key[1]), None)
        if other and not any(row.shape for _, row in rows):
            found[other] = sorted(found[other] + found.pop((name, system)), key=itemgetter(0))


def _layer(name: str, system: str, rows: list[Feature], folder: Path, gathering: Gathering) -> Layer:
    layer = Layer(name, crs=WGS84)  # where there are no shapes, in whatever system
    shapes = [(number, row.shape) for number, row in enumerate(rows) if row.shape]
    if shapes:
        layer.crs = ""
    if shapes and not gathering.source.crs:
        _system(layer, system)
    read = _shapes(shapes, folder, name, gathering) if shapes else Rows(0)
    told = {int(values[NUMBER_NAME]): one for values, one in read.records if values.get(NUMBER_NAME)}
    layer.add([(row.properties, row.fault or told.get(at) or damaged()) for at, row in enumerate(rows)])
    layer.judge_metres()
    return layer


def _shapes(shapes: list[tuple[int, str]], folder: Path, name: str, gathering: Gathering) -> Rows:
    folder.mkdir()
    path = folder / "in.gml"
    path.write_text(document(shapes), encoding="utf-8")
    try:
        return rows_of(path, DRIVER, most=gathering.source.limits.records)
    except OgrError as error:
        raise WholeFileError(
            "unreadable-file", say("shapes:gml.unreadable", name=shown(name)), say("shapes:do.layer-again")
        ) from error


def _system(layer: Layer, name: str) -> None:
    if not name:
        layer.why_no_crs = say("shapes:no-srsname")
    elif "CRS84" in name.upper():
        layer.crs = WGS84
    elif match := _CODE.fullmatch(name.strip()):
        layer.crs = system_of(match[1])
    elif known(name):
        layer.crs = system_of(name)
    else:
        raise nobody_knows(name)

"""Zipped Shapefiles as people zip them: in a folder, beside junk, several together, parts missing.

Read without GDAL, which cuts text at a NUL, drops letters of some code pages, skips deleted rows, turns a damaged shape
into none, and refuses the commonest honest archive of all.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, Source, WholeFileError
from eudr_geo.plots.projecting import known
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.dbase import read_table
from eudr_geo.sources.formats.shp import box_of, breaks_off, shapes_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import PROJECTED, Layer, nobody_knows, read_layers, system_of
from eudr_geo.words.saying import say

FORMATS = ("Shapefile",)
_SYSTEM = re.compile(r"(PROJ|GEOG|LOCAL_?|GEOD|BOUND|COMPD?_?)(CS|CRS)\b", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return Shapefile for an archive that names one."""
    return "Shapefile" if head.startswith(b"PK\x03\x04") and b".shp" in head.lower() else ""


def read(source: Source) -> Reading:
    """Read every Shapefile of an archive, wherever in it they lie.

    Raises
    ------
    WholeFileError
        When the table that belongs to one is missing or damaged, or its coordinate system is one nobody knows.
    """
    gathering = Gathering(source, "Shapefile")
    by_stem: dict[str, dict[str, bytes]] = {}
    files = members(source)
    if others := not_read(files, taken=".shp"):
        gathering.note("several-layers", others, say("reading:do.alone"))
    for name, data in files.items():
        path = PurePosixPath(name.replace("\\", "/"))
        by_stem.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = data
    stems = sorted(stem for stem, parts in by_stem.items() if ".shp" in parts)
    bases = [PurePosixPath(stem).name for stem in stems]
    names = [base if bases.count(base) == 1 else stem for stem, base in zip(stems, bases, strict=True)]
    return read_layers(
        gathering,
        [
            _layer(by_stem[stem], name, gathering)
            for stem, name in zip(stems, names, strict=True)
            if source.layer in {"", name}
        ],
    )


def _layer(parts: dict[str, bytes], name: str, gathering: Gathering) -> Layer:
    if ".dbf" not in parts:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:shp.no-dbf", name=shown(name)),
            say("shapes:shp.no-dbf.do"),
        )
    table = read_table(parts[".dbf"], parts.get(".cpg", b"")[:40].decode("ascii", "ignore"))
    gathering.encoding = table.encoding
    if not table.certain:
        key = "shapes:shp.other-encoding" if ".cpg" in parts else "shapes:shp.no-encoding"
        gathering.note(
            "unreadable-text",
            say(key, name=shown(name), encoding=table.encoding),
            say("shapes:shp.encoding.do"),
        )
    if table.cut:
        gathering.note(
            "unreadable-text",
            say("shapes:shp.cut", texts=table.cut, name=shown(name)),
            say("shapes:shp.cut.do"),
        )
    if table.count > gathering.source.limits.records:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:says-rows", name=shown(name), rows=table.count, most=gathering.source.limits.records),
            say("reading:do.split", variable=variable_of("records")),
        )
    shapes = shapes_of(parts[".shp"], parts.get(".shx", b""), shown(name))
    layer = Layer(name, looks_projected=max(map(abs, box_of(parts[".shp"]))) > PROJECTED, winds=True)
    _system(layer, parts.get(".prj") or parts.get(".qpj"), gathering)
    shapes += [breaks_off()] * (table.count - len(shapes))
    held = len(table.deleted)
    rows = [row for row in range(len(shapes)) if row >= held or not table.deleted[row]]
    layer.columns = (
        table.columns
        if rows == [*range(held)]
        else {column: [values[row] if row < held else None for row in rows] for column, values in table.columns.items()}
    )
    no_row = RecordError("unreadable-record", say("shapes:shp.no-row"), say("shapes:do.layer-again"))
    layer.told = [shapes[row] if row < held else no_row for row in rows]
    return layer


def _system(layer: Layer, prj: bytes | None, gathering: Gathering) -> None:
    if gathering.source.crs:
        return
    text = (prj or b"").decode("utf-8", "replace").strip("\ufeff\0 \r\n\t")
    if not text:
        layer.why_no_crs = say("shapes:no-prj")
    elif known(text):
        layer.crs = system_of(text)
    elif _SYSTEM.match(text):
        raise nobody_knows(text)
    else:
        layer.why_no_crs = say("shapes:odd-prj")

"""Zipped Shapefiles as people zip them: in a folder, beside junk, several together, parts missing.

Read without GDAL, which cuts text at a NUL, drops letters of some code pages, skips deleted rows, turns a damaged shape
into none, and refuses the commonest honest archive of all.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import raise_it
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, Source, WholeFileError
from eudr_geo.plots.projecting import known
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.dbase import read_table
from eudr_geo.sources.formats.shp import box_of, shapes_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import PROJECTED, Layer, nobody_knows, read_layers, system_of

FORMATS = ("Shapefile",)
_SYSTEM = re.compile(r"(PROJ|GEOG|LOCAL_?|GEOD|BOUND|COMPD?_?)(CS|CRS)\b", re.IGNORECASE)
_NO_ROW = ("unreadable-record", "its row in the table (.dbf) is missing", "export the layer again")
_NO_SHAPE = ("unreadable-record", "its shape is missing: the .shp file breaks off", "export it again")


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
        gathering.note("several-layers", others, "send it on its own")
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
            f"{shown(name)}.dbf is missing, and with it the plot codes",
            "zip all files of the shapefile",
        )
    table = read_table(parts[".dbf"], parts.get(".cpg", b"")[:40].decode("ascii", "ignore"))
    gathering.encoding = table.encoding
    if not table.certain:
        told = "tells an encoding that its text does not have" if ".cpg" in parts else "does not tell its text encoding"
        gathering.note(
            "unreadable-text",
            f"{shown(name)} {told}; read as {table.encoding}",
            "check the names; export it again with UTF-8 as encoding",
        )
    if table.cut:
        gathering.note(
            "unreadable-text",
            f"{table.cut} texts of {shown(name)} end in the middle of a letter: the column is too narrow",
            "check the long names; export as GeoJSON or GeoPackage",
        )
    if table.count > gathering.source.limits.records:
        raise WholeFileError(
            "unreadable-file",
            f"{shown(name)} says it has {table.count:,} rows, more than {gathering.source.limits.records:,}",
            f"split the file, {raise_it('records')}",
        )
    shapes = shapes_of(parts[".shp"], parts.get(".shx", b""), shown(name))
    layer = Layer(name, looks_projected=max(map(abs, box_of(parts[".shp"]))) > PROJECTED, winds=True)
    _system(layer, parts.get(".prj") or parts.get(".qpj"), gathering)
    shapes += [RecordError(*_NO_SHAPE)] * (table.count - len(shapes))
    held = len(table.deleted)
    rows = [row for row in range(len(shapes)) if row >= held or not table.deleted[row]]
    layer.columns = (
        table.columns
        if rows == [*range(held)]
        else {column: [values[row] if row < held else None for row in rows] for column, values in table.columns.items()}
    )
    layer.told = [shapes[row] if row < held else RecordError(*_NO_ROW) for row in rows]
    return layer


def _system(layer: Layer, prj: bytes | None, gathering: Gathering) -> None:
    if gathering.source.crs:
        return
    text = (prj or b"").decode("utf-8", "replace").strip("\ufeff\0 \r\n\t")
    if not text:
        layer.why_no_crs = " (no .prj)"
    elif known(text):
        layer.crs = system_of(text)
    elif _SYSTEM.match(text):
        raise nobody_knows(text)
    else:
        layer.why_no_crs = " (its .prj makes no sense)"

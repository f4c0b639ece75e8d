"""Zipped File Geodatabases (.gdb), as ArcGIS users send them; GDAL reads them for us, in the cage.

Only files that a geodatabase is made of are laid out for GDAL, under names of ours. Each layer with shapes is read;
tables without are named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import RecordError, Source, WholeFileError
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.double_shapes import Told
from eudr_geo.sources.formats.ogr import OgrError, layers_of, rows_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import Layer, read_layers
from eudr_geo.words.saying import say

FORMATS = ("FileGDB",)
DRIVER = "OpenFileGDB"
_PART = re.compile(r"a[0-9a-f]{8}\.(?:gdbtable|gdbtablx|gdbindexes|spx|atx|freelist|horizon)|gdb|timestamps")
_CATALOGUE = ("a00000001.gdbtable", "a00000001.gdbtablx")
_COMPRESSED = ".cdf"


def sniff(head: bytes) -> str:
    """Return FileGDB for an archive that names a table of one."""
    return "FileGDB" if head.startswith(b"PK\x03\x04") and b".gdbtable" in head.lower() else ""


def read(source: Source) -> Reading:
    """Read every layer of every geodatabase of an archive, with or without a folder round it.

    Raises
    ------
    WholeFileError
        When a part of one is missing or damaged, or it is compressed.
    """
    gathering = Gathering(source, "FileGDB")
    files = {name.replace("\\", "/"): data for name, data in members(source).items()}
    if any(name.lower().endswith(_COMPRESSED) for name in files):
        raise WholeFileError("unsupported-format", say("shapes:gdb.compressed"), say("shapes:gdb.compressed.do"))
    if others := not_read(files, taken=".gdbtable"):
        gathering.note("several-layers", others, say("reading:do.alone"))
    found: dict[str, dict[str, bytes]] = {}
    for name, data in sorted(files.items()):
        path = PurePosixPath(name)
        if _PART.fullmatch(path.name.lower()):
            found.setdefault(path.parent.as_posix(), {})[path.name.lower()] = data
    bases = {place: parts for place, parts in found.items() if any(name.endswith(".gdbtable") for name in parts)}
    layers: list[Layer] = []
    tables: list[str] = []
    for number, (place, parts) in enumerate(bases.items()):
        prefix = f"{PurePosixPath(place).stem}/" if len(bases) > 1 else ""
        layers += _layers(_laid_out(parts, place, Path(f"base{number}.gdb")), prefix, tables, gathering)
    if tables:
        listed = ", ".join(map(shown, tables[:5])) + (" …" if len(tables) > 5 else "")
        gathering.note("several-layers", say("shapes:gdb.tables", names=listed), say("shapes:gdb.tables.do"))
    return read_layers(gathering, layers)


def _laid_out(parts: Mapping[str, bytes], place: str, folder: Path) -> Path:
    for part in _CATALOGUE:
        if part not in parts:
            raise WholeFileError(
                "unreadable-file",
                say("shapes:gdb.missing", part=part, place=shown(place))
                if place != "."
                else say("shapes:gdb.missing.archive", part=part),
                say("shapes:gdb.missing.do"),
            )
    folder.mkdir()
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    return folder


def _layers(folder: Path, prefix: str, tables: list[str], gathering: Gathering) -> list[Layer]:
    limit = gathering.source.limits.records
    found = []
    try:
        for inner in layers_of(folder, DRIVER):
            name = prefix + inner
            if gathering.source.layer not in {"", name, inner}:
                continue
            rows = rows_of(folder, DRIVER, inner, most=limit)
            if not rows.has_shapes:
                tables.append(name)
                continue
            if rows.count > limit:
                raise WholeFileError(
                    "unreadable-file",
                    say("shapes:says-rows", name=shown(name), rows=rows.count, most=limit),
                    say("reading:do.split", variable=variable_of("records")),
                )
            layer = Layer(name, winds=True)
            gathering.encoding = "utf-8"  # of the format
            layer.take_system(rows.crs_wkt, gathering)
            layer.add([(values, _unwrapped(told)) for values, told in rows.records])
            layer.add_missing(rows.count)
            layer.judge_metres()
            found.append(layer)
    except OgrError as error:
        raise WholeFileError("unreadable-file", say("shapes:gdb.damaged"), say("shapes:do.again")) from error
    return found


def _unwrapped(told: Told | RecordError) -> Told | RecordError:
    """The format knows no single polygon: the driver calls every one of them several."""
    if not isinstance(told, RecordError) and told[0] == "MultiPolygon" and len(told[1]) == 1:
        return "Polygon", told[1][0], told[2]
    return told

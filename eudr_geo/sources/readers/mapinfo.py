"""Zipped MapInfo tables (TAB, MIF), as land offices send them; GDAL reads them for us, in the cage.

GDAL sees one table at a time, under a name of ours, with no other driver; what a TAB could open besides itself is
refused before. Records are counted apart from it and compared: by the number in the table, or by the lines of a MID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from eudr_geo.base.cells import shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.plots import Reading
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.formats.archives import members, not_read
from eudr_geo.sources.formats.ogr import OgrError, rows_of
from eudr_geo.sources.records.gathering import Gathering
from eudr_geo.sources.records.layers import Layer, read_layers
from eudr_geo.words.saying import say

FORMATS = ("MapInfo",)
DRIVER = "MapInfo File"
_NEEDED = {".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}
_NATIVE = re.compile(rb"^\s*Type\s+NATIVE\b", re.IGNORECASE | re.MULTILINE)
_OPENS = re.compile(rb"open\s+table|create\s+view|isseamless|type\s+linked", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return MapInfo for an archive that names a table of it."""
    low = head.lower()
    is_archive = head.startswith(b"PK\x03\x04") and b".shp" not in low
    return "MapInfo" if is_archive and re.search(rb"\.(tab|mif)(\n|$)", low) else ""


def read(source: Source) -> Reading:
    """Read every MapInfo table of an archive.

    Raises
    ------
    WholeFileError
        When a part of one is missing or damaged, or it opens other files instead of holding plots.
    """
    gathering = Gathering(source, "MapInfo")
    files = {name.replace("\\", "/"): data for name, data in members(source).items()}
    if others := not_read(files, taken=(".tab", ".mif")):
        gathering.note("several-layers", others, say("reading:do.alone"))
    tops = [name for name in sorted(files) if PurePosixPath(name).suffix.lower() in _NEEDED]
    layers = []
    for number, top in enumerate(tops):
        name = PurePosixPath(top).stem
        if source.layer in {"", name}:
            layers.append(_layer(files, top, name, Path(f"mapinfo{number}"), gathering))
    return read_layers(gathering, layers)


def _layer(files: Mapping[str, bytes], top: str, name: str, folder: Path, gathering: Gathering) -> Layer:
    path = PurePosixPath(top)
    suffix = path.suffix.lower()
    beside = {
        PurePosixPath(other).suffix.lower(): data
        for other, data in files.items()
        if PurePosixPath(other).with_suffix("").as_posix().lower() == path.with_suffix("").as_posix().lower()
    }
    for part in _NEEDED[suffix]:
        if part not in beside:
            raise WholeFileError(
                "unreadable-file",
                say("shapes:part-missing", name=f"{shown(name)}{part}"),
                say("shapes:part-missing.do", name=shown(path.name)),
            )
    if suffix == ".tab" and (not _NATIVE.search(files[top]) or _OPENS.search(files[top])):
        raise WholeFileError(
            "unsupported-format", say("shapes:mapinfo.opens", name=shown(path.name)), say("shapes:mapinfo.opens.do")
        )
    folder.mkdir()
    for part in (suffix, *_NEEDED[suffix]):
        (folder / f"in{part}").write_bytes(beside[part])
    return _read(folder / f"in{suffix}", name, gathering)


def _read(path: Path, name: str, gathering: Gathering) -> Layer:
    limit = gathering.source.limits.records
    layer = Layer(name)
    lines = _count(path) if path.suffix == ".mif" else 0
    try:
        rows = rows_of(path, DRIVER, most=limit)
    except OgrError as error:
        raise WholeFileError(
            "unreadable-file", say("shapes:mapinfo.damaged", name=shown(name)), say("shapes:do.again")
        ) from error
    promised = lines if path.suffix == ".mif" else rows.count
    if max(promised, rows.count) > limit:
        raise WholeFileError(
            "unreadable-file",
            say("shapes:says-rows", name=shown(name), rows=max(promised, rows.count), most=limit),
            say("reading:do.split", variable=variable_of("records")),
        )
    layer.take_system(rows.crs_wkt, gathering)
    layer.add(rows.records)
    layer.add_missing(promised)
    layer.judge_metres()
    return layer


def _count(path: Path) -> int:
    return sum(1 for line in path.with_suffix(".mid").read_bytes().splitlines() if line.strip())

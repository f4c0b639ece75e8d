"""Drawer of input formats, one file a format: ``FORMATS``, ``sniff(head) -> format``, ``read(source) -> Reading``.

They run inside the cage. Content decides, never the name: the first reader that knows the file's first bytes takes it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from eudr_geo.model.plots import Note, Reading
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.formats.archives import members, names_in, not_read
from eudr_geo.sources.records.doors import BOUNDARIES, kind_of_refusal, other_door
from eudr_geo.words.saying import say

_HEAD = 65_536
_ARCHIVE = b"PK\x03\x04"
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_AS_BOUNDARIES = "reading:do.as-boundaries"
_REPACK = "reading:do.repack"
_NO_DATA = (  # how strangers' files begin that hold no plots in any form: what they are, and what to do
    (b"%PDF", "reading:kind.pdf", "reading:kind.pdf.do"),
    (b"\x89PNG", "reading:kind.picture", _AS_BOUNDARIES),
    (b"\xff\xd8\xff", "reading:kind.picture", _AS_BOUNDARIES),
    (b"GIF8", "reading:kind.picture", _AS_BOUNDARIES),
    (b"II*\0", "reading:kind.tiff", _AS_BOUNDARIES),
    (b"MM\0*", "reading:kind.tiff", _AS_BOUNDARIES),
    (b"{\\rtf", "reading:kind.text", "reading:do.itself"),
    (b"Rar!", "reading:kind.rar", _REPACK),
    (b"7z\xbc\xaf", "reading:kind.7z", _REPACK),
    (b"\x1f\x8b", "reading:kind.gzip", _REPACK),
)
_ALONE = re.compile(r"\.(?:geojson|geojsonl|ndjson|json|gml|gpkg|gpx|fgb|csv|tsv|xlsx|xls|ods)$", re.IGNORECASE)
"""Files that are read out of an archive that holds one of them. KML and Shapefiles have readers that know archives."""
_MANIFEST = "manifest.json"  # of a package
_REPORT = re.compile(rb"\s*\{\s*\"schema\":\s*\"eudr-geo\.")  # how each JSON of ours begins
_UNPACKED = "unpacked.bin"  # a name of ours: the archive's own names open nothing
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_STREAMS = {  # in the directory of an old Office file
    "EncryptedPackage": "", "Workbook": "", "Book": "", "WordDocument": "reading:kind.word",
    "PowerPoint Document": "reading:kind.slides",
}  # fmt: skip
_OTHER_DATA = (  # and that hold some, in a form no reader takes
    (b"\0\0\x27\x0a", "reading:kind.shp", "reading:kind.shp.do"),
    (b"PAR1", "reading:kind.parquet", "reading:do.as-package"),
    (b"fgb", "reading:kind.fgb", "reading:do.as-package"),
    (b"AC10", "reading:kind.dwg", "reading:kind.dwg.do"),
)
_DOCUMENTS = {
    "word": "reading:kind.word",
    "ppt": "reading:kind.slides",
    "content.xml": "reading:kind.odf",
}
_XML = {
    "osm": ("reading:kind.osm", "reading:do.as-geojson"),
    "svg": ("reading:kind.svg", _AS_BOUNDARIES),
}
_INSTRUCTIONS = {"OGRVRTDataSource", "OGRWFSDataSource", "VRTDataset", "OGCAPIFeatures", "OGCAPIProcesses", "GDALG"}
_ROOT = re.compile(  # atomic: a thousand comments are looked at once
    rb"(?>\s*+(?:(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^>\[]*+(?:\[.*?\])?\s*+>)))*+\s*+<(?:[\w.-]++:)?([\w.-]++)",
    re.DOTALL,
)


def _members() -> list[Any]:
    names = [info.name for info in pkgutil.iter_modules(__path__)]
    return [
        importlib.import_module(f"{__name__}.{name}")
        for name in sorted(names, key=lambda name: (name == "table", name))
    ]


def formats() -> list[str]:
    """Return the formats that some reader takes."""
    return sorted(name for module in _members() for name in module.FORMATS)


def choose(source: Source) -> tuple[str, Callable[[Source], Reading]]:
    """Return the format of a file and its reader.

    Readers see the first bytes of the file; of an archive, its mark and the names of the files in it.

    Raises
    ------
    WholeFileError
        When the file is something else; says what.
    """
    with source.path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(_BLANK):
        raise WholeFileError("empty-file", say("reading:empty"), say("reading:do.send-again"))
    names: list[str] = []
    if head.startswith(b"PK\x05\x06"):
        raise WholeFileError("empty-file", say("reading:archive.empty"), say("reading:do.send-again"))
    if head.startswith(_ARCHIVE):
        names = names_in(source)
        head = _ARCHIVE + "\n".join(names).encode("utf-8", "replace")
    elif head.startswith(_OLD_OFFICE):
        head = _OLD_OFFICE + "\n".join(_streams_in(source)).encode("ascii", "replace")
    else:
        if _REPORT.match(head):
            raise other_door("report", source.name)
        _refuse_known(head)
    for module in _members():
        if format_ := module.sniff(head):
            return format_, module.read
    if any(PurePosixPath(name).name == _MANIFEST for name in names):
        raise other_door("package", source.name)
    alone = [name for name in names if _ALONE.search(name)]
    if len(alone) == 1 and source.path.name != _UNPACKED:  # one level: an archive in it is refused like any other
        return _zipped(source, alone[0])
    raise _unknown(head, names)


def _zipped(source: Source, name: str) -> tuple[str, Callable[[Source], Reading]]:
    """Return the format and the reader of a file that was zipped to be sent, as if it had come by itself."""
    files = members(source)
    inner = replace(source, path=source.path.with_name(_UNPACKED))
    inner.path.write_bytes(files.pop(name))
    format_, reader = choose(inner)

    def read(_: Source) -> Reading:
        reading = reader(inner)
        if not (others := not_read(files, taken=())):
            return reading
        note = Note("several-layers", others, say("reading:do.alone"))
        return replace(reading, files=tuple(replace(file, notes=(*file.notes, note)) for file in reading.files))

    return format_, read


def _streams_in(source: Source) -> list[str]:
    """Names of the streams of an old Office file that tell what it is.

    Raises
    ------
    WholeFileError
        When it is no workbook, or one with a password.
    """
    data = source.path.read_bytes()
    found = [name for name in _STREAMS if name.encode("utf-16-le") in data]
    if "EncryptedPackage" in found:
        raise WholeFileError("unreadable-file", say("reading:password"), say("reading:password.do"))
    if not {"Workbook", "Book"} & set(found):
        what = next((_STREAMS[name] for name in found if _STREAMS[name]), "reading:kind.old-office")
        raise WholeFileError("unreadable-file", say("reading:file-is", what=say(what)), say("reading:do.itself"))
    return found


def _refuse_known(head: bytes) -> None:
    """Say what a file is that no reader should look at."""
    for start, what, fix in _NO_DATA:
        if head.startswith(start):
            raise WholeFileError("unreadable-file", say("reading:file-is", what=say(what)), say(fix))
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    root = _ROOT.match(plain) if plain.startswith(b"<") else None
    name = root[1].decode("ascii", "replace") if root else ""
    if (
        name in _INSTRUCTIONS
        or plain.startswith((b"$GP", b"$GN", b"MsRc"))
        or (plain.startswith(b"{") and b"gdal_streamed_alg" in plain)
    ):
        raise WholeFileError("unsupported-format", say("reading:instructions"), say("reading:instructions.do"))
    if b"<table" in plain[:_HEAD].lower() and plain[:1] == b"<" and name.lower() in {"html", "table"}:
        raise WholeFileError(
            "unreadable-file",
            say("reading:web-table"),
            say("reading:web-table.do"),
        )
    if plain[:2] in {b"//", b"/*"} or re.match(rb"(?:var|let|const)\s", plain):
        raise WholeFileError("unsupported-format", say("reading:program"), say("reading:do.as-geojson"))
    if name.lower() == "html" or plain[:14].lower() == b"<!doctype html":
        raise WholeFileError("unreadable-file", say("reading:web-page"), say("reading:web-page.do"))
    if name in _XML:
        what, fix = _XML[name]
        raise WholeFileError("unsupported-format", say("reading:file-holds", what=say(what)), say(fix))


def _unknown(head: bytes, names: list[str]) -> WholeFileError:
    for start, what, fix in _OTHER_DATA:
        if head.startswith(start):
            return WholeFileError("unsupported-format", say("reading:file-is", what=say(what)), say(fix))
    if names:
        tops = {PurePosixPath(name).parts[0] for name in names if PurePosixPath(name).parts}
        for top, what in _DOCUMENTS.items():
            if top in tops:
                return WholeFileError(
                    "unsupported-format", say("reading:file-is", what=say(what)), say("reading:do.table-in-it")
                )
        first = ", ".join(PurePosixPath(name).name[:40] for name in names[:3]) + (" …" if len(names) > 3 else "")
        why = say("reading:archive.no-single" if len(names) > 1 else "reading:archive.none", names=first)
        return WholeFileError("unsupported-format", why, say("reading:archive.unpack"))
    if head.lstrip(_BLANK).startswith(b"[") and b'"Feature"' in head:
        return WholeFileError(
            "unsupported-format",
            say("reading:bare-list"),
            say("reading:bare-list.do"),
        )
    if head.lstrip(_BLANK).startswith(b"["):
        return WholeFileError("unsupported-format", say("reading:other-json"), say("reading:do.as-geojson"))
    return WholeFileError(
        "unsupported-format", say("reading:unknown"), say("reading:unknown.do", formats=", ".join(formats()))
    )


def read_sheets(source: Source, headings: Sequence[str] = ()) -> dict[str, list[list[Any]]]:
    """Return the sheets of a workbook as plain cells; a CSV is a workbook of one sheet.

    Parameters
    ----------
    source
        The file.
    headings
        Those that tell the separator of a CSV; by default all of the lots workbook.

    Raises
    ------
    WholeFileError
        For a file that is no table; says which command reads it.
    """
    from eudr_geo.sources.readers import geopackage, table

    try:
        format_, _ = choose(source)
    except WholeFileError as error:
        if kind_of_refusal(error.why):
            raise
        format_ = ""  # text of one column is a table too
    if format_ in geopackage.FORMATS:
        geopackage.refuse_project(source)
    if format_ and format_ not in table.FORMATS:
        raise other_door(BOUNDARIES, source.name)
    return table.book_cells(source, headings)


def look(source: Source) -> str:
    """Return what a file is: see :func:`eudr_geo.sources.kinds.kind_of`."""
    try:
        cells = read_sheets(source)
    except WholeFileError as error:
        return kind_of_refusal(error.why)
    from eudr_geo.sources.records.telling import kind_of_cells

    return kind_of_cells(cells)

"""Drawer of input formats, one file a format: ``FORMATS``, ``sniff(head) -> format``, ``read(source) -> Reading``.

They run inside the cage. Content decides, never the name: the first reader that knows the file's first bytes takes it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from eudr_geo.model.plots import Note, Reading
from eudr_geo.model.source import Source, WholeFileError
from eudr_geo.sources.formats.archives import members, names_in, not_read
from eudr_geo.words.saying import say

_HEAD = 65_536
_ARCHIVE = b"PK\x03\x04"
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_AS_BOUNDARIES = "ask for the boundaries as GeoJSON, KML or Shapefile"
_REPACK = "unpack it and zip it again"
_UNPACK = "unpack it and send the files in it; only KML, Shapefiles and single files are read from archives"
_NO_DATA = (  # how strangers' files begin that hold no plots in any form
    (b"%PDF", "a PDF document", "ask for the file the document was printed from"),
    (b"\x89PNG", "a picture", _AS_BOUNDARIES),
    (b"\xff\xd8\xff", "a picture", _AS_BOUNDARIES),
    (b"GIF8", "a picture", _AS_BOUNDARIES),
    (b"II*\0", "a picture (TIFF)", _AS_BOUNDARIES),
    (b"MM\0*", "a picture (TIFF)", _AS_BOUNDARIES),
    (b"{\\rtf", "a text document", "send the table or the map file itself"),
    (b"Rar!", "a RAR archive", _REPACK),
    (b"7z\xbc\xaf", "a 7z archive", _REPACK),
    (b"\x1f\x8b", "a gzip archive", _REPACK),
)
_ALONE = re.compile(r"\.(?:geojson|geojsonl|ndjson|json|gml|gpkg|gpx|fgb|csv|tsv|xlsx|xls|ods)$", re.IGNORECASE)
"""Files that are read out of an archive that holds one of them. KML and Shapefiles have readers that know archives."""
_UNPACKED = "unpacked.bin"  # a name of ours: the archive's own names open nothing
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_STREAMS = {  # in the directory of an old Office file
    "EncryptedPackage": "", "Workbook": "", "Book": "", "WordDocument": "a Word document",
    "PowerPoint Document": "a presentation",
}  # fmt: skip
_OTHER_DATA = (  # and that hold some, in a form no reader takes
    (b"\0\0\x27\x0a", "one part (.shp) of a Shapefile", "zip all its files together: .shp, .shx, .dbf, .prj, .cpg"),
    (b"PAR1", "GeoParquet", "export it as GeoJSON or GeoPackage"),
    (b"fgb", "FlatGeobuf of another version", "export it as GeoJSON or GeoPackage"),
    (b"AC10", "an AutoCAD drawing (DWG)", "export the plots as KML or Shapefile"),
)
_DOCUMENTS = {
    "word": "a Word document",
    "ppt": "a presentation",
    "content.xml": "an OpenDocument file that is no table",
}
_XML = {
    "osm": ("OpenStreetMap data", "export the plots as GeoJSON"),
    "svg": ("a drawing (SVG)", _AS_BOUNDARIES),
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
        raise WholeFileError("empty-file", say("workbook_files:empty"), say("workbook_files:empty.do"))
    names: list[str] = []
    if head.startswith(b"PK\x05\x06"):
        raise WholeFileError("empty-file", "the archive is empty", "send it again")
    if head.startswith(_ARCHIVE):
        names = names_in(source)
        head = _ARCHIVE + "\n".join(names).encode("utf-8", "replace")
    elif head.startswith(_OLD_OFFICE):
        head = _OLD_OFFICE + "\n".join(_streams_in(source)).encode("ascii", "replace")
    else:
        _refuse_known(head)
    for module in _members():
        if format_ := module.sniff(head):
            return format_, module.read
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
        note = Note("several-layers", others, "send it on its own")
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
        why, fix = say("workbook_files:password"), say("workbook_files:password.do")
        raise WholeFileError("unreadable-file", why, fix)
    if not {"Workbook", "Book"} & set(found):
        what = next((_STREAMS[name] for name in found if _STREAMS[name]), "an old Office file that is no workbook")
        raise WholeFileError("unreadable-file", f"the file is {what}", "send the table or the map file itself")
    return found


def _refuse_known(head: bytes) -> None:
    """Say what a file is that no reader should look at."""
    for start, what, fix in _NO_DATA:
        if head.startswith(start):
            raise WholeFileError("unreadable-file", f"the file is {what}", fix)
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    root = _ROOT.match(plain) if plain.startswith(b"<") else None
    name = root[1].decode("ascii", "replace") if root else ""
    if (
        name in _INSTRUCTIONS
        or plain.startswith((b"$GP", b"$GN", b"MsRc"))
        or (plain.startswith(b"{") and b"gdal_streamed_alg" in plain)
    ):
        raise WholeFileError(
            "unsupported-format", "the file holds instructions or raw signals, not plots", "export the plots themselves"
        )
    if b"<table" in plain[:_HEAD].lower() and plain[:1] == b"<" and name.lower() in {"html", "table"}:
        raise WholeFileError(
            "unreadable-file",
            "the file is a web page with a table, whatever its name says",
            "open it in a spreadsheet and save it as .xlsx",
        )
    if plain[:2] in {b"//", b"/*"} or re.match(rb"(?:var|let|const)\s", plain):
        raise WholeFileError(
            "unsupported-format", "the file is a program (JavaScript) with data in it", "export the plots as GeoJSON"
        )
    if name.lower() == "html" or plain[:14].lower() == b"<!doctype html":
        raise WholeFileError(
            "unreadable-file", "the file is a web page", "download the file again; the link asked for a login"
        )
    if name in _XML:
        what, fix = _XML[name]
        raise WholeFileError("unsupported-format", f"the file holds {what}", fix)


def _unknown(head: bytes, names: list[str]) -> WholeFileError:
    known = f"send one of: {', '.join(formats())}"
    for start, what, fix in _OTHER_DATA:
        if head.startswith(start):
            return WholeFileError("unsupported-format", f"the file is {what}", fix)
    if names:
        tops = {PurePosixPath(name).parts[0] for name in names if PurePosixPath(name).parts}
        for top, what in _DOCUMENTS.items():
            if top in tops:
                return WholeFileError("unsupported-format", f"the file is {what}", "save the table in it as .xlsx")
        first = ", ".join(PurePosixPath(name).name[:40] for name in names[:3]) + (" …" if len(names) > 3 else "")
        why = f"the archive holds {'no single' if len(names) > 1 else 'no'} map file that is read: {first}"
        return WholeFileError("unsupported-format", why, _UNPACK)
    if head.lstrip(_BLANK).startswith(b"[") and b'"Feature"' in head:
        return WholeFileError(
            "unsupported-format",
            "the file is a list of features without their collection",
            'write {"type": "FeatureCollection", "features": before it and } behind it',
        )
    if head.lstrip(_BLANK).startswith(b"["):
        return WholeFileError("unsupported-format", "the file is JSON, but not GeoJSON", "export the plots as GeoJSON")
    return WholeFileError("unsupported-format", "no reader knows this format", known)


def read_sheets(source: Source) -> dict[str, list[list[Any]]]:
    """Return the sheets of a workbook as plain cells; a CSV is a workbook of one sheet."""
    from eudr_geo.sources.readers.table import book_cells

    return book_cells(source)

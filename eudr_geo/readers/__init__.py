"""Drawer of input formats, one file a format: ``FORMATS``, ``sniff(head) -> format``, ``read(source) -> Reading``.

They run inside the cage. Content decides, never the name: the first reader that knows the file's first bytes takes it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from eudr_geo.model.plots import Reading
from eudr_geo.model.source import Source, WholeFileError

_HEAD = 65_536
_NOT_OURS = (
    (b"%PDF", "a PDF document", "ask for the file the document was printed from"),
    (b"\x89PNG", "a picture", "ask for the boundaries as GeoJSON, KML or Shapefile"),
    (b"\xff\xd8\xff", "a picture", "ask for the boundaries as GeoJSON, KML or Shapefile"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or a password-protected Office file", "save it as .xlsx without a password"),
    (b"Rar!", "a RAR archive", "unpack it and zip it again"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and zip it again"),
)
_INSTRUCTIONS = (
    b"<OGRVRT",
    b"<VRTDataset",
    b"<OGRWFS",
    b"<OGCAPI",
    b"gdal_streamed_alg",
    b"$GPGGA",
    b"$GPRMC",
    b"MsRcf",
)


def _members() -> list[Any]:
    names = [info.name for info in pkgutil.iter_modules(__path__) if info.name != "workbook"]
    return [
        importlib.import_module(f"{__name__}.{name}")
        for name in sorted(names, key=lambda name: (name == "table", name))
    ]


def formats() -> list[str]:
    """Return the formats that some reader takes."""
    return sorted(name for module in _members() for name in module.FORMATS)


def choose(source: Source) -> tuple[str, Callable[[Source], Reading]]:
    """Return the format of a file and its reader.

    Raises
    ------
    WholeFileError
        When the file is something else; says what.
    """
    with source.path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise WholeFileError("empty-file", "the file is empty", "send it again")
    for start, what, fix in _NOT_OURS:
        if head.startswith(start):
            raise WholeFileError("unreadable-file", f"the file is {what}", fix)
    plain = head.replace(b"\0", b"")
    if any(mark in plain for mark in _INSTRUCTIONS):
        raise WholeFileError(
            "unsupported-format", "the file holds instructions, not data", "export the plots themselves"
        )
    if plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise WholeFileError(
            "unreadable-file", "the file is a web page", "download the file again; the link asked for a login"
        )
    for module in _members():
        if format_ := module.sniff(head):
            return format_, module.read
    raise WholeFileError("unsupported-format", "no reader knows this format", f"send one of: {', '.join(formats())}")


def read_sheets(source: Source) -> dict[str, list[list[Any]]]:
    """Return the sheets of a workbook as plain cells."""
    from eudr_geo.readers.table import workbook_cells

    return workbook_cells(source)

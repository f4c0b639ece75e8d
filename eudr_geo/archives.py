"""Zip files from strangers: counted before they are opened, read in memory, never unpacked under their own names."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from eudr_geo.limits import Limits, raise_it
from eudr_geo.model.source import Source, WholeFileError

_SEND_AGAIN = "zip the files again, only those that belong together"
_TAIL = 65_557  # an archive's last record and the longest comment behind it
_LIST_ENTRY = 2_000  # bytes of an honest entry in the list of files, with room
_ALWAYS_FINE = 1_000_000  # bytes: what unpacks to less needs no ratio
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES encryption"}
_MAY_HOLD_PLOTS = (
    ".shp",
    ".geojson",
    ".json",
    ".kml",
    ".kmz",
    ".csv",
    ".xlsx",
    ".gpkg",
    ".gpx",
    ".tab",
    ".mif",
    ".zip",
)


def names_in(source: Source) -> list[str]:
    """Return the names of the files in an archive, junk of operating systems left out.

    Raises
    ------
    WholeFileError
        As :func:`members`.
    """
    with _opened(source) as infos:
        return [info.filename for _, info in infos]


@contextmanager
def _opened(source: Source) -> Iterator[list[tuple[zipfile.ZipFile, zipfile.ZipInfo]]]:
    _count_first(source)
    try:
        with zipfile.ZipFile(source.path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(infos, source.limits)
            yield [(archive, info) for info in infos if not _is_junk(info.filename)]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise WholeFileError("unreadable-file", f"the archive is damaged ({error})", _SEND_AGAIN) from error
    except RuntimeError as error:  # what zipfile says of a password
        raise WholeFileError("unreadable-file", "the archive has a password", "send it without one") from error


def _count_first(source: Source) -> None:
    """Look at how many files the archive's last record claims, before anything reads the list of them."""
    with source.path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - _TAIL, 0))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - 22:
        return  # zipfile says what is wrong with it
    disk, _, _, count, listed, _ = struct.unpack("<4H2I", tail[at + 4 : at + 20])
    if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        raise WholeFileError("unreadable-file", "the archive is of the kind for huge files (zip64)", _SEND_AGAIN)
    if disk:
        raise WholeFileError("unreadable-file", "the archive is one part of several", "join the parts, and zip again")
    if count > source.limits.zip_members or listed > source.limits.zip_members * _LIST_ENTRY:
        raise _too_many(source.limits)


def members(source: Source) -> dict[str, bytes]:
    """Return the files of an archive, junk of operating systems left out.

    Raises
    ------
    WholeFileError
        For an archive that is damaged, encrypted, larger than the limits when unpacked, or that names a path outside
        itself or one file twice.
    """
    limits = source.limits
    total = 0
    found: dict[str, bytes] = {}
    with _opened(source) as infos:
        for archive, info in infos:
            with archive.open(info) as stream:  # sizes in the archive's own list are claims, not facts
                data = stream.read(min(limits.unpacked_bytes - total, limits.member_bytes) + 1)
            total += len(data)
            if len(data) > limits.member_bytes:
                raise _too_large(limits, "member_bytes")
            if total > limits.unpacked_bytes:
                raise _too_large(limits)
            found[info.filename] = data
    return found


def not_read(names: Iterable[str], *, taken: str | tuple[str, ...]) -> str:
    """Return a sentence about files of an archive that may hold plots but are not of the format that was read."""
    others = [name for name in names if name.lower().endswith(_MAY_HOLD_PLOTS) and not name.lower().endswith(taken)]
    listed = ", ".join(PurePosixPath(name).name[:40] for name in sorted(others)[:5])
    return f"the archive also holds {listed}{' …' if len(others) > 5 else ''}, not read" if others else ""


def _check(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.zip_members:
        raise _too_many(limits)
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if name in seen:
            raise WholeFileError("unreadable-file", f"the archive holds two files called {name[:80]}", _SEND_AGAIN)
        seen.add(name)
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name or (info.external_attr >> 16) & 0o170000 == 0o120000:
            raise WholeFileError(
                "unreadable-file", f"the archive names a place outside itself: {name[:80]}", "do not open it"
            )
        if info.file_size > limits.zip_ratio * max(info.compress_size, 1) + _ALWAYS_FINE:
            raise _too_large(limits, "zip_ratio")
        if info.file_size > limits.member_bytes:
            raise _too_large(limits, "member_bytes")
        if info.flag_bits & 1:
            raise WholeFileError("unreadable-file", "the archive has a password", "send it without one")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise WholeFileError("unreadable-file", f"the archive is packed with {method}", "zip it the ordinary way")
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise _too_large(limits)


def _is_junk(name: str) -> bool:
    base = PurePosixPath(name).name
    return "__MACOSX" in name or base.startswith(".") or base in {"Thumbs.db", "desktop.ini"}


def _too_many(limits: Limits) -> WholeFileError:
    return WholeFileError(
        "unreadable-file",
        f"the archive holds more than {limits.zip_members:,} files",
        f"{_SEND_AGAIN}, {raise_it('zip_members')}",
    )


def _too_large(limits: Limits, which: str = "unpacked_bytes") -> WholeFileError:
    what = {
        "unpacked_bytes": f"the archive unpacks to more than {limits.unpacked_bytes:,} bytes",
        "member_bytes": f"a file in the archive unpacks to more than {limits.member_bytes:,} bytes",
        "zip_ratio": f"a file in the archive unpacks to more than {limits.zip_ratio} times its size",
    }[which]
    return WholeFileError("unreadable-file", what, f"send the files one by one, {raise_it(which)}")

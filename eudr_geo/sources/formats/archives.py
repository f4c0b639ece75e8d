"""Zip files from strangers: counted before they are opened, read in memory, never unpacked under their own names."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from eudr_geo.base.limits import Limits, variable_of
from eudr_geo.model.source import Source, WholeFileError, printable
from eudr_geo.words.saying import say

_TAIL = 65_557  # an archive's last record and the longest comment behind it
_LIST_ENTRY = 2_000  # bytes of an honest entry in the list of files, with room
_ARCHIVES = (".zip", ".kmz")
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
    ".gml",
    ".gdbtable",
    ".tab",
    ".mif",
    ".zip",
)


@dataclass(frozen=True)
class _Member:
    """A file in an archive, or in an archive inside it: its name then begins with that archive's."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo


def names_in(source: Source) -> list[str]:
    """Return the names of the files in an archive, junk of operating systems left out.

    Raises
    ------
    WholeFileError
        As :func:`members`.
    """
    with _opened(source) as found:
        return [member.name for member in found]


@contextmanager
def _opened(source: Source) -> Iterator[list[_Member]]:
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(source.path.open("rb"))
            yield _listed(stream, source.limits, stack, "", source.limits.nested_archives)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise WholeFileError(
            "unreadable-file",
            say("reading:archive.damaged", what=printable(str(error))[:80]),
            say("reading:do.zip-again"),
        ) from error
    except RuntimeError as error:  # what zipfile says of a password
        raise WholeFileError(
            "unreadable-file", say("reading:archive.password"), say("reading:archive.password.do")
        ) from error


def _listed(stream: IO[bytes], limits: Limits, stack: ExitStack, inside: str, levels: int) -> list[_Member]:
    """Return the files of an archive; those of archives inside it stand in their place, so many levels deep."""
    _count_first(stream, limits)
    archive = stack.enter_context(zipfile.ZipFile(stream))
    infos = [info for info in archive.infolist() if not info.is_dir()]
    _check(infos, limits)
    found: list[_Member] = []
    held = 0
    for info in infos:
        if _is_junk(info.filename):
            continue
        one = _Member(inside + info.filename, archive, info)
        if levels and info.filename.lower().endswith(_ARCHIVES):
            data = _unpacked(one, limits, held)
            held += len(data)
            if data.startswith(b"PK\x03\x04"):
                found += _listed(io.BytesIO(data), limits, stack, f"{one.name}/", levels - 1)
                if len(found) > limits.zip_members:
                    raise _too_many(limits)
                continue
        found.append(one)
    return found


def _unpacked(member: _Member, limits: Limits, held: int) -> bytes:
    """Return the bytes of a file; sizes in the archive's own list are claims, not facts."""
    with member.archive.open(member.info) as stream:
        data = stream.read(min(limits.unpacked_bytes - held, limits.member_bytes) + 1)
    if len(data) > limits.member_bytes:
        raise _too_large(limits, "member_bytes")
    if held + len(data) > limits.unpacked_bytes:
        raise _too_large(limits)
    return data


def _count_first(stream: IO[bytes], limits: Limits) -> None:
    """Look at how many files the archive's last record claims, before anything reads the list of them."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - _TAIL, 0))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if not 0 <= at <= len(tail) - 22:
        return  # zipfile says what is wrong with it
    disk, _, _, count, listed, _ = struct.unpack("<4H2I", tail[at + 4 : at + 20])
    if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        raise WholeFileError("unreadable-file", say("reading:archive.zip64"), say("reading:do.zip-again"))
    if disk:
        raise WholeFileError("unreadable-file", say("reading:archive.part"), say("reading:archive.part.do"))
    if count > limits.zip_members or listed > limits.zip_members * _LIST_ENTRY:
        raise _too_many(limits)


def members(source: Source) -> dict[str, bytes]:
    """Return the files of an archive, junk of operating systems left out.

    Raises
    ------
    WholeFileError
        For an archive that is damaged, encrypted, larger than the limits when unpacked, or that names a path outside
        itself or one file twice.
    """
    total = 0
    found: dict[str, bytes] = {}
    with _opened(source) as listed:
        for member in listed:
            found[member.name] = _unpacked(member, source.limits, total)
            total += len(found[member.name])
    return found


def not_read(names: Iterable[str], *, taken: str | tuple[str, ...]) -> str:
    """Return a sentence about files of an archive that may hold plots but are not of the format that was read."""
    others = [name for name in names if name.lower().endswith(_MAY_HOLD_PLOTS) and not name.lower().endswith(taken)]
    listed = ", ".join(PurePosixPath(name).name[:40] for name in sorted(others)[:5])
    return say("reading:archive.others", names=listed + (" …" if len(others) > 5 else "")) if others else ""


def _check(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.zip_members:
        raise _too_many(limits)
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if name in seen:
            raise WholeFileError(
                "unreadable-file", say("reading:archive.twice", name=name[:80]), say("reading:do.zip-again")
            )
        seen.add(name)
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name or (info.external_attr >> 16) & 0o170000 == 0o120000:
            raise WholeFileError(
                "unreadable-file", say("reading:archive.outside", name=name[:80]), say("reading:do.not-open")
            )
        if info.file_size > limits.zip_ratio * max(info.compress_size, 1) + _ALWAYS_FINE:
            raise _too_large(limits, "zip_ratio")
        if info.file_size > limits.member_bytes:
            raise _too_large(limits, "member_bytes")
        if info.flag_bits & 1:
            raise WholeFileError("unreadable-file", say("reading:archive.password"), say("reading:archive.password.do"))
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            method = _METHODS.get(info.compress_type) or say("reading:archive.method", number=info.compress_type)
            raise WholeFileError(
                "unreadable-file", say("reading:archive.packed", method=method), say("reading:archive.packed.do")
            )
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise _too_large(limits)


def _is_junk(name: str) -> bool:
    base = PurePosixPath(name).name
    return "__MACOSX" in name or base.startswith(".") or base in {"Thumbs.db", "desktop.ini"}


def _too_many(limits: Limits) -> WholeFileError:
    return WholeFileError(
        "unreadable-file",
        say("reading:archive.many", most=limits.zip_members),
        say("reading:archive.many.do", variable=variable_of("zip_members")),
    )


def _too_large(limits: Limits, which: str = "unpacked_bytes") -> WholeFileError:
    what = {
        "unpacked_bytes": say("reading:archive.unpacks", most=limits.unpacked_bytes),
        "member_bytes": say("reading:archive.member", most=limits.member_bytes),
        "zip_ratio": say("reading:archive.ratio", most=limits.zip_ratio),
    }[which]
    return WholeFileError("unreadable-file", what, say("reading:archive.large.do", variable=variable_of(which)))

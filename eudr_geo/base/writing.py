"""How results leave the house: the same bytes everywhere, text that stays text, files complete or absent."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from eudr_geo.base.errors import EudrGeoError, RefusedError
from eudr_geo.base.said import Said  # of its floor: the tables of words stand above it

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet may run a text cell that starts so (OWASP ASVS 5.0, 1.2.10)."""
_UNSEEN = re.compile("[\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]")  # beside what JSON escapes itself
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: no clock in results


def json_bytes(value: Any, *, indent: int | None = None) -> bytes:
    r"""Return JSON as UTF-8, keys in the order given, ending with a line break; NaN is refused.

    Examples
    --------
    >>> json_bytes({"name": "Đắk Lắk", "area_ha": 1.5})
    b'{"name": "\xc4\x90\xe1\xba\xafk L\xe1\xba\xafk", "area_ha": 1.5}\n'
    """
    return (json_text(value, indent=indent) + "\n").encode()


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""Return JSON whose letters stay letters, and whose control characters do nothing to a screen.

    Examples
    --------
    >>> json_text("Đắk" + chr(0x9B) + "2J")
    '"Đắk\\u009b2J"'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return text if text.isascii() else _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_lines(values: Iterable[Any]) -> bytes:
    """Return one JSON document a line."""
    return b"".join(json_bytes(value) for value in values)


def safe_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: text that starts a formula gets a leading apostrophe.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell(-1.5), safe_cell("Y Blơm")
    ("'=1+1", -1.5, 'Y Blơm')
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return "" if value is None or value != value else value  # noqa: PLR0124 (NaN)


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV table as UTF-8 with a byte order mark (so that spreadsheets read Vietnamese), comma, CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def safe_name(code: str) -> str:
    """Return a file name for a code: a slug and eight digits of its hash, so that two codes never share one.

    Examples
    --------
    >>> safe_name("DL26-EXP-001")
    'DL26-EXP-001'
    >>> safe_name("../../evil")
    'evil-0fbfd372'
    """
    if re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,39}", code) and code not in {"CON", "PRN", "AUX", "NUL"}:
        return code
    plain = unicodedata.normalize("NFKD", code.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40]
    return f"{slug or 'x'}-{sha256(code.encode('utf-8', 'surrogatepass'))[:8]}"


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is complete or absent: beside its target, synced, renamed.

    Raises
    ------
    EudrGeoError
        When the folder does not exist or cannot be written to; an older file is then still there.
    RefusedError
        When the name is that of a project or another database: no result ever takes its place.
    """
    path = Path(path)
    _no_database(path)
    try:
        handle, name = tempfile.mkstemp(prefix=".eudr-geo-", dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)  # noqa: PTH101 – mkstemp makes it private; results are meant to be passed on
        os.replace(name, path)  # noqa: PTH105 – the name is a str from mkstemp
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise _cannot_write(path, error) from error


_DATABASE = b"SQLite format 3\0"


def _no_database(path: Path) -> None:
    """Refuse a name that a project has: years of work are not written over by a slip of the keyboard."""
    try:
        with path.open("rb") as stream:
            begins = stream.read(len(_DATABASE))
    except OSError:  # there is nothing, or nothing that can be read: writing says so
        return
    if begins == _DATABASE:
        raise RefusedError(
            Said(f"{path} is a project or another database", "errors:database", {"path": path}),
            fix=Said("name another file", "errors:database.do", {}),
        )


def write_folder(path: Path, files: Mapping[str, bytes], *, replace: bool = False, known: Collection[str] = ()) -> None:
    """Write a folder of files so that it is complete or absent.

    Parameters
    ----------
    path
        The folder; its parent must exist.
    files
        Name → bytes, with ``/`` for those in folders of it; written in this order.
    replace
        Take the place of an older folder, which stays until the new one is complete.
    known
        Names that a folder of this kind may have beside ``files``; ``*`` stands for anything.

    Raises
    ------
    RefusedError
        When something is already there and ``replace`` is false, or it holds what no such folder has.
    EudrGeoError
        When the disk refuses; nothing is left behind.
    """
    path = Path(path)
    if path.exists() and not replace and not (path.is_dir() and not any(path.iterdir())):
        raise RefusedError(
            Said(f"{path} already exists", "errors:already_there", {"path": path}),
            fix=Said("name another folder, or use --replace", "errors:already_there.folder", {}),
        )
    if path.exists():
        _only_of_its_kind(path, {*(name.partition("/")[0] for name in files), *known})
    try:
        beside = Path(tempfile.mkdtemp(prefix=".eudr-geo-", dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        for name, data in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            write_file(beside / name, data)
        beside.chmod(0o755)
        sync_folder(beside)
        if path.exists():
            old = Path(tempfile.mkdtemp(prefix=".eudr-geo-old-", dir=path.parent))
            path.rename(old / "old")
            beside.rename(path)
            shutil.rmtree(old)
        else:
            beside.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise _cannot_write(path, error) from error
    except EudrGeoError:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _only_of_its_kind(path: Path, names: Collection[str]) -> None:
    """Refuse to take the place of a folder that holds anything else: it would be gone, and nobody asked for that."""
    strange = (
        sorted(entry.name for entry in path.iterdir() if not any(fnmatchcase(entry.name, name) for name in names))
        if path.is_dir()
        else [path.name]
    )
    if strange:
        raise RefusedError(
            Said(
                f"{path} is no older package: it holds {strange[0]}",
                "errors:no_package",
                {"path": path, "name": strange[0]},
            ),
            fix=Said("name another folder", "errors:no_package.do", {}),
        )


def zip_bytes(files: Mapping[str, bytes], *, folder: str = "") -> bytes:
    """Return the files as a zip of the same bytes on every machine: order as given, no clock."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(f"{folder}/{name}" if folder else name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


def sync_folder(folder: Path) -> None:
    """Make sure that a new name in a folder outlives a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows cannot open a folder; the rename itself is what we have there
    try:
        with suppress(OSError):  # some network drives refuse to sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(path: Path, error: OSError) -> EudrGeoError:
    said = error.strerror or str(error)
    return EudrGeoError(
        Said(f"cannot write {path}: {said}", "errors:not_written", {"path": path, "said": said}),
        fix=Said("check that the folder exists and the disk has room", "errors:not_written.folder", {}),
    )

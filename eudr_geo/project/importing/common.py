"""What imports of plots and of workbooks share: refusals, the files behind them, and a project that stood still."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eudr_geo.base.errors import InputError, RefusedError
from eudr_geo.model.base import table_of
from eudr_geo.model.plots import SourceFile
from eudr_geo.model.records import StoredFile
from eudr_geo.sources.workbook.reading import folder_bytes
from eudr_geo.store import Store
from eudr_geo.store.journal import Writer
from eudr_geo.words.saying import say


def nothing_new() -> str:
    """Say that nothing was stored, because all of it is known."""
    return say("imports:nothing-new")


@dataclass(frozen=True)
class Refused:
    """A row that will not be stored, and why."""

    source: str
    record: int | None
    code: str
    why: str
    fix: str
    sheet: str = ""
    column: str = ""  # of the noun; "" for the row as a whole


def packed(store: Store, files: Sequence[SourceFile], originals: Iterable[str | Path]) -> dict[str, bytes]:
    """Return the bytes of the files, zlib-compressed, by SHA-256.

    Raises
    ------
    InputError
        When one of them is the project itself: it is never opened as a file.
    """
    wanted = {file.sha256 for file in files}
    found: dict[str, bytes] = {}
    for path in map(Path, originals):
        if path.exists() and path.samefile(store.path):
            raise InputError(say("imports:itself", path=path), fix=say("imports:itself.do"))
        data = folder_bytes(path) if path.is_dir() else path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted:
            found[digest] = zlib.compress(data, 6)
    return found


def store_files(store: Store, writer: Writer, files: Sequence[SourceFile], contents: Mapping[str, bytes]) -> None:
    """Store the files that the project does not hold yet, each once; without bytes what came through a pipe."""
    held = {one.sha256 for one in store.source_files()}
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        if file.sha256 not in held:
            rows[file.sha256] = {
                "name": file.name,
                "sha256": file.sha256,
                "size_bytes": file.size_bytes,
                "format": file.format,
                "records": file.records,
                "plots": file.plots,
                "rejected": file.rejected,
                "content": contents.get(file.sha256),
            }
    writer.insert(table_of(StoredFile), list(rows.values()))


def stood_still(writer: Writer, seen: int) -> None:
    """Refuse to store a preview of a project that is not as it was.

    Raises
    ------
    RefusedError
        When something was stored since the preview.
    """
    if writer.after != seen:
        raise RefusedError(say("imports:moved"), fix=say("imports:moved.do"))

"""Forgetting a person: which stored files hold the name, and which copies lie beside the project."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.limits import configured
from eudr_geo.model.records import StoredFile
from eudr_geo.store import Store
from eudr_geo.store.erasing import Erasure, Person
from eudr_geo.words.saying import counted, say

_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_SHOWN = 20  # texts of others that change; the number of the rest is told
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1258")
"""In which names are looked for; accents do not count, so this finds what other code pages wrote as well."""


@dataclass(frozen=True)
class Forgetting:
    """What would be forgotten, as it is shown before it is done."""

    found: Erasure
    files: dict[int, str]  # row of a stored file whose bytes hold the name, or cannot be looked through → its name
    copies: tuple[Path, ...]  # files beside the project that may hold the name still

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to forget."""
        return self.found.is_empty and not self.files

    def sentences(self) -> list[str]:
        """Return what will be done, and what will not, in plain sentences."""
        code, found = self.found.person.code, self.found
        rows = sum(map(len, found.rows.values()))
        key = "commands:forget"
        said: list[str] = [
            say(
                f"{key}.rows",
                code=code,
                rows=counted(f"{key}.row_count", rows),
                images=len(found.images),
            ),
            say(f"{key}.kept"),
        ]
        # A name of one word is often a place as well: what is not the person's own is shown before it changes.
        said += [
            say(f"{key}.text", noun=say(f"reports:noun.{table}"), before=before, after=after)
            for table, before, after in dict.fromkeys(found.others[:_SHOWN])
        ]
        if len(found.others) > _SHOWN:
            said.append(say(f"{key}.more_texts", number=len(found.others) - _SHOWN))
        if self.files:
            said.append(say(f"{key}.files", names=", ".join(self.files.values())))
        if found.stays:
            said.append(say(f"{key}.same_name", names=", ".join(found.stays)))
        if self.copies:
            said.append(say(f"{key}.copies", names=", ".join(map(str, self.copies))))
        said += [say(f"{key}.elsewhere"), say(f"{key}.for_good")]
        return said


def preview_forget(store: Store, code: str) -> Forgetting:
    """Say what forgetting the person behind a producer code would do; nothing is changed.

    Parameters
    ----------
    store
        The project.
    code
        Code of the producer; only this one, whoever has the same name.

    Raises
    ------
    InputError
        When the project has no such producer.
    """
    found = store.preview_forget(code)
    table = store.table(StoredFile)
    files = {
        int(fid): str(name)
        for fid, name, packed in zip(table["fid"], table["name"], table["content"], strict=True)
        if packed is not None and names(found.person, packed)
    }
    return Forgetting(found, files, copies_of(store.path))


def forget(store: Store, plan: Forgetting, *, now: str, who: str) -> None:
    """Forget the person. It cannot be taken back.

    Parameters
    ----------
    store
        The project, opened for writing.
    plan
        The preview.
    now, who
        For the log: UTC time (ISO 8601) and login name.

    Raises
    ------
    RefusedError
        When nothing is left to forget, or the project was changed since the preview.
    """
    if plan.is_empty:
        raise RefusedError(
            say("commands:forget.nothing_known", code=plan.found.person.code),
            fix=say("commands:forget.nothing_known.do"),
        )
    store.forget(plan.found, plan.files, now=now, who=who)


def copies_of(path: Path) -> tuple[Path, ...]:
    """Return the files beside a project that were made from it: copies of older versions."""
    return tuple(sorted(one for one in path.parent.glob(f"{path.stem}.v*{path.suffix}") if one.is_file()))


def names(person: Person, packed: bytes) -> bool:
    """Tell whether a stored file names a person; what cannot be looked through counts as if it did."""
    most = configured().file_bytes
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, most)
    if unpacker.unconsumed_tail:
        return True
    try:
        return any(person.is_in(text) for part in _parts(data, most) for text in _texts(part))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, OverflowError):
        return True  # encrypted, damaged or larger than it says


def _parts(data: bytes, most: int, depth: int = 2) -> Iterator[bytes]:
    """The bytes, and those of every member where they are a ZIP (XLSX, KMZ, zipped Shapefile)."""
    yield data
    if depth and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                with archive.open(info) as member:
                    inner = member.read(most + 1)
                if len(inner) > most:
                    raise OverflowError(info.filename)
                yield from _parts(inner, most, depth - 1)


def _texts(data: bytes) -> Iterator[str]:
    """What the bytes may say, in each encoding; tags gone and escapes undone."""
    for encoding in _ENCODINGS:
        text = data.decode(encoding, "replace")
        yield text
        if "\\u" in text:
            yield _ESCAPE.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)
        if "<" in text:
            yield html.unescape(_TAG.sub("", text))
            yield html.unescape(_TAG.sub(" ", text))

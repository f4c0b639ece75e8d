"""Old workbooks (XLS) looked through before a library reads them: where cells claim to be, and which formulas failed.

A compound file (MS-CFB) holds the stream of the workbook, and that is a row of records (MS-XLS, 2.4): a number, a
length and the content. Only the few that say where cells are, are read here; what makes no sense is left to the
library to say.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence

import olefile

from eudr_geo.base.limits import Limits
from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.formats.sheet_claims import Failed, check_size
from eudr_geo.words.saying import say

_ENTRY = 128
_SPARE_TABLES = 16  # beyond twice what the file needs
_NO_SECTOR = 0xFFFFFFFA  # numbers from here on mean an end, or nothing
_SHEET, _SIZE, _ERROR, _PASSWORD = 0x0085, 0x0200, 0x0205, 0x002F
_BEGIN = {0x0009, 0x0209, 0x0409, 0x0809}
_FORMULAS = {0x0006, 0x0206, 0x0406}
_CELLS = {0x0201, 0x0203, 0x0204, _ERROR, 0x00D6, 0x00FD, 0x027E, *_FORMULAS}
_RUNS = {0x00BD, 0x00BE}  # several cells of a row
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256  # of the format


def scanned(data: bytes, limits: Limits) -> dict[str, Failed]:
    """Return the cells of each sheet whose formula failed.

    Raises
    ------
    WholeFileError
        For a sheet that claims to reach beyond the limits, or sectors that lead nowhere or in a circle.
    """
    try:
        stream = _stream(data)
    except (struct.error, IndexError, UnicodeError):
        return {}  # the library says what is wrong with it
    names: dict[int, str] = {}
    found: dict[str, Failed] = {}
    sheet, rows, columns = "", 0, 0
    for at, kind, content in _records(stream):
        if kind == _PASSWORD:
            break
        if kind == _SHEET and len(content) > 8:
            is_wide = bool(content[7] & 1)
            text = content[8 : 8 + content[6] * (1 + is_wide)]
            (place,) = struct.unpack_from("<I", content)
            names[place] = text.decode("utf-16-le" if is_wide else "latin-1", "replace")
        elif kind in _BEGIN:
            check_size(rows, columns, limits)
            sheet, rows, columns = names.get(at, ""), 0, 0
        elif kind == _SIZE and len(content) >= 12:
            _, last_row, _, last_column = struct.unpack_from("<IIHH", content)
            if last_row > _MOST_ROWS or last_column > _MOST_COLUMNS:
                check_size(max(last_row, limits.sheet_rows + 1), last_column, limits)
        elif (kind in _CELLS or kind in _RUNS) and len(content) >= 6:
            row, column = struct.unpack_from("<HH", content)
            last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind in _RUNS else column
            rows, columns = max(rows, row + 1), max(columns, last + 1)
            if (error := _error(kind, content)) and sheet:
                found.setdefault(sheet, {})[row, column] = error
    check_size(rows, columns, limits)
    return found


def _damaged() -> WholeFileError:
    return WholeFileError("unreadable-file", say("tables:book.sectors"), say("tables:do.save-in-excel"))


def _error(kind: int, content: bytes) -> str:
    if kind == _ERROR and len(content) >= 8 and content[7] == 1:
        return _ERRORS.get(content[6], "#ERROR!")
    if kind in _FORMULAS and len(content) >= 14 and content[12:14] == b"\xff\xff" and content[6] == 2:
        return _ERRORS.get(content[8], "#ERROR!")
    return ""


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class _Sectors(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file of which the list of entries is looked through in its order, as the library that reads it does.

    The tree of entries is left out: it is walked by recursion, and what no branch leads to is read all the same.
    """

    def loaddirectory(self, sect: int) -> None:
        """Load the list of entries (called while the file is opened)."""
        self.directory_fp = self._open(sect, force_FAT=True)
        self.direntries = [None]
        self.root = self._load_direntry(0)

    def workbook(self) -> bytes:
        """Return the stream of the workbook, empty if there is none."""
        for start, links in (
            (self.first_dir_sector, self.fat), (self.first_mini_fat_sector, self.fat), (self.root.isectStart, self.fat),
        ):  # fmt: skip
            _follow(start, links)
        place = self._place()
        if place is None:
            return b""
        start, size = place
        if size < self.mini_stream_cutoff_size:
            self.loadminifat()
            _follow(start, self.minifat)
        else:
            _follow(start, self.fat)
        return bytes(self._open(start, size).getvalue())

    def _place(self) -> tuple[int, int] | None:
        entries = self.directory_fp.getvalue()
        found: dict[str, tuple[int, int]] = {}
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length = min(struct.unpack_from("<H", entries, at + 64)[0], 64)
            name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            place = struct.unpack_from("<II", entries, at + 116)
            found.setdefault(name, place)
            found.setdefault(name.lower(), place)
        return next((found[name] for name in ("Workbook", "Book", "workbook", "book") if name in found), None)


def _stream(data: bytes) -> bytes:
    """The stream of the workbook in a compound file.

    Raises
    ------
    WholeFileError
        For sectors in a circle, or past the end of their list: whoever follows them goes on for ever.
    """
    shift, short_shift = struct.unpack_from("<HH", data, 30)
    tables, lists = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 72)[0]
    if not (shift in {9, 12} and short_shift == 6):
        return b""
    sectors, numbers = len(data) >> shift, 1 << (shift - 2)
    if max(tables, lists) > 2 * (sectors // numbers) + _SPARE_TABLES:  # each is copied again for the next one
        raise _damaged()
    try:
        with _Sectors(io.BytesIO(data)) as compound:
            stream: bytes = compound.workbook()
            return stream
    except (OSError, ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise _damaged() from error  # another library may read it all the same, and nobody has looked where cells are


def _follow(start: int, links: Sequence[int]) -> None:
    """Go along a chain of sectors once."""
    for _ in range(len(links) + 1):
        if start >= _NO_SECTOR:
            return
        if start >= len(links):
            break
        start = links[start]
    raise _damaged()

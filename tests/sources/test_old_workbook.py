"""Sectors of old workbooks: read by a library, and kept from leading anywhere else."""

import io
import struct
import time

import pytest
import xlwt

from eudr_geo.base.limits import Limits
from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.formats.old_workbook import scanned

_FIRST_TABLES, _TABLES, _LISTS, _FIRST_LIST = 76, 44, 72, 68
_SECTOR = 512


def written(rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Đất")
    for row in range(rows):
        for column in range(8):
            sheet.write(row, column, f"{row}-{column}")
    out = io.BytesIO()
    book.save(out)
    return bytearray(out.getvalue())


def failed(data):
    with pytest.raises(WholeFileError) as error:
        scanned(bytes(data), Limits())
    return error.value.why


@pytest.mark.parametrize("rows", [2, 3000], ids=["small sectors", "sectors"])
def test_a_workbook_of_either_kind_of_sector_is_looked_through(rows):
    data = written(rows)
    assert scanned(bytes(data), Limits()) == {}
    with pytest.raises(WholeFileError, match="rows"):
        scanned(bytes(data), Limits(sheet_rows=rows - 1))


def directory(data):
    return (struct.unpack_from("<I", data, 48)[0] + 1) * _SECTOR


def test_a_circle_of_sectors_is_refused():
    data = written(3000)
    table = (struct.unpack_from("<I", data, _FIRST_TABLES)[0] + 1) * _SECTOR
    for number in range(100):
        struct.pack_into("<I", data, table + 4 * number, (number + 1) % 100)
    assert "sectors" in failed(data)


def test_tables_that_the_file_has_no_room_for_are_refused_at_once():
    data = written(30_000)
    sectors = len(data) // _SECTOR
    struct.pack_into("<I", data, _TABLES, sectors)
    struct.pack_into("<2I", data, _FIRST_LIST, 5, (sectors - 109 + 126) // 127)
    struct.pack_into("<I", data, 6 * _SECTOR + _SECTOR - 4, 5)  # the list of tables leads back to itself
    before = time.process_time()
    assert "sectors" in failed(data)
    assert time.process_time() - before < 5


def test_an_entry_that_no_branch_leads_to_is_looked_through():
    """calamine reads the list of entries in its order and asks for no tree: far cells could hide behind that."""
    data = written(3000)
    struct.pack_into("<I", data, directory(data) + 76, 0xFFFFFFFF)  # the root has no child
    with pytest.raises(WholeFileError, match="rows"):
        scanned(bytes(data), Limits(sheet_rows=100))


def test_a_first_entry_of_nearly_the_same_name_hides_nothing():
    data = written(3000)
    place = directory(data)
    entries = [bytes(data[place + 128 * at : place + 128 * (at + 1)]) for at in range(4)]
    at = next(at for at, entry in enumerate(entries) if entry.startswith("Workbook".encode("utf-16-le")))
    decoy = bytearray(entries[at])
    decoy[: len("WORKBOOK") * 2] = "WORKBOOK".encode("utf-16-le")
    struct.pack_into("<II", decoy, 116, 0xFFFFFFFE, 0)
    assert at < 3
    data[place + 128 * (at + 1) : place + 128 * (at + 2)] = entries[at]
    data[place + 128 * at : place + 128 * (at + 1)] = decoy
    with pytest.raises(WholeFileError, match="rows"):
        scanned(bytes(data), Limits(sheet_rows=100))


def test_what_the_library_refuses_is_refused():
    data = written(30)
    struct.pack_into("<I", data, _LISTS, 1)
    struct.pack_into("<I", data, _FIRST_LIST, 0xFFFFFF)
    assert "sectors" in failed(data)

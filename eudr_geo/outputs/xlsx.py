"""Workbooks as bytes: text that stays text, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eudr_geo.base.writing import zip_bytes

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MADE = datetime(2020, 1, 1)  # noqa: DTZ001 – no clock in results: every workbook says it was made then
CELL_LENGTH = 32_767
"""Characters that a cell of a spreadsheet holds."""
_UNHELD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML cannot hold them


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    """Write a value and return its cell; text stays text even where it looks like a formula."""
    cell = sheet.cell(row=row, column=column)
    if isinstance(value, str):
        cell.value = _UNHELD.sub("", value)
        if cell.data_type != "s":
            cell.data_type = "s"
        if value.startswith(("=", "+", "-", "@", "'")):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value
    return cell


def workbook_bytes(workbook: Workbook) -> bytes:
    """Return the workbook's bytes: no clock, members in order."""
    workbook.properties.creator = "eudr-geo"
    workbook.properties.created = workbook.properties.modified = MADE
    out = io.BytesIO()
    workbook.save(out)
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(out) as archive:
        for name in sorted(archive.namelist()):
            files[name] = archive.read(name)
    stamp = f"{MADE.isoformat()}Z".encode()
    core = files["docProps/core.xml"]  # openpyxl writes the time of saving whatever it was told
    files["docProps/core.xml"] = re.sub(rb"(<dcterms:(?:modified|created)[^>]*>)[^<]*", rb"\g<1>" + stamp, core)
    return zip_bytes(files)

"""A table of outturn bands in, read in the cage like every other file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eudr_geo.base.cells import clean_text, text_of
from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits
from eudr_geo.checks.calibrating import bands_of
from eudr_geo.model.lot_book import BAND_COLUMNS, Band
from eudr_geo.sources.reading import read_sheets
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import META_SHEET

_NEEDED = {"form_in", "form_out", *BAND_COLUMNS[-3:]}


def read_bands(path: str | Path, *, limits: Limits | None = None) -> Mapping[tuple[str, str, str], Band]:
    """Return the outturn bands of a CSV or workbook that ``eudr-geo calibrate`` made.

    Parameters
    ----------
    path
        The file; its columns are :data:`~eudr_geo.model.lot_book.BAND_COLUMNS`.
    limits
        How much the file may ask of us.

    Raises
    ------
    InputError
        For a file that cannot be read as a table, one without the columns, an unknown step, or numbers that are none
        or out of order.
    """
    reading, sheets = read_sheets(path, limits=limits, headings=BAND_COLUMNS)
    name = reading.files[0].name
    for note in reading.files[0].notes:
        raise InputError(say("workbook_files:about", file=name, why=note.why), fix=note.fix)
    rows: list[tuple[int, Mapping[str, str]]] = []
    for title, cells in sheets.items():
        texts = [[clean_text(text_of(cell)) for cell in row] for row in cells]
        if title != META_SHEET and texts and set(texts[0]) >= _NEEDED:
            filled = ((line, row) for line, row in enumerate(texts[1:], start=2) if any(row))
            rows += [(line, dict(zip(texts[0], row, strict=False))) for line, row in filled]
    return bands_of(rows, name)

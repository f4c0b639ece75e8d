"""The lots workbook as XLSX: empty, with examples, filled from a book, or corrected with a list of issues."""

from __future__ import annotations

from pathlib import Path

from eudr_geo.base.errors import InputError
from eudr_geo.base.writing import write_file
from eudr_geo.lots.sheets import STAGES
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.plots import Plots
from eudr_geo.model.workbook import BookReading
from eudr_geo.outputs.workbook.corrections import add_extras, add_issues
from eudr_geo.outputs.workbook.making import Maker
from eudr_geo.outputs.workbook.rows import demo_book, rows_of
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import say

SUMMARY = "the lots workbook (XLSX)"
FILE = ""


def write_book(
    path: str | Path,
    *,
    lang: str = "en",
    stage: int = 90,
    book: LotBook | None = None,
    demo: bool = False,
    plots: Plots | None = None,
) -> None:
    """Write a lots workbook: empty, with examples, or filled; the same bytes for the same content.

    Parameters
    ----------
    path
        The file to write; complete or absent.
    lang
        ``en``, ``vi``, ``es``, ``fr``, ``pt`` or ``id``.
    stage
        90 (the first sheets, storage and handovers among them), 180 (and measurements, offers) or 360 (and costs,
        shipments). A sheet that the book needs is there at every stage.
    book
        What to fill in.
    demo
        Fill in an invented example.
    plots
        Land to write on the Plots sheet, found by plot code.

    Raises
    ------
    InputError
        For another language or stage, or for a book and the example together.
    EudrGeoError
        When the disk refuses.
    """
    write_file(Path(path), book_bytes(lang=lang, stage=stage, book=book, demo=demo, plots=plots))


def book_bytes(
    *, lang: str = "en", stage: int = 90, book: LotBook | None = None, demo: bool = False, plots: Plots | None = None
) -> bytes:
    """Return what :func:`write_book` writes."""
    known = languages("columns")
    if lang not in known:
        raise InputError(
            say("workbook_files:workbook-language", language=lang),
            fix=say("workbook_files:choose-one-of", values=", ".join(known)),
        )
    if stage not in STAGES:
        fix = say("workbook_files:choose-one-of", values=", ".join(map(str, STAGES)))
        raise InputError(say("workbook_files:no-stage", stage=stage), fix=fix)
    if demo and book is not None:
        raise InputError(say("workbook_files:data-or-example"), fix=say("workbook_files:data-or-example.do"))
    content = demo_book() if demo else book or LotBook()
    return Maker(lang, stage, content, rows_of(content, plots)).finish()


def write_corrected(
    path: str | Path, reading: BookReading, *, lang: str = "", stage: int = 90, spoken: str = ""
) -> None:
    """Write a corrected copy of a workbook: what was understood, what was not (in red), and the list of issues.

    The user's own file is never written to.

    Parameters
    ----------
    path
        The file to write.
    reading
        What was read from the user's workbook.
    lang, stage
        As for :func:`write_book`; the language is by default that of the workbook read.
    spoken
        Language of the comments and of the lists of issues and changes; by default that of the workbook written.
    """
    language = lang or (reading.language if reading.language in languages("columns") else "en")
    rows = rows_of(reading.book, reading.plots)
    for left in reading.left_out:
        rows[left.table].append({**left.values, "_row": (left.sheet, left.row), "_raw": True})
    maker = Maker(language, stage, reading.book, rows)
    add_extras(maker, reading)
    add_issues(maker, reading, spoken or language)
    write_file(Path(path), maker.finish())

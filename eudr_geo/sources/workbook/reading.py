"""The lots workbook from a file: opened in the cage, understood here, land of the Plots sheet made into plots."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eudr_geo.base.cells import fold
from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import Limits
from eudr_geo.base.writing import zip_bytes
from eudr_geo.law import country_code
from eudr_geo.model.changes import CellChange
from eudr_geo.model.findings import WARNING
from eudr_geo.model.plots import Plots, SourceFile
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.model.workbook import BookReading, CellIssue
from eudr_geo.sources.formats.boundaries import FACTS, Shape, shape_of
from eudr_geo.sources.kinds import refuse_package
from eudr_geo.sources.reading import read_sheets
from eudr_geo.sources.records.angles import side_words
from eudr_geo.sources.records.cell_shapes import looks_like_odk, parse
from eudr_geo.sources.records.doors import BOOK, other_door
from eudr_geo.sources.records.telling import kind_of_cells
from eudr_geo.sources.workbook.gathered import Cells, PlotCells
from eudr_geo.sources.workbook.positions import is_exchanged, point_of
from eudr_geo.sources.workbook.sheets import ENCODING_OF, read_cells
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import say
from eudr_geo.words.workbook import META_SHEET, plain_sheets

_WKT_LENGTH = 1_000_000  # characters; a cell of a spreadsheet holds 32 767


def read_book(
    path: str | Path,
    *,
    lang: str = "",
    country: str = "",
    fill_down: bool = False,
    decimal: str = "",
    limits: Limits | None = None,
) -> BookReading:
    """Read a lots workbook, all of its sheets that are there.

    Parameters
    ----------
    path
        The workbook (XLSX), or a folder of CSV files, one a sheet, as Google Sheets gives them.
    lang
        ``en``, ``vi``, ``es``, ``fr``, ``pt`` or ``id``, a hint:
        decides how a number is read that could be two; by default the workbook's own language.
    country
        ISO 3166-1 alpha-2 code of producers and plots that name none, and of customary units (tạ, quintal).
    fill_down
        A blank date, lot, producer, form, process or shipment says the same as the cell above it.
    decimal
        ``.`` or ``,``: the decimal mark of numbers that could be two (1.234); without it they are asked about
        (:attr:`BookReading.doubts`) where the language of the workbook and the country write numbers differently.
    limits
        How much the file may ask of us.

    Returns
    -------
    BookReading
        The book, the plots whose land stands on the Plots sheet, and a receipt of every change and issue.

    Raises
    ------
    InputError
        For a file that is not there or cannot be opened as a workbook, or an unknown language or country.

    Examples
    --------
    >>> read = read_book("sample_plots/cooperative-vi.xlsx")
    >>> read.language, len(read.book.table("delivery")), len(read.errors())
    ('vi', 292, 0)
    """
    known = languages("columns")
    if lang not in {"", *known}:
        raise InputError(
            say("workbook_files:workbook-language", language=lang),
            fix=say("workbook_files:name-one-of", values=", ".join(known)),
        )
    if country and country_code(country) != country:
        raise InputError(
            say("workbook_files:no-country-code", code=country), fix=say("workbook_files:no-country-code.do")
        )
    is_folder = Path(path).is_dir()
    file, sheets = _folder(Path(path), limits) if is_folder else _one_file(path, limits)
    kind = "" if is_folder else kind_of_cells(sheets)
    if kind not in {"", BOOK}:
        other = other_door(kind, file.name)
        raise InputError(say("workbook_files:about", file=file.name, why=other.why), fix=other.fix)
    if not is_folder and "" in sheets:  # text without a sheet's name
        raise InputError(say("workbook_files:no-workbook", file=file.name), fix=say("workbook_files:no-workbook.do"))
    cells = read_cells(sheets, name=file.name, lang=lang, country=country, fill_down=fill_down, decimal=decimal)
    plots, issues = plots_of(cells, file.name)
    seen, taken = sum(cells.seen.values()), sum(cells.taken.values())
    return BookReading(
        book=cells.book(),
        plots=plots,
        changes=tuple(cells.changes),
        issues=(*cells.issues, *issues),
        file=replace(file, format=file.format or "XLSX", records=seen, plots=taken, rejected=seen - taken),
        language=cells.language,
        rows=dict(cells.taken),
        seen=dict(cells.seen),
        left_out=tuple(cells.left_out),
        extra=tuple(cells.extra),
        headings=cells.headings,
        places=cells.places,
        doubts=tuple(cells.doubts),
    )


def _one_file(path: str | Path, limits: Limits | None) -> tuple[SourceFile, Mapping[str, Any]]:
    reading, sheets = read_sheets(path, limits=limits)
    file = reading.files[0]
    for note in file.notes:
        raise InputError(say("workbook_files:about", file=file.name, why=note.why), fix=note.fix)
    return file, sheets


def _folder(folder: Path, limits: Limits | None) -> tuple[SourceFile, Mapping[str, Any]]:
    """Sheets of a folder of CSV files; ``Book - Deliveries.csv`` is the sheet Deliveries."""
    refuse_package(folder)
    paths = sorted(one for one in folder.iterdir() if one.suffix.lower() in {".csv", ".tsv"} and one.is_file())
    if not paths:
        raise InputError(say("workbook_files:no-csv", folder=folder), fix=say("workbook_files:no-csv.do"))
    sheets: dict[str, Any] = {}
    encodings: list[list[str]] = []
    for path in paths:  # a process of its own for each file
        title = path.stem.rpartition(" - ")[2]
        if title != META_SHEET and fold(title) in plain_sheets():
            continue  # the guide and the lists of words hold no rows
        _, found = _one_file(path, limits)
        if title in sheets:
            raise InputError(say("workbook_files:sheet-twice", sheet=title), fix=say("workbook_files:sheet-twice.do"))
        sheets[title] = found[""]
        encodings += [[f"{ENCODING_OF}{title}", guessed] for _, guessed in found.get(META_SHEET, [])]
    if encodings:
        sheets[META_SHEET] = [*sheets.get(META_SHEET, []), *encodings]
    data = folder_bytes(folder)
    return SourceFile(folder.name, hashlib.sha256(data).hexdigest(), len(data), "CSV"), sheets


def folder_bytes(folder: Path) -> bytes:
    """Return a folder of CSV files as one ZIP, the same bytes for the same files: so it is kept with the import."""
    paths = sorted(one for one in folder.iterdir() if one.suffix.lower() in {".csv", ".tsv"} and one.is_file())
    return zip_bytes({path.name: path.read_bytes() for path in paths})


def plots_of(cells: Cells, name: str) -> tuple[Plots, list[CellIssue]]:
    """Return the plots whose point or boundary stands on the Plots sheet, and an issue for each that cannot be held.

    Parameters
    ----------
    cells
        What was read.
    name
        Name of the file.
    """
    producers = {row["code"]: row["name"] for row in cells.tables["producer"]}
    words = side_words(text for land in cells.land for text in (land.lat, land.lon))
    about = {row["code"]: row for row in cells.tables["plot"]}
    rows: list[dict[str, Any]] = []
    issues: list[CellIssue] = []
    for land in cells.land:  # each cell is parsed and judged alone
        try:
            shape = _shape(land, words)
        except RecordError as error:
            issues.append(CellIssue(land.sheet, land.cell, str(error.value)[:80], error.why, error.fix, WARNING))
            continue
        if shape is None:
            continue
        plot = about[land.plot_code]
        if not land.wkt and is_exchanged(shape, plot["country"] or ""):
            shape = _shape(replace(land, lat=land.lon, lon=land.lat), words) or shape
            there, here = f"{land.lat}, {land.lon}", f"{land.lon}, {land.lat}"
            rule = say("cell_changes:latitude-and-longitude-exchanged")
            cells.changes.append(CellChange(land.sheet, land.cell, there, here, rule))
        rows.append(
            {
                "source": name,
                "record": land.row,
                "group": land.sheet,
                "plot_id": land.plot_code,
                "place": plot["place"] or "",
                "producer": producers.get(plot["producer_code"], ""),
                "producer_id": plot["producer_code"] or "",
                "country": plot["country"] or "",
                "commodity": plot["commodity"] or "",
                "area_ha": np.nan if land.area_ha is None else land.area_ha,
                "mapped_on": land.mapped_on,
                "geometry": shape.geometry,
                **{fact: getattr(shape, fact) for fact in FACTS},
            }
        )
    if not rows:
        return Plots({}), issues
    return Plots({column: [row[column] for row in rows] for column in rows[0]}), issues


def _shape(land: PlotCells, words: Iterable[str] = ()) -> Shape | None:
    if land.wkt:
        other = land.wkt[:1] in {"{", "["} or looks_like_odk(land.wkt)
        return _of_a_plot(*parse(land.wkt)) if other else _from_wkt(land.wkt)
    if not land.lat and not land.lon:
        return None
    return point_of(land.lat, land.lon, words)


def _of_a_plot(kind: str, nested: Any) -> Shape:
    if kind not in {"Point", "Polygon", "MultiPolygon"}:
        why, fix = say("book:boundary-kind", kind=kind[:20]), say("book:boundary-kind.do")
        raise RecordError("unsupported-geometry", why, fix)
    return shape_of(kind, nested)


def _from_wkt(text: str) -> Shape:
    """Parse POINT, POLYGON or MULTIPOLYGON with the digits kept; nothing else is a plot's boundary."""
    kind, _, body = text.strip().partition("(")
    name = {"POINT": "Point", "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon"}.get(kind.strip().upper())
    if name is None or len(text) > _WKT_LENGTH:
        raise RecordError("unsupported-geometry", say("book:no-wkt"), say("book:no-wkt.do"), text)
    nested, rest = _nested("(" + body)
    if rest.strip():
        raise RecordError("unreadable-record", say("book:text-behind"), say("book:text-behind.do"), rest)
    return shape_of(name, nested[0] if name == "Point" else nested)


def _nested(text: str) -> tuple[list[Any], str]:
    """Turn ``((1 2, 3 4))`` into lists of positions; depth is that of a multipolygon at most."""
    stack: list[list[Any]] = []
    piece = ""
    for place, char in enumerate(text):  # a cell is short; one pass over its characters
        if char in "(),":
            if piece.strip():
                if not stack:
                    break
                stack[-1].append([NumberText(number) for number in piece.split()])
            piece = ""
            if char == "(":
                if len(stack) >= 4:
                    break
                inner: list[Any] = []
                if stack:
                    stack[-1].append(inner)
                stack.append(inner)
            elif char == ")":
                if not stack:
                    break
                done = stack.pop()
                if not stack:
                    return done, text[place + 1 :]
        else:
            piece += char
    raise RecordError("unreadable-record", say("book:brackets"), say("book:brackets.do"), text)

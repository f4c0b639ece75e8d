"""Import of a lot book: every table of it by code, all or nothing.

A workbook is a statement of what is, read again and again: a row that was corrected is one row, a row that is gone is
asked about, and what the workbook says as it said it before changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from eudr_geo.base.errors import RefusedError
from eudr_geo.model.base import table_of
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook
from eudr_geo.model.plots import Reading, SourceFile
from eudr_geo.project.importing.book_plan import BookImport
from eudr_geo.project.importing.common import nothing_new, packed, stood_still, store_files
from eudr_geo.project.importing.comparing import Comparison
from eudr_geo.project.importing.land import PlotImport, preview_plots, store_plots
from eudr_geo.project.importing.questions import Answers
from eudr_geo.project.importing.stating import store_statements, supersede, take_away
from eudr_geo.store import Store
from eudr_geo.words.saying import counted, joined, say


def preview_book(
    store: Store,
    book: LotBook,
    file: SourceFile | None = None,
    *,
    answers: Answers | None = None,
    headings: Mapping[str, frozenset[str]] | None = None,
    today: str = "",
) -> BookImport:
    """Say what storing this lot book would do; nothing is stored.

    Rows are matched by code; lines of processes and consignments by what they join, losses of one process by their
    order. A process, a shipment, or the micro-lots of a plot are stated as a whole: a line that no longer stands there
    is gone with the correction. A row that is gone by itself is asked about, and so are a number that stands for
    another delivery than before, a row that another workbook states otherwise, a row that is as it was before an
    earlier correction, and whatever a shipped or packed consignment rests on (:mod:`.questions`).

    Refused by name, and with it the whole book, because a half-stored book would trace wrongly: a row that names
    something neither the book nor the project knows, a row that stands twice, one without what its table needs, a
    weight that is not more than zero, a row that goes while another still names it.

    Parameters
    ----------
    store
        The project.
    book
        The workbook's rows.
    file
        The workbook as a file; kept with the import. Without it the rows are not of any workbook, and none is gone.
    answers
        What a person said beforehand.
    headings
        Key of each sheet of the file → keys of its columns, as :attr:`BookReading.headings` has them; None = all.
    today
        Day on which it is read, ISO 8601: consignments shipped until then are frozen.
    """
    plan = BookImport(file=file, seen=store.history(), answers=answers or Answers())
    return Comparison(store, plan, headings).run(book, today)


def apply_book(
    store: Store,
    plan: BookImport,
    *,
    now: str,
    who: str,
    original: str | Path | None = None,
    land: PlotImport | None = None,
) -> str:
    """Store a lot book whole, or nothing of it; see :func:`eudr_geo.project.importing.apply_plots`.

    Parameters
    ----------
    store
        The project, opened for writing.
    plan
        The preview.
    now, who
        For the log: UTC time (ISO 8601) and login name.
    original
        The workbook; kept byte for byte.
    land
        Preview of the plots whose land stands in the workbook: stored in the same step.

    Returns
    -------
    str
        One plain sentence of what was stored.

    Raises
    ------
    RefusedError
        When a row of the book was refused, a question is open, or the project was changed since the preview.
    """
    if plan.refused:
        first = plan.refused[0]
        more = len(plan.refused) - 1
        raise RefusedError(
            say("imports:refused.more" if more else "imports:refused", why=first.why, more=more), fix=first.fix
        )
    if plan.left_open:
        raise RefusedError(
            counted("imports:left-open", len(plan.left_open), what=plan.left_open[0].what), fix=plan.left_open[0].cure
        )
    if plan.is_empty and (land is None or land.is_empty):
        return nothing_new()
    files = () if plan.file is None else (plan.file,)
    contents = packed(store, files, () if original is None else (original,))
    with store.writing(now=now, who=who, action="book", summary=str(plan.summary())) as writer:
        stood_still(writer, plan.seen)
        store_files(store, writer, files, contents)
        take_away(store, writer, plan.gone)
        for name, noun in BOOK_TABLES.items():
            table = table_of(noun)
            writer.insert(table, plan.new.get(name, []))
            writer.update(table, {**plan.moved.get(name, {}), **dict(plan.changed.get(name, []))})
        store_statements(writer, plan.statements)
        supersede(writer, plan.frozen.packages, plan.answers.correction)
        told = land.summary() if land else ""  # as it was shown: the codes of new plots stand in the project by now
        if land is not None:
            # Looked at again: the book may just have named these plots.
            reading = Reading(land.plots, (), land.files)
            land = dataclasses.replace(_again(store, reading, land), refused=land.refused)
            store_plots(store, writer, land, contents)
        summary = joined([part for part in (plan.summary(), told) if part])
        writer.summary = str(summary)
    return say("commands:stored", summary=summary)


def _again(store: Store, reading: Reading, land: PlotImport) -> PlotImport:
    if land.result is None:
        raise RefusedError(say("imports:unchecked"), fix=say("imports:unchecked.do"))
    return preview_plots(store, reading, land.result, land.changes)

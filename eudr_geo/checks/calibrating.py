"""Outturn bands of one's own: what the mill really makes, learned from its closed processes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from eudr_geo.base.cells import parse_number
from eudr_geo.base.errors import InputError
from eudr_geo.checks.lot_faults import by_code
from eudr_geo.lots.equivalents import bands
from eudr_geo.lots.graph import graph_of
from eudr_geo.lots.outturn import outturn_of
from eudr_geo.model.lot_book import BAND_COLUMNS, Band, LotBook
from eudr_geo.words.saying import say

LEAST = 5
"""Good practice: fewer processes of one kind say nothing about the next."""
SPREAD = 3.0
"""Good practice: so many robust standard deviations round the median are usual."""
NARROWEST_SHARE = 0.03
"""Good practice: scales and moisture alone make this much of a difference."""
_TO_SIGMA = 1.4826  # median absolute deviation → standard deviation, for a normal distribution
_DIGITS = 4


@dataclass(frozen=True)
class Learned:
    """What one kind of process gave."""

    key: tuple[str, str, str]  # form in, form out, species or ""
    processes: int
    median: float
    band: Band  # never wider than the general one


def calibrate(book: LotBook) -> tuple[Learned, ...]:
    """Learn outturn bands from the processes of a book.

    Processes above the general ceiling are left out: they are errors, not experience. The band is the median and
    :data:`SPREAD` robust standard deviations to both sides, at least :data:`NARROWEST_SHARE` of the median, and only
    ever tightens the general band; the ceiling stays.

    Parameters
    ----------
    book
        The lot book of a season or more.

    Returns
    -------
    tuple
        One entry a kind of process with at least :data:`LEAST` of them, sorted.
    """
    graph = graph_of(book)
    lots = by_code(book, "lot")
    ratios: dict[tuple[str, str, str], list[float]] = {}
    for flow in graph.processes.values():  # a few hundred processes
        step = outturn_of(graph, flow, lots)
        if step is not None and 0 < step.ratio <= bands()[step.key].ceiling:
            ratios.setdefault(step.key, []).append(step.ratio)
    return tuple(_learned(key, np.array(its)) for key, its in sorted(ratios.items()) if len(its) >= LEAST)


def _learned(key: tuple[str, str, str], ratios: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Learned:
    median = float(np.median(ratios))
    spread = SPREAD * _TO_SIGMA * float(np.median(np.abs(ratios - median)))
    reach = max(spread, NARROWEST_SHARE * median)
    general = bands()[key]
    low, high = max(general.low, median - reach), min(general.high, median + reach)
    if low >= high:  # the mill works outside what is usual elsewhere: its own experience would hide that
        low, high = general.low, general.high
    band = Band(round(low, _DIGITS), round(high, _DIGITS), general.ceiling)
    return Learned(key, len(ratios), round(median, _DIGITS), band)


def as_csv(learned: tuple[Learned, ...]) -> bytes:
    """Return the bands as a table to keep, to look at and to give to ``audit --bands``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(BAND_COLUMNS)
    for one in learned:
        writer.writerow([*one.key, one.processes, one.median, one.band.low, one.band.high, one.band.ceiling])
    return out.getvalue().encode()


def bands_of(rows: Iterable[tuple[int, Mapping[str, str]]], name: str) -> Mapping[tuple[str, str, str], Band]:
    """Return the bands of a table that :func:`as_csv` wrote.

    Parameters
    ----------
    rows
        Line in the file, and column → text of the cell.
    name
        Name of the file, for the messages.

    Raises
    ------
    InputError
        For a table without its columns, an unknown step, or numbers that are none or out of order.
    """
    found: dict[tuple[str, str, str], Band] = {}
    for line, row in rows:
        key = (row.get("form_in") or "", row.get("form_out") or "", row.get("species") or "")
        numbers = [parse_number(row.get(column) or "", ".") for column in BAND_COLUMNS[-3:]]
        low, high, ceiling = (number or 0.0 for number in numbers)
        if key not in bands() or not 0 < low < high <= ceiling:
            raise InputError(
                say("errors:bands.row", name=name, line=line, values=", ".join(map(str, row.values()))),
                fix=say("errors:bands.none.do"),
            )
        found[key] = Band(low, high, ceiling)
    if not found:
        raise InputError(say("errors:bands.none", name=name), fix=say("errors:bands.none.do"))
    return found

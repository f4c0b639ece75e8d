"""The land that a package declares: each plot in the version that was in force when its goods were harvested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eudr_geo.base.errors import RefusedError
from eudr_geo.lots.naming import some
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.package import Land
from eudr_geo.model.plots import Plots
from eudr_geo.project.port import Project
from eudr_geo.words.saying import counted, say

if TYPE_CHECKING:
    import pandas as pd


def land_of(project: Project, book: LotBook, rows: pd.DataFrame, codes: Sequence[str]) -> tuple[Plots, pd.DataFrame]:
    """Return the land that a trace names, and its versions, row by row.

    The producer of each piece of land is the one who held it at the harvest; where several did, all of them.

    Parameters
    ----------
    project
        An open store.
    book
        Its lot book.
    rows
        The trace, columns as in ``trace.csv``.
    codes
        What is packed, for messages.

    Returns
    -------
    Plots, pandas.DataFrame
        Sorted by code and version; plot_code, version, geometry_hash.

    Raises
    ------
    RefusedError
        When a plot has no boundary.
    """
    plots, versions = mapped_land_of(project, book, rows)
    missing = sorted({str(plot) for plot, _ in _pairs(rows) if plot} - set(plots["plot_id"]))
    if missing:
        raise RefusedError(
            counted("packages:no-boundary", len(missing), codes=", ".join(codes), plots=some(missing)),
            fix=say("packages:no-boundary.do"),
        )
    return plots, versions


def mapped_land_of(project: Project, book: LotBook, rows: pd.DataFrame) -> tuple[Plots, pd.DataFrame]:
    """Return what :func:`land_of` returns, without what has no boundary."""
    table = book.versions()
    wanted = {(plot, int(version)) for plot, version in _pairs(rows) if plot and version}
    chosen = [pair in wanted for pair in zip(table["plot_code"], table["version"], strict=True)]
    columns = ["plot_code", "version", "geometry_hash"]
    versions = table[np.array(chosen, dtype=bool)].sort_values(["plot_code", "version"])[columns].reset_index(drop=True)
    plots = project.load_land(sorted(wanted))
    versions = versions[versions["plot_code"].isin(plots["plot_id"])].reset_index(drop=True)  # of a damaged project
    return _in_hands(book, rows, plots, versions), versions


def _pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Plot code and version of each row, "" where there is none."""
    return [
        (str(plot or ""), str(version or ""))
        for plot, version in zip(rows["plot_code"], rows["plot_version"], strict=True)
    ]


def _in_hands(book: LotBook, rows: pd.DataFrame, plots: Plots, versions: pd.DataFrame) -> Plots:
    """The plots with the producers of the trace."""
    holders: dict[Land, set[str]] = {}
    for (plot, version), who in zip(_pairs(rows), rows["producer_code"], strict=True):
        if plot and version and who:
            holders.setdefault((plot, int(version)), set()).add(str(who))
    table = book.table("producer")
    names = dict(zip(table["code"], table["name"], strict=True))
    land = list(zip(versions["plot_code"], versions["version"], strict=True))
    codes = [sorted(holders.get((str(plot), int(version)), set())) for plot, version in land]
    named = ["; ".join(str(names.get(one) or one) for one in its) for its in codes]
    return plots.with_columns(
        producer=[said or own for said, own in zip(named, plots["producer"], strict=True)],
        producer_id=["; ".join(its) or own for its, own in zip(codes, plots["producer_id"], strict=True)],
    )

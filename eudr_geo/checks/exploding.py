"""The repair that makes several plots of one: which records it may take apart, its receipts, and making it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.base.cells import clean_code
from eudr_geo.base.errors import InputError
from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import failing
from eudr_geo.model.changes import Change, TakenBack
from eudr_geo.model.plots import Plots
from eudr_geo.plots.geodesy import area_ha
from eudr_geo.plots.shapes.exploding import explode, parts_of
from eudr_geo.words.saying import say

Ints = npt.NDArray[np.int64]

PART = "part"
"""What the ledger calls the field of a plot that was part of a record."""
_ON_LAND = (0, 3, 4, 6)  # points, polygons and their multi forms: a line is no plot


def take_apart(plots: Plots) -> tuple[Plots, list[Change], list[TakenBack]]:
    """Make a plot of each part of the plots whose rule has a repair that takes apart.

    A plot without a code, one with a part that is empty or no land, and one whose parts would get the code of another
    plot stay as they are.

    Returns
    -------
    tuple
        The plots, parts where their plot was; a change for each part; and those that stay as they were, with why.
    """
    changes: list[Change] = []
    kept_whole: list[TakenBack] = []
    steps = [rule for rule in catalogue.load().values() if rule.repair is not None and rule.repair.takes_apart]
    for rule in steps:
        step = rule.repair
        rows = np.flatnonzero(failing(plots, (rule.code,))[rule.code])
        if step is None or not len(rows):
            continue
        after = step.apply(plots.take(rows))
        _, owner = parts_of(plots.geometry[rows])
        why = _not_apart(plots, rows, after, owner)
        kept_whole += [
            TakenBack(rule.code, plots["source"][row], int(plots["record"][row]), plots["plot_id"][row], reason)
            for row, reason in zip(rows.tolist(), why.tolist(), strict=True)
            if reason
        ]
        chosen = (why == "")[owner]
        parts, sources = after.take(chosen), rows[owner[chosen]]
        changes += _receipts(plots, parts, sources, rule.code, step.what)
        stays = np.setdiff1d(np.arange(len(plots)), sources)
        order = np.argsort(np.concatenate([stays, sources]), kind="stable")
        plots = Plots.concat([plots.take(stays), parts]).take(order)
    return plots, changes, kept_whole


def _not_apart(
    plots: Plots, rows: npt.NDArray[np.int64], parts: Plots, owner: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Say why plots cannot be taken apart without losing land or mistaking one plot for another; "" where they can."""
    taken = {clean_code(code) for code in plots["plot_id"].tolist()}
    codes = [clean_code(code) for code in parts["plot_id"].tolist()]
    times = Counter(codes)
    is_land = ~shapely.is_empty(parts.geometry) & np.isin(shapely.get_type_id(parts.geometry), _ON_LAND)
    why = np.full(len(rows), "", dtype=object)
    # The last reason that is written is told.
    for fails, reason in (
        (
            np.array([code in taken or times[code] > 1 for code in codes], dtype=bool),
            "code-taken",
        ),
        (~is_land, "no-land"),
        (np.array([not code for code in codes], dtype=bool), "no-code"),
    ):
        why[owner[fails]] = say(f"repairs:why.{reason}")
    return why


def _receipts(plots: Plots, parts: Plots, sources: Ints, code: str, what: str) -> list[Change]:
    whole = plots.take(sources)
    before, after = (shapely.to_wkb(one.geometry, hex=True, byte_order=1) for one in (whole, parts))
    areas = area_ha(parts.geometry)
    changes = []
    for row in range(len(parts)):  # one line a part; only plots that were taken apart come here
        stated = float(whole["area_ha"][row])
        told = {"what": what, "whole": whole["plot_id"][row]}
        changes.append(
            Change(
                rule=code,
                source=parts["source"][row],
                record=int(parts["record"][row]),
                plot_id=parts["plot_id"][row],
                field=PART,
                before=before[row],
                after=after[row],
                what=say("repairs:part.stated", stated_ha=stated, **told)
                if np.isfinite(stated)
                else say("repairs:part", **told),
                by=say("repairs:by.safe"),
                area_after_ha=round(float(areas[row]), 6) if areas[row] > 0 else None,
            )
        )
    return changes


def phases(changes: Sequence[Change]) -> list[list[Change]]:
    """Return a ledger in the order in which it can be made again: by turns parts, and changes of single plots.

    Within a record each change builds on those before it; records do not depend on each other.
    """
    found: list[list[Change]] = []
    at: dict[tuple[str, int], tuple[int, set[str]]] = {}
    for change in changes:
        key = (change.source, change.record)
        phase, made = at.get(key, (0, set()))
        if change.field == PART:
            if phase % 2 or change.plot_id.rpartition(".")[0] in made:  # its whole is a part of this phase itself
                phase, made = phase + 1 + (phase + 1) % 2, set()
            made = made | {change.plot_id}
        elif not phase % 2:
            phase, made = phase + 1, set()
        at[key] = (phase, made)
        while len(found) <= phase:
            found.append([])
        found[phase].append(change)
    return found


def again(plots: Plots, changes: Sequence[Change]) -> Plots:
    """Take plots apart as a ledger says.

    Raises
    ------
    InputError
        When a plot is not there, or not as the ledger found it.
    """
    if not changes:
        return plots
    wanted: dict[tuple[str, int, str], list[Change]] = {}
    for change in changes:
        wanted.setdefault((change.source, change.record, change.plot_id.rpartition(".")[0]), []).append(change)
    keys = zip(plots["source"].tolist(), plots["record"].tolist(), plots["plot_id"].tolist(), strict=True)
    row_of = {key: row for row, key in enumerate(keys) if key in wanted}
    by_row = {row_of[key]: its for key, its in wanted.items() if key in row_of}
    before = {row: its[0].before for row, its in by_row.items()}
    rows = np.array(sorted(before), dtype=np.int64)
    parts = explode(plots.take(rows))
    sources = rows[parts_of(plots.geometry[rows])[1]]
    whole = shapely.to_wkb(plots.geometry[rows], hex=True, byte_order=1).tolist()
    made = shapely.to_wkb(parts.geometry, hex=True, byte_order=1).tolist()
    told = [one.after for row in rows.tolist() for one in by_row[row]]
    if len(before) != len(wanted) or whole != [before[row] for row in rows.tolist()] or made != told:
        raise InputError(
            "the ledger takes apart a plot that is not as it found it", fix="replay it on the file it was made from"
        )
    stays = np.setdiff1d(np.arange(len(plots)), rows)
    order = np.argsort(np.concatenate([stays, sources]), kind="stable")
    return Plots.concat([plots.take(stays), parts]).take(order)

"""The data block of the repairs' page: each repaired plot with what changed, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import shapely

from eudr_geo.base.errors import EudrGeoError
from eudr_geo.model.changes import Change
from eudr_geo.model.report import Report
from eudr_geo.outputs.maps.payload import clean, script_json
from eudr_geo.outputs.pages.words import fault_in
from eudr_geo.outputs.pictures import STYLES, change_panels
from eudr_geo.words.page import words
from eudr_geo.words.saying import in_language

MOST_PLOTS = 10_000
"""Repaired plots on one page; the page says how many there are in all, the ledger has every change."""
_WITHOUT_VALUES = frozenset({"open_rings", "record", "has_z", "geometry", "part"})


def readable(change: Change) -> tuple[str, str] | None:
    """Return what stood there and what stands there now; None where that is nothing to read.

    Examples
    --------
    >>> change = Change("misspelt-property", "a.geojson", 1, "P-1", "misspelt", "area_ha>Area; lang>Place", "", "", "")
    >>> readable(change)
    ('area_ha, lang', 'Area, Place')
    """
    if change.field in _WITHOUT_VALUES:
        return None
    if change.field == "misspelt" and ">" in change.before:
        pairs = [pair.partition(">") for pair in change.before.split("; ")]
        return ", ".join(pair[0] for pair in pairs), ", ".join(pair[2] for pair in pairs)
    return change.before, change.after


def repair_data(changes: Sequence[Change], report: Report) -> tuple[str, int]:
    """Return the data block as JSON text for a script element, and the number of repaired plots in all.

    Parameters
    ----------
    changes
        The ledger, in its order.
    report
        The check after the repairs: tells which plots are without an error now.
    """
    plots = report.plots
    unfit = {
        (str(plots["source"][row]), int(plots["record"][row]), str(plots["plot_id"][row]))
        for row in report.result.unfit_rows()
    }
    unfit |= {(source, record, "") for source, record, _ in unfit}
    parts = {(one.source, one.record, one.plot_id) for one in changes if one.field == "part"}
    found: dict[tuple[str, int, str], list[Change]] = {}
    for change in changes:  # the parts of a record that was taken apart are plots of their own
        key = (change.source, change.record, change.plot_id)
        found.setdefault(key if key in parts else (*key[:2], ""), []).append(change)
    shown = list(found.items())[:MOST_PLOTS]
    codes = sorted({change.rule for change in changes})
    data = {
        "language": report.language,
        "words": words(report.language),
        "styles": STYLES,
        "rules": {code: fault_in(code, report.language) for code in codes},
        "plots": [_plot(*key[:2], made, report.language, is_unfit=key in unfit) for key, made in shown],
    }
    return script_json(data), len(found)


def _plot(source: str, record: int, made: Sequence[Change], language: str, *, is_unfit: bool) -> dict[str, Any]:
    shapes = [change for change in made if change.field in {"geometry", "part"}]
    areas = [change for change in made if change.area_before_ha is not None or change.area_after_ha is not None]
    moves = [change.largest_move_m for change in made if change.largest_move_m is not None]
    panels = change_panels(_shape(shapes[0].before), _shape(shapes[-1].after)) if shapes else ()
    return {
        "source": clean(source),
        "record": record,
        "plot": clean(made[-1].plot_id),
        "unfit": is_unfit,
        "before_ha": areas[0].area_before_ha if areas else None,
        "after_ha": areas[-1].area_after_ha if areas else None,
        "move_m": max(moves) if moves else None,
        "changes": [
            [
                change.rule,
                clean(in_language(change.what, language)),
                *_shown(change),
                clean(in_language(change.by, language)),
                change.area_before_ha,
                change.area_after_ha,
                change.largest_move_m,
            ]
            for change in told_once(made)
        ],
        "pictures": [panel.to_data() for panel in panels],
    }


def _shown(change: Change) -> tuple[str, str, str]:
    values = readable(change)
    if values is None:
        return "", "", ""
    return "names" if change.field == "misspelt" else change.field, clean(values[0]), clean(values[1])


def told_once(made: Sequence[Change]) -> list[Change]:
    """The changes as a person reads them: an area that was text and became a number is one change, not two."""
    told: list[Change] = []
    for change in made:
        before = told[-1] if told else None
        if (
            before is not None
            and {before.field, change.field} == {"area_ha", "area_text"}
            and (before.rule, before.source, before.record) == (change.rule, change.source, change.record)
            and before.plot_id == change.plot_id
        ):
            text, number = (change, before) if change.field == "area_text" else (before, change)
            told[-1] = replace(number, before=text.before or number.before, after=number.after or text.after)
        else:
            told.append(change)
    return told


def _shape(text: str) -> Any:
    """The geometry of a ledger's line; None where there was none.

    Raises
    ------
    EudrGeoError
        When the line is not as the repairs write it.
    """
    if not text:
        return None
    try:
        return shapely.from_wkb(text)
    except (shapely.errors.GEOSException, ValueError) as error:
        raise EudrGeoError(f"a change in the ledger has no geometry that can be read ({error})") from error

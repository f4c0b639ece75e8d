"""The page of a repair: every repaired plot before and after, and what is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from eudr_geo.model.changes import Change, TakenBack
from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_data import sorted_for_page
from eudr_geo.outputs.pages.check_page import by_rule, versions
from eudr_geo.outputs.pages.repair_data import MOST_PLOTS, repair_data
from eudr_geo.outputs.pages.shell import grouped, head, render
from eudr_geo.outputs.pages.words import fault_in
from eudr_geo.words.page import filled, words
from eudr_geo.words.saying import in_language

_SCRIPTS = (
    ("eudr_geo.outputs.maps", "text.js"),
    ("eudr_geo.outputs.pages", "picture.js"),
    ("eudr_geo.outputs.pages", "repair.js"),
)

_NOT_MADE_SHOWN = 200  # of each rule; how many more there are is said


def repair_page(changes: Sequence[Change], taken_back: Sequence[TakenBack], report: Report) -> str:
    """Return the page of a repair, one file that asks nothing of the network; the same ledger gives the same bytes.

    Parameters
    ----------
    changes
        The ledger, in its order.
    taken_back
        Repairs that were not made, those of one rule together; each says why.
    report
        The check after the repairs.
    """
    said = words(report.language)
    result = report.result
    data, repaired = repair_data(changes, report)
    top, scripts = head(("base.css", "check.css", "repair.css"), _SCRIPTS, leaflet=False)
    areas = np.array(
        [
            change.area_after_ha - change.area_before_ha
            for change in changes
            if change.area_before_ha is not None and change.area_after_ha is not None
        ]
    )
    values = {
        "language": report.language,
        "words": said,
        "head": top,
        "scripts": scripts,
        "files": result.files,
        "counts": result.findings.counts(),
        "fit": result.plots_fit,
        "unfit": result.plots_unfit,
        "repaired": repaired,
        "changes": len(changes),
        "area_ha": float(areas.sum()) if len(areas) else 0.0,
        "not_made": _not_made(taken_back, report.language),
        "rejected": sum(file.rejected for file in result.files),
        "groups": by_rule(
            [one for one in sorted_for_page(list(result.findings)) if one.severity != "note"], report.language
        ),
        "tool_errors": result.tool_errors,
        "versions": versions(report),
        "more": filled(said["rp_more"], grouped(MOST_PLOTS), grouped(repaired)) if repaired > MOST_PLOTS else "",
    }
    return render("repair.html.j2", values, data)


def _not_made(taken_back: Sequence[TakenBack], language: str) -> list[dict[str, Any]]:
    """Repairs that were not made, by rule, the first of them with their plots and why."""
    groups = []
    for code, some in groupby(taken_back, key=lambda one: one.rule):
        of_rule = list(some)
        groups.append(
            {
                "said": filled(words(language)["rp_withdrawn"], grouped(len(of_rule)), code),
                "fault": fault_in(code, language),
                "plots": [replace(one, why=in_language(one.why, language)) for one in of_rule[:_NOT_MADE_SHOWN]],
                "more": max(len(of_rule) - _NOT_MADE_SHOWN, 0),
            }
        )
    return groups

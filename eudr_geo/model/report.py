"""A report: what a check found, with the plots it looked at. Rendered by ``outputs/reports/``."""

from __future__ import annotations

from dataclasses import dataclass

from eudr_geo.model.findings import CheckResult
from eudr_geo.model.plots import Plots


@dataclass(frozen=True)
class Report:
    """The result of a check and the table it was run on (empty for a check of the lot book)."""

    result: CheckResult
    plots: Plots
    width: int = 100  # of a terminal, in characters
    color: bool = False
    all_by: str = "--format csv"  # option with which the command shows every finding
    out: str = ""  # name of the file it is written to; "" for the screen
    language: str = "en"  # of the fixed words of pages and worklists
    by: str = ""  # what its plots are grouped by: village, collector or file; "" for the first of them that is stated

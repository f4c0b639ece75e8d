"""``--format worklist``: an XLSX to take along, village by village; filled in, it is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_page import check_page
from eudr_geo.outputs.worklist.writing import worklist

SUMMARY = "a workbook (XLSX) of what to do at each plot, a sheet a village; filled in, it is read again"


def render(report: Report) -> bytes:
    """Return the workbook; written to a file, each plot is linked to its drawing in the page beside it."""
    return worklist(report, page=PurePath(report.out).with_suffix(".html").name if report.out else "")


def beside(report: Report) -> Mapping[str, bytes]:
    """Return what is written beside the workbook: the page with the drawings, by its ending."""
    return {".html": check_page(replace(report, width=100, color=False)).encode()}

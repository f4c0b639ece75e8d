"""``--format html``: one self-contained page to read, print or send."""

from __future__ import annotations

from eudr_geo.model.report import Report
from eudr_geo.outputs.pages.check_page import check_page

SUMMARY = "one page with map and drawings, to read, print or send"


def render(report: Report) -> str:
    """Return the page: what was read, what is wrong and where, what to do. No external request."""
    return check_page(report)

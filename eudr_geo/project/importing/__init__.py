"""Import: what is new, changed, unchanged, refused – shown first, then stored in one transaction."""

from __future__ import annotations

from eudr_geo.project.importing.book import apply_book, preview_book
from eudr_geo.project.importing.book_plan import BookImport
from eudr_geo.project.importing.common import Refused
from eudr_geo.project.importing.land import PlotImport, apply_plots, preview_plots

__all__ = ["BookImport", "PlotImport", "Refused", "apply_book", "apply_plots", "preview_book", "preview_plots"]

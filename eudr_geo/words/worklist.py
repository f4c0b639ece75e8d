"""The columns of a worklist, what people fill in, and the hidden sheet that knows the plots as they were."""

from __future__ import annotations

from collections.abc import Mapping

SCHEMA = "eudr-geo.worklist/1"
HIDDEN = "_worklist"
"""Sheet with the plots as delivered; a workbook that has it is a worklist."""

FIRST_HEADINGS = frozenset({"No.", "Số", "N.º", "N°"})
"""Heading of the first column in each language: what else starts so may be a sheet torn off a worklist."""

SHOWN = ("no", "plot", "producer", "place", "record", "severity", "wrong", "do", "spot")
"""Columns that tell, by key of their heading (``wl_…`` in ``words/page.csv``)."""

CORRECTIONS: Mapping[str, str] = {
    "new_plot": "plot_id",
    "new_producer": "producer",
    "new_country": "country",
    "new_area": "area_ha",
    "new_lat": "lat",
    "new_lon": "lon",
    "new_boundary": "wkt",
    "new_date": "mapped_on",
}
"""Columns to fill in and the columns of a plot they correct."""

REMARKS = "remarks"

KEPT = ("plot_id", "producer", "producer_id", "country", "place", "commodity", "area_ha", "mapped_on")
"""Columns of a plot that the hidden sheet keeps, in the words of a plot table."""

HEADINGS = ("no", "source", "record", *KEPT, "extra", "wkt")
"""Headings of the hidden sheet; a long boundary goes on in the cells behind the last one."""

CHUNK = 32_000
"""Characters of a boundary in one cell, below what a spreadsheet holds."""

"""A plug-in of pytest that writes down which cases claim which fault: the page on testing is made from it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "EUDR_GEO_FAULT_COUNTS"


def pytest_collection_finish(session: Any) -> None:
    """Write each case with the faults it claims, and how many files it reads if it says so."""
    found = []
    for item in session.items:
        marks = list(item.iter_markers("fault"))
        numbers = sorted({number for mark in marks for number in mark.args})
        if numbers:
            files = max(mark.kwargs.get("files", 1) for mark in marks)
            path = Path(item.path).relative_to(session.config.rootpath / "tests").as_posix()
            found.append([path, item.originalname, numbers, files])
    Path(os.environ[VARIABLE]).write_text(json.dumps(found), encoding="utf-8")

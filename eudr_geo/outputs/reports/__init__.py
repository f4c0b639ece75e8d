"""Drawer of report formats: one file a format, ``as_<name>.py`` with ``SUMMARY`` and ``render(report)``.

``render`` returns text, or bytes where the format is a file. A format may have ``beside(report)`` too: ending →
bytes of what is written beside a report that goes to a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

_FORMAT = "as_"


def names() -> tuple[str, ...]:
    """Return the names that ``--format`` takes, sorted; no format is imported for it.

    Examples
    --------
    >>> "json" in names()
    True
    """
    found = (info.name for info in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.removeprefix(_FORMAT) for name in found if name.startswith(_FORMAT)))


@cache
def formats() -> Mapping[str, ModuleType]:
    """Return the formats by their name."""
    return {name: importlib.import_module(f"{__name__}.{_FORMAT}{name}") for name in names()}

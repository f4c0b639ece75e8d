"""Drawer of report formats: one file a format, each with ``FORMAT``, ``SUMMARY`` and ``render(report)``.

``render`` returns text, or bytes where the format is a file. A format may have ``beside(report)`` too: ending →
bytes of what is written beside a report that goes to a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType


@cache
def formats() -> Mapping[str, ModuleType]:
    """Return the formats by the name that ``--format`` takes."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {module.FORMAT: module for module in sorted(modules, key=lambda module: str(module.FORMAT))}

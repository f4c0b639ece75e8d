"""How a piece of land is called where several versions of one plot stand beside each other."""

from __future__ import annotations

import re
from typing import Any

_VERSION = re.compile(r"(.+) \(version (\d+)\)")


def place_of(code: str, version: Any) -> str:
    """Return the name of one version of a plot, as ``ProductionPlace`` of a package has it.

    Examples
    --------
    >>> place_of("DL-017", 2)
    'DL-017 (version 2)'
    """
    return f"{code} (version {version})"


def plot_and_version(place: str) -> tuple[str, int] | None:
    """Return the plot and version that such a name stands for, None for another name.

    Examples
    --------
    >>> plot_and_version("DL-017 (version 2)"), plot_and_version("DL-017")
    (('DL-017', 2), None)
    """
    found = _VERSION.fullmatch(place)
    return None if found is None else (found[1], int(found[2]))

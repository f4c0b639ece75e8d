"""How a piece of land is called where several versions of one plot stand beside each other."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[Any]
_VERSION = re.compile(r"^(.+) \(version (\d{1,9})\)$")


def place_of(code: str, version: Any) -> str:
    """Return the name of one version of a plot, as ``ProductionPlace`` of a package has it.

    Examples
    --------
    >>> place_of("DL-017", 2)
    'DL-017 (version 2)'
    """
    return f"{code} (version {version})"


def plots_and_versions(places: Any) -> tuple[Array, Array]:
    """Return the plot and the version that each of such names stands for: "" and 0 for another name.

    Examples
    --------
    >>> plots_and_versions(["DL-017 (version 2)", "DL-017", None])
    (array(['DL-017', '', ''], dtype=object), array([2, 0, 0]))
    """
    named = pd.Series(places, dtype=object).astype(str).str.extract(_VERSION, expand=True)
    return named[0].fillna("").to_numpy(dtype=object), named[1].fillna("0").to_numpy(dtype=object).astype(np.int64)

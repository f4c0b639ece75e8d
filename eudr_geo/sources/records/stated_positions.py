"""Where a record says in words that its plot lies: the latitude and longitude that apps write beside the geometry."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eudr_geo.sources.records.headings import column_of

_MARKS = ('"lat', '"Lat', '"LAT', "latit", "ĩ độ", "intang")  # one of them stands in any name of a latitude


def stated_lon_lat(extras: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the position that the other properties of each record state.

    Parameters
    ----------
    extras
        Properties of each record as a JSON object, "" for none, shape (n,): the column ``extra`` of a plot table.

    Returns
    -------
    numpy.ndarray
        Longitude and latitude in degrees, shape (n, 2); NaN where the record states none, or none that is possible.

    Examples
    --------
    >>> stated_lon_lat(['{"latitude": "12.68", "longitude": "108.05"}', '{"colour": "red"}']).tolist()
    [[108.05, 12.68], [nan, nan]]
    """
    found = np.full((len(extras), 2), np.nan)
    for row, text in enumerate(extras):  # only the few files that have such a property are looked into
        if any(mark in text for mark in _MARKS):
            found[row] = _of_one(text)
    possible = (np.abs(found[:, 0]) <= 180) & (np.abs(found[:, 1]) <= 90) & (found != 0).any(axis=1)
    found[~possible] = np.nan
    return found


def _of_one(text: str) -> tuple[float, float]:
    columns = {column_of(name): value for name, value in json.loads(text).items()}
    try:
        return float(columns["lon"]), float(columns["lat"])
    except (KeyError, TypeError, ValueError):
        return np.nan, np.nan

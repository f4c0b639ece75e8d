"""All numbers of a JSON text of arrays, in their order: by simdjson where it has a wheel, else by the standard library.

It has none for Python 3.14 and none for Windows on ARM; the standard library takes about ten times as long.
"""

from __future__ import annotations

import json
import re
from array import array
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

simdjson: Any
try:
    import simdjson
except ImportError:
    simdjson = None

_OTHER_THAN_NUMBERS = re.compile(rb"[^0-9eE+.,\[\] \t\r\n-]")
_FAULTS = (ValueError, RuntimeError, TypeError, RecursionError)


def numbers_of(text: bytes) -> npt.NDArray[np.float64] | None:
    """Return the numbers of nested arrays, shape (n,); None when the text is anything else.

    Examples
    --------
    >>> numbers_of(b"[[108.05,12.68],[1e2]]").tolist(), numbers_of(b'["108.05"]')
    ([108.05, 12.68, 100.0], None)
    """
    try:
        return _by_json(text) if simdjson is None else _by_simdjson(text)
    except _FAULTS:
        return None


def _by_simdjson(text: bytes) -> npt.NDArray[np.float64]:
    parsed: Any = simdjson.Parser().parse(text)
    return np.frombuffer(parsed.as_buffer(of_type="d"), dtype=np.float64)


def _by_json(text: bytes) -> npt.NDArray[np.float64]:
    """The standard library reads the grammar and hands over each number as it is written."""
    if _OTHER_THAN_NUMBERS.search(text):
        raise ValueError("not only numbers")
    found = array("d")

    def keep(number: str) -> None:
        found.append(float(number))

    json.loads(text, parse_float=keep, parse_int=keep, parse_constant=_refuse)
    values = np.frombuffer(found, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("a number is too large")
    return values


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)

"""A file about to be read, and what its reader raises when the whole of it is no use."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eudr_geo.base.limits import DEFAULT_LIMITS, Limits
from eudr_geo.base.said import Said


@dataclass(frozen=True)
class Source:
    """A file, the name the user knows it by, and what the user told us about it."""

    path: Path
    name: str
    country: str = ""
    commodity: str = ""
    crs: str = ""
    layer: str = ""
    limits: Limits = field(default=DEFAULT_LIMITS)


_VALUE_SHOWN = 80  # characters of a bad value: enough to find it, too few to fill a screen


def printable(text: str) -> str:
    r"""Return text as one line that does nothing to a screen: what cannot be printed is written as an escape.

    Examples
    --------
    >>> printable("a" + chr(27) + "b")
    'a\\x1bb'
    """
    if text.isprintable():
        return text
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)
    if not isinstance(text, Said):
        return plain
    values = {name: printable(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return Said(plain, text.key, values)


class NumberText(str):
    """A number exactly as it was written, so that ids keep their zeros and coordinates their digits."""

    __slots__ = ()


class WholeFileError(Exception):
    """The file as a whole cannot be read: becomes a finding, not a traceback."""

    def __init__(self, code: str, why: str, fix: str, value: str = "") -> None:
        super().__init__(why)
        self.code, self.why, self.fix, self.value = code, printable(why), fix, printable(value)[:_VALUE_SHOWN]


class RecordError(Exception):
    """One record cannot become a plot: it is rejected and counted."""

    def __init__(self, code: str, why: str, fix: str, value: str = "") -> None:
        super().__init__(why)
        self.code, self.why, self.fix, self.value = code, printable(why), fix, printable(value)[:_VALUE_SHOWN]

"""What a file is that came to the wrong command, and which command reads it."""

from __future__ import annotations

from eudr_geo.base.said import Said
from eudr_geo.model.source import WholeFileError
from eudr_geo.words.saying import say

BOOK, BOUNDARIES, WAIVERS, BANDS = "book", "boundaries", "waivers", "bands"
_DOOR = "doors:kind."


def kind_of_refusal(why: str) -> str:
    """Return what a file is that :func:`other_door` refused; "" for another refusal.

    Examples
    --------
    >>> kind_of_refusal(other_door("package", "EXP-1.zip").why), kind_of_refusal("damaged")
    ('package', '')
    """
    what = why.values.get("what") if isinstance(why, Said) else None
    key = what.key if isinstance(what, Said) else ""
    return key.removeprefix(_DOOR) if key.startswith(_DOOR) else ""


def other_door(kind: str, name: str) -> WholeFileError:
    """Return the refusal of a file that another command reads: what it is, and that command.

    Examples
    --------
    >>> other_door("book", "coop.xlsx").fix
    'read it with: eudr-geo book coop.xlsx -p PROJECT'
    """
    why = say("reading:file-is", what=say(f"{_DOOR}{kind}"))
    return WholeFileError("unsupported-format", why, say(f"{_DOOR}{kind}.do", name=name))

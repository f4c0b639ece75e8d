"""Values of records as suppliers write them → clean text, plain data, declared areas."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from eudr_geo.base.cells import clean_text, shown
from eudr_geo.base.limits import DEFAULT_LIMITS
from eudr_geo.model.source import NumberText, RecordError
from eudr_geo.sources.formats.json_stream import Twice
from eudr_geo.words.saying import say


def clean_value(value: Any) -> str:
    """Return a value as clean text; refuse characters that are none."""
    if not isinstance(value, str):
        value = (
            json.dumps(plain_value(value), ensure_ascii=False) if isinstance(value, (list, dict, bool)) else str(value)
        )
    return _cleaned(value)


def _is_text(value: str) -> bool:
    """Tell whether a text has no half of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)  # a producer, a country, a date stand on many plots
def _cleaned(value: str) -> str:
    # Most text is plain; only the rest is looked at letter by letter.
    if value.isascii() and value.isprintable() and "  " not in value:
        return str(value.strip())
    if "\0" in value or not _is_text(value):
        raise RecordError(
            "unreadable-record", say("reading:no-character"), say("reading:no-character.do"), shown(value)
        )
    return clean_text(value)


def plain_value(value: Any, most: int = DEFAULT_LIMITS.json_depth, depth: int = 1) -> Any:
    """A property as plain data; numbers stay text as written, so that no id loses its zeros."""
    if depth > most:
        raise RecordError("unreadable-record", say("reading:nested", most=depth - 1), say("reading:nested.do"))
    if isinstance(value, dict):
        found = {clean_value(str(key)): plain_value(inner, most, depth + 1) for key, inner in value.items()}
        if isinstance(value, Twice):
            why = say("reading:name-twice", name=shown(value.key))
            raise RecordError("unreadable-record", why, say("shapes:do.keep-one"), value.key)
        if len(found) < len(value):  # names that differ only in how they are written
            why = say("reading:name-twice", name=say("reading:two-ways"))
            raise RecordError("unreadable-record", why, say("shapes:do.keep-one"), "(written in two ways)")
        return found
    if isinstance(value, list):
        return [plain_value(inner, most, depth + 1) for inner in value]
    return value if isinstance(value, bool) or value is None else clean_value(value)


def area_of(value: Any) -> tuple[float, str]:
    """Return the declared area of a number (marked as such by the reader), or the text that stands in its place."""
    if isinstance(value, NumberText):
        return float(value), ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value), ""
    text = clean_value(value)
    return float("nan"), text

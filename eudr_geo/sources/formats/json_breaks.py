"""Where a file of JSON breaks, in words: line and character, and the slips that are known by what stands there."""

from __future__ import annotations

import json
import re

from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.formats.json_stream import JsonStream
from eudr_geo.words.saying import say


def where_it_breaks(document: JsonStream, record: int) -> WholeFileError:
    """Say where the JSON breaks, in the file as it is, and what may have broken it.

    Parameters
    ----------
    document
        The stream that could not be read on.
    record
        Number of the record at hand, for a file that breaks in no way that can be told.
    """
    near = ""
    try:
        text = document.source.path.read_bytes().decode(document.encoding)
        json.loads(text.lstrip("\ufeff"), parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        why = say("reading:json.breaks", line=error.lineno, character=error.colno)
        # The reader stops behind the comma that should not be there.
        before = re.search(r",\s*\Z", error.doc[: error.pos])
        near = error.doc[before.start() if before else error.pos :][:80]
    except (UnicodeDecodeError, RecursionError):
        why = say("reading:json.breaks.somewhere")
    else:
        why = say("reading:json.breaks.record", record=record)
    fix = say("reading:json.breaks.do")
    if near.startswith("'"):
        fix = say("reading:json.python.do")
    elif re.match(r",\s*[\]}]", near):
        fix = say("reading:json.comma.do")
    return WholeFileError("unreadable-file", why, fix)

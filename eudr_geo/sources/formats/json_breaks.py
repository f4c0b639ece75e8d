"""Where a file of JSON breaks, in words: line and character, and the slips that are known by what stands there."""

from __future__ import annotations

import json
import re

from eudr_geo.model.source import WholeFileError
from eudr_geo.sources.formats.json_stream import JsonStream


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
        place = f"line {error.lineno}, character {error.colno}"
        # The reader stops behind the comma that should not be there.
        before = re.search(r",\s*\Z", error.doc[: error.pos])
        near = error.doc[before.start() if before else error.pos :][:80]
    except (UnicodeDecodeError, RecursionError):
        place = "a place that cannot be told"
    else:
        place = f"record {record}"
    fix = "the file is cut off or damaged: export or send it again"
    if near.startswith("'"):
        fix = "write names and texts in double quotation marks; this is how Python shows data, not JSON"
    elif re.match(r",\s*[\]}]", near):
        fix = "a comma stands before a closing bracket: take it away"
    return WholeFileError("unreadable-file", f"the JSON breaks at {place}", fix)

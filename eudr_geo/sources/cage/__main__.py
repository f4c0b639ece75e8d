"""The child of the cage: shuts the walls, reads one file, says what it found, ends."""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from eudr_geo.base.limits import Limits


def main() -> None:
    """Read ``in.bin`` of the working folder as the job in the first argument says; ``--warm``: see ``warm_child``."""
    if sys.argv[1] == "--warm":
        from eudr_geo.sources.cage.warm_child import serve

        serve(work)
        return
    from eudr_geo.sources.cage.walls import load

    load()
    if sys.stdin.buffer.read(1):  # the file is there; nothing comes when there will be none
        work(json.loads(sys.argv[1]))
        os._exit(0)  # all is said: to take a million objects apart first would only cost time


def work(job: dict[str, Any]) -> None:
    """Shut the walls, read, answer on stdout."""
    limits = Limits(**job.pop("limits"))
    from eudr_geo.sources.cage import DISK_EXIT, MEMORY_EXIT
    from eudr_geo.sources.cage.walls import load, shut

    load()
    shut(limits)
    # One file, then this process ends: millions of objects, none in a circle; the collector would only cost time.
    gc.disable()
    try:
        sys.stdout.buffer.writelines(_read(job, limits))
        sys.stdout.buffer.flush()
    except MemoryError:
        sys.exit(MEMORY_EXIT)
    except OSError as error:
        if error.errno in {errno.EFBIG, errno.ENOSPC}:
            sys.exit(DISK_EXIT)
        raise


def _read(job: dict[str, Any], limits: Limits) -> list[bytes | memoryview]:
    from eudr_geo.model.plots import Note, Plots, Reading, SourceFile
    from eudr_geo.model.source import Source, WholeFileError
    from eudr_geo.sources.cage.wire import pieces
    from eudr_geo.sources.readers import choose, look, read_sheets

    source = Source(
        Path("in.bin"),
        job["name"],
        job.get("country", ""),
        job.get("commodity", ""),
        job.get("crs", ""),
        job.get("layer", ""),
        limits,
    )
    format_ = ""
    try:
        if job["kind"] == "look":
            return pieces(Reading(Plots({}), (), (SourceFile(source.name, "", 0, ""),)), {"": [[look(source)]]})
        if job["kind"] == "sheets":
            sheets = read_sheets(source, job.get("headings", ()))
            return pieces(Reading(Plots({}), (), (SourceFile(source.name, "", 0, "XLSX"),)), sheets)
        format_, reader = choose(source)
        return pieces(reader(source))
    except WholeFileError as error:
        note = Note(error.code, error.why, error.fix, error.value, "error" if error.code == "crs-member" else "")
        return pieces(Reading(Plots({}), (), (SourceFile(source.name, "", 0, format_, notes=(note,)),)))


if __name__ == "__main__":
    main()

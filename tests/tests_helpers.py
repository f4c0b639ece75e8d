"""Small tables for tests, where things are, and the program without a process of its own."""

import contextlib
import io
import os
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import shapely

from eudr_geo.model.plots import Plots

ROOT = Path(__file__).parents[1]
SECRET = "canary-secret-7391"

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "same")


def examples(whole):
    """How many examples a property is tried on: a third of them in ``make test``, twice as many in ``make fuzz``."""
    return {"third": -(-whole // 3), "new": 2 * whole}.get(PROFILE, whole)


BOW_TIE = shapely.Polygon([(108.05, 12.68), (108.052, 12.682), (108.052, 12.68), (108.05, 12.682), (108.05, 12.68)])


def plots_of(*geometries, **columns):
    """Plots that are right in every other way."""
    n = len(geometries)
    given = {"record": range(1, n + 1), "source": ["a.geojson"] * n, "plot_id": [f"P-{i + 1}" for i in range(n)]}
    given |= {"vertices": [5] * n, "decimals": [6] * n, "producer": ["x"] * n, "country": ["VN"] * n}
    if "area_ha" not in columns:
        given["area_ha"] = [float("nan")] * n
    return Plots({**given, "geometry": list(geometries), **columns})


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """A zip of names and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else name, data)
    return out.getvalue()


def workbook_bytes(rows, **sheets):
    """An XLSX of one sheet of rows, and others by name."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def program(*words, cwd=None, stdin=None, **env):
    """What ``eudr-geo WORDS`` says and how it ends, in this process: the program's own main, with streams of ours."""
    from eudr_geo.cli import main

    code, out, error = 0, io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    given = io.TextIOWrapper(io.BytesIO((stdin or "").encode()), "utf-8")
    with (
        contextlib.chdir(cwd or Path.cwd()), mock.patch.dict(os.environ, env), mock.patch.object(sys, "stdin", given),
        mock.patch.object(sys, "argv", ["eudr-geo", *map(str, words)]), contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):  # fmt: skip
        time.tzset()
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    time.tzset()
    out.flush()
    error.flush()
    said = (stream.buffer.getvalue().decode() for stream in (out, error))
    return SimpleNamespace(returncode=code, **dict(zip(("stdout", "stderr"), said, strict=True)))


def lines_run(what, *, of=("eudr_geo",)):
    """What something answers, and how many lines of these packages ran for it: the same however busy the machine is."""
    places, ran = tuple(f"{os.sep}{name}" for name in of), 0

    def follow(frame, event, _):
        nonlocal ran
        if event == "line":
            ran += 1
        elif event == "call" and (
            frame.f_code.co_name == "<module>" or not any(place in frame.f_code.co_filename for place in places)
        ):
            return None  # imports cost once, what others wrote costs what they made of it
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        return what(), ran
    finally:
        sys.settrace(before)


class Counted:
    """A function with a count of what it was given: ``sizes`` of the first argument, call by call."""

    def __init__(self, function):
        self.function, self.sizes = function, []

    def __call__(self, first, *given, **named):
        self.sizes.append(len(first) if hasattr(first, "__len__") else 1)
        return self.function(first, *given, **named)

"""Change the bytes of every sample at random, read the result, and see that nothing is lost, silent or slow.

``make fuzz`` runs 10 000 files, the tests 1 000. A number and the seed name a file for good: ``fuzz.py --only NUMBER``
writes it and says what is made of it. Files are read by the readers themselves in processes with the walls of the cage,
many in each; what kills such a process is found by the number it said before.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
EVERYDAY, FULL = 1_000, 10_000
SEED = 20_261_123
SECONDS = 5.0  # of the processor, for one file; the cage would allow 60
CHECKED = 25  # each so many-th file also goes through every rule and the report
_LARGEST = 60_000  # bytes of a sample; larger ones are cut down by their own reader's first records

_NUMBERS = (
    b"0", b"-0", b"-1", b"1e999", b"1e308", b"-1e-320", b"NaN", b"Infinity", b"null", b'"106,5"', b"true", b"181", b"-91",
    b"9223372036854775808", b"123456789012345678901234567890", b"0071", b"1.2.3", b"12,5", b"", b"0x10", b"1_000", b"[[]]",
)  # fmt: skip
_TOKENS = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\r", b"\n", b"\t", b'"', b"'", b"\\", b"\\u0000",
    b"\\ud800", b"{", b"}", b"[", b"]", b"[[[[[[", b",", b";", b"<", b">", b"</", b"<!--", b"]]>", b"&x;", b"&#0;", b"=1+1",
    b"\x1b[2J", "\u202e".encode(), "đ".encode(), b"PK\x03\x04", b"%s", b"../", b"A" * 12_000, b" " * 3_000,
)  # fmt: skip
_LENGTHS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x01\0\0\0", b"\0\0\0\x01")
_SPLIT = re.compile(rb"[,;\n<>{}\[\]]")


def corpus() -> list[tuple[str, bytes]]:
    """Return every sample and every file that once was a failure, small enough to read thousands of them."""
    folders = (
        ROOT / "sample_plots" / "clean",
        ROOT / "sample_plots" / "messy",
        ROOT / "tests" / "hostile" / "seeds",
        ROOT / "tests" / "hostile" / "regressions",
    )
    paths = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix != ".md")
    return [(path.name, data) for path in paths if len(data := path.read_bytes()) <= _LARGEST]


def mutant(number: int, seed: int, samples: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return file ``number``: the name of its sample, and its bytes after one to four changes."""
    draw = random.Random(f"{seed}:{number}")
    name, data = samples[number % len(samples)]
    if data.startswith(b"PK\x03\x04") and draw.random() < 0.8:  # most changes to packed bytes only break the packing
        return name, _repacked(data, draw, samples)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        data = _changed(data, draw, samples)
    return name, data


def _repacked(data: bytes, draw: random.Random, samples: list[tuple[str, bytes]]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = draw.randrange(len(members))
    what = draw.random()
    if what < 0.8:
        members[at] = (members[at][0], _changed(members[at][1], draw, samples))
    elif what < 0.87:
        members.pop(at)
    elif what < 0.93:
        members.append((draw.choice(("doc.kml", "x.shp", "a/b.kml", "__MACOSX/._x", "x.SHP")), members[at][1]))
    else:
        members[at] = (members[at][0].upper(), members[at][1])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in members:
            archive.writestr(zipfile.ZipInfo(name), inner)
    return out.getvalue()


def _changed(data: bytes, draw: random.Random, samples: list[tuple[str, bytes]]) -> bytes:
    """Return the data after one change."""
    if len(data) < 4:
        return data + draw.choice(_TOKENS)
    kind = draw.choice(
        ("flip", "cut", "splice", "length", "number", "number", "number", "number", "double", "token", "drop", "swap")
    )
    at = draw.randrange(len(data))
    if kind == "flip":
        made = bytearray(data)
        for _ in range(draw.choice((1, 2, 8))):
            made[draw.randrange(len(made))] ^= 1 << draw.randrange(8)
        return bytes(made)
    if kind == "cut":
        return data[:at]
    if kind == "splice":
        other = draw.choice(samples)[1]
        start = draw.randrange(max(len(other), 1))
        return data[:at] + other[start : start + draw.choice((8, 64, 512))] + data[at:]
    if kind == "length":
        width = draw.choice((1, 2, 4))
        return data[:at] + draw.choice(_LENGTHS)[:width] + data[at + width :]
    if kind == "number":
        found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
        if not found:
            return data[:at]
        chosen = draw.choice(found)
        return data[: chosen.start()] + draw.choice(_NUMBERS) + data[chosen.end() :]
    if kind == "token":
        return data[:at] + draw.choice(_TOKENS) + data[at:]
    marks = [match.start() for match in _SPLIT.finditer(data)]
    if len(marks) < 3:
        return data[:at] + data[at + 1 :]
    one, two = sorted(draw.sample(marks, 2))
    two = min(two, one + 4_000)
    if kind == "double":
        return data[:two] + data[one:two] + data[two:]
    if kind == "drop":
        return data[:one] + data[two:]
    return data[:one] + data[one:two][::-1] + data[two:]


def faults_of(name: str, data: bytes, *, thorough: bool) -> tuple[str, list[str]]:
    """Read a file as the child of the cage does; return what became of it and everything that must not be."""
    from eudr_geo.base.limits import DEFAULT_LIMITS
    from eudr_geo.model.plots import Note, Plots, Reading, SourceFile
    from eudr_geo.model.source import Source, WholeFileError
    from eudr_geo.sources.cage.wire import pack, unpack
    from eudr_geo.sources.readers import choose

    for left in Path().iterdir():  # every file has a folder of its own in the cage
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    Path("in.bin").write_bytes(data)
    try:
        _, reader = choose(Source(Path("in.bin"), name))
        reading = reader(Source(Path("in.bin"), name))
    except WholeFileError as error:
        note = Note(error.code, error.why, error.fix, error.value)
        reading = Reading(Plots({}), (), (SourceFile(name, "", 0, "", notes=(note,)),))
    (file,) = reading.files
    bad = []
    if not file.records == file.plots + file.rejected == len(reading.plots) + len(reading.rejected):
        bad.append(f"the ledger does not hold: {file.records} records, {file.plots} plots, {file.rejected} rejected")
    if not file.records and not file.notes:
        bad.append("nothing was read, without a word")
    again, _ = unpack(pack(reading), name, DEFAULT_LIMITS)
    if len(again.plots) != len(reading.plots) or len(again.rejected) != len(reading.rejected):
        bad.append("the wire lost a record")
    for said in (*file.notes, *reading.rejected):
        if not said.code or not said.why or not said.fix:
            bad.append(f"a word without a reason or a fix: {said!r:.200}")
        bad += [
            f"a word nobody should see: {text!r:.200}"
            for text in (said.why, said.fix, said.value)
            if len(text) > 400 or not text.isprintable() or str(Path.cwd()) in text or "Error(" in text
        ]
    seen = (
        _counted(data, file.format)
        if file.records and not any(note.code == "unreadable-file" for note in file.notes)
        else None
    )
    if seen is not None and seen != file.records:
        bad.append(f"{file.records} records were read of {seen}")
    if thorough:
        bad += _through_the_rules(reading)
    return "read" if file.plots else "rejected" if file.records else "refused", bad


def _counted(data: bytes, format_: str) -> int | None:
    """Number of records, counted in another way; None where that way cannot tell."""
    if format_ in {"KML", "GPX"}:
        return _counted_xml(data, {"Placemark"} if format_ == "KML" else {"wpt", "trk", "rte"})
    if format_ == "GeoPackage":
        return _counted_rows(data)
    if data.lstrip().startswith(b"{"):
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return None
        features = found.get("features") if isinstance(found, dict) else None
        return len(features) if isinstance(features, list) else None
    return None


def _counted_xml(data: bytes, tags: set[str]) -> int | None:
    """Elements of these names, by the parser of the standard library on the whole text; never one inside another."""
    try:
        root = ET.fromstring(data)
    except (ET.ParseError, LookupError, ValueError):
        return None
    found = 0
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one.tag.rpartition("}")[2] in tags:
            found += 1
        else:
            waiting += list(one)
    return found


def _counted_rows(data: bytes) -> int | None:
    """Rows of the tables of features, by SQLite on a copy in memory."""
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(data)
            tables = [name for (name,) in base.execute("SELECT table_name FROM gpkg_geometry_columns")]
            return sum(base.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables)
    except (sqlite3.Error, UnicodeError, TypeError):
        return None


def _through_the_rules(reading: Any) -> list[str]:
    from eudr_geo.checks.checking import check
    from eudr_geo.checks.repairing import repair
    from eudr_geo.model.report import Report
    from eudr_geo.outputs.reports import formats

    result = check(repair(reading).reading)
    bad = [f"a rule crashed: {error.rule}: {error.message}" for error in result.tool_errors]
    report = formats()["table"].render(Report(result, reading.plots, width=100, color=False))
    if "\x1b" in report or "\0" in report:
        bad.append("the report carries control characters")
    return bad


class _TooLongError(Exception):
    pass


def _worker(first: int, last: int, step: int, seed: int) -> None:
    """Read files and print a line for each: its number before, what became of it after."""
    from eudr_geo.base.limits import Limits
    from eudr_geo.sources.cage.walls import shut

    folder = tempfile.mkdtemp(prefix="eudr-geo-fuzz-")
    os.chdir(folder)
    samples = corpus()
    shut(Limits(cpu_s=100_000))

    def alarm(*_: object) -> None:
        raise _TooLongError

    signal.signal(signal.SIGPROF, alarm)
    faults_of("x", b"plot_id,lat,lon\nP,12.68,108.05\n", thorough=True)  # loads everything, so that no file pays for it
    for number in range(first, last, step):
        print(number, flush=True)
        name, data = mutant(number, seed, samples)
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            became, bad = faults_of(name, data, thorough=number % CHECKED == 0)
        except _TooLongError:
            became, bad = "slow", [f"it took longer than {SECONDS:g} s"]
        except Exception as error:  # noqa: BLE001 – whatever it is, the cage would call it a crash
            became, bad = "crashed", [f"{type(error).__name__}: {error}"[:300]]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        spent = time.process_time() - started
        print(json.dumps([number, name, became, bad, round(spent, 4)]), flush=True)


def _environment() -> dict[str, str]:
    """Our own, with what the cage tells GDAL: no format but the one that it reads for us."""
    from eudr_geo.sources.cage import environment

    told = environment(Path())
    return {**os.environ, **{name: told[name] for name in told if name.startswith(("GDAL", "OGR", "CPL", "PROJ"))}}


def run(
    files: int, seed: int = SEED, *, first: int = 0, workers: int = 2
) -> tuple[Counter[str], list[str], list[float]]:
    """Read so many files; return how many became what, every failure, and the seconds of each file."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    seconds: list[float] = []

    def one(at: int) -> None:
        while at < first + files:
            call = [
                sys.executable,
                __file__,
                "--worker",
                str(at),
                str(first + files),
                str(workers),
                "--seed",
                str(seed),
            ]
            last = None
            with subprocess.Popen(
                call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environment()
            ) as process:
                for line in process.stdout or ():
                    told = json.loads(line)
                    if isinstance(told, int):
                        last = told
                        continue
                    _, name, became, bad, spent = told
                    counts[became] += 1
                    seconds.append(spent)
                    failures.extend(f"file {last} ({name}): {what}" for what in bad)
                    last = None
            if last is None:
                if process.returncode:
                    failures.append(f"a reading process ended with {process.returncode}")
                return
            counts["killed"] += 1  # it died over this one
            failures.append(f"file {last}: it killed the reading process ({process.returncode})")
            at = last + workers

    threads = [threading.Thread(target=one, args=(first + offset,)) for offset in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts, sorted(failures), seconds


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FULL)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, help="make this file again, and say what becomes of it")
    parser.add_argument("--worker", type=int, nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        _worker(*given.worker, given.seed)
        return
    if given.only is not None:
        name, data = mutant(given.only, given.seed, corpus())
        target = Path(tempfile.gettempdir()) / f"fuzz-{given.only}-{name}"
        target.write_bytes(data)
        print(target)
        os.chdir(tempfile.mkdtemp(prefix="eudr-geo-fuzz-"))
        print(faults_of(name, data, thorough=True))
        return
    counts, failures, seconds = run(given.files, given.seed, first=given.first)
    seconds.sort()
    print(f"{sum(counts.values()):,} files: {', '.join(f'{n:,} {what}' for what, n in sorted(counts.items()))}")
    if seconds:
        print(
            f"half within {seconds[len(seconds) // 2]:.3f} s, 99 % within {seconds[len(seconds) * 99 // 100]:.3f} s, slowest {seconds[-1]:.2f} s"
        )
    print("\n".join(failures) or "no failure")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

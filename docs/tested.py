"""The page on how reading is tested: every fault, what must happen, and the tests, counted from the tests."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fault_counts import VARIABLE

ROOT = Path(__file__).parents[1]


def marked(folder: Path = ROOT / "tests") -> dict[int, list[str]]:
    """Return the tests that claim each fault, as pytest names them."""
    found: dict[int, set[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        everywhere = [
            number
            for node in tree.body
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
            for number in _numbers(node.value)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                name = f"{path.relative_to(folder.parent).as_posix()}::{node.name}"
                for number in {*everywhere, *(n for mark in node.decorator_list for n in _numbers(mark))}:
                    found.setdefault(number, set()).add(name)
    return {number: sorted(names) for number, names in sorted(found.items())}


def _numbers(node: ast.AST) -> list[int]:
    """Numbers of every ``pytest.mark.fault(…)`` inside a piece of a program."""
    return [
        argument.value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "fault"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]


@dataclass
class Cases:
    """What tests one fault: cases by file and test, and the files that they read beyond one each."""

    by_test: dict[str, Counter[str]] = field(default_factory=dict)
    files: int = 0

    @property
    def total(self) -> int:
        """Number of cases."""
        return sum(sum(tests.values()) for tests in self.by_test.values())


@lru_cache(maxsize=1)
def counted() -> dict[int, Cases]:
    """Return the cases of each fault, as pytest itself collects them: a test of a table is a case for each line.

    Tests of pages in a browser are left out, for they are collected only where there is one.
    """
    marked_files = sorted({name.partition("::")[0] for names in marked().values() for name in names})
    wanted = [name for name in marked_files if not name.startswith("tests/browser/")]
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "counts.json"
        path = os.pathsep.join([str(ROOT / "docs"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "fault_counts", "-p", "no:randomly", "-p",
             "no:cacheprovider", "-p", "no:xdist", *wanted],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": path, VARIABLE: str(answer)}, check=True, capture_output=True,
        )  # fmt: skip
        told = json.loads(answer.read_text(encoding="utf-8"))
    found: dict[int, Cases] = {}
    for place, test, numbers, files in told:
        for number in numbers:
            cases = found.setdefault(number, Cases())
            cases.by_test.setdefault(place, Counter())[test] += 1
            cases.files += files - 1
    return found


def catalogue(part: str = "faults") -> tuple[dict[int, list[str]], dict[int, str]]:
    """Return the faults by number, and why some have no test."""
    told = tomllib.loads((ROOT / "docs" / "faults.toml").read_text(encoding="utf-8"))
    return tuple({int(number): text for number, text in told[name].items()} for name in (part, "not_done"))  # type: ignore[return-value]


def page() -> str:
    """Return the page."""
    faults, not_done = catalogue()
    others, _ = catalogue("other_parts")
    cases = counted()
    done = [number for number in faults if number in cases]
    total = len({(place, test) for number in done for place, tests in cases[number].by_test.items() for test in tests})
    lines = [
        "# How reading strangers' files is tested",
        "",
        "Made from the tests, as pytest collects them. Every fault below was first measured on the common tools: most",
        "of them read another file, ask an address, lose a plot or never come back. What must happen here stands",
        f"beside it, with the tests that fail when it does not. {len(done)} of {len(faults)} faults have tests:",
        f"{total} tests, most of them tables with a case for each variant.",
        "",
        "*holds* means: so many cases ran and none failed. All of them run on every change, and a change with a",
        "failing case is not taken in. Cases that need a wall that only Linux has are skipped elsewhere, by name;",
        "`eudr-geo doctor` says which walls a machine has. One case may read many files: those of the payloads are",
        "counted with each fault that is among them.",
        "",
        "Around every test stand a file that must not be read or changed, a server that must not be asked and programs",
        "that must not be started; a test fails when one of them is touched. Every import is counted: records =",
        "plots + rejected.",
        "",
        *_figures(),
        "",
        *_table(faults, cases, not_done),
        "",
        "## Faults of other parts",
        "",
        "Checking, repairing, maps and pages have tests with a number as well:",
        "",
        *_table({number: text for number, text in others.items() if number in cases}, cases, not_done),
        "",
        "## What is not tested",
        "",
        "- The walls of macOS and Windows on those systems themselves. What the toolkit does where a wall is missing",
        "  is tested on Linux with the wall taken away; that `doctor` says so is tested for all three.",
        "- Binary workbooks (XLSB) are read by the library as they are: a far cell in one ends the reading process and",
        "  is told as an unreadable file, and a formula that failed in one is an empty cell.",
        "- Changes that a database keeps in a journal beside it: only the file itself is read, and the journal left.",
        "- A shape that was changed without breaking the format: a bit in a coordinate is another coordinate.",
        "- Old Vietnamese fonts (TCVN3, VNI) are found by their letters, not by the file: rule `garbled-names`.",
    ]
    return "\n".join([*lines, ""])


def _table(faults: dict[int, list[str]], cases: dict[int, Cases], not_done: dict[int, str]) -> list[str]:
    lines = ["| fault | what a stranger sends | what must happen | result | tests |", "|---:|---|---|---|---|"]
    for number, (threat, must) in faults.items():
        found = cases.get(number)
        if found is None:
            lines.append(f"| {number} | {threat} | {must} | not done: {not_done.get(number, '')} | |")
            continue
        listed = "; ".join(
            f"{place}: "
            + ", ".join(f"`{test}`" + (f" ({count})" if count > 1 else "") for test, count in sorted(tests.items()))
            for place, tests in sorted(found.by_test.items())
        )
        more = f", {found.files + found.total:,} files" if found.files else ""
        result = f"holds: {found.total:,} case{'' if found.total == 1 else 's'}{more}"
        lines.append(f"| {number} | {threat} | {must} | {result} | {listed} |")
    return lines


def _figures() -> list[str]:
    for folder in ("tests", "tools"):
        if str(ROOT / folder) not in sys.path:
            sys.path.append(str(ROOT / folder))
    from dataclasses import fields

    import fuzz
    import payloads

    from eudr_geo.base.limits import Limits

    count = len(payloads.NAMES)
    return [
        "| figure | |",
        "|---|---:|",
        f"| payloads × names, each in a cage | {count} × {len(payloads.SUFFIXES)} = {count * len(payloads.SUFFIXES)} |",
        "| ways in: `check`, `repair`, `add`, a path, text, memory, standard input, a true process | 8 |",
        "| escapes that are accepted | 0 |",
        f"| limits, each with a test | {len(fields(Limits))} |",
        f"| files that are changed at random and read, on every change | {fuzz.EVERYDAY:,} |",
        f"| the same with `make fuzz` | {fuzz.FULL:,} |",
    ]

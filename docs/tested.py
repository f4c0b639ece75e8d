"""The page on how reading is tested: every fault, what must happen, and the tests, read from the tests' text."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

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


def catalogue() -> tuple[dict[int, list[str]], dict[int, str]]:
    """Return the faults by number, and why some have no test."""
    told = tomllib.loads((ROOT / "docs" / "faults.toml").read_text(encoding="utf-8"))
    return tuple({int(number): text for number, text in told[part].items()} for part in ("faults", "not_done"))  # type: ignore[return-value]


def page() -> str:
    """Return the page."""
    faults, not_done = catalogue()
    tests = marked()
    done = [number for number in faults if number in tests]
    lines = [
        "# How reading strangers' files is tested",
        "",
        "Made from the marks of the tests. Every fault below was first measured on the common tools: most of them",
        "read another file, ask an address, lose a plot or never come back. What must happen here stands beside it,",
        f"with the tests that fail when it does not. {len(done)} of {len(faults)} faults have tests.",
        "",
        "Around every test stand a file that must not be read or changed, a server that must not be asked and programs",
        "that must not be started; a test fails when one of them is touched. Every import is counted: records =",
        "plots + rejected.",
        "",
        *_figures(),
        "",
        "| fault | what a stranger sends | what must happen | result | tests |",
        "|---:|---|---|---|---|",
    ]
    for number, (threat, must) in faults.items():
        names = [name.partition("::") for name in tests.get(number, [])]
        result = "tested" if names else f"not done: {not_done.get(number, '')}"
        places = sorted({path.removeprefix("tests/") for path, _, _ in names})
        listed = "; ".join(
            f"{place}: {', '.join(f'`{name}`' for path, _, name in names if path.removeprefix('tests/') == place)}"
            for place in places
        )
        lines.append(f"| {number} | {threat} | {must} | {result} | {listed} |")
    return "\n".join([*lines, ""])


def _figures() -> list[str]:
    for folder in ("tests", "tools"):
        if str(ROOT / folder) not in sys.path:
            sys.path.append(str(ROOT / folder))
    from dataclasses import fields

    import fuzz
    import payloads

    from eudr_geo.limits import Limits

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

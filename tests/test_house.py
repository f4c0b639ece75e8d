"""The laws of the house, by reflection: what no single test would notice when it breaks."""

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest

import eudr_geo
from eudr_geo.checks import catalogue
from eudr_geo.cli import app

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "rules" / "cases"
RULES = catalogue.load()


def members(package: str) -> list:
    found = importlib.import_module(package)
    return [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(found.__path__)]


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_explains_itself(code):
    rule = RULES[code]
    assert rule.basis, "what does it rest on?"
    assert set(rule.severities) <= {"error", "warning", "note"}
    assert 0 < len(rule.fault) <= 120, "the first line of the docstring names the fault"
    for heading in catalogue.HEADINGS:
        assert len(rule.section(heading)) > 20, f"the docstring says nothing under {heading}"


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_has_cases(code):
    folder = CASES / code
    names = [path.name for path in folder.glob("*")] if folder.is_dir() else []
    assert any(name.startswith("pass") for name in names), "no passing case"
    assert any(name.startswith("fail") for name in names), "no failing case"
    if RULES[code].repair is not None:
        assert any(".repaired." in name for name in names), "a repair needs a .repaired twin"


def test_no_case_is_left_without_a_rule():
    assert {path.name for path in CASES.iterdir() if path.is_dir()} <= set(RULES)


def test_rules_that_vanished_name_their_successor():
    published = json.loads((ROOT / "tests" / "published_rules.json").read_text())
    for code in published:
        assert code in RULES or catalogue.RETIRED.get(code) in RULES, f"{code} was public and is gone"
    missing = set(RULES) - set(published)
    assert not missing, f"make docs notes them as public: {sorted(missing)}"


def test_measures_are_in_the_frozen_vocabulary():
    for name in catalogue.MEASURES:
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name)


@pytest.mark.parametrize("name", app.list_commands(click.Context(app)))
def test_a_command_has_help_and_is_in_the_docs(name):
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert command.help or isinstance(command, click.Group)
    assert f"eudr-geo {name}" in (ROOT / "docs" / "reference" / "cli.md").read_text()


@pytest.mark.parametrize("module", members("eudr_geo.outputs.reports"), ids=lambda m: m.__name__)
def test_reports_honour_their_contract(module):
    assert module.__name__.rsplit(".", 1)[-1].startswith("as_"), "its name is what --format takes"
    assert isinstance(module.SUMMARY, str)
    assert callable(module.render)
    assert callable(getattr(module, "beside", module.render))


def test_a_file_that_helps_commands_is_no_command(monkeypatch, tmp_path):
    from click.testing import CliRunner

    import eudr_geo.cli

    (tmp_path / "helping_commands.py").write_text("VALUE = 1")
    monkeypatch.setattr(eudr_geo.cli, "__path__", [*eudr_geo.cli.__path__, str(tmp_path)])
    done = CliRunner().invoke(app, ["--help"])
    assert done.exit_code == 0, done.output
    assert "helping" not in done.output
    assert CliRunner().invoke(app, ["helping_commands"]).exit_code == 2


@pytest.mark.parametrize("module", members("eudr_geo.outputs.package"), ids=lambda m: m.__name__)
def test_exports_honour_their_contract(module):
    assert isinstance(module.SUMMARY, str)
    assert isinstance(module.FILE, str), "the file of a package it writes, or an empty string"
    if module.FILE:
        assert callable(module.render)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=250)


def test_importing_is_light_and_silent():
    heavy = ["folium", "geopandas", "sqlalchemy", "fiona", "pyogrio", "pandas", "shapely", "numpy"]
    done = run(f"import sys, eudr_geo, eudr_geo.cli; print([m for m in {heavy!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_the_public_verbs_exist():
    for name in eudr_geo.__all__:
        assert getattr(eudr_geo, name) is not None


def test_generated_pages_are_up_to_date(tmp_path):
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generate
    finally:
        sys.path.pop(0)
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / name).read_text() == text, f"docs/{name} is out of date: make docs"


def test_every_fault_of_reading_is_tested_or_explained():
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import tested
    finally:
        sys.path.pop(0)
    faults, not_done = tested.catalogue()
    marks = set(tested.marked())
    assert set(faults) == set(range(1, 75)), "a fault disappeared from docs/faults.toml"
    silent = set(faults) - marks - set(not_done)
    assert not silent, f"neither tested nor explained in docs/faults.toml: {sorted(silent)}"


MOST_LINES = 400


def test_rooms_are_small():
    too_long = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "eudr_geo").rglob("*.py")
        if len(path.read_text().splitlines()) > MOST_LINES
    }
    assert not too_long, "split it along a seam that has a name"


def sources() -> dict[str, Path]:
    """All modules of the package, by name."""
    found = {}
    for path in sorted((ROOT / "eudr_geo").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def arrows(modules: dict[str, Path]) -> set[tuple[str, str]]:
    """Which module imports which, also inside of functions and for type checkers only."""
    found = set()
    for name, path in modules.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text())):
            targets = []
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
                base = ".".join(filter(None, [*above, node.module]))
                named = [f"{base}.{alias.name}" for alias in node.names]
                targets = [target if target in modules else base for target in named]
            found |= {(name, target) for target in targets if target in modules and target != name}
    return found


def circles(edges: set[tuple[str, str]]) -> list[list[str]]:
    """What can be reached from itself, along the arrows: each circle with all that hang together in it, sorted."""
    reached = {name: {to for start, to in edges if start == name} for edge in edges for name in edge}
    for middle, beyond in reached.items():  # Warshall: by way of one more name each time
        for names in reached.values():
            if middle in names:
                names.update(beyond)
    together = {tuple(sorted(other for other in names if name in reached[other])) for name, names in reached.items()}
    return sorted(list(circle) for circle in together if circle)


def test_circles_are_found():
    assert circles({("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")}) == [["a", "b", "c"]]
    assert circles({("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("b", "c")}) == [["a", "b"], ["c", "d"]]
    assert circles({("a", "b"), ("b", "c"), ("a", "c")}) == []


def test_no_files_import_each_other_in_a_circle():
    edges = arrows(sources())
    assert len(edges) > len(sources())  # arrows were found at all
    assert circles(edges) == []


CIRCLES_OF_FOLDERS: list[list[str]] = []


def test_no_folders_import_each_other_in_a_circle():
    """Neither side by side nor a folder and one inside it: who reads one need not know the other."""
    modules = sources()
    folder = {name: name if path.name == "__init__.py" else name.rpartition(".")[0] for name, path in modules.items()}
    edges = {(folder[start], folder[to]) for start, to in arrows(modules) if folder[start] != folder[to]}
    assert circles(edges) == CIRCLES_OF_FOLDERS, "what is no circle any more needs no exception"


FORBIDDEN_IN_OUTPUT = [r"folium\.Popup\(", r"\.explore\(", r"extractall\("]


@pytest.mark.parametrize("pattern", FORBIDDEN_IN_OUTPUT)
def test_no_dangerous_call(pattern):
    for path in (ROOT / "eudr_geo").rglob("*.py"):
        assert not re.search(pattern, path.read_text()), f"{pattern} in {path.name}"


def test_what_is_imported_is_a_dependency_of_ours():
    imported = set()
    for path in (ROOT / "eudr_geo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_plain(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}
    shipped_by = packages_distributions()
    undeclared = {
        name
        for name in imported - set(sys.stdlib_module_names) - {"eudr_geo"}
        if not declared & {_plain(one) for one in shipped_by.get(name, [])}
    }
    assert not undeclared


def test_parts_without_a_wheel_everywhere_are_left_out_there_and_stood_in_for():
    """pip then finds a wheel for everything, or the marker is wrong: see docs/decisions/0081-parts-without-wheels.md."""
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = {one.name: one for one in map(Requirement, project["dependencies"])}

    def needed(name, version, machine):
        marker = lines[name].marker
        return marker is None or marker.evaluate({"python_version": version, "platform_machine": machine})

    for version, machine, has_fiona, has_simdjson in (
        ("3.11", "x86_64", True, True), ("3.13", "arm64", True, True), ("3.13", "AMD64", True, True),
        ("3.14", "x86_64", False, False), ("3.14", "AMD64", False, False), ("3.14", "arm64", False, False),
        ("3.12", "aarch64", False, True), ("3.13", "ARM64", False, False),
    ):  # fmt: skip
        assert needed("fiona", version, machine) == has_fiona
        assert needed("pyogrio", version, machine) != has_fiona
        assert needed("pysimdjson", version, machine) == has_simdjson


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_gdal_is_imported_through_one_door():
    """And the door is in reach of readers only: they run in the cage."""
    imports_gdal = re.compile(r"^\s*(?:import|from) (?:fiona|pyogrio|osgeo)\b", re.MULTILINE)
    imports_door = re.compile(r"^\s*(?:import|from) [\w. ]*\bformats(?:\.| import )ogr\b", re.MULTILINE)
    for path in (ROOT / "eudr_geo").rglob("*.py"):
        text = path.read_text()
        if imports_gdal.search(text):
            assert path.relative_to(ROOT).as_posix() == "eudr_geo/sources/formats/ogr.py", f"{path} imports GDAL"
        if imports_door.search(text):
            assert path.parent.name == "readers", f"{path} opens the door to GDAL"


def test_the_reading_process_starts_with_what_it_needs_and_no_more():
    """Each file pays for its start: a database toolkit behind one small function once made it three times as long."""
    heavy = ["sqlalchemy", "pandas", "geopandas", "folium", "jinja2", "click", "openpyxl", "fiona", "pyogrio"]
    done = run(
        f"import sys; from eudr_geo.sources.cage.walls import load; load(); print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]"

"""The tutorial's commands, run as they stand."""

import re
import shlex
import shutil
import subprocess
import sys

from tests_helpers import ROOT, program

COMMANDS = re.findall(r"^\$ (eudr-geo .*)$", (ROOT / "docs" / "tutorial.md").read_text(), re.MULTILINE)
BOW_TIE = "eudr-geo check sample_plots/messy/bow-tie.geojson"
EXPECTED = {command: 1 for command in COMMANDS if command.startswith(BOW_TIE)}


def test_the_tutorial_runs(tmp_path):
    shutil.copytree(ROOT / "sample_plots", tmp_path / "sample_plots")
    assert len(COMMANDS) > 12
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        done = program(*words, cwd=tmp_path)
        assert done.returncode == EXPECTED.get(command, 0), f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    assert (tmp_path / "map.html").stat().st_size > 100_000
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert (tmp_path / "worklist.html").exists(), "the drawings stand beside the worklist"


def test_the_notebook_page_runs(tmp_path):
    shutil.copytree(ROOT / "sample_plots", tmp_path / "sample_plots")
    page = (ROOT / "docs" / "how-to" / "notebook.md").read_text()
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    steps = [one for one in COMMANDS if one.split()[1] in {"init", "add", "book"}]
    for command in dict.fromkeys(steps):  # the project of the tutorial
        assert program(*shlex.split(command)[1:], cwd=tmp_path).returncode == 0
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_python_of_the_readme_runs(tmp_path):
    """In an interpreter of its own: a verb and its module must not stand in each other's way."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    sample = ROOT / "sample_plots" / "messy" / "unclosed-ring.geojson"
    code = code.replace("village.kmz", str(sample)) + "\nprint(len(reading.plots), dict(result.findings.by_rule()))\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("7 ")
    assert "unclosed-ring" not in done.stdout


def test_every_public_verb_is_what_it_says():
    code = """
import types, eudr_geo, eudr_geo.checks.repairing, eudr_geo.checks.checking
for name in eudr_geo.__all__:
    exec(f"from eudr_geo import {name} as thing")
    assert not isinstance(thing, types.ModuleType), name
"""
    subprocess.run([sys.executable, "-c", code], check=True)

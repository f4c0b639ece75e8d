"""The commands of the tutorial and of the pages in other languages, run as they stand."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest
from tests_helpers import ROOT, program

from eudr_geo.words.tables import table

sys.path.insert(0, str(ROOT / "docs"))
import shown

sys.path.remove(str(ROOT / "docs"))

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


@pytest.mark.parametrize("language", shown.LANGUAGES)
def test_pages_in_other_languages_show_what_is_printed(tmp_path, language):
    """Every command of them runs; what stands below it is what the program prints in that language."""
    printed = shown.pages(language, tmp_path, shown.in_this_process(language))
    for name, text in printed.items():
        page = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert page == text, f"{name} shows what is printed no more: run docs/generate.py"
        assert "<!-- prints: " in page
        assert not re.search(r"\\[ux][0-9a-f]{2}", page), "a letter is shown by its code"
    for made in (*tmp_path.glob("*.html"), *tmp_path.glob("*.xlsx")):
        assert made.stat().st_size > 5_000, made.name
    assert {len(list(tmp_path.glob(f"*.{kind}"))) for kind in ("gpkg", "geojson", "jsonl")} == {1}


def test_a_page_that_shows_something_else_would_be_seen():
    page = "<!-- prints: 2 -->\n```console\n$ eudr-geo check x\nold words\n```\n"
    new = shown.rewritten(page, lambda line: f"{line}\n\nsecond  \nline\n\nthird\n")
    assert new == "<!-- prints: 2 -->\n```console\n$ eudr-geo check x\n…\n\nsecond\nline\n\n…\n```\n"
    assert shown.rewritten(new, lambda line: f"{line}\n\nsecond\nline\n\nthird\n") == new
    assert (
        shown.rewritten("```console\n$ eudr-geo log\n```\n", lambda _: "a clock") == "```console\n$ eudr-geo log\n```\n"
    )


def test_a_command_that_fails_has_no_place_on_a_page(tmp_path):
    run = shown.in_this_process("vi")
    with pytest.raises(RuntimeError, match="eudr-geo log -p missing.gpkg"):
        run("eudr-geo log -p missing.gpkg", tmp_path)
    with pytest.raises(RuntimeError, match="eudr-geo check missing.kml"):
        run("eudr-geo check missing.kml", tmp_path)


QUOTED = re.compile(r"\*\*([^*.:]+)\*\*")
"""Bold, and no sentence: a word that stands on a page or a worklist."""


@pytest.mark.parametrize("language", shown.LANGUAGES)
@pytest.mark.parametrize(("page", "name"), [("check", "page"), ("trace", "trace")])
def test_words_of_pages_are_quoted_as_they_stand_there(language, page, name):
    """*Show on map* is called in the how-to as on the page that it speaks of, *Hold back* as in the terminal."""
    words = "\n".join(table(name)[language].values()).casefold()
    quoted = QUOTED.findall((ROOT / "docs" / language / f"{page}.md").read_text())
    assert len(quoted) >= 6
    assert not [word for word in quoted if not re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", words)]


@pytest.mark.parametrize("page", shown.PAGES)
def test_the_languages_keep_step(page):
    """The same sections, commands and shown outputs in each; and each page leads to the same one in the others."""
    texts = {language: (ROOT / "docs" / language / f"{page}.md").read_text() for language in shown.LANGUAGES}
    kinds = {
        (
            len(re.findall(r"^#+ ", text, re.MULTILINE)),
            tuple(line.split()[1] for line in shown.commands(text)),
            tuple(re.findall(r"<!-- prints: .* -->", text)),
            len(re.findall(r"^\|", text, re.MULTILINE)),
        )
        for text in texts.values()
    }
    assert len(kinds) == 1, kinds
    english = ROOT / "docs" / ("tutorial.md" if page == "tutorial" else f"how-to/{page}.md")
    for language, text in {"en": english.read_text(), **texts}.items():
        head = text.splitlines()[2]
        assert all(f"{other}/{page}.md)" in head for other in shown.LANGUAGES if other != language), language
        assert language == "en" or f"[English](../{english.relative_to(ROOT / 'docs').as_posix()})" in head


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

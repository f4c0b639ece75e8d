"""What the documentation says of itself: files that it names exist, links lead somewhere, decisions have one form."""

import inspect
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from tests_helpers import ROOT

import eudr_geo

DOCS = ROOT / "docs"
DECISIONS = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md")
WRITTEN = sorted(
    [*ROOT.glob("*.md"), *(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)],
)
OVERTAKEN = re.compile(r"^\*Status: overtaken by \[(\d{4})\]", re.MULTILINE)
OURS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in {".git", ".venv"}}
FILES = [
    path.relative_to(ROOT).as_posix()
    for top in sorted(OURS)
    for path in (ROOT / top).rglob("*")
    if not {"__pycache__", "_build"} & set(path.parts)
]
YET_TO_COME = {"eudr_geo/words/languages"}
"""Folders that whoever adds the first file makes."""
PATH = re.compile(r"[\w.<>*-]+(?:/[\w.<>*-]*)+|[\w<>*-]+\.py")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def named_files(text: str) -> set[str]:
    """Names in backticks that look like files of this repository, and files that commands are given."""
    told = {word for code in CODE.findall(text) for word in [code.strip()] if PATH.fullmatch(word)}
    shown = {
        word for block in BLOCK.findall(text) for word in block.split() if "/" in word and word.split("/")[0] in OURS
    }
    return told | {word for word in shown if not word.startswith(".venv")}


def is_there(name: str) -> bool:
    """A path from the root; ``*`` and ``<anything>`` stand for a name, and a lone ``name.py`` for any file called so."""
    pattern = re.sub(r"<[^>]*>", "*", name.rstrip("/"))
    if "/" not in pattern and "/" not in name:
        return any(one.endswith(f"/{pattern}") for one in FILES)
    if "*" not in pattern:
        return (ROOT / pattern).exists()
    folder = pattern.split("*", 1)[0].rpartition("/")[0]
    return (ROOT / folder).is_dir() or folder in YET_TO_COME if "<" in name else any(ROOT.glob(pattern))


IN_FORCE = [path for path in WRITTEN if not OVERTAKEN.search(path.read_text(encoding="utf-8"))]
"""All pages but overtaken decisions, which name what was."""


@pytest.mark.parametrize("path", IN_FORCE, ids=name_of)
def test_every_file_that_is_named_exists(path):
    text = path.read_text(encoding="utf-8")
    gone = sorted(name for name in named_files(text) if name.split("/")[0] in MEANT and not is_there(name))
    assert not gone, f"{name_of(path)} names what is gone: {', '.join(gone)}"


MEANT = (
    OURS | {path.name for path in (ROOT / "eudr_geo").rglob("*") if path.is_dir()} | {Path(one).name for one in FILES}
)
"""How a name begins that means a file of ours; the folders of the package too, so that half a path is seen."""


def test_a_name_that_is_gone_would_be_seen():
    named = named_files(
        "`eudr_geo/rules/area.py`, `readers/kml.py`, `eudr_geo/base/limits.py`, `tests/rules/cases/<code>/`"
    )
    assert {name for name in named if not is_there(name)} == {"eudr_geo/rules/area.py", "readers/kml.py"}
    assert {name.split("/")[0] for name in named} <= MEANT
    assert named_files("```console\nmake demo\neudr-geo check sample_plots/clean\n```\n") == {"sample_plots/clean"}


def headings(path: Path) -> set[str]:
    """Anchors of a page, as its headings make them."""
    text = re.sub(r"^(```|:::).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"`", "", one)).strip().lower().replace(" ", "-") for one in found}


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_every_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        page = (path.parent / target) if target else path
        if not page.exists() or (anchor and anchor not in headings(page)):
            broken.append(link)
    assert not broken, f"{name_of(path)}: {', '.join(broken)}"


def test_every_page_can_be_reached():
    """A page that stands in no list of contents is found by nobody."""
    listed = set()
    for path in DOCS.rglob("*.md"):
        for body in re.findall(
            r"^```\{toctree\}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            for line in body.splitlines():
                if line and not line.startswith(":"):
                    listed |= {one.resolve() for one in path.parent.glob(f"{line}.md")}
    pages = {path.resolve() for path in DOCS.rglob("*.md") if "_build" not in path.parts} - {
        (DOCS / "index.md").resolve()
    }
    assert not sorted(map(name_of, pages - listed))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decisions_have_one_form(path):
    text = path.read_text(encoding="utf-8")
    title, blank, status, *_ = text.splitlines()
    assert re.fullmatch(rf"# {path.name[:4]} – \S.*", title)
    assert not blank
    assert re.match(r"\*Status: (in force|overtaken by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))\.", status), status
    parts = re.findall(r"^\*\*([^*]+)\.\*\*", text, re.MULTILINE)
    assert parts[parts[:1] == ["Question"] :] == ["Decision", "Why", "Against it"], parts


def test_every_decision_stands_once_in_the_list_by_subject():
    listed = re.findall(r"^- (\d{4}) \[.+\]\((.+)\)", (DOCS / "decisions" / "index.md").read_text(), re.MULTILINE)
    assert sorted(name for _, name in listed) == [path.name for path in DECISIONS]
    assert all(name.startswith(number) for number, name in listed)


def test_what_overtakes_a_decision_says_so():
    for path in DECISIONS:
        for number in OVERTAKEN.findall(path.read_text(encoding="utf-8")):
            (later,) = (DOCS / "decisions").glob(f"{number}-*.md")
            assert f"[{path.name[:4]}]({path.name})" in later.read_text(encoding="utf-8"), later.name


def shown_nouns() -> set[str]:
    sys.path.insert(0, str(DOCS))
    try:
        import python_pages
    finally:
        sys.path.pop(0)
    return {name.rsplit(".", 1)[1] for names in python_pages.NOUNS.values() for name in names}


def test_the_python_page_shows_what_the_verbs_take_and_return():
    asked_for = {"Project"}  # what packing asks of a store; Store is one
    for name in eudr_geo.__all__:
        verb = getattr(eudr_geo, name)
        if not callable(verb):
            continue
        signature = inspect.signature(verb)
        hints = [parameter.annotation for parameter in signature.parameters.values()] + [signature.return_annotation]
        for hint in hints:
            for word in re.findall(r"\b[A-Z]\w+", str(hint)):
                given = sys.modules[verb.__module__].__dict__.get(word)
                if isinstance(given, type) and given.__module__.startswith("eudr_geo"):
                    assert word in shown_nouns() | asked_for, f"{name} speaks of {word}: add it to docs/python_pages.py"


@pytest.mark.parametrize("name", [name for name in eudr_geo.__all__ if callable(getattr(eudr_geo, name))])
def test_a_public_verb_explains_itself(name):
    verb = getattr(eudr_geo, name)
    said = inspect.getdoc(verb) or ""
    assert "Examples\n--------\n>>> " in said
    assert "Raises\n------" in said
    for parameter in inspect.signature(verb).parameters:
        assert re.search(rf"^{parameter}$", said, re.MULTILINE), f"{name} does not explain {parameter}"


def test_the_map_of_the_house_shows_every_folder():
    picture = (DOCS / "images" / "house.svg").read_text(encoding="utf-8")
    for folder in sorted((ROOT / "eudr_geo").glob("*/__init__.py")):
        assert f">{folder.parent.name}</text>" in picture


ROLE = re.compile(r":(?:mod|func|class|meth|data|attr):`~?(eudr_geo[\w.]*)`")


def test_references_in_docstrings_lead_somewhere():
    broken = []
    for path in sorted((ROOT / "eudr_geo").rglob("*.py")):
        for target in set(ROLE.findall(path.read_text(encoding="utf-8"))):
            try:
                pkgutil.resolve_name(target)
            except (ImportError, AttributeError):
                broken.append(f"{name_of(path)}: {target}")
    assert not broken


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_comment_swallows_no_text(path):
    """A line that begins with a comment is HTML as a whole: what stands behind it is shown raw."""
    assert not re.search(r"^\s*(?:\d+\. |- )?<!--.*?-->[ \t]*\S", path.read_text(encoding="utf-8"), re.MULTILINE)

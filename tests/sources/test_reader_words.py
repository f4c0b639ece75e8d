"""What readers of strangers' files say: every sentence has a key, and stands in every language of the clerk."""

import ast
import os
import re
import string
from functools import cache
from pathlib import Path

import pytest

from eudr_geo.base.said import Said
from eudr_geo.checks.catalogue import load
from eudr_geo.checks.checking import check
from eudr_geo.model.source import RecordError, WholeFileError
from eudr_geo.sources.reading import read_bytes, read_plots
from eudr_geo.words import saying
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import in_language, say
from eudr_geo.words.tables import table

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "eudr_geo"
SHARED = Path(os.environ.get("EUDR_GEO_SHARED", ROOT.parent / "shared")) / "cases"
CASES = [
    "tests/rules/cases", "tests/hostile/seeds", "tests/hostile/regressions", "sample_plots", SHARED / "hostile",
    SHARED / "reports",
]  # fmt: skip
TABLES = ("reading", "shapes", "tables")
OTHERS = [language for language in languages() if language != "en"]
SAY_WHY = {"RecordError", "WholeFileError", "Note", "Rejected", "InputError", "line_fault", "note"}
OF_OTHERS = {"workbook", "waivers.py"}
"""Parts of the readers whose sentences have a table and a test of their own."""
OF_LIBRARIES = {"reading:archive.damaged", "reading:cage.nonsense", "reading:text.undecodable", "shapes:gpkg.damaged",
                "tables:book.damaged", "tables:breaks"}  # fmt: skip
"""Sentences that hold what a library said in English."""
ENGLISH = re.compile(r"\b(?:the|is|are|has|it|its|not|with|which|there|where|more than|and)\b")


def sources():
    for path in sorted((PACKAGE / "sources").rglob("*.py")):
        if not OF_OTHERS & set(path.relative_to(PACKAGE / "sources").parts):
            yield path, ast.parse(path.read_text())


def test_no_reader_says_a_sentence_without_a_key():
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name not in SAY_WHY:
                continue
            said = [*node.args[:3], *(word.value for word in node.keywords if word.arg in {"why", "fix", "what"})]
            pieces = [
                piece
                for part in said
                for piece in ([part.body, part.orelse] if isinstance(part, ast.IfExp) else [part])
            ]
            for piece in pieces:
                is_text = isinstance(piece, ast.Constant) and isinstance(piece.value, str) and " " in piece.value
                if is_text or isinstance(piece, (ast.JoinedStr, ast.BinOp)):
                    found.append(f"{path.relative_to(ROOT)}:{piece.lineno}")
    assert not found, found


def test_every_key_of_the_readers_is_a_row_and_every_row_is_said():
    said, patterns = set(), []
    key = re.compile(rf"(?:{'|'.join(TABLES)}):[\w.-]*[\w-]")
    for path in sorted(PACKAGE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        inside = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if id(node) in inside:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                if parts and parts[0].startswith(tuple(f"{name}:" for name in TABLES)):
                    patterns.append(re.compile(re.escape("".join(parts)).replace("\0", r"[\w-]+")))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and key.fullmatch(node.value):
                said.add(node.value)
    rows = {f"{name}:{key}" for name in TABLES for key in table(name)["en"]}
    assert not said - rows, "no word for them"
    idle = {key for key in rows if key not in said and not any(one.fullmatch(key) for one in patterns)}
    idle = {key for key in idle if not key.endswith(".one") or key.removesuffix(".one") in idle}
    assert not idle, "nobody says them"


@cache
def _read(folder):
    paths = sorted(path for path in (ROOT / folder).rglob("*") if path.is_file() and path.stat().st_size < 5_000_000)
    return read_plots(paths)


def _sentences(reading):
    for file in reading.files:
        yield from ((file.name, text) for note in file.notes for text in (note.why, note.fix) if text)
    for record in reading.rejected:
        yield from ((f"{record.source}, {record.record}", text) for text in (record.why, record.fix) if text)


@pytest.fixture(params=CASES, ids=lambda folder: Path(folder).name)
def reading(request):
    if not (ROOT / request.param).is_dir():
        pytest.skip("the shared cases are not here (EUDR_GEO_SHARED)")
    return _read(request.param)


def test_every_fault_of_a_file_is_said_in_every_language(reading):
    assert len(list(_sentences(reading))) >= 2
    for where, text in _sentences(reading):
        assert isinstance(text, Said), f"{where}: {text}"
        for language in OTHERS:
            told = in_language(text, language)
            assert told.isprintable(), f"{where}: {told}"
            has_words = re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", _template(text)))
            assert told != text or not has_words, f"{where}, {language}: {told}"


def test_its_findings_are_these_sentences(reading):
    ours = [rule.code for rule in load().values() if rule.family == "reading" and rule.scope != "plot"]
    findings = check(reading, select=ours).findings
    assert findings
    for finding in findings:
        assert isinstance(finding.message, Said), finding
        assert isinstance(finding.hint, Said) or not finding.hint, finding


def _template(text):
    return text if text.key == "all" else saying._template(text.key, "en")  # noqa: SLF001 – the words without values


def test_with_a_language_of_marks_nothing_in_english_is_left_beside_them(reading, monkeypatch):
    """A sentence glued from pieces, or a piece without a key, would stand outside the marks or as a value in English."""
    real = saying._template  # noqa: SLF001
    monkeypatch.setattr(
        saying, "_template", lambda key, language: f"⟦{real(key, 'en')}⟧" if language == "xx" else real(key, language)
    )
    for where, text in _sentences(reading):
        marked = in_language(text, "xx")
        outside, depth = "", 0
        for letter in marked:
            depth += (letter == "⟦") - (letter == "⟧")
            outside += letter if not depth and letter not in "⟦⟧" else ""
        assert not outside.strip("; ,"), f"{where}: {marked}"
        for key, value in _plain_values(text):
            assert key in OF_LIBRARIES or not ENGLISH.search(value), f"{where}, {key}: {value}"


def _plain_values(text):
    for value in text.values.values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Said):
                yield from _plain_values(one)
            elif isinstance(one, str):
                yield text.key, one


def test_what_a_file_holds_is_never_part_of_a_key_nor_does_it_do_anything_to_a_screen():
    told = read_bytes(
        "x.geojson", b'{"type":"FeatureCollection","features":[{"type":"\\u001b[2J{0}{x}","properties":{}}]}'
    )
    (record,) = told.rejected
    assert record.why == "its type is \\x1b[2J{0}{x}, not Feature"
    assert record.why.key == "shapes:json.feature-type"
    assert in_language(record.why, "vi") == "loại của nó là \\x1b[2J{0}{x}, không phải Feature"


@pytest.mark.parametrize("error", [RecordError, WholeFileError])
def test_what_cannot_be_printed_is_escaped_in_every_language(error):
    inner = say("shapes:part-missing", name="a\x1bb")
    fault = error("x", say("shapes:comes-back", what=inner), say("shapes:comes-back.do"))
    assert fault.why == "a\\x1bb is missing; it comes back to its start"
    assert in_language(fault.why, "es") == "falta a\\x1bb; vuelve a su comienzo"


def test_places_of_the_readers_have_names():
    for name in TABLES:
        for key, text in table(name)["en"].items():
            assert all(place for _, place, _, _ in string.Formatter().parse(text) if place is not None), f"{name}:{key}"

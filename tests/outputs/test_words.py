"""The words of pages in six languages: all there, none of them broken."""

import csv
import shutil

import pytest

from eudr_geo.checks import catalogue
from eudr_geo.outputs.pages.words import advice_in, fault_in
from eudr_geo.words import tables
from eudr_geo.words.languages import languages
from eudr_geo.words.page import filled


def test_every_word_of_every_table_is_there_in_every_language_with_the_same_places():
    assert {"page", "map"} <= set(tables.names())
    assert not list(tables.gaps())


def forget():
    for one in (tables.names, tables.table, tables.others, tables._rows, tables._header, tables.further_languages):
        one.cache_clear()
    languages.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the tables that a test may spoil."""

    shutil.copytree(tables.FOLDER, tmp_path / "words", ignore=shutil.ignore_patterns("*.py"))
    monkeypatch.setattr(tables, "FOLDER", tmp_path / "words")
    forget()
    yield tmp_path / "words"
    monkeypatch.undo()
    forget()


def spoil(folder, table, before, after):
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("advertencias", " ", "page: no word for 'warnings' in es"),
        ("bản ghi {}", "bản ghi", "page: 'record' has other places {} in vi than in English"),
        ("\nwarnings,", "\nerrors,", "page: the key 'errors' stands twice, or is empty"),
    ],
)
def test_a_word_that_is_missing_or_broken_is_named_with_its_table_key_and_language(folder, before, after, said):
    spoil(folder, "page", before, after)
    assert said in list(tables.gaps())


def test_a_further_language_is_one_file(folder):
    rows = [
        {"key": f"{name}:{key}", "text": f"{text}°"}
        for name in tables.names()
        for key, text in tables.words(name, "vi").items()
    ]
    (folder / "languages").mkdir(exist_ok=True)
    path = folder / "languages" / "sw.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["key", "text"])
        writer.writeheader()
        writer.writerows(rows)
    forget()
    assert languages() == ("en", "vi", "es", "fr", "pt", "id", "sw")
    assert tables.words("map", "sw")["close"] == tables.words("map", "vi")["close"] + "°"
    assert not list(tables.gaps())
    path.write_text("key,text\npage:warnings,maonyo\npage:no-such,x\nmaps:close,y\n", encoding="utf-8")
    forget()
    assert tables.words("page", "sw")["warnings"] == "maonyo"
    assert tables.words("page", "sw")["errors"] == "errors", "what is not there yet stands in English"
    found = set(tables.gaps())
    assert "page: no word for 'errors' in sw" in found
    assert "page: languages/sw.csv has a row 'no-such', which is in no table" in found
    assert "languages/sw.csv: 'maps:close' names no table" in found


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_every_fault_and_its_advice_is_said_in_the_language(language):
    for code in catalogue.load():
        assert fault_in(code, language) != fault_in(code, "en"), f"say {code} in words/faults.csv"
        assert fault_in(code, language).endswith(".")
        assert advice_in(code, language).endswith((".", "?")), f"say {code}.do in words/faults.csv"


def test_no_fault_is_said_of_a_rule_that_is_gone():
    assert {key.removesuffix(".do") for key in tables.words("faults", "vi")} == set(catalogue.load())


def test_what_nobody_knows_is_its_code():
    assert fault_in("no-such-rule", "vi") == "no-such-rule"
    assert advice_in("no-such-rule", "vi") == ""


def test_values_with_braces_stay_as_they_are():
    assert filled("{} of {}", "{}", "x{}") == "{} of x{}"
    with pytest.raises(ValueError, match="zip"):
        filled("{} of {}", 1)

"""The words of pages in six languages: all there, none of them broken."""

import csv
from importlib import resources

import pytest

from eudr_geo.checks import catalogue
from eudr_geo.outputs.pages.words import advice_in, fault_in
from eudr_geo.words.page import LANGUAGES, filled, words

FAULTS = resources.files("eudr_geo.words").joinpath("faults.csv").read_text(encoding="utf-8").splitlines()


def test_every_word_is_there_in_every_language_with_the_same_places():
    english = words("en")
    for language in LANGUAGES:
        said = words(language)
        assert set(said) == set(english)
        for key, text in said.items():
            assert text.strip(), f"{key} in {language}"
            assert text.count("{}") == english[key].count("{}"), f"{key} in {language}"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_faults_and_advice_are_said_in_the_language(language):
    rows = list(csv.DictReader(FAULTS, delimiter="|", quoting=csv.QUOTE_NONE))
    assert {row["code"] for row in rows} <= set(catalogue.load()), "a rule that is gone"
    assert len({row["code"] for row in rows}) == len(rows)
    for row in rows:
        assert fault_in(row["code"], language) != catalogue.get(row["code"]).fault
        assert fault_in(row["code"], language).endswith(".")
        assert advice_in(row["code"], language).endswith((".", "?"))


def test_most_rules_about_plots_and_files_are_translated():
    codes = {code for code, rule in catalogue.load().items() if rule.scope in {"file", "plot", "plots"}}
    missing = {code for code in codes if fault_in(code, "vi") == fault_in(code, "en")}
    assert len(missing) * 5 <= len(codes), f"say them in words/faults.csv: {sorted(missing)}"


def test_what_nobody_translated_is_said_in_english():
    assert fault_in("over-draw", "vi") == catalogue.get("over-draw").fault
    assert fault_in("no-such-rule", "vi") == "no-such-rule"
    assert advice_in("no-such-rule", "vi") == ""


def test_values_with_braces_stay_as_they_are():
    assert filled("{} of {}", "{}", "x{}") == "{} of x{}"
    with pytest.raises(ValueError, match="zip"):
        filled("{} of {}", 1)

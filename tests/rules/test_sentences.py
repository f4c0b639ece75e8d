"""What findings and repairs say: by key, in every language, and no row of the tables that nobody says."""

import inspect
import re

import pytest
from test_cases import case_files, is_twin, name_of, read

from eudr_geo.base.said import Said
from eudr_geo.checks import catalogue
from eudr_geo.checks.catalogue import PARTS, Problems
from eudr_geo.checks.checking import check
from eudr_geo.checks.found import finding
from eudr_geo.checks.repairing import repair
from eudr_geo.law.versions import EU_VERSIONS, eu_version
from eudr_geo.words import tables
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import in_language, knows

OTHERS = [language for language in languages() if language != "en"]
PLOT_SCOPES = {"file", "record", "plot", "plots"}
NAMES_IN_PARTS = {"name", "there", "where"}  # countries and places, which are called so everywhere
LETTER = re.compile(r"[^\W\d_]")
PLACE = re.compile(r"\{[^{}]*\}")


def made_by_readers(rule):
    """Rules that hand on what a reader said of a file or record."""
    return rule.family == "reading" and rule.scope in {"file", "record"}


def plot_rules():
    return {code: rule for code, rule in catalogue.load().items() if rule.scope in PLOT_SCOPES}


def is_wordless(text):
    """Nothing but places and signs: it may be the same in every language."""
    return not LETTER.search(PLACE.sub("", text))


def sentences(said):
    """A sentence and those that stand in its places."""
    yield said
    for value in said.values.values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Said):
                yield from sentences(one)


@pytest.mark.parametrize("path", [path for path in case_files() if not is_twin(path)], ids=name_of)
def test_every_finding_is_said_in_every_language(path):
    for one in check(read(path)).findings:
        if made_by_readers(catalogue.get(one.rule)):
            continue
        for text in (one.message, one.hint):
            assert isinstance(text, Said), f"{one.rule} says {text!r} in English only"
            for language in OTHERS:
                assert in_language(text, language) != str(text), f"{text.key} is English in {language}"
            for said in sentences(text):
                for name in PARTS & said.values.keys() - NAMES_IN_PARTS if ":" in said.key else ():
                    value = said.values[name]
                    assert isinstance(value, Said) or not re.search(r"[^\W\d_]{2,} ", str(value)), (
                        f"{text.key}: {value}"
                    )


@pytest.mark.parametrize("code", sorted(plot_rules()))
def test_each_rule_has_its_sentences_and_says_all_of_them(code):
    rule = plot_rules()[code]
    rows = [key for key in tables.words("findings", "en") if key.removesuffix(".do").split(".")[0] == code]
    if made_by_readers(rule):
        assert not rows, "a reader says it"
        return
    assert any(not key.endswith(".do") for key in rows), f"say what is wrong: {code} in words/findings.csv"
    assert any(key.endswith(".do") for key in rows), f"say what to do: {code}.do in words/findings.csv"
    source = inspect.getsource(inspect.getmodule(rule.function))
    verbs = {eu_version(one).text("beyond_six_decimals").replace(" ", "-") for one in EU_VERSIONS}
    for key in rows:
        case = key.removesuffix(".do").removeprefix(code).removeprefix(".")
        assert f'"{case}"' in source or case in verbs or not case, f"nobody says findings:{key}"


def test_every_version_of_the_eu_system_has_its_words_for_the_seventh_decimal():
    for one in EU_VERSIONS:
        verb = eu_version(one).text("beyond_six_decimals").replace(" ", "-")
        assert knows(f"findings:excess-precision.{verb}")


def test_a_case_that_nobody_wrote_down_is_an_error_and_a_sentence_keeps_only_its_own_values():
    rule = catalogue.get("stray-corner")
    measured = {"far": ["11 km"], "span": ["90 m"], "distance_m": [float("nan")]}
    one = finding(rule, Problems([0], case="exchanged", measured=measured), 0, subject="plot")
    assert (one.message.key, one.hint.key) == ("findings:stray-corner", "findings:stray-corner.exchanged.do")
    assert set(one.message.values) == {"far", "span"}
    assert one.measured == {"distance_m": None}
    with pytest.raises(LookupError, match="no word for the case 'excanged' of stray-corner"):
        finding(rule, Problems([0], case="excanged", measured=measured), 0, subject="plot")


@pytest.mark.parametrize("table", ["findings", "repairs", "waivers"])
def test_no_row_is_english_in_another_language(table):
    english = tables.table(table)["en"]
    for language in OTHERS:
        same = [key for key, text in tables.table(table)[language].items() if text == english[key]]
        # Units are the same in most languages.
        assert [key for key in same if not is_wordless(english[key]) and not key.startswith(("length.", "size."))] == []


def test_every_repair_says_what_it_does_and_no_row_is_said_by_nobody():
    codes = {code for code, rule in catalogue.load().items() if rule.correction is not None}
    for code in codes:
        assert isinstance(catalogue.get(code).correction.what, Said)
    rules = {key.removesuffix(".unable") for key in tables.words("repairs", "en") if key.split(".")[0] in plot_rules()}
    assert rules == codes


@pytest.mark.parametrize("code", sorted(code for code, rule in plot_rules().items() if rule.repair is not None))
def test_receipts_and_reasons_are_said_in_every_language(code):
    paths = [path for path in case_files() if path.parent.name == code and path.name.startswith("fail")]
    assert paths
    for path in paths:
        if is_twin(path):
            continue
        done = repair(read(path), also=(code,) if not catalogue.get(code).repair.safe else ())
        told = [one.what for one in done.changes] + [one.why for one in done.taken_back]
        assert told, name_of(path)
        for text in told:
            assert isinstance(text, Said)
            assert all(in_language(text, language) != text for language in OTHERS), text
        assert all(type(one.to_dict()["rule"]) is str for one in done.changes)

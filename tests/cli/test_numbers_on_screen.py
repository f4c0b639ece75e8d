"""Numbers of other languages have thin spaces; on a screen they are blanks, while what strangers wrote is escaped."""

import pytest

from eudr_geo.base.errors import InputError
from eudr_geo.cli import screen, speech
from eudr_geo.words.languages import languages
from eudr_geo.words.saying import counted, in_language


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_thousands_stand_in_a_table_and_in_an_error_as_they_are_said(language, capsys):
    many = counted("commands:records", 12_000)
    said = in_language(many, language)
    assert "12\u202f000" in said
    assert said in screen.table(("what",), [(said,)])
    speech.begin()
    speech.tell("asked", language)
    try:
        screen.say_error(InputError(many, fix="\x1b[31mred\x07"))
    finally:
        speech.begin()
    shown = capsys.readouterr().err
    assert said in shown
    assert "\\x1b[31mred\\x07" in shown


def test_names_of_strangers_are_escaped():
    assert r"a\x1b[2Jb" in screen.table(("name",), [("a\x1b[2Jb",)])
    assert r"\xa0" in screen.table(("name",), [("no\N{NO-BREAK SPACE}break",)])

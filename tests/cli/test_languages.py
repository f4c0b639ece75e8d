"""Which language is spoken, and that help, maps and usage errors are said in it."""

import click
import pytest
from tests_helpers import ROOT, program

from eudr_geo.base.errors import EudrGeoError, InputError
from eudr_geo.base.writing import write_folder
from eudr_geo.cli import app, speech
from eudr_geo.cli.spoken_help import help_words, is_block, option_keys, paragraphs
from eudr_geo.model.lot_book import BOOK_TABLES
from eudr_geo.store import create_store
from eudr_geo.words import saying, tables

SAMPLES = ROOT / "sample_plots"
INIT = ("init", "-p", "coop.gpkg", "--name", "HTX", "--country", "VN")


def test_the_map_says_what_it_says_in_the_language(tmp_path):
    program(*INIT, "--season", "2025/26", cwd=tmp_path)
    program("book", SAMPLES / "cooperative.xlsx", "-p", "coop.gpkg", "--yes", cwd=tmp_path)
    done = program("map", "-p", "coop.gpkg", "-o", "m.html", "--lang", "vi", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert tables.words("map", "vi")["legend_share"] in page
    assert tables.words("map", "en")["legend_share"] not in page
    assert "Vụ 2025/26" in page


@pytest.mark.parametrize(
    ("flag", "variable", "project", "said"),
    [
        ("fr", "es", "vi", "Rien à annuler."),
        ("", "es", "vi", "No hay nada que deshacer."),
        ("", "", "vi", "Không có gì để hoàn tác."),
        ("en", "es", "vi", "Nothing to undo."),
        ("", "", "", "Nothing to undo."),
    ],
)
def test_who_says_which_language_is_spoken(flag, variable, project, said, tmp_path):
    asked = ("--lang", project) if project else ()
    made = program(*INIT, *asked, cwd=tmp_path, EUDR_GEO_LANG="")
    created = saying.say("commands:init.created", project="coop.gpkg")
    assert made.stderr.strip() == saying.in_language(created, project or "en")
    flags = ("--lang", flag) if flag else ()
    done = program("undo", "-p", "coop.gpkg", *flags, cwd=tmp_path, EUDR_GEO_LANG=variable)
    assert done.stderr.strip() == said


def test_a_workbook_speaks_its_own_language_unless_another_is_asked_for(tmp_path):
    program(*INIT, cwd=tmp_path)
    book = ("book", SAMPLES / "cooperative-vi.xlsx", "-p", "coop.gpkg")
    own = program(*book, cwd=tmp_path, EUDR_GEO_LANG="fr", stdin="")
    assert "Chưa lưu gì" in own.stderr
    asked = program(*book, "--lang", "fr", cwd=tmp_path, stdin="")
    assert "Rien n’a été enregistré" in asked.stderr


def test_a_language_that_nobody_speaks_here_is_an_error_that_names_those_that_are(tmp_path):
    for words in (("log",), ("--help",), ("check", "--help")):
        done = program(*words, cwd=tmp_path, EUDR_GEO_LANG="klingon")
        assert done.returncode == 2
        for told in ("EUDR_GEO_LANG", "klingon", "en, vi, es, fr, pt, id"):
            assert told in done.stderr


def test_a_projects_language_is_one_that_is_spoken_here(tmp_path):
    with pytest.raises(InputError, match="xx"):
        create_store(tmp_path / "p.gpkg", organisation="HTX", country="VN", language="xx")
    assert not (tmp_path / "p.gpkg").exists()


def every_command(group=app, key=""):
    context = click.Context(app, info_name="eudr-geo")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield command
        if isinstance(command, click.Group):
            yield from every_command(command, command.key)


@pytest.mark.parametrize("language", ["vi", "es", "fr"])
def test_help_has_its_words_for_every_paragraph_and_option_and_no_others(language):
    wanted = set()
    for command in [app, *every_command()]:
        number = 0
        for paragraph in paragraphs(command):
            number += not is_block(paragraph)
            if not is_block(paragraph):
                wanted.add(command.key if number == 1 else f"{command.key}.{number}")
        context = click.Context(command, info_name="x", help_option_names=["-h", "--help"])
        for option in command.get_params(context):
            if isinstance(option, click.Option) and option.help:
                own, shared = option_keys(command.key, option)
                wanted.add(own if own in tables.words("help", language) else shared)
    said = {key for key in tables.words("help", language) if "." in key or key in wanted}
    examples = {"eudr-geo.demo", "eudr-geo.check", "eudr-geo.rules"}
    assert said - examples == wanted


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("check", "--help", "--lang", "vi"), ""),
        (("check", "--lang=vi", "--help"), ""),
        (("check", "-h"), "vi"),
    ],
)
def test_help_is_given_in_the_language_wherever_it_is_asked_for(words, variable):
    done = program(*words, EUDR_GEO_LANG=variable)
    assert done.returncode == 0
    assert done.stdout.startswith("Cách dùng: eudr-geo check [TÙY CHỌN] FILE…")
    assert "Tùy chọn:" in done.stdout
    assert "[mặc định: coffee]" in done.stdout
    for english in ("Usage:", "Options:", "default:", "Show this message"):
        assert english not in done.stdout
    assert "eudr-geo check plots.zip --format html -o report.html" in done.stdout


def test_help_in_english_reads_no_table_and_is_what_the_code_says():
    speech.begin()
    assert not help_words()
    assert program("check", "--help").stdout.startswith(
        "Usage: eudr-geo check [OPTIONS] FILE…\n\n  Read boundary files"
    )


def test_a_wrong_option_is_refused_with_a_hint_in_the_language():
    done = program("check", "--lang", "es", "--nope")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "Uso: eudr-geo check [OPCIONES] FILE…\nVea la ayuda con “eudr-geo check -h”.\n\nError:"
    )
    assert program("check", "--nope").stderr.startswith("Usage: eudr-geo check [OPTIONS] FILE…\nTry ")


def test_every_command_that_a_clerk_meets_takes_a_language():
    for command in every_command():
        if command.key not in {"doctor", "calibrate"} and not isinstance(command, click.Group):
            assert any("--lang" in option.opts for option in command.params), command.key


def test_every_table_of_a_lot_book_has_a_noun_for_reports():
    for name in BOOK_TABLES:
        assert saying.say(f"reports:noun.{name}") == name


def test_what_writing_refuses_is_said_by_key_though_it_stands_below_the_tables(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    for where in (tmp_path / "full", tmp_path / "none" / "new"):
        with pytest.raises(EudrGeoError) as refused:
            write_folder(where, {"a": b""})
        for text in (refused.value.message, refused.value.fix):
            assert saying.say(text.key, **text.values) == text
            assert saying.in_language(text, "vi") != text

"""A result never takes the place of a project, whichever command writes it and whatever the file is called."""

import hashlib
import shutil

import pytest
from tests_helpers import program

from eudr_geo.base.errors import RefusedError
from eudr_geo.base.writing import write_file, write_folder
from eudr_geo.words import saying


@pytest.fixture(scope="module")
def made(tmp_path_factory, samples):
    folder = tmp_path_factory.mktemp("made")
    assert program("init", "-p", folder / "p.gpkg", "--name", "Coop", "--country", "VN").returncode == 0
    assert program("add", samples / "clean" / "points.csv", "-p", folder / "p.gpkg", "--yes").returncode == 0
    return folder / "p.gpkg"


@pytest.fixture(params=["p.gpkg", "p.html"])
def project(made, tmp_path, request):
    """A project, also under a name that no project should have."""
    return shutil.copy(made, tmp_path / request.param)


@pytest.mark.parametrize(
    "words",
    [
        ("map", "-p", "PROJECT", "-o", "PROJECT"),
        ("audit", "-p", "PROJECT", "-o", "PROJECT"),
        ("audit", "-p", "PROJECT", "--format", "html", "-o", "PROJECT"),
        ("check", "FILE", "-o", "PROJECT"),
        ("check", "FILE", "--format", "json", "-o", "PROJECT"),
        ("check", "FILE", "--changes", "PROJECT"),
        ("repair", "FILE", "-o", "PROJECT"),
        ("repair", "FILE", "-o", "OTHER", "--ledger", "PROJECT"),
        ("workbook", "new", "-o", "PROJECT"),
    ],
    ids=" ".join,
)
def test_no_command_writes_over_a_project(project, samples, tmp_path, words):
    before = hashlib.sha256(project.read_bytes()).hexdigest()
    given = {"PROJECT": project, "FILE": samples / "messy" / "semicolons.csv", "OTHER": tmp_path / "x.geojson"}
    done = program(*(given.get(word, word) for word in words))
    assert done.returncode == 2, done.stdout + done.stderr
    assert str(project) in done.stderr
    assert hashlib.sha256(project.read_bytes()).hexdigest() == before


def test_the_refusal_is_said_in_every_language(project):
    with pytest.raises(RefusedError) as refused:
        write_file(project, b"a page")
    for text in (refused.value.message, refused.value.fix):
        assert saying.say(text.key, **text.values) == text
        assert saying.in_language(text, "vi") != text


def test_an_older_result_is_written_over(tmp_path):
    write_file(tmp_path / "report.html", b"SQLite for beginners")
    write_file(tmp_path / "report.html", b"new")
    assert (tmp_path / "report.html").read_bytes() == b"new"


def test_a_package_takes_the_place_of_a_package_and_of_nothing_else(tmp_path):
    old, home = tmp_path / "package", tmp_path / "home"
    write_folder(old, {"a.csv": b"1", "manifest.json": b"2"})
    write_folder(old, {"manifest.json": b"3"}, replace=True, known={"a.csv"})
    assert [path.name for path in old.iterdir()] == ["manifest.json"]
    home.mkdir()
    for name in ("manifest.json", "letters.txt"):
        (home / name).write_text("mine")
    (home / "coop").mkdir()
    for target in (home, home / "letters.txt"):
        with pytest.raises(RefusedError) as refused:
            write_folder(target, {"manifest.json": b"3"}, replace=True, known={"a.csv"})
        assert str(target) in str(refused.value)
        for text in (refused.value.message, refused.value.fix):
            assert saying.say(text.key, **text.values) == text
    assert (home / "letters.txt").read_text() == "mine"
    assert (home / "coop").is_dir()

"""A person is forgotten: the bytes of the project hold the name no more, the code and the kilograms stay."""

import io
import json
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing

import pytest
from click.testing import CliRunner
from schema_tables import stored
from store_projects import ask

from eudr_geo.base.errors import InputError
from eudr_geo.cli import app
from eudr_geo.model.base import table_of
from eudr_geo.model.people import Producer
from eudr_geo.model.records import StoredFile
from eudr_geo.model.workbook import book_of
from eudr_geo.project.forgetting import names, preview_forget
from eudr_geo.project.importing import apply_book, preview_book
from eudr_geo.store import create_store, open_store
from eudr_geo.store.erasing import Person

NAME, PHONES = "Trần Thị Hạnh", ("0900000001", "0911111111")
EVENT = {"now": "2026-02-01T08:00:00Z", "who": "lan"}


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A project with plots, lots, findings, a waiver and a log, that names NH-1 wherever a name can stand."""
    folder = tmp_path_factory.mktemp("forget")
    path = stored(4, folder)
    with closing(sqlite3.connect(path)) as db, db:  # made before a shipped lot had to have an HS code
        db.execute("UPDATE lot SET hs_code = '090111'")
    with open_store(path, write=True) as opened:
        table = table_of(Producer)
        with opened.writing(**EVENT, action="book", summary=f"1 producer changed: {NAME}") as writer:
            rows = {row["code"]: row["fid"] for row in opened.table(Producer).to_dict("records")}
            writer.update(table, {rows["NH-3"]: {"village": f"at {NAME.upper()}'s"}})
            content = {"name": f"{NAME}.txt", "sha256": "f" * 64, "size_bytes": 1, "format": "CSV", "records": 0}
            writer.insert(
                table_of(StoredFile), [{**content, "plots": 0, "rejected": 0, "content": zlib.compress(b"nothing")}]
            )
    for one in folder.glob("*.v4.gpkg"):
        one.unlink()
    return path


@pytest.fixture
def project(ready, tmp_path):
    return shutil.copy(ready, tmp_path / "coop.gpkg")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def held(path, *words):
    """Which of these the bytes of a file hold, as UTF-8 and as JSON writes them."""
    data = path.read_bytes()
    return [word for word in words if word.encode() in data or json.dumps(word)[1:-1].encode() in data]


def test_nothing_of_the_person_is_left_in_the_bytes(project):
    assert held(project, NAME, *PHONES) == [NAME, *PHONES]
    kilograms = ask(
        project, "SELECT lot_code, plot_code, producer_code, quantity_kg FROM lot_attribution ORDER BY 1, 2"
    )
    assert kilograms
    said = run("forget", "nh-1", "-p", project, "--yes")
    assert said.exit_code == 0, said.output
    assert held(project, NAME, NAME.upper(), *PHONES) == []
    assert list(project.parent.glob("coop.gpkg-*")) == []
    assert (
        ask(project, "SELECT lot_code, plot_code, producer_code, quantity_kg FROM lot_attribution ORDER BY 1, 2")
        == kilograms
    )
    row = ask(project, "SELECT name, village, phone, consent_date FROM producer WHERE code = 'NH-1'")
    assert row == [("NH-1", "", "", "")]
    assert ask(project, "SELECT name FROM source_file WHERE format = 'CSV' AND sha256 LIKE 'ffff%'") == [("NH-1.txt",)]
    assert ask(project, "SELECT name FROM producer WHERE code = 'NH-2'") == [("Lê Văn Bình",)]
    assert ask(project, "PRAGMA integrity_check") == [("ok",)]


def test_a_project_in_wal_is_forgotten_too(project):
    db = sqlite3.connect(project)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("UPDATE eudr_meta SET value = value")
    db.commit()
    db.close()
    assert run("forget", "NH-1", "-p", project, "--yes").exit_code == 0
    for one in project.parent.iterdir():
        assert held(one, NAME, *PHONES) == []


def test_it_is_shown_first_and_nothing_is_done_without_a_yes(project):
    before = project.read_bytes()
    shutil.copy(project, project.with_suffix(".v4.gpkg"))
    said = run("forget", "NH-1", "-p", project)
    assert said.exit_code == 2
    for words in (
        "cannot be taken back",
        "plots.geojson",
        f"{NAME}.txt" * 0,
        "coop.v4.gpkg",
        "packages made with names",
    ):
        assert words in said.stderr
    assert project.read_bytes() == before


def test_steps_before_cannot_be_taken_back_and_steps_after_can(project):
    run("forget", "NH-1", "-p", project, "--yes")
    said = run("undo", "-p", project, "--yes")
    assert "Steps before a person was forgotten stay" in said.stderr
    with open_store(project, write=True) as opened:
        assert opened.first_broken_step() is None
        assert opened.log()[-1].action == "forget"
        assert opened.log()[-1].who != ""
        with opened.writing(**EVENT, action="t", summary="later") as writer:
            writer.insert(table_of(Producer), [{"code": "NH-8", "name": "a"}])
        assert opened.undo(**EVENT).summary == "later"
        assert opened.last_step() is None
        assert opened.first_broken_step() is None


def test_only_the_code_that_is_named(project):
    with open_store(project, write=True) as opened:
        with opened.writing(**EVENT, action="t", summary="t") as writer:
            writer.insert(table_of(Producer), [{"code": "NH-7", "name": NAME, "phone": PHONES[0]}])
        plan = preview_forget(opened, "NH-1")
    assert "producer NH-7" in plan.found.stays
    run("forget", "NH-1", "-p", project, "--yes")
    assert ask(project, "SELECT name, phone FROM producer WHERE code = 'NH-7'") == [(NAME, PHONES[0])]
    assert ask(project, "SELECT name FROM producer WHERE code = 'NH-1'") == [("NH-1",)]


def test_a_workbook_does_not_bring_the_person_back(project):
    run("forget", "NH-1", "-p", project, "--yes")
    with open_store(project) as opened:
        back = preview_book(opened, book_of({"producer": [{"code": "NH-1", "name": NAME}]}))
        assert ["was forgotten" in one.why for one in back.refused] == [True]
        assert preview_book(opened, book_of({"producer": [{"code": "NH-1", "name": "NH-1"}]})).refused == []


def test_twice_is_once_and_an_unknown_code_is_told(project):
    run("forget", "NH-1", "-p", project, "--yes")
    again = run("forget", "NH-1", "-p", project, "--yes")
    assert again.exit_code == 0
    assert "holds nothing" in again.stderr
    assert isinstance(run("forget", "NH-99", "-p", project, "--yes").exception, InputError)


@pytest.mark.parametrize(
    "words", [("log",), ("audit",), ("trace", "GR-1"), ("package", "CO-1", "-o", "OUT")], ids=lambda one: one[0]
)
def test_commands_work_afterwards(project, tmp_path, words):
    run("forget", "NH-1", "-p", project, "--yes")
    said = run(words[0], "-p", project, *(tmp_path / "out" if word == "OUT" else word for word in words[1:]))
    assert said.exit_code in {0, 1}, said.output
    assert said.exception is None or isinstance(said.exception, SystemExit)
    assert NAME not in said.output


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "is_named"),
    [
        (f"code,name\nNH-1,{NAME}".encode(), True),
        (b"code,name\nNH-1,TRAN THI HANH", True),
        (f"code\tname\nNH-1\t{NAME}".encode("utf-16"), True),
        (json.dumps({"ProducerName": NAME}).encode(), True),
        (zipped("xl/sharedStrings.xml", f"<si><t>{NAME}</t></si>".encode()), True),
        (zipped("xl/sharedStrings.xml", "<si><r><t>Trần </t></r><r><t>Thị Hạnh</t></r></si>".encode()), True),
        (zipped("inner.zip", zipped("a.csv", NAME.encode())), True),
        (b"code,phone\nNH-1,0900 000 001", True),
        (b"code,lot\nNH-1,CH-1", False),
        ("code,name\nNH-2,Lê Văn Bình".encode(), False),
    ],
)
def test_which_stored_files_name_a_person(data, is_named):
    person = Person("NH-1", (NAME,), PHONES)
    assert names(person, zlib.compress(data)) is is_named


def test_a_file_that_cannot_be_looked_through_counts_as_naming():
    damaged = bytearray(zipped("a.csv", b"x" * 500))
    damaged[40] ^= 0xFF
    assert names(Person("NH-1", (NAME,), ()), zlib.compress(bytes(damaged)))


def test_a_name_that_is_also_a_place_is_shown_before_it_goes(tmp_path):
    """In some countries people have one name, and villages have it too: nobody finds that out afterwards."""
    path = tmp_path / "coop.gpkg"
    producers = [{"code": "NH-1", "name": "Sari", "village": "x"}, {"code": "NH-2", "name": "Budi", "village": "Sari"}]
    plots = [{"code": "T-1", "producer_code": "NH-2", "place": "Kebun Sari"}]
    with create_store(path, organisation="Invented", country="ID") as store:
        apply_book(store, preview_book(store, book_of({"producer": producers, "plot": plots})), **EVENT)
    said = run("forget", "NH-1", "-p", path, "--lang", "id")
    assert said.exit_code == 2, "without a terminal nobody said yes"
    assert "“Kebun Sari” menjadi “Kebun NH-1”" in said.stderr
    assert ask(path, "SELECT place FROM plot") == [("Kebun Sari",)]

"""A result takes the place of an older one of its kind, known by its content; of nothing else without --replace."""

import shutil

import pytest
from tests_helpers import program, workbook_bytes

from eudr_geo.cli.saving import kind_of_result

HERE = ("check FILE", "check FILE --lang vi", "check FILE --format json", "check FILE --format jsonl",
        "check FILE --format csv", "check FILE --format geojson", "check FILE --format html", "audit -p p.gpkg",
        "audit -p p.gpkg --format html", "map -p p.gpkg", "trace L-1 -p p.gpkg", "trace L-1 -p p.gpkg --lang fr",
        "trace L-1 -p p.gpkg --format csv", "trace L-1 -p p.gpkg --format json", "trace P-1 --forward -p p.gpkg",
        "trace P-1 --forward -p p.gpkg --format csv")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    (folder / "a.csv").write_text("plot_id,lat,lon,area_ha\nP-1,12.712345,108.056789,1.5\nP-2,12.72,108.06,0\n")
    (folder / "ok.csv").write_text("plot_id,lat,lon,area_ha\nP-1,12.712345,108.056789,1.5\n")
    project = folder / "p.gpkg"
    program("init", "-p", project, "--name", "Coop", "--country", "VN")
    program("add", folder / "ok.csv", "-p", project, "--yes")
    rows = {
        "Producers": ["Producer code", "N-1", "Name", "A"],
        "Plots": ["Plot code", "P-1", "Producer code", "N-1"],
        "Lots": ["Lot code", "L-1", "Type", "bulk", "Form", "cherry", "Created on", "2025-11-20"],
        "Deliveries": ["Receipt no.", "R-1", "Date", "2025-11-20", "Plot code", "P-1", "Lot code", "L-1",
                       "Quantity (kg)", 100, "Harvested from", "2025-11-19", "Harvested to", "2025-11-20"],
    }  # fmt: skip
    sheets = {name: [cells[::2], cells[1::2]] for name, cells in rows.items()}
    (folder / "b.xlsx").write_bytes(workbook_bytes([], **sheets))
    done = program("book", folder / "b.xlsx", "-p", project, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def run(made, words, *more):
    given = {"FILE": made / "a.csv", "p.gpkg": made / "p.gpkg"}
    return program(*(given.get(word, word) for word in words.split()), *more)


@pytest.mark.parametrize("words", HERE)
def test_a_result_may_be_renewed_and_is_told(made, tmp_path, words):
    out = tmp_path / "result"
    first = run(made, words, "-o", out)
    assert str(out) in first.stderr, "what was written is said"
    data = out.read_bytes()
    assert kind_of_result(data)
    out.write_bytes(data.replace(b"P-1", b"P-7"))
    again = run(made, words, "-o", out)
    assert again.returncode == first.returncode, again.stderr
    assert out.read_bytes() == data


OTHERS = {
    "letter.txt": b"Dear Sir,\nwe have 3 plots.\n",
    "coop.xlsx": workbook_bytes([["Lot code"], ["L-1"]]),
    "land.geojson": b'{"type": "FeatureCollection", "features": []}',
    "page.html": b"<!doctype html><html><body>our own page</body></html>",
    "waivers.csv": b"rule,code,reason,waived_by,waived_on,until\n",
    "plots.csv": b"plot_id,lat,lon\nP-1,12.7,108.1\n",
    "other.json": b'{"schema": "other/1"}',
}


WRITES = (*HERE, "check FILE --format worklist", "repair FILE")


@pytest.mark.parametrize(
    ("words", "name"),
    [(words, name) for at, words in enumerate(WRITES) for name in [*OTHERS, *OTHERS][at % 7 :: 3][:2]],
)
def test_nothing_else_is_written_over_unless_it_is_asked_for(made, tmp_path, words, name):
    out = tmp_path / name
    out.write_bytes(OTHERS[name])
    done = run(made, words, "-o", out)
    assert done.returncode == 2, done.stdout
    assert str(out) in done.stderr
    assert "--replace" in done.stderr
    assert out.read_bytes() == OTHERS[name]
    assert [path.name for path in tmp_path.iterdir()] == [name], "and nothing was put beside it"
    done = run(made, words, "-o", out, "--replace")
    assert done.returncode in {0, 1}, done.stderr
    assert out.read_bytes() != OTHERS[name]


@pytest.mark.parametrize("words", ["check FILE --format json", "map -p p.gpkg"])
def test_one_kind_of_result_does_not_take_the_place_of_another(made, tmp_path, words):
    out = tmp_path / "result"
    run(made, "check FILE --format html", "-o", out)
    before = out.read_bytes()
    assert run(made, words, "-o", out).returncode == 2
    assert out.read_bytes() == before


def test_a_worklist_somebody_may_have_filled_in_is_kept(made, tmp_path):
    import openpyxl

    out = tmp_path / "worklist.xlsx"
    run(made, "check FILE --format worklist", "-o", out)
    book = openpyxl.load_workbook(out)
    book.worksheets[0]["Z1"] = "asked Mr Y"
    book.save(out)
    mine = out.read_bytes()
    assert run(made, "check FILE --format worklist", "-o", out).returncode == 2
    assert out.read_bytes() == mine


def test_the_other_files_of_a_command_are_held_back_too(made, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_bytes(OTHERS["letter.txt"])
    for option in ("--ledger", "--report"):
        assert run(made, "repair FILE", "-o", tmp_path / f"x{option}.geojson", option, letter).returncode == 2
    assert run(made, "check FILE", "--changes", letter).returncode == 2
    assert letter.read_bytes() == OTHERS["letter.txt"]
    assert not (tmp_path / "x--ledger.geojson").exists()


@pytest.mark.parametrize("words", ["map -p p.gpkg", "check FILE --format html", "repair FILE"])
def test_a_project_is_not_written_over_whatever_is_said(made, tmp_path, words):
    out = shutil.copy(made / "p.gpkg", tmp_path / "x.html")
    before = out.read_bytes()
    assert run(made, words, "-o", out, "--replace").returncode == 2
    assert out.read_bytes() == before

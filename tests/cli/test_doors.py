"""Every command that is given the wrong kind of thing says what it is and names the right command."""

import shutil

import pytest
from tests_helpers import program, workbook_bytes

from eudr_geo.sources.kinds import kind_of

WAIVERS = ["rule", "code", "reason", "waived_by", "waived_on", "until"]


@pytest.fixture(scope="module")
def made(tmp_path_factory, samples):
    folder = tmp_path_factory.mktemp("made")
    project = folder / "p.gpkg"
    program("init", "-p", project, "--name", "Coop", "--country", "VN")
    program("add", *sorted((samples / "clean").iterdir()), "-p", project, "--yes")
    program("book", samples / "cooperative.xlsx", "-p", project, "--yes")
    packed = program("package", "DL26-EXP-001", "-p", project, "-o", folder / "pack")
    program("package", "DL26-EXP-001", "-p", project, "-o", folder / "pack.zip", "--zip")
    assert packed.returncode == 0, packed.stderr
    (folder / "waivers.xlsx").write_bytes(workbook_bytes([WAIVERS]))
    (folder / "waivers.csv").write_text(",".join(WAIVERS) + "\n")
    (folder / "bands.csv").write_text(
        "form_in,form_out,species,processes,median,usual_low,usual_high,ceiling\ndry_parchment,green,,6,0.8,0.7,0.85,0.9\n"
    )
    return folder


@pytest.fixture
def things(made, samples):
    clean = samples / "clean"
    names = ("p.gpkg", "pack", "pack.zip", "waivers.xlsx", "waivers.csv", "bands.csv")
    return {
        **{name: made / name for name in names},
        "BOOK": samples / "cooperative.xlsx",
        "BOOK.vi": samples / "cooperative-vi.xlsx",
        **{path.name: path for path in clean.iterdir()},
    }


@pytest.mark.parametrize(
    ("thing", "kind"),
    [("p.gpkg", "project"), ("pack", "package"), ("pack.zip", "package"), ("BOOK", "book"), ("BOOK.vi", "book"),
     ("waivers.xlsx", "waivers"), ("waivers.csv", "waivers"), ("bands.csv", "bands"), ("points.csv", "boundaries"),
     ("points.xlsx", "boundaries"), ("ea-mau.geojson", "boundaries"), ("google-earth.kmz", "boundaries"),
     ("shapefile.zip", "boundaries"), ("qfield.gpkg", "boundaries")],
)  # fmt: skip
def test_a_file_is_known_by_what_is_in_it(things, tmp_path, thing, kind):
    named = things[thing]
    if named.is_file():
        named = shutil.copy(named, tmp_path / "photo.jpg")
    assert kind_of(named) == kind


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("add BOOK -p p.gpkg", "eudr-geo book cooperative.xlsx"),
        ("add BOOK.vi -p p.gpkg", "eudr-geo book cooperative-vi.xlsx"),
        ("check BOOK", "eudr-geo book cooperative.xlsx"),
        ("repair BOOK --dry-run", "eudr-geo book cooperative.xlsx"),
        ("add waivers.csv -p p.gpkg", "eudr-geo waive waivers.csv"),
        ("check waivers.xlsx", "eudr-geo waive waivers.xlsx"),
        ("check bands.csv", "eudr-geo audit --bands bands.csv"),
        ("check p.gpkg", "eudr-geo audit -p p.gpkg"),
        ("add p.gpkg -p p.gpkg", "eudr-geo audit -p"),
        ("check pack", "eudr-geo verify"),
        ("check pack.zip", "eudr-geo verify pack.zip"),
        ("book points.csv -p p.gpkg", "eudr-geo add points.csv"),
        ("book points.xlsx -p p.gpkg", "eudr-geo add points.xlsx"),
        ("book ea-mau.geojson -p p.gpkg", "eudr-geo add ea-mau.geojson"),
        ("book google-earth.kml -p p.gpkg", "eudr-geo add google-earth.kml"),
        ("book google-earth.kmz -p p.gpkg", "eudr-geo add google-earth.kmz"),
        ("book shapefile.zip -p p.gpkg", "eudr-geo add shapefile.zip"),
        ("book qfield.gpkg -p p.gpkg", "eudr-geo add qfield.gpkg"),
        ("book p.gpkg -p p.gpkg", "eudr-geo audit -p"),
        ("book pack -p p.gpkg", "eudr-geo verify"),
        ("book waivers.xlsx -p p.gpkg", "eudr-geo waive waivers.xlsx"),
        ("waive BOOK -p p.gpkg", "eudr-geo book cooperative.xlsx"),
        ("waive points.csv -p p.gpkg", "eudr-geo add points.csv"),
        ("waive ea-mau.geojson -p p.gpkg", "eudr-geo add ea-mau.geojson"),
        ("waive p.gpkg -p p.gpkg", "eudr-geo audit -p p.gpkg"),
        ("audit -p BOOK", "eudr-geo book"),
        ("audit -p shapefile.zip", "eudr-geo add"),
        ("audit -p qfield.gpkg", "eudr-geo add"),
        ("audit -p pack", "eudr-geo verify"),
        ("verify p.gpkg", "eudr-geo audit -p"),
        ("verify BOOK", "eudr-geo book"),
        ("verify points.csv", "eudr-geo add"),
        ("trace T-003-2 -p p.gpkg", "eudr-geo trace T-003-2 --forward"),
        ("trace NH-001 -p p.gpkg", "eudr-geo trace NH-001 --forward"),
        ("trace CB-027 -p p.gpkg", "eudr-geo trace CB-027 --forward"),
        ("trace ML01 -p p.gpkg", "DL25-ML01-G"),
        ("trace DL26-EXP-001 --forward -p p.gpkg", "eudr-geo trace DL26-EXP-001"),
        ("trace DL26-EXP-001 --forward --package p.gpkg -p p.gpkg", "eudr-geo audit -p"),
        ("package T-003-2 -o OUT -p p.gpkg", "eudr-geo trace T-003-2 --forward"),
        ("package ML01 -o OUT -p p.gpkg", "DL25-ML01-G"),
        ("map --lot t-003-2 -o OUT -p p.gpkg", "eudr-geo trace T-003-2 --forward"),
    ],
)
def test_the_wrong_door_names_the_right_one(things, tmp_path, words, cure):
    given = {**things, "OUT": tmp_path / "out"}
    done = program(*(given.get(word, word) for word in words.split()))
    assert done.returncode in {1, 2}
    told = " ".join((done.stdout + done.stderr).split())
    assert cure in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()
    where = [word for word in words.split() if word.startswith(("audit", "verify", "trace", "package"))]
    vi = program(*(given.get(word, word) for word in words.split()), "--lang", "vi")
    assert cure in " ".join((vi.stdout + vi.stderr).split()), where
    assert vi.stderr + vi.stdout != done.stderr + done.stdout


def test_a_sheet_of_a_workbook_asked_for_by_its_name_is_read(things):
    done = program("check", things["BOOK"], "--layer", "Plots")
    assert "lots workbook" not in done.stdout


def test_a_list_of_boundaries_with_one_sheet_of_deliveries_stays_one(tmp_path):
    deliveries = [["Receipt", "Date", "Producer code", "Plot code", "Lot", "Quantity (kg)"]]
    plots = [["plot_id", "lat", "lon", "area_ha"], ["P-1", "12.712345", "108.056789", "1.5"]]
    (tmp_path / "x.xlsx").write_bytes(workbook_bytes(plots, Deliveries=deliveries))
    done = program("check", tmp_path / "x.xlsx", "--country", "VN")
    assert "1 plot" in done.stdout
    assert "eudr-geo book" not in done.stdout


@pytest.mark.parametrize("ending", ["xlsx", "ods", "csv"])
def test_waivers_are_read_from_what_people_keep(made, tmp_path, ending):
    project = shutil.copy(made / "p.gpkg", tmp_path / "p.gpkg")
    row = ["overlapping-plots", "T-003-2", "a hedge", "Field office", "2026-01-05", "2026-12-31"]
    given = tmp_path / f"w.{ending}"
    if ending == "csv":
        given.write_text(",".join(WAIVERS) + "\n" + ",".join(row) + "\n")
    elif ending == "xlsx":
        given.write_bytes(workbook_bytes([["Waivers of 2026"], WAIVERS, row], Notes=[["call the office"]]))
    else:
        import pandas as pd

        pytest.importorskip("odf")
        pd.DataFrame([row], columns=WAIVERS).to_excel(given, index=False, engine="odf")
    done = program("waive", given, "-p", project, "--yes")
    assert done.returncode == 0, done.stderr
    assert "a hedge" in program("waive", "-p", project).stdout


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\1\2\3" * 50, b"PK\3\4 nothing", b"\x89PNG\r\n", b'"never closed,\n', b"\xff\xfe\0", bytes(range(256))],
)
@pytest.mark.parametrize(
    "words", ["waive FILE -p p.gpkg", "check points.csv --waivers FILE", "audit -p p.gpkg --bands FILE"]
)
def test_no_table_of_waivers_or_bands_ends_in_a_traceback(things, tmp_path, data, words):
    (tmp_path / "x").write_bytes(data)
    given = {**things, "FILE": tmp_path / "x"}
    done = program(*(given.get(word, word) for word in words.split()))
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_undo_takes_back_exactly_one_workbook_and_says_which(made, tmp_path, samples):
    project = tmp_path / "p.gpkg"
    program("init", "-p", project, "--name", "Coop", "--country", "VN")
    program("add", *sorted((samples / "clean").iterdir()), "-p", project, "--yes")
    before = program("audit", "-p", project, "--format", "json").stdout
    program("book", samples / "cooperative.xlsx", "-p", project, "--yes")
    assert program("audit", "-p", project, "--format", "json").stdout != before
    done = program("undo", "-p", project, "--yes")
    assert "292 deliveries" in done.stderr.splitlines()[-1]
    assert program("audit", "-p", project, "--format", "json").stdout == before


def test_an_empty_project_is_told_and_no_code_is_sought_in_vain(tmp_path):
    project = tmp_path / "p.gpkg"
    program("init", "-p", project, "--name", "Coop", "--country", "VN")
    assert "nothing was checked" in program("audit", "-p", project).stderr
    for words in (("trace", "G"), ("trace", "G", "--forward"), ("package", "G", "-o", tmp_path / "x")):
        assert "eudr-geo book" in program(*words, "-p", project).stderr


def test_what_was_stored_is_what_was_shown(tmp_path, samples):
    """A workbook with land: its plots are new, in the preview and in what is said and logged afterwards."""
    project = tmp_path / "p.gpkg"
    sheets = {
        "Producers": [["Producer code", "Name"], ["N-1", "A"]],
        "Plots": [
            ["Plot code", "Producer code", "Latitude", "Longitude", "Area (ha)"],
            ["P-1", "N-1", "12.712345", "108.056789", 1.5],
        ],
    }
    (tmp_path / "b.xlsx").write_bytes(workbook_bytes([], **sheets))
    program("init", "-p", project, "--name", "Coop", "--country", "VN")
    given = program("book", tmp_path / "b.xlsx", "-p", project, "--yes")
    assert "1 plots new, 0 with a new boundary" in given.stdout
    assert "1 plots new, 0 with a new boundary" in given.stderr, given.stdout

"""Every limit, at the limit and one beyond it; where it is set from; that a small file cannot ask for much."""

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import fields

import pytest
from tests_helpers import lines_run, workbook_bytes, zipped

from eudr_geo.base.errors import InputError
from eudr_geo.base.limits import PREFIX, Limits, configured
from eudr_geo.sources.reading import read_bytes

POINT = '{"type":"Point","coordinates":[108.05,12.68]}'


def feature(properties="{}", geometry=POINT):
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def collection(*features):
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"


def square(vertices):
    """A ring of so many positions, the closing one counted."""
    side = [[108 + i * 1e-5, 12.0] for i in range(vertices - 3)]
    ring = [*side, [108.5, 12.1], [108.0, 12.1], [108.0, 12.0]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def deep_kml(levels):
    """A document with so many elements inside each other, the innermost a point's coordinates."""
    folders = levels - 4  # kml, Placemark, Point, coordinates
    inner = "<Placemark><Point><coordinates>108.05,12.68</coordinates></Point></Placemark>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2">{"<Folder>" * folders}{inner}{"</Folder>" * folders}</kml>'


def nested(levels):
    return feature('{"note":' + "[" * (levels - 1) + '"x"' + "]" * (levels - 1) + "}")


def rows(n):
    return "plot_id;lat;lon\n" + "".join(f"P{i};12.68;108.0{i}\n" for i in range(n - 1))


def columns(n):
    names = [f"c{i}" for i in range(n - 3)]
    return (
        ";".join(["plot_id", "lat", "lon", *names]) + "\n" + ";".join(["P", "12.68", "108.05", *("x" for _ in names)])
    )


KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Point><coordinates>108.05,12.68</coordinates></Point></Placemark></kml>'


def kml_of(size):
    """A KML of so many bytes that packs badly, so that only its size is in question."""
    import random

    draw = random.Random(1)
    body = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=size - len(KML) - 7))
    return f"{KML}<!--{body}-->"


def kmz(size, *, others=0):
    return zipped({"doc.kml": kml_of(size), **{f"{i}.png": "" for i in range(others)}})


def small_workbook(n):
    """A sheet of so many rows and three columns."""
    return workbook_bytes([["plot_id", "lat", "lon"], *([f"P{i}", 12.68, 108.05] for i in range(n - 1))])


# limit, its value in the test, the file at the limit, the file one beyond, whether only a record is refused
CASES = {
    "file_bytes": (200, feature() + " " * (200 - len(feature())), feature() + " " * (201 - len(feature())), False),
    "unpacked_bytes": (5_000, kmz(5_000), kmz(5_001), False),
    "member_bytes": (5_000, kmz(5_000), kmz(5_001), False),
    "zip_members": (5, kmz(500, others=4), kmz(500, others=5), False),
    "records": (3, collection(*[feature()] * 3), collection(*[feature()] * 4), False),
    "property_names": (2, feature('{"a":1,"b":2}'), feature('{"a":1,"b":2,"c":3}'), False),
    "name_length": (10, feature('{"aaaaaaaaaa":1}'), feature('{"aaaaaaaaaaa":1}'), False),
    "text_length": (100, feature(f'{{"a":"{"x" * 100}"}}'), feature(f'{{"a":"{"x" * 101}"}}'), True),
    "json_depth": (5, nested(5), nested(6), True),
    "xml_depth": (8, deep_kml(8), deep_kml(9), False),
    "ring_vertices": (50, feature(geometry=square(50)), feature(geometry=square(51)), True),
    "file_vertices": (4, collection(*[feature()] * 4), collection(*[feature()] * 5), False),
    "sheet_rows": (4, rows(4), rows(5), False),
    "sheet_columns": (6, columns(6), columns(7), False),
    "sheet_cells": (6, small_workbook(2), small_workbook(3), False),
}
DEFAULTS = {  # the house's own figures: a change is a decision, and is written down
    "file_bytes": 250_000_000, "unpacked_bytes": 200_000_000, "member_bytes": 100_000_000, "zip_ratio": 100,
    "zip_members": 2_000, "nested_archives": 1, "records": 200_000, "property_names": 500, "name_length": 500,
    "text_length": 10_000, "json_depth": 32, "xml_depth": 64, "ring_vertices": 100_000, "file_vertices": 5_000_000,
    "sheet_rows": 200_000, "sheet_columns": 200, "sheet_cells": 10_000_000, "repair_crossings": 1_000,
    "memory_bytes": 1_500_000_000, "disk_bytes": 300_000_000, "cpu_s": 60, "wall_s": 90, "result_bytes": 1_000_000_000,
}  # fmt: skip
AT_THE_DEFAULT = {  # small enough to be written at the limit itself, and one beyond
    "property_names": (500, lambda n: feature(json.dumps({f"k{i}": 1 for i in range(n)}))),
    "name_length": (500, lambda n: feature(json.dumps({"a" * n: 1}))),
    "text_length": (10_000, lambda n: feature(json.dumps({"a": "x" * n}))),
    "json_depth": (32, nested),
    "xml_depth": (64, deep_kml),
    "ring_vertices": (100_000, lambda n: feature(geometry=square(n))),
    "sheet_columns": (200, columns),
    "zip_members": (2_000, lambda n: kmz(500, others=n - 1)),
}
NEEDS_NO_PAIR = {  # what is tested elsewhere, and where
    "zip_ratio": "test_a_zip_bomb_is_refused_before_it_is_unpacked",
    "nested_archives": "test_one_archive_inside_another_is_read",
    "memory_bytes": "test_cage_kills.py",
    "disk_bytes": "test_cage_kills.py",
    "cpu_s": "test_cage_kills.py",
    "wall_s": "test_cage_kills.py",
    "result_bytes": "test_cage_kills.py",
    "repair_crossings": "test_a_boundary_is_untangled_up_to_so_many_crossings_and_no_more",
}


def refused(reading):
    (file,) = reading.files
    return [note for note in file.notes if note.code == "unreadable-file"]


@pytest.mark.fault(23)
@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.fault(64)
def test_a_limit_holds_one_beyond_and_not_at_it(direct, name):
    value, at, beyond, only_a_record = CASES[name]
    limits = Limits(**{name: value})
    through = (lambda data: read_bytes("x", data.encode(), limits=limits)) if name == "file_bytes" else None
    fine = through(at) if through else direct(at, limits=limits)
    said = through(beyond) if through else direct(beyond, limits=limits)
    if through:
        assert not refused(fine)
        assert len(fine.plots) == 1
        (note,) = refused(said)
        assert f"{PREFIX}FILE_BYTES" in note.fix
        return
    assert "unreadable-file" not in fine.codes
    assert len(fine.plots) > 0
    assert not fine.rejected
    if only_a_record:
        assert [code for _, code in said.reasons] == ["unreadable-record"]
    else:
        assert said.codes[0] == "unreadable-file"
        assert not len(said.plots)


@pytest.mark.fault(23)
def test_the_figures_are_those_that_were_decided():
    assert {spec.name: getattr(Limits(), spec.name) for spec in fields(Limits)} == DEFAULTS


@pytest.mark.fault(23)
@pytest.mark.parametrize("name", sorted(AT_THE_DEFAULT))
def test_the_default_holds_one_beyond_and_not_at_it(direct, name):
    most, made = AT_THE_DEFAULT[name]
    assert most == DEFAULTS[name]
    fine, said = direct(made(most)), direct(made(most + 1))
    assert (len(fine.plots), len(fine.rejected)) == (1, 0), fine.notes
    assert not len(said.plots)
    assert said.rejected or said.codes == ["unreadable-file"]


def comb(crossings):
    """A ring that crosses itself exactly so many times: teeth, and a straight way back through all of them."""
    teeth = [(108 + i * 1e-5, 12.0 + (i % 2) * 1e-4) for i in range(crossings + 1)]
    back = [(108 + (crossings + 1) * 1e-5, 12.00005), (107.99999, 12.00005)]
    return json.dumps({"type": "Polygon", "coordinates": [[*teeth, *back, teeth[0]]]})


@pytest.mark.fault(78)
@pytest.mark.parametrize(("limit", "crossings", "is_untangled"), [(30, 30, True), (30, 31, False)])
def test_a_boundary_is_untangled_up_to_so_many_crossings_and_no_more(
    direct, monkeypatch, limit, crossings, is_untangled
):
    from eudr_geo.checks.repairing import repair
    from eudr_geo.model.plots import Reading, SourceFile

    monkeypatch.setenv(f"{PREFIX}REPAIR_CROSSINGS", str(limit))
    seen = direct(feature(geometry=comb(crossings)))
    reading = Reading(seen.plots, (), (SourceFile("x", "", 0, "GeoJSON", records=1, plots=1),))
    done = repair(reading, also=["self-intersection"])
    changed = [change.rule for change in done.changes]
    assert ("self-intersection" in changed) == is_untangled


@pytest.mark.fault(78)
@pytest.mark.parametrize(("crossings", "complete"), [(1_000, True), (1_001, False)])
def test_a_thousand_crossings_are_counted_in_time_and_the_next_one_gives_up(crossings, complete):
    import shapely

    from eudr_geo.plots.shapes.crossings import crossings as counted

    ring = shapely.get_coordinates(shapely.from_geojson(comb(crossings)))
    found, ran = lines_run(lambda: counted(ring))
    assert found.complete == complete
    assert not complete or found.times == crossings
    assert ran < 5_000


@pytest.mark.fault(23)
def test_many_findings_are_all_counted_and_few_are_printed(tmp_path, monkeypatch):
    """Of 1 500 rejected records the terminal names some and tells the number; the formats for programs hold them all."""
    from click.testing import CliRunner

    from eudr_geo.cli import app

    monkeypatch.chdir(tmp_path)
    bad = feature(geometry='{"type":"Point","coordinates":["108.05",12.68]}')
    (tmp_path / "x.geojson").write_text(collection(*[bad] * 1_500))
    table = CliRunner().invoke(app, ["check", "x.geojson"]).output
    assert table.count("record ") < 1_000
    assert "1,500" in table
    lines = CliRunner().invoke(app, ["check", "x.geojson", "--select", "not-finite", "--format", "jsonl"]).output
    assert len(lines.splitlines()) == 1_500


@pytest.mark.fault(23)
def test_every_limit_is_tested():
    assert {spec.name for spec in fields(Limits)} == set(CASES) | set(NEEDS_NO_PAIR)


@pytest.mark.fault(23)
@pytest.mark.parametrize(("text", "value"), [("7", 7), (" 7 ", 7), ("1_000", 1000)])
def test_a_variable_sets_a_limit(text, value):
    assert configured({f"{PREFIX}RECORDS": text, "PATH": "/bin"}) == Limits(records=value)


@pytest.mark.fault(23)
@pytest.mark.parametrize(
    "told",
    [{"RECORD": "7"}, {"RECORDS": ""}, {"RECORDS": "0"}, {"RECORDS": "-1"}, {"RECORDS": "many"}, {"RECORDS": "1e6"}],
)
def test_a_variable_that_says_nothing_sensible_is_an_error(told):
    with pytest.raises(InputError, match=PREFIX) as raised:
        configured({PREFIX + name: value for name, value in told.items()})
    assert "EUDR_GEO_LIMIT_RECORDS" in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.fault(23)
def test_the_variable_reaches_the_readers(monkeypatch):
    data = collection(*[feature()] * 3).encode()
    assert len(read_bytes("x", data).plots) == 3
    monkeypatch.setenv(f"{PREFIX}RECORDS", "2")
    (note,) = refused(read_bytes("x", data))
    assert f"{PREFIX}RECORDS" in note.fix


def claims_a_million_rows():
    """A workbook of five kilobytes with one more cell, in the last corner that Excel has."""
    out = io.BytesIO()
    plain = io.BytesIO(workbook_bytes([["plot_id", "lat", "lon"], ["P1", 12.68, 108.05]]))
    with zipfile.ZipFile(plain) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for info in made.infolist():
            data = made.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                data = data.replace(b"</sheetData>", cell)
            changed.writestr(info.filename, data)
    return out.getvalue()


def scribble(vertices):
    import numpy as np

    ring = np.round(np.random.default_rng(1).random((vertices, 2)) / 100 + [108.05, 12.68], 6)
    ring = [*ring.tolist(), ring[0].tolist()]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def many_names(n):
    return collection(*(feature(f'{{"k{i}":1}}') for i in range(n)))


def bomb():
    """300 MB of blanks in 300 kB, written without ever holding them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("plots.kml", "w") as member:
        member.write(b"<kml>")
        for _ in range(300):
            member.write(b" " * 1_000_000)
    return out.getvalue()


@pytest.mark.fault(60)
def test_a_small_workbook_that_claims_a_million_rows_is_refused(direct):
    data = claims_a_million_rows()
    assert len(data) < 8_000
    seen, ran = lines_run(lambda: direct(data))
    assert seen.codes == ["unreadable-file"]
    assert "rows" in seen.notes[0].why
    assert ran < 50_000


@pytest.mark.fault(33)
def test_a_file_of_twenty_thousand_names_is_refused(direct):
    seen, ran = lines_run(lambda: direct(many_names(20_000)))
    assert seen.codes == ["unreadable-file"]
    assert "property names" in seen.notes[0].why
    assert ran < 100 * 20_000


@pytest.mark.fault(13)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(direct):
    data = bomb()
    assert len(data) < 400_000
    tracemalloc.start()
    seen = direct(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen.codes == ["unreadable-file"]
    assert "unpacks to more" in seen.notes[0].why
    assert most < 20_000_000, "of 300 MB"


def test_a_scribble_is_read_checked_and_repaired_or_not_with_little_work(direct):
    from eudr_geo.checks.checking import check
    from eudr_geo.checks.repairing import repair
    from eudr_geo.model.plots import Reading, SourceFile

    data = scribble(500)
    assert len(data) < 20_000

    def work():
        seen = direct(feature(geometry=data))
        reading = Reading(seen.plots, (), (SourceFile("x", "", 0, "GeoJSON", records=1, plots=1),))
        return check(repair(reading).reading)

    result, ran = lines_run(work)
    assert "self-intersection" in result.findings.by_rule()
    assert ran < 500_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_four_small_files_that_ask_for_much_cost_little_through_the_cage(tmp_path):
    """The whole family of processes stays small: what the largest child ever held, as the system counted it."""
    named = {
        "rows.xlsx": claims_a_million_rows(),
        "scribble.geojson": scribble(500),
        "names.geojson": many_names(20_000),
    }
    for name, data in {**named, "bomb.kmz": bomb()}.items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    script = (
        "import json, resource, sys\nfrom eudr_geo.sources.reading import read_plots\n"
        "reading = read_plots([sys.argv[1] + '/' + n for n in sys.argv[2:]])\n"
        "own = [int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmHWM')]\n"
        "most = [own[0], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]\n"
        "print(json.dumps([[len(f.notes) for f in reading.files], len(reading.plots), most]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "rows.xlsx", "scribble.geojson", "names.geojson", "bomb.kmz"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    notes, plots, (parent_kb, child_kb) = json.loads(done.stdout)
    assert all(notes[at] for at in (0, 2, 3))
    assert plots == 1
    assert parent_kb < 300_000
    assert child_kb < 400_000


@pytest.mark.fault(23)
def test_standard_input_without_an_end_is_stopped_at_the_limit(monkeypatch):
    """What is piped in is not held in memory beyond the size of a file."""
    from click.testing import CliRunner

    from eudr_geo.cli import app

    monkeypatch.setenv(f"{PREFIX}FILE_BYTES", "1000")
    endless = io.BytesIO(feature().encode() + b" " * 5_000_000)
    done = CliRunner().invoke(app, ["check", "-"], input=endless)
    assert done.exit_code == 1
    assert "larger than 1,000 bytes" in done.output
    assert endless.tell() < 100_000

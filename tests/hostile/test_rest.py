"""Traps that touch several formats at once: codes twice, headings in odd letters, workbooks that swell, one bad plot of many."""

import io
import json
import unicodedata
import zipfile

import pytest
from click.testing import CliRunner
from payloads import with_member
from tests_helpers import workbook_bytes

from eudr_geo.checks.checking import check
from eudr_geo.cli import app
from eudr_geo.sources.reading import read_bytes


def feature(code, lon=108.05):
    return {
        "type": "Feature",
        "properties": {"plot_id": code, "ProducerName": "A", "ProducerCountry": "VN", "Area": 1},
        "geometry": {"type": "Point", "coordinates": [lon, 12.681234]},
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.mark.fault(42)
def test_a_code_twice_in_one_file_is_told_with_both_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.geojson").write_text(collection(feature("A-1"), feature("A-2", 108.06), feature("a-1", 108.07)))
    done = CliRunner().invoke(app, ["check", "x.geojson", "--select", "duplicate-plot-id", "--format", "jsonl"])
    assert done.exit_code == 1
    found = [json.loads(line) for line in done.output.splitlines()]
    assert [one["record"] for one in found] == [3]
    assert "1" in found[0]["message"], "the other record is named as well"


@pytest.mark.fault(42)
def test_a_code_that_the_project_has_elsewhere_is_not_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(app, ["init", "-p", "c.gpkg", "--name", "C", "--country", "VN"]).exit_code == 0
    (tmp_path / "x.geojson").write_text(collection(feature("A-1", 108.051234)))
    assert run(app, ["add", "x.geojson", "-p", "c.gpkg", "--yes"]).exit_code == 0
    again = run(app, ["add", "x.geojson", "-p", "c.gpkg", "--yes"])
    assert "Nothing new" in again.output


@pytest.mark.fault(42)
@pytest.mark.parametrize(
    ("code", "lon", "said"),
    [
        ("A-1", 108.051234, "0 with a new boundary, 0 with other facts, 1 unchanged"),
        ("a-1", 108.051234, "0 with a new boundary, 0 with other facts, 1 unchanged"),
        (" A-1 ", 108.051234, "0 with a new boundary, 0 with other facts, 1 unchanged"),
        ("A-1", 108.091234, "1 with a new boundary"),
        ("a-1", 108.091234, "1 with a new boundary"),
        ("A-2", 108.051234, "1 plots new"),
        ("A-01", 108.091234, "1 plots new"),
    ],
)
def test_a_code_that_the_project_has_is_the_same_plot_and_its_other_land_is_named(
    tmp_path, monkeypatch, code, lon, said
):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(app, ["init", "-p", "c.gpkg", "--name", "C", "--country", "VN"]).exit_code == 0
    (tmp_path / "first.geojson").write_text(collection(feature("A-1", 108.051234)))
    assert run(app, ["add", "first.geojson", "-p", "c.gpkg", "--yes"]).exit_code == 0
    (tmp_path / "second.geojson").write_text(collection(feature(code, lon)))
    done = run(app, ["add", "second.geojson", "-p", "c.gpkg"], input="n\n").output
    assert said in done
    if "1 with a new boundary" in said:
        assert "new boundary: A-1, second.geojson, record 1" in done
        assert "version 1" in done


@pytest.mark.fault(42)
@pytest.mark.parametrize(("first", "second"), [("B-1", "B-1"), ("B-1", "b-1"), ("B-1", " B-1")])
def test_a_code_on_two_lands_in_one_delivery_stores_neither_and_names_both(tmp_path, monkeypatch, first, second):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(app, ["init", "-p", "c.gpkg", "--name", "C", "--country", "VN"]).exit_code == 0
    (tmp_path / "x.geojson").write_text(collection(feature(first, 108.051234), feature(second, 108.071234)))
    done = run(app, ["add", "x.geojson", "-p", "c.gpkg", "--yes"]).output
    assert "2 refused" in done
    assert "record 1, B-1: its code stands on two" in done.replace("\n", " ")
    assert "record 2, B-1: its code stands on two" in done.replace("\n", " ")


@pytest.mark.fault(57)
@pytest.mark.parametrize(
    "headings",
    [
        ["Mã thửa", "Vĩ độ", "Kinh độ"],
        [unicodedata.normalize("NFD", name) for name in ("Mã thửa", "Vĩ độ", "Kinh độ")],
        ["plot id ", " lat\u00a0", "\u200blon"],
        ["\ufeffPLOT_ID", "LATITUDE", "LONGITUDE"],
    ],
)
def test_headings_in_odd_letters_are_understood(direct, headings):
    for data in (
        ";".join(headings) + "\nP1;12,681234;108,051234\n",
        workbook_bytes([headings, ["P1", 12.681234, 108.051234]]),
    ):
        seen = direct(data)
        assert seen.plots["plot_id"].tolist() == ["P1"]
        (point,) = seen.plots["geometry"]
        assert (point.x, point.y) == (108.051234, 12.681234)


@pytest.mark.fault(57)
def test_a_heading_twice_is_named_and_nothing_is_mixed(direct):
    seen = direct("plot_id;lat;lon;note;note\nP1;12,68;108,05;a;b\n")
    assert len(seen.plots) + len(seen.rejected) == 1
    if len(seen.plots):
        assert "a" in seen.plots["extra"][0]
        assert "b" in seen.plots["extra"][0]


@pytest.mark.fault(61)
def test_a_workbook_of_one_endless_text_is_refused_by_its_unpacked_size(direct):
    out = io.BytesIO()
    plain = io.BytesIO(workbook_bytes([["plot_id", "lat", "lon"], ["P1", 12.68, 108.05]]))
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in set(old.namelist()) - {"xl/sharedStrings.xml"}:
            new.writestr(name, old.read(name))
        with new.open("xl/sharedStrings.xml", "w") as strings:
            for piece in (b"<sst><si><t>", *[b"x" * 1_000_000] * 210, b"</t></si></sst>"):
                strings.write(piece)
    seen = direct(out.getvalue())
    assert seen.codes == ["unreadable-file"]
    assert "unpacks to more" in seen.notes[0].why


@pytest.mark.fault(61)
def test_a_workbook_of_very_many_sheets_is_refused(direct):
    made = workbook_bytes([["plot_id", "lat", "lon"]])
    out = io.BytesIO(made)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for i in range(2_001):
            archive.writestr(f"xl/worksheets/s{i}.xml", "<worksheet/>")
    seen = direct(out.getvalue())
    assert seen.codes == ["unreadable-file"]
    assert "more than 2,000 files" in seen.notes[0].why


@pytest.mark.fault(62)
def test_a_workbook_with_macros_and_links_is_read_and_nothing_else(direct, canary):
    data = with_member(
        workbook_bytes([["plot_id", "lat", "lon"], ["P1", 12.68, 108.05]]), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"
    )
    link = (
        f'<Relationships><Relationship Id="r1" Type="x" Target="{canary.url}" TargetMode="External"/></Relationships>'
    )
    seen = direct(with_member(data, "xl/externalLinks/_rels/externalLink1.xml.rels", link))
    assert len(seen.plots) == 1 or seen.codes == ["unreadable-file"]


@pytest.mark.fault(79)
def test_one_coordinate_that_is_no_number_costs_one_plot_of_a_thousand():
    features = [feature(f"A-{i}", 108 + i / 10_000) for i in range(1_000)]
    text = collection(*features).replace("108.05,", "NaN,", 1)
    reading = read_bytes("x.geojson", text.encode())
    assert (len(reading.plots), len(reading.rejected)) == (999, 1)
    assert reading.rejected[0].code == "not-finite"
    assert check(reading).plots_fit + check(reading).plots_unfit == 999


@pytest.mark.fault(58)
@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("12°40'48\"N", "108°03'00\"E"), ("12° 40' 48\" N", "108° 3' 0\" E"), ("N12 40 48", "E108 3 0"), ("12.68 B", "108.05 Đ"),
        ("12.68N", "108.05E"), ("12.68°", "108.05°"), ("12º40'48''N", "108º03'00''E"), ("12°40.8'N", "108°3.0'E"),
    ],
)  # fmt: skip
def test_degrees_and_minutes_are_right_or_rejected(direct, lat, lon):
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["plot_id", "lat", "lon"], ["P1", lat, lon]])
    seen = direct(out.getvalue())
    assert len(seen.plots) + len(seen.rejected) == 1
    for point in seen.plots["geometry"]:
        assert (round(point.x, 6), round(point.y, 6)) == (108.05, 12.68)


@pytest.mark.fault(59)
@pytest.mark.parametrize("cell", ["=1+1", "=NA()", "#REF!", "#N/A"])
def test_a_cell_without_a_value_rejects_its_row(direct, cell):
    """A formula that no spreadsheet has worked out yet has no value in the file, and an error is none."""
    seen = direct(workbook_bytes([["plot_id", "lat", "lon"], ["P1", 12.68, 108.05], ["P2", cell, 108.06]]))
    assert seen.plots["plot_id"].tolist() == ["P1"]
    assert [record for record, _ in seen.reasons] == [3]


SLOW = {  # what makes a careless pattern look again and again
    "zeros": "0" * 9_000,
    "digits and points": "1." * 4_500,
    "digits and commas": "1,2" * 3_000,
    "blanks": " " * 9_000,
    "hard blanks": "\u00a0" * 9_000,
    "digits and blanks": "1 " * 4_500,
    "brackets": "(" * 9_000,
    "a bracket and blanks": "(" + " " * 9_000,
    "minus signs": "-" * 9_000,
    "degrees": "12°" * 3_000,
    "slashes": "1/" * 4_500,
    "pairs": "1 2 0 0;" * 1_100,
    "units": "ha " * 3_000,
}


@pytest.mark.fault(23)
@pytest.mark.parametrize("many", [10, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", sorted(SLOW))
def test_long_cells_cost_no_time_wherever_they_stand(direct, kind, many):
    """Each column in turn, in a table; as a heading; as a property; as coordinates of a KML.

    A hundred rows of what costs the square of a cell take longer than the suite's own limit.
    """
    import csv

    text = SLOW[kind]
    heads = ["plot_id", "lat", "lon", "area_ha", "producer", "country", "mapped_on", "geometry"]
    for at in range(len(heads)):
        rows = [[f"P{i}", "12.68", "108.05", "1.5", "A", "VN", "2025-01-01", ""] for i in range(many)]
        for row in rows:
            row[at] = text
        out = io.StringIO()
        csv.writer(out).writerows([heads, *rows])
        direct(out.getvalue())
    direct(f'plot_id,lat,lon,"Area {text}"\nP,12.68,108.05,1\n')
    place = f"<Placemark><name>{text}</name><Point><coordinates>{text}</coordinates></Point></Placemark>"
    direct(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{place * many}</Document></kml>')
    direct(collection(*[feature(text)] * many))

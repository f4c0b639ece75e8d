"""Letters, codes and values: nothing is cut, replaced, rounded or sent to a screen as a command."""

import json

import pytest
from click.testing import CliRunner
from tests_helpers import zipped

from eudr_geo.cli import app

HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{}</name><Point><coordinates>108.05,12.68</coordinates></Point></Placemark></kml>'
NAME = "Nguyễn Thị Hồng, Đắk Lắk"


def geojson(properties, coordinates="[108.05,12.68]"):
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":' + properties + ","
        '"geometry":{"type":"Point","coordinates":' + coordinates + "}}]}"
    )


def with_name(name):
    return geojson(json.dumps({"plot_id": "P1", "producer": name}, ensure_ascii=False))


@pytest.mark.fault(38)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("kind", ["geojson", "kml", "table"])
def test_an_encoding_that_tells_its_name_is_read(direct, encoding, kind):
    if encoding == "utf-32" and kind != "geojson":  # nobody sends these; see the next test for what they are told
        return
    text = {
        "geojson": with_name(NAME),
        "kml": HEAD.format(NAME),
        "table": f"plot_id;producer;lat;lon\nP1;{NAME};12.68;108.05\n",
    }[kind]
    seen = direct(text.encode(encoding))
    assert len(seen.plots) == 1, seen.notes
    assert NAME in (seen.plots["plot_id"][0], seen.plots["producer"][0])


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    "data",
    [
        with_name("Nguyen").encode().replace(b"Nguyen", b"Nguy\xea\xcc\xf2n"),
        with_name("x").encode().replace(b'"x"', b'"\xff\xfe"'),
        HEAD.format("x").encode().replace(b">x<", b">\xe1\xba<"),
        HEAD.format("x").encode("utf-32"),
        "plot_id;lat;lon\nP1;12.68;108.05\n".encode("utf-32"),
        b'<?xml version="1.0" encoding="UTF-8"?>' + HEAD.format("x").encode().replace(b">x<", b">Nguy\xean<"),
    ],
)
def test_letters_that_cannot_be_read_are_said_and_never_replaced(direct, data):
    seen = direct(data)
    assert not len(seen.plots)
    assert seen.codes[0] in {"unreadable-file", "unreadable-text"}
    assert "\ufffd" not in repr(seen)


@pytest.mark.fault(38)
def test_two_ways_to_write_a_letter_are_one_name(direct):
    import unicodedata

    names = [unicodedata.normalize(form, NAME) for form in ("NFC", "NFD")]
    assert names[0] != names[1]
    assert {direct(with_name(name)).plots["producer"][0] for name in names} == {names[0]}


@pytest.mark.fault(39)
@pytest.mark.parametrize("bad", ["a\\u0000b", "\\ud800", "a\\udfffb", "\\u0000"])
@pytest.mark.parametrize("column", ["plot_id", "producer", "note"])
def test_a_character_that_is_none_rejects_its_record_and_cuts_nothing(direct, bad, column):
    seen = direct(geojson(f'{{"{column}":"{bad}"}}'))
    assert seen.reasons == [(1, "unreadable-record")]
    assert seen.rejected[0].value.isprintable()


@pytest.mark.fault(39)
@pytest.mark.parametrize("control", ["\\u001b[2J", "\\u0007", "\\u0008", "\\u009b31m", "\\u202e", "\\r\\n"])
def test_control_characters_in_names_do_nothing_to_a_screen(control, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.geojson").write_text(geojson(f'{{"plot_id":"P{control}1","producer":"{control}"}}', "[200,12.68]"))
    raw = json.loads(f'"{control}"')
    for format_ in ("table", "json", "jsonl", "csv", "geojson"):
        done = CliRunner().invoke(app, ["check", "x.geojson", "--format", format_])
        assert done.exit_code in {0, 1}, (format_, done.exception)
        if "\n" not in raw and format_ == "table":
            assert raw not in done.output
        assert "\x1b" not in done.output, format_
        assert "\x9b" not in done.output or format_ == "csv", format_


@pytest.mark.fault(40)
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["geojson", "kml", "kmz"])
def test_a_file_that_breaks_off_is_refused_as_a_whole(direct, keep, kind):
    data = {
        "geojson": with_name(NAME).encode(),
        "kml": HEAD.format(NAME).encode(),
        "kmz": zipped({"doc.kml": HEAD.format(NAME)}),
    }[kind]
    seen = direct(data[: int(len(data) * keep)])
    assert not len(seen.plots)
    assert {"unreadable-file", "unsupported-format"} & set(seen.codes)


@pytest.mark.fault(40)
@pytest.mark.parametrize("tail", ["x", "}", "]", '{"type":"Feature"', "null", "\0", "<html>", "\x1a"])
def test_more_behind_the_end_is_refused(direct, tail):
    seen = direct(with_name("A") + tail)
    assert not len(seen.plots)
    assert seen.codes == ["unreadable-file"]


@pytest.mark.fault(40)
def test_one_object_a_line_is_read_with_a_note(direct):
    line = '{"type":"Feature","properties":{"plot_id":"P%d"},"geometry":{"type":"Point","coordinates":[108.05,12.68]}}'
    for end in ("\n", "\r\n", "\n\x1e"):
        seen = direct(end.join(line % i for i in range(3)))
        assert seen.plots["plot_id"].tolist() == ["P0", "P1", "P2"]
        assert "bare-geometry" in seen.codes


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("7", "7"), ('"7"', "7"), ('"007"', "007"), ("7.0", "7.0"), ("1E5", "1E5"), ('"1E5"', "1E5"),
        ("9223372036854775808", "9223372036854775808"), ("12345678901234567890", "12345678901234567890"),
        ("-0", "-0"), ('"0071"', "0071"), ("1.10", "1.10"),
    ],
)  # fmt: skip
def test_a_code_is_kept_as_it_was_written(direct, written, code):
    assert direct(geojson(f'{{"plot_id":{written}}}')).plots["plot_id"].tolist() == [code]


@pytest.mark.fault(100)
def test_a_bad_value_is_shown_short_and_without_our_insides(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    long = "<script>" + "x" * 5_000
    (tmp_path / "x.geojson").write_text(geojson("{}", json.dumps([long, 12.68])))
    done = CliRunner().invoke(app, ["check", "x.geojson"])
    assert done.exit_code == 1
    assert "x" * 81 not in done.output.replace("\n", "").replace(" ", "")
    assert "Traceback" not in done.output
    assert ".py" not in done.output
    html = CliRunner().invoke(app, ["check", "x.geojson", "--format", "html"]).output
    assert "<script>x" not in html

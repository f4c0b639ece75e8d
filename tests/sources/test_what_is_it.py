"""Content decides, never the name; what is not read is named, with what to do."""

import io
import struct
import zipfile

import pytest
from openpyxl import Workbook
from tests_helpers import lines_run


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"%PDF-1.7", "unreadable-file", "PDF"),
        (b"\x89PNG\r\n", "unreadable-file", "picture"),
        (b"\xff\xd8\xff\xe0", "unreadable-file", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "unreadable-file", "no workbook"),
        (b"\n\n <!DOCTYPE HTML><html>", "unreadable-file", "web page"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html>", "unreadable-file", "web page"),
        (b"<gml:FeatureCollection xmlns:gml='x'>", "unreadable-file", "the XML breaks"),
        (b"\0\0\x27\x0a" + bytes(200), "unsupported-format", ".shp"),
        (b"PAR1xxxx", "unsupported-format", "GeoParquet"),
        (b"AC1027", "unsupported-format", "AutoCAD"),
        (b"[1, 2]", "unsupported-format", "GeoJSON"),
        (b"just a line of text", "unsupported-format", "no reader"),
        (bytes(range(256)) * 10, "unsupported-format", "no reader"),
        (zipped("word/document.xml", "[Content_Types].xml"), "unsupported-format", "Word"),
        (zipped("mimetype", "content.xml"), "unsupported-format", "OpenDocument"),
        (zipped("plots.geojson", "more.csv"), "unsupported-format", "plots.geojson"),
        (zipped("plots.zip"), "unsupported-format", "plots.zip"),
        (b"PK\5\6" + bytes(18), "empty-file", "empty"),
        (b"\xef\xbb\xbf", "empty-file", "empty"),
        (b"\xff\xfe", "empty-file", "empty"),
        (b"\0" * 500, "empty-file", "empty"),
    ],
)
def test_it_is_said_what_a_file_is(direct, data, code, word):
    (note,) = direct(data).notes
    assert note.code == code
    assert word in note.why
    assert note.fix


def test_signals_and_instructions_in_the_text_of_a_plot_do_no_harm(direct):
    note = "$GPGGA,123519 <OGRVRTDataSource> MsRcf <html> %PDF"
    seen = direct(
        f'{{"type":"Feature","properties":{{"note":"{note}"}},"geometry":{{"type":"Point","coordinates":[1.5,2]}}}}'
    )
    assert len(seen.plots) == 1
    assert len(direct(f"plot,lat,lon,note\nA,12.5,108.1,{note.replace(',', ' ')}\n").plots) == 1


@pytest.mark.parametrize("comment", [b"<!---->", b"<?x?>\n"])
def test_a_million_comments_take_no_time(direct, comment):
    """To copy what is left of them at each would take an hour: the suite's own limit ends that."""
    _, ran = lines_run(lambda: direct(comment * 900_000))
    assert ran < 5_000


def claim(count):
    """An archive whose last record claims so many files."""
    return b"PK\3\4" + bytes(26) + b"PK\5\6" + struct.pack("<4HIIH", 0, 0, count, count, 0, 0, 0)


def test_too_many_files_are_refused_before_they_are_listed(direct):
    (note,) = direct(claim(60_000)).notes
    assert (note.code, "2,000 files" in note.why) == ("unreadable-file", True)


def encrypted():
    data = bytearray(zipped("doc.kml"))
    for head, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(head) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (encrypted(), "password"),
        (zipped("doc.kml")[:-30], "damaged"),
        (zipped("a/../../doc.kml"), "outside"),
        (zipped("C:\\doc.kml"), "outside"),
    ],
)
def test_an_archive_that_cannot_be_trusted_is_refused(direct, data, word):
    (note,) = direct(data).notes
    assert note.code == "unreadable-file"
    assert word in note.why


PLOTS = {
    "GeoJSON": b'{"type":"Point","coordinates":[108.051234,12.681234]}',
    "CSV": b"plot,lat,lon\nA,12.681234,108.051234\n",
    "GPX": b'<gpx version="1.1" creator="x"><wpt lat="12.681234" lon="108.051234"/></gpx>',
}


@pytest.mark.parametrize(
    ("format_", "name"), [("GeoJSON", "in/plots.GeoJSON"), ("CSV", "plots.csv"), ("GPX", "walk.gpx")]
)
def test_a_file_that_was_zipped_to_be_sent_is_read_as_if_it_had_come_by_itself(direct, format_, name):
    seen = direct(archive({name: PLOTS[format_], "__MACOSX/._x": b"x", "read me.txt": b"hello"}))
    assert (seen.format, len(seen.plots), seen.notes) == (format_, 1, direct(PLOTS[format_]).notes)


def test_a_workbook_in_an_archive_is_a_workbook(direct):
    book = Workbook()
    book.active.append(["plot", "lat", "lon"])
    book.active.append(["A", 12.681234, 108.051234])
    out = io.BytesIO()
    book.save(out)
    assert direct(archive({"plots.xlsx": out.getvalue()})).plots["plot_id"].tolist() == ["A"]


def test_several_tables_in_an_archive_are_not_chosen_from(direct):
    seen = direct(archive({"a.csv": PLOTS["CSV"], "b.csv": PLOTS["CSV"]}))
    assert seen.codes == ["unsupported-format"]
    assert "a.csv, b.csv" in seen.notes[0].why


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, data in files.items():
            written.writestr(name, data)
    return out.getvalue()

"""File names as weapons, archives that lie, files that are not what they are called, and files with nothing in them."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from harness import ledger
from tests_helpers import lines_run, workbook_bytes, zipped

from eudr_geo.base.limits import Limits
from eudr_geo.cli import app
from eudr_geo.sources.reading import read_bytes, read_plots

POINT = b'{"type":"Point","coordinates":[108.05,12.68]}'
KML = (
    b'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>P</name><Point><coordinates>108.05,12.68</coordinates>'
    b"</Point></Placemark></kml>"
)
TABLE = b"plot_id;lat;lon\nP1;12,68;108,05\n"
EVIL_NAMES = [
    "../../x.geojson", "..\\..\\x.geojson", "/etc/x.geojson", "C:\\x.geojson", "https:x.geojson", "file:x.geojson",
    "/vsicurl/http://127.0.0.1/x", "/vsizip/x.zip", '{"type":"Point"}.geojson', "<OGRVRTDataSource>.vrt", "a!b.geojson",
    "x.zip!y", "-rf", "--help", "-", "a\nb.geojson", "a\rb.geojson", "a\tb.geojson", "a\0b.geojson", "a\x1b[2Jb.geojson",
    "x" * 400 + ".geojson", "\u202egpj.geojson", "\u200bx.geojson", "Đắk Lắk.geojson", "CON", "NUL.txt", " ", ".", "..",
    "", "a;rm -rf $HOME.geojson", "`id`.geojson", "$(id).geojson", "%s%n.geojson", "{0.__class__}.geojson",
    "[red]x[/red].geojson", "\ud800.geojson", "GPSBABEL:x", "CSV:/etc/passwd", "PG:host=127.0.0.1",
]  # fmt: skip


@pytest.mark.fault(11, 99)
@pytest.mark.parametrize("name", EVIL_NAMES, ids=lambda name: ascii(name)[:30])
def test_a_name_from_memory_is_only_shown(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reading = ledger(read_bytes(name, POINT))
    (file,) = reading.files
    assert len(reading.plots) == 1
    assert file.name.isprintable()
    assert file.name
    assert len(file.name) <= 200
    assert "/" not in file.name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault(11, 99)
def test_names_on_the_disk_are_only_shown(tmp_path, monkeypatch):
    """Every name that the disk allows, in one folder, through the API and the command."""
    (tmp_path / "sent").mkdir()
    monkeypatch.chdir(tmp_path)
    written = 0
    for name in EVIL_NAMES:
        try:
            (tmp_path / "sent" / Path(name.replace("/", "_").replace("\\", "_")).name).write_bytes(POINT)
            written += 1
        except (OSError, ValueError, UnicodeEncodeError):  # the disk itself refuses this name
            continue
    assert written > 25
    files = sorted((tmp_path / "sent").iterdir())
    reading = ledger(read_plots([path for path in files if path.is_file()]))
    assert len(reading.plots) == len(reading.files) > 25
    assert len({file.name for file in reading.files}) == len(reading.files), "two files are shown by one name"
    for format_ in ("table", "csv", "jsonl", "html"):
        done = CliRunner().invoke(app, ["check", "sent", "--format", format_])
        assert done.exit_code in {0, 1}, done.exception
        assert "\x1b[2J" not in done.output
        assert "\u202e" not in done.output or format_ != "table"
    assert {entry.name for entry in tmp_path.iterdir()} == {"sent"}


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    "name", ["-rf", "--help", "https:x.geojson", '{"type":"Point"}.geojson', "a!b.geojson", "a b;c.geojson"]
)
def test_a_name_as_an_argument_is_a_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(POINT)
    done = CliRunner().invoke(app, ["check", "--", name])
    assert done.exit_code in {0, 1}, done.exception
    assert "1 plot" in done.output


SLIPS = [
    "../e.kml",
    "/e.kml",
    "..\\e.kml",
    "C:\\e.kml",
    "C:e.kml",
    "a/../../e.kml",
    "\\\\server\\e.kml",
    "a/b/../../../e.kml",
]


def symlink(target):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("doc.kml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return out.getvalue()


@pytest.mark.fault(12)
@pytest.mark.parametrize("name", SLIPS)
def test_an_archive_that_names_a_place_outside_is_refused(direct, name, tmp_path):
    before = sorted(tmp_path.parent.iterdir())
    seen = direct(zipped({"doc.kml": KML, name: KML}, zipfile.ZIP_STORED))
    assert seen.codes == ["unreadable-file"]
    assert "outside itself" in seen.notes[0].why
    assert "e.kml" in seen.notes[0].why
    assert sorted(tmp_path.parent.iterdir()) == before
    assert not list(tmp_path.rglob("e.kml"))


@pytest.mark.fault(12)
def test_a_link_in_an_archive_is_refused(direct):
    seen = direct(symlink("/etc/passwd"))
    assert seen.codes == ["unreadable-file"]
    assert "outside itself" in seen.notes[0].why


def overlapping(n):
    """Many entries of the list point at one packed file."""
    data = zipped({"doc.kml": KML + b" " * 900_000})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[at:end]
    entries = b"".join(entry[:46].replace(b"doc.kml", b"") + f"{i:03}.kml".encode() + entry[53:] for i in range(n))
    return data[:at] + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, n, n, len(entries), at, 0)


@pytest.mark.fault(13)
def test_files_of_an_archive_that_share_their_bytes_are_refused(direct):
    seen = direct(overlapping(200))
    assert seen.codes == ["unreadable-file"]
    assert not len(seen.plots)


@pytest.mark.fault(13)
def test_an_archive_that_lies_about_its_sizes_is_refused(direct):
    data = bytearray(zipped({"doc.kml": KML + b" " * 3_000_000}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)  # unpacked size in the list
    data[22:26] = struct.pack("<I", 100)  # and before the file itself
    seen = direct(bytes(data))
    assert seen.codes[0] in {"unreadable-file", "empty-file"}
    assert not len(seen.plots)


@pytest.mark.fault(14)
def test_an_archive_of_very_many_files_is_refused_from_its_last_record(direct):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(30_000):
            archive.writestr(zipfile.ZipInfo(f"{i}.kml"), b"")
    data = bytearray(out.getvalue())
    for count, most in ((30_000, 2_000), (1, 3_000_000)):  # the last record tells the truth, or lies
        at = data.rindex(b"PK\x05\x06")
        data[at + 8 : at + 12] = struct.pack("<2H", count, count)
        seen, ran = lines_run(lambda: direct(bytes(data)), of=("eudr_geo", "zipfile"))
        assert ran < most
        assert seen.codes == ["unreadable-file"]
        assert "more than 2,000 files" in seen.notes[0].why
        assert "EUDR_GEO_LIMIT_ZIP_MEMBERS" in seen.notes[0].fix


@pytest.mark.fault(15)
@pytest.mark.parametrize("inner", ["x.zip", "x.kmz"])
def test_archives_inside_archives_inside_archives_are_not_read(direct, inner):
    three = zipped({inner: zipped({inner: zipped({"doc.kml": KML})})})
    seen = direct(three)
    assert not len(seen.plots)
    assert set(seen.codes) & {"unsupported-format", "unreadable-file"}
    assert inner in seen.notes[0].why


@pytest.mark.fault(15, 18)
@pytest.mark.parametrize("inner", ["village.zip", "village.kmz", "Plots/VILLAGE.KMZ"])
def test_one_archive_inside_another_is_read(direct, inner):
    seen = direct(zipped({inner: zipped({"doc.kml": KML}), "notes.txt": b"x"}))
    assert len(seen.plots) == 1
    two = direct(zipped({inner: zipped({"doc.kml": KML}), "other.kmz": zipped({"doc.kml": KML})}))
    assert len(two.plots) == 2
    assert len(set(two.plots["group"])) == 2
    assert direct(zipped({inner: zipped({"doc.kml": KML})}), limits=Limits(nested_archives=0)).codes[0] in {
        "unsupported-format",
        "unreadable-file",
    }


@pytest.mark.fault(15)
def test_a_shapefile_in_an_archive_in_an_archive_is_read(direct, samples):
    data = (samples / "clean" / "shapefile.zip").read_bytes()
    alone, packed = direct(data), direct(zipped({"delivery/plots.zip": data, "__MACOSX/._plots.zip": b"x"}))
    assert len(packed.plots) == len(alone.plots) > 0
    assert packed.plots["plot_id"].tolist() == alone.plots["plot_id"].tolist()


@pytest.mark.fault(13, 15)
def test_an_archive_of_bombs_is_a_bomb(direct):
    bomb = zipped({"doc.kml": b"<kml>" + b" " * 90_000_000}, zipfile.ZIP_DEFLATED)
    seen = direct(zipped({f"{i}.kmz": bomb for i in range(5)}, zipfile.ZIP_STORED))
    assert seen.codes == ["unreadable-file"]
    assert "unpacks to more" in seen.notes[0].why
    six = {f"{i}.kmz": zipped({"doc.kml": KML + b" " * 900_000}) for i in range(6)}
    seen = direct(zipped(six, zipfile.ZIP_STORED), limits=Limits(unpacked_bytes=5_000_000))
    assert seen.codes == ["unreadable-file"]


@pytest.mark.fault(16)
def test_two_files_of_one_name_in_an_archive_are_refused(direct):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("doc.kml", KML)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("doc.kml", KML.replace(b"12.68", b"11.11"))
    seen = direct(out.getvalue())
    assert seen.codes == ["unreadable-file"]
    assert "two files called doc.kml" in seen.notes[0].why


@pytest.mark.fault(17, 52)
def test_an_honest_messy_archive_is_read(direct):
    junk = {"__MACOSX/._doc.kml": b"\0\5\26\7", "Thumbs.db": b"x", ".DS_Store": b"x", "desktop.ini": b"x"}
    seen = direct(zipped({**junk, "Plots 2025/DOC.KML": KML, "files/icon.png": b"\x89PNG"}))
    assert len(seen.plots) == 1


def method(number):
    """An archive whose one file says that it is packed in some other way."""
    data = bytearray(zipped({"doc.kml": KML}, zipfile.ZIP_STORED))
    data[8:10] = struct.pack("<H", number)
    at = data.index(b"PK\x01\x02")
    data[at + 10 : at + 12] = struct.pack("<H", number)
    return bytes(data)


def encrypted():
    data = bytearray(zipped({"doc.kml": KML}, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zip64():
    """What programs write for archives of more than 4 GB: another last record before the last one."""
    data = zipped({"doc.kml": KML}, zipfile.ZIP_STORED)
    at = data.index(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, at - start, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    return data[:at] + record + locator + data[at:]


def split():
    data = bytearray(zipped({"doc.kml": KML}))
    at = data.index(b"PK\x05\x06")
    data[at + 4 : at + 8] = struct.pack("<2H", 1, 1)
    return bytes(data)


@pytest.mark.fault(20)
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (encrypted(), "password"),
        (method(9), "Deflate64"),
        (method(12), "bzip2"),
        (method(14), "LZMA"),
        (method(93), "Zstandard"),
        (method(99), "AES"),
        (method(77), "method 77"),
        (zip64(), "zip64"),
        (split(), "one part of several"),
        (zipped({"doc.kml": KML})[:-30], "damaged"),
        (b"PK\x03\x04" + b"\0" * 40, "damaged"),
    ],
)
def test_an_archive_that_cannot_be_opened_says_why(direct, data, word):
    seen = direct(data)
    assert seen.codes == ["unreadable-file"]
    assert word in seen.notes[0].why, seen.notes[0].why
    assert seen.notes[0].fix


@pytest.mark.fault(21)
@pytest.mark.parametrize("suffix", [".geojson", ".kml", ".csv", ".xlsx", ".zip", ".gpkg", ".pdf", ""])
def test_the_name_never_decides(suffix, tmp_path):
    """The same contents under every name, all read at once: one answer for each content."""
    contents = {
        "point": POINT,
        "kml": KML,
        "kmz": zipped({"doc.kml": KML}),
        "table": TABLE,
        "workbook": workbook_bytes([["plot_id", "lat", "lon"], ["P1", 12.68, 108.05]]),
        "login": b"<!DOCTYPE html><html><body>Please log in</body></html>",
        "picture": b"\xff\xd8\xff\xe0\0\x10JFIF",
        "document": b"%PDF-1.4\n%abc",
        "dead link": b'{"error":{"code":404,"message":"not found"}}',
    }
    paths = []
    for name, data in contents.items():
        paths.append(tmp_path / f"{name}{suffix}")
        paths[-1].write_bytes(data)
    reading = ledger(read_plots(paths, country="VN"))
    found = {Path(file.name).stem: file for file in reading.files}
    assert {name: found[name].format for name in ("point", "kml", "kmz")} == {
        "point": "GeoJSON",
        "kml": "KML",
        "kmz": "KMZ",
    }
    assert [found[name].plots for name in ("point", "kml", "kmz", "table", "workbook")] == [1] * 5
    for name, word in (
        ("login", "web page"),
        ("picture", "picture"),
        ("document", "PDF"),
        ("dead link", "not GeoJSON"),
    ):
        (note,) = found[name].notes
        assert word in note.why
        assert note.fix


EMPTY = {
    "nothing": b"",
    "one blank": b" ",
    "one line end": b"\n",
    "blanks": b" \r\n\t" * 100,
    "a mark of bytes": b"\xef\xbb\xbf",
    "a mark of bytes and a line end": b"\xef\xbb\xbf\r\n",
    "a mark of UTF-16": b"\xff\xfe",
    "zeros": bytes(1000),
    "an archive of nothing": b"PK\x05\x06" + bytes(18),
    "an empty collection": b'{"type":"FeatureCollection","features":[]}',
    "a KML without placemarks": b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>',
    "only headings": b"plot_id,lat,lon\n",
    "only headings, no line end": b"plot_id;lat;lon",
    "a workbook with only headings": workbook_bytes([["plot_id", "lat", "lon"]]),
}


@pytest.mark.fault(22)
@pytest.mark.parametrize("name", sorted(EMPTY))
def test_nothing_is_called_nothing(direct, name):
    seen = direct(EMPTY[name])
    assert seen.codes == ["empty-file"], [(note.code, note.why) for note in seen.notes]
    assert not len(seen.plots)
    assert not seen.rejected


@pytest.mark.fault(22)
@pytest.mark.parametrize("byte", [b"{", b"<", b"P", b"S", b"\0", b"\xff", b"1", b"[", b'"', b"\x1a", b"k"])
def test_one_byte_is_a_file_with_a_reason(direct, byte):
    seen = direct(byte)
    assert len(seen.codes) == 1
    assert seen.notes[0].why
    assert seen.notes[0].fix
    assert not len(seen.plots)


@pytest.mark.fault(11)
def test_messages_name_no_place_of_this_machine(tmp_path, monkeypatch):
    """Reports travel: they say the name of a file, not where it lay, and nothing of our own folders."""
    folder = tmp_path / "home-of-somebody"
    folder.mkdir()
    for name, data in {
        "a.zip": b"PK\x03\x04broken",
        "b.gpkg": b"SQLite format 3\0broken",
        "c.xlsx": method(12),
        "d.geojson": b"{",
    }.items():
        (folder / name).write_bytes(data)
    for format_ in ("table", "json", "html"):
        done = CliRunner().invoke(app, ["check", str(folder), "--format", format_])
        assert done.exit_code == 1
        assert "home-of-somebody" not in done.output
        assert "eudr-geo-cage" not in done.output
        assert "in.bin" not in done.output
        assert "Traceback" not in done.output

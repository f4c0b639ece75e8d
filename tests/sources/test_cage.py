"""The cage: what goes in cannot look out, and what it dies of is a finding."""

import json
import os
import struct
import subprocess
import sys

import pytest
import shapely
from tests_helpers import SECRET

from eudr_geo.base.limits import Limits
from eudr_geo.model.plots import Plots, Reading, SourceFile
from eudr_geo.sources import cage
from eudr_geo.sources.cage import drivers, starting, wire
from eudr_geo.sources.reading import read_bytes, read_plots

pytestmark = pytest.mark.cold
NAMES = [".vrt", ".geojson", ".kml", ".csv", ".gpx", ".gpkg", ".zip", ".xml", ".xlsx", ".kmz"]


def payloads(canary):
    url = f"http://127.0.0.1:{canary.port}/x"
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{}</SrcDataSource><SrcLayer>CANARY</SrcLayer></OGRVRTLayer></OGRVRTDataSource>'
    return {
        "vrt file": vrt.format(canary.file),
        "vrt url": vrt.format(url),
        "vrt vsicurl": vrt.format(f"/vsicurl/{url}"),
        "vrt gpsbabel": vrt.format(f"GPSBABEL:csv:{canary.file}"),
        "gdalg": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {canary.file}"}
        ),
        "wfs": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "nmea": "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\n" * 5,
        "mapsource": "MsRcf\0\1\2",
    }


@pytest.mark.parametrize(
    "kind", ["vrt file", "vrt url", "vrt vsicurl", "vrt gpsbabel", "gdalg", "wfs", "nmea", "mapsource"]
)
def test_instructions_are_refused_under_any_name(canary, kind, tmp_path):
    data = payloads(canary)[kind].encode()
    paths = [tmp_path / f"plots{suffix}" for suffix in NAMES]
    for path in paths:
        path.write_bytes(data)
    reading = read_plots(paths)
    assert len(reading.plots) == 0
    assert not reading.rejected
    for file in reading.files:
        assert [note.code for note in file.notes] == ["unsupported-format"], file.name
        assert SECRET not in repr(file)


DRIVERS = {
    "fiona": "import fiona, json\nwith fiona.Env() as env: print(json.dumps(sorted(env.drivers())))",
    "pyogrio": "import pyogrio, json\nprint(json.dumps(sorted(pyogrio.list_drivers())))",
}


@pytest.mark.parametrize("library", DRIVERS)
def test_the_drivers_in_the_cage_are_the_frozen_list(tmp_path, library):
    pytest.importorskip(library)
    done = subprocess.run(
        [sys.executable, "-c", DRIVERS[library]], env=starting.environment(tmp_path), capture_output=True, text=True, check=True
    )  # fmt: skip
    assert json.loads(done.stdout) == sorted(drivers.ALLOWED)


def test_the_child_gets_nothing_of_our_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    made = starting.environment(tmp_path)
    assert "AWS_SECRET_ACCESS_KEY" not in made
    assert made["PATH"] == ""


CHILD = "import sys, time, os\nsys.path[:0] = {path!r}\nfrom eudr_geo.sources.cage.walls import shut\nfrom eudr_geo.base.limits import Limits\nimport json\nshut(Limits(**json.loads(sys.argv[-1])['limits']))\n"


@pytest.mark.parametrize(
    ("body", "limits", "word"),
    [
        ("time.sleep(60)", {"wall_s": 1}, "longer than 1 s"),
        ("\nwhile True: pass", {"cpu_s": 1, "wall_s": 240}, "processor"),
        ("\ntry:\n    x = bytearray(10**10)\nexcept MemoryError:\n    sys.exit(77)", {}, "memory"),
        ("os.abort()", {}, "crashed"),
        ("sys.stdout.write('hello')", {}, "nonsense"),
        ("\nwith open('big', 'wb') as f:\n    [f.write(bytes(10**7)) for _ in range(100)]", {}, "crashed"),
    ],
)
def test_a_child_that_misbehaves_is_a_finding(monkeypatch, body, limits, word):
    real = subprocess.Popen

    def other(command, **options):
        return real([sys.executable, "-c", CHILD.format(path=sys.path) + body, command[-1]], **options)

    monkeypatch.setattr(cage.subprocess, "Popen", other)
    reading = read_bytes("x.geojson", b"{}", limits=Limits(**limits))
    (note,) = reading.files[0].notes
    assert note.code == "unreadable-file"
    assert word in note.why
    monkeypatch.undo()
    assert len(read_bytes("x.geojson", b'{"type":"Point","coordinates":[1,2]}').plots) == 1


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    read_bytes("x.geojson", b"{")
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith("eudr-geo")] == []


def answer():
    file = SourceFile("x", "", 0, "GeoJSON", records=1, plots=1)
    return wire.pack(
        Reading(Plots({"record": [1], "producer": ["Đ"], "geometry": [shapely.Point(108, 12)]}), (), (file,))
    )


def test_an_answer_is_checked_byte_by_byte():
    good = answer()
    reading, _ = wire.unpack(good, "x", Limits())
    assert reading.plots["producer"].tolist() == ["Đ"]
    for cut in range(0, len(good), 7):
        with pytest.raises(wire.WireError):
            wire.unpack(good[:cut], "x", Limits())
    with pytest.raises(wire.WireError):
        wire.unpack(good + b"x", "x", Limits())


def test_an_answer_that_does_not_add_up_is_refused():
    file = SourceFile("x", "", 0, "GeoJSON", records=5, plots=1)
    data = wire.pack(Reading(Plots({"record": [1], "geometry": [shapely.Point(108, 12)]}), (), (file,)))
    with pytest.raises(wire.WireError, match="add up"):
        wire.unpack(data, "x", Limits())


@pytest.mark.parametrize(
    "name", ["../../x.geojson", "a\nb.geojson", "https:x.geojson", "-rf", "x" * 250, "\u202egpj.geojson"]
)
def test_a_file_name_is_only_ever_shown(name):
    reading = read_bytes(name, b'{"type":"Point","coordinates":[1,2]}')
    shown = reading.files[0].name
    assert shown.isprintable()
    assert "/" not in shown
    assert len(reading.plots) == 1


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        ({"file_bytes": 60}, b'{"type":"Point","coordinates":[108.123456,12.123456]}' + b" " * 20),
        (
            {"records": 2},
            b"\n".join([b'{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}'] * 3),
        ),
        (
            {"property_names": 2},
            b'{"type":"Feature","properties":{"a":1,"b":1,"c":1},"geometry":{"type":"Point","coordinates":[1,2]}}',
        ),
        ({"file_vertices": 2}, b'{"type":"MultiPoint","coordinates":[[1,2],[1,3],[1,4]]}'),
    ],
)
def test_limits_hold_one_beyond_and_not_at_the_limit(limits, data):
    beyond = read_bytes("x.geojson", data, limits=Limits(**limits))
    assert [note.code for note in beyond.files[0].notes if note.code == "unreadable-file"]
    (name, value) = next(iter(limits.items()))
    at = value + (len(data) - value if name == "file_bytes" else 1)
    assert not [
        n
        for n in read_bytes("x.geojson", data, limits=Limits(**{name: at})).files[0].notes
        if n.code == "unreadable-file"
    ]


def test_two_files_of_one_name_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plots.geojson").write_text('{"type":"Point","coordinates":[1,2]}')
    reading = read_plots([tmp_path / "a" / "plots.geojson", tmp_path / "b" / "plots.geojson"])
    assert [file.name for file in reading.files] == ["a/plots.geojson", "b/plots.geojson"]
    assert reading.plots["source"].tolist() == ["a/plots.geojson", "b/plots.geojson"]
    assert os.sep == "/"


def test_flipped_bytes_of_an_answer_are_read_or_refused_and_nothing_else():
    import random

    good, draw = answer(), random.Random(7)
    refused = 0
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(draw.choice([1, 1, 4])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            wire.unpack(bytes(data), "x", Limits())
        except wire.WireError:
            refused += 1
    assert refused > 1000


@pytest.mark.parametrize("geometry", [None, shapely.LineString([(1, 2), (3, 4)])])
def test_a_plot_in_an_answer_has_the_geometry_of_a_plot(geometry):
    file = SourceFile("x", "", 0, "GeoJSON", records=1, plots=1)
    with pytest.raises(wire.WireError, match="geometry"):
        wire.unpack(wire.pack(Reading(Plots({"record": [1], "geometry": [geometry]}), (), (file,))), "x", Limits())


@pytest.mark.parametrize(("field", "wrong"), [("records", "1"), ("crs", 5), ("plots", True), ("encoding", None)])
def test_an_answer_whose_words_are_of_the_wrong_kind_is_refused(field, wrong):
    good = answer()
    (length,) = struct.unpack("<Q", good[8:16])
    head = json.loads(good[16 : 16 + length])
    head["file"][field] = wrong
    text = json.dumps(head).encode()
    with pytest.raises(wire.WireError):
        wire.unpack(good[:8] + struct.pack("<Q", len(text)) + text + good[16 + length :], "x", Limits())


def test_an_endless_answer_does_not_fill_our_memory(monkeypatch):
    body = "\nwhile True: sys.stdout.write('x' * 10**7)"
    real = subprocess.Popen

    def other(command, **options):
        return real([sys.executable, "-c", CHILD.format(path=sys.path) + body, command[-1]], **options)

    monkeypatch.setattr(cage.subprocess, "Popen", other)
    (note,) = read_bytes("x.geojson", b"{}").files[0].notes
    assert note.code == "unreadable-file"

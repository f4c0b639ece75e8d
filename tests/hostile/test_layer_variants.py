"""Shapefiles and GeoPackages, damage by damage: the bad record is named, the good ones keep their own land."""

import io
import random
import sqlite3
import struct
import zipfile
from functools import partial

import pytest
import shapely
from payloads import listed, package
from tests_helpers import lines_run

FIRST = [(108.05, 12.68), (108.05, 12.681), (108.051, 12.681), (108.05, 12.68)]
SECOND = [(x + 0.1, y) for x, y in FIRST]


def shapefile(folder, **parts):
    """Two plots of different land, A and B, and C without any; parts of the file replaced or left out."""
    import shapefile as pyshp

    with pyshp.Writer(str(folder / "p"), shapeType=pyshp.POLYGON, encoding="utf-8") as writer:
        writer.field("plot_id", "C", 20)
        for code, ring in (("A", FIRST), ("B", SECOND), ("C", None)):
            writer.poly([ring]) if ring else writer.null()
            writer.record(code)
    files = {suffix: (folder / f"p.{suffix}").read_bytes() for suffix in ("shp", "shx", "dbf")}
    files["prj"] = (
        b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    files["cpg"] = b"UTF-8"
    for suffix, change in parts.items():
        files[suffix] = change(files[suffix])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for suffix, data in files.items():
            archive.writestr(f"plots.{suffix}", data)
    return out.getvalue()


def put(at, form, value):
    """A change of a few bytes."""
    new = struct.pack(form, value)
    return lambda data: data[:at] + new + data[at + len(new) :]


def found(seen):
    """Code of each plot with the longitude where it begins, and the records that were set aside."""
    west = [round(one.bounds[0], 2) for one in seen.plots.geometry]
    return list(zip(seen.plots["plot_id"], west, strict=True)), [record for record, _ in seen.reasons]


BOTH = [("A", 108.05), ("B", 108.15)]
SHP = {  # of the first shape, whose content begins at byte 108: what is read, what is set aside
    "it breaks off in the second shape": (lambda data: data[:-40], BOTH[:1], [2, 3]),
    "it breaks off behind its head": (lambda data: data[:100], [], [1, 2, 3]),
    "2^31 parts": (put(144, "<I", 2**31), BOTH[1:], [1, 3]),
    "-1 parts": (put(144, "<i", -1), BOTH[1:], [1, 3]),
    "no parts": (put(144, "<i", 0), BOTH[1:], [1, 3]),
    "2^31 - 1 positions": (put(148, "<i", 2**31 - 1), BOTH[1:], [1, 3]),
    "-1 positions": (put(148, "<i", -1), BOTH[1:], [1, 3]),
    "no positions": (put(148, "<i", 0), BOTH[1:], [1, 3]),
    "a part that begins outside": (put(152, "<i", 99), BOTH[1:], [1, 3]),
    "a part that begins before the first": (put(152, "<i", -1), BOTH[1:], [1, 3]),
    "a longitude that is no number": (put(156, "<d", float("nan")), BOTH[1:], [1, 3]),
    "a longitude without end": (put(156, "<d", float("inf")), BOTH[1:], [1, 3]),
    "the number for no data": (put(156, "<d", -1e39), BOTH[1:], [1, 3]),
    "a surface of triangles": (put(108, "<i", 31), BOTH[1:], [1, 3]),
    "a kind that is none": (put(108, "<i", 99), BOTH[1:], [1, 3]),
    "a length that is too long": (put(104, ">i", 10**6), BOTH, [3]),
    "a length of nothing": (put(104, ">i", 0), BOTH, [3]),
    "a length below nothing": (put(104, ">i", -5), BOTH, [3]),
    "another number of the record": (put(100, ">i", 77), BOTH, [3]),
    "a file that says it is shorter": (put(24, ">i", 50), BOTH, [3]),
    "a file that says it is longer": (put(24, ">i", 2**31 - 1), BOTH, [3]),
    "rubbish behind its end": (lambda data: data + b"x" * 37, BOTH, [3]),
}
SHX = {
    "it is missing": (lambda _: b"", BOTH),
    "it is rubbish": (lambda data: b"x" * len(data), BOTH),
    "it breaks off": (lambda data: data[:-8], BOTH),
    "it breaks off in an entry": (lambda data: data[:-3], BOTH),
    "an entry outside the file": (put(100, ">i", 10**8), BOTH),
    "an entry in the head of the file": (put(100, ">i", 0), BOTH),
    "an entry in the middle of a shape": (put(108, ">i", 60), BOTH),
    "two entries for one shape": (lambda data: data[:108] + data[100:108] + data[116:], BOTH),
    "two entries exchanged": (lambda data: data[:100] + data[108:116] + data[100:108] + data[116:], None),
    "a wrong length": (put(104, ">i", 4), BOTH),
}
DBF = {
    "it has fewer rows": (put(4, "<I", 1), BOTH[:1], [2, 3]),
    "it has more rows": (put(4, "<I", 5), BOTH, [3, 4, 5]),
    "it breaks off": (lambda data: data[:-12], None, None),
    "it says 2^32 - 1 rows": (put(4, "<I", 2**32 - 1), [], []),
    "its head is longer than the file": (put(8, "<H", 9999), [], []),
    "its rows have no width": (put(10, "<H", 0), [], []),
    "its column is wider than its rows": (put(48, "<B", 255), [], []),
    "it is rubbish": (lambda data: b"x" * len(data), [], []),
}


@pytest.mark.fault(65, 67)
@pytest.mark.parametrize("name", sorted(SHP))
def test_each_damage_of_a_shape_costs_that_shape_only(direct, tmp_path, name):
    change, plots, rejected = SHP[name]
    seen = direct(shapefile(tmp_path, shp=change))
    assert found(seen) == (plots, rejected)


@pytest.mark.fault(65, 19)
@pytest.mark.parametrize("name", sorted(SHX))
def test_no_damage_of_the_index_gives_a_plot_the_land_of_another(direct, tmp_path, name):
    """Two exchanged entries cannot be told from a file that was edited: the index is what the format goes by."""
    change, plots = SHX[name]
    seen = direct(shapefile(tmp_path, shx=change))
    if plots is None:
        assert len(seen.plots) + len(seen.rejected) == 3
        return
    assert found(seen) == (plots, [3])


@pytest.mark.fault(65)
@pytest.mark.parametrize("name", sorted(DBF))
def test_each_damage_of_the_table_is_told(direct, tmp_path, name):
    change, plots, rejected = DBF[name]
    seen = direct(shapefile(tmp_path, dbf=change))
    if plots is None:
        assert len(seen.plots) + len(seen.rejected) == 3
        assert not any(seen.plots["plot_id"][row] == "" for row in range(len(seen.plots)))
        return
    assert found(seen) == (plots, rejected)
    assert plots or seen.codes == ["unreadable-file"]


def wkb(ring=FIRST):
    return shapely.to_wkb(shapely.Polygon(ring), byte_order=1)


def blob(inside, *, flags=1, srs=4326, version=0, envelope=b""):
    return b"GP" + bytes([version, flags]) + struct.pack("<i" if flags & 1 else ">i", srs) + envelope + inside


def database(first, *more):
    """A GeoPackage of a plot A whose stored shape is given, and a sound one, B."""
    if isinstance(first, str):
        value = "zeroblob(60000000)" if first == "huge" else f"'{first}'"
    else:
        value = "NULL" if first is None else f"x'{first.hex()}'"
    return package(
        *listed("plots"),
        f"INSERT INTO plots VALUES (1, {value}, 'A')",
        f"INSERT INTO plots VALUES (2, x'{blob(wkb(SECOND)).hex()}', 'B')",
        *more,
    )


BOX = struct.pack("<4d", 0, 1, 0, 1)
STORED = {  # what is stored for A: whether it is read
    "as the standard has it": (blob(wkb()), True),
    "a box that is somewhere else": (blob(wkb(), flags=3, envelope=BOX), True),
    "a box of no numbers": (blob(wkb(), flags=3, envelope=struct.pack("<4d", *[float("nan")] * 4)), True),
    "a box in metres": (blob(wkb(), flags=3, envelope=struct.pack("<4d", 8e5, 9e5, 1e6, 2e6)), True),
    "a head with the large end first": (blob(wkb(), flags=0), True),
    "no system in the shape": (blob(wkb(), srs=0), True),
    "an unknown system in the shape": (blob(wkb(), srs=-1), True),
    "another system in the shape": (blob(wkb(), srs=32648), False),
    "another system, large end first": (blob(wkb(), flags=0, srs=3857), False),
    "a box of a kind that is none": (blob(wkb(), flags=1 | 5 << 1), False),
    "a box of the last kind": (blob(wkb(), flags=1 | 7 << 1), False),
    "a type of somebody's own": (blob(b"EXT1" + wkb(), flags=1 | 32), False),
    "no head": (wkb(), False),
    "only a head": (blob(b""), False),
    "a shape that breaks off": (blob(wkb()[:-5]), False),
    "2^32 - 1 rings": (blob(wkb()[:5] + b"\xff" * 4 + wkb()[9:]), False),
    "2^32 - 1 positions": (blob(wkb()[:9] + b"\xff" * 4 + wkb()[13:]), False),
    "a curve": (blob(b"\1" + struct.pack("<II", 10, 0)), False),
    "a surface": (blob(b"\1" + struct.pack("<II", 15, 0)), False),
    "a kind that is none": (blob(b"\1" + struct.pack("<II", 9999, 0)), False),
    "a longitude that is no number": (blob(wkb()[:13] + struct.pack("<d", float("nan")) + wkb()[21:]), False),
    "a text": ("POLYGON ((1 2))", False),
    "nothing": (None, False),
    "no bytes": (b"", False),
    "a value of sixty million bytes": ("huge", False),
}  # fmt: skip


@pytest.mark.fault(72)
@pytest.mark.parametrize("name", sorted(STORED))
def test_each_damage_of_a_stored_shape_costs_that_record_only(direct, name):
    stored, is_read = STORED[name]
    seen = direct(database(stored))
    plots, rejected = found(seen)
    assert plots == (BOTH if is_read else BOTH[1:])
    assert rejected == ([] if is_read else [1])
    assert all(row.why and row.fix for row in seen.rejected)


@pytest.mark.fault(72)
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE gpkg_geometry_columns SET srs_id = 0", "warning"),
        ("UPDATE gpkg_geometry_columns SET srs_id = -1", "warning"),
        ("UPDATE gpkg_geometry_columns SET srs_id = 77", "warning"),
        ("UPDATE gpkg_geometry_columns SET srs_id = 'x'", "warning"),
        ("DELETE FROM gpkg_spatial_ref_sys", "warning"),
        ("UPDATE gpkg_spatial_ref_sys SET organization = 'US', definition = 'garbage'", "refused"),
        ("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 32648", "refused"),
    ],
)
def test_a_layer_whose_system_makes_no_sense_is_never_taken_for_another(direct, statement, code):
    seen = direct(database(blob(wkb()), statement))
    assert seen.codes == ["unknown-crs"]
    assert len(seen.plots) == (0 if code == "refused" else 2)
    if code == "warning":
        assert found(seen)[0] == BOTH
        assert seen.notes[0].severity == "warning"


@pytest.mark.fault(73, files=300)
def test_three_hundred_flipped_bits_are_read_or_refused_in_time(direct):
    whole = database(blob(wkb()))
    draw = random.Random(73)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 3))):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        seen, ran = lines_run(partial(direct, bytes(data)))  # the fixture adds up the records
        assert ran < 50_000  # measured: 3 300
        assert len(seen.plots) + len(seen.rejected) or seen.codes


@pytest.mark.fault(73)
@pytest.mark.parametrize("keep", [0.001, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_database_that_breaks_off_is_refused(direct, keep):
    whole = database(blob(wkb()))
    seen = direct(whole[: int(len(whole) * keep)])
    assert not len(seen.plots)
    assert seen.codes[0] in {"unreadable-file", "unsupported-format"}


@pytest.mark.fault(73)
@pytest.mark.parametrize("beside", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("content", ["another database's", "rubbish", "nothing"])
def test_what_lies_beside_a_database_is_not_read_and_not_touched(tmp_path, beside, content):
    """A journal would be played back into the file by a program that opens it in the ordinary way."""
    from eudr_geo.sources.reading import read_plots

    path = tmp_path / "plots.gpkg"
    path.write_bytes(database(blob(wkb())))
    other = tmp_path / f"plots.gpkg{beside}"
    other.write_bytes({"rubbish": b"x" * 5_000, "nothing": b""}.get(content, _journal(tmp_path, beside)))
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    reading = read_plots(path)
    assert reading.plots["plot_id"].tolist() == ["A", "B"]
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def _journal(folder, beside):
    """What a database that is at work has beside it."""
    own = folder / "own"
    own.mkdir()
    base = sqlite3.connect(own / "x.gpkg", isolation_level=None)
    base.execute(f"PRAGMA journal_mode = {'delete' if beside == '-journal' else 'wal'}")
    base.execute("CREATE TABLE a (b)")
    base.execute("BEGIN IMMEDIATE")
    base.executemany("INSERT INTO a VALUES (?)", [(str(i) * 100,) for i in range(5_000)])
    base.execute("PRAGMA cache_spill = 1")
    found_ = next((one.read_bytes() for one in own.iterdir() if one.name.endswith(beside)), b"x" * 100)
    base.execute("ROLLBACK")
    base.close()
    for one in own.iterdir():
        one.unlink()
    own.rmdir()
    return found_

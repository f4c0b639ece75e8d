"""What came along inside Python and the wheels, and whether anybody still mends it."""

import csv
import re
from importlib import resources

import pytest

from eudr_geo.cli import doctor
from eudr_geo.sources import bundled


def test_each_end_of_life_tells_its_day_and_where_it_stands():
    with resources.files("eudr_geo.data").joinpath("ends_of_life.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["part"] for row in rows} == {"OpenSSL", "Python", "GDAL", "SQLite"}
    for row in rows:
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", row["until"]), row
        assert row["source"].startswith("https://"), row
        assert row["kind"] in {"end of life", "succeeded"}, row
        assert row["certainty"] in {"read", "quoted", "reckoned"}, row
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["dated"]), row
    assert len({(row["part"], row["series"]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("name", "version", "day", "word"),
    [
        ("OpenSSL", "1.1.1w", "2023-09-11", ""),
        ("OpenSSL", "1.1.1w", "2023-09-12", "since 2023-09-11"),
        ("OpenSSL", "3.5.4", "2030-04-08", ""),
        ("Python", "3.11.7", "2027-10-31", ""),
        ("Python", "3.11.7", "2027-11-01", "since 2027-10"),
        ("GDAL", "3.9.2", "2026-11-30", "2024-11"),
        ("GDAL", "3.12.1", "2026-11-30", "2026-05"),
        ("SQLite", "3.3.1", "2026-11-30", ""),  # is no 3.33
        ("SQLite", "3.51.3", "2026-11-30", "2026-04-09"),
        ("SQLite", "3.53.4", "2026-11-30", ""),  # when the next one came is not known
        ("expat", "2.5.0", "2026-11-30", ""),
        ("OpenSSL", "9.0.0", "2026-11-30", ""),
    ],
)
def test_an_end_is_judged_by_the_day_that_is_given(name, version, day, word):
    told = bundled.past_its_end(name, version, day)
    assert word in told
    assert bool(told) == bool(word)


def test_libraries_inside_a_wheel_are_found_without_loading_them(tmp_path, monkeypatch):
    package = tmp_path / "fiona"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('it was loaded')")
    libraries = tmp_path / "fiona.libs"
    libraries.mkdir()
    (libraries / "libcrypto-1a2b.so.1.1").write_bytes(b"\0junk\0OpenSSL 1.1.1w  11 Sep 2023\0")
    (libraries / "libsqlite3-1a2b.so.0").write_bytes(b"\x003.33.0\x002020-08-14 13:23:32 " + b"f" * 64 + b"\0")
    (libraries / "libgdal-1a2b.so.35").write_bytes(b"GDAL 3.6.0\0GDAL 3.10.1\0GDAL 3.9.2\0expat_2.8.1\0")
    (libraries / "libjpeg.so").write_bytes(b"OpenSSL 9.9.9 1 Jan 2000")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "fiona", raising=False)
    found = {(part.name, part.version) for part in bundled._inside("fiona")}
    assert found == {("OpenSSL", "1.1.1w"), ("SQLite", "3.33.0"), ("GDAL", "3.10.1"), ("expat", "2.8.1")}


@pytest.mark.parametrize("part", ["fiona", "pysimdjson"])
def test_doctor_says_what_stands_in_for_a_missing_part(monkeypatch, part):
    from importlib import metadata

    real = metadata.version

    def version(name):
        if name == part:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    rows = {name: (found, remark) for name, found, remark in doctor._readers()}
    assert rows[part] == ("not installed", doctor._STAND_INS[part])

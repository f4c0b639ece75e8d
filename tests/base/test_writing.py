import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eudr_geo.base import writing
from eudr_geo.base.errors import EudrGeoError, RefusedError


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "out.json"
    writing.write_file(target, b"old")
    for call in ("fsync", "replace"):
        monkeypatch.setattr(os, call, lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(EudrGeoError, match="No space left"):
            writing.write_file(target, b"new")
        monkeypatch.undo()
        assert target.read_bytes() == b"old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["out.json"]


def test_a_folder_is_complete_or_absent(tmp_path, monkeypatch):
    real = writing.write_file

    def second_fails(path, data):
        if path.name == "b":
            raise EudrGeoError("disk full")
        real(path, data)

    monkeypatch.setattr(writing, "write_file", second_fails)
    with pytest.raises(EudrGeoError):
        writing.write_folder(tmp_path / "package", {"a": b"1", "b": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_an_older_package_is_not_overwritten_unasked(tmp_path):
    writing.write_folder(tmp_path / "p", {"a": b"1"})
    with pytest.raises(RefusedError, match="already exists"):
        writing.write_folder(tmp_path / "p", {"a": b"2"})
    writing.write_folder(tmp_path / "p", {"b": b"2"}, replace=True, known={"a"})
    assert [entry.name for entry in (tmp_path / "p").iterdir()] == ["b"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["p"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"])
@pytest.mark.fault(63)
def test_no_cell_is_a_formula(cell):
    assert writing.csv_bytes(["name"], [[cell]]).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers():
    assert b"-1.5" in writing.csv_bytes(["kg"], [[-1.5]])
    assert b"'" not in writing.csv_bytes(["kg"], [[-1.5]])


@given(st.text(max_size=60), st.text(max_size=60))
def test_file_names_are_safe_and_tell_codes_apart(first, second):
    names = [writing.safe_name(first), writing.safe_name(second)]
    assert (names[0] == names[1]) == (first == second)
    for name in names:
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>|\0\n ')
        assert name.strip(".") == name
        assert 0 < len(name) <= 60


def test_a_zip_has_the_same_bytes_every_time():
    files = {"b.txt": b"2", "a.txt": b"1"}
    assert writing.zip_bytes(files) == writing.zip_bytes(files)

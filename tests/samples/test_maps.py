"""The committed maps are what the toolkit makes of the samples today."""

import sys

from tests_helpers import ROOT


def test_maps_are_not_out_of_date(tmp_path):
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import make_maps
    finally:
        sys.path.pop(0)
    for name, data in make_maps.pages(tmp_path / "demo").items():
        assert (ROOT / "maps" / name).read_bytes() == data, f"maps/{name} is out of date: make samples"

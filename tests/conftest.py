"""What all tests share: where the repository and the reference material are, and small plots to play with."""

import os
from pathlib import Path

import pytest
import shapely
from tests_helpers import ROOT

pytest_plugins = ["harness"]


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "sample_plots"


@pytest.fixture(scope="session")
def reference() -> Path:
    path = Path(os.environ.get("EUDR_GEO_SHARED", ROOT.parent / "shared")) / "reference"
    if not path.is_dir():
        pytest.skip(f"the official samples are not at {path} (set EUDR_GEO_SHARED)")
    return path


@pytest.fixture
def square():
    """A plot of 1 ha near Buôn Ma Thuột."""
    return shapely.box(108.05, 12.68, 108.050921, 12.680904)

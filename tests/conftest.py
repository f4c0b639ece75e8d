"""What all tests share: where the repository and the reference material are, and small plots to play with."""

import os
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, settings
from tests_helpers import PROFILE, ROOT, examples

from eudr_geo.cli import speech

pytest_plugins = ["harness"]

# The suite draws the same examples each time, so that a red run tells of the change; `make fuzz` draws new ones. How
# long one takes is the machine's affair.
for _profile in ("third", "same", "new"):
    settings.register_profile(
        _profile,
        derandomize=_profile != "new",
        deadline=None,
        max_examples=examples(100),
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(PROFILE)


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


@pytest.fixture
def walked():
    """A plot of about 1 ha near Buôn Ma Thuột with which nothing is wrong: it does not lie along the map."""
    return shapely.Polygon([(108.05, 12.680102), (108.050921, 12.68), (108.051003, 12.680911), (108.050072, 12.681)])


def pytest_make_parametrize_id(val, argname):
    """Files made while tests are collected bear the time of day: they must not name a test, or two workers differ."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(autouse=True)
def _nobody_has_spoken():
    """What language an earlier test asked for is forgotten: a program of its own would not know it either."""
    yield
    speech.forget()

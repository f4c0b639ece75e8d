"""A fresh project for each test."""

import pytest

from eudr_geo.store import create_store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "coop.gpkg"


@pytest.fixture
def store(path):
    with create_store(path, organisation="Invented", country="VN", season="2025/26") as opened:
        yield opened

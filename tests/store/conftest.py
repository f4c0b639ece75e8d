"""A fresh project for each test: made once in each worker, and copied."""

import shutil

import pytest

from eudr_geo.store import create_store, open_store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "coop.gpkg"


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory):
    made = tmp_path_factory.mktemp("empty") / "coop.gpkg"
    create_store(made, organisation="Invented", country="VN", season="2025/26").close()
    return made


@pytest.fixture
def store(path, empty_project):
    shutil.copy(empty_project, path)
    with open_store(path, write=True) as opened:
        yield opened

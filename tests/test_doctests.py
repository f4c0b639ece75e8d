"""The examples in the docstrings, run as they stand."""

import doctest
import importlib

import pytest
from tests_helpers import ROOT

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "eudr_geo").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name, tmp_path, monkeypatch):
    (tmp_path / "sample_plots").symlink_to(ROOT / "sample_plots")  # what examples read; they write nothing
    monkeypatch.chdir(tmp_path)
    ran = doctest.testmod(importlib.import_module(name))
    assert ran.failed == 0, "what is wrong stands in the output above"
    assert ran.attempted > 0, "examples that doctest does not find"


def test_examples_are_there():
    assert len(MODULES) > 50

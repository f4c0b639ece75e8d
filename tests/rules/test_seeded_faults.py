"""Plots of honest people with every kind of fault seeded: each is found under its name, and the honest are let alone."""

import json
import sys
from collections import defaultdict

import pytest
from tests_helpers import ROOT

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.sources.reading import read_plots

COUNT, SEED = 3_600, 5
TUNED = (
    "circle-as-boundary", "invented-boundary", "low-precision", "shared-location", "sliver", "split-plot",
)  # fmt: skip


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("seeded") / "plots.geojson"
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import fault_generator

        truth = fault_generator.generate(path, COUNT, seed=SEED)
    finally:
        sys.path.pop(0)
    result = check(read_plots(path, commodity="coffee"))
    assert not result.tool_errors
    named, errors = defaultdict(set), defaultdict(set)
    for one in result.findings:
        if one.record is not None:
            named[one.rule].add(one.record)
            if one.severity == "error":
                errors[one.record].add(one.rule)
    return path, truth, named, errors


def test_every_rule_that_judges_plots_has_a_fault_seeded(seeded):
    rules = {code for code, rule in catalogue.load().items() if rule.scope in {"plot", "plots"}}
    assert rules <= set(seeded[1]["faults"]), "seed it in benchmarks/fault_generator.py"


def test_every_seeded_fault_is_found(seeded):
    _, truth, named, _ = seeded
    missed = {
        rule: sorted(set(records) - named[rule])
        for rule, records in truth["faults"].items()
        if set(records) - named[rule]
    }
    assert missed == {}


def test_no_clean_plot_has_an_error_and_hardly_one_a_warning(seeded):
    _, truth, named, errors = seeded
    clean = set(truth["clean"])
    assert {record: codes for record, codes in errors.items() if record in clean} == {}
    accused = {rule: len(records & clean) for rule, records in named.items() if records & clean}
    assert {rule: count for rule, count in accused.items() if rule in TUNED and count > len(clean) / 1_000} == {}
    assert sum(accused.values()) <= 0.004 * len(clean), accused


def test_a_seeded_fault_is_called_by_no_other_name_that_stops_a_package(seeded):
    _, truth, _, errors = seeded
    expected = defaultdict(set)
    for rule, records in truth["faults"].items():
        for record in records:
            expected[record].add(rule)
    strange = {
        record: (sorted(codes), sorted(expected[record]))
        for record, codes in errors.items()
        if codes - expected[record]
    }
    assert strange == {}


def test_a_longer_file_begins_like_a_shorter_one(seeded, tmp_path):
    path = seeded[0]
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import fault_generator

        fault_generator.generate(tmp_path / "short.geojson", 300, seed=SEED)
    finally:
        sys.path.pop(0)
    short = (tmp_path / "short.geojson").read_text().splitlines()[1:301]
    assert [line.rstrip(",") for line in short] == [line.rstrip(",") for line in path.read_text().splitlines()[1:301]]
    assert json.loads((tmp_path / "short.geojson").read_text())["type"] == "FeatureCollection"

"""The benchmark's plots: the same bytes each time, shaped as its README says, and their truth is what is found."""

import json
import subprocess
import sys

import numpy as np
import pytest
import shapely
from tests_helpers import ROOT

from eudr_geo.checks.checking import check
from eudr_geo.plots.geodesy import area_ha
from eudr_geo.sources.reading import read_plots

COUNT = 2000  # five villages, one of them in each country


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")

    def make(name, count, *options):
        command = [
            sys.executable,
            str(ROOT / "benchmarks" / "plot_generator.py"),
            str(count),
            str(folder / name),
            *options,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=250)
        return folder / name

    return {
        "plots": make("plots.geojson", COUNT),
        "again": make("again.geojson", COUNT),
        "short": make("short.geojson", 500),
        "dense": make("dense.geojson", COUNT, "--dense"),
        "other": make("other.geojson", 500, "--seed", "2"),
    }


def truth_of(path):
    return json.loads(path.with_name(path.name + ".truth.json").read_text())


def test_same_arguments_same_bytes_and_a_longer_file_begins_like_a_shorter_one(generated):
    assert generated["plots"].read_bytes() == generated["again"].read_bytes()
    assert generated["short"].read_bytes() != generated["other"].read_bytes()
    short, long = (generated[name].read_text().splitlines() for name in ("short", "plots"))
    assert [line.rstrip(",") for line in short[:501]] == [line.rstrip(",") for line in long[:501]]


def test_the_plots_are_shaped_as_promised(generated):
    data = json.loads(generated["plots"].read_text())["features"]
    assert len(data) == COUNT
    assert {len(one["properties"]) for one in data} == {6}
    assert {one["properties"]["ProducerCountry"] for one in data} == {"VN", "BR", "ET", "CO"}
    polygons = [one for one in data if one["geometry"]["type"] == "Polygon"]
    assert 0.08 < 1 - len(polygons) / COUNT < 0.12
    corners = np.array([len(one["geometry"]["coordinates"][0]) - 1 for one in polygons])
    assert (corners.min(), corners.max()) >= (6, 36)
    assert corners.max() <= 40
    assert 20.5 < corners.mean() < 23
    areas = np.array([one["properties"]["Area"] for one in data])
    assert 0.9 < np.median(areas) < 1.1
    assert 0.02 < (areas > 4).mean() < 0.05
    truth = truth_of(generated["plots"])
    sound = [one for record, one in enumerate(data, 1) if record not in truth["faults"]["self-intersection"]]
    sound = [one for one in sound if one["geometry"]["type"] == "Polygon"]
    measured = area_ha(np.array([shapely.Polygon(one["geometry"]["coordinates"][0]) for one in sound]))
    declared = np.array([one["properties"]["Area"] for one in sound])
    assert np.abs(measured / declared - 1).max() < 0.02


def test_exactly_the_seeded_faults_are_found(generated):
    for name in ("plots", "dense"):
        truth = truth_of(generated[name])
        result = check(read_plots(generated[name], commodity="coffee"))
        assert not result.tool_errors
        found = {rule: [] for rule in truth["faults"]}
        for one in result.findings:
            if one.rule in found:
                found[one.rule].append(one.record)
        assert {rule: sorted(set(records)) for rule, records in found.items()} == truth["faults"]
        assert min(map(len, truth["faults"].values())) >= 5
        assert {one.rule for one in result.findings if one.severity == "error"} == {"self-intersection"}


def test_dense_plots_meet_more_often(generated):
    def pairs(path):
        geometries = read_plots(path).plots.geometry
        geometries = geometries[shapely.is_valid(geometries)]
        first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
        return int((first < second).sum())

    assert pairs(generated["dense"]) > 3 * pairs(generated["plots"])

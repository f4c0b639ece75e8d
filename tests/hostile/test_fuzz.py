"""Every sample, changed at random: nothing is lost, nothing is silent, nothing is slow, nothing dies."""

import sys

import pytest
from harness import ledger
from tests_helpers import ROOT

from eudr_geo.sources.reading import read_plots

sys.path.append(str(ROOT / "tools"))
import fuzz  # noqa: E402 – a tool of ours, outside the package


@pytest.mark.slow
def test_a_thousand_changed_files_are_read_rejected_or_refused():
    counts, failures, seconds = fuzz.run(fuzz.EVERYDAY)
    assert failures == []
    assert sum(counts.values()) == fuzz.EVERYDAY == len(seconds)
    assert counts["read"] > fuzz.EVERYDAY // 10, "most files are broken beyond reading: the changes are too rough"
    assert counts["refused"] > fuzz.EVERYDAY // 10


def test_a_number_names_a_file_for_good():
    samples = fuzz.corpus()
    assert len(samples) > 30
    for number in range(40):
        assert fuzz.mutant(number, fuzz.SEED, samples) == fuzz.mutant(number, fuzz.SEED, samples)
    assert fuzz.mutant(1, fuzz.SEED, samples) != fuzz.mutant(1, fuzz.SEED + 1, samples)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "hostile" / "regressions").glob("*.[!m]*")), ids=lambda p: p.name
)
def test_what_once_broke_a_reader_is_read_or_refused(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fuzz.faults_of(path.name, path.read_bytes(), thorough=True)[1] == []


def test_changed_files_through_the_cage_itself(tmp_path):
    samples = fuzz.corpus()
    paths = []
    for number in range(20_000, 20_060):
        name, data = fuzz.mutant(number, fuzz.SEED, samples)
        paths.append(tmp_path / f"{number}-{name}")
        paths[-1].write_bytes(data)
    reading = ledger(read_plots(paths))
    assert len(reading.files) == 60
    for file in reading.files:
        assert not any("crashed" in note.why for note in file.notes), file.name


def test_the_fuzzer_would_notice(monkeypatch, tmp_path):
    """A reader that loses a record, is silent or crashes is found by it."""
    from eudr_geo.model.plots import Plots, Reading, SourceFile
    from eudr_geo.sources import readers

    monkeypatch.chdir(tmp_path)

    def made(records, plots):
        file = SourceFile("x", "", 0, "GeoJSON", records=records, plots=plots)
        return lambda _: ("GeoJSON", lambda _: Reading(Plots({}), (), (file,)))

    monkeypatch.setattr(readers, "choose", made(3, 2))
    assert any("ledger" in bad for bad in _bad(fuzz))
    monkeypatch.setattr(readers, "choose", made(0, 0))
    assert any("without a word" in bad for bad in _bad(fuzz))


def _bad(fuzz_):
    from eudr_geo.sources.cage.wire import WireError

    try:
        return fuzz_.faults_of("x", b"x", thorough=False)[1]
    except WireError as error:
        return [f"the ledger does not hold: {error}"]

"""Bands of one's own: learned from enough processes, never wider than the general ones, and held against the next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lot_books import book_of, delivery, land, line, lot

from eudr_geo.base.errors import InputError
from eudr_geo.checks.calibrating import as_csv, calibrate
from eudr_geo.checks.checking import check_lots
from eudr_geo.lots.equivalents import bands
from eudr_geo.sources.bands import read_bands

STEP = ("dry_parchment", "green", "")


def mill(*outturns):
    """One dry mill a lot, each with this outturn."""
    tables = land("P1") | {"lot": [], "delivery": [], "process": [], "process_line": []}
    for number, outturn in enumerate(outturns):
        tables["lot"] += [lot(f"P-{number}", "dry_parchment", 1000.0), lot(f"G-{number}", "green", 1000.0 * outturn)]
        tables["delivery"].append(delivery(f"R-{number}", f"P-{number}", "P1", 1000.0, form="dry_parchment"))
        tables["process"].append({"code": f"D-{number}", "type": "dry_mill", "date_start": "2026-01-10"})
        tables["process_line"] += [
            line(f"D-{number}", "in", f"P-{number}", 1000.0),
            line(f"D-{number}", "out", f"G-{number}", 1000.0 * outturn),
        ]
    return book_of(tables)


def test_the_median_of_the_mill_tightens_the_band():
    (one,) = calibrate(mill(0.80, 0.81, 0.80, 0.79, 0.80, 0.80))
    assert (one.key, one.processes, one.median) == (STEP, 6, 0.8)
    assert bands()[STEP].low < one.band.low < 0.79 < 0.81 < one.band.high < bands()[STEP].high
    assert one.band.ceiling == bands()[STEP].ceiling


def test_four_processes_and_impossible_ones_teach_nothing():
    assert calibrate(mill(0.80, 0.81, 0.80, 0.79)) == ()
    assert calibrate(mill(0.80, 0.81, 0.80, 0.79, 0.95, 0.97)) == ()


def test_what_was_learned_is_kept_in_a_table_and_judges_the_next_process(tmp_path):
    learned = calibrate(mill(*[0.80] * 6))
    (tmp_path / "bands.csv").write_bytes(as_csv(learned))
    own = read_bands(tmp_path / "bands.csv")
    assert own == {one.key: one.band for one in learned}
    book = mill(0.75)  # usual elsewhere, not here
    assert not check_lots(book).findings
    assert [one.rule for one in check_lots(replace(book, bands=own)).findings] == ["implausible-outturn"]


@pytest.mark.parametrize(
    "text",
    ["", "form_in,form_out\n", "form_in,form_out,species,usual_low,usual_high,ceiling\ncherry,tea,,0.1,0.2,0.3\n",
     "form_in,form_out,species,usual_low,usual_high,ceiling\ndry_parchment,green,,0.9,0.2,0.3\n"],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(text, tmp_path):
    (tmp_path / "bands.csv").write_text(text)
    with pytest.raises(InputError):
        read_bands(tmp_path / "bands.csv")


@given(st.lists(st.floats(0.01, 1.5), min_size=5, max_size=12))
def test_a_band_is_never_wider_than_the_general_one(outturns):
    for one in calibrate(mill(*outturns)):
        general = bands()[one.key]
        assert general.low <= one.band.low < one.band.high <= general.high

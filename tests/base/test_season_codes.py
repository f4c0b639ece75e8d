"""One season has one spelling, and what may be two seasons is none."""

import pytest

from eudr_geo.base.season_codes import as_season, is_year_alone, season_code


@pytest.mark.parametrize(
    "text",
    ["2025/26", "2025-26", "25/26", "25-26", "2025/2026", "2025-2026", "2025–26", " 2025 / 26 ", "2025_26", "2025.26", "2025 26"],
)  # fmt: skip
def test_spellings_of_one_season(text):
    assert season_code(text) == as_season(text) == "2025/26"


@pytest.mark.parametrize(
    "text", ["2025", 2025, 2025.0, "2025/27", "2025/25", "26/25", "2025/6", "2025/026", "vụ", "", None, True]
)
def test_what_is_no_season(text):
    assert season_code(text) is None
    assert as_season("main crop") == "main crop", "nothing that somebody wrote is lost"


def test_the_turn_of_a_century():
    assert season_code("1999/00") == season_code("1999-2000") == "1999/00"
    assert season_code("99/00") == "2099/00", "two digits are of this century"


def test_a_year_alone_is_told_apart():
    assert [is_year_alone(text) for text in ("2025", 2025.0, "2025/26", "25", "x")] == [True, True, False, False, False]

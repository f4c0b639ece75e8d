"""Text as people type it: understood where it can mean one thing only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eudr_geo.base.cells import clean_code, clean_text, decimal_mark, fold, match_heading, parse_date, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("412,5", 412.5),
        ("412.5", 412.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234,5 kg", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("0,123", 0.123),
        ("2,50 ha", 2.5),
        ("12 %", 12.0),
        ("\u221212.5", -12.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("１２", 12.0),
    ],
)
def test_a_number_is_understood(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "1.234",
        "12,345",
        "1.2.3",
        "1,2,3",
        "12,34,5",
        "1.234,567,8",
        "abc",
        "",
        "1 23",
        "5 tạ",
        "12-13",
        "--5",
        "1.234.56",
        "0.123.456",
        "nan",
        "inf",
    ],
)
def test_a_doubtful_number_is_nobodys_guess(text):
    assert parse_number(text) is None


def test_a_column_decides_for_its_doubtful_numbers():
    column = ["1.234", "12,5", "7"]
    mark = decimal_mark(column)
    assert [parse_number(text, mark) for text in column] == [1234.0, 12.5, 7.0]
    assert parse_number("412,5", ".") is None


@given(st.integers(0, 10**9), st.integers(0, 999), st.sampled_from(["", " ", "\u00a0", "."]))
def test_what_vietnamese_people_write_is_what_is_read(whole, thousandths, group):
    text = f"{whole:,}".replace(",", group) + f",{thousandths:03d}"
    assert parse_number(text, ",") == pytest.approx(whole + thousandths / 1000)


@given(st.text(max_size=30))
def test_nothing_makes_the_parsers_stumble(text):
    number, day = parse_number(text), parse_date(text)
    assert number is None or number == number
    assert day is None or len(day) == 10
    assert clean_code(clean_code(text)) == clean_code(text)
    assert clean_text(clean_text(text)) == clean_text(text)
    decimal_mark([text])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15/11/2025", "2025-11-15"),
        ("5.1.2026", "2026-01-05"),
        ("15-11-25", "2025-11-15"),
        ("2025-11-15", "2025-11-15"),
        ("2025-11-15 00:00:00", "2025-11-15"),
        ("15/11/2568", "2025-11-15"),
        ("ngày 15 tháng 11 năm 2025", "2025-11-15"),
        ("15 Nov 2025", "2025-11-15"),
        ("45976", "2025-11-15"),
        ("45976.75", "2025-11-15"),
        ("11/15/2025", None),
        ("31/02/2026", None),
        ("15/13/2018", None),
        ("2025", None),
        ("yesterday", None),
        ("15/11/0225", None),
        ("15/11/99", None),
    ],
)
def test_dates(text, day):
    assert parse_date(text) == day


def test_codes_are_compared_without_what_nobody_sees():
    assert clean_code("nh\u2013014\u200b") == clean_code(" NH - 014 ") == "NH-014"
    assert clean_code("0071") == "0071"


def test_vietnamese_d_is_folded_by_hand():
    assert fold("Đắk Lắk") == fold("dak lak") == "dak lak"


def test_headings():
    columns = {"species": ["Loài"], "type": ["Loại"], "lon": ["Longitude"], "lot": ["lot"], "plot": ["plot"]}
    assert match_heading("Longuitude *", columns) == ("lon",)
    assert match_heading("Loài", columns) == ("species",)
    assert set(match_heading("Loai", columns)) == {"species", "type"}, "a tie is nobody's guess"
    assert match_heading("slot", columns) == (), "short words must be exact"
    assert match_heading("(kg)", columns) == ()


@given(st.text("0123456789.,- ", min_size=1, max_size=9))
def test_a_number_votes_for_a_mark_only_when_the_other_cannot_be_meant(text):
    readable = [mark for mark in ".," if ("." in text or "," in text) and parse_number(text, mark) is not None]
    assert decimal_mark([text]) == (readable[0] if len(readable) == 1 else "")

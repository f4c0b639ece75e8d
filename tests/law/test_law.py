"""The law as data: whole, dated, sourced, and read the way a careful person reads it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eudr_geo import law
from eudr_geo.law import (
    annex_entries,
    annex_lines,
    country_candidates,
    country_code,
    country_names,
    country_risk,
    in_annex,
    risk_is_settled,
    source_of,
    supplementary_unit,
    table,
)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def test_iso_is_complete_and_each_code_stands_once():
    rows = table("countries.csv")
    assert len(rows) == 249
    for column, shape in (("iso2", "[A-Z]{2}"), ("iso3", "[A-Z]{3}"), ("name", r"\S.+")):
        values = [row[column] for row in rows]
        assert len(set(values)) == 249
        assert all(re.fullmatch(shape, value) for value in values), column


@pytest.mark.parametrize("withdrawn", ["UK", "EL", "XK", "AN", "SU", "YU", "ZR", "XX", "EU"])
def test_what_is_no_code_in_force(withdrawn):
    assert withdrawn not in country_names()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"), ("EL", "GR"), ("CIV", "CI"), ("civ", "CI"), ("vn", "VN"), (" VN ", "VN"), ("Vietnam", "VN"),
        ("Viet Nam", "VN"), ("VIỆT NAM", "VN"), ("việt nam", "VN"), ("Vietname", "VN"), ("Côte d'Ivoire", "CI"),
        ("Côte d’Ivoire", "CI"), ("COTE D'IVOIRE", "CI"), ("Ivory Coast", "CI"), ("Costa do Marfim", "CI"),
        ("Brasil", "BR"), ("Brésil", "BR"), ("México", "MX"), ("Perú", "PE"), ("Etiopía", "ET"), ("Éthiopie", "ET"),
        ("Lào", "LA"), ("Lao PDR", "LA"), ("Tanzania, United Republic of", "TZ"), ("The Gambia", "GM"),
        ("Trinidad and Tobago", "TT"), ("Trinidad & Tobago", "TT"), ("Congo (Democratic Republic of the)", "CD"),
        ("Republic of the Congo", "CG"), ("RDC", "CD"), ("Türkiye", "TR"), ("Turkey", "TR"), ("PNG", "PG"),
        ("Papua Nugini", "PG"), ("Bolivia (Plurinational State of)", "BO"), ("Guinée", "GN"), ("Guinea-Bissau", "GW"),
        ("Equatorial Guinea", "GQ"), ("Dominica", "DM"), ("República Dominicana", "DO"), ("Niger", "NE"),
        ("Nigeria", "NG"), ("São Tomé e Príncipe", "ST"),
    ],
)  # fmt: skip
def test_what_people_write_for_a_country(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["", " ", "Congo", "Korea", "Saint Martin", "no", "na", "n/a", "si", "none", "-", "?", "Đắk Lắk", "V N", "XX"],
)
def test_no_country_is_guessed(text):
    assert country_code(text) == ""


def test_two_meanings_are_both_told():
    assert country_candidates("Congo") == ("CD", "CG")
    assert set(country_candidates("Corée")) == {"KP", "KR"}


def test_every_own_name_and_code_means_itself():
    ambiguous = {"Congo", "St. Martin"}
    for row in table("countries.csv"):
        assert country_code(row["iso2"]) == row["iso2"]
        assert country_code(row["iso3"]) == row["iso2"], row
        if row["name"] not in ambiguous:
            assert country_code(row["name"]) == row["iso2"], row


def test_other_names_point_at_codes_in_force():
    for row in table("country_names.csv"):
        assert row["iso2"].split(), row
        assert set(row["iso2"].split()) <= set(country_names()), row
        assert country_candidates(row["name"]) == tuple(row["iso2"].split()), row


@given(st.text(max_size=30))
def test_any_text_gives_a_code_in_force_or_nothing(text):
    code = country_code(text)
    assert code == "" or code in country_names()
    assert country_code(code) == code


def test_country_risk_is_the_act():
    named = {row["iso2"]: row["risk"] for row in table("country_risk.csv")}
    assert sorted(code for code, risk in named.items() if risk == "high") == ["BY", "KP", "MM", "RU"]
    assert sum(risk == "low" for risk in named.values()) == 140
    assert sum(risk == "standard" for risk in named.values()) == 50
    assert set(named) <= set(country_names())


@pytest.mark.parametrize(
    ("code", "risk"),
    [("VN", "low"), ("CI", "standard"), ("GH", "low"), ("CG", "low"), ("CD", "standard"), ("KP", "high"), ("KR", "low"),
     ("UG", "standard"), ("KE", "low"), ("BR", "standard"), ("RE", "standard"), ("XX", ""), ("", "")],
)  # fmt: skip
def test_risk_of_a_country(code, risk):
    assert country_risk(code) == risk


def test_risk_is_dated_and_silence_is_told():
    assert country_risk("VN", "2025-05-25") == "standard"
    assert country_risk("VN", "2025-05-26") == "low"
    assert country_risk("MM", "2024-01-01") == "standard"
    assert risk_is_settled("VN")
    assert not risk_is_settled("TW")


def test_every_number_has_a_source_a_day_and_a_certainty():
    for row in table("limits.csv"):
        assert float(row["value"]) > 0, row
        assert row["source"], row
        assert row["meaning"], row
        assert DAY.fullmatch(row["dated"]), row
        assert row["certainty"] in {"A", "B", "C", "D"}, row
        assert source_of(row["name"]).startswith(row["source"])
    for row in table("dates.csv"):
        assert DAY.fullmatch(row["date"]), row
        assert row["source"], row


def test_the_numbers_people_know_by_heart():
    assert law.POLYGON_REQUIRED_ABOVE_HA == 4
    assert (law.POINT_AREA_MIN_HA, law.POINT_AREA_MAX_HA) == (0.0001, 4)
    assert law.COORDINATE_DECIMALS == 6
    assert law.MIN_RING_POSITIONS == 4
    assert (law.PRODUCER_NAME_MAX, law.PLACE_NAME_MAX) == (500, 200)
    assert law.GEOLOCATION_MAX_BYTES == 25_000_000
    assert (law.PRODUCERS_MAX_PER_LINE, law.PRODUCERS_MAX_PER_STATEMENT) == (1_000, 10_000)
    assert (law.CUT_OFF_DATE, law.APPLICATION_DATE) == ("2020-12-31", "2026-12-30")


def test_each_commodity_has_goods_and_a_plausible_size():
    assert {entry.commodity for entry in annex_entries()} == set(law.COMMODITIES)
    assert set(law.HUGE_PLOT_HA) == {*law.COMMODITIES, ""}


BEFORE, NOW, LATER = "2026-09-17", "2026-12-30", "2027-12-30"


@pytest.mark.parametrize(
    ("hs", "on", "answer"),
    [
        ("0901", NOW, "yes"), ("090111", NOW, "yes"), ("0901 21 00", NOW, "yes"), ("09", NOW, "depends"),
        ("0902", NOW, "no"), ("210111", NOW, "no"), ("21011100", LATER, "yes"), ("2101", LATER, "depends"),
        ("4107", BEFORE, "depends"), ("4107", NOW, "no"), ("4012", BEFORE, "depends"), ("401290", NOW, "depends"),
        ("401211", NOW, "no"), ("1201", BEFORE, "yes"), ("120110", BEFORE, "yes"), ("120110", NOW, "no"),
        ("120190", NOW, "yes"), ("010221", BEFORE, "yes"), ("010221", NOW, "depends"), ("4403", BEFORE, "yes"),
        ("4403", NOW, "depends"), ("4901", "2025-12-25", "depends"), ("4901", "2025-12-26", "no"), ("1801", NOW, "yes"),
        ("1801", "2023-06-28", "no"), ("", NOW, "no"), ("coffee", NOW, "no"), ("4", NOW, "no"),
    ],
)  # fmt: skip
def test_annex_i_on_a_day(hs, on, answer):
    assert in_annex(hs, on) == answer


def test_annex_lines_follow_each_other_without_overlap():
    by_line: dict[tuple[str, str], list] = {}
    for entry in annex_entries():
        by_line.setdefault((entry.commodity, entry.hs), []).append(entry)
    for entries in by_line.values():
        entries.sort(key=lambda entry: entry.valid_from)
        for earlier, later in zip(entries, entries[1:], strict=False):
            assert earlier.valid_to, earlier
            assert earlier.valid_to < later.valid_from, (earlier, later)
    assert len({entry.hs for entry in annex_entries() if entry.valid_from == "2027-12-30"}) == 18
    assert all(entry.what for entry in annex_lines("44", NOW))


@pytest.mark.parametrize(
    ("hs", "unit"),
    [("0901", ""), ("4011", "NAR"), ("401110", "NAR"), ("440710", ""), ("440310", "MTQ"), ("4703", ""), ("4704", "KSD"),
     ("010221", "NAR"), ("010231", ""), ("4104", "")],
)  # fmt: skip
def test_supplementary_units(hs, unit):
    assert supplementary_unit(hs) == unit


def test_hides_had_a_unit_while_they_were_in_scope():
    assert supplementary_unit("4104", "2026-09-17") == "NAR"
    assert supplementary_unit("4104", "2026-09-18") == ""

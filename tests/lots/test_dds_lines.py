"""Lines of a statement: nobody is counted twice, no kilogram is lost, no line has too many producers."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lot_books import book_of
from test_lot_cases import many_producers

from eudr_geo.lots.dds_lines import COLUMNS, LineLimits, commodity_lines, shared_out, table_of_lines
from eudr_geo.lots.tracing import trace


def lines_of(rows, lots, countries=None, sizes=None, **limits):
    """Lines as rows by column, and as they are."""
    land = {(plot, int(version or 0)) for plot, version in zip(rows["plot_code"], rows["plot_version"], strict=True)}
    known = {one: (countries or {}).get(one[0], "VN") for one in land}
    made = commodity_lines(rows, pd.DataFrame(lots), known, sizes or dict.fromkeys(land, 300), LineLimits(**limits))
    return pd.DataFrame(table_of_lines(made), columns=list(COLUMNS)), made


def lot(kg, code="G"):
    return {"code": code, "hs_code": "090111", "quantity_kg": kg}


def test_a_lot_of_sixteen_hundred_producers_makes_two_lines_with_honest_kilograms():
    rows = trace(book_of(many_producers()), "G").to_frame()
    lines, _ = lines_of(rows, [lot(16_000.0)])
    assert lines["producers"].tolist() == [1000, 600]
    assert lines["net_mass_kg"].tolist() == [10_000.0, 6_000.0]
    assert lines["line"].tolist() == [1, 2]
    assert lines["file"].tolist() == ["geolocation/line-1.geojson", "geolocation/line-2.geojson"]


def test_two_countries_are_two_lines():
    rows = trace(book_of(many_producers(3)), "G").to_frame()
    lines, _ = lines_of(rows, [lot(30.0)], {"P0000": "LA", "P0001": "VN", "P0002": "VN"})
    assert lines[["producer_country", "plots", "net_mass_kg"]].values.tolist() == [["LA", 1, 10.0], ["VN", 2, 20.0]]


@pytest.mark.parametrize(
    "limits",
    [
        {"producers": 3},
        {"producers": 4, "producers_per_statement": 8},
        {"producers": 2, "lines_per_statement": 3},
        {"bytes_per_statement": 1_000},
        {"producers": 4, "producers_per_statement": 9, "lines_per_statement": 2, "bytes_per_statement": 1_500},
    ],
    ids=str,
)
def test_each_line_and_statement_keeps_the_limits_and_together_they_declare_all(limits):
    rows = trace(book_of(many_producers(40)), "G").to_frame()
    lines, made = lines_of(rows, [lot(400.0)], **limits)
    most = LineLimits(**limits)
    for _, its in lines.groupby("statement"):
        assert its["line"].tolist() == list(range(1, len(its) + 1))
        assert len(its) <= most.lines_per_statement
        assert its["producers"].sum() <= most.producers_per_statement
    assert lines["producers"].max() <= most.producers
    for statement in lines["statement"].unique():
        assert sum(300 * len(one.land) for one in made if one.statement == statement) <= most.bytes_per_statement
    land = [one for line in made for one in line.land]
    assert sorted(plot for plot, _ in land) == sorted(rows["plot_code"])
    assert lines["net_mass_kg"].sum() == 400.0
    assert lines["file"].is_unique
    assert all(("statement-" in file) == (lines["statement"].max() > 1) for file in lines["file"])


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30), st.booleans())
def test_rounded_parts_add_up_and_are_nearly_what_they_were(parts, whole):
    total = float(round(sum(parts)) or 1) if whole else round(sum(parts), 3)
    shares = shared_out(parts, total)
    assert sum(shares) == pytest.approx(total, abs=1e-6)
    step = 1.0 if float(total).is_integer() else 0.001
    scale = total / sum(parts)
    assert all(abs(one - part * scale) <= step + 1e-6 for one, part in zip(shares, parts, strict=True))

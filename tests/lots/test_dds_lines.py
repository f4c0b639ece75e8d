"""Lines of a statement: nobody is counted twice, no kilogram is lost, no line has too many producers."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lot_books import book_of
from test_lot_cases import many_producers

from eudr_geo.lots.dds_lines import dds_lines, shared_out
from eudr_geo.lots.tracing import trace


def test_a_lot_of_sixteen_hundred_producers_makes_two_lines_with_honest_kilograms():
    rows = trace(book_of(many_producers()), "G").to_frame()
    lots = pd.DataFrame([{"code": "G", "hs_code": "090111", "quantity_kg": 16_000.0}])
    lines = dds_lines(rows, lots, dict.fromkeys(rows["plot_code"], "VN"))
    assert lines["producers"].tolist() == [1000, 600]
    assert lines["net_mass_kg"].tolist() == [10_000.0, 6_000.0]
    assert lines["line"].tolist() == [1, 2]


def test_two_countries_are_two_lines():
    rows = trace(book_of(many_producers(3)), "G").to_frame()
    lots = pd.DataFrame([{"code": "G", "hs_code": "090111", "quantity_kg": 30.0}])
    lines = dds_lines(rows, lots, {"P0000": "LA", "P0001": "VN", "P0002": "VN"})
    assert lines[["producer_country", "plots", "net_mass_kg"]].values.tolist() == [["LA", 1, 10.0], ["VN", 2, 20.0]]


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30), st.booleans())
def test_rounded_parts_add_up_and_are_nearly_what_they_were(parts, whole):
    total = float(round(sum(parts)) or 1) if whole else round(sum(parts), 3)
    shares = shared_out(parts, total)
    assert sum(shares) == pytest.approx(total, abs=1e-6)
    step = 1.0 if float(total).is_integer() else 0.001
    scale = total / sum(parts)
    assert all(abs(one - part * scale) <= step + 1e-6 for one, part in zip(shares, parts, strict=True))

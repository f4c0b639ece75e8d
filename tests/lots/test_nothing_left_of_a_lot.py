"""A lot of which nothing is left to explain: what floats leave over is no weight, and nothing is divided by it."""

from __future__ import annotations

import pytest

from eudr_geo.lots.tracing import trace
from eudr_geo.model.workbook import book_of


@pytest.mark.parametrize(("whole_kg", "bought_kg"), [(0.4, 0.1), (40.1, 5.3), (1000.0, 1000.0)])
def test_a_lot_partly_bought_and_for_the_rest_of_unknown_origin(whole_kg: float, bought_kg: float) -> None:
    lot = {"code": "L", "form": "green", "quantity_kg": whole_kg, "upstream_reference": "26BE7XTVCZAQ2S"}
    found = trace(book_of({"lot": [{**lot, "upstream_kg": bought_kg}]}), "L", allow_unknown=True)
    rows = found.rows.set_index("upstream_reference")["kg_attributed"]
    assert rows["26BE7XTVCZAQ2S"] == pytest.approx(bought_kg)
    assert found.unknown_kg == pytest.approx(whole_kg - bought_kg)

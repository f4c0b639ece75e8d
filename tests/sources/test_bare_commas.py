"""Rows that a comma in a name has shifted: mended where the boundary and the other rows leave one way, else refused."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from eudr_geo.sources.records.bare_commas import rejoined

HEAD = (
    "remote_id,farmer_name,member_id,collection_site,agent_name,farm_village,farm_district,farm_size,latitude,"
    "longitude,polygon,created_at,updated_at\n"
)
RING = '"[[108.051234, 12.681234], [108.052345, 12.681345], [108.052456, 12.682456], [108.051234, 12.681234]]"'
GOOD = f"1,Y Blom,M1,Ea Tam,Lan,Thon 1,Cu M'gar,1.35,12.68,108.05,{RING},2025-01-01,2025-01-02\n"


def row(text, size="1.35", ring=RING):
    return f"{text},{size},12.68,108.05,{ring},2025-01-01,2025-01-02\n"


@pytest.mark.parametrize(
    ("text", "producer", "member", "cell"),
    [
        ("2,Dang, Thi,M2,Ea Tam,Lan,Thon 1,Cu M'gar", "Dang, Thi", "M2", "B3"),
        ("2,Dang,Thi,M2,Ea Tam,Lan,Thon 1,Cu M'gar", "Dang,Thi", "M2", "B3"),
        ("2,H Bia,M2,Ea Tam, near the store,Lan,Thon 1,Cu M'gar", "H Bia", "M2", "D3"),
        ("2,Dang, Thi, Lan,M2,Ea Tam,Lan,Thon 1,Cu M'gar", "Dang, Thi, Lan", "M2", "B3"),
    ],
)
def test_a_comma_in_a_name_moves_nothing(direct, text, producer, member, cell):
    seen = direct(HEAD + GOOD + row(text))
    assert seen.reasons == []
    plots = seen.plots
    assert (plots["plot_id"][1], plots["producer"][1], plots["producer_id"][1]) == ("2", producer, member)
    assert plots["area_ha"][1] == 1.35
    assert plots.geometry[1].equals(plots.geometry[0])
    assert [(one.cell, one.rule) for one in seen.changes] == [(cell, "bare-comma")]


@pytest.mark.parametrize(
    "text",
    [
        row("2,a,b,c,d,e,f,g"),  # nothing tells where the comma belongs
        row("2,Dang, Thi,M2,Ea Tam,Lan,Thon 1,Cu M'gar", ring="none"),  # the boundary is not where it must be
    ],
)
def test_what_could_be_put_together_in_two_ways_is_refused(direct, text):
    seen = direct(HEAD + GOOD + text)
    assert seen.reasons == [(3, "unreadable-record")]
    assert "more cells" in seen.rejected[0].why


def test_an_empty_list_for_a_boundary_leaves_the_point(direct):
    seen = direct(HEAD + GOOD + row("2,H Bia,M2,Ea Tam,Lan,Thon 1,Cu M'gar", ring='"[]"'))
    assert shapely.to_wkt(seen.plots.geometry[1]) == "POINT (108.05 12.68)"


@given(st.lists(st.text(alphabet="aB9 -", max_size=6), min_size=3, max_size=7))
def test_joined_cells_are_the_ones_that_came(cells):
    table = [["id", "name", "ha", "polygon"], ["1", "Lan", "1", "[[1, 2]]"], [*cells, "2", "[[1, 2]]"]]
    for mended, _ in rejoined(table, 0, 4, 3).values():
        assert ",".join(mended) == ",".join(table[2])
        assert len(mended) == 4

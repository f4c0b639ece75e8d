"""What people declare: areas as text, codes, names and countries; what a rule says must not depend on the plots around."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_helpers import examples, plots_of

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check, failing
from eudr_geo.checks.repairing import repair
from eudr_geo.checks.rules.area import hectares
from eudr_geo.model.plots import Plots, Reading

POINT = shapely.Point(108.05, 12.68)
EAST, NORTH = 1 / 108_600, 1 / 110_600


def block(width, height=100.0, x=0.0):
    return shapely.box(108.05 + x * EAST, 12.68, 108.05 + (x + width) * EAST, 12.68 + height * NORTH)


def rules_of(plots: Plots, *codes: str) -> list[str]:
    result = check(Reading(plots), select=codes)
    assert not result.tool_errors
    return [finding.rule for finding in result.findings]


@given(st.decimals(min_value="0.01", max_value="99.99", places=2))
def test_a_number_of_hectares_means_the_same_however_it_is_written(number):
    text = str(number)
    for written in (text, text.replace(".", ","), f"{text} ha", f" {text} HA ", f"{text} hectares", f"{text}ha"):
        assert hectares(written) == pytest.approx(float(number))


@pytest.mark.parametrize(
    "text", ["1.234", "12,345 ha", "2.5 kg", "2.5 %", "2°", "5 công", "1 rai", "1 2", "ha", "1e5", "٣", "0x10"]
)
def test_no_area_is_guessed(text):
    value = hectares(text)
    assert value is None or text == "٣"


def test_units_are_converted_only_where_they_mean_one_size():
    assert hectares("12 500 m²") == pytest.approx(1.25)
    assert hectares("2.47 acres") == pytest.approx(0.99958, rel=1e-4)


def test_what_cannot_be_read_is_left_as_it_is():
    plots = plots_of(POINT, POINT, area_text=["1.234", "2,5"], area_ha=[np.nan, np.nan])
    done = repair(Reading(plots))
    assert done.reading.plots["area_text"].tolist() == ["1.234", ""]
    np.testing.assert_array_equal(done.reading.plots["area_ha"], [np.nan, 2.5])
    assert [(change.before, change.after) for change in done.changes if change.field == "area_ha"] == [("", "2.5")]


def test_an_area_that_cannot_be_is_not_put_in_by_a_repair():
    plots = plots_of(POINT, area_text=["6,2 ha"], area_ha=[np.nan])
    done = repair(Reading(plots))
    found = {finding.rule for finding in check(done.reading).findings if finding.severity == "error"}
    assert found  # whichever way: a point of 6.2 ha must not come out clean
    assert found <= {"area-not-a-number", "point-above-4-ha"}


@pytest.mark.parametrize(
    ("area", "commodity", "code"),
    [
        (4.0001, "coffee", "point-above-4-ha"), (4.0001, "wood", "point-above-4-ha"), (4.0001, "", "point-above-4-ha"),
        (4.0, "coffee", "near-4-ha"), (3.96, "coffee", "near-4-ha"), (3.959, "coffee", None), (640.0, "cattle", None),
        (3.98, "cattle", None), (0.0001, "coffee", None), (0.00009, "coffee", "point-area-too-small"),
        (0.0, "coffee", "point-area-too-small"), (0.0, "cattle", None), (np.nan, "coffee", "point-without-area"),
        (np.nan, "cattle", None), (-1.0, "coffee", "area-not-a-number"), (np.inf, "coffee", "area-not-a-number"),
    ],
)  # fmt: skip
def test_the_area_of_a_point(area, commodity, code):
    codes = ("area-not-a-number", "point-above-4-ha", "point-area-too-small", "point-without-area", "near-4-ha")
    found = rules_of(plots_of(POINT, area_ha=[area], commodity=[commodity]), *codes)
    assert found == ([code] if code else [])


def test_several_points_are_judged_by_the_most_each_may_stand_for():
    three = shapely.MultiPoint([(108.05, 12.68), (108.06, 12.68), (108.07, 12.68)])
    assert rules_of(plots_of(three, area_ha=[9.0]), "point-above-4-ha") == []
    assert rules_of(plots_of(three, area_ha=[12.5]), "point-above-4-ha") == ["point-above-4-ha"]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (2.471, "acres"), (10.0, "decimal point"), (0.1, "decimal point"), (100.0, "ares"), (0.01, "square kilometres"),
        (10_000.0, "square metres"), (0.4047, "acres twice"), (1.7, None),
    ],
)  # fmt: skip
def test_a_likely_unit_is_named(declared, words):
    (finding,) = check(Reading(plots_of(block(100), area_ha=[declared])), select=["area-mismatch"]).findings
    assert (words in finding.message) if words else finding.message.endswith("%)")


def test_a_swapped_plot_is_not_also_blamed_for_its_area():
    plot = shapely.box(-22.7, -47.1, -22.699, -47.099)  # São Paulo the wrong way round
    area = 1.14  # ha, right for the place it is meant to be
    found = rules_of(plots_of(plot, country=["BR"], area_ha=[area]), "swapped-axes", "area-mismatch", "outside-country")
    assert found == ["swapped-axes"]


def test_a_cooperative_of_two_needs_countries_and_a_farm_of_one_does_not():
    def table(producer, producer_id=("", ""), country=("", ""), source=("a", "a")):
        return plots_of(
            block(90), block(90, x=200), country=country, producer=producer, producer_id=producer_id, source=source
        )

    assert rules_of(table(["Ana", "Ana"]), "missing-country") == []
    assert rules_of(table(["Ana", "ANA"], ["P-1", "p-1"]), "missing-country") == []
    assert rules_of(table(["", ""]), "missing-country") == []
    assert len(rules_of(table(["Ana", "Bình"]), "missing-country")) == 2
    assert len(rules_of(table(["", ""], ["P-1", "P-2"]), "missing-country")) == 2
    assert len(rules_of(table(["Ana", "Ana"], country=["VN", ""]), "missing-country")) == 1
    assert rules_of(table(["Ana", "Bình"], source=["a", "b"]), "missing-country") == []
    assert rules_of(table(["Ana", "Ana"], country=["VN", ""], source=["a", "b"]), "missing-country") == []


def test_not_looked_at_is_not_passed():
    plots = plots_of(POINT, POINT, POINT, country=["", "XX", "VN"])
    (outcome,) = check(Reading(plots), select=["outside-country"]).outcomes
    assert (outcome.passed, outcome.failed, outcome.not_checked) == (1, 0, 2)
    assert outcome.because == {"no country": 1, "unknown country": 1}


@pytest.mark.parametrize(
    ("lon", "lat", "country", "severity", "words"),
    [
        (107.50, 12.68, "VN", "warning", "5 km outside Vietnam, in Cambodia"),
        (107.05, 12.68, "VN", "warning", "45 km outside Vietnam, in Cambodia"),
        (104.92, 11.56, "VN", "error", "in Cambodia"),
        (109.60, 12.68, "VN", "error", "in the sea"),
        (108.05, 12.68, "CIV", "error", "outside Côte d'Ivoire, in Vietnam"),
    ],
)
def test_how_far_outside_and_where(lon, lat, country, severity, words):
    plots = plots_of(shapely.Point(lon, lat), country=[country])
    (finding,) = check(Reading(plots), select=["outside-country"]).findings
    assert finding.severity == severity
    assert words in finding.message


def test_codes_of_two_countries_may_be_the_same():
    def found(*countries):
        shapes = [shapely.Point(108.05 + 0.01 * number, 12.68) for number in range(len(countries))]
        plots = plots_of(*shapes, plot_id=["A-1"] * len(shapes), country=countries)
        return [finding.record for finding in check(Reading(plots), select=["duplicate-plot-id"]).findings]

    assert found("VN", "LA") == []
    assert found("VN", "LA", "VN") == [3]
    assert found("VN", "") == [2]
    assert found("", "") == [2]


def test_one_fault_is_not_told_twice_for_a_plot_sent_twice():
    plots = plots_of(block(90), shapely.transform(block(90), lambda xy: xy + 1e-6), plot_id=["A-1", "a -1"])
    assert rules_of(plots, "duplicate-plot-id", "identical-plots") == ["identical-plots"]


def test_the_usual_spelling_is_kept():
    names = ["Nguyen Van Hoa", "Nguyễn Văn Hòa", "NGUYEN VAN HOA", "Nguyễn Văn Hòa", "Trần Văn Hòa"]
    plots = plots_of(*[block(20, x=50 * number) for number in range(5)], producer=names)
    found = check(Reading(plots), select=["producer-spellings"]).findings
    assert [(finding.record, finding.measured["other"]) for finding in found] == [
        (1, "Nguyễn Văn Hòa"),
        (3, "Nguyễn Văn Hòa"),
    ]


ALONE = sorted(
    rule.code
    for rule in catalogue.load().values()
    if rule.scope == "plot" and rule.family in {"place", "area", "identity"}
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [POINT, block(100), block(200, 200), block(3, 3), shapely.Point(104.9, 11.5), block(12_000, 12_000)]
            ),
            st.sampled_from(["VN", "KH", "", "Viet Nam", "XX"]),
            st.sampled_from([np.nan, 0.0, 0.5, 1.0, 3.98, 6.2, -1.0]),
            st.sampled_from(["", "2,5", "1.234"]),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=examples(25))
def test_plots_are_judged_alone(rows):
    shapes, countries, areas, texts = zip(*rows, strict=True)
    plots = plots_of(*shapes, country=countries, area_ha=areas, area_text=texts)
    together = failing(plots, ALONE)
    for row in range(len(plots)):
        apart = failing(plots.take([row]), ALONE)
        assert {code: mask[row] for code, mask in together.items()} == {code: mask[0] for code, mask in apart.items()}


@pytest.mark.parametrize("word", ["cattle", "Cattle", "ganado", "bò", "gia súc", "Bovins", "gado", "sapi"])
def test_a_commodity_is_understood_in_the_languages_of_its_users(word):
    codes = ("point-above-4-ha", "point-without-area", "near-4-ha")
    assert rules_of(plots_of(POINT, area_ha=[640.0], commodity=[word]), *codes) == []
    assert rules_of(plots_of(POINT, area_ha=[np.nan], commodity=[word]), *codes) == []


def test_the_commodity_of_each_plot_counts_not_that_of_its_neighbours():
    plots = plots_of(POINT, POINT, POINT, area_ha=[9.0] * 3, commodity=["coffee", "cattle", "wood"])
    found = check(Reading(plots), select=["point-above-4-ha"]).findings
    assert [finding.record for finding in found] == [1, 3]


@pytest.mark.parametrize(
    ("commodity", "huge"),
    [
        ("coffee", True),
        ("kopi", True),
        ("cà phê", True),
        ("oil-palm", False),
        ("sawit", False),
        ("wood", False),
        ("", False),
    ],
)
def test_what_is_huge_depends_on_the_commodity(commodity, huge):
    plot = plots_of(block(3_000, 3_000), commodity=[commodity])  # 900 ha
    assert rules_of(plot, "huge-polygon") == (["huge-polygon"] if huge else [])


def test_cattle_are_not_judged_by_what_holds_for_crops():
    points = [shapely.Point(108.05, 12.68 + 1e-5 * i) for i in range(6)]
    columns = {"area_ha": [3.9] * 6, "producer": ["Ana"] * 6}
    codes = ("shared-location", "split-plot", "implied-overlap")
    assert rules_of(plots_of(*points, commodity=["cattle"] * 6, **columns), *codes) == []
    assert set(rules_of(plots_of(*points, commodity=["cocoa"] * 6, **columns), *codes)) == {"shared-location"}

"""Versions of the EU documents: a run follows one, says which, and differs from another where the documents do."""

import json

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from tests_helpers import ROOT, plots_of

from eudr_geo.base.errors import InputError
from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.cli import app
from eudr_geo.law import EU_VERSIONS, POINT_AREA_MIN_HA, eu_version, table
from eudr_geo.model.plots import Plots, Reading

POINT = shapely.Point(108.05, 12.68)


def codes(plots: Plots, version: str) -> list[str]:
    return [one.rule for one in check(Reading(plots), select=["point-area-too-small"], eu_version=version).findings]


def test_the_least_area_of_a_point_differs():
    plots = plots_of(POINT, area_ha=[0.05])
    assert codes(plots, "2025-05") == ["point-area-too-small"]
    assert codes(plots, "2026-05") == codes(plots, "2026-08") == codes(plots, "") == []
    assert codes(plots_of(POINT, area_ha=[0.00009]), "2026-08") == ["point-area-too-small"]


def test_what_becomes_of_the_seventh_decimal_differs():
    shape = shapely.Polygon([(108.0500001, 12.6800003), (108.0510001, 12.6801), (108.0509, 12.6809), (108.05, 12.681)])
    plots = plots_of(shape, decimals=[7])

    def message(version):
        (one,) = check(Reading(plots), select=["excess-precision"], eu_version=version).findings
        return one.message

    assert "rounds what is beyond" in message("2025-05")
    assert "cuts off what is beyond" in message("2026-08")


def test_a_run_names_the_version_and_the_newest_is_the_default():
    assert check(Reading(plots_of(POINT, area_ha=[1.0]))).eu_version == EU_VERSIONS[-1] == "2026-08"
    with pytest.raises(InputError, match="no version of the EU documents"):
        check(Reading(plots_of(POINT)), eu_version="2024-01")


def test_every_version_states_every_value():
    names = {row["name"] for row in table("eu_versions.csv")}
    for version in EU_VERSIONS:
        assert set(eu_version(version).values) == names
    assert eu_version().number("point_area_min") == POINT_AREA_MIN_HA


def test_the_command_takes_a_version_and_reports_name_it(tmp_path):
    case = ROOT / "tests" / "rules" / "cases" / "point-area-too-small" / "pass-one-square-metre.geojson"
    for version, code in (("2025-05", 1), ("2026-08", 0)):
        out = tmp_path / "report.json"
        done = CliRunner().invoke(
            app, ["check", str(case), "--eu-version", version, "--format", "json", "-o", str(out)]
        )
        assert done.exit_code == code, done.output
        assert json.loads(out.read_text())["eu_version"] == version
    assert "EU documents of 2026-08" in CliRunner().invoke(app, ["check", str(case)]).output


def test_the_errors_of_the_eu_system_name_rules_that_exist_or_say_why_not():
    rows = table("eu_errors.csv")
    assert [row["error"] for row in rows] == [str(number) for number in range(1, 17)]
    for row in rows:
        assert row["what"]
        assert set(row["rules"].split()) <= set(catalogue.load())
        assert row["rules"] or row["note"]
        assert set(row["versions"].split()) <= set(EU_VERSIONS)
    listed = sum("2026-08" in row["versions"] for row in rows)
    assert listed == eu_version("2026-08").number("errors_listed")
    assert sum("2026-05" in row["versions"] for row in rows) == eu_version("2026-05").number("errors_listed")


LAST = {"F": 14, "G": 8, "R": 15, "C": 14, "P": 9, "A": 13}


def test_every_fact_has_a_rule_or_a_reason():
    rows = {row["id"]: row for row in table("fact_ids.csv")}
    assert list(rows) == [f"{kind}-{number:02d}" for kind, last in LAST.items() for number in range(1, last + 1)]
    named = {one for rule in catalogue.load().values() for one in rule.ids}
    assert {one for one in named if one[0] in LAST} <= set(rows)
    silent = {one for one, row in rows.items() if one not in named and not row["reason"]}
    assert silent == set()
    assert {one for one, row in rows.items() if one in named and row["reason"]} == set(), "either a rule or a reason"


def block(x, width=100.0):
    return shapely.box(108.05 + x / 108_600, 12.68, 108.05 + (x + width) / 108_600, 12.681)


def test_new_plots_are_compared_with_known_ones():
    known = plots_of(block(0), block(300), plot_id=["K-1", "K-2"], source=["project"] * 2, record=[1, 2])
    new = plots_of(block(900), block(60), block(302), plot_id=["N-1", "N-2", "k-2"])
    found = check(Reading(new), select=["overlapping-plots", "duplicate-plot-id"], against=known).findings
    assert [(one.rule, one.plot_id, one.measured["other"]) for one in found] == [
        ("overlapping-plots", "N-2", "K-1 (project, record 1)")
    ]
    (outcome,) = check(Reading(new), select=["overlapping-plots"], against=known).outcomes
    assert (outcome.passed, outcome.failed) == (2, 1)


def test_known_plots_among_themselves_are_not_told():
    known = plots_of(block(0), block(50), plot_id=["K-1", "K-2"])
    assert list(check(Reading(plots_of(block(900))), select=["overlapping-plots"], against=known).findings) == []


def test_a_known_place_can_make_a_new_one_too_many():
    places = [shapely.Point(108.05, 12.68 + 1e-6 * i) for i in range(5)]
    known = plots_of(*places[:4], plot_id=[f"K-{i}" for i in range(4)])
    new = plots_of(places[4], plot_id=["N-1"])
    (one,) = check(Reading(new), select=["shared-location"], against=known).findings
    assert (one.plot_id, one.measured["times"]) == ("N-1", 5)
    assert one.row == 0


def test_against_nothing_is_like_before():
    plots = plots_of(block(0), block(50), area_ha=[np.nan, np.nan])
    with_, without = check(Reading(plots), against=Plots({})), check(Reading(plots))
    assert [one.to_dict() for one in with_.findings] == [one.to_dict() for one in without.findings]

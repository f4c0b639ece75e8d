"""Every rule on its cases: a failing case provokes its rule and no other error, a passing one provokes nothing."""

import functools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from eudr_geo.checks import catalogue
from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.sources.reading import read_plots

CASES = Path(__file__).parent / "cases"
SCOPES = {"file", "record", "plot", "plots"}
SEEN_AFTER_REPAIR = (
    *("record", "plot_id", "place", "producer", "producer_id", "country", "commodity", "area_ha", "area_text"),
    *("misspelt", "open_rings", "short_rings", "has_z"),
)


def case_files() -> list[Path]:
    found = [path for path in sorted(CASES.glob("*/*")) if path.is_file() and not path.name.endswith(".case.json")]
    # Lot and package rules have cases of another form and a harness of their own.
    known = catalogue.load()
    return [path for path in found if path.parent.name not in known or known[path.parent.name].scope in SCOPES]


def is_twin(path: Path) -> bool:
    return ".repaired." in path.name


def options(path: Path) -> dict:
    """Country, commodity, other errors that may come along: beside the file, or in the file as a foreign member."""
    for beside in (path.with_name(f"{path.name}.case.json"), path.with_name(f"{path.stem}.case.json")):
        if beside.exists():
            return json.loads(beside.read_text(encoding="utf-8"))
    if path.suffix == ".geojson":
        return json.loads(path.read_text(encoding="utf-8")).get("case", {})
    return {}


@functools.cache
def read(path: Path):
    """Read a case, once in each worker: readings are never changed."""
    given = options(path)
    wanted = {name: given[name] for name in ("country", "commodity", "crs", "layer") if name in given}
    return read_plots([path], **wanted)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", [path for path in case_files() if not is_twin(path)], ids=name_of)
def test_case(path):
    code, given = path.parent.name, options(path)
    reading = read(path)
    assert all(file.adds_up() for file in reading.files)
    result = check(reading)
    assert not result.tool_errors
    found = {finding.rule for finding in result.findings}
    errors = Counter(finding.rule for finding in result.findings if finding.severity == "error")
    told = [f"{finding.rule}: {finding.message}" for finding in result.findings]
    if path.name.startswith("fail"):
        assert code in found, told
        assert set(errors) <= {code, *given.get("also", [])}, told
    else:
        assert path.name.startswith("pass"), "a case is called pass-… or fail-…"
        assert code not in found, told
        assert not errors, told


@pytest.mark.parametrize("path", [path for path in case_files() if not is_twin(path)], ids=name_of)
def test_findings_can_be_acted_upon(path):
    for finding in check(read(path)).findings:
        assert finding.message[0] not in "{ "
        assert "nan" not in finding.message.lower().split()
        assert finding.hint, finding.rule
        if finding.subject == "plot":
            assert finding.lon is not None, finding.rule
            assert finding.lat is not None, finding.rule


@pytest.mark.parametrize("path", [path for path in case_files() if is_twin(path)], ids=name_of)
def test_repaired_twin(path):
    code = path.parent.name
    source = path.with_name(path.name.replace(".repaired.", "."))
    assert source.exists(), "a twin has the name of its case"
    rule = catalogue.get(code)
    assert rule.repair is not None or rule.scope == "record"
    done = repair(read(source), also=(code,))
    expected = read(path)
    got, twin = done.reading.plots, expected.plots
    assert done.changes
    assert len(got) == len(twin)
    assert len(done.reading.rejected) == len(expected.rejected)
    # Plots that were one record keep its number: the ledger and the file are found by it.
    takes_apart = rule.repair is not None and rule.repair.takes_apart
    for column in SEEN_AFTER_REPAIR[1:] if takes_apart else SEEN_AFTER_REPAIR:
        np.testing.assert_array_equal(got[column], twin[column], err_msg=column)
    assert [shapely.to_wkt(shape, rounding_precision=-1) for shape in got.geometry] == [
        shapely.to_wkt(shape, rounding_precision=-1) for shape in twin.geometry
    ]
    assert code not in {finding.rule for finding in check(done.reading).findings}


@pytest.mark.parametrize("path", [path for path in case_files() if path.name.startswith("pass")], ids=name_of)
def test_repairs_leave_what_is_right(path):
    """No safe repair of the case's own rule touches a plot that passes it."""
    changes = repair(read(path)).changes
    assert path.parent.name not in {change.rule for change in changes}

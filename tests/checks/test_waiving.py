"""Waivers: what somebody answers for stays visible everywhere, and only what a person can answer for is waived."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from report_samples import a_report
from store_projects import put, reading_of, squares

from eudr_geo.base.errors import InputError
from eudr_geo.checks.catalogue import load
from eudr_geo.checks.waiving import may_be_waived, waive, without_finding
from eudr_geo.cli import app
from eudr_geo.model.findings import Finding, Waiver
from eudr_geo.outputs.reports import formats
from eudr_geo.project.auditing import audit
from eudr_geo.project.importing.waivers import store_waivers
from eudr_geo.sources.records.telling import WAIVER_COLUMNS
from eudr_geo.sources.waivers import read_waivers
from eudr_geo.store import create_store, open_store
from eudr_geo.words.saying import in_language

HEAD = ",".join(WAIVER_COLUMNS) + "\n"
ROW = "overlapping-plots,P-1,the heirs agreed on the line,Field office,2026-01-05,2026-12-31\n"
EVENT = {"now": "2026-02-01T00:00:00Z", "who": "test"}


def overlap(code="P-1", severity="warning"):
    return Finding(
        "overlapping-plots", severity, "plot", "0.3 ha shared", "walk it", "good practice", "a.geojson", 1, code
    )


def _read(data):
    with TemporaryDirectory() as folder:
        path = Path(folder, "w.csv")
        path.write_bytes(data)
        return read_waivers(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("self-intersection,P-1,we like it,A,2026-01-05,2026-12-31", "cannot be waived"),
        ("out-of-range,P-1,we like it,A,2026-01-05,2026-12-31", "cannot be waived"),
        ("overlaping,P-1,why,A,2026-01-05,2026-12-31", "no rule"),
        ("overlapping-plots,P-1,,A,2026-01-05,2026-12-31", "reason is empty"),
        ("overlapping-plots,P-1,why,,2026-01-05,2026-12-31", "waived_by is empty"),
        ("overlapping-plots,P-1,why,A,2026-01-05,", "until is empty"),
        ("overlapping-plots,P-1,why,A,2026-01-05,soon", "no date"),
        ("overlapping-plots,P-1,why,A,2026-01-05,2025-12-31", "before it begins"),
        ("overlapping-plots,P-1," + "x" * 501 + ",A,2026-01-05,2026-12-31", "500 characters"),
    ],
)
def test_a_row_that_cannot_hold_is_named_by_its_line(row, said):
    with pytest.raises(InputError, match=said) as refused:
        _read((HEAD + "\n" + row + "\n").encode())
    assert "line 3" in str(refused.value)
    assert refused.value.fix


def test_tables_as_people_save_them():
    """A byte order mark, semicolons, other order, dates as written there; the same thing twice is refused."""
    text = (
        "Until;rule;Code;reason;waived_by;waived_on\r\n31/12/2026;sliver;p-1;hàng rào;Văn phòng;05/01/2026\r\n;;;;;\r\n"
    )
    (one,) = _read(b"\xef\xbb\xbf" + text.encode())
    assert one == Waiver("sliver", "p-1", "hàng rào", "Văn phòng", "2026-01-05", "2026-12-31")
    with pytest.raises(InputError, match="twice"):
        _read((HEAD + ROW + ROW.replace("P-1", "p-1 ")).encode())
    with pytest.raises(InputError, match="no column waived_by"):
        _read(b"rule,code,reason\n")
    assert _read(HEAD.encode()) == ()


def test_no_error_of_the_law_or_the_eu_system_can_be_waived():
    for rule in load().values():
        if "error" in rule.severities and not rule.basis.startswith("good practice"):
            assert not may_be_waived(rule.code)
    assert may_be_waived("plot-outside-stream")


@pytest.mark.parametrize(
    ("day", "severity"),
    [("2026-01-04", "warning"), ("2026-01-05", "note"), ("2026-12-31", "note"), ("2027-01-01", "warning")],
)
def test_it_holds_from_its_first_to_its_last_day(day, severity):
    waivers = _read((HEAD + ROW).encode())
    result = waive(a_report([overlap(), overlap("P-2")]).result, waivers, day)
    by_plot = {one.plot_id: one for one in result.findings}
    assert by_plot["P-1"].severity == severity
    assert "Field office" in by_plot["P-1"].message
    assert by_plot["P-2"].severity == "warning"
    assert "Field office" not in by_plot["P-2"].message


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv", "geojson", "html"])
def test_every_report_prints_who_answers_for_it(name):
    waivers = _read((HEAD + ROW).encode())
    report = a_report([overlap()])
    report = type(report)(waive(report.result, waivers, "2026-02-01"), report.plots)
    said = formats()[name].render(report)
    said = said.decode() if isinstance(said, bytes) else said
    assert "the heirs agreed on the line" in " ".join(said.split())


def test_the_worklist_names_it_in_its_guide_and_not_among_the_work():
    from io import BytesIO

    from openpyxl import load_workbook

    waivers = _read((HEAD + ROW).encode())
    report = a_report([overlap(), overlap("P-2")])
    report = type(report)(waive(report.result, waivers, "2026-02-01"), report.plots)
    book = load_workbook(BytesIO(formats()["worklist"].render(report)))
    cells = {sheet.title: [str(cell.value) for row in sheet for cell in row] for sheet in book.worksheets}
    guide, *others = cells.values()
    assert any("the heirs agreed" in text for text in guide)
    assert not any("the heirs agreed" in text for sheet in others for text in sheet)


def test_a_plot_whose_only_error_is_waived_is_fit():
    waiver = Waiver("duplicate-plot-id", "P-1", "two trees of one name", "A", "2026-01-01", "2026-12-31")
    finding = Finding("duplicate-plot-id", "error", "plot", "twice", "rename", "good practice", "a", 1, "P-1", row=0)
    report = a_report([finding])
    before = report.result
    after = waive(before, [waiver], "2026-02-01")
    assert (after.plots_fit, after.plots_unfit) == (before.plots_fit + 1, before.plots_unfit - 1)
    assert before.is_clean() is False
    assert after.is_clean() is True
    assert after.findings.counts() == {"error": 0, "warning": 0, "note": 1}


def test_a_waiver_of_nothing_is_told():
    waivers = _read((HEAD + ROW + ROW.replace("P-1", "P-9")).encode())
    assert [one.code for one in without_finding(a_report([overlap()]).result, waivers)] == ["P-9"]


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "coop.gpkg"
    with create_store(path, organisation="Invented", country="VN", season="2025/26") as store:
        put(store, reading_of([*squares(1), *squares(1)], plot_id=["P-1", "P-2"], country=["VN", "VN"]))
    return path


def severities(project, rule, day):
    with open_store(project) as store:
        return {one.plot_id: one.severity for one in audit(store, on=day).findings if one.rule == rule}


def test_a_project_keeps_them_and_takes_them_back(project):
    before = severities(project, "identical-plots", "2026-02-01")
    assert set(before.values()) == {"warning"}
    code = min(before)
    waiver = Waiver("identical-plots", code, "one field, two owners", "A", "2026-01-01", "2026-12-31")
    with open_store(project, write=True) as store:
        store_waivers(store, [waiver], name="w.csv", **EVENT)
        assert store.waivers() == (waiver,)
    assert severities(project, "identical-plots", "2026-02-01")[code] == "note"
    assert severities(project, "identical-plots", "2027-02-01")[code] == "warning"
    with open_store(project, write=True) as store:
        store.undo(**EVENT)
        assert store.waivers() == ()
    assert severities(project, "identical-plots", "2026-02-01") == before


def test_the_commands(project, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")  # May 2026
    file = tmp_path / "w.csv"
    row = ROW.replace("overlapping-plots", "identical-plots").replace("P-1", "P-2")
    file.write_text(HEAD + row + row.replace("P-2", "P-7"), encoding="utf-8")
    run = CliRunner()
    done = run.invoke(app, ["waive", str(file), "-p", str(project), "--yes"])
    assert done.exit_code == 0, done.output
    assert "2 new" in done.output
    assert "heirs" in run.invoke(app, ["waive", "-p", str(project)]).output
    again = run.invoke(app, ["waive", str(file), "-p", str(project), "--yes"])
    assert "2 as before" in again.output
    told = run.invoke(app, ["audit", "-p", str(project), "--format", "json"])
    found = json.loads(told.stdout)["findings"]
    waived = [one for one in found if "waiver" in one]
    assert [(one["plot_id"], one["severity"], one["waiver"]["severity"]) for one in waived] == [
        ("P-2", "note", "warning")
    ]
    assert "identical-plots on P-7 speaks of nothing" in told.output
    assert (tmp_path / "coop.gpkg").exists()


def test_check_heeds_a_file_without_a_project(tmp_path, monkeypatch, samples):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    square = {
        "type": "Polygon",
        "coordinates": [[[108.05, 12.68], [108.051, 12.680102], [108.051003, 12.680911], [108.05, 12.68]]],
    }
    features = [
        {"type": "Feature", "geometry": square, "properties": {"plot_id": code, "ProducerCountry": "VN"}}
        for code in ("A", "B")
    ]
    land, file = tmp_path / "a.geojson", tmp_path / "w.csv"
    land.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    file.write_text(HEAD + "".join(ROW.replace("overlapping-plots,P-1", f"identical-plots,{code}") for code in "AB"))
    run = CliRunner()
    check = ["check", str(land), "--select", "identical-plots", "--fail-on", "warning"]
    assert run.invoke(app, check).exit_code == 1
    assert run.invoke(app, [*check, "--waivers", str(file)]).exit_code == 0
    wrong = run.invoke(app, [*check, "--waivers", str(tmp_path / "none.csv")])
    assert wrong.exit_code != 0


def test_who_answers_for_it_is_said_in_the_language_of_the_reader():
    waivers = _read((HEAD + ROW).encode())
    (one,) = waive(a_report([overlap()]).result, waivers, "2026-06-01").findings
    assert in_language(one.message, "es") == (
        "0.3 ha shared; dispensado hasta 2026-12-31 por Field office: the heirs agreed on the line (era una advertencia)"
    )
    assert in_language(one.hint, "fr") == "rien à faire tant que la dispense est valable"
    (over,) = waive(a_report([overlap()]).result, waivers, "2027-01-01").findings
    assert in_language(over.message, "id") == "0.3 ha shared; pengecualian dari Field office berakhir 2026-12-31"

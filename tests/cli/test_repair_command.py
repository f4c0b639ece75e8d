"""``eudr-geo repair`` as people use it: what it says, what it refuses, what it writes."""

import json
import re

import pytest
from click.testing import CliRunner
from tests_helpers import ROOT

from eudr_geo.cli import app

CASES = ROOT / "tests" / "rules" / "cases"
MESSY = ROOT / "sample_plots" / "messy"


def run(*words, code):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def test_changes_stand_rule_by_rule_with_what_was_not_done_and_why():
    done = run("repair", MESSY / "area-as-text.geojson", MESSY / "unclosed-ring.geojson", "--dry-run", code=1)
    text = done.stdout
    assert "WOULD BE REPAIRED  4 plots, 6 changes" in text
    assert "unclosed-ring  2 plots  safe repair" in text
    assert "ha before  ha after      %  moved m" in text
    assert "1.2 ha  1.2\n" in text
    assert "T-924-6 (area-as-text.geojson, record 6): what is written is not one clear number" in text
    # Its repair was tried: the finding offers none any more.
    assert "ERROR   area-not-a-number  1 plot\n" in text


def test_named_repairs_are_offered_also_for_records_that_were_rejected():
    done = run("repair", MESSY / "hole.geojson", MESSY / "nested-point.geojson", "--dry-run", code=1)
    assert "--also interior-ring,nested-point" in done.stdout
    found = json.loads(run("check", MESSY / "nested-point.geojson", "--format", "json", code=1).stdout)["findings"]
    assert {one["repair"] for one in found if one["rule"] == "nested-point"} == {"named"}
    track = CASES / "unsupported-geometry" / "fail-open-track.geojson"
    found = json.loads(run("check", track, "--format", "json", code=1).stdout)["findings"]
    assert {one["repair"] for one in found if one["rule"] == "unsupported-geometry"} == {None}


def test_a_plot_split_along_its_hole_passes_our_own_check(tmp_path):
    out = tmp_path / "corrected.geojson"
    run("repair", MESSY / "hole.geojson", "--also", "interior-ring", "-o", out, code=0)
    assert "duplicate-plot-id" not in run("check", out, code=0).stdout


def test_json_tells_the_repairs_too():
    done = run("repair", MESSY / "area-as-text.geojson", "--dry-run", "--format", "json", code=1)
    repairs = json.loads(done.stdout)["repairs"]
    assert repairs["dry_run"] is True
    assert {one["field"] for one in repairs["changes"]} == {"area_ha", "area_text"}
    assert [(one["plot_id"], one["rule"]) for one in repairs["not_repaired"]] == [("T-924-6", "area-not-a-number")]


@pytest.mark.parametrize("words", [("-o",), ("-o", "other.geojson", "--ledger"), ("--dry-run", "--report")])
def test_what_was_sent_is_never_written_over(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    sent = tmp_path / "plots.geojson"
    sent.write_bytes((MESSY / "unclosed-ring.geojson").read_bytes())
    before = sent.read_bytes()
    done = CliRunner().invoke(app, ["repair", "plots.geojson", *words, str(sent)])
    assert "one of the files to read" in str(done.exception)
    assert sent.read_bytes() == before


def test_a_waived_error_stands_in_the_report_and_the_plot_is_written(tmp_path):
    waivers = tmp_path / "waivers.csv"
    waivers.write_text(
        "rule,code,reason,waived_by,waived_on,until\n"
        "duplicate-plot-id,T-913-1,two halves of one field,Field office,2020-01-01,2099-12-31\n"
    )
    twice = MESSY / "duplicate-code.geojson"
    found = json.loads(run("check", twice, "--format", "json", code=1).stdout)["findings"]
    code = next(one["plot_id"] for one in found if one["rule"] == "duplicate-plot-id")
    waivers.write_text(waivers.read_text().replace("T-913-1", code))
    done = run("repair", twice, "-o", tmp_path / "out.geojson", "--waivers", waivers, code=0)
    assert "waived until 2099-12-31 by Field office: two halves of one field" in " ".join(done.stdout.split())


def test_in_one_file_with_others_a_plot_must_name_its_country(tmp_path):
    alone, others = tmp_path / "alone.geojson", tmp_path / "others.geojson"
    feature = '{{"type":"Feature","properties":{},"geometry":{{"type":"Point","coordinates":[{},12.712345]}}}}'
    stated = '{{"ProducerName":"{}","ProductionPlace":"{}","Area":0.5{}}}'
    alone.write_text(feature.format(stated.format("A", "P-1", ""), "108.056789"))
    others.write_text(feature.format(stated.format("B", "P-2", ',"ProducerCountry":"VN"'), "108.066789"))
    out = tmp_path / "out.geojson"
    run("repair", alone, "-o", out, code=0)
    done = run("repair", alone, others, "-o", out, "--replace", code=1)
    assert "1 plot without a country left out" in done.stderr
    assert [one["properties"]["ProductionPlace"] for one in json.loads(out.read_text())["features"]] == ["P-2"]
    assert run("check", out, code=0)


def test_a_named_repair_goes_into_the_project_with_its_receipt(tmp_path):
    from eudr_geo.store import open_store

    project = tmp_path / "coop.gpkg"
    run("init", "-p", project, "--name", "Coop", "--country", "VN", "--season", "2025/26", code=0)
    run("add", MESSY / "bow-tie.geojson", "--also", "self-intersection", "-p", project, "--yes", code=0)
    with open_store(project) as store:
        receipts = store.changes(["T-910-7"])
        assert [one.rule for one in receipts] == ["self-intersection"]
        plots = store.load_plots()
        assert plots.geometry[plots["plot_id"].tolist().index("T-910-7")].is_valid
    run("undo", "-p", project, "--yes", code=0)
    with open_store(project) as store:
        assert store.changes(["T-910-7"]) == ()
        assert len(store.load_plots()) == 0


def test_what_was_done_and_why_something_was_not_is_said_in_the_language_asked_for_and_json_stays_english():
    files = (MESSY / "area-as-text.geojson", MESSY / "unclosed-ring.geojson")
    done = run("repair", *files, "--dry-run", "--lang", "es", code=1)
    assert "SE CORREGIRÍA  4 parcelas, 6 cambios" in done.stdout
    assert "unclosed-ring  2 parcelas  corrección segura" in done.stdout
    assert "escribió la primera posición otra vez al final del anillo" in done.stdout
    assert "T-924-6 (area-as-text.geojson, registro 6): lo escrito no es un número claro" in done.stdout
    assert re.search(r"Se escribirían \d+ parcelas, \d+ quedarían fuera, 6 cambios\.", done.stderr)
    page = run("repair", *files, "--dry-run", "--lang", "vi", "--format", "html", code=1).stdout
    assert "ghi lại vị trí đầu ở cuối vòng" in page
    assert "điều đã ghi không phải một con số hecta rõ ràng" in page
    english = [
        run("repair", *files, "--dry-run", "--format", "json", *lang, code=1).stdout for lang in ((), ("--lang", "fr"))
    ]
    assert english[0] == english[1]
    assert '"what": "wrote the first position again at the end of the ring"' in english[0]


def test_a_named_repair_says_who_asked_and_the_ledger_stays_english(tmp_path):
    ledger = tmp_path / "changes.jsonl"
    words = ("repair", MESSY / "hole.geojson", "--also", "interior-ring", "-o", tmp_path / "out.geojson")
    done = run(*words, "--ledger", ledger, "--lang", "id", code=0)
    assert "dengan nama: " in done.stdout
    assert "membagi lahan di sepanjang lubangnya" in done.stdout
    (one,) = {json.loads(line)["what"] for line in ledger.read_text(encoding="utf-8").splitlines()}
    assert one == "split the plot along its hole into pieces without one; land and area are the same"


def test_numbers_of_changes_stand_as_the_language_writes_them(tmp_path):
    """A comma between thousands is a decimal mark to a reader of French."""
    from eudr_geo.words.saying import THIN_SPACE

    path = tmp_path / "far.geojson"
    far = [[-170.0, 10.0], [-170.0, 11.0], [-171.0, 11.0], [-170.0, 10.0], [-170.0, 10.0]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [far]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    shown = {lang: run("repair", path, "--dry-run", "--lang", lang, code=0).stdout for lang in ("en", "fr")}
    (number,) = set(re.findall(r"\d{3},\d{3}\.\d{4}", shown["en"]))
    assert number not in shown["fr"]
    assert number.replace(",", THIN_SPACE) in shown["fr"]

"""``add`` lays new plots beside those of the project."""

import json

from click.testing import CliRunner

from eudr_geo.cli import app


def write(path, code, west, producer):
    ring = [[west, 12.68], [west + 0.0009, 12.6801], [west + 0.00085, 12.6809], [west + 0.0001, 12.6808], [west, 12.68]]
    position = ",".join(f"[{x:.6f},{y:.6f}]" for x, y in ring)
    properties = json.dumps({"ProducerName": producer, "ProducerCountry": "VN", "ProductionPlace": code})
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        f'{properties},"geometry":{{"type":"Polygon","coordinates":[[{position}]]}}}}]}}'
    )
    return str(path)


def test_an_overlap_with_a_stored_plot_is_told_when_a_file_is_added(tmp_path):
    project = str(tmp_path / "coop.gpkg")
    run = CliRunner().invoke
    assert run(app, ["init", "-p", project, "--name", "x", "--country", "VN"]).exit_code == 0
    first = run(app, ["add", write(tmp_path / "a.geojson", "T-1", 108.05, "Đạt"), "-p", project, "--yes"])
    assert first.exit_code == 0, first.output
    assert "overlapping-plots" not in first.output
    second = run(app, ["add", write(tmp_path / "b.geojson", "T-2", 108.0503, "Hòa"), "-p", project, "--yes"])
    assert second.exit_code == 0, second.output
    assert "overlapping-plots" in second.output
    assert "T-1 (a.geojson, record 1)" in second.output.replace("\n        ", " ")


def test_a_new_survey_of_a_plot_is_no_overlap_with_itself(tmp_path):
    project = str(tmp_path / "coop.gpkg")
    run = CliRunner().invoke
    run(app, ["init", "-p", project, "--name", "x", "--country", "VN"])
    run(app, ["add", write(tmp_path / "a.geojson", "T-1", 108.05, "Đạt"), "-p", project, "--yes"])
    again = run(app, ["add", write(tmp_path / "b.geojson", "t-1", 108.0501, "Đạt"), "-p", project, "--yes"])
    assert "overlapping-plots" not in again.output
    assert "identical-plots" not in again.output

"""Records of several geometries taken apart: nothing lost, nothing mistaken, made again from the ledger."""

import json

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from store_projects import reading_of

from eudr_geo.checks.repairing import repair, replay
from eudr_geo.cli import app

SQUARE = shapely.Polygon([(108.05, 12.68), (108.051, 12.680102), (108.051003, 12.680911), (108.05, 12.68)])


def made_of(*geometries, **columns):
    codes = columns.pop("plot_id", [f"P-{number}" for number in range(len(geometries))])
    return repair(reading_of(geometries, plot_id=codes, country=["VN"] * len(geometries), **columns))


def points(n, start=0):
    return [shapely.Point(108.051234 + 0.01 * (start + at), 12.681234) for at in range(n)]


def test_points_become_plots_where_their_record_was():
    done = made_of(SQUARE, shapely.MultiPoint(points(3)), points(1, 9)[0], area_ha=[0.5, 3.0, 1.0])
    plots = done.reading.plots
    assert plots["plot_id"].tolist() == ["P-0", "P-1.1", "P-1.2", "P-1.3", "P-2"]
    assert plots["record"].tolist() == [1, 2, 2, 2, 3]
    np.testing.assert_array_equal(plots["area_ha"], [0.5, np.nan, np.nan, np.nan, 1.0])
    assert [one.plot_id for one in done.changes if one.field == "part"] == ["P-1.1", "P-1.2", "P-1.3"]
    assert all("3 ha were stated" in one.what for one in done.changes if one.field == "part")


def test_what_a_collection_holds_is_taken_apart_too():
    done = made_of(shapely.GeometryCollection([SQUARE, shapely.MultiPoint(points(2))]))
    assert done.reading.plots["plot_id"].tolist() == ["P-0.1", "P-0.2", "P-0.3"]
    assert not repair(done.reading).changes


@pytest.mark.parametrize(
    ("geometries", "codes"),
    [
        ([shapely.MultiPoint(points(2))], [""]),  # nothing would tell the parts apart
        ([shapely.MultiPoint(points(2)), points(1, 5)[0]], ["A", "a.2"]),  # a part would be mistaken for another plot
        ([shapely.GeometryCollection([SQUARE, shapely.LineString([(108, 12), (108.1, 12.1)])])], ["A"]),
    ],
)
def test_it_stays_whole_rather_than_lose_or_mistake_anything(geometries, codes):
    done = made_of(*geometries, plot_id=codes)
    assert done.reading.plots["plot_id"].tolist() == codes
    assert done.reading.plots.geometry.tolist() == geometries
    assert sum(done.withdrawn.values()) == 1


shapes = st.one_of(
    st.integers(1, 4).map(points).map(shapely.MultiPoint),
    st.lists(st.sampled_from([SQUARE, *points(2), shapely.MultiPoint(points(2, 4))]), min_size=1, max_size=4).map(
        shapely.GeometryCollection
    ),
    st.just(SQUARE),
)


@given(st.lists(shapes, min_size=1, max_size=5))
def test_the_parts_together_are_the_record_and_the_ledger_makes_them_again(geometries):
    reading = reading_of(
        geometries, plot_id=[f"P-{n}" for n in range(len(geometries))], country=["VN"] * len(geometries)
    )
    done = repair(reading)
    plots = done.reading.plots
    for record, before in enumerate(geometries, start=1):
        after = plots.geometry[plots["record"] == record]
        assert shapely.get_coordinates(after).tolist() == shapely.get_coordinates(before).tolist() or len(after) == 1
        assert set(map(tuple, shapely.get_coordinates(after))) == set(map(tuple, shapely.get_coordinates(before)))
    assert len(set(plots["plot_id"].tolist())) == len(plots)
    assert not repair(done.reading).changes
    made_again = replay(reading.plots, done.changes)
    assert made_again["plot_id"].tolist() == plots["plot_id"].tolist()
    assert shapely.to_wkb(made_again.geometry).tolist() == shapely.to_wkb(plots.geometry).tolist()


def test_as_a_user_repairs_and_checks_again(tmp_path):
    collection = {"type": "MultiPoint", "coordinates": [[108.050013, 12.680021], [108.060113, 12.690121]]}
    feature = {
        "type": "Feature",
        "properties": {"ProductionPlace": "T-1", "ProducerCountry": "VN"},
        "geometry": collection,
    }
    land, out, page = tmp_path / "a.geojson", tmp_path / "out.geojson", tmp_path / "page.html"
    land.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    run = CliRunner()
    shown = run.invoke(app, ["repair", str(land), "--dry-run"])
    assert "T-1.1" in shown.stdout
    assert "T-1.2" in shown.stdout
    done = run.invoke(app, ["repair", str(land), "-o", str(out), "--format", "html", "--report", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "T-1.1" in text
    assert "T-1.2" in text
    names = [one["properties"]["ProductionPlace"] for one in json.loads(out.read_text())["features"]]
    assert names == ["T-1.1", "T-1.2"]
    again = run.invoke(app, ["check", str(out), "--format", "json"])
    assert "multipoint" not in {one["rule"] for one in json.loads(again.stdout)["findings"]}

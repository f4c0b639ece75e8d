"""Better outlines of countries: read from a user's file, asked first, named in the report, forgotten afterwards."""

import json

import pytest
import shapely
from click.testing import CliRunner
from tests_helpers import plots_of

from eudr_geo.base.errors import InputError
from eudr_geo.checks.checking import check
from eudr_geo.cli import app
from eudr_geo.model.plots import Reading
from eudr_geo.plots import atlas, countries
from eudr_geo.plots.own_outlines import using
from eudr_geo.sources.outlines import read_boundaries

INSIDE, BEYOND = shapely.Point(108.05, 12.68), shapely.Point(104.92, 11.56)  # Đắk Lắk; Phnom Penh
WIDE = shapely.box(100, 8, 110, 24)


def write(path, *features):
    rows = [
        {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
        for properties, shape in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return path


def found(*points, **given):
    plots = plots_of(*points, area_ha=[1.0] * len(points))
    result = check(Reading(plots), select=["outside-country"], **given)
    assert not result.tool_errors
    return [one.record for one in result.findings], result.boundaries


@pytest.mark.parametrize(
    "properties", [{"iso2": "VN"}, {"ISO_A2_EH": "VN", "NAME": "x"}, {"shapeGroup": "VNM"}, {"country": "Việt Nam"}]
)
def test_outlines_of_a_file_are_asked_first_and_only_while_asked(tmp_path, properties):
    assert found(INSIDE, BEYOND)[0] == [2]
    outlines = read_boundaries(write(tmp_path / "official.geojson", (properties, WIDE)))
    records, said = found(INSIDE, BEYOND, boundaries=outlines)
    assert records == []
    assert said.startswith("official.geojson (VN); else Natural Earth")
    records, said = found(INSIDE, BEYOND)
    assert records == [2]
    assert said == atlas.EDITION


def test_a_smaller_outline_puts_a_plot_outside(tmp_path):
    small = write(tmp_path / "a.geojson", ({"iso2": "VN"}, shapely.box(105, 20, 106, 21)))
    with using(read_boundaries(small)):
        assert countries.find([108.05, 105.5, 102.6], [12.68, 20.5, 18.0]).tolist() == ["", "VN", "LA"]
        assert countries.distance_km("VN", [INSIDE])[0] > 700
    assert countries.find([108.05], [12.68]).tolist() == ["VN"]


def test_provinces_of_one_country_are_put_together(tmp_path):
    path = write(tmp_path / "a.geojson", *(({"iso2": "VN"}, shapely.box(x, 8, x + 5, 24)) for x in (100, 105)))
    assert read_boundaries(path).shapes["VN"].area == pytest.approx(160)


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ([({"name": "Atlantis"}, WIDE)], "names no country"),
        ([({"iso2": "VN"}, shapely.Point(1, 1))], "is no polygon"),
        ([], "no plot in the file"),
    ],
)
def test_what_is_no_outline_is_refused_with_a_reason(tmp_path, features, words):
    with pytest.raises(InputError, match=words) as caught:
        read_boundaries(write(tmp_path / "a.geojson", *features))
    assert caught.value.fix


def test_a_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(InputError, match="cannot be read"):
        read_boundaries(path)
    with pytest.raises(InputError):
        read_boundaries(tmp_path / "nowhere.geojson")


def test_the_command_takes_outlines_and_says_so(tmp_path):
    outlines = write(tmp_path / "official.geojson", ({"iso2": "VN"}, WIDE))
    plots = write(
        tmp_path / "plots.geojson",
        ({"ProducerCountry": "VN", "ProductionPlace": "T-1", "ProducerName": "x", "Area": 1.0}, BEYOND),
    )
    plain = CliRunner().invoke(app, ["check", str(plots)])
    assert "outside-country" in plain.output
    better = CliRunner().invoke(app, ["check", str(plots), "--boundaries", str(outlines)])
    assert "outside-country" not in better.output
    assert "official.geojson (VN)" in better.output


def test_land_of_no_country_is_named():
    plots = plots_of(shapely.Point(33.75, 21.87), area_ha=[1.0], country=["EG"])
    (one,) = check(Reading(plots), select=["outside-country"]).findings
    assert "in Bir Tawil, which belongs to no country" in one.message
    assert one.severity == "warning"


def test_every_unit_without_a_code_is_found_by_its_name():
    names = set()
    for row, unit in enumerate(atlas.units()):
        if not unit.code:
            inside = shapely.point_on_surface(atlas.unit_shape(row))
            names |= set(countries.disputed([inside.x], [inside.y]))
    assert names == set(countries.WITHOUT_CODE)

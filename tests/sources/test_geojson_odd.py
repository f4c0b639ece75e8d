"""GeoJSON that is legal but odd, or wrong in ways that a quick reader turns into other plots."""

import json

import pytest
import shapely

SQUARE = "[[108.05,12.68],[108.052,12.68],[108.052,12.682],[108.05,12.68]]"


def feature(coordinates="[108.05,12.68]", kind="Point", properties="{}", more=""):
    return f'{{"type":"Feature"{more},"properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}'


def collection(*features, more=""):
    return f'{{"type":"FeatureCollection"{more},"features":[{",".join(features)}]}}'


def test_text_behind_good_numbers_costs_one_record_and_not_the_file(direct):
    bad = feature('[[[108.05,12.68],["108.052",12.68],[108.052,12.682],[108.05,12.68]]]', "Polygon")
    seen = direct(collection(feature(), bad, feature()))
    assert seen.reasons == [(2, "not-finite")]
    assert seen.rejected[0].fix == "write 108.052 without quotes"


def test_four_whole_numbers_are_two_with_decimal_commas(direct):
    seen = direct(collection(feature("[108,5,12,5]"), feature("[108.5,12,310,4]")))
    assert seen.reasons == [(1, "unreadable-record")]
    assert "decimal comma" in seen.rejected[0].why
    assert seen.plots["has_z"].tolist() == [True]


def test_a_shape_among_the_properties_comes_back_as_it_was(direct):
    properties = '{"house":{"type":"Point","coordinates":[108.06,12.69]},"coordinates":[1,2]}'
    first, second = (direct(collection(feature(properties=properties))).plots["extra"][0] for _ in range(2))
    assert first == second, "the same file gives the same text"
    assert json.loads(first) == {"coordinates": "[1,2]", "house": {"coordinates": "[108.06,12.69]", "type": "Point"}}


@pytest.mark.parametrize("depth", [10, 40, 600, 3000, 100_000])
@pytest.mark.parametrize("shape", ["properties", "coordinates", "collections", "member"])
@pytest.mark.fault(32)
def test_depth_never_breaks_the_reader(direct, depth, shape):
    nested = "[" * depth + "1" + "]" * depth
    data = {
        "properties": collection(feature(properties=f'{{"a":{nested}}}'), feature()),
        "coordinates": collection(feature(nested), feature()),
        "collections": collection(
            '{"type":"Feature","properties":{},"geometry":'
            + '{"type":"GeometryCollection","geometries":[' * depth
            + "]}" * depth
            + "}"
        ),
        "member": collection(feature(), more=f',"note":{nested}'),
    }[shape]
    seen = direct(data)
    assert set(seen.codes) <= {"unreadable-file"}
    assert len(seen.plots) + len(seen.rejected) > 0 or seen.codes


@pytest.mark.fault(39)
def test_half_a_character_deep_inside_is_found(direct):
    seen = direct(collection(feature(properties='{"a":{"b\\ud800":"x"}}'), feature(properties='{"a":["\\u0000"]}')))
    assert [code for _, code in seen.reasons] == ["unreadable-record"] * 2


def test_numbers_that_a_program_gave_are_no_plot_codes(direct):
    place = '{"ProductionPlace":"DL-%d"}'
    for start in (0, 1):
        rows = [feature(properties=place % i, more=f',"id":"{i + start}"') for i in range(3)]
        assert direct(collection(*rows)).plots["plot_id"].tolist() == ["DL-0", "DL-1", "DL-2"]
    given = [feature(properties=place % i, more=f',"id":"K-{i}"') for i in range(3)]
    assert direct(collection(*given)).plots["plot_id"].tolist() == ["K-0", "K-1", "K-2"]


def test_a_village_is_no_plot_code(direct):
    rows = [feature(properties='{"ProductionPlace":"Buôn Ako"}') for _ in range(4)]
    seen = direct(collection(*rows))
    assert seen.plots["plot_id"].tolist() == [""] * 4
    assert seen.plots["place"].tolist() == ["Buôn Ako"] * 4


def test_only_the_name_that_is_used_is_called_misspelt(direct):
    properties = '{"ProducerName":"A","producer_name":"B","Country":"VN"}'
    plots = direct(collection(feature(properties=properties))).plots
    assert (plots["producer"][0], plots["misspelt"][0]) == ("A", "Country>ProducerCountry")
    assert json.loads(plots["extra"][0]) == {"producer_name": "B"}


def test_a_date_that_is_none_is_kept_as_text(direct):
    plots = direct(collection(feature(properties='{"mapped_on":"sau Tết"}'))).plots
    assert plots["mapped_on"][0] == ""
    assert json.loads(plots["extra"][0]) == {"mapped_on": "sau Tết"}


@pytest.mark.parametrize("name", ["ProducerName", "ProductionPlace", "note"])
def test_a_text_of_a_book_s_length_is_rejected(direct, name):
    seen = direct(collection(feature(properties=json.dumps({name: "x" * 20_000})), feature()))
    assert seen.reasons == [(1, "unreadable-record")]
    assert "10,000" in seen.rejected[0].why


def test_a_boundary_of_too_many_positions_is_rejected_alone(direct):
    from eudr_geo.base.limits import Limits

    limits = Limits(ring_vertices=4)
    five = SQUARE[:-1] + ",[108.05,12.68]]"
    seen = direct(collection(feature(f"[{five}]", "Polygon"), feature(f"[{SQUARE}]", "Polygon")), limits=limits)
    assert seen.reasons == [(1, "unreadable-record")]
    assert len(seen.plots) == 1


@pytest.mark.parametrize(
    "data",
    [
        '{"type":"Feature","type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}',
        '{"type":"FeatureCollection","features":[],"features":[]}',
        '{"type":"Feature","properties":{},"geometry":null,"geometry":{"type":"Point","coordinates":[1,2]}}',
    ],
)
@pytest.mark.fault(31)
def test_a_member_that_stands_twice_is_not_halved(direct, data):
    (note,) = direct(data).notes
    assert note.code == "unreadable-file"
    assert "twice" in note.why


def test_the_line_of_a_letter_that_is_none_is_named(direct):
    data = (
        collection(
            feature(),
        )
        .replace('"type":"Feature",', '"type":"Feature",\n')
        .encode()
    )
    (note,) = direct(data.replace(b'"properties":{}', b'"properties":{"a":"Jos\xe9"}')).notes
    assert note.code == "unreadable-file"
    assert "line 2" in note.why


def test_converted_plots_are_not_blamed_for_the_digits_of_metres(direct):
    crs = ',"crs":{"type":"name","properties":{"name":"EPSG:32648"}}'
    seen = direct(collection(feature("[835000.5,1402000]"), more=crs))
    assert seen.plots["short_lons"].tolist() == [0] == seen.plots["short_lats"].tolist()
    assert shapely.get_coordinates(seen.plots.geometry).round(1).tolist() == [[108.1, 12.7]]


@pytest.mark.parametrize(
    ("text", "decimals", "short"),
    [
        ("108.500000", 6, 0),
        ("108.5", 1, 1),
        ("108", 0, 1),
        ("1.0850000e2", 5, 1),
        ("1085000e-6", 6, 0),
        ("-0.000001", 6, 0),
    ],
)
def test_decimals_are_those_of_the_text(direct, text, decimals, short):
    plots = direct(collection(feature(f"[{text},12]"))).plots
    assert (plots["decimals"][0], plots["short_lons"][0], plots["short_lats"][0]) == (decimals, short, 1)


def test_rings_and_holes_are_told_apart_in_every_nesting(direct):
    hole = "[[108.0505,12.6801],[108.0506,12.6801],[108.0506,12.6802]]"
    seen = direct(
        collection(feature(f"[[{SQUARE},{hole}],[{SQUARE}]]", "MultiPolygon"), feature(f"[{SQUARE},{hole}]", "Polygon"))
    )
    assert [shapely.get_num_interior_rings(shapely.get_geometry(one, 0)) for one in seen.plots.geometry] == [1, 1]
    assert seen.plots["open_rings"].tolist() == [1, 1]
    assert seen.plots["vertices"].tolist() == [11, 7]


def test_collections_of_plots_stay_plots_and_lines_do_not(direct):
    def mixed(kind, coordinates):
        part = f'{{"type":"{kind}","coordinates":{coordinates}}}'
        point = '{"type":"Point","coordinates":[108.05,12.68]}'
        return f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"GeometryCollection","geometries":[{point},{part}]}}}}'

    seen = direct(collection(mixed("Polygon", f"[{SQUARE}]"), mixed("LineString", SQUARE)))
    assert [one.geom_type for one in seen.plots.geometry] == ["GeometryCollection"]
    assert seen.reasons == [(2, "unsupported-geometry")]

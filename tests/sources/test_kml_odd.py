"""KML and KMZ as phones, Google Earth and people make them."""

import io
import zipfile

import pytest
import shapely

RING = "108.050001,12.680001 108.052001,12.680001 108.052001,12.682001 108.050001,12.680001"


def kml(*parts, encoding="UTF-8"):
    return f'<?xml version="1.0" encoding="{encoding}"?><kml><Document>{"".join(parts)}</Document></kml>'


def placemark(geometry, name="P-1", data=""):
    return f"<Placemark>{f'<name>{name}</name>' if name else ''}{data}{geometry}</Placemark>"


def point(coordinates):
    return f"<Point><coordinates>{coordinates}</coordinates></Point>"


def polygon(ring):
    return f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"


def data(**values):
    return (
        "<ExtendedData>"
        + "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in values.items())
        + "</ExtendedData>"
    )


def zipped(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "coordinates",
    [
        "108,05,12,68",
        "108,05,12,68,0",
        "108,05",
        "108,05 12,68 108,06 12,68 108,06 12,69",
        "108,5 12,6 108,6 12,6 108,6 12,7",
    ],
)
@pytest.mark.fault(47)
def test_decimal_commas_never_become_another_place(direct, coordinates):
    seen = direct(kml(placemark(polygon(coordinates)), placemark(point(coordinates)), placemark(polygon(RING))))
    assert seen.reasons == [(1, "unreadable-record"), (2, "unreadable-record")]
    assert "comma" in seen.rejected[0].why
    assert len(seen.plots) == 1


@pytest.mark.parametrize(
    "coordinates", [" 108.05 , 12.68 , 0 ", "108.05,12.68,", "\n\t108.05,12.68,0\n", "108.05,\n12.68"]
)
@pytest.mark.fault(47)
def test_harmless_blanks_are_read(direct, coordinates):
    plots = direct(kml(placemark(point(coordinates)))).plots
    assert shapely.get_coordinates(plots.geometry).tolist() == [[108.05, 12.68]]


def test_a_placemark_s_name_is_not_its_folder_s(direct):
    folder = f"<Folder>{placemark(point('1.5,2.5'), 'A')}{placemark(point('1.5,2.5'), 'B')}</Folder>"
    plots = direct(kml(folder, placemark(point("1.5,2.5"), "C"))).plots
    assert plots["group"].tolist() == ["", "", ""]
    assert plots["plot_id"].tolist() == ["A", "B", "C"]


def test_a_code_in_the_data_wins_over_the_name(direct):
    plots = direct(
        kml(placemark(point("1.5,2.5"), "Vườn trên", data(plot_id="0071", Area="1.50", ProducerName="Đỗ Thị Nga")))
    ).plots
    assert (plots["plot_id"][0], plots["area_ha"][0], plots["producer"][0]) == ("0071", 1.5, "Đỗ Thị Nga")


def test_two_values_of_one_name_are_not_halved(direct):
    twice = data(a="1").replace("</ExtendedData>", "") + data(a="2").replace("<ExtendedData>", "")
    seen = direct(kml(placemark(point("1.5,2.5"), data=twice)))
    assert seen.reasons == [(1, "unreadable-record")]


@pytest.mark.fault(45)
def test_many_links_make_one_note(direct):
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link></NetworkLink>"
    (note,) = direct(kml(link * 3, placemark(point("1.5,2.5")))).notes
    assert (note.code, note.why) == ("several-layers", "3 network links were not followed")


@pytest.mark.fault(51)
def test_a_wrong_encoding_is_named_and_not_called_damage(direct):
    (note,) = direct(kml(placemark(point("1.5,2.5"), "Buôn Đăk")).encode("cp1258")).notes
    assert note.code == "unreadable-file"
    assert "UTF-8" in note.why
    right = direct(kml(placemark(point("1.5,2.5"), "Đăk"), encoding="windows-1258").encode("cp1258"))
    assert (right.plots["plot_id"][0], right.encoding) == ("Đăk", "windows-1258")


@pytest.mark.parametrize(
    "second", [f"<LineString><coordinates>{RING}</coordinates></LineString>", point("108.05,12.68")]
)
@pytest.mark.fault(46)
def test_a_multigeometry_is_one_record(direct, second):
    seen = direct(kml(placemark(f"<MultiGeometry>{polygon(RING)}{second}</MultiGeometry>"), placemark(polygon(RING))))
    assert len(seen.plots) + len(seen.rejected) == 2
    assert (seen.reasons == [(1, "unsupported-geometry")]) == ("LineString" in second)


def test_a_layer_is_a_folder(direct):
    inner = f"<Folder><name>B</name>{placemark(point('1.5,2.5'), 'b')}</Folder>"
    text = kml(
        f"<Folder><name>A</name>{inner}{placemark(point('1.5,2.5'), 'a')}</Folder>", placemark(point("1.5,2.5"), "c")
    )
    assert direct(text, layer="B").plots["plot_id"].tolist() == ["b"]
    assert direct(text, layer="A/B").plots["plot_id"].tolist() == ["b"]
    assert direct(text, layer="A").plots["plot_id"].tolist() == ["b", "a"]


@pytest.mark.fault(52)
def test_pictures_before_the_kml_do_not_hide_it(direct):
    seen = direct(
        zipped(("files/house.jpg", bytes(range(256)) * 400), ("files/doc.KML", kml(placemark(polygon(RING)))))
    )
    assert (seen.format, len(seen.plots)) == ("KMZ", 1)


@pytest.mark.fault(52)
def test_other_map_files_in_the_archive_are_not_passed_over_in_silence(direct):
    seen = direct(zipped(("doc.kml", kml(placemark(polygon(RING)))), ("old/plots.shp", b"x"), ("icon.png", b"x")))
    (note,) = seen.notes
    assert (note.code, "plots.shp" in note.why, "icon" in note.why) == ("several-layers", True, False)

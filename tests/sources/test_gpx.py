"""GPX as phones and GPS devices write it: what GDAL turns into zero, or leaves out, is named."""

import numpy as np
import pytest
import shapely

from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.sources.reading import read_plots

WALK = [(108.05, 12.68), (108.0512, 12.6801), (108.0513, 12.6811), (108.0501, 12.681), (108.05004, 12.68004)]


def gpx(*parts, head=""):
    return f'<?xml version="1.0"?>{head}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{"".join(parts)}</gpx>'


def wpt(lat="12.680001", lon="108.050001", inside="<name>P-1</name>"):
    where = "".join(f' {key}="{value}"' for key, value in (("lat", lat), ("lon", lon)) if value is not None)
    return f"<wpt{where}>{inside}</wpt>"


def positions(walk, tag="trkpt"):
    return "".join(f'<{tag} lat="{lat:.6f}" lon="{lon:.6f}"><ele>512.3</ele></{tag}>' for lon, lat in walk)


def trk(*segments, name="Walk 7"):
    inside = "".join(f"<trkseg>{positions(one)}</trkseg>" for one in segments)
    return f"<trk><name>{name}</name>{inside}</trk>"


@pytest.mark.fault(49)
def test_each_bad_waypoint_is_rejected_by_its_number(direct):
    seen = direct(gpx(wpt("abc"), wpt("12,5"), wpt(), wpt(None), wpt(""), wpt("12.5", "NaN")))
    assert seen.format == "GPX"
    assert seen.plots["record"].tolist() == [3]
    assert seen.reasons == [
        (1, "not-finite"),
        (2, "not-finite"),
        (4, "unreadable-record"),
        (5, "not-finite"),
        (6, "not-finite"),
    ]
    assert "write 12.5" in seen.rejected[1].fix


@pytest.mark.fault(49)
def test_a_latitude_off_the_globe_and_exchanged_axes_are_found(tmp_path):
    path = tmp_path / "a.gpx"
    path.write_text(
        gpx(wpt("91.000001"), wpt("12.680001", "108.050001", "<name>P-2</name>"), wpt("8.050001", "12.680001"))
    )
    reading = read_plots([path], country="VN")
    found = {(one.rule, one.record) for one in check(reading).findings}
    assert ("out-of-range", 1) in found
    assert ("outside-country", 3) in found
    assert not {rule for rule, record in found if record == 2} & {"out-of-range", "outside-country"}


def test_a_waypoint_keeps_what_it_says(direct):
    inside = (
        "<ele>512</ele><time>2025-11-03T07:00:00Z</time><name>T-0071</name><desc>corner of the road</desc>"
        "<extensions><x:accuracy xmlns:x='u'>4.2</x:accuracy></extensions>"
    )
    plots = direct(gpx(wpt("12.6800010", "108.0500", inside))).plots
    assert plots["plot_id"].tolist() == ["T-0071"]
    assert plots["mapped_on"].tolist() == ["2025-11-03"]
    assert plots["has_z"].tolist() == [True]
    assert (plots["short_lons"][0], plots["short_lats"][0], plots["decimals"][0]) == (1, 0, 7)
    assert "corner of the road" in plots["extra"][0]
    assert "4.2" in plots["extra"][0]


@pytest.mark.fault(50)
def test_a_walk_is_offered_as_a_boundary_when_it_comes_back(tmp_path):
    path = tmp_path / "walks.gpx"
    line = [(108.1, 12.7), (108.11, 12.7), (108.12, 12.71), (108.13, 12.72)]
    route = f"<rte><name>R-1</name>{positions(WALK, 'rtept')}</rte>"
    path.write_text(gpx(wpt(), trk(WALK), trk(line, name="to town"), trk(WALK[:3], WALK[2:], name="paused"), route))
    reading = read_plots([path], country="VN")
    assert len(reading.plots) == 1
    assert [(one.record, one.group, one.code, one.offer is not None) for one in reading.rejected] == [
        (2, "tracks", "unsupported-geometry", True),
        (3, "tracks", "unsupported-geometry", False),
        (4, "tracks", "unsupported-geometry", True),
        (5, "routes", "unsupported-geometry", True),
    ]
    assert "several-layers" in {note.code for note in reading.files[0].notes}
    done = repair(reading, also=["unsupported-geometry"])
    assert sorted(done.reading.plots["plot_id"]) == ["P-1", "R-1", "Walk 7", "paused"]
    walked = done.reading.plots.geometry[done.reading.plots["plot_id"] == "Walk 7"][0]
    assert shapely.equals_exact(walked, shapely.Polygon(WALK), tolerance=1e-6)
    assert len(done.reading.plots) + len(done.reading.rejected) == 5


@pytest.mark.fault(50)
def test_pieces_that_lie_apart_are_no_boundary(direct):
    far = [(lon + 0.01, lat) for lon, lat in WALK[2:]]
    seen = direct(gpx(trk(WALK[:2], far)))
    assert seen.reasons == [(1, "unsupported-geometry")]
    assert seen.rejected[0].offer is None
    assert "2 pieces" in seen.rejected[0].why


@pytest.mark.fault(50)
def test_a_layer_is_chosen_by_name(tmp_path):
    path = tmp_path / "a.gpx"
    path.write_text(gpx(wpt(), trk(WALK)))
    assert [row.group for row in read_plots([path], layer="tracks").rejected] == ["tracks"]
    assert read_plots([path], layer="waypoints").plots["plot_id"].tolist() == ["P-1"]
    (note,) = read_plots([path], layer="roads").files[0].notes
    assert "waypoints, tracks, routes" in note.fix


@pytest.mark.fault(50)
def test_a_noisy_walk_of_one_position_a_second_is_offered_with_all_its_positions(direct):
    rng = np.random.default_rng(4)
    turn = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    noisy = np.column_stack([108.05 + 0.0006 * np.cos(turn), 12.68 + 0.0006 * np.sin(turn)])
    noisy += rng.normal(0, 2e-5, noisy.shape)
    seen = direct(gpx(trk([tuple(one) for one in noisy.tolist()])))
    assert seen.rejected[0].offer["vertices"].tolist() == [900]
    assert "900 positions" in seen.rejected[0].why


def test_nothing_in_it(direct):
    seen = direct(gpx())
    assert seen.codes == ["empty-file"]
    assert direct(gpx("<trk><name>T</name><trkseg/></trk>")).reasons == [(1, "missing-geometry")]


@pytest.mark.fault(43)
@pytest.mark.fault(44)
def test_a_document_type_definition_is_refused(direct, canary):
    head = f'<!DOCTYPE gpx [<!ENTITY x SYSTEM "{canary.file}"><!ENTITY r SYSTEM "{canary.url}">]>'
    seen = direct(gpx(wpt("&x;"), head=head))
    assert seen.codes == ["unreadable-file"]
    assert len(seen.plots) == 0
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    assert direct(gpx(wpt(inside="<name>&a8;</name>"), head=f"<!DOCTYPE gpx [{laughs}]>")).codes == ["unreadable-file"]

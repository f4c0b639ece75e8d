"""Exchange files of apps: TerraTrac, Whisp, the EU system, each with its own habits."""

import json

from eudr_geo.checks.checking import check
from eudr_geo.checks.repairing import repair
from eudr_geo.sources.reading import read_plots

RING = [[108.050001, 12.680001], [108.051201, 12.680101], [108.051301, 12.681101], [108.050001, 12.680001]]


def collection(*features):
    made = [{"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]
    return json.dumps({"type": "FeatureCollection", "features": made})


def test_points_of_terratrac_are_found_exchanged_one_by_one_and_polygons_are_not(tmp_path):
    path = tmp_path / "farms.geojson"
    told = {"farmer_name": "Y Blơm", "member_id": "M-1", "farm_size": 1.2}
    path.write_text(
        collection(
            ({**told, "remote_id": "a"}, {"type": "Point", "coordinates": [12.680001, 108.050001]}),
            ({**told, "remote_id": "b"}, {"type": "Polygon", "coordinates": [RING]}),
            ({**told, "remote_id": "c"}, {"type": "Point", "coordinates": [108.060001, 12.690001]}),
        )
    )
    reading = read_plots([path], country="VN", commodity="coffee")
    assert reading.plots["producer_id"].tolist() == ["M-1"] * 3
    exchanged = [one.plot_id for one in check(reading).findings if one.rule == "swapped-axes"]
    assert exchanged == ["a"]
    done = repair(reading, also=["swapped-axes"])
    assert str(done.reading.plots.geometry[0]) == "POINT (108.050001 12.680001)"


def test_a_record_without_country_that_says_its_latitude_proves_the_exchange(tmp_path):
    told = {"farmer_name": "Amina", "latitude": "6.700001", "longitude": "-1.600001"}
    path = tmp_path / "farms.geojson"
    path.write_text(
        collection(
            ({**told, "remote_id": "turned"}, {"type": "Point", "coordinates": [6.700001, -1.600001]}),
            ({**told, "remote_id": "right"}, {"type": "Point", "coordinates": [-1.600001, 6.700001]}),
            ({**told, "remote_id": "elsewhere"}, {"type": "Point", "coordinates": [-3.600001, 6.700001]}),
            ({"remote_id": "silent", "latitude": "n/a"}, {"type": "Point", "coordinates": [6.700001, -1.600001]}),
        )
    )
    found = [one for one in check(read_plots([path])).findings if one.rule == "swapped-axes"]
    assert [one.plot_id for one in found] == ["turned"]
    assert "its own columns of latitude and longitude say so" in found[0].message


def test_a_table_of_terratrac_holds_points_and_boundaries_in_one_column(direct):
    head = "remote_id,farmer_name,member_id,farm_village,farm_size,latitude,longitude,polygon,created_at"
    rows = [
        f'a,Đậu,M-1,Ea Tam,1.2,12.680001,108.050001,"{json.dumps(RING)}",2025-11-01T08:00:00Z',
        'b,Blơm,M-2,Ea Tam,0.8,12.690001,108.060001,"[[108.060001, 12.690001]]",2025-11-01T08:00:00Z',
        'c,Tran, Thi,M-3,Ea Tam,0.8,12.690001,108.060001,"[[108.060001, 12.690001]]",2025-11-01T08:00:00Z',
    ]
    seen = direct("\n".join([head, *rows]))
    assert [one.geom_type for one in seen.plots.geometry] == ["Polygon", "Point", "Point"]
    assert seen.plots["plot_id"].tolist() == ["a", "b", "c"]
    assert (seen.plots["producer"][2], seen.plots["producer_id"][2]) == ("Tran, Thi", "M-3")
    assert (seen.plots["area_ha"][2], seen.reasons) == (0.8, [])
    assert ("B4", "bare-comma") in [(one.cell, one.rule) for one in seen.changes]


def test_whisp_numbers_the_plots_and_keeps_our_code_beside(direct):
    head = "plotId,external_id,Area,Geometry_type,ProducerCountry,Unit,Ind_01_treecover,risk_pcrop,geo"
    cell = json.dumps({"type": "Polygon", "coordinates": [RING]}).replace('"', '""')
    plots = direct(f'{head}\n1,T-001,0.71,Polygon,VN,ha,yes,low,"{cell}"\n').plots
    assert plots["plot_id"].tolist() == ["T-001"]
    assert (plots["area_ha"][0], plots["country"][0]) == (0.71, "VN")
    assert '"risk_pcrop": "low"' in plots["extra"][0]
    assert '"plotId": "1"' in plots["extra"][0]
    told = {"plotId": 1, "external_id": "T-001", "Area": 0.71, "ProducerCountry": "VN", "risk_pcrop": "low"}
    again = direct(collection((told, {"type": "Polygon", "coordinates": [RING]}))).plots
    assert again["plot_id"].tolist() == ["T-001"]

"""Collections in a cell of a table: read, or rejected with a reason; the other rows go on."""

import csv
import io
import json

import pytest

from eudr_geo.sources.reading import read_bytes

RING = [[108.05, 12.68], [108.0512345, 12.6812345], [108.0512345, 12.6800001], [108.05, 12.68]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
POINT = {"type": "Point", "coordinates": [108.051234, 12.681234]}


def read(*cells):
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["plot_id", "boundary"])
    rows.writerows([f"P-{number}", cell] for number, cell in enumerate(cells, start=1))
    return read_bytes("plots.csv", out.getvalue().encode())


def collection(*members):
    return json.dumps({"type": "GeometryCollection", "geometries": list(members)})


def test_a_collection_is_read():
    reading = read(json.dumps(POLYGON), collection(POLYGON, POINT))
    assert [shape.geom_type for shape in reading.plots.geometry] == ["Polygon", "GeometryCollection"]
    assert not reading.rejected


@pytest.mark.parametrize(
    "cell",
    [
        '{"type": "GeometryCollection"}',
        '{"type": "GeometryCollection", "geometries": 5}',
        '{"type": "GeometryCollection", "geometries": [5]}',
        '{"type": "GeometryCollection", "geometries": []}',
        collection({"type": "GeometryCollection", "geometries": [POINT]}),
        collection({"type": "Nothing", "coordinates": [1, 2]}),
        collection({"type": "Point"}),
        '{"type": 5}',
        "{}",
    ],
)
def test_a_broken_one_is_rejected_and_the_others_go_on(cell):
    reading = read(json.dumps(POLYGON), cell)
    assert reading.files[0].adds_up()
    assert (len(reading.plots), len(reading.rejected)) == (1, 1), reading.files
    assert reading.rejected[0].why

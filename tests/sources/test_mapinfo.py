"""MapInfo tables as land offices send them: the one format that GDAL reads for us."""

import io
import zipfile

import fiona
import pytest
import shapely
from fiona.crs import CRS
from shapely.geometry import mapping

RING = [(108.05, 12.68), (108.0512, 12.6801), (108.0513, 12.6811), (108.0501, 12.681), (108.05, 12.68)]
ROWS = [
    (shapely.Polygon(RING), {"plot_id": "0071", "producer": "Nguyen Thi Dau", "area_ha": 1.35}),
    (shapely.Polygon([(x + 0.01, y) for x, y in RING]), {"plot_id": "B", "producer": None, "area_ha": None}),
    (None, {"plot_id": "C", "producer": None, "area_ha": None}),
]


def written(folder, rows=ROWS, *, suffix="tab", epsg=4326, kind="Unknown"):
    folder.mkdir()
    schema = {"geometry": kind, "properties": {"plot_id": "str:20", "producer": "str:60", "area_ha": "float"}}
    path = folder / f"plots.{suffix}"
    with fiona.open(path, "w", driver="MapInfo File", schema=schema, crs=CRS.from_epsg(epsg)) as target:
        for geometry, properties in rows:
            shape = None if geometry is None else mapping(geometry)
            target.write({"type": "Feature", "geometry": shape, "properties": properties})
    return {one.suffix[1:].lower(): one.read_bytes() for one in folder.iterdir()}


def zipped(parts, stem="du lieu/plots"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for suffix, data in parts.items():
            archive.writestr(f"{stem}.{suffix}", data)
    return out.getvalue()


@pytest.mark.parametrize("suffix", ["tab", "mif"])
def test_a_table_in_an_archive_is_read(direct, tmp_path, suffix):
    seen = direct(zipped(written(tmp_path / "a", suffix=suffix)))
    assert (seen.format, seen.codes) == ("MapInfo", [])
    assert seen.plots["plot_id"].tolist() == ["0071", "B"]
    assert seen.plots["area_ha"][0] == 1.35
    assert [(row.record, row.code, row.plot_id) for row in seen.rejected] == [(3, "missing-geometry", "C")]
    assert shapely.hausdorff_distance(seen.plots.geometry[0], shapely.Polygon(RING)) < 1e-6


def test_a_national_grid_is_converted(direct, tmp_path):
    from eudr_geo.plots.projecting import to_wgs84

    metres = shapely.Polygon([(835000, 1402000), (835200, 1402000), (835200, 1402200), (835000, 1402000)])
    seen = direct(zipped(written(tmp_path / "a", [(metres, ROWS[0][1])], epsg=32648)))
    (expected,) = to_wgs84([metres], "EPSG:32648")
    assert seen.codes == []
    assert shapely.hausdorff_distance(seen.plots.geometry[0], expected) < 1e-6


@pytest.mark.parametrize("missing", ["dat", "map", "id"])
def test_a_missing_part_is_named(direct, tmp_path, missing):
    parts = written(tmp_path / "a")
    del parts[missing]
    (note,) = direct(zipped(parts)).notes
    assert f"plots.{missing} is missing" in note.why


@pytest.mark.parametrize(
    "text",
    [
        b'!table\n!version 300\nopen table "/etc/secret.tab" as x\ncreate view y as select * from x\n',
        b'!table\nDefinition Table\n Type LINKED Charset "WindowsLatin1"\n',
        b'!table\nDefinition Table\n Type NATIVE Charset "Neutral"\n"\\IsSeamless" = "TRUE"\n',
    ],
)
def test_a_table_that_opens_others_is_refused(direct, tmp_path, text):
    (note,) = direct(zipped({**written(tmp_path / "a"), "tab": text})).notes
    assert note.code == "unsupported-format"
    assert "opens other tables" in note.why


@pytest.mark.parametrize("part", ["dat", "map", "id", "tab"])
def test_damage_never_loses_a_record(direct, tmp_path, part):
    import random

    parts = written(tmp_path / "a")
    draw = random.Random(part)
    for _ in range(12):
        data = bytearray(parts[part])
        for _ in range(3):
            data[draw.randrange(len(data))] = draw.randrange(256)
        direct(zipped({**parts, part: bytes(data)}))  # the fixture adds up the records

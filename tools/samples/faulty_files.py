"""Messy files whose plots are in each other's way, or that are themselves the fault."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from samples import formats
from samples.coop import measured_ha
from samples.dice import Dice
from samples.formats import feature, geojson
from samples.land import Micro, Ring
from samples.messy import HEADINGS, MAKERS, Land, Messy, features, land_of, messy_file, points
from samples.people import invented_name


@messy_file(8)
def duplicate_code(land: list[Land], _dice: Dice) -> Messy:
    """One code on two boundaries."""
    other = feature(land[5].polygon(), land[5].official | {"ProductionPlace": land[1].code.lower()})
    return Messy(
        "duplicate-code.geojson",
        "Record 6 bears the code of record 2, written in small letters, on other land.",
        geojson(features(land, {6: other})),
        len(land),
        {"duplicate-plot-id": [6]},
    )


@messy_file(9, near=0.4)
def overlapping(land: list[Land], _dice: Dice) -> Messy:
    """Land that two plots claim."""
    shifted = _claim(land[3].ring, [plot.ring for plot in land if plot not in (land[3], land[4])])
    block = Ring(tuple(_between(land[0].ring, corner, 45, 100) for corner in land[0].ring.corners))
    again = Ring((*land[2].ring.corners[3:], *land[2].ring.corners[:3]))
    claims = {5: (land[4], shifted), 7: (land[6], block), 9: (land[8], again)}
    changed = {
        n: feature(formats.polygon(ring.closed()), plot.official | {"Area": round(measured_ha(ring), 2)})
        for n, (plot, ring) in claims.items()
    }
    return Messy(
        "overlapping.geojson",
        "Record 5 reaches into record 4, record 7 lies inside record 1, and record 9 is record 3 under another code, "
        "walked from another corner.",
        geojson(features(land, changed)),
        len(land),
        {"overlapping-plots": [5], "contained-plot": [7], "identical-plots": [9]},
    )


def _claim(ring: Ring, others: Sequence[Ring]) -> Ring:
    """A boundary that reaches far into another plot and into no third one."""
    for east, north in ((400, 0), (-400, 0), (0, 400), (0, -400), (300, 300), (-300, 300), (300, -300), (-300, -300)):
        moved = ring.moved(east, north)
        shape = shapely.Polygon(moved.corners)
        if not any(shape.intersects(shapely.Polygon(other.corners)) for other in others):
            return moved
    raise AssertionError("no room for a claim; give the hamlet more land")


def _between(ring: Ring, corner: Micro, times: int, of: int) -> Micro:
    """A corner moved towards the middle of its plot, or away from it."""
    x, y = ring.inside()
    return x + (corner[0] - x) * times // of, y + (corner[1] - y) * times // of


@messy_file(6)
def two_collectors_a(land: list[Land], _dice: Dice) -> Messy:
    """The first collector's file."""
    return Messy(
        "two-collectors-a.geojson",
        "Nothing is wrong with this file alone; see the next one.",
        geojson(features(land, {})),
        len(land),
    )


@messy_file(6)
def two_collectors_b(land: list[Land], _dice: Dice) -> Messy:
    """The second collector sends two plots of the first again."""
    number = next(i for i, (_, _, maker) in enumerate(MAKERS) if maker is two_collectors_a)
    first = land_of(number, "two_collectors_a", 6, {})
    sent = [*land[:2], Land(land[2].code, land[2].name, first[1].ring, first[1].area_ha), land[3], first[4], land[5]]
    return Messy(
        "two-collectors-b.csv",
        "Checked together with two-collectors-a.geojson: row 4 is record 2 of that file under another code and producer, "
        "row 6 is its record 5 sent again.",
        formats.table([(*HEADINGS, "wkt"), *((*plot.row, formats.wkt(plot.ring)) for plot in sent)]),
        len(land),
        {"identical-plots": [4, 6]},
        together_with=("two-collectors-a.geojson",),
    )


@messy_file(8)
def semicolons(land: list[Land], _dice: Dice) -> Messy:
    """A table as a Vietnamese Excel saves it."""
    rows = [[cell.replace(".", ",") for cell in row] for row in points(land, {})]
    rows[0] = ["Mã thửa", "Họ và tên", "Quốc gia", "Diện tích", "Vĩ độ", "Kinh độ"]
    return Messy(
        "semicolons.csv",
        "Semicolons, decimal commas and Vietnamese headings, as Excel saves CSV in Viet Nam. Nothing is wrong: it is read.",
        formats.table(rows, delimiter=";"),
        len(land),
    )


@messy_file(12)
def windows_1258(land: list[Land], dice: Dice) -> Messy:
    """Text of an old Vietnamese Windows."""
    named = [Land(plot.code, invented_name(dice, ede=False), plot.ring, plot.area_ha) for plot in land]
    return Messy(
        "windows-1258.csv",
        "The text is in the encoding of an old Vietnamese Windows (1258), which the file does not tell: it is guessed and said so.",
        formats.table(points(named, {}), encoding="cp1258"),
        len(land),
        {"unreadable-text": []},
    )


@messy_file(8)
def title_rows(land: list[Land], _dice: Dice) -> Messy:
    """A sheet with a title, coordinates as text."""
    head = [("DANH SÁCH THỬA ĐẤT CÀ PHÊ",), ("Niên vụ 2025/26",), ()]
    headings = ("Mã thửa", "Chủ hộ", "Quốc gia", "Diện tích (ha)", "Vĩ độ", "Kinh độ")
    rows = [
        (
            plot.code,
            plot.name,
            "VN",
            f"{plot.area_ha:.2f}".replace(".", ","),
            *(text.replace(".", ",") for text in plot.lat_lon),
        )
        for plot in land
    ]
    return Messy(
        "title-rows.xlsx",
        "Two title rows above the headings, numbers as text with decimal commas. Nothing is wrong: it is read.",
        formats.workbook({"Trang 1": [*head, headings, *rows]}, merged={"Trang 1": ["A1:F1", "A2:F2"]}),
        len(land),
    )


@messy_file(6)
def crs_member(land: list[Land], _dice: Dice) -> Messy:
    """The member that GDAL writes."""
    head = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},'
    return Messy(
        "crs-member.geojson",
        "The file has a crs member, which the standard dropped in 2016 and many programs still write.",
        geojson(features(land, {}), head=head),
        len(land),
        {"crs-member": []},
    )


@messy_file(8)
def folder_without_prj(land: list[Land], _dice: Dice) -> Messy:
    """A shapefile in a folder, without its coordinate system."""
    fields = {"plot_code": ("C", 12, 0), "ProducerNa": ("C", 60, 0), "ProducerCo": ("C", 2, 0), "Area": ("N", 8, 2)}
    rows = [dict(zip(fields, plot.row, strict=True)) for plot in land]
    return Messy(
        "folder-without-prj.zip",
        "A shapefile zipped with its folder and without its .prj: degrees by the look of them, but the file does not say so.",
        formats.shapefile("plots", [plot.ring for plot in land], fields, rows, folder="Ban do 2025/", prj=False),
        len(land),
        {"unknown-crs": []},
        {},
    )


@messy_file(8)
def truncated(land: list[Land], _dice: Dice) -> Messy:
    """The connection broke."""
    data = geojson(features(land, {}))
    return Messy(
        "truncated.geojson",
        "The file breaks off in record 6: the phone lost its connection.",
        data[: int(len(data) * 0.7)],
        0,
        {"unreadable-file": []},
    )


@messy_file(1)
def a_pdf(_land: list[Land], _dice: Dice) -> Messy:
    """A print of the map."""
    data = (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
    return Messy(
        "a-pdf.geojson",
        "A print of the map (PDF) under the name of a map file.",
        data,
        0,
        {"unreadable-file": []},
    )


@messy_file(1)
def empty(_land: list[Land], _dice: Dice) -> Messy:
    """Exported with nothing selected."""
    return Messy(
        "empty.geojson",
        "A collection without a single plot: exported with a filter set.",
        b'{"type":"FeatureCollection","features":[]}\n',
        0,
        {"empty-file": []},
    )

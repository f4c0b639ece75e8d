"""What suppliers call the columns and properties of a plot, and the columns of a plot table they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from eudr_geo.cells import fold, match_heading
from eudr_geo.regulation import EU_PROPERTIES

EU_COLUMNS: Mapping[str, str] = {
    "ProducerName": "producer",
    "ProducerCountry": "country",
    "ProductionPlace": "place",
    "Area": "area_ha",
}
"""The four properties of the EU system and the columns that take them."""

HEADINGS: Mapping[str, Sequence[str]] = {
    "plot_id": (
        "plot_id", "plot code", "plot", "plotId", "plot no", "plot number", "parcel id", "parcel code", "farm id", "farm code",
        "field id", "external_id", "remote_id", "Mã thửa", "Mã thửa đất", "Mã vườn", "Código parcela", "Code parcelle",
        "Código talhão", "Kode lahan", "Kode kebun",
    ),
    "place": ("ProductionPlace", "production place", "place", "plot name", "farm name", "Tên vườn", "nombre finca"),
    "producer": (
        "ProducerName", "producer name", "producer", "farmer name", "farmer", "name of producer", "Tên nông hộ", "Chủ hộ",
        "Họ và tên", "Nombre productor", "Nom du producteur", "Nome do produtor", "Nama petani", "ProducerNa",
    ),
    "producer_id": (
        "producer_id", "producer code", "farmer id", "farmer code", "member_id", "Mã nông hộ", "Mã hộ", "Código productor",
        "Code producteur", "Código produtor", "Kode petani",
    ),
    "country": (
        "ProducerCountry", "producer country", "country", "country code", "iso2", "Quốc gia", "País", "Pays", "Negara", "ProducerCo",
    ),
    "area_ha": (
        "Area", "area ha", "area_ha", "farm_size", "size ha", "hectares", "plot area", "Diện tích", "Diện tích ha", "Superficie",
        "Área", "Luas", "Area_hectare",
    ),
    "commodity": ("commodity", "crop", "Cây trồng", "cultivo", "culture", "komoditas"),
    "mapped_on": ("mapped on", "mapped_on", "date of mapping", "DateofMapping", "survey date", "Ngày đo"),
    "lat": ("lat", "latitude", "Vĩ độ", "Latitud", "Lintang"),
    "lon": ("lon", "lng", "long", "longitude", "Kinh độ", "Longitud", "Bujur"),
    "x": ("x", "easting", "utm x", "x coordinate", "Tọa độ X"),
    "y": ("y", "northing", "utm y", "y coordinate", "Tọa độ Y"),
    "wkt": (
        "wkt", "geometry", "geom", "polygon", "the_geom", "geo", "geojson", "boundary", "Ranh giới", "Polígono", "WKT_GEOM",
    ),
}  # fmt: skip

COORDINATES = ("lat", "lon", "x", "y", "wkt")


@lru_cache(maxsize=4096)
def column_of(name: str) -> str:
    """Return the column a property or heading means, "" if none; exact words only, no likeness.

    Examples
    --------
    >>> column_of("PRODUCER_NAME"), column_of("Diện tích (ha)"), column_of("colour")
    ('producer', 'area_ha', '')
    """
    wanted = fold(name)
    squeezed = wanted.replace(" ", "")
    for column, names in HEADINGS.items():
        for known in names:
            folded = fold(known)
            if wanted == folded or squeezed == folded.replace(" ", ""):
                return column
    return ""


@lru_cache(maxsize=4096)
def match_column(name: str) -> tuple[str, ...]:
    """Return the columns that a sheet's heading may mean; a likeness is enough, a tie gives several."""
    exact = column_of(name)
    return (exact,) if exact else match_heading(name, HEADINGS)


@lru_cache(maxsize=4096)
def official_name(name: str) -> str:
    """Return the EU system's name of a property that means one of its four but is not spelled so, else "".

    Examples
    --------
    >>> official_name("producercountry"), official_name("ProducerCountry"), official_name("plot_id")
    ('ProducerCountry', '', '')
    """
    if name in EU_PROPERTIES:
        return ""
    column = column_of(name)
    for official, its_column in EU_COLUMNS.items():
        if column == its_column:
            return official
    return ""

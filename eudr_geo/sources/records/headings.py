"""What suppliers call the columns and properties of a plot, and the columns of a plot table they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from eudr_geo.base.cells import fold, match_heading
from eudr_geo.law import EU_PROPERTIES

EU_COLUMNS: Mapping[str, str] = {
    "ProducerName": "producer",
    "ProducerCountry": "country",
    "ProductionPlace": "place",
    "Area": "area_ha",
}
"""The four properties of the EU system and the columns that take them."""

HEADINGS: Mapping[str, Sequence[str]] = {
    "plot_id": (
        "plot_id", "plot code", "plot", "plotId", "plot no", "plot number", "parcel id", "parcel code", "farm id",
        "farm code", "field id", "external_id", "remote_id", "Mã thửa", "Mã thửa đất", "Mã vườn", "Código parcela",
        "Code parcelle", "Código talhão", "Kode lahan", "Kode kebun", "Código de parcela", "Código lote",
        "Código de lote", "ID parcela", "Code de la parcelle", "ID parcelle", "Numéro parcelle", "Código do talhão",
        "Código da parcela", "ID do talhão", "Kode kebun petani", "Nomor lahan", "Số thửa", "Mã lô", "Mã mảnh",
        "farm_id", "plot_code", "GeoID", "terratrac id", "Location ID", "Código predio", "Código del predio",
        "ID Lahan", "No Lahan",
    ),
    "place": (
        "ProductionPlace", "production place", "place", "plot name", "farm name", "Tên vườn", "nombre finca",
        "Tên thửa", "Nombre de la finca", "Finca", "Nom de la plantation", "Nom parcelle", "Nome da fazenda",
        "Fazenda", "Nama kebun", "Nama lahan", "Location name", "Nombre del predio", "Predio", "Place of production",
        "Lugar de producción", "Lieu de production", "Local de produção", "Production place name", "field name",
    ),
    "producer": (
        "ProducerName", "producer name", "producer", "farmer name", "farmer", "name of producer", "Tên nông hộ",
        "Chủ hộ", "Họ và tên", "Nombre productor", "Nom du producteur", "Nome do produtor", "Nama petani",
        "ProducerNa", "Nombre del productor", "Productor", "Nombre y apellido", "Producteur", "Nom du planteur",
        "Nom et prénoms", "Produtor", "Nome do cooperado", "Petani", "Nama pemilik", "Tên chủ hộ", "Họ tên",
        "farmer_name",
    ),
    "producer_id": (
        "producer_id", "producer code", "farmer id", "farmer code", "member_id", "Mã nông hộ", "Mã hộ",
        "Código productor", "Code producteur", "Código produtor", "Kode petani", "Código del productor",
        "Código socio", "Código de socio", "ID productor", "Code du producteur", "Code planteur", "Code du planteur",
        "Código do produtor", "Código cooperado", "ID petani", "Nomor petani", "Mã số nông hộ", "Mã thành viên",
        "farmer_id",
    ),
    "country": (
        "ProducerCountry", "producer country", "country", "country code", "iso2", "Quốc gia", "País", "Pays",
        "Negara", "ProducerCo", "Mã quốc gia", "Código país", "Código de país", "Code pays", "Código do país",
        "Kode negara", "Country ISO2", "Country of production", "País de producción", "Pays de production",
        "País de produção", "Negara produksi",
    ),
    "area_ha": (
        "Area", "area ha", "area_ha", "farm_size", "size ha", "hectares", "plot area", "Diện tích", "Diện tích ha",
        "Superficie", "Área", "Luas", "Area_hectare", "Área ha", "Superficie ha", "Hectáreas", "Surface",
        "Surface ha", "Superficie en ha", "Hectares ha", "Luas ha", "Luas lahan", "Luas kebun", "Diện tích đất",
        "Farm size", "area_hectares", "Plot size", "Plot size ha", "Farm area", "ha", "hectare", "size hectares",
        "Coffee area ha", "Diện tích cà phê ha",
    ),
    "commodity": (
        "commodity", "crop", "Cây trồng", "cultivo", "culture", "komoditas", "producto", "produit", "produto",
        "komoditi", "Loại cây",
    ),
    "mapped_on": (
        "mapped on", "mapped_on", "date of mapping", "DateofMapping", "survey date", "Ngày đo", "fecha de mapeo",
        "fecha levantamiento", "date de levé", "date du levé", "data do mapeamento", "tanggal pemetaan",
        "Ngày đo đạc", "collection date",
    ),
    "lat": (
        "lat", "latitude", "Vĩ độ", "Latitud", "Lintang", "Latitude N", "gps latitude", "Lat DD", "latitude decimal",
        "Vỹ độ", "GPS Lat", "Latitude Y", "Y latitude", "Lintang Y", "Latitude Lintang", "Coordenada latitud",
    ),
    "lon": (
        "lon", "lng", "long", "longitude", "Kinh độ", "Longitud", "Bujur", "Longitude E", "gps longitude", "Long DD",
        "Lon DD", "longitude decimal", "GPS Long", "GPS Lon", "GPS Lng", "Longitude X", "X longitude", "Bujur X",
        "Longitude Bujur", "Coordenada longitud",
    ),
    "x": (
        "x", "easting", "utm x", "x coordinate", "Tọa độ X", "Este", "Coordenada X", "Coord X", "Coordonnée X",
        "Koordinat X", "X UTM", "Tọa độ X m", "X coord", "Point X", "Coordenada Este", "Coord Este", "Easting m",
    ),
    "y": (
        "y", "northing", "utm y", "y coordinate", "Tọa độ Y", "Norte", "Coordenada Y", "Coord Y", "Coordonnée Y",
        "Koordinat Y", "Y UTM", "Tọa độ Y m", "Y coord", "Point Y", "Coordenada Norte", "Coord Norte", "Northing m",
    ),
    "wkt": (
        "wkt", "geometry", "geom", "polygon", "the_geom", "geo", "geojson", "boundary", "Ranh giới", "Polígono",
        "WKT_GEOM", "Polígono WKT", "Geometría", "Géométrie", "Polygone", "Geometria", "Poligon", "Ranh giới thửa",
        "Plot boundary", "Plot polygon", "WKT geometry", "Polygon coordinates", "Polygon WKT",
    ),
    "vertex": (
        "vertex", "vertex no", "vertex number", "vertex id", "point no", "point number", "point order", "corner", "corner no",
        "order", "sequence", "seq", "Điểm", "Số điểm", "STT điểm", "Thứ tự điểm", "Số hiệu đỉnh", "Đỉnh", "vértice",
        "No vértice", "orden", "sommet", "No sommet", "ordre", "ordem", "titik", "nomor titik", "urutan",
    ),
}  # fmt: skip

OF_A_SHEET_OF_PLOTS = (
    "Lote", "Lô", "Số lô", "Lot", "Lot no", "N.º de lote", "Nº do lote", "N° de lot", "Nomor lot", "Parcela",
    "Parcelle", "Talhão", "Thửa", "Vườn", "Kebun", "Lahan", "Parcel", "Field",
)  # fmt: skip
"""Headings that mean the plot where positions stand beside them; elsewhere a lot of coffee, or nothing certain."""

NUMBERS_OF_ROWS = ("ID", "Code", "Código", "Mã", "Mã số", "Kode")
"""Headings that mean the plot only in a sheet without any better one, and only if no value stands there twice."""

OWN_CODES = ("external_id",)
"""Columns with the supplier's own code, in files where another column (Whisp's ``plotId``) only counts the plots."""

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

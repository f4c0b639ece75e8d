"""Systems by the words that people use: all provinces of Viet Nam, the grids of other origins; in doubt a question."""

import pytest

from eudr_geo.base.errors import InputError
from eudr_geo.plots.projecting import named

PROVINCES = {  # of the zones of three degrees, as the EPSG registry lists them
    5897: "Hà Nội, Hà Nam, Ninh Bình, Thanh Hóa, Vĩnh Phúc, Cần Thơ, Bạc Liêu, Đồng Tháp, Hậu Giang",
    5898: "Quảng Ngãi",
    5899: "Quảng Ninh, Quảng Nam, Đà Nẵng, Bà Rịa - Vũng Tàu, Đồng Nai, Lâm Đồng",
    9205: "Điện Biên, Lai Châu",
    9206: "Sơn La",
    9207: "Cà Mau, Kiên Giang",
    9208: "An Giang, Lào Cai, Nghệ An, Phú Thọ, Yên Bái",
    9209: "Bắc Ninh, Hà Giang, Hà Tĩnh, Hải Dương, Hưng Yên, Nam Định, Sóc Trăng, Tây Ninh, Thái Bình, Trà Vinh, Vĩnh Long",
    9210: "Hải Phòng, Hồ Chí Minh, Bến Tre, Bình Dương, Cao Bằng, Long An, Tiền Giang",
    9211: "Hòa Bình, Quảng Bình, Tuyên Quang",
    9212: "Bình Phước, Quảng Trị",
    9213: "Bắc Kạn, Thái Nguyên",
    9214: "Bắc Giang, Thừa Thiên Huế",
    9215: "Lạng Sơn",
    9216: "Kon Tum",
    9217: "Bình Định, Khánh Hòa, Ninh Thuận",
    9218: "Bình Thuận, Đắk Lắk, Đắk Nông, Gia Lai, Phú Yên",
}


@pytest.mark.parametrize(("code", "names"), PROVINCES.items())
def test_a_province_of_viet_nam_names_its_zone(code, names):
    for name in names.split(", "):
        assert named(f"VN-2000 {name}") == named(f"vn2000 tỉnh {name}") == f"EPSG:{code}", name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MAGNA-SIRGAS Origen-Nacional", 9377), ("Adindan UTM 37N", 20137), ("Abidjan 1987 UTM 30N", 2041),
        ("Accra Ghana", 2136), ("SIRGAS 2000 23S", 31983), ("Arc 1960 UTM 36N", 21096), ("OGC:CRS84", 4326),
        ("VN-2000 108°30", 9218), ("PSAD56 18S", 24878), ("web mercator", 3857),
    ],
)  # fmt: skip
def test_grids_of_other_origins(text, code):
    assert named(text) == f"EPSG:{code}"


def test_what_fits_several_lists_those_that_bear_the_words_in_their_names():
    with pytest.raises(InputError) as error:
        named("magna sirgas bogota")
    assert "EPSG:3116" in error.value.fix
    assert "Far West" not in error.value.fix

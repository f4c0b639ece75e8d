"""Names in letters that nobody typed are named; names that people bear are not."""

import pytest

from eudr_geo.checks.checking import check
from eudr_geo.model.plots import Plots, Reading, SourceFile

HONEST = [
    *("Nguyễn Văn Đức", "NGUYỄN THỊ HOÀ", "Trần Thuý Loõng", "Y Blơm Niê", "H'Ñiê Êban", "Ma Krông ƀuôn", "Lò Thị Òa"),
    *("Khoẻ", "Quý", "Buôn Ê Đê", "Hoàng Văn Thìn", "Quì Châu", "Giò", "Đào Tiến Mìn"),
]
ABROAD = ["João Conceição", "Noël Kouamé", "Þórður", "Muñoz Ibáñez", "Ångström", "Søren", "Ünal", "Gabriël"]


def found(names, country):
    plots = Plots({"source": ["a.csv"] * len(names), "producer": names, "country": [country] * len(names)})
    reading = Reading(plots, (), (SourceFile("a.csv", "", 0, "CSV", records=len(names), plots=len(names)),))
    return [finding.message for finding in check(reading, select=["garbled-names"]).findings]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Nguyeãn Vaên Ñöùc Kieåu", "VNI"),
        ("Leâ Thò Hoøa", "VNI"),
        ("NguyÔn V¨n §øc", "VNI|TCVN3"),
        ("TrÇn ThÞ B×nh", "TCVN3"),
        ("NguyêÞn Vãn Ðâòu", "1258"),
        ("Nguyá»…n VÄƒn Äá»©c", "UTF-8"),
    ],
)
def test_an_old_font_or_a_wrong_encoding_is_named(name, kind):
    (message,) = found([*HONEST, name], "VN")
    assert any(one in message for one in kind.split("|"))
    assert name in message


def test_names_that_people_bear_are_not_accused():
    assert found(HONEST, "VN") == []
    assert found(HONEST, "") == []
    assert found(ABROAD, "BR") == []


def test_utf_8_read_as_something_else_is_seen_in_every_country():
    assert len(found(["JosÃ© MarÃ\u00ada", "João"], "CO")) == 1

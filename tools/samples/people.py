"""People: invented names of the two peoples who grow most coffee around Buôn Ma Thuột, and invented hamlets.

Family names, middle names and given names are common ones, put together by chance: any likeness to a living person
is an accident.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from samples.dice import Dice

_KINH_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Phan")
_KINH_WOMAN = ("Thị", "Thị Bích", "Thị Như", "Thị Mỹ", "Thị Hồng", "Thị Ngọc")
_KINH_MAN = ("Văn", "Đức", "Hữu", "Quốc", "Đình", "Xuân", "Công", "Thế")
_KINH_GIVEN_WOMAN = ("Hường", "Thủy", "Nguyệt", "Diễm", "Phượng", "Yến", "Thắm", "Hạnh", "Lượm", "Tuyết", "Ước")
_KINH_GIVEN_MAN = ("Dũng", "Thắng", "Hưởng", "Lợi", "Vượng", "Đạt", "Tuấn", "Khải", "Sỹ", "Hậu", "Trưởng", "Ổn")
_EDE_GIVEN_MAN = (
    "Blơm",
    "Krơng",
    "Thuận",
    "Bhăm",
    "Wăn",
    "Kdrin",
    "Đhơn",
    "Jŭt",
    "Khăm",
    "Sĭm",
    "Ngơi",
    "Brĭt",
    "Plơi",
)
_EDE_GIVEN_WOMAN = ("Blŭn", "Mơi", "Yăt", "Lĭch", "Nguôn", "Wơn", "Kđam", "Hiăng", "Drơt", "Ñăn", "Ruên", "Sŭn", "Bliă")
_EDE_CLAN = ("Êban", "Niê", "Mlô", "Kbuôr", "Kđoh", "Ayŭn", "Byă", "Êñuôl", "Knul", "Hđơk", "Kpă", "Ktla")


@dataclass(frozen=True)
class Hamlet:
    """An invented hamlet: a *buôn* (Ê Đê) or a *thôn* (Kinh)."""

    name: str
    lon: float
    lat: float

    @property
    def is_ede(self) -> bool:
        """Tell whether its people bear Ê Đê names."""
        return self.name.startswith("Buôn")


HAMLETS = (
    # around Cư M'gar
    Hamlet("Buôn Ea Mẫu", 108.0612, 12.8934),
    Hamlet("Buôn Cư Thử", 108.0985, 12.8617),
    Hamlet("Thôn Hòa Mẫu 2", 108.1313, 12.8288),
    Hamlet("Thôn Tân Thử 5", 108.0357, 12.8471),
    Hamlet("Buôn Kbrông Mẫu", 108.1204, 12.9142),
    # north-east of Buôn Ma Thuột
    Hamlet("Thôn Phước Mẫu 1", 108.1026, 12.7519),
    Hamlet("Buôn Dlăng Thử", 108.1487, 12.7286),
    # around Krông Pắc
    Hamlet("Thôn Đồng Mẫu 4", 108.2571, 12.7193),
    Hamlet("Buôn Êa Yông Thử", 108.2945, 12.6931),
    Hamlet("Thôn Quảng Thử 3", 108.3318, 12.7342),
    Hamlet("Thôn Bình Mẫu", 108.2786, 12.7594),
    Hamlet("Buôn Puăn Thử", 108.3402, 12.6868),
)
"""*Mẫu* and *Thử* mean sample and test: no such hamlets are known; the places are near real coffee land."""


@dataclass(frozen=True)
class Person:
    """A producer."""

    code: str
    name: str
    hamlet: Hamlet
    consent_date: str


def people(dice: Dice) -> list[Person]:
    """Return 60 producers, five of each hamlet; no two names are alike without their accents."""
    found: list[Person] = []
    taken: set[str] = set()
    for hamlet in HAMLETS:
        for _ in range(5):
            name = invented_name(dice, ede=hamlet.is_ede)
            while _plain(name) in taken:
                name = invented_name(dice, ede=hamlet.is_ede)
            taken.add(_plain(name))
            consent = f"2025-{dice.whole(3, 8):02d}-{dice.whole(1, 28):02d}"
            found.append(Person(f"NH-{len(found) + 1:03d}", name, hamlet, consent))
    return found


def invented_name(dice: Dice, *, ede: bool) -> str:
    """Return a name put together by chance."""
    woman = dice.chance(0.45)
    if ede:
        return (
            f"H'{dice.pick(_EDE_GIVEN_WOMAN)} {dice.pick(_EDE_CLAN)}"
            if woman
            else (f"Y {dice.pick(_EDE_GIVEN_MAN)} {dice.pick(_EDE_CLAN)}")
        )
    middle = dice.pick(_KINH_WOMAN if woman else _KINH_MAN)
    given = dice.pick(_KINH_GIVEN_WOMAN if woman else _KINH_GIVEN_MAN)
    return f"{dice.pick(_KINH_FAMILY)} {middle} {given}"


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())

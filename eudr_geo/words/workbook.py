"""The lots workbook: its sheets, columns and words in six languages, and what others call them.

One description for reading, writing and the guide. Headings are looked up sheet by sheet: *lô* and *lote* mean the
plot on the Plots sheet and the lot everywhere else.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from eudr_geo.base.cells import clean_text, fold

SCHEMA = "eudr-geo.workbook/1"
LANGUAGES = ("en", "vi", "es", "fr", "pt", "id")
STAGES = (90, 180, 360)


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    ``kind``: code, text, number, whole (a whole number), kg, date, yesno, country, or choice:NAME of a list in
    :func:`choices`. ``refers`` names the sheet whose codes it takes.
    """

    key: str
    kind: str
    titles: Mapping[str, str]  # language -> heading
    also: tuple[str, ...] = ()
    required: bool = False
    refers: str = ""
    unit: str = ""
    weak: frozenset[str] = frozenset()  # words, folded, that mean it where the column they mostly mean is there too

    @property
    def en(self) -> str:
        """Heading in English, for messages."""
        return self.titles["en"]

    def title(self, lang: str) -> str:
        """Heading without unit and star; English in a language that the workbook is not made in."""
        return self.titles.get(lang, self.en)

    def heading(self, lang: str) -> str:
        """Heading as written: name, unit in brackets, a star where it must be filled."""
        return self.title(lang) + (f" ({self.unit})" if self.unit else "") + (" *" if self.required else "")

    def names(self) -> tuple[str, ...]:
        """Every heading that means this column on its sheet."""
        return (self.key.replace("_", " "), *self.titles.values(), *self.also)


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook."""

    key: str
    stage: int
    titles: Mapping[str, str]  # language -> name
    also: tuple[str, ...]
    purposes: Mapping[str, str]
    fields: tuple[Field, ...]

    @property
    def en(self) -> str:
        """Name in English, for messages."""
        return self.titles["en"]

    def title(self, lang: str) -> str:
        """Name of the sheet; English in a language that the workbook is not made in."""
        return self.titles.get(lang, self.en)

    def names(self) -> tuple[str, ...]:
        """Every name that means this sheet."""
        return (self.key, *self.titles.values(), *self.also)

    def dictionary(self) -> dict[str, tuple[str, ...]]:
        """Column key → headings that mean it on this sheet."""
        return {field.key: field.names() for field in self.fields}

    def field(self, key: str) -> Field:
        """Return a column by its key."""
        return next(field for field in self.fields if field.key == key)


def _data(name: str) -> list[dict[str, str]]:
    folder = "data" if name == "weight_units.csv" else "words"
    text = resources.files("eudr_geo").joinpath(folder, name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(" | ") if part)


@cache
def not_kept(sheet: str) -> frozenset[str]:
    """Return the headings of a sheet, folded, of personal data that nothing here uses: read past, never kept.

    Examples
    --------
    >>> fold("Số CCCD") in not_kept("producers"), fold("Số CCCD") in not_kept("lots")
    (True, False)
    """
    rows = [row for row in _data("workbook_not_kept.csv") if row["sheet"] == sheet]
    return frozenset(fold(name) for row in rows for name in (row["key"], *_several(row["headings"])))


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return the sheets of the workbook, in order."""
    fields: dict[str, list[Field]] = {}
    for row in _data("workbook_columns.csv"):
        fields.setdefault(row["sheet"], []).append(
            Field(
                row["key"], row["kind"], {lang: row[lang] for lang in LANGUAGES},
                tuple(name for name in _several(row["also"]) if not name.startswith("~")),
                required=row["required"] == "yes", refers=row["refers"], unit=row["unit"],
                weak=frozenset(fold(name) for name in _several(row["also"]) if name.startswith("~")),
            )
        )  # fmt: skip
    return tuple(
        Sheet(
            row["key"], int(row["stage"]), {lang: row[lang] for lang in LANGUAGES}, _several(row["also"]),
            {lang: row[f"purpose_{lang}"] for lang in LANGUAGES}, tuple(fields[row["key"]]),
        )
        for row in _data("workbook_sheets.csv")
    )  # fmt: skip


@cache
def choices() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the lists of words: list → value → (a word in each of the languages, other words taken for it)."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in _data("workbook_words.csv"):
        words = (*(row[lang] for lang in LANGUAGES), *_several(row["also"]))
        found.setdefault(row["list"], {})[row["value"]] = words
    return found


@cache
def units_kg() -> Mapping[str, Mapping[str, float]]:
    """Return units of weight in kg by country ("" = everywhere): the same word weighs differently in two countries."""
    found: dict[str, dict[str, float]] = {}
    for row in _data("weight_units.csv"):
        found.setdefault(row["country"], {})[row["unit"]] = float(row["kg"])
    return found


READ_ORDER = (
    "producers", "plots", "deliveries", "lots", "processing", "storage", "handovers", "measurements", "offers", "costs",
    "shipments",
)  # fmt: skip
"""The sheets in the order they are read: each after those whose rows it looks at."""


@cache
def known_headings() -> frozenset[str]:
    """Return every heading of every sheet in every language, folded, and the keys of the hidden sheet."""
    names = (name for one in sheets() for field in one.fields for name in field.names())
    return frozenset({fold(name) for name in names} | {"schema", "language", "stage"})


FILLED_DOWN: Mapping[str, tuple[str, ...]] = {
    "plots": ("producer",),
    "deliveries": ("date", "lot", "producer", "form"),
    "processing": ("code", "step", "date"),
    "storage": ("lot",),
    "measurements": ("lot", "date"),
    "costs": ("stream", "date"),
    "shipments": ("code",),
}
"""Columns in which people leave a cell blank for "the same as above". A plot or a weight is never among them."""


def guide(lang: str) -> list[str]:
    """Return the sentences of the Guide sheet."""
    return [row[lang] for row in _data("workbook_guide.csv")]


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    return {row["label"]: row for row in _data("workbook_labels.csv")}


def label(name: str, lang: str) -> str:
    """Return a word of the workbook's own furniture: names of its plain sheets, headings of its lists.

    Examples
    --------
    >>> label("title.issues", "fr"), label("must", "id")
    ('Problèmes', 'wajib diisi')
    """
    return _labels()[name][lang]


def plain_sheets() -> set[str]:
    """Return the names, folded, of our own sheets that hold no rows: guide, lists, issues, changes."""
    named = (row for name, row in _labels().items() if name.startswith("title."))
    return {"meta", *(fold(row[lang]) for row in named for lang in LANGUAGES)}


_POINT_IN_SPANISH = frozenset({"DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV"})
"""Spanish-speaking countries that write 1,234.5 (Unicode CLDR, number symbols of es-419 and its countries)."""


def decimal_mark_of(lang: str, country: str) -> str:
    """Return the decimal mark of a language, "" where its countries differ and none is named.

    Examples
    --------
    >>> decimal_mark_of("vi", ""), decimal_mark_of("es", "CO"), decimal_mark_of("es", "HN"), decimal_mark_of("es", "")
    (',', ',', '.', '')
    """
    if lang == "es":
        return "" if not country else "." if country in _POINT_IN_SPANISH else ","
    return {"en": ".", "vi": ",", "fr": ",", "pt": ",", "id": ","}.get(lang, "")


_POINT = frozenset({"CN", "ET", "GH", "IN", "KE", "LK", "MM", "MW", "MY", "NG", "PG", "PH", "TH", "UG", "ZM", "ZW"})


_INCOTERMS = ("EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP")
_HOME = {"vi": "VN", "pt": "BR", "id": "ID"}  # languages of the workbook that one country grows coffee in


def suggestions(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Return words that a drop-down list offers for columns of free text: other words are taken as well.

    Column key → words; units are those of the one country that the language tells.

    Examples
    --------
    >>> suggestions("vi")["unit"], suggestions("en")["process"]
    (('kg', 'tonne', 'tạ', 'yến', 'tấn'), ('washed', 'natural', 'honey', 'wet-hulled'))
    """
    ways = tuple(word("process_method", value, lang) for value in choices()["process_method"])
    return {
        "process": ways,
        "incoterm": _INCOTERMS,
        "unit": ("kg", "tonne", *units_kg().get(_HOME.get(lang, ""), {})),
    }


def is_usual_mark(mark: str, country: str) -> bool:
    """Tell whether a decimal mark goes with a country (Unicode CLDR, number symbols of its language).

    English headings are on sheets of every country: a point is believed only where the country is known to write it.

    Examples
    --------
    >>> is_usual_mark(",", "VN"), is_usual_mark(".", "VN"), is_usual_mark(".", "UG"), is_usual_mark(".", "")
    (True, False, True, False)
    """
    writes_points = country in _POINT | _POINT_IN_SPANISH
    return writes_points == (mark == ".")


def unit_kg(unit: str, country: str) -> float | None:
    """Return the kilograms in a unit of weight as used in a country, None if it is not used there.

    Examples
    --------
    >>> unit_kg("tạ", "VN"), unit_kg("ta", "VN"), unit_kg("tạ", ""), unit_kg("carga", "HN"), unit_kg("carga", "CO")
    (100.0, 100.0, None, 90.72, 125.0)
    """
    wanted = clean_text(unit).casefold()
    known = {**units_kg()[""], **units_kg().get(country, {})}
    if wanted in known:
        return known[wanted]
    alike = {kg for name, kg in known.items() if fold(name) == fold(wanted)}
    return alike.pop() if len(alike) == 1 else None


def unknown_unit(unit: str) -> tuple[str, str]:
    """Return why a unit cannot be used, and what to do."""
    where = sorted(code for code, units in units_kg().items() if code and clean_text(unit).casefold() in units)
    why = f"the unit {clean_text(unit)[:20]!r} is not known"
    return why + (f" here, only in {', '.join(where)}" if where else ""), "write kilograms"


TOTAL_WORDS = (
    "total", "sum", "tong", "tong cong", "cong", "suma", "somme", "soma", "jumlah", "subtotal", "sous total", "totales",
    "totaux", "totais", "total general", "grand total",
)  # fmt: skip
"""First word, folded, of a row that only adds up the rows above it."""

META_SHEET = "_meta"
"""The hidden sheet on which a workbook says what it is."""

NO_VALUE = "#NO VALUE"
"""What the reader puts in a cell whose formula no spreadsheet has worked out yet."""

ERROR_CELLS = frozenset(
    {
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!",
        "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#PYTHON!", "#ERROR!", NO_VALUE,
        *(f"{word}:{number}" for word in ("Err", "ERR") for number in range(501, 541)),
    }
)  # fmt: skip
"""What spreadsheets show where a formula failed."""


def sheet(key: str) -> Sheet:
    """Return a sheet by its key."""
    return next(one for one in sheets() if one.key == key)


def word(choice: str, value: str, lang: str) -> str:
    """Return the word for a value of a list in a language.

    Examples
    --------
    >>> word("form", "cherry", "vi")
    'quả tươi'
    """
    return choices()[choice][value][LANGUAGES.index(lang) if lang in LANGUAGES else 0]

"""The lots workbook's words: lists to choose from, units of weight, decimal marks, its furniture, in every language.

Its sheets and columns are put together in :mod:`eudr_geo.lots.sheets`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from eudr_geo.base.cells import clean_text, fold
from eudr_geo.words import tables
from eudr_geo.words.saying import joined, knows, say

SCHEMA = "eudr-geo.workbook/1"


@cache
def choices() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the lists of words: list → value → every word that means it, whatever the language."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    also, said = tables.others("choices"), tables.table("choices")
    for key in said[tables.ENGLISH]:
        name, _, value = key.partition(".")
        found.setdefault(name, {})[value] = (*(words[key] for words in said.values()), *also[key])
    return found


def word(choice: str, value: str, lang: str) -> str:
    """Return the word for a value of a list in a language.

    Examples
    --------
    >>> word("form", "cherry", "vi")
    'quả tươi'
    """
    return tables.words("choices", lang)[f"{choice}.{value}"]


def say_word(choice: str, value: str) -> str:
    """Return a value of a list as a part of a sentence; what the list does not know stands as it is.

    Examples
    --------
    >>> say_word("form", "dry_parchment").key, say_word("form", "ripe_fruit")
    ('choices:form.dry_parchment', 'ripe fruit')
    """
    key = f"choices:{choice}.{value}"
    return say(key) if knows(key) else value.replace("_", " ")


def say_weights(kg_by_form: Mapping[str, float]) -> str:
    """Return kilograms form by form, as a part of a sentence: cherry and green coffee are never added up.

    Examples
    --------
    >>> say_weights({"cherry": 1200.0, "green": 85.0})
    '1,200.0 kg cherry, 85.0 kg green'
    """
    parts = [
        say("seasons:of_form", quantity_kg=kg, form=say_word("form", form or "other"))
        for form, kg in kg_by_form.items()
    ]
    return joined(parts, ", ")


@cache
def units_kg() -> Mapping[str, Mapping[str, float]]:
    """Return units of weight in kg by country ("" = everywhere): the same word weighs differently in two countries."""
    found: dict[str, dict[str, float]] = {}
    text = resources.files("eudr_geo").joinpath("data", "weight_units.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["country"], {})[row["unit"]] = float(row["kg"])
    return found


@cache
def known_headings() -> frozenset[str]:
    """Return every heading of every sheet in every language, folded, and the keys of the hidden sheet."""
    also = tables.others("columns")
    names = {name for words in tables.table("columns").values() for name in words.values()}
    names |= {name for key in also for name in (key.partition(".")[2].replace("_", " "), *also[key])}
    return frozenset({fold(name) for name in names if not name.startswith("~")} | {"schema", "language", "stage"})


@cache
def not_kept(sheet: str) -> frozenset[str]:
    """Return the headings of a sheet, folded, of personal data that nothing here uses: read past, never kept.

    Examples
    --------
    >>> fold("Số CCCD") in not_kept("producers"), fold("Số CCCD") in not_kept("lots")
    (True, False)
    """
    text = resources.files("eudr_geo").joinpath("words", "workbook_not_kept.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["sheet"] == sheet]
    return frozenset(fold(name) for row in rows for name in (row["key"], *row["headings"].split(" | ")))


def guide(lang: str) -> list[str]:
    """Return the sentences of the Guide sheet."""
    return list(tables.words("guide", lang).values())


def label(name: str, lang: str) -> str:
    """Return a word of the workbook's own furniture: names of its plain sheets, headings of its lists.

    Examples
    --------
    >>> label("title.issues", "fr"), label("must", "id")
    ('Problèmes', 'wajib diisi')
    """
    return tables.words("labels", lang)[name]


@cache
def plain_sheets() -> frozenset[str]:
    """Return the names, folded, of our own sheets that hold no rows: guide, lists, issues, changes."""
    said = tables.table("labels").values()
    return frozenset({"meta", *(fold(words[key]) for words in said for key in words if key.startswith("title."))})


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

    Column key → words; units are those of the one country that the language tells, one for each weight.

    Examples
    --------
    >>> suggestions("vi")["unit"], suggestions("en")["process"]
    (('kg', 'tonne', 'tạ', 'yến', 'tấn'), ('washed', 'natural', 'honey', 'wet-hulled'))
    """
    ways = tuple(word("process_method", value, lang) for value in choices()["process_method"])
    own: dict[float, str] = {}
    for name, kg in units_kg()[_HOME[lang]].items() if lang in _HOME else ():
        own.setdefault(kg, name)
    return {
        "process": ways,
        "incoterm": _INCOTERMS,
        "unit": ("kg", "tonne", *own.values()),
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


def unknown_unit(unit: str, country: str = "") -> tuple[str, str]:
    """Return why a unit cannot be used, and what to do: kilograms, or a unit that the country has, with its weight.

    Examples
    --------
    >>> str(unknown_unit("bao", "VN")[1]).startswith("write kilograms, or a unit that is known here: ")
    True
    """
    where = sorted(code for code, units in units_kg().items() if code and clean_text(unit).casefold() in units)
    shown = clean_text(unit)[:20]
    if where:
        why = say("book:unknown-unit.here", unit=shown, countries=", ".join(where))
    else:
        why = say("book:unknown-unit", unit=shown)
    own: dict[float, str] = {}
    for name, kg in units_kg().get(country, {}).items():
        own.setdefault(kg, name)  # of several words for one weight the first
    if not own:
        return why, say("book:unknown-unit.do")
    return why, say("book:unknown-unit.do-here", units=", ".join(f"{name} = {kg:g} kg" for kg, name in own.items()))


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

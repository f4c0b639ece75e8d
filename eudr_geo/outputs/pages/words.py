"""What the words of the pages ask the catalogue: the fault of a rule and what to do about it, in a language."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from eudr_geo.checks import catalogue


@cache
def _faults() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("eudr_geo.words").joinpath("faults.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(source.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE)}


def fault_in(code: str, language: str) -> str:
    """Return the fault of a rule in one line, in a language; in English where nobody has translated it.

    Examples
    --------
    >>> fault_in("point-without-area", "es"), fault_in("point-without-area", "en")
    ('Un punto sin área.', 'A point states no area.')
    """
    rule = catalogue.load().get(code)
    return _faults().get(code, {}).get(language, "") or (rule.fault if rule else code)


def advice_in(code: str, language: str) -> str:
    """Return what to do about the fault of a rule in general, in a language; "" in English, where each finding says it.

    Examples
    --------
    >>> advice_in("point-without-area", "pt"), advice_in("point-without-area", "en")
    ('Escreva a área em hectares.', '')
    """
    return _faults().get(code, {}).get(f"{language}_do", "")

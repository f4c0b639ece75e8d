"""Who has to go where: the village, else the collector, else the file of each plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eudr_geo.base.cells import clean_text, fold
from eudr_geo.model.plots import Plots

VILLAGE_HEADINGS = (
    "village", "village name", "hamlet", "community", "commune", "ward", "kebele", "settlement",
    "thôn", "buôn", "xã", "ấp", "bản", "làng", "thôn buôn", "tên thôn", "tên xã",
    "aldea", "vereda", "caserío", "comunidad", "corregimiento", "localidad", "centro poblado",
    "localité", "communauté", "campement", "quartier",
    "aldeia", "comunidade", "localidade", "povoado", "bairro",
    "desa", "dusun", "kampung", "kelurahan", "nama desa",
)  # fmt: skip
COLLECTOR_HEADINGS = (
    "collector", "collected by", "collector name", "enumerator", "enumerator name", "surveyor", "mapped by",
    "field officer", "agent", "agent name", "username", "submitted by", "collection group", "group",
    "người đo", "người thu thập", "cán bộ", "tổ", "nhóm",
    "encuestador", "técnico", "recolector", "acopiador", "grupo",
    "enquêteur", "agent de terrain", "collecteur", "groupe",
    "coletor", "recenseador", "surveyor name",
    "petugas", "pengumpul", "kelompok", "kelompok tani",
)  # fmt: skip
_VILLAGES = {fold(name): rank for rank, name in enumerate(VILLAGE_HEADINGS)}
_COLLECTORS = {fold(name): rank for rank, name in enumerate(COLLECTOR_HEADINGS)}
_LONGEST = 60


def villages(plots: Plots, rows: Sequence[int], by: str = "") -> tuple[str, list[str]]:
    """Return what plots are grouped by (``village``, ``collector`` or ``file``) and the group of each of these rows.

    A plot that does not say its village is in the group "". ``by`` says which of the three; "" takes the first that a
    plot states.

    Examples
    --------
    >>> plots = Plots({"source": ["a.kml", "a.kml"], "extra": ['{"Thôn": "Buôn Ako"}', ""]})
    >>> villages(plots, [0, 1])
    ('village', ['Buôn Ako', ''])
    """
    # A record's other properties are one JSON text: there is no column to look along. Faulty rows only.
    stated = [_stated(plots["extra"][row]) for row in rows]
    for kind, known in (("village", _VILLAGES), ("collector", _COLLECTORS)):
        if by not in {"", kind}:
            continue
        found = [_value(properties, known) for properties in stated]
        if any(found) or by == kind:
            return kind, found
    return "file", [str(plots["source"][row]) for row in rows]


def _stated(extra: str) -> dict[str, Any]:
    properties = json.loads(extra) if extra else {}
    return properties if isinstance(properties, dict) else {}


def _value(properties: dict[str, Any], known: dict[str, int]) -> str:
    ranked = sorted(
        (known[folded], name) for name in properties if len(name) <= _LONGEST and (folded := fold(name)) in known
    )
    for _, name in ranked:
        value = properties[name]
        if isinstance(value, str | int) and not isinstance(value, bool) and (text := clean_text(str(value))):
            return text[:_LONGEST]
    return ""

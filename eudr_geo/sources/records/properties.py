"""How the properties of records become columns of a plot table: names are understood, text is kept clean."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from eudr_geo.base.cells import parse_date, shown
from eudr_geo.base.limits import Limits
from eudr_geo.base.said import Said
from eudr_geo.model.source import NumberText, RecordError, WholeFileError
from eudr_geo.sources.records.headings import EU_COLUMNS, OWN_CODES, column_of, official_name
from eudr_geo.sources.records.stated_positions import names_of_position, stated_position
from eudr_geo.sources.records.values import area_of, clean_value, plain_value
from eudr_geo.words.saying import say

TEXT_COLUMNS = ("plot_id", "place", "producer", "producer_id", "country", "commodity", "mapped_on")
"""Columns that take a text of the record as it is."""
NOTHING_STATED: Mapping[str, Any] = {
    **dict.fromkeys(TEXT_COLUMNS, ""),
    "area_ha": float("nan"),
    "area_text": "",
    "misspelt": "",
    "extra": "",
}
"""What stands in a column for a record that says nothing of it."""
_NO_AREA = (float("nan"), "")
_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class _Plan:
    """What to do with the properties of records that have the same names."""

    columns: list[tuple[str, str]]  # name, column ("" = kept apart)
    misspelt: str
    lons: list[str]  # clean names of those kept apart that state a longitude; none unless there is a latitude too
    lats: list[str]


class Properties:
    """The properties of one file.

    Parameters
    ----------
    limits
        Of the file.
    official
        Property names are judged by the EU system's spelling.
    """

    def __init__(self, limits: Limits, *, official: bool) -> None:
        self._limits, self._official = limits, official
        self._names: set[str] = set()
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def of_one(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of one record; ``stated_lon`` and ``stated_lat`` only where it has such properties.

        Raises
        ------
        RecordError
            For text that cannot be kept as it is.
        """
        row: dict[str, Any] = dict(NOTHING_STATED)
        extra: dict[str, Any] = {}
        names = tuple(properties)
        plan = self._plans.get(names) or self._plan(names)
        for name, column in plan.columns:
            value = properties[name]
            if value is None:
                continue
            if column == "area_ha":
                row["area_ha"], row["area_text"] = area_of(value)
            elif column == "mapped_on":
                row[column] = parse_date(clean_value(value)) or ""
                if not row[column]:  # what is no date is kept as it was written
                    extra[clean_value(name)] = plain_value(value, self._limits.json_depth)
            elif column:
                row[column] = self.short(name, clean_value(value))
            else:
                extra[clean_value(name)] = plain_value(value, self._limits.json_depth)
        row["misspelt"] = plan.misspelt
        if extra:
            row["extra"] = json.dumps(extra, ensure_ascii=False, sort_keys=True)
            if len(row["extra"]) > self._limits.text_length:
                for name, value in extra.items():
                    self.short(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        if plan.lats:
            lon, lat = (next((extra[one] for one in names if one in extra), None) for names in (plan.lons, plan.lats))
            row["stated_lon"], row["stated_lat"] = stated_position(lon, lat)
        return row

    def of_many(self, columns: Mapping[str, Sequence[Any]], n: int) -> dict[str, list[Any]]:
        """Return columns of a plot table of the columns of a file; those that nothing is said of are left out.

        Raises
        ------
        RecordError
            For the first text that cannot be kept as it is.
        """
        plan = self._plan(tuple(columns))
        made: dict[str, list[Any]] = {"misspelt": [plan.misspelt] * n}
        extra: dict[str, list[Any]] = {}
        for name, column in plan.columns:
            values = columns[name]
            if column == "area_ha":
                if set(map(type, values)) == {NumberText}:
                    made["area_ha"] = list(map(float, values))
                    continue
                pairs = [_NO_AREA if value is None else area_of(value) for value in values]
                made["area_ha"], made["area_text"] = [number for number, _ in pairs], [text for _, text in pairs]
            elif column == "mapped_on":
                texts = self.texts(name, values)
                dates = {text: parse_date(text) or "" for text in set(texts) if text}
                if not all(dates.values()):
                    raise RecordError("unreadable-record", "", "")  # not said: dates are kept as written, one by one
                made[column] = [dates.get(text, "") for text in texts]
            elif column:
                made[column] = self.texts(name, values)
            else:
                extra[clean_value(name)] = self._plain(values)
        if extra:
            made["extra"] = self._as_extra(extra)
        if plan.lats and n:  # only the few files that have such columns are looked into, row by row
            pairs_of = zip(_first_stated(extra, plan.lons), _first_stated(extra, plan.lats), strict=True)
            lons, lats = zip(*(stated_position(*pair) for pair in pairs_of), strict=True)
            made["stated_lon"], made["stated_lat"] = list(lons), list(lats)
        return made

    def texts(self, name: str, values: Sequence[Any]) -> list[str]:
        """Return values as clean text."""
        if self.is_clean(values):
            return list(values)
        if not set(map(type, values)) <= {str, NoneType}:
            return ["" if value is None else self.short(name, clean_value(value)) for value in values]
        # A producer, a country, a date stand on many plots: each text is cleaned once.
        clean = {value: self.short(name, clean_value(value)) for value in dict.fromkeys(values) if value is not None}
        return [clean.get(value, "") for value in values]

    def is_clean(self, values: Sequence[Any]) -> bool:
        """Tell whether nothing has to be cleaned in a column, looked at as a whole."""
        if set(map(type, values)) != {str}:
            return False
        whole = "\n".join(values)
        return (
            whole.count("\n") == len(values) - 1
            and (whole.isascii() or unicodedata.is_normalized("NFC", whole))
            and whole.replace("\n", "").isprintable()  # so there is no blank but the plain one either
            and not any(blanks in f"\n{whole}\n" for blanks in ("  ", "\n ", " \n"))
            and max(map(len, values)) <= self._limits.text_length
        )

    def short(self, name: str, text: str) -> str:
        """Return the text unless it is longer than any honest value.

        Raises
        ------
        RecordError
            When it is.
        """
        if len(text) > self._limits.text_length:
            raise RecordError(
                "unreadable-record",
                say(
                    "reading:long-text",
                    name=name if isinstance(name, Said) else shown(name),
                    most=self._limits.text_length,
                ),
                say("reading:long-text.do"),
                text,
            )
        return text

    def _plain(self, values: Sequence[Any]) -> list[Any]:
        if self.is_clean(values):
            return list(values)
        most = self._limits.json_depth
        return [None if value is None else plain_value(value, most) for value in values]

    def _as_extra(self, extra: Mapping[str, list[Any]]) -> list[str]:
        """The other columns of each row as a JSON object with sorted keys; "" where nothing is stated."""
        parts = []
        for name in sorted(extra):
            start = f"{_as_json(name)}: "
            parts.append(["" if value is None else start + _as_json(value) for value in extra[name]])
        rows = parts[0] if len(parts) == 1 else [", ".join(filter(None, row)) for row in zip(*parts, strict=True)]
        texts = [f"{{{row}}}" if row else "" for row in rows]
        if max(map(len, texts), default=0) > self._limits.text_length:
            return [self.short(say("reading:other-columns"), text) for text in texts]
        return texts

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        """Say which property goes into which column; made once for records with the same names."""
        self._names.update(names)
        if too_long := next((name for name in names if len(name) > self._limits.name_length), None):
            raise WholeFileError(
                "unreadable-file",
                say("reading:long-name", most=self._limits.name_length),
                say("reading:names.do"),
                shown(too_long),
            )
        if len(self._names) > self._limits.property_names:
            raise WholeFileError(
                "unreadable-file",
                say("reading:many-names", most=self._limits.property_names),
                say("reading:names.do"),
            )
        columns: list[tuple[str, str]] = []
        misspelt: list[str] = []
        taken: set[str] = set()
        # Official names come first, so that they win over anything that only looks like them.
        for name in sorted(names, key=lambda key: key not in EU_COLUMNS and key not in OWN_CODES):
            column = column_of(name)
            if column in taken or column not in NOTHING_STATED:
                column = ""
            elif self._official and (official := official_name(name)):
                misspelt.append(f"{clean_value(name)}>{official}")
            taken.add(column)
            columns.append((name, column))
        apart = (name for name, column in columns if not column)
        made = self._plans[names] = _Plan(columns, "; ".join(misspelt), *names_of_position(apart))
        return made


def _first_stated(extra: Mapping[str, Sequence[Any]], names: Sequence[str]) -> Sequence[Any]:
    """For each row the value under the first of these names that it has one for."""
    if len(names) == 1:
        return extra[names[0]]
    rows = zip(*(extra[name] for name in names), strict=True)
    return [next((value for value in row if value is not None), None) for row in rows]

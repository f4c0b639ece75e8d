"""Where readers put records: plots, rejected ones, notes. Counts them, maps names to columns, keeps text clean."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, cast

import numpy as np

from eudr_geo.base.cells import clean_codes, parse_date, shown
from eudr_geo.base.limits import raise_it
from eudr_geo.model.changes import CellChange
from eudr_geo.model.plots import Note, Plots, Reading, Rejected, SourceFile
from eudr_geo.model.source import NumberText, RecordError, Source, WholeFileError
from eudr_geo.sources.formats.boundaries import FACTS, Shape
from eudr_geo.sources.records.headings import EU_COLUMNS, OWN_CODES, column_of, official_name
from eudr_geo.sources.records.understanding import understood
from eudr_geo.sources.records.values import area_of, clean_value, plain_value

_TEXT_COLUMNS = ("plot_id", "place", "producer", "producer_id", "country", "commodity", "mapped_on")
_PLACE_NAME_SHARE = 0.5  # fewer distinct names than this share of the plots: the column names villages, not plots
_NOTHING_STATED: Mapping[str, Any] = {
    **dict.fromkeys(_TEXT_COLUMNS, ""),
    "area_ha": float("nan"),
    "area_text": "",
    "misspelt": "",
    "extra": "",
}
_NO_AREA = (float("nan"), "")
_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class _Plan:
    """What to do with the properties of records that have the same names."""

    columns: list[tuple[str, str]]  # name, column ("" = kept apart)
    misspelt: str


class Gathering:
    """The records of one file, in file order.

    Parameters
    ----------
    source
        The file.
    format_
        Name of its format.
    official
        Property names are judged by the EU system's spelling (GeoJSON only: it takes nothing else).
    """

    def __init__(self, source: Source, format_: str, *, official: bool = False) -> None:
        self.source = source
        self.format = format_
        self.official = official
        self.crs = "EPSG:4326"
        self.encoding = ""
        self.records = 0
        self.notes: list[Note] = []
        self.rejected: list[Rejected] = []
        self.changes: list[CellChange] = []
        self.columns: dict[str, list[Any]] = {
            name: [] for name in ("record", "group", "area_ha", "area_text", "misspelt", "extra", *_TEXT_COLUMNS)
        }
        self.shapes: list[Shape | None] = []  # None where the reader assembles the geometry itself
        self._names: set[str] = set()
        self._positions = 0
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def note(self, code: str, why: str, fix: str = "", *, severity: str = "", value: str = "") -> None:
        """Say something about the file as a whole."""
        self.notes.append(Note(code, why, fix, shown(value), severity))

    def count(self) -> None:
        """Count a record before anything can go wrong with it."""
        self.count_many(1)

    def count_many(self, n: int) -> None:
        """Count records that are read together."""
        self.records += n
        if self.records > self.source.limits.records:
            raise WholeFileError(
                "unreadable-file",
                f"more than {self.source.limits.records:,} records",
                f"split the file, {raise_it('records')}",
            )

    def reject(
        self,
        record: int,
        error: RecordError,
        *,
        group: str = "",
        plot_id: str = "",
        offer: Shape | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        """Set a record aside, with its reason and, where there is one, the plot it would be."""
        row: Plots | None = None
        lon = lat = float("nan")
        if properties is not None and not plot_id:
            plot_id = self._id_of(properties)
        if offer is not None:
            apart = Gathering(self.source, self.format, official=self.official)
            try:
                apart.add(record, properties or {}, offer, group=group, plot_id=plot_id)
            except RecordError:
                offer = None
            else:
                row = apart.plots()
                lon, lat = (float(values[0]) for values in row.points_lon_lat())
        self.rejected.append(
            Rejected(
                self.source.name,
                record,
                error.code,
                error.why,
                error.fix,
                group,
                plot_id,
                shown(error.value),
                lon,
                lat,
                row,
            )
        )

    def _id_of(self, properties: Mapping[str, Any]) -> str:
        found = {column_of(name): value for name, value in properties.items() if value not in (None, "")}
        try:
            return clean_value(found.get("plot_id") or found.get("place") or "")
        except RecordError:
            return ""

    def add(
        self, record: int, properties: Mapping[str, Any], shape: Shape | None, *, group: str = "", plot_id: str = ""
    ) -> None:
        """Add a plot.

        Parameters
        ----------
        record
            Number as a person sees it.
        properties
            Names and values as the file has them; numbers as text.
        shape
            Its geometry; None when the reader assembles geometries in bulk.
        group, plot_id
            Layer or folder; code from outside the properties (a placemark's name, a feature's id).

        Raises
        ------
        RecordError
            For text that cannot be kept as it is.
        """
        if shape is not None:
            self.hold(shape.vertices)
        row: dict[str, Any] = dict(_NOTHING_STATED)
        row["record"] = record
        row["group"] = clean_value(group)
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
                    extra[clean_value(name)] = plain_value(value, self.source.limits.json_depth)
            elif column:
                row[column] = self._short(name, clean_value(value))
            else:
                extra[clean_value(name)] = plain_value(value, self.source.limits.json_depth)
        row["misspelt"] = plan.misspelt
        if not row["plot_id"] and plot_id:
            row["plot_id"] = self._short("the plot's name", clean_value(plot_id))
        if extra:
            row["extra"] = json.dumps(extra, ensure_ascii=False, sort_keys=True)
            if len(row["extra"]) > self.source.limits.text_length:
                for name, value in extra.items():
                    self._short(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, values in self.columns.items():
            values.append(row[name])
        self.shapes.append(shape)

    def add_many(
        self,
        records: Sequence[int],
        columns: Mapping[str, Sequence[Any]],
        shapes: Sequence[Shape | None],
        *,
        group: str = "",
        plot_ids: Sequence[str] = (),
    ) -> dict[int, RecordError]:
        """Add plots column by column, as :meth:`add` does one by one; return what could not be kept, by its row.

        Parameters
        ----------
        records
            Number of each as a person sees it, shape (n,).
        columns
            Name → values as the file has them, shape (n,); numbers as text.
        shapes
            Geometries; None where the reader assembles them in bulk, shape (n,). Positions are counted by the caller.
        group
            Layer of all of them.
        plot_ids
            Codes from outside the columns, for those that have none there, shape (n,).
        """
        n = len(records)
        try:
            made = self._columns(columns, n)
            if plot_ids:
                named = self._texts("the plot's name", plot_ids)
                codes = made.get("plot_id", named)
                made["plot_id"] = [code or name for code, name in zip(codes, named, strict=True)]
        except RecordError:
            return self._one_by_one(records, columns, shapes, group, plot_ids)
        made["record"] = list(records)
        made["group"] = [clean_value(group)] * n
        for name in self.columns:
            self.columns[name] += made[name] if name in made else [_NOTHING_STATED[name]] * n
        self.shapes += shapes
        return {}

    def _columns(self, columns: Mapping[str, Sequence[Any]], n: int) -> dict[str, list[Any]]:
        """Columns of a plot table of the columns of a file; the first text that cannot be kept is raised."""
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
                texts = self._texts(name, values)
                dates = {text: parse_date(text) or "" for text in set(texts) if text}
                if not all(dates.values()):
                    raise RecordError("unreadable-record", "a date that is none", "")  # kept as written, one by one
                made[column] = [dates.get(text, "") for text in texts]
            elif column:
                made[column] = self._texts(name, values)
            else:
                extra[clean_value(name)] = self._plain(values)
        if extra:
            made["extra"] = self._as_extra(extra)
        return made

    def _texts(self, name: str, values: Sequence[Any]) -> list[str]:
        """Values as clean text."""
        if self.is_clean(values):
            return list(values)
        if not set(map(type, values)) <= {str, NoneType}:
            return ["" if value is None else self._short(name, clean_value(value)) for value in values]
        # A producer, a country, a date stand on many plots: each text is cleaned once.
        clean = {value: self._short(name, clean_value(value)) for value in dict.fromkeys(values) if value is not None}
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
            and max(map(len, values)) <= self.source.limits.text_length
        )

    def _plain(self, values: Sequence[Any]) -> list[Any]:
        if self.is_clean(values):
            return list(values)
        most = self.source.limits.json_depth
        return [None if value is None else plain_value(value, most) for value in values]

    def _as_extra(self, extra: Mapping[str, list[Any]]) -> list[str]:
        """The other columns of each row as a JSON object with sorted keys; "" where nothing is stated."""
        parts = []
        for name in sorted(extra):
            start = f"{_as_json(name)}: "
            parts.append(["" if value is None else start + _as_json(value) for value in extra[name]])
        rows = parts[0] if len(parts) == 1 else [", ".join(filter(None, row)) for row in zip(*parts, strict=True)]
        texts = [f"{{{row}}}" if row else "" for row in rows]
        if max(map(len, texts), default=0) > self.source.limits.text_length:
            return [self._short("the other columns", text) for text in texts]
        return texts

    def _one_by_one(
        self,
        records: Sequence[int],
        columns: Mapping[str, Sequence[Any]],
        shapes: Sequence[Shape | None],
        group: str,
        plot_ids: Sequence[str],
    ) -> dict[int, RecordError]:
        faults: dict[int, RecordError] = {}
        for row, record in enumerate(records):
            properties = {name: values[row] for name, values in columns.items()}
            count = len(self.shapes)
            try:
                self.add(record, properties, None, group=group, plot_id=plot_ids[row] if plot_ids else "")
                self.shapes[count] = shapes[row]
            except RecordError as error:
                faults[row] = error
        return faults

    def hold(self, positions: int) -> None:
        """Count positions of a geometry; refuse one that no plot can have, and a file with too many in all."""
        if positions > self.source.limits.ring_vertices:
            raise self.too_many_positions(positions)
        self.hold_all(positions)

    def hold_all(self, positions: int) -> None:
        """Count positions of many geometries; refuse a file with too many in all."""
        self._positions += positions
        if self._positions > self.source.limits.file_vertices:
            raise WholeFileError(
                "unreadable-file",
                f"more than {self.source.limits.file_vertices:,} positions",
                f"split the file, {raise_it('file_vertices')}",
            )

    def too_many_positions(self, positions: int) -> RecordError:
        """Say that one boundary has too many positions."""
        most = self.source.limits.ring_vertices
        return RecordError(
            "unreadable-record",
            f"its boundary has {positions:,} positions, more than {most:,}",
            f"simplify it, {raise_it('ring_vertices')}",
            str(positions),
        )

    def _short(self, name: str, text: str) -> str:
        """Return the text unless it is longer than any honest value."""
        if len(text) > self.source.limits.text_length:
            raise RecordError(
                "unreadable-record",
                f"{shown(name)} is longer than {self.source.limits.text_length:,} characters",
                "shorten it",
                text,
            )
        return text

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        """Say which property goes into which column; made once for records with the same names."""
        self._names.update(names)
        if too_long := next((name for name in names if len(name) > self.source.limits.name_length), None):
            raise WholeFileError(
                "unreadable-file",
                f"a property name is longer than {self.source.limits.name_length:,} characters",
                "values have been written as names; export the table again",
                shown(too_long),
            )
        if len(self._names) > self.source.limits.property_names:
            raise WholeFileError(
                "unreadable-file",
                f"more than {self.source.limits.property_names} different property names",
                "values have been written as names; export the table again",
            )
        columns: list[tuple[str, str]] = []
        misspelt: list[str] = []
        taken: set[str] = set()
        # Official names come first, so that they win over anything that only looks like them.
        for name in sorted(names, key=lambda key: key not in EU_COLUMNS and key not in OWN_CODES):
            column = column_of(name)
            if column in taken or column not in _NOTHING_STATED:
                column = ""
            elif self.official and (official := official_name(name)):
                misspelt.append(f"{clean_value(name)}>{official}")
            taken.add(column)
            columns.append((name, column))
        made = self._plans[names] = _Plan(columns, "; ".join(misspelt))
        return made

    def plots(self, geometry: Any = None, facts: Mapping[str, Any] | None = None) -> Plots:
        """Return the plots gathered so far; ``geometry`` and ``facts`` stand in where shapes are None."""
        n = len(self.shapes)
        if not self.official:
            self.changes += understood(self.columns, self.format)
        columns: dict[str, Any] = {name: values for name, values in self.columns.items() if name != "plot_id"}
        columns["plot_id"] = _plot_ids(self.columns["plot_id"], self.columns["place"])
        geometries = np.empty(n, dtype=object)
        if geometry is not None:
            geometries[:] = geometry
        table: dict[str, Any] = {
            name: np.array(facts[name]) if facts else np.zeros(n, dtype=np.int64) for name in FACTS
        }
        for row in [row for row, shape in enumerate(self.shapes) if shape is not None]:
            shape = cast("Shape", self.shapes[row])
            geometries[row] = shape.geometry
            for name in FACTS:
                table[name][row] = getattr(shape, name)
        columns |= table
        columns["source"] = [self.source.name] * n
        columns["country"] = [value or self.source.country for value in columns["country"]]
        known = {value: value.casefold() or self.source.commodity for value in set(columns["commodity"])}
        columns["commodity"] = [known[value] for value in columns["commodity"]]
        columns["geometry"] = geometries
        return Plots(columns)

    def finish(self, plots: Plots | None = None) -> Reading:
        """Return what was read, with the ledger of the file."""
        table = self.plots() if plots is None else plots
        if self.records == 0 and not any(
            note.code in {"unreadable-file", "unsupported-format", "unknown-crs"} for note in self.notes
        ):
            self.note("empty-file", "there is no plot in the file", "check that the export was complete")
        file = SourceFile(
            self.source.name,
            "",
            0,
            self.format,
            self.crs,
            self.encoding,
            self.records,
            len(table),
            len(self.rejected),
            tuple(self.notes),
            tuple(self.changes),
        )
        return Reading(table, tuple(self.rejected), (file,))


def _plot_ids(codes: list[str], places: list[str]) -> list[str]:
    """Plot codes; a place name stands in for a missing code unless the places are those of villages."""
    if all(codes):
        return codes
    named = [place for code, place in zip(codes, places, strict=True) if place and not code]
    if named and len(set(clean_codes(named))) < _PLACE_NAME_SHARE * len(named):
        return codes
    return [code or place for code, place in zip(codes, places, strict=True)]

"""Where readers put records: plots, rejected ones, notes. Every record is counted before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from eudr_geo.base.cells import clean_codes, shown
from eudr_geo.base.limits import variable_of
from eudr_geo.model.changes import CellChange
from eudr_geo.model.plots import Note, Plots, Reading, Rejected, SourceFile
from eudr_geo.model.source import RecordError, Source, WholeFileError
from eudr_geo.sources.formats.boundaries import FACTS, Shape
from eudr_geo.sources.records.headings import column_of
from eudr_geo.sources.records.properties import NOTHING_STATED, TEXT_COLUMNS, Properties
from eudr_geo.sources.records.understanding import understood
from eudr_geo.sources.records.values import clean_value
from eudr_geo.words.saying import say

_PLACE_NAME_SHARE = 0.5  # fewer distinct names than this share of the plots: the column names villages, not plots


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
            name: [] for name in ("record", "group", "area_ha", "area_text", "misspelt", "extra", *TEXT_COLUMNS)
        }
        self.shapes: list[Shape | None] = []  # None where the reader assembles the geometry itself
        self.properties = Properties(source.limits, official=official)
        self._stated: list[tuple[int, float, float]] = []  # row, lon, lat of those that state a position in words
        self._positions = 0

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
                say("reading:records", most=self.source.limits.records),
                say("reading:do.split", variable=variable_of("records")),
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
        group = clean_value(group)
        row = {**self.properties.of_one(properties), "record": record, "group": group}
        if not row["plot_id"] and plot_id:
            row["plot_id"] = self.properties.short(say("reading:plot-name"), clean_value(plot_id))
        if "stated_lon" in row:
            self._stated.append((len(self.shapes), row["stated_lon"], row["stated_lat"]))
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
            made = self.properties.of_many(columns, n)
            if plot_ids:
                named = self.properties.texts(say("reading:plot-name"), plot_ids)
                codes = made.get("plot_id", named)
                made["plot_id"] = [code or name for code, name in zip(codes, named, strict=True)]
        except RecordError:
            return self._one_by_one(records, columns, shapes, group, plot_ids)
        made["record"] = list(records)
        made["group"] = [clean_value(group)] * n
        for name in self.columns:
            self.columns[name] += made[name] if name in made else [NOTHING_STATED[name]] * n
        if "stated_lon" in made:
            rows = range(len(self.shapes), len(self.shapes) + n)
            self._stated += zip(rows, made["stated_lon"], made["stated_lat"], strict=True)
        self.shapes += shapes
        return {}

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
                say("reading:positions", most=self.source.limits.file_vertices),
                say("reading:do.split", variable=variable_of("file_vertices")),
            )

    def too_many_positions(self, positions: int) -> RecordError:
        """Say that one boundary has too many positions."""
        most = self.source.limits.ring_vertices
        return RecordError(
            "unreadable-record",
            say("shapes:too-many", positions=positions, most=most),
            say("shapes:too-many.do", variable=variable_of("ring_vertices")),
            str(positions),
        )

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
        for axis, name in ((1, "stated_lon"), (2, "stated_lat")):
            columns[name] = np.full(n, np.nan)
            columns[name][[one[0] for one in self._stated]] = [one[axis] for one in self._stated]
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
            self.note("empty-file", say("reading:no-plot"), say("reading:no-plot.do"))
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

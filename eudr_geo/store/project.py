"""An open project, whichever kind of store keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import shapely
from sqlalchemy import Connection, Select, func, select

from eudr_geo.base.errors import InputError, RefusedError, StoreError
from eudr_geo.model.base import table_of
from eudr_geo.model.changes import Change
from eudr_geo.model.findings import Findings, Waiver
from eudr_geo.model.land import Plot, PlotVersion
from eudr_geo.model.lot_book import BOOK_TABLES, LAND_COLUMNS, LotBook, columns, in_force, keeper_of
from eudr_geo.model.package import Input
from eudr_geo.model.people import Producer
from eudr_geo.model.plots import Plots
from eudr_geo.model.records import StoredChange, StoredFile, StoredFinding, StoredWaiver
from eudr_geo.store import derived, erasing, journal
from eudr_geo.store.facts import PlotFacts, finding_of, superseded_of
from eudr_geo.store.integrity import whole_land
from eudr_geo.store.schema import seals
from eudr_geo.words.saying import say

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.base import Base
    from eudr_geo.store.geopackage import GeoPackage

_PLOT, _VERSION, _PRODUCER = table_of(Plot), table_of(PlotVersion), table_of(Producer)


_NAMES = (
    "plot_id", "source", "record", "group", "place", "producer", "producer_id", "country", "commodity", "area_ha",
    "mapped_on", "decimals", "geometry",
)  # fmt: skip
"""Columns of a plot that a project keeps, in the order in which they are asked for."""


class Store:
    """An open project. Use it as a context manager, or close it.

    Every reading method gives the same rows in the same order on every machine. Codes are as stored: upper case,
    no blanks at the ends.

    Attributes
    ----------
    path
        The file.
    meta
        ``organisation``, ``country``, ``commodity``, ``season``, ``schema`` and ``toolkit`` (version that made it).
    migrated
        What was done to bring an older project up to date when it was opened just now; None when nothing was.
    """

    def __init__(self, backend: GeoPackage) -> None:
        self._backend = backend
        self.path = backend.path
        self.is_writable = backend.write
        self._open: Connection | None = None
        try:
            self.meta: Mapping[str, str] = backend.meta()
            self.migrated = backend.migrated
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._backend.close()

    @property
    def plot_columns(self) -> frozenset[str]:
        """Columns of :meth:`load_plots` that hold what the file said; the others are as if it had said nothing."""
        return frozenset(_NAMES)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._open is not None:  # inside a step: what is read is what the step sees, under its lock
            yield self._open
            return
        engine = self._backend.engine
        with self._backend.explained(), engine.connect().execution_options(reading=True) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if not self.is_writable:
            raise StoreError(f"{self.path} was opened read-only", fix="open it with write=True")
        if self._open is not None:
            raise StoreError("a step is open already", fix="finish it first")
        try:
            with self._backend.explained(), self._backend.engine.begin() as connection:
                self._open = connection
                yield connection
        finally:
            self._open = None

    @contextmanager
    def writing(self, *, now: str, who: str, action: str, summary: str) -> Iterator[journal.Writer]:
        """Give a writer whose work is stored whole or not at all, as one step of the log.

        Parameters
        ----------
        now
            UTC time for the log, ISO 8601.
        who
            Login name for the log.
        action, summary
            What is done, as the log says it.

        Raises
        ------
        BusyError
            When another program holds the project for longer than 30 s; the message names it where it can.
        StoreError
            When the project was opened read-only, or the disk refuses.
        InputError
            When a row breaks a constraint of its table.
        """
        with self._transaction() as connection:
            writer = journal.Writer(self._backend, connection, now=now, who=who, action=action, summary=summary)
            yield writer
            writer.finish()
            if writer.tables & derived.SOURCES:
                derived.refresh(self._backend, connection, self.lot_book())

    def undo(self, *, now: str, who: str) -> journal.Step | None:
        """Take the last step back, exactly; return it, None when there is nothing to undo. The log keeps both.

        Raises
        ------
        StoreError
            When rows that another program stored since depend on the step.
        """
        try:
            with self._transaction() as connection:
                step = journal.undo(self._backend, connection, now=now, who=who)
                if step is not None:
                    derived.refresh(self._backend, connection, self.lot_book())
                return step
        except InputError as error:
            raise journal.cannot_undo(error) from error

    def preview_forget(self, code: str) -> erasing.Erasure:
        """Say what forgetting the person behind a producer code would change, or raise that there is none."""
        with self._reading() as connection:
            found = erasing.look(connection, code)
            found.seen = journal.last_fid(connection)
            return found

    def forget(self, found: erasing.Erasure, files: Collection[int], *, now: str, who: str) -> None:
        """Forget a person, and write the file anew, so that not even its free pages hold the name.

        Raises RefusedError when something was stored since the preview.
        """
        with self._transaction() as connection:
            if journal.last_fid(connection) != found.seen:
                raise RefusedError(say("errors:changed_meanwhile"), fix=say("errors:changed_meanwhile.do"))
            erasing.erase(connection, erasing.look(connection, found.person.code), files, now=now, who=who)
        self._backend.compact()

    def forgotten(self) -> set[str]:
        """Return the producer codes of the people that the project has forgotten."""
        with self._reading() as connection:
            return erasing.forgotten(connection)

    def log(self) -> list[journal.Step]:
        """Return the history, oldest first."""
        with self._reading() as connection:
            return journal.steps(connection)

    def first_broken_step(self) -> int | None:
        """Return the first step of the log that was changed after it was written, None when the log is whole."""
        with self._reading() as connection:
            return seals.first_broken(connection)

    def last_step(self) -> journal.Step | None:
        """Return the step that :meth:`undo` would take back."""
        with self._reading() as connection:
            return journal.last_step(connection)

    def history(self) -> int:
        """Return the number of the last step: it grows with every write, so equal numbers mean equal projects."""
        with self._reading() as connection:
            return journal.last_fid(connection)

    def load_plots(self, codes: Sequence[str] | None = None, on: str = "") -> Plots:
        """Return plots as they are now, or as they were on a date.

        Parameters
        ----------
        codes
            Only these; unknown ones are passed over.
        on
            Date, ISO 8601: the versions in force on that day.

        Returns
        -------
        Plots
            Sorted by code. ``area_ha`` is the area as declared; what only the file knew (property names, digits other
            than ``decimals``) is not there.
        """
        return self._plots(self._of_codes(self._in_force(self._whole_plots(), on), codes))

    def load_land(self, land: Collection[tuple[str, int]]) -> Plots:
        """Return plots as they were in these versions (code, number), sorted by both; unknown ones are passed over."""
        query = self._whole_plots().select_from(
            _PLOT.join(_VERSION, _VERSION.c.plot_code == _PLOT.c.code).join(
                _PRODUCER, _PRODUCER.c.code == _PLOT.c.producer_code, isouter=True
            )
        )
        rows = self._of_codes(query, [code for code, _ in land])
        wanted = set(land)
        return self._plots(
            sorted((row for row in rows if (row[0], row[-1]) in wanted), key=lambda row: (row[0], row[-1]))
        )

    def _whole_plots(self) -> Select[Any]:
        """Columns of a plot with its boundary, the number of the version last."""
        return select(
            _PLOT.c.code, _VERSION.c.src_file, _VERSION.c.src_row, _VERSION.c.src_sheet, _PLOT.c.place, _PRODUCER.c.name,
            _PLOT.c.producer_code, _PLOT.c.country, _PLOT.c.commodity, _VERSION.c.declared_area_ha, _VERSION.c.mapped_on,
            _VERSION.c.decimals, self._backend.raw(_VERSION.c.geometry), _VERSION.c.geometry_hash, _VERSION.c.version,
        )  # fmt: skip

    def _plots(self, rows: Sequence[Any]) -> Plots:
        given: dict[str, Any] = {name: [row[place] for row in rows] for place, name in enumerate(_NAMES)}
        for name in ("source", "group", "place", "producer", "producer_id", "country", "commodity", "mapped_on"):
            given[name] = [value or "" for value in given[name]]
        for name in ("record", "decimals"):
            given[name] = [value or 0 for value in given[name]]
        given["area_ha"] = [np.nan if value is None else value for value in given["area_ha"]]
        given["geometry"] = whole_land(self._backend, rows, given["geometry"])
        return Plots({**given, "vertices": shapely.get_num_coordinates(given["geometry"])})

    def check_land(self) -> None:
        """Refuse by name the boundaries that are no longer what was stored."""
        query = select(
            _VERSION.c.plot_code, self._backend.raw(_VERSION.c.geometry), _VERSION.c.geometry_hash, _VERSION.c.version
        )
        with self._reading() as connection:
            rows = [tuple(row) for row in connection.execute(query.order_by(_VERSION.c.plot_code, _VERSION.c.version))]
        whole_land(self._backend, rows, [row[1] for row in rows])

    def plot_versions(self, codes: Sequence[str] | None = None, on: str = "") -> pd.DataFrame:
        """Return plot_code, version, geometry_hash, mapped_on, area_ha of the versions in force, sorted by code."""
        import pandas as pd

        fields = (_VERSION.c.version, _VERSION.c.geometry_hash, _VERSION.c.mapped_on, _VERSION.c.area_ha)
        names = ["plot_code", *(field.name for field in fields)]
        rows = self._of_codes(self._in_force(select(_PLOT.c.code, *fields), on), codes)
        return pd.DataFrame([tuple(row) for row in rows], columns=names, dtype=object)

    def plot_facts(self, codes: Sequence[str]) -> dict[str, PlotFacts]:
        """Return what the project holds of these plots, by code; unknown ones are left out."""
        query = self._in_force(
            select(
                _PLOT.c.code, _PLOT.c.fid, _PLOT.c.producer_code, _PRODUCER.c.name, _PLOT.c.country, _PLOT.c.commodity,
                _PLOT.c.place, _VERSION.c.fid, func.coalesce(_VERSION.c.version, 0), func.coalesce(_VERSION.c.geometry_hash, ""),
                _VERSION.c.declared_area_ha, _VERSION.c.area_ha, func.coalesce(_VERSION.c.mapped_on, ""),
                func.coalesce(_VERSION.c.valid_from, ""), _PLOT.c.held_since,
            ),
            landless=True,
        )  # fmt: skip
        return {row[0]: PlotFacts(*row[1:]) for row in self._of_codes(query, codes)}

    def _in_force(self, query: Select[Any], on: str = "", *, landless: bool = False) -> Select[Any]:
        """Plots with their version in force and their producer."""
        other = _VERSION.alias("other")
        last = select(func.max(other.c.version)).where(other.c.plot_code == _PLOT.c.code)
        if on:
            last = last.where(other.c.valid_from <= on)
        in_force = (_VERSION.c.plot_code == _PLOT.c.code) & (_VERSION.c.version == last.scalar_subquery())
        joined = _PLOT.join(_VERSION, in_force, isouter=landless)
        return query.select_from(joined.join(_PRODUCER, _PRODUCER.c.code == _PLOT.c.producer_code, isouter=True))

    def _of_codes(self, query: Select[Any], codes: Sequence[str] | None) -> list[Any]:
        """Rows of these plots, sorted by code, which is the first column."""
        with self._reading() as connection:
            if codes is None:
                rows = list(connection.execute(query))
            else:
                rows = [
                    row
                    for part in journal.blocks(sorted(set(codes)))
                    for row in connection.execute(query.where(_PLOT.c.code.in_(part)))
                ]
        return sorted(rows, key=lambda row: str(row[0]))

    def lot_book(self) -> LotBook:
        """Return the lot side of the project, without void receipts; rows in the order they were stored."""
        import pandas as pd

        frames = {}
        with self._reading() as connection:
            for name, noun in BOOK_TABLES.items():
                table = table_of(noun)
                found = connection.execute(select(*(table.c[column] for column in columns(name))).order_by(table.c.fid))
                rows = [tuple(row) for row in found]
                frames[name] = pd.DataFrame(rows, columns=columns(name), dtype=object)
            fields = [_VERSION.c[name] for name in LAND_COLUMNS]
            land = connection.execute(select(*fields).order_by(_VERSION.c.plot_code, _VERSION.c.version))
            versions = pd.DataFrame([tuple(row) for row in land], columns=list(LAND_COLUMNS), dtype=object)
            changed = superseded_of(connection)
        keeper = keeper_of(frames["organisation"], str(self.meta.get("organisation") or ""))
        return LotBook(in_force(frames), versions, keeper=keeper, superseded=changed)

    def table(self, noun: type[Base]) -> pd.DataFrame:
        """Return a table as it is, with its row numbers."""
        import pandas as pd

        table = table_of(noun)
        with self._reading() as connection:
            rows = [tuple(row) for row in connection.execute(select(table).order_by(table.c.fid))]
        return pd.DataFrame(rows, columns=[column.name for column in table.columns], dtype=object)

    def codes(self, noun: type[Base]) -> set[str]:
        """Return the codes of a table's rows."""
        with self._reading() as connection:
            return set(connection.execute(select(table_of(noun).c.code)).scalars())

    def findings(self, land: Collection[tuple[str, int]] = ()) -> Findings:
        """Return the findings stored with the imports: of plots in force, but of ``land`` (code, number) of that."""
        table, wanted = table_of(StoredFinding), dict(land)
        last = select(_VERSION.c.plot_code, func.max(_VERSION.c.version)).group_by(_VERSION.c.plot_code)
        with self._reading() as connection:
            newest = {row[0]: row[1] for row in connection.execute(last)} | wanted
            return Findings(
                finding_of(row)
                for row in connection.execute(select(table))
                if row.plot_version in (None, newest.get(row.plot_code))
            )

    def waivers(self) -> tuple[Waiver, ...]:
        """Return the findings that somebody answers for, sorted."""
        table = table_of(StoredWaiver)
        names = [one.name for one in fields(Waiver)]
        with self._reading() as connection:
            rows = connection.execute(select(*(table.c[name] for name in names)))
            return tuple(sorted((Waiver(*row) for row in rows), key=lambda one: (one.rule, one.code)))

    def changes(self, codes: Sequence[str] | None = None) -> tuple[Change, ...]:
        """Return the repairs of these plots (or of all), in the order they were made."""
        table = table_of(StoredChange)
        wanted = None if codes is None else set(codes)
        with self._reading() as connection:
            return tuple(
                Change(
                    rule=row.rule, source=row.source, record=row.record, plot_id=row.plot_code, field=row.field, before=row.before,
                    after=row.after, what=row.what, by=row.by, area_before_ha=row.area_before_ha,
                    area_after_ha=row.area_after_ha, largest_move_m=row.largest_move_m,
                )
                for row in connection.execute(select(table).order_by(table.c.fid))
                if wanted is None or row.plot_code in wanted
            )  # fmt: skip

    def source_files(self) -> tuple[Input, ...]:
        """Return the files that were imported, sorted by name."""
        table = table_of(StoredFile)
        with self._reading() as connection:
            rows = connection.execute(select(table.c.name, table.c.sha256, table.c.size_bytes))
            return tuple(sorted((Input(*row) for row in rows), key=lambda one: (one.name, one.sha256)))

    def bbox(self, west: float, south: float, east: float, north: float) -> list[str]:
        """Return the codes of plots whose box touches this one, sorted; by the R-tree, so a small box is quick."""
        with self._reading() as connection:
            return self._backend.bbox(connection, (west, south, east, north))

    def copy_to(self, path: str | Path) -> None:
        """Copy the project for GDAL, QGIS scripts or a backup; the live file is never given away.

        Raises
        ------
        InputError
            When something is there already.
        """
        self._backend.copy_to(Path(path))

"""The project: one GeoPackage with plots, lots and their history. PostGIS will be its sibling behind the same door."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sqlalchemy import Connection, select, text

from eudr_geo.errors import BusyError, InputError, StoreError
from eudr_geo.model.base import table_of
from eudr_geo.model.changes import Change
from eudr_geo.model.findings import Finding, Findings
from eudr_geo.model.land import Plot, PlotVersion
from eudr_geo.model.lot_book import BOOK_TABLES, LotBook, columns
from eudr_geo.model.package import Input
from eudr_geo.model.people import Producer
from eudr_geo.model.plots import Plots
from eudr_geo.model.records import StoredChange, StoredFile, StoredFinding
from eudr_geo.regulation import COMMODITIES, country_code
from eudr_geo.store import geopackage, journal
from eudr_geo.store.migrations import backup

if TYPE_CHECKING:
    import pandas as pd


def create_store(
    url: str | Path, *, organisation: str, country: str, commodity: str = "coffee", season: str = ""
) -> Store:
    """Create a project and open it for writing.

    Raises
    ------
    InputError
        When something is there already, or the country or commodity is unknown.
    """
    if country_code(country) != country or not country:
        raise InputError(f"{country!r} is no country code", fix="write two letters, like VN")
    if commodity not in COMMODITIES:
        raise InputError(f"{commodity!r} is no commodity of the regulation", fix=f"one of {', '.join(COMMODITIES)}")
    path = _path(url)
    geopackage.create(
        path, {"organisation": organisation, "country": country, "commodity": commodity, "season": season}
    )
    return Store(path, write=True)


def open_store(url: str | Path, *, write: bool = False) -> Store:
    """Open a project.

    Parameters
    ----------
    url
        Path of the GeoPackage.
    write
        Whether something will be stored; without it the file is opened read-only.

    Raises
    ------
    InputError
        When there is no such file.
    StoreError
        When it is not a project, is damaged, or was made by a newer toolkit.
    BusyError
        When another program holds it.
    """
    path = _path(url)
    if not path.is_file():
        raise InputError(f"there is no project {path}", fix="create it with: eudr-geo init, or name it with -p")
    return Store(path, write=write)


def _path(url: str | Path) -> Path:
    if str(url).startswith(("postgresql:", "postgres:")):
        raise InputError("this version keeps projects in GeoPackages only", fix="name a file, like -p coop.gpkg")
    return Path(url)


class Store:
    """An open project. Use it as a context manager, or close it."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self.is_writable = write
        self._open: Connection | None = None
        self._engine = geopackage.engine_of(path, write=write)
        try:
            with self._engine.connect() as connection:
                self.meta: Mapping[str, str] = geopackage.check_is_project(path, connection, write=write)
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
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._open is not None:  # inside a step: what is read is what the step sees, under its lock
            yield self._open
            return
        with self._engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self, *, now: str, who: str, action: str, summary: str) -> Iterator[journal.Writer]:
        """Give a writer whose work is stored whole or not at all.

        Raises
        ------
        BusyError
            When another program holds the project for longer than 30 s.
        StoreError
            When the project was opened read-only, or the disk refuses.
        """
        if not self.is_writable:
            raise StoreError(f"{self.path} was opened read-only", fix="open it with write=True")
        try:
            with self._engine.begin() as connection:
                writer = journal.Writer(connection, now=now, who=who, action=action, summary=summary)
                self._open = connection
                yield writer
                writer.finish()
        except Exception as error:
            if "database is locked" in str(error):
                raise BusyError(f"another program holds {self.path}", fix="close it and try again") from error
            if "disk is full" in str(error) or "disk I/O error" in str(error):
                raise StoreError(
                    f"the disk refused to store {self.path}", fix="make room; nothing was changed"
                ) from error
            raise
        finally:
            self._open = None

    def load_plots(self, codes: Sequence[str] | None = None, on: str = "") -> Plots:
        """Return plots as they are now, or as they were on a date (ISO 8601); sorted by code."""
        frame = self._versions(on)
        if codes is not None:
            frame = frame[frame["plot_code"].isin(set(codes))]
        geometry = np.empty(len(frame), dtype=object)
        geometry[:] = frame["geometry"].tolist()
        filled = {
            name: frame[name].fillna("").tolist()
            for name in (
                "producer_code",
                "producer",
                "country",
                "commodity",
                "place",
                "src_file",
                "src_sheet",
                "mapped_on",
            )
        }
        counts = np.array(
            [0 if one is None else len(one.exterior.coords) if one.geom_type == "Polygon" else 1 for one in geometry],
            dtype=np.int64,
        )
        return Plots(
            {
                "source": filled["src_file"],
                "record": frame["src_row"].fillna(0).astype(int).tolist(),
                "group": filled["src_sheet"],
                "plot_id": frame["plot_code"].tolist(),
                "place": filled["place"],
                "producer": filled["producer"],
                "producer_id": filled["producer_code"],
                "country": filled["country"],
                "commodity": filled["commodity"],
                "area_ha": frame["declared_area_ha"].astype(float).tolist(),
                "mapped_on": filled["mapped_on"],
                "decimals": frame["decimals"].fillna(0).astype(int).tolist(),
                "vertices": counts,
                "geometry": geometry,
            }
        )

    def plot_versions(self, codes: Sequence[str] | None = None, on: str = "") -> pd.DataFrame:
        """Return plot_code, version, geometry_hash, mapped_on, area_ha of the versions in force, sorted by code."""
        frame = self._versions(on)
        if codes is not None:
            frame = frame[frame["plot_code"].isin(set(codes))]
        return frame[["plot_code", "version", "geometry_hash", "mapped_on", "area_ha"]].reset_index(drop=True)

    def _versions(self, on: str) -> pd.DataFrame:
        import pandas as pd

        plot, version, producer = table_of(Plot), table_of(PlotVersion), table_of(Producer)
        query = (
            select(
                version.c.plot_code, version.c.version, version.c.geometry, version.c.geometry_hash, version.c.mapped_on,
                version.c.area_ha, version.c.declared_area_ha, version.c.decimals, version.c.valid_from, version.c.src_file,
                version.c.src_sheet, version.c.src_row, plot.c.producer_code, plot.c.country, plot.c.commodity, plot.c.place,
                producer.c.name.label("producer"),
            )
            .join(plot, plot.c.code == version.c.plot_code)
            .join(producer, producer.c.code == plot.c.producer_code, isouter=True)
            .order_by(version.c.plot_code, version.c.version)
        )  # fmt: skip
        with self._reading() as connection:
            done = connection.execute(query)
            frame = pd.DataFrame(done.all(), columns=list(done.keys()), dtype=object)
        if on:
            frame = frame[frame["valid_from"].fillna("") <= on]
        return frame.drop_duplicates("plot_code", keep="last").reset_index(drop=True)

    def lot_book(self) -> LotBook:
        """Return the lot side of the project."""
        import pandas as pd

        frames = {}
        with self._reading() as connection:
            for name, noun in BOOK_TABLES.items():
                table = table_of(noun)
                rows = connection.execute(
                    select(*(table.c[column] for column in columns(name))).order_by(table.c.fid)
                ).all()
                frames[name] = pd.DataFrame(rows, columns=columns(name), dtype=object)
        return LotBook(frames)

    def table(self, noun: Any) -> pd.DataFrame:
        """Return a table as it is, with its row numbers."""
        import pandas as pd

        with self._reading() as connection:
            done = connection.execute(select(table_of(noun)).order_by(table_of(noun).c.fid))
            return pd.DataFrame(done.all(), columns=list(done.keys()), dtype=object)

    def findings(self) -> Findings:
        """Return the findings stored with the imports."""
        table = table_of(StoredFinding)
        with self._reading() as connection:
            return Findings(
                Finding(
                    rule=row.rule, severity=row.severity, subject=row.subject, message=row.message, hint=row.hint, basis=row.basis,
                    source=row.source, record=row.record, plot_id=row.plot_code, code=row.code, lon=row.lon, lat=row.lat,
                    repair=row.repair, measured=json.loads(row.measured),
                )
                for row in connection.execute(select(table))
            )  # fmt: skip

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
            rows = connection.execute(
                select(table.c.name, table.c.sha256, table.c.size_bytes).order_by(table.c.name, table.c.sha256)
            )
            return tuple(Input(*row) for row in rows)

    def bbox(self, west: float, south: float, east: float, north: float) -> list[str]:
        """Return the codes of plots whose box touches this one, sorted, by the R-tree."""
        query = text(
            "SELECT DISTINCT v.plot_code FROM rtree_plot_version_geometry t JOIN plot_version v ON v.fid = t.id"
            " WHERE t.maxx >= :west AND t.minx <= :east AND t.maxy >= :south AND t.miny <= :north ORDER BY 1"
        )
        with self._reading() as connection:
            return [
                row[0]
                for row in connection.execute(query, {"west": west, "south": south, "east": east, "north": north})
            ]

    def log(self) -> list[journal.Step]:
        """Return the history, oldest first."""
        with self._reading() as connection:
            return journal.steps(connection)

    def last_step(self) -> journal.Step | None:
        """Return the step that ``undo`` would take back."""
        open_steps = [step for step in self.log() if step.undone_by is None and step.action != "undo"]
        return open_steps[-1] if open_steps else None

    def undo(self, *, now: str, who: str) -> journal.Step | None:
        """Take the last step back, exactly; return it, None when there is nothing to undo."""
        step = self.last_step()
        if step is None:
            return None
        if not self.is_writable:
            raise StoreError(f"{self.path} was opened read-only", fix="open it with write=True")
        with self._engine.begin() as connection:
            journal.undo(connection, step, now=now, who=who)
        return step

    def copy_to(self, path: str | Path) -> None:
        """Copy the project for other programs; the live file is never given away."""
        with self._engine.connect() as connection:
            backup(connection, Path(path))

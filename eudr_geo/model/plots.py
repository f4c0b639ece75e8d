"""Plots as delivered: one table, bad ones included, and the ledger of the files they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from eudr_geo.model.changes import CellChange

if TYPE_CHECKING:
    import geopandas as gpd

Array = npt.NDArray[Any]
Text = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Column:
    """One column of a table: its kind, its unit and what it holds."""

    kind: str  # "text" ("" = nothing stated), "int", "float" (NaN = nothing stated), "bool", "geometry"
    doc: str
    unit: str = ""


PLOT_COLUMNS: Mapping[str, Column] = {
    "source": Column("text", "name of the file the plot came from, as the user knows it"),
    "record": Column("int", "number of the record in its file, from 1: feature, sheet row, placemark"),
    "group": Column("text", "layer, folder or sheet inside the file"),
    "plot_id": Column("text", "plot code; where the file has none, its place name"),
    "place": Column("text", "ProductionPlace as stated"),
    "producer": Column("text", "producer name as stated"),
    "producer_id": Column("text", "producer code as stated"),
    "country": Column("text", "producer country as stated, or the one given for the whole run"),
    "commodity": Column("text", "coffee, cocoa, rubber, oil-palm, soya, cattle or wood"),
    "area_ha": Column("float", "declared area", "ha"),
    "area_text": Column("text", "the declared area as written, where it is not a plain number"),
    "mapped_on": Column("text", "date of mapping, ISO 8601"),
    "misspelt": Column("text", "property names the EU system would ignore: 'found>official' joined by '; '"),
    "open_rings": Column("int", "rings whose last position differs from the first, as delivered"),
    "short_rings": Column("int", "rings with fewer than four positions, after closing"),
    "has_z": Column("bool", "positions carry Z or M values (dropped from the geometry)"),
    "vertices": Column("int", "positions as delivered"),
    "short_lons": Column("int", "longitudes written with fewer than six decimals"),
    "short_lats": Column("int", "latitudes written with fewer than six decimals"),
    "decimals": Column("int", "most decimals written on any coordinate"),
    "extra": Column("text", "the other properties of the record, as a JSON object with sorted keys"),
    "stated_lon": Column("float", "longitude that the other properties state beside the geometry", "degrees"),
    "stated_lat": Column("float", "latitude that the other properties state beside the geometry", "degrees"),
    "geometry": Column("geometry", "2-D geometry, lon lat, WGS 84; rings closed and padded to four positions"),
}
"""The columns of a plot table. ``short_*`` and ``decimals`` count the digits as written, trailing zeros included."""

_DTYPES: Mapping[str, Any] = {
    "text": object,
    "geometry": object,
    "int": np.int64,
    "float": np.float64,
    "bool": np.bool_,
}
_DEFAULTS: Mapping[str, Any] = {"text": "", "geometry": None, "int": 0, "float": np.nan, "bool": False}


class _Watch:
    """The columns that were asked for, of a table and of all that was taken from it."""

    def __init__(self) -> None:
        self.asked: set[str] = set()


class Plots:
    """A table of plots, valid or not: one numpy array a column, one row a plot.

    A plain set of arrays rather than a GeoDataFrame, because rules slice it thousands of times and a slice
    must keep what was already measured (see ``docs/decisions/0002-plots-are-arrays.md``);
    :meth:`to_geodataframe` gives the analyst's view.

    Parameters
    ----------
    columns
        Arrays of equal length n, named as in :data:`PLOT_COLUMNS`; missing ones are filled with the column's
        "nothing stated" value.

    Raises
    ------
    ValueError
        For an unknown column or arrays of different lengths.

    Examples
    --------
    >>> import shapely
    >>> plots = Plots({"plot_id": ["P-1", "P-2"], "geometry": [shapely.Point(108, 12), shapely.Point(108.1, 12)]})
    >>> len(plots), plots["country"].tolist()
    (2, ['', ''])
    >>> plots.take([1])["plot_id"].tolist()
    ['P-2']
    """

    def __init__(
        self, columns: Mapping[str, Sequence[Any] | Array], *, kept: Mapping[str, Array] | None = None
    ) -> None:
        unknown = set(columns) - set(PLOT_COLUMNS)
        if unknown:
            raise ValueError(f"unknown plot column(s): {', '.join(sorted(unknown))}")
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"plot columns differ in length: {sorted(lengths)}")
        n = lengths.pop() if lengths else 0
        self._columns: dict[str, Array] = {}
        for name, spec in PLOT_COLUMNS.items():
            dtype = _DTYPES[spec.kind]
            if name in columns:
                values = columns[name]
                array = np.empty(n, dtype=dtype)
                array[:] = values
            else:
                array = np.full(n, _DEFAULTS[spec.kind], dtype=dtype)
            self._columns[name] = array
        self._kept: dict[str, Array] = dict(kept or {})
        self._shared: dict[str, Any] = {}
        self._whole: tuple[Plots, Array] | None = None
        self._watch = _Watch()

    def __len__(self) -> int:
        return len(self._columns["record"])

    def __getitem__(self, name: str) -> Array:
        self._watch.asked.add(name)
        return self._columns[name]

    @contextmanager
    def watching(self) -> Iterator[set[str]]:
        """Give the set of columns that are asked for meanwhile, of this table and of rows taken from it.

        What a rule read tells which of its findings can be made again from a table that lacks some columns.

        Examples
        --------
        >>> plots = Plots({"country": ["VN"]})
        >>> with plots.watching() as asked:
        ...     _ = plots.take([0])["country"]
        >>> asked
        {'country'}
        """
        before, self._watch.asked = self._watch.asked, set()
        try:
            yield self._watch.asked
        finally:
            self._watch.asked = before

    @property
    def geometry(self) -> Array:
        """Geometries, shape (n,), shapely objects or None, lon lat, WGS 84."""
        return self._columns["geometry"]

    def keep(self, name: str, compute: Callable[[Array], Array]) -> Array:
        """Return a value derived from each geometry, computed once and carried along by :meth:`take`.

        Parameters
        ----------
        name
            Name with its unit, as in ``area_ha``.
        compute
            Takes the geometries, shape (n,), and returns an array of n values (first axis).
        """
        if name not in self._kept:
            if self._whole is not None:  # measured on the whole table, so that the next part finds it too
                whole, rows = self._whole
                self._kept[name] = whole.keep(name, compute)[rows]
            else:
                self._kept[name] = compute(self.geometry)
        return self._kept[name]

    def share(self, name: str, compute: Callable[[Plots], Any]) -> Any:
        """Return a value derived from the table as a whole (an index, pairs of neighbours), computed once.

        Unlike :meth:`keep`, it is forgotten by :meth:`take`: it speaks of row numbers.
        """
        if name not in self._shared:
            with self.watching() as asked:
                self._shared[name] = compute(self), asked
        value, asked = self._shared[name]
        self._watch.asked |= asked  # who uses the value has read what it was made of
        return value

    def take(self, rows: Sequence[int] | Array) -> Plots:
        """Return the given rows (positions or a boolean mask) with their derived values."""
        index = np.asarray(rows)
        if index.size == 0:
            index = index.astype(np.int64)
        part = Plots.__new__(Plots)
        part._columns = {name: values[index] for name, values in self._columns.items()}
        part._kept = {name: values[index] for name, values in self._kept.items()}
        part._shared = {}
        part._whole = (self, index)
        part._watch = self._watch
        return part

    def whole(self) -> tuple[Plots, Array]:
        """Return the table these rows were taken from, and their positions in it; for a whole table itself."""
        return self._whole if self._whole is not None else (self, np.arange(len(self)))

    def with_columns(self, **changed: Sequence[Any] | Array) -> Plots:
        """Return a copy with these columns replaced; derived values are dropped when the geometry changes."""
        columns: dict[str, Any] = {**self._columns, **changed}
        return Plots(columns, kept=None if "geometry" in changed else self._kept)

    def replace_rows(self, rows: Sequence[int] | Array, part: Plots) -> Plots:
        """Return a copy in which the given rows are those of ``part``, in that order."""
        index = np.asarray(rows, dtype=np.int64)
        columns = {name: values.copy() for name, values in self._columns.items()}
        for name, values in columns.items():
            values[index] = part[name]
        return Plots(columns)

    @staticmethod
    def concat(tables: Iterable[Plots]) -> Plots:
        """Return the tables one below the other."""
        parts = list(tables)
        if not parts:
            return Plots({})
        return Plots({name: np.concatenate([part[name] for part in parts]) for name in PLOT_COLUMNS})

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Return the table as a GeoDataFrame, EPSG:4326, for notebooks and QGIS."""
        import geopandas as gpd

        data = {name: values for name, values in self._columns.items() if name != "geometry"}
        return gpd.GeoDataFrame(data, geometry=self.geometry, crs="EPSG:4326")

    def points_lon_lat(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """One position on or near each plot, for messages and maps: its first vertex; NaN where there is none."""
        first = self.keep("first_lon_lat", first_positions)
        return first[:, 0], first[:, 1]


def first_positions(geometries: Array) -> npt.NDArray[np.float64]:
    """First position of each geometry, shape (n, 2), lon lat; NaN for empty or missing ones."""
    result = np.full((len(geometries), 2), np.nan)
    coords, index = shapely.get_coordinates(geometries, return_index=True)
    rows, first = np.unique(index, return_index=True)
    result[rows] = coords[first]
    return result


@dataclass(frozen=True)
class Rejected:
    """A record that could not become a plot: where, why, and what to do.

    Attributes
    ----------
    source, record, group
        Name of the file, number of the record from 1, and the layer, folder or sheet inside the file.
    code
        Code of the rule that rejected it.
    why, fix
        The reason, naming the value found, and what to do: one clause each.
    plot_id
        Code of the plot, where the record tells one.
    value
        What stood there, at most 80 characters, control characters escaped.
    lon, lat
        Where, degrees; NaN where nobody knows.
    offer
        One row: the plot it would become if the rule's named repair were asked for.
    """

    source: str
    record: int
    code: str
    why: str
    fix: str
    group: str = ""
    plot_id: str = ""
    value: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    offer: Plots | None = None


@dataclass(frozen=True)
class Note:
    """Something to know about a file as a whole, filed under the code of its rule."""

    code: str
    why: str
    fix: str = ""
    value: str = ""
    severity: str = ""  # overrides the rule's own where the rule has two
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceFile:
    """One file of a reading: what it was and how its records add up.

    Attributes
    ----------
    name
        As the user knows it.
    sha256, size_bytes
        Of the file as it was delivered.
    format
        ``GeoJSON``, ``KML``, ``Shapefile``, ``XLSX`` …; "" where it was not recognised.
    crs, encoding
        Coordinate system and encoding of the text that it was read in.
    records, plots, rejected
        How many: records = plots + rejected.
    notes
        What is to be known of the file as a whole; why, where it could not be read at all.
    changes
        Cells of a table that were understood only after a change.

    Examples
    --------
    >>> SourceFile("a.csv", "", 120, "CSV", records=3, plots=2, rejected=1).adds_up()
    True
    """

    name: str
    sha256: str
    size_bytes: int
    format: str
    crs: str = "EPSG:4326"
    encoding: str = ""
    records: int = 0
    plots: int = 0
    rejected: int = 0
    notes: tuple[Note, ...] = ()
    changes: tuple[CellChange, ...] = ()

    def adds_up(self) -> bool:
        """Tell whether every record is accounted for: records = plots + rejected."""
        return self.records == self.plots + self.rejected


@dataclass(frozen=True)
class Reading:
    """Everything read from some files: plots, rejected records, and the ledger of the files.

    Attributes
    ----------
    plots
        Every record that could be held as a plot, right or wrong, in the order of files and records.
    rejected
        Every other record, each with the reason.
    files
        The ledger: for each file, records = plots + rejected.

    Examples
    --------
    >>> both = Reading.concat([Reading(Plots({"plot_id": ["P-1"]})), Reading(Plots({"plot_id": ["P-2"]}))])
    >>> both.plots["plot_id"].tolist()
    ['P-1', 'P-2']
    """

    plots: Plots
    rejected: tuple[Rejected, ...] = ()
    files: tuple[SourceFile, ...] = ()

    @staticmethod
    def concat(readings: Iterable[Reading]) -> Reading:
        """Return the readings one after the other."""
        parts = list(readings)
        return Reading(
            Plots.concat(part.plots for part in parts),
            tuple(row for part in parts for row in part.rejected),
            tuple(row for part in parts for row in part.files),
        )

    def with_plots(self, plots: Plots) -> Reading:
        """Return the same reading with other plots."""
        return replace(self, plots=plots)

"""What the project's rooms ask of a store, whichever kind it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from eudr_geo.model.changes import Change
from eudr_geo.model.findings import Findings, Waiver
from eudr_geo.model.lot_book import LotBook
from eudr_geo.model.package import Input
from eudr_geo.model.plots import Plots

if TYPE_CHECKING:
    import pandas as pd

    from eudr_geo.model.base import Base


class Project(Protocol):
    """A project as audits, packages and maps read it."""

    @property
    def meta(self) -> Mapping[str, str]:
        """Organisation, country, commodity."""

    @property
    def plot_columns(self) -> frozenset[str]:
        """Columns of the plots that are kept as the file said them; the others are not there."""

    def load_plots(self, codes: Sequence[str] | None = None) -> Plots:
        """Current versions of the plots."""

    def load_land(self, land: Collection[tuple[str, int]]) -> Plots:
        """Plots in certain versions (code, number), sorted by both."""

    def plot_versions(self, codes: Sequence[str] | None = None) -> pd.DataFrame:
        """plot_code, version, geometry_hash, mapped_on of the current versions."""

    def lot_book(self) -> LotBook:
        """The lot side."""

    def table(self, noun: type[Base]) -> pd.DataFrame:
        """A table as it is, with its row numbers."""

    def findings(self, land: Collection[tuple[str, int]] = ()) -> Findings:
        """Findings stored with the imports: of the versions in force, but of these plots of these versions."""

    def waivers(self) -> Sequence[Waiver]:
        """Findings that somebody answers for."""

    def changes(self, codes: Sequence[str]) -> tuple[Change, ...]:
        """Repairs of these plots."""

    def source_files(self) -> Sequence[Input]:
        """Files that were imported."""

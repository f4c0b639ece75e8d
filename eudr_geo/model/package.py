"""The package: all that goes out about a consignment or some lots, gathered once; rendered by ``outputs/package/``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eudr_geo.model.changes import Change
from eudr_geo.model.findings import CheckResult
from eudr_geo.model.land_names import place_of
from eudr_geo.model.plots import Plots

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Input:
    """A file that something in the package came from."""

    name: str
    sha256: str
    size_bytes: int


Land = tuple[str, int]
"""Code of a plot, and the version of its boundary; 0 where nobody numbered it."""


@dataclass(frozen=True)
class CommodityLine:
    """A commodity line of a due diligence statement, and the land that its kilograms came from.

    Attributes
    ----------
    statement, line
        Number of the statement, and of the line in it, from 1.
    file
        Its geolocation, a file of the package.
    hs_code, country, lot_code
        HS code of the goods, country of production, lot.
    producers
        How many there are.
    land
        Plots and versions, sorted.
    net_mass_kg
        What this land gave; None where nobody weighed it.
    supplementary_unit, supplementary_quantity
        Qualifier of the EU system (MTQ, NAR, KSD) and how much of it; "" and None where the HS code takes none.
    species
        Scientific and common names, of wood.
    """

    statement: int
    line: int
    file: str
    hs_code: str
    country: str
    lot_code: str
    producers: int
    land: tuple[Land, ...]
    net_mass_kg: float | None
    supplementary_unit: str = ""
    supplementary_quantity: float | None = None
    species: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Counted:
    """What the commodity lines of one lot state beside kilograms.

    Attributes
    ----------
    unit, quantity
        Supplementary unit and how much of it is packed; None where nobody states it.
    is_weighed
        The net mass was weighed, and not worked out from a volume.
    species
        Scientific and common names, of wood.
    """

    unit: str
    quantity: float | None
    is_weighed: bool
    species: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PackageData:
    """What is packed. Exports render it; none of them computes anything that another one shows.

    Attributes
    ----------
    codes
        The consignment or lot codes asked for.
    consignment
        code, buyer, buyer_country, ship_date, container (all of them, with commas); empty when lots were asked for.
    organisation
        name, country and commodity of the project.
    lots
        One row a lot: code, form, stream_code, type, species, quantity_kg (in this package), hs_code, custody_model.
    plots
        The land that fed the lots, sorted by plot code and version: as it was mapped when the goods were harvested, in
        the hands of who held it then. ``plot_id`` is the plot code.
    versions
        One row a piece of land in the same order: plot_code, version, geometry_hash.
    trace
        One row a lot and piece of land, columns as in ``trace.csv``.
    check
        Findings about these plots and lots, outcomes, files.
    changes
        The receipt of every repair of these plots.
    inputs
        Files the plots and lots came from, sorted by name.
    lines
        The commodity lines to enter, each with its land.
    packing
        Lines of the consignment, columns as in ``packing_list.csv``; empty where none of it is known.
    with_names
        Producers' names may be shown; otherwise their codes stand in for them.
    """

    codes: tuple[str, ...]
    consignment: Mapping[str, Any]
    organisation: Mapping[str, str]
    lots: pd.DataFrame
    plots: Plots
    versions: pd.DataFrame
    trace: pd.DataFrame
    check: CheckResult
    changes: tuple[Change, ...]
    inputs: tuple[Input, ...] = ()
    with_names: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[CommodityLine, ...] = ()
    packing: tuple[tuple[object, ...], ...] = ()

    def land(self) -> list[Land]:
        """Code and version of each row of ``plots``, shape (n,)."""
        pairs = zip(self.versions["plot_code"], self.versions["version"], strict=True)
        return [(str(code), int(version)) for code, version in pairs]

    def places(self) -> list[str]:
        """``ProductionPlace`` of each row of ``plots``, shape (n,): code, with the version where several are packed.

        A plot without a code has its place.
        """
        land = self.land()
        several = {code for code, count in Counter(code for code, _ in land).items() if count > 1}
        return [
            place_of(code, version) if code in several else code or place
            for (code, version), place in zip(land, self.plots["place"], strict=True)
        ]

    def producer_labels(self) -> list[str]:
        """Label of the producer of each plot, shape (n,): the name if names may leave, else the code."""
        names, codes = self.plots["producer"], self.plots["producer_id"]
        return [(name or code) if self.with_names else code for name, code in zip(names, codes, strict=True)]

"""What a rule is, and the one list of them.

A rule is a function in a family file of ``rules/`` with one of the decorators below. Its name is its public code
(``self_intersection`` → ``self-intersection``), its docstring is its page. Nothing else has to be edited.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from eudr_geo.base.errors import InputError
from eudr_geo.law import EuVersion
from eudr_geo.model.findings import ERROR, NOTE, WARNING
from eudr_geo.model.plots import Plots
from eudr_geo.words.saying import knows, say

__all__ = [
    "ERROR",
    "NOTE",
    "RULES_VERSION",
    "WARNING",
    "Offer",
    "Problems",
    "Repair",
    "Rule",
    "file_rule",
    "get",
    "load",
    "lot_rule",
    "offers",
    "package_rule",
    "plot_rule",
    "plots_rule",
    "record_rule",
    "repairs",
]

RULES_VERSION = "2026.11"
"""Version of the rule set; printed in every report. Raised when a rule is added or changes its mind."""

HEADINGS = ("Why it matters", "Example", "How to correct it", "Trap")
"""The four headings of every rule's page."""

SCOPES = ("file", "record", "plot", "plots", "lot", "package")

MEASURES: Mapping[str, str] = {
    "area_ha": "geodesic area of the plot (WGS 84), ha",
    "area_spherical_ha": "area as the EU system computes it (sphere, R = 6 378 137 m), ha",
    "declared_ha": "area as declared, ha",
    "difference_percent": "declared minus measured area, percent of measured",
    "distance_m": "distance, m",
    "total_ha": "area of several plots together, ha",
    "overlap_ha": "shared ground, ha",
    "overlap_percent": "shared ground, percent of the smaller plot",
    "this_percent": "shared ground, percent of the plot that the finding is about",
    "other_percent": "shared ground, percent of the other plot",
    "positions": "positions in the ring or plot",
    "times": "how many times it occurs",
    "decimals": "decimals as written",
    "holes": "interior rings",
    "value": "the value found",
    "other": "the other plot, lot or record",
    "characters": "letters, digits, signs and blanks of a text",
    "country": "country code",
    "candidates": "likely answers, best first",
    "factor": "ratio of declared to measured area",
    "quantity_kg": "quantity, kg",
    "expected_kg": "quantity the records account for, kg",
    "difference_kg": "difference, kg",
    "ratio": "output divided by input",
    "yield_kg_per_ha": "what one hectare gave in one season, as green coffee, dry cocoa, dry rubber …, kg per ha",
}
"""The frozen vocabulary of measured values: a rule measures in these names or adds one here on purpose."""


@dataclass(frozen=True)
class Problems:
    """The rows of a table that fail a rule.

    Its sentences stand in ``words/findings.csv``, those of lot rules in ``words/lot_findings.csv``, in every language:
    what is wrong in the row ``code``, what to do about it in ``code.do``. A rule with several sentences names the case
    of each row: ``code.case`` and ``code.case.do``. ``{name}`` in them is filled from ``measured``.

    Parameters
    ----------
    rows
        Positions of the failing rows in the table given to the rule, shape (k,); a row may occur twice.
    case
        Which of the rule's sentences, for all rows or shape (k,); "" for the one without a name. A case that has no
        sentence of its own, or no advice of its own, has the rule's.
    lon, lat
        Where, shape (k,), degrees; by default the plot's first position.
    measured
        Arrays of shape (k,), named from :data:`MEASURES`; beside them parts of the sentences, which are no measures:
        ``why``, ``advice`` and other names in :data:`PARTS`.
    severity
        One severity for all, or shape (k,); by default the rule's own.
    messages, hints
        Sentences that were made where the fault was seen (in a reader), shape (k,), in place of the rule's own.
    unseen
        Rows that could not be looked at: reason (a few words) → positions. They count as not checked.
    """

    rows: npt.NDArray[np.int64] | Sequence[int]
    case: str | Sequence[str] = ""
    lon: npt.NDArray[np.float64] | None = None
    lat: npt.NDArray[np.float64] | None = None
    measured: Mapping[str, npt.NDArray[Any] | Sequence[Any]] = field(default_factory=dict)
    severity: str | npt.NDArray[Any] | Sequence[str] = ""
    messages: Sequence[str] | None = None
    hints: Sequence[str] | None = None
    unseen: Mapping[str, npt.NDArray[np.int64] | Sequence[int]] = field(default_factory=dict)

    @staticmethod
    def none() -> Problems:
        """Nothing fails."""
        return Problems(np.empty(0, dtype=np.int64))


PARTS = frozenset({
    # any rule
    "why", "advice", "times_told", "least", "most", "subject", "code", "source", "record", "table",
    # rules about plots and files
    "across", "along_m", "answers", "corners", "degrees", "different", "far", "km", "lat", "lon", "name", "parts",
    "place_most", "short_lats", "short_lons", "span", "systems", "there", "where", "within_m",
    # rules about lots
    "sheet", "src_sheet", "held", "column",
})  # fmt: skip
"""What a rule hands over beside its measures: parts of its sentences, and who the finding is about."""


@dataclass(frozen=True)
class Repair:
    """A correction of exactly one rule: takes the failing plots and returns them corrected, in the same order.

    Its sentences stand in ``words/repairs.csv``: what it did in the row of the rule's code, why it leaves a plot as it
    is in ``code.unable``.
    """

    rule: str
    safe: bool  # runs whenever repairs are asked for; otherwise only by name
    apply: Callable[[Plots], Plots]
    changes_kind: bool = False  # the repair is about the kind of geometry (gate of house section 7)
    changes_area: bool = False  # area may change: measured and printed, not gated
    takes_apart: bool = False  # returns a plot for each part of the geometry, those of one plot together
    values: Mapping[str, Any] = field(default_factory=dict)  # what stands in the places of its sentences

    @property
    def what(self) -> str:
        """What it did, in one plain sentence for the ledger."""
        return say(f"repairs:{self.rule}", **self.values)

    @property
    def unable(self) -> str:
        """Why it leaves a plot as it is."""
        own = f"repairs:{self.rule}.unable"
        return say(own if knows(own) else "repairs:unable", **self.values)


@dataclass(frozen=True)
class Offer:
    """What reading itself prepares: a correction without a repair of the plot's own."""

    rule: str
    safe: bool  # True: done whenever plots are written; False: only for records asked for by name

    @property
    def what(self) -> str:
        """What was prepared, in one plain sentence; it stands in ``words/repairs.csv``."""
        return say(f"repairs:{self.rule}")


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue."""

    code: str
    family: str
    scope: str
    severities: tuple[str, ...]  # the rule's own first; others it may give to single rows
    basis: str
    requires: tuple[str, ...]
    ids: tuple[str, ...]  # identifiers of the facts in the regulation's rule catalogue
    function: Callable[..., Problems]
    doc: str
    dated: bool = False  # it differs between versions of the EU documents and asks for the one to follow
    reads: frozenset[str] = frozenset()  # columns that it judges and that no project keeps as the file said them
    at: tuple[str, ...] = ()  # columns of a lot book, the first of which that a row has is the one to look at

    def run(self, given: Any, eu: EuVersion) -> Problems:
        """Judge a table (or reading, or book) as a version of the EU documents does."""
        return self.function(given, eu=eu) if self.dated else self.function(given)

    @property
    def severity(self) -> str:
        """Severity where the rule does not say otherwise for a row."""
        return self.severities[0]

    @property
    def fault(self) -> str:
        """The fault in one line."""
        return self.doc.strip().splitlines()[0].strip()

    def section(self, heading: str) -> str:
        """Text under one of the four headings of the docstring."""
        lines = self.doc.splitlines()
        wanted = f"**{heading}**"
        text: list[str] = []
        inside = False
        for line in lines:
            stripped = line.strip()
            if stripped.startswith("**") and any(stripped.startswith(f"**{name}**") for name in HEADINGS):
                inside = stripped.startswith(wanted)
                stripped = stripped.removeprefix(wanted).strip() if inside else stripped
            if inside:
                text.append(stripped)
        return "\n".join(text).strip()

    @property
    def repair(self) -> Repair | None:
        """Its repair, if it has one."""
        return _REPAIRS.get(self.code)

    @property
    def correction(self) -> Repair | Offer | None:
        """What is done about it when repairs are asked for: its repair, or what reading prepared."""
        return self.repair or _OFFERS.get(self.code)


Judge = Callable[..., Problems]
"""A rule's function: takes the table and, where it says ``eu``, the version of the EU documents to follow."""

_RULES: dict[str, Rule] = {}
_REPAIRS: dict[str, Repair] = {}
_OFFERS: dict[str, Offer] = {}

RETIRED: Mapping[str, str] = {}
"""Codes that were public once, each with its successor; a code never just disappears."""


def _decorator(scope: str) -> Callable[..., Callable[[Judge], Judge]]:
    def with_options(
        *,
        severity: str | tuple[str, ...],
        basis: str,
        requires: tuple[str, ...] = (),
        ids: tuple[str, ...] = (),
        reads: tuple[str, ...] = (),
        at: tuple[str, ...] = (),
    ) -> Callable[[Judge], Judge]:
        def register(function: Judge) -> Judge:
            code = function.__name__.replace("_", "-")
            if code in _RULES and _RULES[code].function.__module__ != function.__module__:
                raise ValueError(f"two rules are called {code}")
            _RULES[code] = Rule(
                code=code,
                family=function.__module__.rsplit(".", 1)[-1],
                scope=scope,
                severities=(severity,) if isinstance(severity, str) else severity,
                basis=basis,
                requires=requires,
                ids=ids,
                function=function,
                doc=inspect.getdoc(function) or "",
                dated="eu" in inspect.signature(function).parameters,
                reads=frozenset(reads),
                at=at,
            )
            return function

        return register

    return with_options


file_rule = _decorator("file")
"""Rule over a :class:`~eudr_geo.model.plots.Reading` that speaks of whole files: rows are positions in
``reading.files``."""
record_rule = _decorator("record")
"""Rule over a :class:`~eudr_geo.model.plots.Reading` that speaks of rejected records: rows are positions in
``reading.rejected``."""
plot_rule = _decorator("plot")
"""Rule over :class:`~eudr_geo.model.plots.Plots` that looks at each row alone: same findings on any partition.

``reads`` names the columns that decide and that a project does not keep as the file said them (digits as written,
property names, one of several names of a producer): findings of such a rule cannot be made again from the project, and
stand until the plot is replaced."""
plots_rule = _decorator("plots")
"""Rule over :class:`~eudr_geo.model.plots.Plots` that needs the neighbours: only the whole table gives the truth."""
lot_rule = _decorator("lot")
"""Rule over a :class:`~eudr_geo.model.lot_book.LotBook`.

``at`` names the columns to look at: a finding stands at the cell of the first that its row has, else at its code."""
package_rule = _decorator("package")
"""Rule over what is about to be packed."""


def repairs(
    code: str,
    *,
    safe: bool,
    changes_kind: bool = False,
    changes_area: bool = False,
    takes_apart: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[Callable[[Plots], Plots]], Callable[[Plots], Plots]]:
    """Attach the decorated function to a rule as its repair.

    The function takes the plots that failed the rule and returns them corrected, same order, same number. It must
    leave a row as it is where it cannot correct it; the gate then keeps the finding, and ``code.unable`` says why.
    Only one that takes apart returns more of them: a plot for each part. ``values`` are what stands in the places of
    its sentences.
    """

    def register(function: Callable[[Plots], Plots]) -> Callable[[Plots], Plots]:
        _REPAIRS[code] = Repair(code, safe, function, changes_kind, changes_area, takes_apart, values)
        return function

    return register


def offers(code: str, *, safe: bool) -> None:
    """Say what reading prepares for a rule about records or files: a plot of the record, or a file written right."""
    _OFFERS[code] = Offer(code, safe)


@cache
def load() -> Mapping[str, Rule]:
    """Return every rule of the drawer, in an order in which each comes after the rules it requires.

    Raises
    ------
    ValueError
        When a rule requires one that does not exist, or rules require each other in a circle.
    """
    from graphlib import CycleError, TopologicalSorter

    package = importlib.import_module("eudr_geo.checks.rules")
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"eudr_geo.checks.rules.{module}")
    for rule in _RULES.values():
        missing = [code for code in rule.requires if code not in _RULES]
        if missing:
            raise ValueError(f"rule {rule.code} requires unknown rule(s): {', '.join(missing)}")
    sorter = TopologicalSorter({code: _RULES[code].requires for code in _RULES})
    try:
        order = tuple(sorter.static_order())
    except CycleError as error:
        raise ValueError(f"rules require each other in a circle: {' → '.join(error.args[1])}") from error
    return {code: _RULES[code] for code in order}


def get(code: str) -> Rule:
    """Return one rule by its code.

    Raises
    ------
    InputError
        When there is no such rule; names the nearest ones.
    """
    rules = load()
    if code in rules:
        return rules[code]
    from difflib import get_close_matches

    near = get_close_matches(code, list(rules), n=3)
    raise InputError(
        say("errors:no_rule", value=code),
        fix=say("errors:did_you_mean", near=", ".join(near)) if near else say("errors:no_rule.do"),
    )

"""The page on Python: which verbs and nouns it shows, in which order. Sphinx takes the text from their docstrings."""

from __future__ import annotations

import eudr_geo

VERBS = {
    "Plots": ("read_plots", "read_geodataframe", "check", "repair"),
    "Projects": ("create_store", "open_store"),
    "Lots": ("read_book", "check_lots", "trace"),
    "Packages": ("build_package", "verify"),
}
"""Every public verb, by what it is about."""

NOUNS = {
    "What was read": ("model.plots.Reading", "model.plots.Plots", "model.plots.SourceFile", "model.plots.Rejected"),
    "What was found": (
        "model.findings.CheckResult",
        "model.findings.Findings",
        "model.findings.Finding",
        "model.findings.Outcome",
        "model.findings.Waiver",
    ),
    "What was changed": ("checks.repairing.Repaired", "model.changes.Change", "model.changes.TakenBack"),
    "Lots and where they came from": (
        "model.lot_book.LotBook",
        "model.workbook.BookReading",
        "model.workbook.CellIssue",
        "model.trace.Trace",
    ),
    "A project": ("store.project.Store",),
    "A package": (
        "project.packaging.Package",
        "model.package.PackageData",
        "project.verifying.Verification",
        "project.verifying.Defect",
    ),
    "What may be asked for": ("base.limits.Limits", "plots.own_outlines.Outlines", "checks.engine.Earlier"),
    "What is raised": (
        "base.errors.EudrGeoError",
        "base.errors.InputError",
        "base.errors.StoreError",
        "base.errors.BusyError",
        "base.errors.RefusedError",
    ),
}
"""What the verbs take, return and raise."""


def page() -> str:
    """Return the page.

    Raises
    ------
    ValueError
        When a public verb is missing here, or one that is here is gone.
    """
    shown = {name for names in VERBS.values() for name in names}
    if shown != set(eudr_geo.__all__) - {"VERSION"}:
        raise ValueError(f"docs/python_pages.py and eudr_geo.__all__ differ: {sorted(shown ^ set(eudr_geo.__all__))}")
    lines = [
        "# Python",
        "",
        "Made from the docstrings. Everything the commands do is one of these functions; none of them prints, asks or",
        "sends anything. The examples run as tests. For a first walk through them see",
        "[Work in a notebook](../how-to/notebook.md).",
        "",
        "```python",
        "from eudr_geo import check, read_plots, repair",
        "```",
        "",
        "Positions are longitude, latitude in degrees (WGS 84). Units stand in the names: `area_ha`, `quantity_kg`.",
        "A fault in the data is a finding, a value; an exception says that the toolkit could not do its work.",
        "",
        "## Verbs",
        "",
    ]
    for title, names in VERBS.items():
        lines += [f"### {title}", "", "```{eval-rst}"]
        lines += [line for name in names for line in (f".. autofunction:: eudr_geo.{name}", "")]
        lines += ["```", ""]
    lines += ["## Nouns", ""]
    for title, names in NOUNS.items():
        lines += [f"### {title}", "", "```{eval-rst}"]
        for name in names:
            kind = "autoexception" if name.startswith("base.errors.") else "autoclass"
            lines += [f".. {kind}:: eudr_geo.{name}", "   :members:", "   :exclude-members: sort_key", ""]
        lines += ["```", ""]
    lines += [
        "## Version",
        "",
        "`eudr_geo.VERSION` is the version of the toolkit, as text. Every report and package names it.",
        "",
    ]
    return "\n".join(lines)

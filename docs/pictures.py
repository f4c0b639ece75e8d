"""Pictures of the rules' pages, drawn from the rules' own cases: a failing plot, and the plot after its repair."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eudr_geo.checks.catalogue import Rule
    from eudr_geo.model.plots import Reading

CASES = Path(__file__).parents[1] / "tests" / "rules" / "cases"
FAMILIES = frozenset({"geometry", "invention", "neighbours", "pieces", "precision", "rings"})
"""Families of rules whose faults can be seen; others are about words, numbers or files."""
ALSO = frozenset({"crosses-border", "point-above-4-ha"})
NOT_SEEN = frozenset({"clockwise-ring", "elevation", "low-precision", "one-part-multi", "shared-location"})
"""Rules of these families whose fault no picture shows."""
MOST_BYTES = 30_000  # of one picture


def of_rules(rules: Sequence[Rule]) -> dict[str, str]:
    """File name → picture, of every rule that has a case with something to see."""
    drawn: dict[str, str] = {}
    for rule in rules:
        if rule.code in NOT_SEEN or (rule.family not in FAMILIES and rule.code not in ALSO):
            continue
        found = sorted((CASES / rule.code).glob("fail*.geojson"))
        cases = [path for path in found if ".repaired." not in path.name]
        # A case with a twin first: its page then shows both.
        cases.sort(key=lambda path: not _twin(path).exists())
        for path in cases:
            if picture := _fault(rule, path):
                drawn[f"{rule.code}.svg"] = picture
                if after := _repair(rule, path):
                    drawn[f"{rule.code}-repaired.svg"] = after
                break
    return {name: text for name, text in drawn.items() if len(text) <= MOST_BYTES}


def lines(rule: Rule, drawn: Mapping[str, str]) -> list[str]:
    """Lines of a rule's page that show its pictures."""
    if f"{rule.code}.svg" not in drawn:
        return []
    text = [f"![{rule.fault}](images/{rule.code}.svg)", ""]
    if f"{rule.code}-repaired.svg" in drawn:
        text += [
            "After the repair, green; dashed red is the boundary as it came:",
            "",
            f"![The plot before and after the repair](images/{rule.code}-repaired.svg)",
            "",
        ]
    return text


def _twin(path: Path) -> Path:
    return path.with_name(path.name.replace(".geojson", ".repaired.geojson"))


def _read(path: Path) -> Reading:
    from eudr_geo.sources.reading import read_plots

    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("case", {})
    wanted = {name: given[name] for name in ("country", "commodity", "crs") if name in given}
    return read_plots([path], **wanted)


def _fault(rule: Rule, path: Path) -> str:
    from eudr_geo.checks.checking import check
    from eudr_geo.outputs.pages.drawings import Drawings
    from eudr_geo.outputs.pictures import svg

    reading = _read(path)
    for finding in check(reading, select=(rule.code,)).findings:
        if panels := Drawings(reading.plots).panels(finding):
            return svg(panels, title=rule.fault) + "\n"
    return ""


def _repair(rule: Rule, path: Path) -> str:
    from eudr_geo.outputs.pictures import change_panels, svg

    if not _twin(path).exists():
        return ""
    before, after = _read(path).plots, _read(_twin(path)).plots
    if len(before) != len(after):
        return ""
    for old, new in zip(before.geometry, after.geometry, strict=True):
        panels = change_panels(old, new)
        if panels and old != new:
            return svg(panels, title=f"{rule.fault} Before and after the repair.") + "\n"
    return ""

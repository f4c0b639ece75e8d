"""Seed every fault that a plot rule knows into plots of honest people, check them, and count what was found.

For each rule: how many were seeded, found and missed; how many seeded records were named under yet another code; and
how many clean plots were accused. Run it with::

    python benchmarks/precision_recall.py [--count 100000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_generator import generate

MOST_ACCUSED = 1 / 1_000
"""Of the clean plots, by any one rule that is no error; no clean plot may have an error."""
MOST_BESIDES = 1 / 200
"""Of the faulty plots, by a rule that is no error and not theirs: neighbours of a fault may really overlap. A seeded
fault that is told under another name as well would be in each of its plots."""


@dataclass(frozen=True)
class Score:
    """What became of one rule."""

    rule: str
    severity: str
    seeded: int
    found: int
    besides: int  # findings of this rule on records seeded with another fault
    clean: int  # clean records accused

    @property
    def missed(self) -> int:
        """Seeded and not found."""
        return self.seeded - self.found


def score(findings: Any, truth: dict[str, Any]) -> list[Score]:
    """Compare findings with the truth, one line a rule that was seeded or found."""
    from eudr_geo.checks import catalogue

    clean = set(truth["clean"])
    named: dict[str, set[int]] = {}
    for one in findings:
        if one.record is not None:
            named.setdefault(one.rule, set()).add(one.record)
    scores = []
    rules = catalogue.load()
    for rule in sorted(set(named) | set(truth["faults"])):
        seeded, found = set(truth["faults"].get(rule, ())), named.get(rule, set())
        severity = rules[rule].severity if rule in rules else "no such rule"
        others = found - seeded
        scores.append(Score(rule, severity, len(seeded), len(seeded & found), len(others - clean), len(others & clean)))
    return scores


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 when something was missed, told under two names, or too many clean plots accused."""
    from eudr_geo.checks.checking import check
    from eudr_geo.sources.reading import read_plots

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="eudr-geo-benchmark-") as folder:
        path = Path(folder) / "plots.geojson"
        truth = generate(path, given.count, seed=given.seed)
        result = check(read_plots(path, commodity="coffee"))
    if result.tool_errors:
        print(*result.tool_errors, sep="\n")
        return 2
    scores = score(result.findings, truth)
    clean = len(truth["clean"])
    faulty = max(truth["records"] - clean, 1)
    print(f"{truth['records']:,} records, {clean:,} of them clean\n")
    print(
        f"{'rule':26}{'severity':>13}{'seeded':>8}{'found':>8}{'missed':>8}{'besides':>9}"
        f"{'clean accused':>15}{'per 1000':>10}"
    )
    bad = []
    for one in scores:
        share = one.clean / max(clean, 1)
        print(
            f"{one.rule:26}{one.severity:>13}{one.seeded:8,}{one.found:8,}{one.missed:8,}{one.besides:9,}"
            f"{one.clean:15,}{1_000 * share:10.2f}"
        )
        known = one.severity != "no such rule"  # a fault that the catalogue of today has no rule for
        most, least = (0.0, 0.0) if one.severity == "error" else (MOST_ACCUSED, MOST_BESIDES)
        if (known and one.missed) or share > most or one.besides / faulty > least:
            bad.append(one.rule)
    print()
    print(f"look at: {', '.join(bad)}" if bad else "all found, each under its own name only, nobody wrongly accused")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())

"""``eudr-geo rules``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eudr_geo.cli import screen

if TYPE_CHECKING:
    from eudr_geo.checks.catalogue import Rule


@click.command()
@click.argument("code", required=False)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(code: str | None, format_: str) -> None:
    """List everything that is checked, or explain one rule.

    \b
    Examples:
      eudr-geo rules
      eudr-geo rules swapped-axes
    """  # noqa: D301
    from eudr_geo.base.writing import json_bytes
    from eudr_geo.checks import catalogue

    rules = [catalogue.get(code)] if code else sorted(catalogue.load().values(), key=lambda rule: rule.code)
    if format_ == "json":
        document = {
            "schema": "eudr-geo.rules/1",
            "rules": catalogue.RULES_VERSION,
            "catalogue": [_plain(r) for r in rules],
        }
        screen.put(json_bytes(document, indent=1).decode(), None)
    elif code:
        screen.put(_page(rules[0]), None)
    else:
        rows = [(rule.code, " or ".join(rule.severities), _repair(rule), rule.fault) for rule in rules]
        screen.put(screen.table(("rule", "severity", "repair", "fault"), rows, width=screen.width_of(None)), None)
        screen.put(f"\n{len(rules)} rules, version {catalogue.RULES_VERSION}. Explain one: eudr-geo rules CODE", None)


def _repair(rule: Rule) -> str:
    step = rule.correction
    return "–" if step is None else "safe" if step.safe else "by name"


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "family": rule.family,
        "scope": rule.scope,
        "severities": list(rule.severities),
        "basis": rule.basis,
        "ids": list(rule.ids),
        "requires": list(rule.requires),
        "repair": {"safe": rule.correction.safe, "what": rule.correction.what} if rule.correction else None,
        "fault": rule.fault,
    }


def _page(rule: Rule) -> str:
    from eudr_geo.checks.catalogue import HEADINGS

    lines = [f"{rule.code} ({' or '.join(rule.severities)})", rule.fault, ""]
    for heading in HEADINGS:
        lines += [heading.upper(), rule.section(heading), ""]
    lines.append(f"Basis:    {rule.basis}")
    if rule.requires:
        lines.append(f"Looks at: plots that pass {', '.join(rule.requires)}")
    step = rule.correction
    if step is None:
        lines.append("Repair:   none; see above")
    elif step.safe:
        lines.append(f"Repair:   safe: {step.what} (eudr-geo repair)")
    else:
        lines.append(f"Repair:   by name: {step.what} (eudr-geo repair --also {rule.code})")
    return "\n".join(lines)

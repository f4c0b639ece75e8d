"""``eudr-geo rules``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from eudr_geo.cli import options, screen, speech
from eudr_geo.words.tables import ENGLISH

if TYPE_CHECKING:
    from eudr_geo.checks.catalogue import Rule


@click.command()
@click.argument("code", required=False)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@options.language
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
        from eudr_geo.outputs.pages.words import fault_in

        rows = [(rule.code, _severities(rule), _repair(rule), fault_in(rule.code, speech.language())) for rule in rules]
        heads = [screen.told(f"commands:rules.{one}") for one in ("rule", "severity", "repair", "fault")]
        screen.put(screen.table(heads, rows, width=screen.width_of(None)), None)
        told = screen.told("commands:rules.count", count=len(rules), version=catalogue.RULES_VERSION)
        screen.put(f"\n{told}", None)


def _severities(rule: Rule) -> str:
    from eudr_geo.words.saying import say

    first, *others = (say(f"page:{one}") for one in rule.severities)
    for other in others:
        first = say("commands:rules.or", one=first, other=other)
    return speech.spoken(first)


def _repair(rule: Rule) -> str:
    step = rule.correction
    return "–" if step is None else screen.told("commands:rules.safe" if step.safe else "commands:rules.by_name")


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

    if speech.language() != ENGLISH:
        return "\n".join([*_in_short(rule), "", screen.told("commands:rules.in_full"), "", _in_full(rule, HEADINGS)])
    return _in_full(rule, HEADINGS)


def _in_short(rule: Rule) -> list[str]:
    """The fault and what to do about it, in the language that is spoken."""
    from eudr_geo.outputs.pages.words import advice_in, fault_in

    language = speech.language()
    return [f"{rule.code} ({_severities(rule)})", fault_in(rule.code, language), f"→ {advice_in(rule.code, language)}"]


def _in_full(rule: Rule, headings: Sequence[str]) -> str:
    lines = [f"{rule.code} ({' or '.join(rule.severities)})", rule.fault, ""]
    for heading in headings:
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

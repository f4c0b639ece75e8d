"""What a rule found, as findings: the sentence of each row, its repair, its measures as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from eudr_geo.checks.catalogue import PARTS, Problems, Rule
from eudr_geo.model.findings import ERROR, Finding
from eudr_geo.words.saying import knows, places, say


def _repair_of(rule: Rule, severity: str) -> str:
    step = rule.correction
    # What writing corrects by itself is no help where the file is refused for it.
    if step is None or (rule.repair is None and step.safe and severity == ERROR):
        return ""
    return "safe" if step.safe else "named"


def _plain(value: Any) -> Any:
    """Return a measured value as plain data, floats to six decimals, so that reports are the same everywhere."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def listed(problems: Problems) -> Problems:
    """Return what a rule found with its measures as plain numbers and texts, which are quicker to say one by one."""
    measured = {
        name: column.tolist() if isinstance(column, np.ndarray) else column
        for name, column in problems.measured.items()
    }
    return replace(problems, measured=measured)


def finding(rule: Rule, problems: Problems, i: int, *, is_offered: bool = True, **place: Any) -> Finding:
    """Return the i-th problem of a rule as a finding, in words that can be said in every language.

    Parameters
    ----------
    rule, problems, i
        The rule, what it found, and which of it.
    is_offered
        Whether the rule's repair can be had for this row.
    place
        Fields of the finding that tell where it is.
    """
    values = {name: values[i] for name, values in problems.measured.items()}
    severity = problems.severity if isinstance(problems.severity, str) else str(problems.severity[i])
    message, hint = _sentences(rule, problems, i, values)
    return Finding(
        rule=rule.code,
        severity=severity or rule.severity,
        message=message,
        hint=hint,
        basis=rule.basis,
        repair=_repair_of(rule, severity or rule.severity) if is_offered else "",
        measured={name: _plain(value) for name, value in values.items() if name not in PARTS},
        **place,
    )


def _sentences(rule: Rule, problems: Problems, i: int, values: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and what to do about it: said by the reader, or looked up."""
    case = problems.case if isinstance(problems.case, str) else problems.case[i]
    wrong, advice = _keys("lot_findings" if rule.scope == "lot" else "findings", rule.code, case)
    message = problems.messages[i] if problems.messages is not None else _say(wrong, values)
    return message, problems.hints[i] if problems.hints is not None else _say(advice, values)


def _say(key: str, values: Mapping[str, Any]) -> str:
    """Say a sentence; it remembers only what stands in its places, and is made once where it has none."""
    names = places(key)
    return say(key, **{name: values[name] for name in names}) if names else _fixed(key)


@cache
def _fixed(key: str) -> str:
    return say(key)


@cache
def _keys(table: str, code: str, case: str) -> tuple[str, str]:
    """Keys of what is wrong and of what to do, in a case of a rule: its own, else the rule's."""
    of_rule = f"{table}:{code}", f"{table}:{code}.do"
    if not case:
        return of_rule
    own = f"{table}:{code}.{case}", f"{table}:{code}.{case}.do"
    if not any(map(knows, own)):
        raise LookupError(f"no word for the case {case!r} of {code}: add a row to words/{table}.csv")
    return own[0] if knows(own[0]) else of_rule[0], own[1] if knows(own[1]) else of_rule[1]

"""What a repair changed, as text for the terminal: rule by rule, with areas and the largest move. No command."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from eudr_geo.cli import screen
from eudr_geo.words.saying import counted, in_language, joined, number_in, say
from eudr_geo.words.tables import ENGLISH

if TYPE_CHECKING:
    from eudr_geo.checks.repairing import Repaired
    from eudr_geo.model.changes import Change
    from eudr_geo.model.findings import CheckResult

_SHOWN = 12  # of each rule; the number of the others is printed
_INDENT = " " * 8


def change_text(
    repaired: Repaired,
    result: CheckResult,
    also: Collection[str],
    *,
    dry_run: bool,
    width: int = 100,
    language: str = ENGLISH,
) -> str:
    """Return the changes rule by rule, what was not repaired and why, and what could be repaired by name.

    Parameters
    ----------
    repaired
        What the repairs did.
    result
        The check after them.
    also
        Named repairs that were asked for.
    dry_run
        Whether nothing is written.
    width
        Characters in a line.
    language
        Of the words.
    """
    from eudr_geo.outputs.pages.repair_data import told_once

    lines: list[str] = []
    plots = len({(one.source, one.record, one.plot_id) for one in repaired.changes})
    if repaired.changes:
        head = say(
            "repairs:text.would-be" if dry_run else "repairs:text.repaired",
            plots=counted("repairs:count.plots", plots),
            changes=counted("repairs:count.changes", len(repaired.changes)),
        )
        lines += [in_language(head, language), ""]
    elif not repaired.taken_back:
        lines += [in_language(say("repairs:text.nothing" if also else "repairs:text.nothing-safe"), language), ""]
    several = len({one.source for one in repaired.changes} | {one.source for one in repaired.taken_back}) > 1
    by_rule: dict[str, list[Change]] = {}
    for change in told_once(repaired.changes):
        by_rule.setdefault(change.rule, []).append(change)
    for rule, changes in sorted(by_rule.items(), key=lambda item: (item[1][0].by == "safe repair", item[0])):
        lines += [*_rule(rule, changes, several=several, width=width, language=language), ""]
    lines += _not_repaired(repaired, several=several, language=language)
    lines += _by_name(result, also, language)
    return "\n".join(lines) + "\n"


def _rule(rule: str, changes: Sequence[Change], *, several: bool, width: int, language: str) -> Iterator[str]:
    from eudr_geo.checks import catalogue

    first, step = changes[0], catalogue.get(rule).correction
    plots = len({(one.source, one.record, one.plot_id) for one in changes})
    by = first.by if first.by == "safe repair" else say("repairs:text.by-name", by=first.by)
    yield "  ".join(in_language(part, language) for part in (rule, counted("repairs:count.plots", plots), by))
    # The parts of a record each say of which; every other repair says the same of all its plots.
    yield _INDENT + in_language(step.what if first.field == "part" and step is not None else first.what, language)
    shown = list(changes)
    if len(changes) > _SHOWN:
        shown = sorted(changes, key=_size, reverse=True)[:_SHOWN]
    values = [_values(one) for one in shown]
    measured = any(one.area_before_ha is not None or one.area_after_ha is not None for one in shown)
    if not measured and len(set(values)) == 1:  # nothing that differs from plot to plot
        lines = [f"{values[0][0]} → {values[0][1]}"] if values[0] else []
        names = joined([_place(one, several=several) for one in shown], ", ")
        if len(changes) > len(shown):
            names = say("repairs:text.and-more", names=names, number=len(changes) - len(shown))
        lines.append(in_language(names, language))
        for line in lines:
            yield from wrap(screen.plain(line), width, initial_indent=_INDENT, subsequent_indent=_INDENT)
        return

    def heads(*names: str) -> tuple[str, ...]:
        return tuple(in_language(say(f"repairs:head.{name}"), language) for name in names)

    before_ha, after_ha, moved = heads("ha-before", "ha-after", "moved")
    numbers = (before_ha, after_ha, "%", moved) if measured else ()
    told = heads("before", "after") if any(values) else ()
    rows = [
        (
            f"{one.source}, {one.record}" if several else str(one.record),
            one.plot_id or "–",
            *((value or ("", "")) if told else ()),
            *(_numbers(one, language) if measured else ()),
        )
        for one, value in zip(shown, values, strict=True)
    ]
    text = screen.table(
        (*heads("record", "plot"), *told, *numbers), rows, right=numbers, width=max(width - len(_INDENT), 60)
    )
    yield from (_INDENT + line for line in text.splitlines())
    if len(changes) > len(shown):
        yield _INDENT + in_language(say("repairs:text.smaller", number=len(changes) - len(shown)), language)


def _size(change: Change) -> tuple[float, float]:
    """How much a change should be looked at: by the share of the area, then by the move."""
    before, after = change.area_before_ha, change.area_after_ha
    share = abs(after - before) / before if before and after is not None else 0.0
    return share, change.largest_move_m or 0.0


def _numbers(change: Change, language: str) -> tuple[str, ...]:
    before, after, moved = change.area_before_ha, change.area_after_ha, change.largest_move_m
    percent = (after - before) / before * 100 if before and after is not None else None
    numbers = ((before, ",.4f"), (after, ",.4f"), (percent, "+,.2f"), (moved, ",.2f"))
    return tuple("" if value is None else number_in(value, spec, language) for value, spec in numbers)


def _values(change: Change) -> tuple[str, str] | None:
    """What stood there and what stands there now, where that is something to read."""
    from eudr_geo.outputs.pages.repair_data import readable

    return readable(change)


def _not_repaired(repaired: Repaired, *, several: bool, language: str) -> Iterator[str]:
    taken = repaired.taken_back
    if not taken:
        return
    head = say("repairs:text.not-repaired", repairs=counted("repairs:count.repairs", len(taken)))
    yield in_language(head, language)
    for number, one in enumerate(taken):
        before = taken[max(number - _SHOWN, 0)]
        if number >= _SHOWN and before.rule == one.rule:
            continue  # counted below
        place, why = (in_language(part, language) for part in (_place(one, several=several), one.why))
        yield screen.plain(f"{_INDENT}{one.rule}: {place}: {why}")
    for rule, count in repaired.withdrawn.items():
        if count > _SHOWN:
            more = say("repairs:text.not-repaired-more", rule=rule, number=count - _SHOWN)
            yield _INDENT + in_language(more, language)
    yield ""


def _by_name(result: CheckResult, also: Collection[str], language: str) -> Iterator[str]:
    """Named repairs that nobody asked for and that something waits for."""
    waiting: dict[str, int] = {}
    for finding in result.findings:
        if finding.repair == "named" and finding.rule not in also:
            waiting[finding.rule] = waiting.get(finding.rule, 0) + 1
    if waiting:
        told = ", ".join(f"{rule} {number_in(count, ',', language)}" for rule, count in sorted(waiting.items()))
        yield in_language(say("repairs:text.could-be", rules=told), language)
        yield f"{_INDENT}--also {','.join(sorted(waiting))}"
        yield ""


def _place(one: object, *, several: bool) -> str:
    source, record, plot = (getattr(one, name) for name in ("source", "record", "plot_id"))
    if several:
        where = say("findings:plot.of-file", file=source, number=record)
    else:
        where = say("findings:plot.record", number=record)
    return say("findings:plot.code", plot=plot, place=where) if plot else where
